import CSQLite
import Testing

@testable import SQLite

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A directory of its own that is removed at the end.
final class TemporaryDirectory {
    let path: String

    init() {
        var template = Array("/tmp/nestbox-sqlite-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)!) }
    }

    deinit {
        for name in ["db", "db-wal", "db-shm"] { unlink(path + "/" + name) }
        rmdir(path)
    }
}

@Suite struct SQLiteTests {
    let directory = TemporaryDirectory()

    func open(_ options: Connection.Options = .init()) throws -> Connection {
        try Connection(path: directory.path + "/db", options: options)
    }

    @Test("Values come back as they were bound, empty blobs as empty and not as NULL")
    func roundTrip() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t(a INTEGER, b BLOB NOT NULL, c TEXT)")
        let insert = try connection.prepare("INSERT INTO t VALUES (?1, ?2, ?3)")
        for (number, bytes) in [(Int64.min, [0, 1, 0]), (0, []), (Int64.max, [255])] as [(Int64, [UInt8])] {
            try bytes.withUnsafeBytes { bytes in
                insert.bind(1, number)
                insert.bind(2, inPlace: bytes)
                insert.bind(3, text: "é")
                try insert.run()
            }
        }
        let select = try connection.prepare("SELECT a, b, c FROM t ORDER BY rowid")
        var rows: [(Int64, [UInt8], String)] = []
        while try select.step() { rows.append((select.integer(0), Array(select.bytes(1)), select.text(2))) }
        #expect(rows.map(\.0) == [.min, 0, .max])
        #expect(rows.map(\.1) == [[0, 1, 0], [], [255]])
        #expect(rows[0].2 == "é")
    }

    @Test(
        "Pages behind a database's end are forgotten when it is cut back, and others take their numbers, also in a cache too small for a transaction",
        arguments: [Connection.Options.Journal.writeAheadLog, .memory], [64 << 10, 100])
    func cutBack(_ journal: Connection.Options.Journal, cacheKiB: Int) throws {
        var options = Connection.Options()
        options.journal = journal
        options.cacheKiB = cacheKiB
        let connection = try open(options)
        try connection.execute("CREATE TABLE t(a BLOB PRIMARY KEY, b BLOB)")
        // Keys in no order, so that trees are balanced all the time.
        func insert(_ rows: Range<Int>, _ letter: String) throws(SQLiteError) {
            for row in rows {
                let key = row &* 2_654_435_761 % 4_294_967_296
                try connection.execute(
                    "INSERT INTO t VALUES (x'\(String(key, radix: 16).leftPadded(to: 8))', '\(letter)')")
            }
        }
        func count(_ letter: String) throws -> Int64 {
            try connection.integer("SELECT count(*) FROM t WHERE b = '\(letter)'")
        }
        func isWhole() throws -> Bool {
            let check = try connection.prepare("PRAGMA integrity_check")
            defer { check.reset() }
            return try check.step() && check.text(0) == "ok"
        }
        try connection.transaction { () throws(SQLiteError) in try insert(0..<1_500, "a") }
        try connection.begin()
        try insert(1_500..<4_000, "b")
        connection.rollback()
        try connection.transaction { () throws(SQLiteError) in try insert(4_000..<6_000, "c") }
        #expect(try [count("a"), count("b"), count("c")] == [1_500, 0, 2_000])
        #expect(try isWhole())
        try connection.execute("DELETE FROM t WHERE b = 'a'")
        try connection.execute("VACUUM")
        try connection.transaction { () throws(SQLiteError) in try insert(6_000..<9_000, "d") }
        #expect(try [count("a"), count("c"), count("d")] == [0, 2_000, 3_000])
        #expect(try isWhole())
    }

    @Test("A database is exclusive: a second connection is refused")
    func exclusive() throws {
        let first = try open()
        try first.execute("CREATE TABLE t(a)")
        #expect(throws: SQLiteError.self) {
            let second = try open()
            _ = try second.integer("SELECT count(*) FROM t")
        }
        first.close()
    }

    @Test("What was committed is there after a stop without a clean close, what was not is gone")
    func crash() throws {
        let copy = TemporaryDirectory()
        let connection = try open()
        try connection.execute("CREATE TABLE t(a)")
        try connection.transaction { () throws(SQLiteError) in try connection.execute("INSERT INTO t VALUES (1)") }
        try connection.begin()
        try connection.execute("INSERT INTO t VALUES (2)")
        // The files as a killed process would leave them.
        for name in ["db", "db-wal"] { try copyFile(directory.path + "/" + name, copy.path + "/" + name) }
        let again = try Connection(path: copy.path + "/db")
        #expect(try again.integer("SELECT sum(a) FROM t") == 1)
    }

    @Test("A transaction that throws leaves nothing")
    func rollback() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t(a UNIQUE)")
        #expect(throws: SQLiteError.self) {
            try connection.transaction { () throws(SQLiteError) in
                try connection.execute("INSERT INTO t VALUES (1)")
                try connection.execute("INSERT INTO t VALUES (1)")
            }
        }
        #expect(try connection.integer("SELECT count(*) FROM t") == 0)
        #expect(!connection.isInTransaction)
    }

    @Test("A full disk loses the whole transaction, and the error says so")
    func full() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t(a)")
        let pages = try connection.integer("PRAGMA page_count")
        _ = try connection.integer("PRAGMA max_page_count=\(pages + 4)")
        try connection.begin()
        var caught: SQLiteError?
        do {
            for _ in 0..<100 { try connection.execute("INSERT INTO t VALUES (randomblob(4000))") }
        } catch {
            caught = error
        }
        #expect(caught?.primaryCode == 13)
        // Whether SQLite kept the transaction or lost it, the error tells the truth.
        #expect(caught?.isTransactionLost == !connection.isInTransaction)
        connection.rollback()
        #expect(try connection.integer("SELECT count(*) FROM t") == 0)
    }

    @Test("Close lets go of the file although statements are left")
    func closeWithStatements() throws {
        let first = try open()
        try first.execute("CREATE TABLE t(a)")
        let left = try first.prepare("SELECT a FROM t")
        _ = try left.step()
        first.close()
        let second = try open()
        #expect(try second.integer("SELECT count(*) FROM t") == 0)
        withExtendedLifetime(left) {}
    }

    @Test("After memory was given back, everything is still there, also in a transaction")
    func release() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t(a)")
        try connection.begin()
        try connection.execute("INSERT INTO t VALUES (1)")
        connection.release()
        try connection.commit()
        connection.release()
        #expect(try connection.integer("SELECT sum(a) FROM t") == 1)
    }

    @Test(
        "A database without a path is all there when the cache or the memory is too small for it, and after memory was given back",
        arguments: [0, 100 << 10, 1 << 20, 8 << 20] as [Int64])
    func temporary(bytesInMemory: Int64) throws {
        var options = Connection.Options()
        (options.synchronous, options.journal, options.cacheKiB) = (.off, .memory, 256)
        options.temporaryBytesInMemory = bytesInMemory
        let connection = try Connection(path: "", options: options)
        try connection.execute("CREATE TABLE t(a INTEGER, b BLOB)")
        func sum() throws -> Int64 { try connection.integer("SELECT sum(a + length(b)) FROM t") }
        func fill() throws {
            for _ in 0..<10 { try connection.execute("INSERT INTO t VALUES (1, randomblob(3999))") }
        }
        for round in 1...50 {
            try connection.begin()
            try fill()
            try connection.commit()
            try connection.begin()
            try connection.execute("UPDATE t SET a = 7")
            connection.rollback()
            if round % 10 == 0 { connection.release() }
            try #expect(sum() == Int64(round) * 40_000)
        }
        try connection.begin()
        try fill()
        connection.release()
        connection.rollback()
        try #expect(sum() == 2_000_000)
        connection.close()
    }

    @Test("A transaction for reading stays open from statement to statement, and takes over what is written in it")
    func keepReading() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t(a)")
        try connection.keepReading()
        #expect(connection.isInTransaction)
        #expect(try connection.integer("SELECT count(*) FROM t") == 0)
        try connection.keepReading()
        #expect(connection.isInTransaction)
        try connection.begin()
        try connection.execute("INSERT INTO t VALUES (1)")
        connection.endReading()
        #expect(connection.isInTransaction, "what writes is ended by commit and rollback alone")
        connection.rollback()
        #expect(try connection.integer("SELECT count(*) FROM t") == 0)
        try connection.keepReading()
        try connection.begin()
        try connection.execute("INSERT INTO t VALUES (1)")
        try connection.commit()
        #expect(!connection.isInTransaction)
        #expect(try connection.integer("SELECT count(*) FROM t") == 1)
    }

    @Test("A transaction for reading is in the way of no checkpoint and no release of memory")
    func keepReadingYields() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t(a)")
        try connection.keepReading()
        _ = try connection.integer("SELECT count(*) FROM t")
        try connection.checkpoint()
        #expect(connection.pagesInLog == 0)
        try connection.keepReading()
        connection.release()
        #expect(!connection.isInTransaction)
        try connection.keepReading()
        connection.endReading()
        #expect(!connection.isInTransaction)
    }

    @Test("A checkpoint empties the log")
    func checkpoint() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t(a)")
        #expect(connection.pagesInLog > 0)
        try connection.checkpoint()
        #expect(connection.pagesInLog == 0)
    }
}

private func copyFile(_ from: String, _ to: String) throws {
    let input = systemOpen(from, O_RDONLY)
    let output = systemOpen(to, O_WRONLY | O_CREAT, 0o600)
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

private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 { open(path, flags, mode) }

extension String {
    fileprivate func leftPadded(to count: Int) -> String {
        String(repeating: "0", count: max(0, count - self.count)) + self
    }
}
