import AWSSignature
@testable import AWSServer
@testable import HTTP

extension Fuzzer {
    /// HTTP, and what AWS's port reads of it.
    static let httpRequests = Fuzzer(
        name: "http-requests",
        summary: "HTTP/1.1 requests, whole, in pieces and after others; signatures, codings and fields of AWS's port",
        weight: 68, blockSize: 20_000
    ) { _, _ in RequestsSubject() }
}

/// Requests that are parsed at once, after another one and piece by piece, which must come to the same.
private final class RequestsSubject: FuzzSubject {
    /// What came of some bytes.
    private enum Outcome: Equatable {
        case incomplete
        case failed(Int)
        case request(consumed: Int, fields: [[UInt8]], body: [UInt8])
    }

    private let mutation = Mutation(words: RequestsSubject.words, bytesMax: 1 << 15)
    private var callers = CallerReader(region: "us-east-1")
    private var verifier = SignatureVerifier(
        credentials: [SigningCredentials(accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: nil)])
    private let limits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.requestLineBytes = 1024
        limits.headBytes = 4096
        limits.bodyBytes = 8192
        return limits
    }()

    func take(_ random: inout SeededRandom) throws(FuzzFault) {
        let unchanged = random.pick(Self.requests)
        var bytes = unchanged
        mutation.apply(to: &bytes, &random)
        let whole = parse(bytes, pieces: [bytes.count])
        let second = parse(bytes, pieces: [bytes.count], after: unchanged)
        guard whole == second else {
            throw FuzzFault("alone \(whole), after another \(second): \(String(decoding: bytes, as: UTF8.self))")
        }
        var ends: [Int] = []
        var end = 0
        while end < bytes.count {
            end = min(bytes.count, end + 1 + random.below(random.pick([3, 40, 2000])))
            ends.append(end)
        }
        let piecewise = parse(bytes, pieces: ends)
        // A head in small pieces is not read anew for each, so what is wrong with one that goes on may be seen later.
        if case .failed = whole, piecewise == .incomplete { return }
        guard whole == piecewise else {
            throw FuzzFault("whole \(whole), in pieces \(piecewise): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// `pieces` are where each piece ends; `before` has come on the same connection.
    private func parse(_ bytes: [UInt8], pieces: [Int], after before: [UInt8] = []) -> Outcome {
        var parser = RequestParser(limits: limits)
        if !before.isEmpty {
            while before.withUnsafeBytes({ parser.next($0) }) == .sendContinue {}
            parser.reset()
        }
        var consumed = 0
        for end in pieces {
            var isWaiting = false
            while !isWaiting {
                let step = bytes[consumed..<end].withUnsafeBytes { unread -> Outcome? in
                    switch parser.next(unread) {
                    case .needMore(let count, _):
                        consumed += count
                        isWaiting = true
                        return nil
                    case .sendContinue: return nil
                    case .failed(let status): return .failed(status)
                    case .request(let count):
                        return parser.withRequest(in: unread) { request in
                            read(request)
                            var fields: [[UInt8]] = []
                            for index in 0..<request.fieldCount {
                                fields += [[UInt8](request.fieldName(index)), [UInt8](request.fieldValue(index))]
                            }
                            return .request(consumed: consumed + count, fields: fields, body: [UInt8](request.body))
                        }
                    }
                }
                if let step { return step }
            }
        }
        return .incomplete
    }

    /// What AWS's port looks at.
    private func read(_ request: borrowing HTTPRequest) {
        _ = Target.operation(request.header(.amazonTarget))
        _ = ContentType(request.header(.contentType), emptyBody: request.body.isEmpty)
        _ = AcceptEncoding.coding(request.header(.acceptEncoding))
        let caller = callers.caller(authorization: request.header(.authorization), target: request.target)
        _ = caller.credential.directoryName
        _ = (request.path, request.query)
        if let codings = Decompression.codings(of: request) {
            _ = Decompression.decode(request.body, codings, limit: 1 << 16)
        }
        var received = ReceivedRequest(
            method: String(decoding: request.methodBytes, as: UTF8.self), path: request.path,
            query: request.query ?? "", headers: [], body: request.body)
        for index in 0..<request.fieldCount {
            let (name, value) = (request.fieldName(index), request.fieldValue(index))
            received.headers.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
        }
        _ = try? verifier.verify(received, service: "dynamodb", now: 1_792_000_000)
    }

    private static let requests: [[UInt8]] = [
        """
        POST / HTTP/1.1
        Host: localhost:8000
        X-Amz-Target: DynamoDB_20120810.ListTables
        Content-Type: application/x-amz-json-1.0
        Accept-Encoding: gzip;q=0.5, identity
        Content-Length: 2

        {}
        """,
        """
        POST / HTTP/1.1
        Host: a
        Transfer-Encoding: chunked

        5;x=y
        hello
        0
        Trailer: 1


        """,
        """
        POST / HTTP/1.1
        Host: a
        Expect: 100-continue
        Content-Length: 3
        Content-Encoding: gzip
        Connection: close

        abc
        """,
        """
        GET /?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260101%2Fus-east-1%2Fdynamodb%2Faws4_request\
        &X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00 HTTP/1.1
        Host: a


        """,
        """
        POST / HTTP/1.1
        Host: a
        X-Amz-Date: 20260101T000000Z
        Authorization: AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/dynamodb/aws4_request, \
        SignedHeaders=host;x-amz-date, Signature=0123456789abcdef
        Content-Length: 0


        """,
        """
        OPTIONS http://a:1//x/%41?b=c HTTP/1.0
        Origin: http://b
        Access-Control-Request-Method: POST


        """,
    ].map { text in text.utf8.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] } }

    private static let words: [[UInt8]] =
        [
            "\r\n", "\r\n\r\n", "\n", ": ", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n",
            "HTTP/1.1",
            "Transfer-Encoding: gzip, chunked\r\n", "ffffffffffffffff\r\n", "HTTP/2.0", "Expect: 100-continue\r\n", "%",
            "%00",
            "Content-Encoding: deflate, gzip\r\n", "Connection: keep-alive, close\r\n", "%zz", "\t", "Host: b\r\n", "/",
            "Credential=", ";q=", "X-Amz-Date: x\r\n",
        ].map { Array($0.utf8) } + [[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], [0x78, 0x9C]]
}
