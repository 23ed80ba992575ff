import SQLite
import Simulation
import Testing

/// Databases without a path, which begin in memory and go on in a file.
@Suite("The file of a database without a path")
struct TemporaryFileTests {
    private static func open(_ vfs: SimulatedVFS, bytesInMemory: Int64) throws -> Connection {
        var options = Connection.Options()
        options.fileLayer = vfs.name
        options.journal = .memory
        options.synchronous = .off
        options.cacheKiB = 32
        options.temporaryBytesInMemory = bytesInMemory
        let connection = try Connection(path: "", options: options)
        try connection.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB)")
        return connection
    }

    private static func content(_ connection: Connection) throws -> [[UInt8]] {
        let select = try connection.prepare("SELECT b FROM t ORDER BY id")
        defer { select.reset() }
        var rows: [[UInt8]] = []
        while try select.step() { rows.append(Array(select.bytes(0))) }
        return rows
    }

    @Test(
        "Wherever memory ends, the same is read as from a file alone",
        arguments: [4096, 5000, 65_536, 100_000, 300_000, 8 << 20] as [Int64])
    func anyBound(_ bytesInMemory: Int64) throws {
        let disk = SimulatedDisk(seed: 1, keepsUnsynced: false)
        let other = SimulatedDisk(seed: 1, keepsUnsynced: false)
        let (vfs, otherVFS) = (SimulatedVFS(disk), SimulatedVFS(other))
        let split = try Self.open(vfs, bytesInMemory: bytesInMemory)
        let whole = try Self.open(otherVFS, bytesInMemory: 0)
        var random = SeededRandom(seed: UInt64(bytesInMemory))
        for round in 0..<30 {
            let (first, bytes) = (round * 20, 1 + random.below(3000))
            let statements = [
                "WITH n(i) AS (SELECT \(first) UNION ALL SELECT i + 1 FROM n WHERE i < \(first + 19)) "
                    + "INSERT INTO t SELECT i, CAST(printf('%.*c', \(bytes) + i, char(97 + i % 26)) AS BLOB) FROM n",
                "UPDATE t SET b = CAST(printf('%.*c', \(bytes), 'z') AS BLOB) WHERE id % 17 = \(random.below(17))",
                "DELETE FROM t WHERE id % 50 = \(random.below(50))",
            ]
            let isTakenBack = random.once(in: 6)
            for connection in [split, whole] {
                try connection.begin()
                for statement in statements { try connection.execute(statement) }
                if isTakenBack { connection.rollback() } else { try connection.commit() }
            }
            // A cut at the end, and what grows there again.
            if round % 10 == 9 {
                for connection in [split, whole] {
                    try connection.execute("DELETE FROM t WHERE id > \(round * 15)")
                    try connection.execute("VACUUM")
                }
            }
            for connection in [split, whole] { connection.release() }
            #expect(try Self.content(split) == Self.content(whole))
        }
        #expect(try Self.content(split).count > 100)
        #expect(try split.integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1)
        split.close()
        whole.close()
    }

    @Test("No file is made as long as the memory suffices")
    func noFile() throws {
        let disk = SimulatedDisk(seed: 1, keepsUnsynced: false)
        let vfs = SimulatedVFS(disk)
        let connection = try Self.open(vfs, bytesInMemory: 1 << 20)
        for _ in 0..<100 { try connection.execute("INSERT INTO t(b) VALUES (zeroblob(3000))") }
        #expect(disk.changeCount == 0)
        for _ in 0..<300 { try connection.execute("INSERT INTO t(b) VALUES (zeroblob(3000))") }
        try connection.transaction { () throws(SQLiteError) in
            try connection.execute("UPDATE t SET b = zeroblob(2900)")
        }
        #expect(disk.changeCount > 0)
        connection.close()
    }

    @Test("A full disk refuses what goes beyond the memory, and nothing before it is lost")
    func fullDisk() throws {
        let disk = SimulatedDisk(seed: 1, keepsUnsynced: false)
        let vfs = SimulatedVFS(disk)
        let connection = try Self.open(vfs, bytesInMemory: 128 << 10)
        func fill() throws {
            try connection.transaction { () throws(SQLiteError) in
                for _ in 0..<10 { try connection.execute("INSERT INTO t(b) VALUES (randomblob(3000))") }
            }
        }
        disk.isFull = true
        var (taken, refused) = (0, 0)
        for _ in 0..<20 {
            do {
                try fill()
                taken += 10
            } catch {
                refused += 1
            }
            #expect(try connection.integer("SELECT count(*) FROM t") == taken)
        }
        #expect(taken > 0 && refused > 10)
        disk.isFull = false
        try fill()
        connection.release()
        #expect(try connection.integer("SELECT count(*) FROM t WHERE length(b) = 3000") == taken + 10)
        #expect(try connection.integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1)
        connection.close()
    }
}
