import Testing

@testable import HTTP

/// What a parser makes of bytes: each request as text, then how it ended.
func transcript(_ pieces: [[UInt8]], _ limits: HTTPLimits = HTTPLimits()) -> [String] {
    var parser = RequestParser(limits: limits)
    var unread: [UInt8] = []
    var found: [String] = []
    for piece in pieces {
        unread += piece
        reading: while true {
            var step = RequestParser.Step.failed(status: 0)
            var request = ""
            unread.withUnsafeBytes { bytes in
                step = parser.next(bytes)
                if case .request = step {
                    parser.withRequest(in: bytes) {
                        request = describe($0)
                        expectNamedFields($0)
                    }
                }
            }
            switch step {
            case .needMore(let consumed, let limit):
                #expect(consumed <= unread.count)
                unread.removeFirst(consumed)
                #expect(unread.count < limit)
                break reading
            case .sendContinue: found.append("100")
            case .request(let consumed):
                found.append(request)
                unread.removeFirst(consumed)
                parser.reset()
                if unread.isEmpty { break reading }
            case .failed(let status): return found + ["\(status)"]
            }
        }
    }
    if !unread.isEmpty || parser.hasHead { found.append("more") }
    return found
}

func describe(_ request: borrowing HTTPRequest) -> String {
    var text =
        String(decoding: request.methodBytes, as: UTF8.self) + " " + String(decoding: request.target, as: UTF8.self)
    for index in 0..<request.fieldCount where !request.fieldName(index).isEqualIgnoringCase("host") {
        let name = String(decoding: request.fieldName(index), as: UTF8.self)
        text += " \(name)=\(String(decoding: request.fieldValue(index), as: UTF8.self))"
    }
    if !request.isKeptAlive { text += " close" }
    return text + (request.body.isEmpty ? "" : " [\(String(decoding: request.body, as: UTF8.self))]")
}

/// Inputs and what must come of them.
let requestTable: [(String, [String])] = [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /"]),
    ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /"]),
    ("GET / HTTP/1.1\nHost: a\n\n", ["GET /"]),
    ("GET /a?b=c%20d HTTP/1.1\r\nhOsT:a\r\nX-Y: \t z z \t\r\nEmpty:\r\n\r\n", ["GET /a?b=c%20d X-Y=z z Empty="]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", ["POST / Content-Length=3 [abc]"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 003\r\n\r\nabc", ["POST / Content-Length=003 [abc]"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", ["POST / Content-Length=0"]),
    ("FOO * HTTP/1.1\r\nHost: a\r\n\r\n", ["FOO *"]),
    ("GET / HTTP/1.0\r\n\r\n", ["GET / close"]),
    ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", ["GET / Connection=Keep-Alive"]),
    ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x , CLOSE\r\n\r\n", ["GET / Connection=x , CLOSE close"]),
    ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", ["GET /"]),
    ("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /1", "GET /2"]),
    (
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
        ["POST / Transfer-Encoding=Chunked [abc0123456789]"]
    ),
    (
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
        ["POST / Transfer-Encoding=chunked", "GET /2"]
    ),
    (
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n000001 \r\na\r\n0\r\n\r\n",
        ["POST / Transfer-Encoding=chunked [a]"]
    ),
    // Not whole
    ("", []),
    ("G", ["more"]),
    ("GET / HTTP/1.1\r\nHost: a\r\n", ["more"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab", ["more"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", ["more"]),
    // Malformed
    (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["400"]),
    ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", ["400"]),
    ("GET /\r\nHost: a\r\n\r\n", ["400"]),
    ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", ["400"]),
    ("GET / http/1.1\r\nHost: a\r\n\r\n", ["400"]),
    ("GET / HTTP/11\r\nHost: a\r\n\r\n", ["400"]),
    ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", ["505"]),
    ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", ["400"]),
    ("GET /\u{7F} HTTP/1.1\r\nHost: a\r\n\r\n", ["400"]),
    ("\u{16}\u{03}\u{01}\u{02}", ["400"]),
    ("GET / HTTP/1.1\r\n\r\n", ["400"]),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", ["400"]),
    ("GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", ["400"]),
    ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", ["400"]),
    ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", ["400"]),
    ("GET / HTTP/1.1\r\nHost: a\r\nA: b\u{0}c\r\n\r\n", ["400"]),
    ("GET / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n", ["400"]),
    ("GET / HTTP/1.1\r\nHost: a\r\n\rx", ["400"]),
    // Lengths
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1a\r\n\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16777217\r\n\r\n", ["413"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999999999999\r\n\r\n", ["413"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n", ["413"]),
    // Codings
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", ["501"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", ["400"]),
    ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1000001\r\n", ["413"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7FFFFFFFFFFFFFFF\r\n", ["400"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n", ["400"]),
    // Expectations
    ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", ["100", "more"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nTransfer-Encoding: chunked\r\n\r\n", ["100", "more"]),
    ("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", ["more"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 16777217\r\n\r\n", ["413"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n", ["417"]),
]

@Test("Each request comes to its exact result", arguments: requestTable)
func table(input: String, expected: [String]) { #expect(transcript([Array(input.utf8)]) == expected) }

@Test("The result is the same wherever the bytes are cut", arguments: requestTable)
func everyCut(input: String, expected: [String]) {
    let bytes = Array(input.utf8)
    for cut in 0...bytes.count {
        let found = transcript([Array(bytes[..<cut]), Array(bytes[cut...])])
        #expect(found.filter { $0 != "100" } == expected.filter { $0 != "100" }, "cut at \(cut)")
    }
    let single = transcript(bytes.map { [$0] })
    #expect(single.filter { $0 != "100" } == expected.filter { $0 != "100" })
}

@Test("An expectation is answered once, and not when the body is there already")
func expectation() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    let request = "POST / Expect=100-continue Content-Length=2 [ab]"
    #expect(transcript([Array(head.utf8), Array("a".utf8), Array("b".utf8)]) == ["100", request])
    #expect(transcript([Array((head + "ab").utf8)]) == [request])
}

@Test("Each part of a head has its bound and its status")
func bounds() {
    var limits = HTTPLimits()
    limits.requestLineBytes = 100
    limits.headBytes = 200
    limits.fieldCount = 3
    limits.bodyBytes = 10
    func result(_ text: String) -> String? { transcript([Array(text.utf8)], limits).last }
    func path(_ count: Int) -> String { "/" + String(repeating: "x", count: count - 1) }
    // "GET " and " HTTP/1.1\r\n" are 15 bytes of the line.
    #expect(result("GET \(path(85)) HTTP/1.1\r\nHost: a\r\n\r\n") == "GET " + path(85))
    #expect(result("GET \(path(86)) HTTP/1.1\r\nHost: a\r\n\r\n") == "414")
    #expect(result("GET \(path(300))") == "414")
    let head = "GET / HTTP/1.1\r\nHost: a\r\nX: "
    #expect(
        result(head + String(repeating: "y", count: 200 - head.utf8.count - 4) + "\r\n\r\n")?.hasPrefix("GET") == true)
    #expect(result(head + String(repeating: "y", count: 200 - head.utf8.count - 3) + "\r\n\r\n") == "431")
    #expect(result(head + String(repeating: "y", count: 200)) == "431")
    #expect(result("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 1\r\n\r\n") == "GET / A=1 B=1")
    #expect(result("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 1\r\nC: 1\r\n\r\n") == "431")
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(result(chunked + "5\r\nabcde\r\n5\r\nabcde\r\n0\r\n\r\n")?.hasSuffix("[abcdeabcde]") == true)
    #expect(result(chunked + "5\r\nabcde\r\n6\r\n") == "413")
    #expect(result(chunked + "0\r\nT: " + String(repeating: "t", count: 200)) == "431")
    #expect(result(chunked + "1;" + String(repeating: "e", count: 1100)) == "400")
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

@Test("Mutated requests neither trap nor depend on where they are cut", arguments: 1...8)
func mutations(seed: Int) {
    var random = SeededGenerator(state: UInt64(seed))
    let interesting: [UInt8] = [0, 9, 10, 13, 32, 44, 45, 48, 57, 58, 59, 70, 102, 127, 128, 255]
    for _ in 0..<1500 {
        var bytes = Array(requestTable.randomElement(using: &random)!.0.utf8)
        bytes += Array(requestTable.randomElement(using: &random)!.0.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[at] = interesting.randomElement(using: &random)!
            case 1: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
            case 2: bytes.remove(at: at)
            default: bytes.insert(interesting.randomElement(using: &random)!, at: at)
            }
        }
        let whole = transcript([bytes]).filter { $0 != "100" }
        let cut = Int.random(in: 0...bytes.count, using: &random)
        let halves = transcript([Array(bytes[..<cut]), Array(bytes[cut...])]).filter { $0 != "100" }
        #expect(
            whole == halves, "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription) cut at \(cut)")
    }
}

/// What a parser finds in these bytes: the step, and of a whole request every field.
private func findings(_ parser: inout RequestParser, _ bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { all in
        let step = parser.next(all)
        guard case .request = step else { return "\(step)" }
        let fields = parser.withRequest(in: all) { request in
            expectNamedFields(request)
            return (0..<request.fieldCount).map { "\(Array(request.fieldName($0))): \(Array(request.fieldValue($0)))" }
        }
        let head = parser.head
        return "\(step) \(head.count) \(head.contentLength ?? -1) \(head.isKeptAlive) \(head.expectsContinue) \(fields)"
    }
}

/// A field that is found by its name's number is the first of that name.
private func expectNamedFields(_ request: borrowing HTTPRequest) {
    let names: [(HeaderName, StaticString)] = [
        (.host, "host"), (.expect, "expect"), (.connection, "connection"), (.contentLength, "content-length"),
        (.transferEncoding, "transfer-encoding"), (.origin, "origin"), (.contentType, "content-type"),
        (.authorization, "authorization"), (.acceptEncoding, "accept-encoding"),
        (.contentEncoding, "content-encoding"), (.amazonTarget, "x-amz-target"),
    ]
    #expect(request.header(.other) == nil)
    for (name, text) in names {
        let (found, first) = (request.header(name), request.header(text))
        #expect(found?.baseAddress == first?.baseAddress && found?.count == first?.count, "\(text)")
    }
}

@Test("The requests before it on its connection make no difference to a request", arguments: 1...8)
func requestsBefore(seed: Int) {
    var random = SeededGenerator(state: UInt64(seed))
    let lines = [
        "Host: a", "Content-Length: 5", "Content-Length: 0", "X-Amz-Target: Get", "Connection: close", "A: b", "A:  b ",
        "Origin: a", "oriGin: b", "Content-Type: a/b", "content-type: c", "Authorization: a", "Accept-Encoding: gzip",
        "Content-Encoding: gzip", "Expect: 100-continue", "Content-Length: 55", "connection: keep-alive", "A: bb",
        "Host:a", "Folded", " A: b",
        "A: b\r",
    ]
    var limits = HTTPLimits()
    (limits.headBytes, limits.fieldCount) = (300, 12)
    var parser = RequestParser(limits: limits)
    var head = ["Host: a", "A: b", "Content-Length: 5"]
    var accepted = 0
    for _ in 0..<4000 {
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let at = Int.random(in: 0...head.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: head.insert(lines.randomElement(using: &random)!, at: at)
            case 1 where at < head.count: head.remove(at: at)
            default: if at < head.count { head[at] = lines.randomElement(using: &random)! }
            }
        }
        let end = Bool.random(using: &random) ? "\r\n" : "\n"
        let target = ["/", "/longer", ""].randomElement(using: &random)!
        var bytes = Array(("POST \(target) HTTP/1.1" + end + head.joined(separator: end) + end + end + "12345").utf8)
        if Int.random(in: 0..<8, using: &random) == 0 {
            bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
        }
        var fresh = RequestParser(limits: limits)
        let expected = findings(&fresh, bytes)
        #expect(findings(&parser, bytes) == expected, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        if expected.hasPrefix("request") {
            accepted += 1
        } else {
            head = ["Host: a", "A: b", "Content-Length: 5"]
        }
        parser.reset()
    }
    #expect(accepted > 1000)
}

@Test(
    "Percent signs are decoded, what is not hexadecimal stays",
    arguments: [
        ("/a%20b", "/a b"), ("/%41%6a", "/Aj"), ("/%", "/%"), ("/%4", "/%4"), ("/%zz%", "/%zz%"), ("/%C3%A4", "/ä"),
        ("/+", "/+"),
    ])
func percent(input: String, expected: String) {
    #expect(percentDecoded(Array(input.utf8), plusIsSpace: false) == expected)
}

@Test(
    "Dates are as RFC 9110 writes them",
    arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (1_767_225_599, "Wed, 31 Dec 2025 23:59:59 GMT"),
    ])
func dates(seconds: Int64, expected: String) {
    #expect(String(decoding: HTTPDate.format(seconds: seconds), as: UTF8.self) == expected)
}
