import Testing

@testable import AWSServer

@Suite("Accept-Encoding, read as AWS reads it") struct AcceptEncodingTests {
    private func coding(_ field: String) -> ContentCoding? {
        Array(field.utf8).withUnsafeBytes { AcceptEncoding.coding($0) }
    }

    @Test("Without a coding that AWS has, the answer is sent as it is")
    func none() {
        #expect(AcceptEncoding.coding(nil) == nil)
        for field in [
            "", "identity", "br", "zstd", "compress", "x-gzip", "\"gzip\"", "gzip br", "gzip:q=1", "identity;q=0", ",,",
            ";", "q=1",
        ] {
            #expect(coding(field) == nil, "\(field)")
        }
    }

    @Test("The coding with the greatest weight is taken, of equal ones the first; case and blanks do not matter")
    func weights() {
        #expect(coding("gzip") == .gzip)
        #expect(coding("deflate") == .deflate)
        #expect(coding("GZIP, identity") == .gzip)
        #expect(coding("dog, gzip ,, cat") == .gzip)
        #expect(coding("gzip, deflate") == .gzip)
        #expect(coding("br, identity, deflate, gzip") == .deflate)
        #expect(coding("gzip;q=0.5, deflate;q=0.8") == .deflate)
        #expect(coding("gzip;q=0.0001") == .gzip)
        #expect(coding("gzip;q=0, gzip;q=1, gzip;q=0") == .gzip)
    }

    @Test("A weight of 0 rules a coding out, and identity is never preferred")
    func zero() {
        #expect(coding("gzip;q=0") == nil)
        #expect(coding("gzip ;q=0") == nil)
        #expect(coding("gzip;q=0.") == nil)
        #expect(coding("gzip;q= 0 ") == nil)
        #expect(coding("br, gzip;q=0, deflate;q=0.5, identity;q=0") == .deflate)
        #expect(coding("gzip;q=0.5, identity;q=0.8") == .gzip)
    }

    @Test("A star stands for the codings that are not named, gzip first, and yields to one that is")
    func star() {
        #expect(coding("*") == .gzip)
        #expect(coding("*, identity") == .gzip)
        #expect(coding("*;q=0.5, identity") == .gzip)
        #expect(coding("*, deflate") == .deflate)
        #expect(coding("*, deflate;q=0.5") == .gzip)
        #expect(coding("*, gzip;q=0.5") == .deflate)
        #expect(coding("*;q=0") == nil)
        #expect(coding("br;q=0.8, identity;q=0.5, *;q=0") == nil)
        #expect(coding("gzip;q=0, deflate;q=0, *") == nil)
    }

    @Test("Odd weights: the first counts, what is no number is 1, what is outside 0 to 1 is the nearer of the two")
    func odd() {
        #expect(coding("deflate;q=0.5, gzip;q=31") == .gzip)
        #expect(coding("gzip;q=31, deflate;q=51") == .gzip)
        #expect(coding("deflate;q=-0.5, gzip;q=0.2") == .gzip)
        #expect(coding("deflate;q=0.5, gzip;q=1;q=0.2") == .gzip)
        #expect(coding("deflate;q=0.5, gzip;q=0.x") == .gzip)
        #expect(coding("deflate;q=0.5, gzip;q=0. x") == .gzip)
        #expect(coding("deflate;q=0.5, gzip;q=") == .gzip)
        #expect(coding("gzip;q =0;q=1") == .gzip)
        #expect(coding("gzip;nq=0;q=1") == nil)
        #expect(coding("gzip;q=" + String(repeating: "9", count: 1000)) == .gzip)
    }
}

@Suite("Compressed bodies") struct CompressionTests {
    private let text = Array("{\"TableName\": \"a table\"}".utf8) + Array(repeating: UInt8(ascii: " "), count: 200_000)

    private func compressed(_ bytes: [UInt8], _ coding: ContentCoding) -> [UInt8] {
        var output: [UInt8] = []
        Compression.append(bytes, coding, to: &output)
        return output
    }

    private func decoded(_ bytes: [UInt8], _ codings: [ContentCoding], limit: Int = 1 << 20) -> [UInt8]? {
        bytes.withUnsafeBytes { Decompression.decode($0, codings, limit: limit) }
    }

    @Test("What was compressed is read again, in both codings and through one after the other")
    func roundTrip() {
        #expect(decoded(compressed(text, .gzip), [.gzip]) == text)
        #expect(decoded(compressed(text, .deflate), [.deflate]) == text)
        #expect(decoded(compressed(compressed(text, .gzip), .deflate), [.gzip, .deflate]) == text)
        #expect(decoded(compressed([], .gzip), [.gzip]) == [])
        #expect(decoded(compressed(text, .gzip) + compressed(text, .gzip), [.gzip]) == text + text)
    }

    @Test("A stream that is cut anywhere, followed by something else, or another coding's is refused")
    func broken() {
        for coding in [ContentCoding.gzip, .deflate] {
            let whole = compressed(text, coding)
            for count in [0, 1, 5, 9, 10, 17, 18, whole.count / 2, whole.count - 4, whole.count - 1] {
                #expect(decoded(Array(whole[..<count]), [coding]) == nil, "\(count) bytes of \(coding)")
            }
            #expect(decoded(whole + Array("junk".utf8), [coding]) == nil)
            #expect(decoded(whole, [coding == .gzip ? .deflate : .gzip]) == nil)
            #expect(decoded(text, [coding]) == nil)
        }
        // One zlib stream after the other is not allowed by RFC 1950.
        #expect(decoded(compressed(text, .deflate) + compressed(text, .deflate), [.deflate]) == nil)
    }

    @Test("No more than the limit is made of a body, and not of ever more empty streams either")
    func bombs() {
        let whole = compressed(text, .gzip)
        #expect(decoded(whole, [.gzip], limit: text.count) == text)
        #expect(decoded(whole, [.gzip], limit: text.count - 1) == nil)
        #expect(decoded(compressed(whole, .gzip), [.gzip, .gzip], limit: whole.count - 1) == nil)
        let empty = compressed([], .gzip)
        #expect(decoded(Array(repeatElement(empty, count: 1000).joined()), [.gzip]) == [])
        #expect(decoded(Array(repeatElement(empty, count: 2000).joined()), [.gzip]) == nil)
    }
}
