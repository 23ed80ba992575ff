import Testing

@testable import DynamoDB

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An engine on a directory of its own, with answers as JSON text.
final class TestEngine {
    let directory: String
    private(set) var engine: Engine
    var now: Int64 = 1_700_000_000_000
    private static let names = ["tables.sqlite", "tables.sqlite-wal", "tables.sqlite-shm"]

    init(_ durability: Engine.Configuration.Durability = .process) throws {
        directory = TestEngine.makeDirectory()
        engine = try Engine(.init(directory: directory, durability: durability, random: { 0x0123_4567_89AB_CDEF }))
    }

    deinit {
        engine.close()
        TestEngine.remove(directory)
    }

    static func makeDirectory() -> String {
        var template = Array("/tmp/nestbox-tables-XXXXXX".utf8CString)
        return template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)!) }
    }

    static func remove(_ directory: String) {
        for name in names { unlink(directory + "/" + name) }
        rmdir(directory)
    }

    /// An engine on the database that `makeFiles` leaves in its directory.
    convenience init(files makeFiles: (String) throws -> Void) throws {
        let directory = TestEngine.makeDirectory()
        try makeFiles(directory)
        try self.init(at: directory)
    }

    /// The files as a killed process would leave them, in an engine of their own.
    func afterCrash() throws -> TestEngine {
        let copy = TestEngine.makeDirectory()
        for name in TestEngine.names { try TestEngine.copy(directory + "/" + name, copy + "/" + name) }
        let again = try TestEngine(at: copy)
        again.now = now
        return again
    }

    private init(at directory: String) throws {
        self.directory = directory
        engine = try Engine(.init(directory: directory, random: { 0x0123_4567_89AB_CDEF }))
    }

    private static func copy(_ from: String, _ to: String) throws {
        let input = open(from, O_RDONLY)
        guard input >= 0 else { return }
        let output = open(to, O_WRONLY | O_CREAT, 0o600)
        defer {
            close(input)
            close(output)
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(input, &buffer, buffer.count)
            if count <= 0 { break }
            try #require(write(output, buffer, count) == count)
        }
    }

    /// Closes and opens again.
    func reopen(_ durability: Engine.Configuration.Durability = .process) throws {
        engine.close()
        engine = try Engine(
            .init(directory: directory, durability: durability, random: { 0x0123_4567_89AB_CDEF }))
    }

    /// Carries out one operation without a commit.
    func run(_ operation: String, _ body: String) throws(DynamoDBError) -> String {
        var output: [UInt8] = []
        let bytes = Array(body.utf8)
        try bytes.withBytes { (bytes) throws(DynamoDBError) in
            try engine.execute(
                operation: operation, body: bytes, context: .init(now: now, region: "ap-northeast-2"), into: &output)
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Carries out one operation in a turn of its own; the answer's JSON.
    @discardableResult
    func callAsFunction(_ operation: String, _ body: String) throws(DynamoDBError) -> String {
        let answer = try run(operation, body)
        try engine.commitTurn()
        return answer
    }

    /// The error of an operation as "Kind: message"; what it answered when there is none.
    func error(_ operation: String, _ body: String) -> String {
        do throws(DynamoDBError) {
            return "answered " + (try self(operation, body))
        } catch {
            return "\(error.kind.rawValue): \(error.message ?? "-")"
        }
    }

    /// A table tab with the string key pk, or pk and sk.
    func makeTable(_ name: String = "tab", sort: String? = nil, more: String = "") throws {
        // A later member of the same name counts: `more` may define other attributes.
        let definitions = sort.map { #",{"AttributeName":"sk","AttributeType":"\#($0)"}"# } ?? ""
        let key = sort == nil ? "" : #",{"AttributeName":"sk","KeyType":"RANGE"}"#
        try self(
            "CreateTable",
            #"{"TableName":"\#(name)","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}\#(definitions)],"#
                + #""KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}\#(key)],"BillingMode":"PAY_PER_REQUEST"\#(more)}"#
        )
    }

    /// The seed's table of orders: PK, SK, GSI1.
    func makeOrders() throws {
        try self(
            "CreateTable",
            #"""
            {"TableName":"orders","AttributeDefinitions":[{"AttributeName":"PK","AttributeType":"S"},
            {"AttributeName":"SK","AttributeType":"S"},{"AttributeName":"GSI1PK","AttributeType":"S"},
            {"AttributeName":"GSI1SK","AttributeType":"S"}],"KeySchema":[{"AttributeName":"PK","KeyType":"HASH"},
            {"AttributeName":"SK","KeyType":"RANGE"}],"GlobalSecondaryIndexes":[{"IndexName":"GSI1","KeySchema":
            [{"AttributeName":"GSI1PK","KeyType":"HASH"},{"AttributeName":"GSI1SK","KeyType":"RANGE"}],
            "Projection":{"ProjectionType":"ALL"}}],"BillingMode":"PAY_PER_REQUEST"}
            """#)
    }

    /// Puts an item given as DynamoDB JSON.
    func put(_ item: String, into table: String = "tab") throws {
        try self("PutItem", #"{"TableName":"\#(table)","Item":\#(item)}"#)
    }
}
