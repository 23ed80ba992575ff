import SQLite
import Testing

@testable import DynamoDB

@Suite("Operations on tables") struct OperationsTableTests {
    let engine: TestEngine

    init() throws { engine = try TestEngine() }

    @Test("CreateTable answers CREATING, DescribeTable ACTIVE, with what AWS shows")
    func create() throws {
        let created = try engine(
            "CreateTable",
            #"""
            {"TableName":"orders","AttributeDefinitions":[{"AttributeName":"PK","AttributeType":"S"},
            {"AttributeName":"G","AttributeType":"N"}],"KeySchema":[{"AttributeName":"PK","KeyType":"HASH"}],
            "GlobalSecondaryIndexes":[{"IndexName":"GSI1","KeySchema":[{"AttributeName":"G","KeyType":"HASH"}],
            "Projection":{"ProjectionType":"ALL"}}],"BillingMode":"PAY_PER_REQUEST","Tags":[{"Key":"a","Value":"b"}]}
            """#)
        #expect(
            created
                == #"{"TableDescription":{"AttributeDefinitions":[{"AttributeName":"G","AttributeType":"N"},"#
                + #"{"AttributeName":"PK","AttributeType":"S"}],"KeySchema":[{"AttributeName":"PK","KeyType":"HASH"}],"#
                + #""TableName":"orders","TableStatus":"CREATING","CreationDateTime":1700000000.0,"#
                + #""ProvisionedThroughput":{"NumberOfDecreasesToday":0,"ReadCapacityUnits":0,"WriteCapacityUnits":0},"#
                + #""TableSizeBytes":0,"ItemCount":0,"#
                + #""TableArn":"arn:aws:dynamodb:ap-northeast-2:000000000000:table/orders","#
                + #""TableId":"01234567-89ab-4def-8123-456789abcdef","BillingModeSummary":{"BillingMode":"PAY_PER_REQUEST"},"#
                + #""GlobalSecondaryIndexes":[{"IndexName":"GSI1","KeySchema":[{"AttributeName":"G","KeyType":"HASH"}],"#
                + #""Projection":{"ProjectionType":"ALL"},"IndexStatus":"CREATING","#
                + #""ProvisionedThroughput":{"NumberOfDecreasesToday":0,"ReadCapacityUnits":0,"WriteCapacityUnits":0},"#
                + #""IndexSizeBytes":0,"ItemCount":0,"#
                + #""IndexArn":"arn:aws:dynamodb:ap-northeast-2:000000000000:table/orders/index/GSI1"}],"#
                + #""DeletionProtectionEnabled":false}}"#)
        let described = try engine("DescribeTable", #"{"TableName":"orders"}"#)
        #expect(described.contains(#""TableStatus":"ACTIVE""#))
        #expect(described.contains(#""IndexStatus":"ACTIVE""#))
        #expect(
            described.contains(
                #""WarmThroughput":{"ReadUnitsPerSecond":12000,"WriteUnitsPerSecond":4000,"Status":"ACTIVE"}"#))
        #expect(described.contains(#""LastUpdateToPayPerRequestDateTime":1700000000.0"#))
    }

    @Test("A table is the same after a restart")
    func restart() throws {
        try engine.makeOrders()
        try engine.put(#"{"PK":{"S":"a"},"SK":{"S":"b"},"GSI1PK":{"S":"c"},"GSI1SK":{"S":"d"}}"#, into: "orders")
        let before = try engine("DescribeTable", #"{"TableName":"orders"}"#)
        #expect(before.contains(#""ItemCount":1"#))
        try engine.reopen()
        #expect(try engine("DescribeTable", #"{"TableName":"orders"}"#) == before)
    }

    @Test("A table is deleted at once, its rows in slices, also after a restart in between")
    func delete() throws {
        try engine.makeTable()
        for number in 0..<600 {
            _ = try engine.run("PutItem", #"{"TableName":"tab","Item":{"pk":{"S":"\#(number)"}}}"#)
        }
        try engine.engine.commitTurn()
        let deleted = try engine("DeleteTable", #"{"TableName":"tab"}"#)
        #expect(deleted.contains(#""TableStatus":"DELETING""#))
        #expect(deleted.contains(#""LastUpdateToPayPerRequestDateTime":1700000000.0"#))
        #expect(!deleted.contains("KeySchema"))
        #expect(
            engine.error("DescribeTable", #"{"TableName":"tab"}"#)
                == "ResourceNotFoundException: Requested resource not found: Table: tab not found")
        try engine.makeTable()
        #expect(try engine("Scan", #"{"TableName":"tab"}"#) == #"{"Count":0,"Items":[],"ScannedCount":0}"#)
        #expect(engine.engine.step(now: engine.now))
        try engine.reopen()
        var steps = 0
        while engine.engine.step(now: engine.now) { steps += 1 }
        #expect(steps == 2)
        #expect(
            try engine.engine.storage.connection.integer("SELECT count(*) FROM sqlite_master WHERE name LIKE 'items_%'")
                == 2)
    }

    @Test("The log is copied when nothing was written between two looks at it, by requests or in the background")
    func settledLog() throws {
        let engine = try TestEngine()
        try engine.makeTable()
        func put(_ letter: String) throws {
            let text = String(repeating: letter, count: 300_000)
            try engine("PutItem", #"{"TableName":"tab","Item":{"pk":{"S":"a"},"x":{"S":"\#(text)"}}}"#)
        }
        var pages: Int { engine.engine.connection.pagesInLog }
        try put("a")
        #expect(engine.engine.settleLog())
        try put("b")
        #expect(engine.engine.settleLog())
        #expect(pages > 64)
        #expect(!engine.engine.settleLog())
        #expect(pages == 0)
        // What is left of a table goes in the background.
        try put("c")
        try engine("DeleteTable", #"{"TableName":"tab"}"#)
        #expect(engine.engine.settleLog())
        #expect(engine.engine.step(now: engine.now))
        #expect(engine.engine.settleLog())
        #expect(!engine.engine.settleLog())
    }

    @Test("Tables are listed by name, page by page")
    func list() throws {
        for name in ["ccc", "aaa", "bbb"] { try engine.makeTable(name) }
        #expect(try engine("ListTables", "{}") == #"{"TableNames":["aaa","bbb","ccc"]}"#)
        #expect(
            try engine("ListTables", #"{"Limit":2}"#)
                == #"{"TableNames":["aaa","bbb"],"LastEvaluatedTableName":"bbb"}"#)
        #expect(try engine("ListTables", #"{"ExclusiveStartTableName":"bbb"}"#) == #"{"TableNames":["ccc"]}"#)
        #expect(
            engine.error("ListTables", #"{"Limit":101}"#)
                == "ValidationException: 1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: "
                + "Member must have value less than or equal to 100")
    }

    @Test(
        "A table that cannot be is refused with AWS's text",
        arguments: [
            ("{}", "The parameter 'TableName' is required but was not present in the request"),
            (
                #"{"TableName":"ab"}"#,
                "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have "
                    + "length greater than or equal to 3"
            ),
            (
                #"{"TableName":"abc","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"X"}],"KeySchema":[{"AttributeName":"pk","KeyType":"Y"}]}"#,
                "2 validation errors detected: Value 'Y' at 'keySchema.1.member.keyType' failed to satisfy constraint: "
                    + "Member must satisfy enum value set: [HASH, RANGE]; Value 'X' at "
                    + "'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: Member must satisfy enum "
                    + "value set: [B, N, S]"
            ),
            (
                #"{"TableName":"abc","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}"#,
                "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified "
                    + "when BillingMode is PROVISIONED"
            ),
            (
                #"{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}"#,
                "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be "
                    + "specified when BillingMode is PAY_PER_REQUEST"
            ),
            (
                #"{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"pk","KeyType":"RANGE"}]}"#,
                "Invalid KeySchema: Some index key attribute have no definition"
            ),
            (
                #"{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"x","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}"#,
                "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match "
                    + "number of attributes defined in AttributeDefinitions"
            ),
            (
                #"{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"x","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"LocalSecondaryIndexes":[{"IndexName":"lsi","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"x","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}"#,
                "One or more parameter values were invalid: Table KeySchema does not have a range key, which is required "
                    + "when specifying a LocalSecondaryIndex"
            ),
            (
                #"{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"pk","AttributeType":"N"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}"#,
                "Attribute Name is duplicated: pk"
            ),
            (
                #"{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","StreamSpecification":{"StreamEnabled":true},"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}"#,
                "Nestbox does not support the parameter StreamSpecification of CreateTable yet: leave it out"
            ),
        ])
    func wrongTable(_ body: String, _ message: String) {
        #expect(engine.error("CreateTable", body) == "ValidationException: " + message)
    }

    @Test("A table's name is taken once")
    func twice() throws {
        try engine.makeTable()
        let body =
            #"{"TableName":"tab","AttributeDefinitions":[],"KeySchema":[]}"#
        #expect(engine.error("CreateTable", body).contains("ValidationException"))
        try engine.makeTable("ttt")
        #expect(throws: DynamoDBError(.resourceInUse, "Table already exists: ttt")) { try engine.makeTable("ttt") }
    }

    @Test("The list of operations is in order, without doubles, and dispatch finds each")
    func operations() {
        let names = Operations.all.map(\.name)
        #expect(names == names.sorted())
        #expect(Set(names).count == names.count)
        for name in names {
            var name = name
            #expect(name.withUTF8 { Operations.named(UnsafeRawBufferPointer($0))?.name } == name)
        }
        #expect(engine.error("ExportTableToPointInTime", "{}") == "UnknownOperationException: -")
    }
}
