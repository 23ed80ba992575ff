import SQLite
import Simulation
import Testing

/// How SQLite's log comes to the disk.
@Suite("Writes to the log of the tables' database")
struct LogWritesTests {
    private static func open(
        _ vfs: SimulatedVFS, _ synchronous: Connection.Options.Synchronous = .normal
    ) throws -> Connection {
        var options = Connection.Options()
        options.fileLayer = vfs.name
        options.synchronous = synchronous
        options.cacheKiB = 64
        return try Connection(path: "/db", options: options)
    }

    /// A database with a table, on a disk of its own.
    private static func make(
        seed: UInt64 = 1, keepsUnsynced: Bool = false, _ synchronous: Connection.Options.Synchronous = .normal
    ) throws -> (SimulatedDisk, SimulatedVFS, Connection) {
        let disk = SimulatedDisk(seed: seed, keepsUnsynced: keepsUnsynced)
        let vfs = SimulatedVFS(disk)
        let connection = try open(vfs, synchronous)
        try connection.execute("CREATE TABLE t(b BLOB)")
        return (disk, vfs, connection)
    }

    private static func fill(_ connection: Connection, rows: Int) throws {
        try connection.transaction { () throws(SQLiteError) in
            for _ in 0..<rows { try connection.execute("INSERT INTO t VALUES (randomblob(3000))") }
        }
    }

    @Test("A transaction of many pages comes in few pieces, and is whole in the file when it is committed")
    func pieces() throws {
        let (disk, vfs, connection) = try Self.make()
        let before = disk.changeCount
        try Self.fill(connection, rows: 10)
        // One up to the mark of the commit, and the last page.
        #expect(disk.changeCount - before == 2)
        disk.kill()
        connection.close()
        disk.restart(hasLostPower: false)
        let again = try Self.open(vfs)
        #expect(try again.integer("SELECT count(*) FROM t") == 10)
        again.close()
    }

    @Test(
        "Wherever the process dies, a transaction larger than SQLite's cache is there as a whole or not at all",
        arguments: [Connection.Options.Synchronous.normal, .full])
    func largeTransactions(_ synchronous: Connection.Options.Synchronous) throws {
        var committed = 0
        for changes in 0..<40 {
            let (disk, vfs, connection) = try Self.make(seed: UInt64(changes), keepsUnsynced: true, synchronous)
            try Self.fill(connection, rows: 3)
            disk.die(after: changes)
            let isCommitted = (try? Self.fill(connection, rows: 200)) != nil
            disk.kill()
            connection.close()
            disk.restart(hasLostPower: synchronous == .full)
            let again = try Self.open(vfs, synchronous)
            let count = try again.integer("SELECT count(*) FROM t")
            #expect(count == 203 || !isCommitted && count == 3)
            #expect(try again.integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1)
            again.close()
            committed += isCommitted ? 1 : 0
        }
        #expect(committed > 0 && committed < 40)
    }

    @Test("A write that fails among the gathered ones refuses the transaction, and nothing of it stays")
    func failures() throws {
        for changes in 0..<30 {
            let (disk, vfs, connection) = try Self.make(seed: UInt64(changes))
            disk.fail(after: changes, count: 1, code: 28)
            let isCommitted = (try? Self.fill(connection, rows: 200)) != nil
            #expect(try connection.integer("SELECT count(*) FROM t") == (isCommitted ? 200 : 0))
            disk.heal()
            try Self.fill(connection, rows: 1)
            connection.close()
            let again = try Self.open(vfs)
            #expect(try again.integer("SELECT count(*) FROM t") == (isCommitted ? 201 : 1))
            again.close()
        }
    }

    @Test("On a full disk a transaction still reads what it wrote, and is there as a whole once there is room")
    func readsOnFullDisk() throws {
        let (disk, vfs, connection) = try Self.make()
        let before = disk.changeCount
        try connection.begin()
        // More than the cache of 64 KiB, less than what is gathered.
        for _ in 0..<30 { try connection.execute("INSERT INTO t VALUES (randomblob(3000))") }
        disk.fail(after: 0, count: .max, code: 28)
        #expect(try connection.integer("SELECT sum(length(b)) FROM t") == 90_000)
        #expect(disk.changeCount == before)
        disk.heal()
        try connection.commit()
        connection.close()
        let again = try Self.open(vfs)
        #expect(try again.integer("SELECT sum(length(b)) FROM t") == 90_000)
        again.close()
    }

    @Test(
        "A transaction that the full disk refused is not in the log once there is room, whatever comes next",
        // What is gathered comes to the disk in one piece up to the mark of the commit, or two of forty rows; then comes the last page.
        arguments: [(10, 0), (10, 1), (40, 0), (40, 1), (40, 2), (100, 1), (160, 0), (160, 2)], [false, true])
    func refusedTransactions(_ refused: (rows: Int, write: Int), goesOn: Bool) throws {
        let (disk, vfs, connection) = try Self.make()
        try Self.fill(connection, rows: 1)
        disk.fail(after: refused.write, count: .max, code: 28)
        #expect(throws: SQLiteError.self) { try Self.fill(connection, rows: refused.rows) }
        disk.heal()
        #expect(try connection.integer("SELECT count(*) FROM t") == 1)
        if goesOn { try Self.fill(connection, rows: 2) }
        // It syncs the log, and with it whatever was still to be written.
        try connection.checkpoint()
        disk.kill()
        connection.close()
        disk.restart(hasLostPower: false)
        let again = try Self.open(vfs)
        #expect(try again.integer("SELECT count(*) FROM t") == (goesOn ? 3 : 1))
        #expect(try again.integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1)
        again.close()
    }
}
