import Testing

@testable import HTTP

@Suite("Bytes, eight at a time") struct BytesTests {
    @Test(
        "Names are compared without their case, and every other byte counts, wherever it stands",
        arguments: ["e", "host-9z", "x-amz-at", "x-amz-tag", "x-amz-target-and-9", "content-encoding"] as [StaticString]
    )
    func ignoringCase(_ name: StaticString) {
        let plain = (0..<name.utf8CodeUnitCount).map { name.utf8Start[$0] }
        for position in plain.indices {
            for byte in UInt8.min ... .max {
                var bytes = plain
                bytes[position] = byte
                let isSame = byte == plain[position] || ((0x41...0x5A).contains(byte) && byte + 0x20 == plain[position])
                #expect(bytes.withUnsafeBytes { $0.isEqualIgnoringCase(name) } == isSame, "\(byte) at \(position)")
                #expect(bytes.withUnsafeBytes { $0.isEqual(name) } == (byte == plain[position]))
            }
        }
        #expect(!plain.dropLast().withUnsafeBytes { $0.isEqualIgnoringCase(name) })
        #expect(UnsafeRawBufferPointer(start: nil, count: 0).isEqual(""))
    }

    /// What becomes of a request with a byte in a field's name or value.
    private func isAccepted(_ bytes: [UInt8]) -> Bool {
        var parser = RequestParser()
        return bytes.withUnsafeBytes { parser.next($0) } == .request(consumed: bytes.count)
    }

    @Test("Every byte that may stand in a field's name may stand anywhere in it, and no other")
    func names() {
        let others = Array("!#$%&'*+-.^_`|~".utf8)
        for byte in UInt8.min ... .max where byte != UInt8(ascii: ":") {
            let isToken =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || others.contains(byte)
            for position in 0..<40 {
                var name = Array("a-name-Of-40-bytes-is-five-times-8-bytes".utf8)
                name[position] = byte
                let request = Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8) + name + Array(": v\r\n\r\n".utf8)
                #expect(isAccepted(request) == isToken, "\(byte) at \(position)")
            }
        }
    }

    @Test("Every byte but control characters may stand anywhere in a field's value, and tab too")
    func values() {
        for byte in UInt8.min ... .max where byte != 0x0A && byte != 0x0D {
            for position in 0..<40 {
                var value = Array("a value of 40 bytes is 5 times 8, and \u{e9}".utf8)
                value[position] = byte
                let request = Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + value + Array("\r\n\r\n".utf8)
                #expect(
                    isAccepted(request) == (byte == 0x09 || (byte >= 0x20 && byte != 0x7F)), "\(byte) at \(position)")
            }
        }
    }
}
