import Synchronization
import Testing

@testable import DynamoDBClient

@Suite struct DynamoDBClientTests {
    final class Sleeps: Sendable {
        let waited = Mutex<[Duration]>([])
    }

    let sleeps = Sleeps()

    func client(_ transport: ScriptedTransport) throws -> DynamoDBClient {
        let sleeps = sleeps
        return DynamoDBClient(
            endpoint: try Endpoint(
                environment: ["DYNAMODB_ENDPOINT": "http://localhost:8000", "AWS_REGION": "ap-northeast-2"],
                configuration: sharedFiles()),
            transport: transport,
            credentials: CredentialChain(
                [StaticCredentials(Credentials(accessKeyID: "AKID", secretAccessKey: "SECRET"))]),
            retryPolicy: RetryPolicy(jitter: { 0.5 }), clock: ServiceClock { 1_440_938_160 },
            sleep: { duration in sleeps.waited.withLock { $0.append(duration) } })
    }

    func failure(_ code: String, status: Int = 400) -> ScriptedTransport.Answer {
        ok(#"{"__type":"com.amazonaws.dynamodb.v20120810#\#(code)","message":"m"}"#, status: status)
    }

    @Test("Every request is signed and names its operation")
    func request() async throws {
        let transport = ScriptedTransport([ok(#"{"Item":{"PK":{"S":"a"}}}"#)])
        let item = try await client(transport).getItem(table: "t", key: ["PK": "a"], consistentRead: true)
        #expect(item == ["PK": "a"])
        let asked = try #require(transport.asked.first)
        #expect(asked.url == "http://localhost:8000/")
        func header(_ name: String) -> String? { asked.headers.first { $0.name == name }?.value }
        #expect(header("X-Amz-Target") == "DynamoDB_20120810.GetItem")
        #expect(header("X-Amz-Date") == "20150830T123600Z")
        #expect(
            header("Authorization")?.hasPrefix(
                "AWS4-HMAC-SHA256 Credential=AKID/20150830/ap-northeast-2/dynamodb/aws4_request, "
                    + "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=") == true)
        #expect(
            String(decoding: asked.body, as: UTF8.self)
                == #"{"TableName":"t","Key":{"PK":{"S":"a"}},"ConsistentRead":true}"#)
    }

    @Test("The typed calls send DynamoDB's parameters")
    func parameters() async throws {
        let transport = ScriptedTransport(Array(repeating: ok("{}"), count: 6))
        let client = try client(transport)
        let condition = Expression("stock >= :q", values: [":q": .n(2)])
        try await client.putItem(table: "t", item: ["a": .n(1)], condition: Expression("attribute_not_exists(a)"))
        try await client.updateItem(
            table: "t", key: ["a": .n(1)], update: Expression("SET #s = #s - :q", names: ["#s": "stock"]),
            condition: condition, returning: .allNew, repeatable: false)
        try await client.deleteItem(table: "t", key: ["a": .n(1)])
        _ = try await client.query(
            table: "t", index: "i", keyCondition: Expression("a = :a", values: [":a": "x"]), ascending: false, limit: 5,
            startingAfter: ["a": "w"])
        try await client.transactWriteItems(
            [
                .put(table: "t", item: [:], condition: Expression("c"), returningItem: true),
                .delete(table: "t", key: [:]),
                .conditionCheck(table: "t", key: [:], condition: Expression("c")),
                .update(table: "t", key: [:], update: Expression("u"), condition: condition),
            ], token: "token")
        let bodies = transport.asked.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(
            bodies == [
                #"{"TableName":"t","Item":{"a":{"N":"1"}},"ConditionExpression":"attribute_not_exists(a)"}"#,
                #"{"TableName":"t","Key":{"a":{"N":"1"}},"UpdateExpression":"SET #s = #s - :q","#
                    + #""ConditionExpression":"stock >= :q","ReturnValues":"ALL_NEW","#
                    + ##""ExpressionAttributeNames":{"#s":"stock"},"ExpressionAttributeValues":{":q":{"N":"2"}}}"##,
                #"{"TableName":"t","Key":{"a":{"N":"1"}}}"#,
                #"{"TableName":"t","IndexName":"i","KeyConditionExpression":"a = :a","ScanIndexForward":false,"Limit":5,"#
                    + #""ExclusiveStartKey":{"a":{"S":"w"}},"ExpressionAttributeValues":{":a":{"S":"x"}}}"#,
                #"{"TransactItems":[{"Put":{"TableName":"t","Item":{},"ConditionExpression":"c","#
                    + #""ReturnValuesOnConditionCheckFailure":"ALL_OLD"}},{"Delete":{"TableName":"t","Key":{}}},"#
                    + #"{"ConditionCheck":{"TableName":"t","Key":{},"ConditionExpression":"c"}},"#
                    + #"{"Update":{"TableName":"t","Key":{},"UpdateExpression":"u","ConditionExpression":"stock >= :q","#
                    + #""ExpressionAttributeValues":{":q":{"N":"2"}}}}],"ClientRequestToken":"token"}"#,
            ])
    }

    @Test("An error that will not pass is not tried again")
    func noRetry() async throws {
        for code in ["ConditionalCheckFailedException", "ValidationException", "ResourceNotFoundException"] {
            let transport = ScriptedTransport([failure(code), ok("{}")])
            await #expect(throws: DynamoDBError(code: code, message: "m")) {
                try await client(transport).call("PutItem", [:])
            }
            #expect(transport.asked.count == 1)
        }
    }

    @Test("What must not be done twice is sent again only when it certainly was not done")
    func notRepeatable() async throws {
        let ambiguous: [ScriptedTransport.Answer] = [
            failure("InternalServerError", status: 500), { _ in throw TransportError("timeout", neverSent: false) },
        ]
        for answer in ambiguous {
            let transport = ScriptedTransport([answer, ok("{}")])
            await #expect(throws: (any Error).self) {
                try await client(transport).call("UpdateItem", [:], repeatable: false)
            }
            #expect(transport.asked.count == 1)
        }
        let harmless: [ScriptedTransport.Answer] = [
            failure("ThrottlingException"), { _ in throw TransportError("refused", neverSent: true) },
        ]
        for answer in harmless {
            let transport = ScriptedTransport([answer, ok("{}")])
            _ = try await client(transport).call("UpdateItem", [:], repeatable: false)
            #expect(transport.asked.count == 2)
        }
    }

    @Test("An answer that does not match its checksum is not believed")
    func checksum() async throws {
        let damaged: ScriptedTransport.Answer = { _ in
            IncomingResponse(status: 200, headers: [("x-amz-crc32", "1")], body: Array("{}".utf8))
        }
        let sound: ScriptedTransport.Answer = { _ in
            IncomingResponse(
                status: 200, headers: [("x-amz-crc32", String(CRC32.checksum(Array("{}".utf8))))],
                body: Array("{}".utf8))
        }
        let transport = ScriptedTransport([damaged, sound])
        #expect(try await client(transport).call("GetItem", [:]) == [:])
        #expect(transport.asked.count == 2)
    }

    @Test("A cancelled transaction tells each action's reason")
    func cancelled() async throws {
        let body =
            #"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"cancelled","#
            + #""CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":"m","Item":{"a":{"N":"1"}}},"#
            + #"{"Code":"TransactionConflict"}]}"#
        let error = DynamoDBError(response: IncomingResponse(status: 400, body: Array(body.utf8)))
        #expect(error.code == "TransactionCanceledException")
        #expect(error.message == "cancelled")
        #expect(error.conditionFailed(at: 1))
        #expect(!error.conditionFailed(at: 0))
        #expect(!error.conditionFailed(at: 9))
        #expect(error.isTransactionConflict)
        #expect(error.cancellationReasons[1].item == ["a": .n(1)])
    }

    @Test("An error page that is no JSON is still an error with its status")
    func errorPage() {
        let error = DynamoDBError(response: IncomingResponse(status: 503, body: Array("<html>".utf8)))
        #expect(error.status == 503)
        #expect(error.description == "InternalServerError: status 503")
    }
}
