import SQLite
import Testing

@testable import DynamoDB

@Suite("Storage: items that expire") struct StorageExpiryTests {
    @Test(
        "The time of expiry is a number's whole seconds above zero; nothing else has one",
        arguments: [
            ("1", 1), ("1700000000", 1_700_000_000), ("1700000000.9", 1_700_000_000), ("17e8", 1_700_000_000),
            ("1.5", 1), ("99999999999999999", 99_999_999_999_999_999), ("1e17", 100_000_000_000_000_000),
            ("1.0000000000000000000000000000000000001", 1), ("0", nil), ("-5", nil), ("0.5", nil), ("1e18", nil),
            ("9e125", nil), ("1e-130", nil),
        ] as [(String, Int64?)])
    func seconds(_ text: String, _ seconds: Int64?) throws {
        let number = try Array(text.utf8).withUnsafeBytes { try Number(parsing: $0) }
        #expect(AttributeValue.n(number).expirySeconds == seconds)
        #expect(AttributeValue.ns([number]).expirySeconds == nil)
        #expect(AttributeValue.s(Text(text)).expirySeconds == nil)
    }

    private static let enable =
        #"{"TableName":"tab","TimeToLiveSpecification":{"AttributeName":"end","Enabled":true}}"#

    /// An engine with so many items, those with an even number expired by now.
    private static func engine(items: Int) throws -> TestEngine {
        let engine = try TestEngine()
        try engine.makeTable()
        for number in 0..<items {
            let end = engine.now / 1000 + (number % 2 == 0 ? -10 : 1000)
            _ = try engine.run(
                "PutItem",
                #"{"TableName":"tab","Item":{"pk":{"S":"\#(number)"},"end":{"N":"\#(end)"}}}"#)
        }
        try engine.engine.commitTurn()
        return engine
    }

    private static func count(_ engine: TestEngine) throws -> Int {
        try #require(engine.engine.storage.tables.first).counts.items
    }

    @Test("A slice takes a bounded number of items, and there is one after the other until all is done")
    func slices() throws {
        let engine = try StorageExpiryTests.engine(items: 1000)
        try engine("UpdateTimeToLive", StorageExpiryTests.enable)
        let storage = engine.engine.storage
        let index = try #require(storage.tables[0].expiry)
        var counts: [Int] = []
        var slices = 0
        while try storage.expire(now: engine.now) {
            slices += 1
            counts.append(try StorageExpiryTests.count(engine))
            #expect(!storage.hasWritten)
            try #require(slices < 100)
        }
        #expect(counts.last == 500)
        #expect(zip([1000] + counts, counts).allSatisfy { $0 - $1 <= Storage.expiryItems })
        #expect(index.fill == nil)
        #expect(storage.nextExpiry == engine.now / 1000 + 1000)
        let inIndex = try storage.connection.integer("SELECT count(*) FROM \(SQL.expiryName(index.id))")
        #expect(inIndex == 500)
    }

    @Test("An item expires when the second that it names is over, not before")
    func moment() throws {
        let engine = try StorageExpiryTests.engine(items: 0)
        try engine("UpdateTimeToLive", StorageExpiryTests.enable)
        let storage = engine.engine.storage
        let end = engine.now / 1000 + 5
        try engine.put(#"{"pk":{"S":"a"},"end":{"N":"\#(end)"}}"#)
        #expect(try !storage.expire(now: end * 1000))
        #expect(engine.engine.nextExpiryMillis == end * 1000 + 1)
        #expect(try storage.expire(now: end * 1000 + 1))
        #expect(try StorageExpiryTests.count(engine) == 0)
        #expect(try !storage.expire(now: end * 1000 + 2))
        #expect(engine.engine.nextExpiryMillis == nil)
    }

    @Test("Filling that a crash cut off goes on where it was")
    func crash() throws {
        let engine = try StorageExpiryTests.engine(items: 600)
        try engine("UpdateTimeToLive", StorageExpiryTests.enable)
        #expect(try engine.engine.storage.expire(now: engine.now))
        let again = try engine.afterCrash()
        let index = try #require(again.engine.storage.tables[0].expiry)
        let fill = try #require(index.fill)
        #expect(fill > 1 && fill <= 600)
        while try again.engine.storage.expire(now: again.now) {}
        #expect(try StorageExpiryTests.count(again) == 300)
        let last = try again.afterCrash()
        #expect(last.engine.storage.tables[0].expiry?.fill == nil)
        #expect(try StorageExpiryTests.count(last) == 300)
    }

    @Test("A change of time to live whose turn is abandoned is taken back")
    func abandoned() throws {
        let engine = try StorageExpiryTests.engine(items: 10)
        let storage = engine.engine.storage
        _ = try engine.run("UpdateTimeToLive", StorageExpiryTests.enable)
        storage.connection.rollback()
        #expect(throws: DynamoDBError.self) { try engine.engine.commitTurn() }
        #expect(storage.tables[0].expiry == nil)
        #expect(try !storage.expire(now: engine.now))
        #expect(try StorageExpiryTests.count(engine) == 10)

        try engine("UpdateTimeToLive", StorageExpiryTests.enable)
        let index = storage.tables[0].expiry
        _ = try engine.run(
            "UpdateTimeToLive", StorageExpiryTests.enable.replacing("true", with: "false"))
        #expect(storage.tables[0].expiry == nil)
        storage.connection.rollback()
        #expect(throws: DynamoDBError.self) { try engine.engine.commitTurn() }
        #expect(storage.tables[0].expiry === index)
        while try storage.expire(now: engine.now) {}
        #expect(try StorageExpiryTests.count(engine) == 5)
    }

    @Test("A table without time to live has nothing in the database for it")
    func without() throws {
        let engine = try StorageExpiryTests.engine(items: 5)
        let names = "SELECT count(*) FROM sqlite_master WHERE name LIKE 'expiry%'"
        #expect(try engine.engine.storage.connection.integer(names) == 0)
        try engine("UpdateTimeToLive", StorageExpiryTests.enable)
        #expect(try engine.engine.storage.connection.integer(names) == 2)
        try engine("DeleteTable", #"{"TableName":"tab"}"#)
        while engine.engine.step(now: engine.now) {}
        #expect(try engine.engine.storage.connection.integer(names) == 0)
    }

    @Test("A scan of an almost empty table on demand is charged for its four partitions")
    func scanPartitions() throws {
        var schema = TableSchema(
            name: "tab", attributeDefinitions: [], key: KeySchema(attributes: []), indexes: [], isOnDemand: true,
            throughput: Throughput(), isDeletionProtected: false, tags: [])
        let quarter: Int64 = 1 << 30
        func units(_ segment: Range<Int64>? = nil) -> Double {
            ScannedPartitions(of: schema, segment: segment).units(isWhole: true, isConsistent: false)
        }
        #expect(units() == 2)
        #expect(units(0..<quarter) == 0.5)
        #expect(units(0..<(quarter + 1)) == 1)
        #expect(units(quarter..<(3 * quarter)) == 1)
        var some = ScannedPartitions(of: schema, segment: nil)
        let key: [UInt8] = [97, 0, 255, 98, 0, 0, 99, 0, 0]
        key.withUnsafeBytes { some.add(10_000, key: $0) }
        #expect(some.units(isWhole: false, isConsistent: true) == 3)
        #expect(some.units(isWhole: true, isConsistent: true) == 6)
        key.withUnsafeBytes { #expect(Array(KeyBytes.firstAttribute(of: $0)) == [97, 0, 255, 98, 0, 0]) }
        schema.isOnDemand = false
        schema.throughput = Throughput(readUnits: 5, writeUnits: 5)
        #expect(units() == 0.5)
    }
}

extension String {
    fileprivate func replacing(_ old: String, with new: String) -> String {
        split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }
}
