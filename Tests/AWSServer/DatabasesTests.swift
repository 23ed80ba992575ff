import DynamoDB
import Loopback
import Reactor
import SQLite
import Testing

@testable import AWSServer

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Databases of credentials in a directory that goes away at the end.
private final class Directories {
    let root: String
    private(set) var opened: [String] = []
    private(set) var removed: [String] = []

    init() {
        var template = Array("/tmp/nestbox-databases-XXXXXX".utf8CString)
        root = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)!) }
    }

    deinit {
        for name in Set(opened) { remove(name) }
        rmdir(root)
    }

    private func remove(_ name: String) {
        for file in ["tables.sqlite", "tables.sqlite-wal", "tables.sqlite-shm"] { unlink("\(root)/\(name)/\(file)") }
        rmdir(root + "/" + name)
    }

    func databases(openMax: Int) -> Databases {
        var isolation = Databases.Isolation(
            open: { [unowned self] name in
                opened.append(name)
                mkdir(root + "/" + name, 0o700)
                return try Engine(.init(directory: root + "/" + name))
            },
            remove: { [unowned self] name in
                removed.append(name)
                remove(name)
            })
        isolation.openMax = openMax
        return Databases(isolation: isolation)
    }
}

@Suite("Databases of credentials") struct DatabasesTests {
    private let directories = Directories()
    private let createTable =
        #"{"TableName":"tab","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"#
        + #""KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}"#

    private func credential(_ key: String) -> SignedCredential { SignedCredential(accessKeyID: key, region: "r") }

    @Test("The one that rested longest is closed when too many are open, and opened again with its tables")
    func closing() throws {
        let databases = directories.databases(openMax: 2)
        defer { databases.close() }
        for key in ["a", "b"] { try execute(databases.engine(of: credential(key)), "CreateTable", createTable) }
        _ = try databases.engine(of: credential("a"))
        let third = try databases.database(of: credential("c"))
        #expect(databases.open.count == 2)
        #expect(databases.open.contains { $0 === third })
        #expect(directories.opened.map { $0.prefix(2) } == ["a.", "b.", "c."])
        // b was closed, a is still open.
        _ = try databases.engine(of: credential("a"))
        #expect(directories.opened.count == 3)
        let tables = try execute(databases.engine(of: credential("b")), "ListTables", "{}")
        #expect(tables == #"{"TableNames":["tab"]}"#)
    }

    @Test("One that was closed without a table leaves nothing")
    func empty() throws {
        let databases = directories.databases(openMax: 1)
        try execute(databases.engine(of: credential("a")), "ListTables", "{}")
        try execute(databases.engine(of: credential("b")), "CreateTable", createTable)
        #expect(directories.removed == [credential("a").directoryName])
        databases.close()
        #expect(directories.removed == [credential("a").directoryName])
    }

    @Test("One that has work is not closed: an open transaction, a long read")
    func busy() throws {
        let databases = directories.databases(openMax: 1)
        defer { databases.close() }
        let first = try databases.database(of: credential("a"))
        var output: [UInt8] = []
        try Array(createTable.utf8).withUnsafeBytes {
            try first.engine.execute(
                operation: "CreateTable", body: $0, context: .init(now: 0, region: "r"), into: &output)
        }
        #expect(first.engine.hasWritten)
        _ = try databases.database(of: credential("b"))
        #expect(databases.open.count == 2)
        try first.engine.commitTurn()
        databases.isBusy = { $0 === first }
        _ = try databases.database(of: credential("c"))
        #expect(databases.open.contains { $0 === first })
        databases.isBusy = { _ in false }
        _ = try databases.database(of: credential("d"))
        _ = try databases.database(of: credential("e"))
        #expect(!databases.open.contains { $0 === first })
    }

    @Test("Opening one is told, and finding it again is not")
    func opening() throws {
        let databases = directories.databases(openMax: 2)
        defer { databases.close() }
        var count = 0
        databases.onOpen = { count += 1 }
        for key in ["a", "a", "b", "a", "c"] { _ = try databases.database(of: credential(key)) }
        #expect(count == 3)
    }

    @Test("Background work comes to each in its turn")
    func steps() throws {
        let databases = directories.databases(openMax: 9)
        defer { databases.close() }
        let all = try ["a", "b", "c"].map { try databases.database(of: credential($0)) }
        let turns = (0..<6).map { _ in databases.nextForStep() }
        #expect(zip(turns, all + all).allSatisfy { $0 === $1 })
        all[0].isStepDue = false
        all[1].isStepDue = false
        #expect(databases.nextForStep() === all[2])
        #expect(databases.nextForStep() === all[2])
        all[2].isStepDue = false
        #expect(databases.nextForStep() == nil)
    }

    @Test(
        "Writes of one turn to several databases are all committed, and a commit that fails fails only its own answers")
    func severalInOneTurn() throws {
        var template = Array("/tmp/nestbox-turn-XXXXXX".utf8CString)
        let root = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)!) }
        let keys = ["a", "b", "full"].map { SignedCredential(accessKeyID: $0, region: "eu-test-1") }
        defer {
            for key in keys {
                for file in ["tables.sqlite", "tables.sqlite-wal"] { unlink("\(root)/\(key.directoryName)/\(file)") }
                rmdir(root + "/" + key.directoryName)
            }
            rmdir(root)
        }
        for key in keys {
            let directory = root + "/" + key.directoryName
            mkdir(directory, 0o700)
            let engine = try Engine(.init(directory: directory))
            try execute(engine, "CreateTable", createTable)
            engine.close()
            guard key.accessKeyID == "full" else { continue }
            let connection = try Connection(path: directory + "/tables.sqlite")
            try connection.execute(
                "CREATE TRIGGER full BEFORE INSERT ON items_1 BEGIN SELECT RAISE(ROLLBACK, 'full'); END")
            connection.close()
        }
        try withLoop(
            { loop in
                let databases = Databases(
                    isolation: .init(open: { try Engine(.init(directory: root + "/" + $0)) }, remove: { _ in }))
                let endpoint = AWSEndpoint(loop: loop, databases: databases)
                let address = try endpoint.listen(on: .loopback())
                keep(endpoint, on: loop)
                return address
            },
            { _, address in
                let clients = try (0..<30).map { _ in try TestClient(address) }
                for (number, client) in clients.enumerated() {
                    let body = #"{"TableName":"tab","Item":{"pk":{"S":"\#(number)"}}}"#
                    client.send(putRequest(keys[number % 3], "PutItem", body))
                }
                for (number, client) in clients.enumerated() {
                    let response = TestResponse(String(decoding: client.receive(.max), as: UTF8.self))
                    #expect(response.status == (number % 3 == 2 ? "500 Internal Server Error" : "200 OK"))
                }
                for (number, key) in keys.enumerated() {
                    let count = try ask(address, putRequest(key, "Scan", #"{"TableName":"tab","Select":"COUNT"}"#))
                    #expect(
                        count.body
                            == (number == 2 ? #"{"Count":0,"ScannedCount":0}"# : #"{"Count":10,"ScannedCount":10}"#))
                }
            })
    }

    private func putRequest(_ credential: SignedCredential, _ operation: String, _ body: String) -> String {
        let key = credential.accessKeyID ?? ""
        return request(
            "DynamoDB_20120810." + operation, body,
            more: "Authorization: AWS4-HMAC-SHA256 Credential=\(key)/20261123/eu-test-1/dynamodb/aws4_request, "
                + "SignedHeaders=host, Signature=0\r\n")
    }
}
