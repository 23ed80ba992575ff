import SQLite
import Testing

@testable import DynamoDB

@Suite("Building of an index") struct BackfillTests {
    private static let definitions =
        #""AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"N"}]"#
    private static let create =
        #"{"TableName":"tab",\#(definitions),"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"byG","KeySchema":"#
        + #"[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"#
        + #""Projection":{"ProjectionType":"KEYS_ONLY"}}}]}"#

    /// Steps until the index is built.
    private static func finish(_ engine: TestEngine) {
        while engine.engine.step(now: engine.now) {}
    }

    private static func description(_ engine: TestEngine) throws -> String {
        try engine("DescribeTable", #"{"TableName":"tab"}"#)
    }

    /// The index as it is on disk against what the items say: keys, sizes, counts.
    private static func check(_ engine: TestEngine) throws {
        let table = try #require(engine.engine.storage.table(named: "tab"))
        let index = try #require(table.index(named: "byG"))
        #expect(index.backfill == nil)
        let connection = engine.engine.storage.connection
        var expected: [[UInt8]: (size: Int, row: Int64, content: [UInt8]?)] = [:]
        let items = try connection.prepare("SELECT id, key, item FROM items_\(table.id)")
        while try items.step() {
            let key = KeyValue(bytes: Array(items.bytes(1)), partitionCount: 0)
            guard let entry = index.entry(of: Item(stored: items.bytes(2)), in: table, tableKey: key) else { continue }
            let content = index.storedContent(of: Array(items.bytes(2)), size: entry.size, entry.content)
            expected[entry.key.bytes] = (entry.size, items.integer(0), content)
        }
        let entries = try connection.prepare("SELECT key, size, item, content FROM index_\(index.id)")
        var found = 0
        while try entries.step() {
            found += 1
            let entry = try #require(expected[Array(entries.bytes(0))])
            #expect(entry.size == Int(entries.integer(1)))
            #expect(entry.row == entries.integer(2))
            #expect(entry.content == (entries.isNull(3) ? nil : Array(entries.bytes(3))))
        }
        #expect(found == expected.count)
        #expect(index.counts == Counts(items: found, bytes: expected.values.reduce(0) { $0 + $1.size }))
        #expect(
            try connection.integer("SELECT count(*) FROM temp.sqlite_master WHERE name LIKE 'run_%'") == 0)
    }

    @Test("An index that is added gets the items that were there, but for those whose keys no index can have")
    func skips() throws {
        let engine = try TestEngine()
        try engine.makeTable()
        try engine.put(#"{"pk":{"S":"1"},"g":{"S":"a"},"h":{"N":"1"}}"#)
        try engine.put(#"{"pk":{"S":"2"},"g":{"S":"a"}}"#)
        try engine.put(#"{"pk":{"S":"3"},"g":{"N":"1"},"h":{"N":"1"}}"#)
        try engine.put(#"{"pk":{"S":"4"},"g":{"S":""},"h":{"N":"1"}}"#)
        let long = String(repeating: "x", count: 2049)
        try engine.put(#"{"pk":{"S":"5"},"g":{"S":"\#(long)"},"h":{"N":"1"}}"#)
        try engine.put(#"{"pk":{"S":"6"},"g":{"S":"\#(long.dropLast())"},"h":{"N":"2"}}"#)
        let answer = try engine("UpdateTable", BackfillTests.create)
        #expect(answer.contains(#""TableStatus":"UPDATING""#))
        #expect(answer.contains(#""IndexStatus":"CREATING","Backfilling":false"#))
        let during = try BackfillTests.description(engine)
        #expect(during.contains(#""TableStatus":"ACTIVE""#))
        #expect(during.contains(#""IndexStatus":"CREATING","Backfilling":true"#))
        #expect(
            engine.error("Scan", #"{"TableName":"tab","IndexName":"byG"}"#)
                == "ValidationException: Cannot read from backfilling global secondary index: byG")
        BackfillTests.finish(engine)
        let after = try BackfillTests.description(engine)
        #expect(after.contains(#""IndexStatus":"ACTIVE""#))
        #expect(!after.contains("Backfilling"))
        #expect(
            try engine("Scan", #"{"TableName":"tab","IndexName":"byG","Select":"COUNT"}"#)
                == #"{"Count":2,"ScannedCount":2}"#)
        try BackfillTests.check(engine)
    }

    @Test(
        "Whatever is written between the slices, and wherever the program is killed or a turn fails, the index becomes what the items say",
        arguments: 0..<12)
    func interleaved(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var engine = try TestEngine(.close)
        try engine.makeTable()
        func limit() {
            engine.engine.storage.backfillLimits = Backfill.Limits(rows: 5, bytes: 600, entries: 3, runBytes: 900)
        }
        for number in 0..<80 { try write(engine, number % 60, &random) }
        try engine("UpdateTable", BackfillTests.create)
        limit()
        for _ in 0..<400 {
            switch random.next() % 12 {
            case 0..<5: _ = engine.engine.step(now: engine.now)
            case 5..<10: try write(engine, Int(random.next() % 90), &random)
            case 10:
                // Written, and taken back.
                for _ in 0..<3 { try? write(engine, Int(random.next() % 90), &random, isCommitted: false) }
                engine.engine.storage.connection.rollback()
                try? engine.engine.commitTurn()
            default:
                if random.next() % 4 == 0 {
                    engine = try engine.afterCrash()
                    limit()
                }
            }
            if engine.engine.storage.tables[0].indexes[0].backfill == nil { break }
        }
        BackfillTests.finish(engine)
        try BackfillTests.check(engine)
        engine = try engine.afterCrash()
        try BackfillTests.check(engine)
    }

    /// Puts, changes or deletes an item, mostly with keys for the index.
    private func write(
        _ engine: TestEngine, _ number: Int, _ random: inout SplitMix, isCommitted: Bool = true
    ) throws {
        let (first, second) = (random.next() % 4, random.next() % 5)
        let pad = String(repeating: "p", count: Int(random.next() % 40))
        let body: String
        var operation = "PutItem"
        // While the index is there, a key of a wrong type is refused; before, it is stored.
        let isFree = engine.engine.storage.tables[0].indexes.isEmpty
        switch random.next() % 10 {
        case 0..<6:
            body =
                #"{"TableName":"tab","Item":{"pk":{"S":"\#(number)"},"g":{"S":"g\#(first)"},"h":{"N":"\#(second)"},"#
                + #""p":{"S":"\#(pad)"}}}"#
        case 6:
            body = #"{"TableName":"tab","Item":{"pk":{"S":"\#(number)"},"g":{"S":"g\#(first)"}}}"#
        case 7:
            body =
                isFree
                ? #"{"TableName":"tab","Item":{"pk":{"S":"\#(number)"},"g":{"N":"1"},"h":{"S":"x"}}}"#
                : #"{"TableName":"tab","Item":{"pk":{"S":"\#(number)"},"h":{"N":"1"}}}"#
        case 8:
            operation = "UpdateItem"
            body =
                #"{"TableName":"tab","Key":{"pk":{"S":"\#(number)"}},"UpdateExpression":"SET h = :h","#
                + #""ExpressionAttributeValues":{":h":{"N":"\#(second)"}}}"#
        default:
            operation = "DeleteItem"
            body = #"{"TableName":"tab","Key":{"pk":{"S":"\#(number)"}}}"#
        }
        _ = try engine.run(operation, body)
        if isCommitted { try engine.engine.commitTurn() }
    }

    @Test("An index that is deleted while it is being built is gone, with its run, and the table can be deleted")
    func deleteWhileBuilding() throws {
        let engine = try TestEngine()
        try engine.makeTable()
        for number in 0..<20 { try engine.put(#"{"pk":{"S":"\#(number)"},"g":{"S":"a"},"h":{"N":"1"}}"#) }
        try engine("UpdateTable", BackfillTests.create)
        engine.engine.storage.backfillLimits.rows = 4
        for _ in 0..<3 { _ = engine.engine.step(now: engine.now) }
        #expect(
            engine.error("DeleteTable", #"{"TableName":"tab"}"#)
                == "ResourceInUseException: Attempt to change a resource which is still in use: Cannot delete table while "
                + "indexes are being created, updated, or deleted.")
        let answer = try engine(
            "UpdateTable", #"{"TableName":"tab","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"byG"}}]}"#)
        #expect(answer.contains(#""TableStatus":"UPDATING""#))
        #expect(answer.contains(#""IndexStatus":"DELETING""#))
        let after = try BackfillTests.description(engine)
        #expect(!after.contains("GlobalSecondaryIndexes"))
        #expect(after.contains(#""AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]"#))
        BackfillTests.finish(engine)
        let connection = engine.engine.storage.connection
        #expect(try connection.integer("SELECT count(*) FROM temp.sqlite_master WHERE name LIKE 'run_%'") == 0)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_master WHERE name GLOB 'index_[0-9]*'") == 0)
        try engine("DeleteTable", #"{"TableName":"tab"}"#)
    }

    @Test("A slice whose commit fails is done again")
    func failedSlice() throws {
        let engine = try TestEngine()
        try engine.makeTable()
        for number in 0..<50 { try engine.put(#"{"pk":{"S":"\#(number)"},"g":{"S":"\#(number)"},"h":{"N":"1"}}"#) }
        try engine("UpdateTable", BackfillTests.create)
        engine.engine.storage.backfillLimits = Backfill.Limits(rows: 5, bytes: 1000, entries: 3, runBytes: 300)
        let connection = engine.engine.storage.connection
        var steps = 0
        while engine.engine.storage.tables[0].indexes[0].backfill != nil, steps < 1000 {
            steps += 1
            if steps % 7 == 0 {
                // No page can be added: what needs one fails, with its whole transaction.
                let pages = try connection.integer("PRAGMA page_count")
                _ = try connection.integer("PRAGMA max_page_count=\(pages)")
                _ = engine.engine.step(now: engine.now)
                _ = try connection.integer("PRAGMA max_page_count=1000000")
            } else {
                _ = engine.engine.step(now: engine.now)
            }
        }
        try BackfillTests.check(engine)
    }
}

/// Random numbers from a seed.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
