import Testing

@testable import DynamoDB

@Suite("TransactWriteItems") struct OperationsTransactionTests {
    let engine: TestEngine

    init() throws {
        engine = try TestEngine()
        try engine.makeTable()
        try engine.put(#"{"pk":{"S":"a"},"n":{"N":"10"}}"#)
    }

    private func item(_ key: String) throws -> String {
        try engine("GetItem", #"{"TableName":"tab","Key":{"pk":{"S":"\#(key)"}}}"#)
    }

    private let deduct =
        #"{"Update":{"TableName":"tab","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET n = n - :q","#
        + #""ConditionExpression":"n >= :q","ExpressionAttributeValues":{":q":{"N":"2"}}}}"#
    private let put =
        #"{"Put":{"TableName":"tab","Item":{"pk":{"S":"new"}},"ConditionExpression":"attribute_not_exists(pk)"}}"#

    @Test("All four actions together")
    func all() throws {
        try engine.put(#"{"pk":{"S":"gone"}}"#)
        let check =
            #"{"ConditionCheck":{"TableName":"tab","Key":{"pk":{"S":"none"}},"ConditionExpression":"attribute_not_exists(pk)"}}"#
        let delete = #"{"Delete":{"TableName":"tab","Key":{"pk":{"S":"gone"}}}}"#
        #expect(
            try engine(
                "TransactWriteItems",
                #"{"TransactItems":[\#(put),\#(deduct),\#(check),\#(delete)],"ReturnConsumedCapacity":"TOTAL"}"#)
                == #"{"ConsumedCapacity":[{"TableName":"tab","CapacityUnits":8.0,"WriteCapacityUnits":8.0}]}"#)
        #expect(try item("a") == #"{"Item":{"n":{"N":"8"},"pk":{"S":"a"}}}"#)
        #expect(try item("new") == #"{"Item":{"pk":{"S":"new"}}}"#)
        #expect(try item("gone") == "{}")
    }

    @Test("One failing action leaves nothing of the others, and the reasons are in the actions' order")
    func cancelled() throws {
        let failing =
            #"{"Put":{"TableName":"tab","Item":{"pk":{"S":"a"}},"ConditionExpression":"attribute_not_exists(pk)","#
            + #""ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}"#
        let noSum =
            #"{"Update":{"TableName":"tab","Key":{"pk":{"S":"none"}},"UpdateExpression":"SET n = n + :n","#
            + #""ExpressionAttributeValues":{":n":{"N":"1"}}}}"#
        do {
            try engine("TransactWriteItems", #"{"TransactItems":[\#(put),\#(failing),\#(noSum)]}"#)
            Issue.record("not cancelled")
        } catch {
            #expect(error.kind == .transactionCanceled)
            #expect(
                error.message
                    == "Transaction cancelled, please refer cancellation reasons for specific reasons "
                    + "[None, ConditionalCheckFailed, ValidationError]")
            #expect(
                error.detail
                    == .cancellationReasons([
                        .none,
                        .init(
                            code: "ConditionalCheckFailed", message: "The conditional request failed",
                            item: ["pk": .s("a"), "n": .number(10)]),
                        .init(
                            code: "ValidationError",
                            message: "The provided expression refers to an attribute that does not exist in the item"),
                    ]))
        }
        #expect(try item("new") == "{}")
        #expect(!engine.engine.hasWritten)
    }

    @Test(
        "What is wrong with the request as a whole is a ValidationException",
        arguments: [
            (
                "[]",
                "1 validation error detected: Value at 'TransactItems' failed to satisfy constraint: Member must have length "
                    + "greater than or equal to 1"
            ),
            (
                #"[{"Delete":{"TableName":"tab","Key":{"pk":{"S":"a"}}}},{"Put":{"TableName":"tab","Item":{"pk":{"S":"a"}}}}]"#,
                "Transaction request cannot include multiple operations on one item"
            ),
            (
                #"[{"Put":{"TableName":"tab","Item":{"pk":{"S":""}}}}]"#,
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
                    + "string value. Key: pk"
            ),
            (
                #"[{"Update":{"TableName":"tab","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET"}}]"#,
                #"Invalid UpdateExpression: Syntax error; token: "<EOF>", near: "SET""#
            ),
            (
                "[{}]",
                "1 validation error detected: Value '' at 'transactItems' failed to satisfy constraint: "
                    + "TransactWriteRequest should contain Delete or Put or Update or ConditionCheck"
            ),
            (
                #"[{"ConditionCheck":{"TableName":"tab","Key":{"pk":{"S":"a"}}}}]"#,
                "1 validation error detected: Value null at 'transactItems.1.member.conditionCheck.conditionExpression' failed "
                    + "to satisfy constraint: Member must not be null"
            ),
        ])
    func wrong(_ items: String, _ message: String) {
        #expect(
            engine.error("TransactWriteItems", #"{"TransactItems":\#(items)}"#) == "ValidationException: " + message)
    }

    @Test("100 actions are taken, 101 are not")
    func count() {
        func run(_ count: Int) -> String {
            let items = (0..<count).map { #"{"Put":{"TableName":"tab","Item":{"pk":{"S":"k\#($0)"}}}}"# }
            return engine.error("TransactWriteItems", #"{"TransactItems":[\#(items.joined(separator: ","))]}"#)
        }
        #expect(run(100) == "answered {}")
        #expect(
            run(101)
                == "ValidationException: 1 validation error detected: Value at 'TransactItems' failed to satisfy constraint: "
                + "Member must have length less than or equal to 100")
    }

    // MARK: Tokens

    @Test("A token's second request changes nothing and succeeds, also after a crash; ten minutes later it is new")
    func token() throws {
        let body =
            #"{"TransactItems":[\#(deduct)],"ClientRequestToken":"token","ReturnConsumedCapacity":"TOTAL"}"#
        try engine("TransactWriteItems", body)
        #expect(
            try engine("TransactWriteItems", body)
                == #"{"ConsumedCapacity":[{"TableName":"tab","CapacityUnits":2.0,"ReadCapacityUnits":2.0}]}"#)
        #expect(try item("a").contains(#""N":"8""#))
        let again = try engine.afterCrash()
        try again("TransactWriteItems", body)
        #expect(try again("GetItem", #"{"TableName":"tab","Key":{"pk":{"S":"a"}}}"#).contains(#""N":"8""#))
        engine.now += 600_000
        try engine("TransactWriteItems", body)
        #expect(try item("a").contains(#""N":"6""#))
    }

    @Test("The same token with another request is refused; the order of placeholders is not another request")
    func tokenMismatch() throws {
        func body(_ names: String, _ value: Int) -> String {
            #"{"TransactItems":[{"Update":{"TableName":"tab","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET #n = :v, #m = :v","#
                + #""ExpressionAttributeNames":{\#(names)},"ExpressionAttributeValues":{":v":{"N":"\#(value)"}}}}],"#
                + #""ClientRequestToken":"token"}"#
        }
        try engine("TransactWriteItems", body(##""#n":"n","#m":"m""##, 1))
        try engine("TransactWriteItems", body(##""#m":"m","#n":"n""##, 1))
        #expect(
            engine.error("TransactWriteItems", body(##""#n":"n","#m":"m""##, 2))
                == "IdempotentParameterMismatchException: An error occurred (IdempotentParameterMismatchException)")
    }

    @Test("A transaction that is cancelled does not use up its token")
    func cancelledToken() throws {
        let body = #"{"TransactItems":[\#(put)],"ClientRequestToken":"token"}"#
        try engine.put(#"{"pk":{"S":"new"}}"#)
        #expect(engine.error("TransactWriteItems", body).hasPrefix("TransactionCanceledException"))
        try engine("DeleteItem", #"{"TableName":"tab","Key":{"pk":{"S":"new"}}}"#)
        #expect(engine.error("TransactWriteItems", body) == "answered {}")
    }

    @Test("Old tokens are swept")
    func sweep() throws {
        try engine("TransactWriteItems", #"{"TransactItems":[\#(put)],"ClientRequestToken":"token"}"#)
        _ = engine.engine.step(now: engine.now + 600_000)
        #expect(try engine.engine.storage.digest(ofToken: "token", now: engine.now) != nil)
        _ = engine.engine.step(now: engine.now + 600_001)
        #expect(try engine.engine.storage.digest(ofToken: "token", now: engine.now) == nil)
    }
}
