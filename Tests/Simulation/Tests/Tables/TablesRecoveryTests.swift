import DynamoDB
import Simulation
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the simulation has found in the engine, each as the rule that was broken.
@Suite("The tables after failures of the disk")
struct TablesRecoveryTests {
    /// An engine on a simulated disk, synced before each answer.
    private final class Tables {
        let disk = SimulatedDisk(seed: 1, keepsUnsynced: true)
        private let vfs: SimulatedVFS
        private(set) var engine: Engine

        init() throws {
            vfs = SimulatedVFS(disk)
            engine = try Self.open(vfs)
            try self(
                "CreateTable",
                #"{"TableName":"tab","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"#
                    + #""KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}"#)
            try put("first")
        }

        deinit {
            disk.kill()
            engine.close()
        }

        private static func open(_ vfs: SimulatedVFS) throws -> Engine {
            var configuration = Engine.Configuration(directory: "", durability: .full, random: { 7 })
            configuration.fileLayer = vfs.name
            return try Engine(configuration)
        }

        @discardableResult
        func callAsFunction(_ operation: String, _ body: String) throws -> String {
            var output: [UInt8] = []
            if let long = try begin(operation, body, &output) { while try engine.resume(long, into: &output) {} }
            try engine.commitTurn()
            return String(decoding: output, as: UTF8.self)
        }

        /// Without a commit.
        func begin(_ name: String, _ body: String, _ output: inout [UInt8]) throws -> LongOperation? {
            let operation = try #require(Operations.all.first { $0.name == name })
            return try Array(body.utf8).withUnsafeBytes {
                try engine.begin(
                    operation, body: $0, context: .init(now: 1_700_000_000_000, region: "r"), into: &output)
            }
        }

        /// A scan over several turns, begun in a turn that has deleted item 0 of eight and is not committed.
        func scanOfOpenTurn(_ output: inout [UInt8]) throws -> LongOperation {
            let filler = String(repeating: "x", count: 8_000)
            for number in 0..<8 {
                try self("PutItem", #"{"TableName":"tab","Item":{"pk":{"S":"\#(number)"},"x":{"S":"\#(filler)"}}}"#)
            }
            _ = try begin("DeleteItem", #"{"TableName":"tab","Key":{"pk":{"S":"0"}}}"#, &output)
            return try #require(
                try begin("Scan", #"{"TableName":"tab","FilterExpression":"attribute_exists(pk)"}"#, &output))
        }

        func put(_ key: String) throws {
            try self("PutItem", #"{"TableName":"tab","Item":{"pk":{"S":"\#(key)"}}}"#)
        }

        func has(_ key: String) throws -> Bool {
            try self("GetItem", #"{"TableName":"tab","Key":{"pk":{"S":"\#(key)"}}}"#).contains(key)
        }

        /// The process dies, or the machine loses its power; another one starts.
        func restart(hasLostPower: Bool) throws {
            disk.kill()
            engine.close()
            disk.restart(hasLostPower: hasLostPower)
            engine = try Self.open(vfs)
        }
    }

    @Test("A write that was refused because its sync failed is not there after a crash", arguments: 0..<8)
    func refusedCommit(changes: Int) throws {
        let tables = try Tables()
        tables.disk.fail(after: changes, count: 1, code: EIO)
        let isRefused = (try? tables.put("second")) == nil
        try tables.restart(hasLostPower: false)
        #expect(try tables.has("first"))
        #expect(try tables.has("second") == !isRefused)
    }

    @Test("A scan that has read of a turn whose commit then fails is refused like the turn")
    func scanOfRefusedTurn() throws {
        let tables = try Tables()
        var output: [UInt8] = []
        let scan = try tables.scanOfOpenTurn(&output)
        tables.disk.fail(after: 0, count: 1, code: EIO)
        #expect(throws: DynamoDBError.self) { try tables.engine.commitTurn() }
        #expect(throws: DynamoDBError.self) { while try tables.engine.resume(scan, into: &output) {} }
        #expect(try tables.has("0"))
    }

    @Test("A scan that has read of a turn that was committed goes on, whatever becomes of later turns")
    func scanOfCommittedTurn() throws {
        let tables = try Tables()
        var output: [UInt8] = []
        let scan = try tables.scanOfOpenTurn(&output)
        try tables.engine.commitTurn()
        tables.disk.fail(after: 0, count: 1, code: EIO)
        #expect(throws: DynamoDBError.self) { try tables.put("second") }
        output = []
        while try tables.engine.resume(scan, into: &output) {}
        #expect(String(decoding: output, as: UTF8.self).contains(#""Count":8"#))
    }

    @Test("What reads find after a crash is still there after a loss of power", arguments: 0..<8)
    func recoveredCommit(changes: Int) throws {
        let tables = try Tables()
        tables.disk.die(after: changes)
        try? tables.put("second")
        try tables.restart(hasLostPower: false)
        let isThere = try tables.has("second")
        try tables.restart(hasLostPower: true)
        #expect(try tables.has("first"))
        #expect(try tables.has("second") == isThere)
    }
}
