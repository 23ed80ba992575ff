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

/// An endpoint on a loop of its own, with a table tab of key pk.
func withEndpoint<Value>(
    _ prepare: @escaping @Sendable (String) throws -> Void = { _ in },
    _ body: (SocketAddress, String) throws -> Value
) throws -> Value {
    var template = Array("/tmp/nestbox-aws-XXXXXX".utf8CString)
    let directory = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)!) }
    defer {
        for name in ["tables.sqlite", "tables.sqlite-wal"] { unlink(directory + "/" + name) }
        rmdir(directory)
    }
    return try withLoop(
        { loop in
            let first = try Engine(.init(directory: directory))
            try execute(
                first, "CreateTable",
                #"{"TableName":"tab","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"#
                    + #""KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}"#)
            first.close()
            try prepare(directory + "/tables.sqlite")
            let engine = try Engine(.init(directory: directory))
            var configuration = AWSEndpoint.Configuration()
            configuration.region = "eu-test-1"
            let endpoint = AWSEndpoint(loop: loop, engine: engine, configuration: configuration)
            let address = try endpoint.listen(on: .loopback())
            keep(endpoint, on: loop)
            return address
        }, { _, address in try body(address, directory) })
}

/// Keeps an endpoint as long as its loop lives, and closes it then.
func keep(_ endpoint: AWSEndpoint, on loop: EventLoop) {
    final class Kept {
        let endpoint: AWSEndpoint
        init(_ endpoint: AWSEndpoint) { self.endpoint = endpoint }
        deinit { endpoint.close() }
    }
    let kept = Kept(endpoint)
    loop.atTurnEnd { _ = kept }
}

/// Carries out an operation and commits.
@discardableResult
func execute(_ engine: Engine, _ operation: String, _ body: String) throws -> String {
    var output: [UInt8] = []
    try Array(body.utf8).withUnsafeBytes {
        try engine.execute(operation: operation, body: $0, context: .init(now: 0, region: "r"), into: &output)
    }
    try engine.commitTurn()
    return String(decoding: output, as: UTF8.self)
}

/// A response, taken apart.
struct TestResponse {
    var status: Substring
    var fields: [(name: Substring, value: Substring)]
    var body: Substring

    init(_ text: String) {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\r\n")
        status = lines.first?.dropFirst("HTTP/1.1 ".count) ?? ""
        fields = lines.dropFirst().map { line in
            let pair = line.split(separator: ": ", maxSplits: 1)
            return (pair[0], pair.count > 1 ? pair[1] : "")
        }
        body = parts.count > 1 ? parts[1] : ""
    }

    subscript(name: String) -> String? { fields.first { $0.name == name }.map { String($0.value) } }
}

func request(
    _ target: String?, _ body: String, method: String = "POST", type: String? = "application/x-amz-json-1.0",
    more: String = "", close: Bool = true
) -> String {
    "\(method) / HTTP/1.1\r\nHost: localhost:8000\r\n"
        + (target.map { "X-Amz-Target: \($0)\r\n" } ?? "") + (type.map { "Content-Type: \($0)\r\n" } ?? "")
        + "Content-Length: \(body.utf8.count)\r\n\(more)\(close ? "Connection: close\r\n" : "")\r\n\(body)"
}

/// Sends one request on a connection of its own.
func ask(_ address: SocketAddress, _ text: String) throws -> TestResponse {
    let client = try TestClient(address)
    client.send(text)
    return TestResponse(String(decoding: client.receive(.max), as: UTF8.self))
}

private let dynamodb = "DynamoDB_20120810."

@Suite("AWS's port") struct AWSServerTests {
    @Test("An answer has AWS's fields: type, request id, CRC-32 of the body, server, date")
    func fields() throws {
        try withEndpoint { address, _ in
            let response = try ask(address, request(dynamodb + "ListTables", "{}"))
            #expect(response.status == "200 OK")
            #expect(response.body == #"{"TableNames":["tab"]}"#)
            #expect(response["Content-Type"] == "application/x-amz-json-1.0")
            #expect(response["Server"] == "Server")
            #expect(response["x-amz-crc32"] == "1739884542")
            #expect(response["Date"]?.hasSuffix(" GMT") == true)
            let id = response["x-amzn-RequestId"] ?? ""
            #expect(id.utf8.count == 52)
            #expect(id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) })
            let other = try ask(address, request(dynamodb + "ListTables", "{}"))
            #expect(other["x-amzn-RequestId"] != id)
        }
    }

    @Test(
        "An error has its envelope",
        arguments: [
            (
                dynamodb + "DescribeTable", #"{"TableName":"none"}"#,
                #"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not "#
                    + #"found: Table: none not found"}"#
            ),
            (
                dynamodb + "ListTables", #"{"Limit":0}"#,
                #"{"__type":"com.amazon.coral.validate#ValidationException","message":"1 validation error detected: Value '0' "#
                    + #"at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"}"#
            ),
            (
                dynamodb + "ListTables", #"{"Limit":"x"}"#,
                #"{"__type":"com.amazon.coral.service#SerializationException","Message":"STRING_VALUE cannot be converted to "#
                    + #"Integer"}"#
            ),
            (
                dynamodb + "ListTables", "{", #"{"__type":"com.amazon.coral.service#SerializationException"}"#
            ),
            (
                dynamodb + "NoSuch", "{}", #"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#
            ),
            (
                "DynamoDB_20111205.ListTables", "{}",
                #"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#
            ),
            (
                dynamodb + "PutItem",
                #"{"TableName":"tab","Item":{"pk":{"S":"a"}},"ConditionExpression":"attribute_exists(pk)"}"#,
                #"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional "#
                    + #"request failed"}"#
            ),
            (
                dynamodb + "TransactWriteItems",
                #"{"TransactItems":[{"Delete":{"TableName":"tab","Key":{"pk":{"S":"a"}},"ConditionExpression":"attribute_exists(pk)"}}]}"#,
                #"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":"#
                    + #"[{"Code":"ConditionalCheckFailed","Message":"The conditional request failed"}],"Message":"Transaction "#
                    + #"cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed]"}"#
            ),
        ])
    func envelopes(_ target: String, _ body: String, _ answer: String) throws {
        try withEndpoint { address, _ in
            let response = try ask(address, request(target, body))
            #expect(response.status == "400 Bad Request")
            #expect(response.body == answer)
        }
    }

    @Test("What is not a POST of JSON is not found")
    func notFound() throws {
        try withEndpoint { address, _ in
            for text in [
                request(dynamodb + "ListTables", "{}", type: "text/plain"),
                request(dynamodb + "ListTables", "{}", type: nil),
                request(dynamodb + "ListTables", "{}", method: "PUT"),
            ] {
                let response = try ask(address, text)
                #expect(response.status == "404 Not Found")
                #expect(response.body == "<UnknownOperationException/>\n")
                #expect(response["x-amz-crc32"] == "3552371480")
            }
        }
    }

    @Test("An endpoint that is closed is kept by nobody")
    func closed() throws {
        weak var closed: AWSEndpoint?
        func serve() throws {
            let databases = Databases(
                isolation: .init(open: { _ in throw SystemError("open", ENOENT) }, remove: { _ in }))
            let endpoint = AWSEndpoint(loop: try EventLoop(), databases: databases)
            _ = try endpoint.listen(on: .loopback())
            endpoint.close()
            closed = endpoint
        }
        try serve()
        #expect(closed == nil)
    }

    @Test("GET / says that the host is healthy")
    func health() throws {
        try withEndpoint { address, _ in
            let response = try ask(address, "GET / HTTP/1.1\r\nHost: localhost:8000\r\nConnection: close\r\n\r\n")
            #expect(response.status == "200 OK")
            #expect(response.body == "healthy: localhost:8000 ")
        }
    }

    @Test(
        "ARNs have the region that the request is signed for, else the configured one; every region has the same tables"
    )
    func region() throws {
        try withEndpoint { address, _ in
            let body = #"{"TableName":"tab"}"#
            let scope =
                "AWS4-HMAC-SHA256 Credential=k/20261122/ap-northeast-2/dynamodb/aws4_request, SignedHeaders=h, Signature=s"
            let signed = try ask(
                address, request(dynamodb + "DescribeTable", body, more: "Authorization: \(scope)\r\n"))
            #expect(signed.body.contains("arn:aws:dynamodb:ap-northeast-2:000000000000:table/tab"))
            let unsigned = try ask(address, request(dynamodb + "DescribeTable", body))
            #expect(unsigned.body.contains("arn:aws:dynamodb:eu-test-1:000000000000:table/tab"))
            for field in ["", "Credential=", "Credential=a/b", "Credential=k/d/\"{}/dynamodb/aws4_request", "/////"] {
                let odd = try ask(
                    address, request(dynamodb + "DescribeTable", body, more: "Authorization: \(field)\r\n"))
                #expect(odd.body.contains("arn:aws:dynamodb:eu-test-1:"))
            }
        }
    }

    @Test("A body over 16 MB is refused before it is read")
    func tooLarge() throws {
        try withEndpoint { address, _ in
            let response = try ask(
                address, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \((16 << 20) + 1)\r\n\r\n")
            #expect(response.status.hasPrefix("413"))
        }
    }

    // MARK: Commit

    @Test("An answered write is in the files at once: the commit comes before the answer")
    func commitBeforeAnswer() throws {
        try withEndpoint { address, directory in
            let client = try TestClient(address)
            for number in 0..<20 {
                let body = #"{"TableName":"tab","Item":{"pk":{"S":"\#(number)"}}}"#
                client.send(request(dynamodb + "PutItem", body, close: false))
                let response = TestResponse(String(decoding: client.receiveResponse(), as: UTF8.self))
                try #require(response.status == "200 OK")
                // What a kill would leave now.
                let copy = try Copy(of: directory)
                let engine = try Engine(.init(directory: copy.path))
                defer { engine.close() }
                let read = try execute(engine, "GetItem", #"{"TableName":"tab","Key":{"pk":{"S":"\#(number)"}}}"#)
                try #require(read == #"{"Item":{"pk":{"S":"\#(number)"}}}"#)
            }
        }
    }

    @Test("The log is copied into the database's file when nothing has been written for a while")
    func copyAtRest() throws {
        try withEndpoint { address, directory in
            func size() -> Int {
                var status = stat()
                return stat(directory + "/tables.sqlite", &status) == 0 ? Int(status.st_size) : -1
            }
            let before = size()
            let text = String(repeating: "x", count: 390_000)
            let client = try TestClient(address)
            client.send(
                request(
                    dynamodb + "PutItem", #"{"TableName":"tab","Item":{"pk":{"S":"a"},"x":{"S":"\#(text)"}}}"#,
                    close: false))
            let response = TestResponse(String(decoding: client.receiveResponse(), as: UTF8.self))
            try #require(response.status == "200 OK")
            #expect(size() == before)
            for _ in 0..<500 where size() < text.utf8.count { usleep(10_000) }
            #expect(size() >= text.utf8.count)
        }
    }

    @Test("A write that the disk has no room for is a server error, and the server goes on")
    func fullDisk() throws {
        // A database that may not grow: SQLite keeps the bound while the connection lives, so it comes as a trigger that fails.
        try withEndpoint(
            { path in
                let connection = try Connection(path: path)
                try connection.execute(
                    "CREATE TRIGGER full BEFORE INSERT ON items_1 WHEN NEW.size > 1000 BEGIN SELECT RAISE(ROLLBACK, 'full'); END"
                )
                connection.close()
            },
            { address, _ in
                let text = String(repeating: "v", count: 2000)
                let put = try ask(
                    address,
                    request(dynamodb + "PutItem", #"{"TableName":"tab","Item":{"pk":{"S":"a"},"v":{"S":"\#(text)"}}}"#))
                #expect(put.status == "500 Internal Server Error")
                #expect(
                    put.body
                        == #"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"Internal server error"}"#
                )
                let get = try ask(
                    address, request(dynamodb + "GetItem", #"{"TableName":"tab","Key":{"pk":{"S":"a"}}}"#))
                #expect(get.body == "{}")
                let small = try ask(
                    address, request(dynamodb + "PutItem", #"{"TableName":"tab","Item":{"pk":{"S":"a"}}}"#))
                #expect(small.status == "200 OK")
            })
    }

    // MARK: Long reads

    @Test("A long scan is answered whole, other requests in between, and a client that leaves does no harm")
    func longScan() throws {
        try withEndpoint { address, _ in
            let text = String(repeating: "v", count: 100_000)
            for number in 0..<10 {
                let body = #"{"TableName":"tab","Item":{"pk":{"S":"\#(number)"},"v":{"S":"\#(text)"}}}"#
                #expect(try ask(address, request(dynamodb + "PutItem", body)).status == "200 OK")
            }
            let gone = try TestClient(address)
            gone.reset()
            gone.send(request(dynamodb + "Scan", #"{"TableName":"tab"}"#))
            let filtered = try TestClient(address)
            filtered.send(
                request(dynamodb + "Scan", #"{"TableName":"tab","FilterExpression":"attribute_exists(pk)"}"#))
            let point = try ask(address, request(dynamodb + "GetItem", #"{"TableName":"tab","Key":{"pk":{"S":"1"}}}"#))
            #expect(point.status == "200 OK")
            let whole = TestResponse(String(decoding: filtered.receive(.max), as: UTF8.self))
            #expect(whole.status == "200 OK")
            #expect(whole.body.hasSuffix(#""ScannedCount":10}"#))
            #expect(whole.body.utf8.count > 1_000_000)
        }
    }
}

/// A copy of a database's files, as a killed process would leave them.
private final class Copy {
    let path: String
    private static let names = ["tables.sqlite", "tables.sqlite-wal"]

    init(of directory: String) throws {
        var template = Array("/tmp/nestbox-aws-copy-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)!) }
        for name in Copy.names {
            let input = open(directory + "/" + name, O_RDONLY)
            guard input >= 0 else { continue }
            let output = open(path + "/" + name, O_WRONLY | O_CREAT, 0o600)
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(input, &buffer, buffer.count)
                if count <= 0 { break }
                try #require(write(output, buffer, count) == count)
            }
            close(input)
            close(output)
        }
    }

    deinit {
        for name in Copy.names { unlink(path + "/" + name) }
        rmdir(path)
    }
}

extension TestClient {
    /// One response whose body has a Content-Length.
    fileprivate func receiveResponse() -> [UInt8] {
        var all: [UInt8] = []
        while true {
            all += receive(1)
            guard all.suffix(4) == [13, 10, 13, 10] else {
                if all.count > 10_000 { return all }
                continue
            }
            let head = TestResponse(String(decoding: all, as: UTF8.self))
            return all + receive(Int(head["Content-Length"] ?? "0") ?? 0)
        }
    }
}
