import SQLite
import Testing

@testable import DynamoDB

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("Storage") struct StorageTests {
    let engine: TestEngine

    init() throws {
        engine = try TestEngine()
        try engine.makeOrders()
    }

    private func order(_ id: Int) -> String {
        #"{"TableName":"orders","Item":{"PK":{"S":"\#(id)"},"SK":{"S":"s"},"GSI1PK":{"S":"u"},"GSI1SK":{"S":"\#(id)"}}}"#
    }

    @Test("A committed turn survives a crash, an open one leaves nothing: items, index entries, counts")
    func crash() throws {
        _ = try engine.run("PutItem", order(1))
        _ = try engine.run("PutItem", order(2))
        try engine.engine.commitTurn()
        _ = try engine.run("PutItem", order(3))
        _ = try engine.run("DeleteItem", #"{"TableName":"orders","Key":{"PK":{"S":"1"},"SK":{"S":"s"}}}"#)
        let again = try engine.afterCrash()
        #expect(try again("Scan", #"{"TableName":"orders","Select":"COUNT"}"#) == #"{"Count":2,"ScannedCount":2}"#)
        #expect(
            try again("Scan", #"{"TableName":"orders","IndexName":"GSI1","Select":"COUNT"}"#)
                == #"{"Count":2,"ScannedCount":2}"#)
        #expect(try again("DescribeTable", #"{"TableName":"orders"}"#).contains(#""ItemCount":2"#))
    }

    @Test("A commit that fails takes back items, counts, tables and tokens, and the engine goes on")
    func failedCommit() throws {
        try engine("PutItem", order(1))
        let before = try engine("DescribeTable", #"{"TableName":"orders"}"#)
        _ = try engine.run("PutItem", order(2))
        try engine.makeTableInTurn("fresh")
        _ = try engine.run("DeleteTable", #"{"TableName":"orders"}"#)
        // As SQLite does by itself on a full disk.
        engine.engine.storage.connection.rollback()
        #expect(throws: DynamoDBError(.internalServerError, "Internal server error")) {
            try engine.engine.commitTurn()
        }
        #expect(try engine("ListTables", "{}") == #"{"TableNames":["orders"]}"#)
        #expect(try engine("DescribeTable", #"{"TableName":"orders"}"#) == before)
        try engine("PutItem", order(3))
        #expect(try engine("Scan", #"{"TableName":"orders","Select":"COUNT"}"#) == #"{"Count":2,"ScannedCount":2}"#)
    }

    @Test("On a full disk the whole turn fails, and what was there before is still served")
    func fullDisk() throws {
        try engine("PutItem", order(1))
        let connection = engine.engine.storage.connection
        let pages = try connection.integer("PRAGMA page_count")
        _ = try connection.integer("PRAGMA max_page_count=\(pages + 8)")
        let text = String(repeating: "v", count: 20_000)
        var refused = 0
        for number in 0..<4 {
            let body =
                #"{"TableName":"orders","Item":{"PK":{"S":"big\#(number)"},"SK":{"S":"s"},"x":{"S":"\#(text)"}}}"#
            do throws(DynamoDBError) { _ = try engine.run("PutItem", body) } catch {
                #expect(error.kind == .internalServerError)
                refused += 1
            }
        }
        #expect(refused > 0)
        #expect(throws: DynamoDBError.self) { try engine.engine.commitTurn() }
        #expect(try engine("Scan", #"{"TableName":"orders","Select":"COUNT"}"#) == #"{"Count":1,"ScannedCount":1}"#)
        #expect(try engine("DescribeTable", #"{"TableName":"orders"}"#).contains(#""ItemCount":1"#))
        _ = try connection.integer("PRAGMA max_page_count=1000000")
        try engine("PutItem", order(2))
    }

    @Test("Tables in memory leave no file, and go with the engine")
    func memory() throws {
        let engine = try TestEngine(.memory)
        try engine.makeTable()
        try engine.put(#"{"pk":{"S":"1"}}"#)
        engine.engine.rest()
        engine.engine.rest()
        #expect(try engine("GetItem", #"{"TableName":"tab","Key":{"pk":{"S":"1"}}}"#).contains(#""S":"1""#))
        #expect(access(engine.directory + "/tables.sqlite", F_OK) != 0)
        try engine.reopen(.memory)
        #expect(try engine("ListTables", "{}") == #"{"TableNames":[]}"#)
    }

    @Test("A request that is refused writes nothing")
    func refused() throws {
        #expect(engine.error("PutItem", #"{"TableName":"orders","Item":{"PK":{"S":"1"}}}"#).hasPrefix("Validation"))
        #expect(!engine.engine.hasWritten)
    }

    @Test("A database of a newer format is refused")
    func newerFormat() throws {
        try engine.engine.storage.connection.execute("PRAGMA user_version = 99")
        #expect(throws: Storage.UnknownFormat.self) { try engine.reopen() }
    }

    @Test("Another program's database is refused")
    func foreign() throws {
        try engine.engine.storage.connection.execute("PRAGMA application_id = 7")
        #expect(throws: Storage.UnknownFormat.self) { try engine.reopen() }
    }

    @Test("Partitions whose keys begin alike do not mix, whatever bytes they have")
    func partitions() {
        func bytes(_ values: AttributeValue...) -> [UInt8] {
            var bytes: [UInt8] = []
            for value in values { #expect(KeyBytes.append(value, to: &bytes)) }
            return bytes
        }
        let range = KeyRange(prefix: bytes(.b([1])))
        func isIn(_ key: [UInt8]) -> Bool {
            !key.lexicographicallyPrecedes(range.lower) && key.lexicographicallyPrecedes(range.upper!)
        }
        #expect(isIn(bytes(.b([1]), .b([0, 0, 255]))))
        #expect(isIn(bytes(.b([1]), .b([255, 255]))))
        #expect(!isIn(bytes(.b([1, 0]), .b([]))))
        #expect(!isIn(bytes(.b([1, 0, 0]), .b([1]))))
        #expect(!isIn(bytes(.b([1, 1]), .b([0]))))
        #expect(!isIn(bytes(.b([]), .b([1]))))
    }

    @Test("Key bytes sort as values do")
    func order() throws {
        var binaries: [[UInt8]] = [[]]
        for a in [0, 1, 254, 255] as [UInt8] {
            binaries.append([a])
            for b in [0, 1, 255] as [UInt8] { binaries.append([a, b]) }
        }
        binaries.sort { $0.lexicographicallyPrecedes($1) }
        let keys = binaries.map { value -> [UInt8] in
            var bytes: [UInt8] = []
            _ = KeyBytes.append(.b(Bytes(value)), to: &bytes)
            return bytes
        }
        #expect(keys == keys.sorted { $0.lexicographicallyPrecedes($1) })
        #expect(Set(keys).count == keys.count)
    }
}

extension TestEngine {
    /// Makes a table without a commit.
    fileprivate func makeTableInTurn(_ name: String) throws {
        _ = try run(
            "CreateTable",
            #"{"TableName":"\#(name)","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"#
                + #""KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}"#)
    }
}
