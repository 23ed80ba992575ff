import SQLite
import Testing

@testable import DynamoDB

/// An engine whose requests are measured, each in a turn of its own.
private final class MeasuredEngine {
    let test: TestEngine
    /// When the next request comes, and how long it takes, in nanoseconds.
    var nanos: Int64 = 0
    var duration: Int64 = 2_000_000

    init() throws { test = try TestEngine() }

    var engine: Engine { test.engine }

    /// Carries out a request; its error's name, if it has one.
    @discardableResult
    func callAsFunction(_ operation: String, _ body: String) throws -> String {
        defer {
            nanos += 1_000_000_000
            engine.countTurn(nowMillis: test.now, nanos: nanos - 1_000_000_000 + duration)
        }
        var output: [UInt8] = []
        let context = RequestContext(now: test.now, region: "eu-test-1", arrivalNanos: nanos)
        do throws(DynamoDBError) {
            try Array(body.utf8).withBytes { (bytes) throws(DynamoDBError) in
                try engine.execute(operation: operation, body: bytes, context: context, into: &output)
            }
            try engine.commitTurn()
        } catch {
            try engine.commitTurn()
            return error.kind.rawValue
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Samples and sum of a metric over all time; nil when it has none.
    func total(_ metric: Metric) throws -> [Double]? {
        var set = StatisticSet()
        for datum in try engine.data(of: metric, minutes: 0..<Int64.max) { set.add(datum.statistics) }
        return set.isEmpty ? nil : [Double(set.samples), set.sum]
    }
}

@Suite("Metrics") struct MetricsTests {
    private func read(_ index: String? = nil) -> Metric {
        Metric(.consumedReadCapacityUnits, table: "orders", index: index)
    }
    private func written(_ index: String? = nil) -> Metric {
        Metric(.consumedWriteCapacityUnits, table: "orders", index: index)
    }

    private func makeEngine() throws -> MeasuredEngine {
        let engine = try MeasuredEngine()
        try engine(
            "CreateTable",
            #"{"TableName":"orders","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},"#
                + #"{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"s","AttributeType":"S"}],"#
                + #""KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],"#
                + #""GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"#
                + #""Projection":{"ProjectionType":"ALL"}}],"LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":"#
                + #"[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"g","KeyType":"RANGE"}],"#
                + #""Projection":{"ProjectionType":"ALL"}}]}"#)
        return engine
    }

    private let item = #""Item":{"p":{"S":"a"},"s":{"S":"b"},"g":{"S":"c"}}"#
    private let key = #""Key":{"p":{"S":"a"},"s":{"S":"b"}}"#

    @Test("Units go to the table with its local indexes, and to each global index by itself, as the answers say them")
    func units() throws {
        let engine = try makeEngine()
        let put = try engine("PutItem", #"{"TableName":"orders",\#(item),"ReturnConsumedCapacity":"INDEXES"}"#)
        #expect(put.contains(#""Table":{"CapacityUnits":1.0}"#) && put.contains(#""byG":{"CapacityUnits":1.0}"#))
        #expect(try engine.total(written()) == [1, 2])
        #expect(try engine.total(written("byG")) == [1, 1])
        try engine("GetItem", #"{"TableName":"orders",\#(key)}"#)
        try engine("GetItem", #"{"TableName":"orders",\#(key),"ConsistentRead":true}"#)
        #expect(try engine.total(read()) == [2, 1.5])
        let query = #""KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"c"}}"#
        try engine("Query", #"{"TableName":"orders","IndexName":"byG",\#(query)}"#)
        #expect(try engine.total(read("byG")) == [1, 0.5])
        #expect(try engine.total(read()) == [2, 1.5])
        // A scan of a table on demand reads four partitions.
        let scan = try engine("Scan", #"{"TableName":"orders","ReturnConsumedCapacity":"TOTAL"}"#)
        #expect(scan.contains(#""CapacityUnits":2.0"#))
        try engine("Scan", #"{"TableName":"orders"}"#)
        #expect(try engine.total(read()) == [4, 5.5])
        try engine("TransactGetItems", #"{"TransactItems":[{"Get":{"TableName":"orders",\#(key)}}]}"#)
        try engine("BatchGetItem", #"{"RequestItems":{"orders":{"Keys":[{"p":{"S":"a"},"s":{"S":"b"}}]}}}"#)
        #expect(try engine.total(read()) == [6, 8])
        try engine("BatchWriteItem", #"{"RequestItems":{"orders":[{"PutRequest":{\#(item)}}]}}"#)
        try engine("TransactWriteItems", #"{"TransactItems":[{"Put":{"TableName":"orders",\#(item)}}]}"#)
        try engine("DeleteItem", #"{"TableName":"orders",\#(key)}"#)
        #expect(try engine.total(written()) == [4, 1 + 1 + 1 + 2 + 1 + 1])
    }

    @Test("Time and items are counted by operation, of requests that succeed")
    func operations() throws {
        let engine = try makeEngine()
        try engine("PutItem", #"{"TableName":"orders",\#(item)}"#)
        engine.duration = 6_000_000
        try engine("Scan", #"{"TableName":"orders"}"#)
        try engine("PutItem", #"{"TableName":"orders",\#(item),"ConditionExpression":"attribute_not_exists(p)"}"#)
        func latency(_ operation: Metric.Operation) -> Metric {
            Metric(.successfulRequestLatency, table: "orders", operation: operation)
        }
        #expect(try engine.total(latency(.putItem)) == [1, 2])
        #expect(try engine.total(latency(.scan)) == [1, 6])
        #expect(try engine.total(latency(.query)) == nil)
        #expect(try engine.total(Metric(.returnedItemCount, table: "orders", operation: .scan)) == [1, 1])
        #expect(try engine.total(Metric(.returnedItemCount, table: "orders", operation: .putItem)) == nil)
    }

    @Test("A failed condition is its table's and costs a write; every other client's error is the account's")
    func errors() throws {
        let engine = try makeEngine()
        let condition = #""ConditionExpression":"attribute_exists(p)""#
        #expect(
            try engine("PutItem", #"{"TableName":"orders",\#(item),\#(condition)}"#)
                == "ConditionalCheckFailedException")
        #expect(
            try engine("DeleteItem", #"{"TableName":"orders",\#(key),\#(condition)}"#)
                == "ConditionalCheckFailedException")
        #expect(try engine.total(Metric(.userErrors)) == nil)
        #expect(try engine.total(written()) == [2, 2])
        #expect(
            try engine(
                "TransactWriteItems", #"{"TransactItems":[{"Put":{"TableName":"orders",\#(item),\#(condition)}}]}"#)
                == "TransactionCanceledException")
        #expect(try engine.total(Metric(.conditionalCheckFailedRequests, table: "orders")) == [3, 3])
        #expect(try engine.total(written()) == [2, 2])
        try engine("GetItem", #"{"TableName":"none",\#(key)}"#)
        try engine("GetItem", "{}")
        #expect(try engine.total(Metric(.userErrors)) == [3, 3])
    }

    @Test("What nobody says the time of is not measured, and a turn that is lost counts nothing")
    func unmeasured() throws {
        let engine = try makeEngine()
        _ = try engine.test("PutItem", #"{"TableName":"orders",\#(item)}"#)
        #expect(try engine.engine.publishedMetrics().isEmpty)
        var output: [UInt8] = []
        let context = RequestContext(now: engine.test.now, region: "r", arrivalNanos: 0)
        try Array(#"{"TableName":"orders",\#(item)}"#.utf8).withUnsafeBytes {
            try engine.engine.execute(operation: "PutItem", body: $0, context: context, into: &output)
        }
        try engine.engine.storage.connection.execute("ROLLBACK")
        #expect(throws: DynamoDBError.self) { try engine.engine.commitTurn() }
        #expect(!engine.engine.hasMeasured)
    }

    /// The sum of the written units in the files as a killed process would leave them.
    private func afterCrash(_ engine: MeasuredEngine) throws -> Double? {
        let copy = try engine.test.afterCrash()
        return try copy.engine.data(of: written(), minutes: 0..<Int64.max).first?.statistics.sum
    }

    @Test("Samples outlive a clean stop whole, are added to those before it, and are stored every few seconds")
    func restart() throws {
        let engine = try makeEngine()
        for _ in 0..<3 { try engine("PutItem", #"{"TableName":"orders",\#(item)}"#) }
        try engine.test.reopen()
        #expect(try engine.total(written()) == [3, 4])
        try engine("PutItem", #"{"TableName":"orders",\#(item)}"#)
        #expect(try engine.total(written()) == [4, 5])
        let minute = engine.test.now / 60_000
        #expect(try engine.engine.data(of: written(), minutes: minute..<(minute + 1)).count == 1)
        // Not stored yet: a kill loses it. A slice of background work stores it.
        #expect(try afterCrash(engine) == 4)
        while engine.engine.step(now: engine.test.now + 5000) {}
        #expect(try afterCrash(engine) == 5)
        try engine("PutItem", #"{"TableName":"orders",\#(item)}"#)
        engine.test.now += 60_000
        try engine("PutItem", #"{"TableName":"orders",\#(item)}"#)
        let data = try engine.engine.data(of: written(), minutes: 0..<Int64.max)
        #expect(data.map(\.minute) == [minute, minute + 1] && data.map(\.statistics.sum) == [6, 1])
    }

    @Test("A table's metrics stay when it is deleted, and go on when it is made again")
    func deletedTable() throws {
        let engine = try makeEngine()
        try engine("PutItem", #"{"TableName":"orders",\#(item)}"#)
        try engine("DeleteTable", #"{"TableName":"orders"}"#)
        #expect(try engine.total(written()) == [1, 2])
        try engine.test.reopen()
        #expect(try engine.total(written()) == [1, 2])
    }

    @Test("Samples are kept for fifteen days, and a metric without any is forgotten")
    func pruning() throws {
        let engine = try makeEngine()
        try engine("PutItem", #"{"TableName":"orders",\#(item)}"#)
        engine.test.now += 86_400_000
        try engine("GetItem", #"{"TableName":"orders",\#(key)}"#)
        try engine.test.reopen()
        #expect(try engine.engine.publishedMetrics().count == 5)
        while engine.engine.step(now: engine.test.now + Metrics.keptMinutes * 60_000 - 1) {}
        #expect(
            try engine.engine.publishedMetrics().map(\.metric.name) == [
                .consumedReadCapacityUnits, .successfulRequestLatency,
            ])
        #expect(try engine.total(read()) == [1, 0.5])
    }
}
