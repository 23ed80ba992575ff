import AWSConfiguration
import DynamoDBClient
import Shop
import Synchronization
import Testing

@testable import OrderService

/// A transport that answers from a script and keeps what it was asked.
final class ScriptedTransport: HTTPTransport {
    private let state: Mutex<(asked: [(operation: String, body: JSON)], answers: [(Int, String)])>

    init(_ answers: [(Int, String)]) { state = Mutex(([], answers)) }

    var asked: [(operation: String, body: JSON)] { state.withLock { $0.asked } }

    func send(_ request: OutgoingRequest) async throws -> IncomingResponse {
        let target = request.headers.first { $0.name == "X-Amz-Target" }?.value.split(separator: ".").last ?? ""
        let body = try JSON(parsing: request.body)
        let answer = state.withLock { state in
            state.asked.append((String(target), body))
            return state.answers.isEmpty ? (500, "{}") : state.answers.removeFirst()
        }
        return IncomingResponse(status: answer.0, body: bytes(answer.1))
    }
}

@Suite struct DynamoDBOrderStoreTests {
    let order = Order(
        id: 1_754_966_772_678, userID: "u#1",
        items: [
            OrderItem(product: .number(1), productName: "M", quantity: 2, price: Amount("2690000.5")!),
            OrderItem(product: .text("A"), productName: "", quantity: 1, price: .zero),
        ], totalAmount: Amount("5380001")!, status: "PENDING", idempotencyKey: "k", createdAt: "c", updatedAt: "d")
    let event = OutboxEntry(
        id: "1754966772678", orderID: 1_754_966_772_678, topic: "t", value: "{}", headers: [], createdMillis: 5)

    func store(_ transport: ScriptedTransport) throws -> DynamoDBOrderStore {
        let client = DynamoDBClient(
            endpoint: try Endpoint(
                environment: ["DYNAMODB_ENDPOINT": "http://localhost:8000"],
                configuration: SharedConfiguration(environment: [:]) { _ in nil }, defaultRegion: "r"),
            transport: transport,
            credentials: CredentialChain(
                [StaticCredentials(Credentials(accessKeyID: "a", secretAccessKey: "b"))]),
            retryPolicy: RetryPolicy(attemptsMax: 1))
        return DynamoDBOrderStore(client: client, table: "orders", sleep: { _ in })
    }

    func cancelled(_ reasons: String...) -> (Int, String) {
        let list = reasons.map { #"{"Code":"\#($0)"}"# }.joined(separator: ",")
        return (400, #"{"__type":"x#TransactionCanceledException","CancellationReasons":[\#(list)]}"#)
    }

    @Test("The item has the Go services' attribute names, and reads back")
    func item() {
        let item = OrderItems.item(order)
        #expect(item["PK"] == "ORDER#1754966772678")
        #expect(item["SK"] == "METADATA")
        #expect(item["GSI1PK"] == "USER#u#1")
        #expect(item["GSI1SK"] == "ORDER#2025-08-12T02:46:12Z")
        #expect(
            Set(item.keys) == [
                "PK", "SK", "GSI1PK", "GSI1SK", "OrderID", "UserID", "Items", "TotalAmount", "Status", "IdempotencyKey",
                "CreatedAt", "UpdatedAt",
            ])
        #expect(
            item["Items"]?.list?.first?.map
                == ["ProductID": .n(1), "ProductName": "M", "Quantity": .n(2), "Price": .n("2690000.5")])
        #expect(item["Items"]?.list?.last?.map?["ProductID"] == "A")
        #expect(OrderItems.order(item) == order)
    }

    @Test("One transaction puts the order, the idempotency key and the outbox entry")
    func create() async throws {
        let transport = ScriptedTransport([(200, "{}")])
        #expect(try await store(transport).create(order, digest: "d", event: event) == .created)
        let asked = try #require(transport.asked.first)
        #expect(asked.operation == "TransactWriteItems")
        let puts = (asked.body["TransactItems"]?.array ?? []).compactMap { $0["Put"] }
        #expect(
            puts.map { $0["Item"]?["PK"]?["S"] } == ["ORDER#1754966772678", "IDEMPOTENCY#u%231#k", "OUTBOX#6"])
        #expect(
            puts.map { $0["ConditionExpression"] } == ["attribute_not_exists(PK)", "attribute_not_exists(PK)", nil])
        #expect(puts[1]["Item"]?["Digest"]?["S"] == "d")
        #expect(puts[1]["Item"]?["OrderID"]?["N"] == "1754966772678")
    }

    @Test("A transaction that meets another one is tried again")
    func conflict() async throws {
        let transport = ScriptedTransport([
            cancelled("None", "TransactionConflict", "None"), cancelled("TransactionConflict", "None", "None"),
            (200, "{}"),
        ])
        #expect(try await store(transport).create(order, digest: "d", event: event) == .created)
        #expect(transport.asked.count == 3)
    }

    @Test("A key that is taken tells its order, from the answer or by a read")
    func duplicate() async throws {
        let item = #"{"OrderID":{"N":"7"},"Digest":{"S":"x"}}"#
        let withItem = (
            400,
            #"{"__type":"x#TransactionCanceledException","CancellationReasons":[{"Code":"None"},"#
                + #"{"Code":"ConditionalCheckFailed","Item":\#(item)},{"Code":"None"}]}"#
        )
        let one = ScriptedTransport([withItem])
        #expect(try await store(one).create(order, digest: "d", event: event) == .duplicate(orderID: 7, digest: "x"))
        let two = ScriptedTransport([cancelled("None", "ConditionalCheckFailed", "None"), (200, #"{"Item":\#(item)}"#)])
        #expect(try await store(two).create(order, digest: "d", event: event) == .duplicate(orderID: 7, digest: "x"))
        #expect(two.asked.last?.body["ConsistentRead"] == true)
    }

    @Test("An id that is taken is told; another error is one")
    func others() async throws {
        let taken = ScriptedTransport([cancelled("ConditionalCheckFailed", "None", "None")])
        #expect(try await store(taken).create(order, digest: "d", event: event) == .orderIDTaken)
        let missing = ScriptedTransport([(400, #"{"__type":"x#ResourceNotFoundException","message":"m"}"#)])
        await #expect(throws: DynamoDBError.self) { try await store(missing).create(order, digest: "d", event: event) }
        #expect(missing.asked.count == 1)
    }

    @Test("A status is set only where it is PENDING")
    func settle() async throws {
        let failed = (400, #"{"__type":"x#ConditionalCheckFailedException","message":"m"}"#)
        let transport = ScriptedTransport([(200, "{}"), failed])
        let store = try store(transport)
        #expect(try await store.settle(id: 7, status: .confirmed, updatedAt: "t"))
        #expect(try await !store.settle(id: 7, status: .cancelled, updatedAt: "t"))
        let asked = try #require(transport.asked.first?.body)
        #expect(asked["ConditionExpression"] == "attribute_exists(PK) AND #s = :pending")
        #expect(asked["ExpressionAttributeValues"]?[":pending"]?["S"] == "PENDING")
        #expect(asked["ExpressionAttributeValues"]?[":new"]?["S"] == "CONFIRMED")
    }

    @Test("A user's orders are a Query on GSI1, backwards")
    func list() async throws {
        let answer: JSON = ["Items": [JSON(item: OrderItems.item(order))]]
        let transport = ScriptedTransport([(200, answer.text)])
        #expect(try await store(transport).orders(userID: "u#1", limit: 5) == [order])
        let asked = try #require(transport.asked.first?.body)
        #expect(asked["IndexName"] == "GSI1")
        #expect(asked["ScanIndexForward"] == false)
        #expect(asked["Limit"] == 5)
    }
}
