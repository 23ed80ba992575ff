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
            let bytes = Array(body.utf8)
            try bytes.withUnsafeBytes {
                try engine.execute(
                    operation: operation, body: $0, context: .init(now: 1_700_000_000_000, region: "r"), into: &output)
            }
            try engine.commitTurn()
            return String(decoding: output, as: UTF8.self)
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
