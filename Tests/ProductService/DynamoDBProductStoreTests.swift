import AWSConfiguration
import DynamoDBClient
import Shop
import Synchronization
import Testing

@testable import ProductService

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

@Suite struct DynamoDBProductStoreTests {
    let conditionFailed = (400, #"{"__type":"x#ConditionalCheckFailedException","message":"m"}"#)

    func store(_ transport: ScriptedTransport) throws -> DynamoDBProductStore {
        let client = DynamoDBClient(
            endpoint: try Endpoint(
                environment: ["DYNAMODB_ENDPOINT": "http://localhost:8000"],
                configuration: SharedConfiguration(environment: [:]) { _ in nil }, defaultRegion: "r"),
            transport: transport,
            credentials: CredentialChain(
                [StaticCredentials(Credentials(accessKeyID: "a", secretAccessKey: "b"))]),
            retryPolicy: RetryPolicy(attemptsMax: 1))
        return DynamoDBProductStore(client: client, table: "products-table")
    }

    func stock(_ count: Int) -> (Int, String) { (200, #"{"Item":{"product_id":{"S":"P"},"stock":{"N":"\#(count)"}}}"#) }

    @Test("A product is put with the seed's attributes, only where there is none")
    func create() async throws {
        let transport = ScriptedTransport([(200, "{}"), conditionFailed])
        let store = try store(transport)
        let product = Product(id: "P", name: "n", price: Amount("1.5")!, stock: 3)
        #expect(try await store.create(product, at: "now"))
        #expect(try await !store.create(product, at: "now"))
        let asked = try #require(transport.asked.first?.body)
        #expect(asked["ConditionExpression"] == "attribute_not_exists(PK)")
        #expect(
            asked["Item"]?.text
                == #"{"PK":{"S":"PRODUCT#P"},"SK":{"S":"METADATA"},"created_at":{"S":"now"},"name":{"S":"n"},"#
                + #""price":{"N":"1.5"},"product_id":{"S":"P"},"stock":{"N":"3"},"updated_at":{"S":"now"}}"#)
    }

    @Test("A deduction is one conditional UpdateItem that answers with the new stock")
    func deduct() async throws {
        let transport = ScriptedTransport([(200, #"{"Attributes":{"stock":{"N":"8"}}}"#)])
        let outcome = try await store(transport).deduct(id: "P", quantity: 2, at: "now")
        #expect(outcome == .deducted(.init(productID: "P", quantity: 2, previousStock: 10)))
        let asked = try #require(transport.asked.first)
        #expect(asked.operation == "UpdateItem")
        #expect(asked.body["UpdateExpression"] == "SET stock = stock - :q, updated_at = :t")
        #expect(asked.body["ConditionExpression"] == "stock >= :q")
        #expect(asked.body["ReturnValues"] == "ALL_NEW")
    }

    @Test("A deduction that fails tells what there is, or that there is nothing")
    func insufficient() async throws {
        let short = ScriptedTransport([conditionFailed, stock(1)])
        #expect(try await store(short).deduct(id: "P", quantity: 2, at: "") == .insufficient(available: 1))
        let none = ScriptedTransport([conditionFailed, (200, "{}")])
        #expect(try await store(none).deduct(id: "P", quantity: 2, at: "") == .notFound)
    }

    @Test("Stock that came while a deduction failed is used")
    func restocked() async throws {
        let transport = ScriptedTransport([conditionFailed, stock(5), (200, #"{"Attributes":{"stock":{"N":"3"}}}"#)])
        let outcome = try await store(transport).deduct(id: "P", quantity: 2, at: "")
        #expect(outcome == .deducted(.init(productID: "P", quantity: 2, previousStock: 5)))
    }

    @Test("A deduction whose answer is lost is not sent again")
    func notRepeated() async throws {
        let transport = ScriptedTransport([(500, "{}"), (200, #"{"Attributes":{"stock":{"N":"8"}}}"#)])
        await #expect(throws: DynamoDBError.self) { try await store(transport).deduct(id: "P", quantity: 2, at: "") }
        #expect(transport.asked.count == 1)
    }

    @Test(
        "A cancelled event says whether it was seen before, met another write, or is an error",
        arguments: [
            (["ConditionalCheckFailed", "ConditionalCheckFailed", "None"], ApplyOutcome.alreadyProcessed),
            (["None", "ConditionalCheckFailed", "None"], .conflict),
            (["None", "TransactionConflict", "None"], .conflict),
            (["TransactionConflict", "None", "None"], .conflict), (["None", "ValidationError", "None"], nil),
        ])
    func apply(codes: [String], expected: ApplyOutcome?) async throws {
        let reasons = codes.map { #"{"Code":"\#($0)"}"# }.joined(separator: ",")
        let transport = ScriptedTransport([
            (400, #"{"__type":"x#TransactionCanceledException","CancellationReasons":[\#(reasons)]}"#)
        ])
        let entry = OutboxEntry(id: "o", orderID: 5, topic: "t", value: "{}", headers: [], createdMillis: 0)
        let outcome = try? await store(transport).apply(
            eventID: "e", deductions: [.init(productID: "P", quantity: 1, previousStock: 2)], outcome: entry, at: "")
        #expect(outcome == expected)
    }
}
