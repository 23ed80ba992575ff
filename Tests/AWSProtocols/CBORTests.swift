import Testing

@testable import AWSProtocols

@Suite("CBOR") struct CBORTests {
    private func decode(_ bytes: [UInt8]) throws -> Document { try bytes.withUnsafeBytes { try CBOR.decode($0) } }

    private func isRefused(_ bytes: [UInt8]) -> Bool {
        do {
            _ = try decode(bytes)
            return false
        } catch {
            return (error as? ServiceError) == .malformed(nil)
        }
    }

    @Test(
        "The examples of RFC 8949, appendix A, read as what they stand for",
        arguments: [
            ([0x00], .integer(0)), ([0x17], .integer(23)), ([0x18, 0x18], .integer(24)),
            ([0x19, 0x03, 0xE8], .integer(1000)), ([0x1A, 0x00, 0x0F, 0x42, 0x40], .integer(1_000_000)),
            ([0x1B, 0x00, 0x00, 0x00, 0xE8, 0xD4, 0xA5, 0x10, 0x00], .integer(1_000_000_000_000)),
            ([0x1B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .double(18_446_744_073_709_551_616)),
            ([0x20], .integer(-1)), ([0x39, 0x03, 0xE7], .integer(-1000)),
            ([0xF9, 0x3C, 0x00], .double(1)), ([0xF9, 0x3E, 0x00], .double(1.5)), ([0xF9, 0x7B, 0xFF], .double(65504)),
            ([0xF9, 0x00, 0x01], .double(5.960464477539063e-8)), ([0xF9, 0xC4, 0x00], .double(-4)),
            ([0xFA, 0x47, 0xC3, 0x50, 0x00], .double(100_000)),
            ([0xFB, 0x3F, 0xF1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9A], .double(1.1)),
            ([0xF4], .boolean(false)), ([0xF5], .boolean(true)), ([0xF6], .null), ([0xF7], .null),
            ([0xC1, 0x1A, 0x51, 0x4B, 0x67, 0xB0], .timestamp(1_363_896_240)),
            ([0xC1, 0xFB, 0x41, 0xD4, 0x52, 0xD9, 0xEC, 0x20, 0x00, 0x00], .timestamp(1_363_896_240.5)),
            ([0x64, 0x49, 0x45, 0x54, 0x46], .text("IETF")), ([0x62, 0xC3, 0xBC], .text("ü")),
            ([0x7F, 0x65, 0x73, 0x74, 0x72, 0x65, 0x61, 0x64, 0x6D, 0x69, 0x6E, 0x67, 0xFF], .text("streaming")),
            ([0x83, 0x01, 0x02, 0x03], .list([.integer(1), .integer(2), .integer(3)])),
            ([0x9F, 0x01, 0x82, 0x02, 0x03, 0xFF], .list([.integer(1), .list([.integer(2), .integer(3)])])),
            ([0xA1, 0x61, 0x61, 0x01], .members(["a": .integer(1)])),
            ([0xBF, 0x61, 0x61, 0x9F, 0xFF, 0xFF], .members(["a": .list([])])),
            ([0xD8, 0x20, 0x61, 0x61], .text("a")), ([0x43, 0x01, 0x02, 0x03], .null), ([], .structure([])),
        ] as [([UInt8], Document)])
    func examples(_ bytes: [UInt8], _ document: Document) throws {
        #expect(try decode(bytes) == document)
    }

    @Test(
        "What is cut off, too long, too deep or not CBOR is AWS's error",
        arguments: [
            [0x18], [0x1C], [0xF8, 0x10], [0xFF], [0x5F, 0x61, 0x61, 0xFF], [0x7F, 0x01, 0xFF], [0x61, 0xFF],
            [0xA1, 0x01, 0x01], [0xC1, 0x61, 0x61], [0x00, 0x00], [0x9F], [0xBF, 0x61, 0x61], [0xFC],
            [0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x7B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            Array(repeating: 0x81, count: 100_000), Array(repeating: 0xC0, count: 100_000),
            Array(repeating: 0x9F, count: 50),
        ] as [[UInt8]])
    func refused(_ bytes: [UInt8]) {
        #expect(isRefused(bytes))
    }

    /// A request as a client sends it.
    private static let request = Document.members([
        "Namespace": .text("AWS/DynamoDB"), "StartTime": .timestamp(1_754_956_800.25), "Period": .integer(3600),
        "Dimensions": .list([.members(["Name": .text("TableName"), "Value": .text("주문")])]),
        "Flag": .boolean(false), "Number": .double(-0.1), "Nothing": .null, "Low": .integer(.min),
        "High": .integer(.max), "Long": .text(String(repeating: "x", count: 70_000)),
    ])

    @Test("What is written reads back, and its every beginning is refused")
    func roundTrip() throws {
        let bytes = CBOR.encode(Self.request)
        #expect(try decode(bytes) == Self.request)
        for count in Array(1..<300) + Array(stride(from: 300, to: bytes.count, by: 97)) {
            #expect(isRefused(Array(bytes.prefix(count))))
        }
    }

    @Test("No change of a byte does harm: it is another document or an error")
    func mutations() {
        let bytes = CBOR.encode(
            Document.members(["A": .list([.timestamp(1), .text("b"), .integer(700)]), "C": .null]))
        for position in bytes.indices {
            for value in UInt8.min...UInt8.max {
                var changed = bytes
                changed[position] = value
                if let document = try? decode(changed), !CBOR.encode(document).contains(0x7E) {
                    // A number that is none is not equal to itself.
                    #expect((try? decode(CBOR.encode(document))) != nil)
                }
            }
        }
    }

    @Test("Lists and maps are written without a length in front, moments with their tag")
    func bytes() {
        let document = Document.members(["a": .list([.timestamp(1), .integer(-500)])])
        #expect(
            CBOR.encode(document) == [
                0xBF, 0x61, 0x61, 0x9F, 0xC1, 0xFB, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0x39, 0x01, 0xF3, 0xFF, 0xFF,
            ])
    }
}

@Suite("AWS's JSON") struct AWSJSONTests {
    private func decode(_ text: String) throws -> Document {
        try Array(text.utf8).withUnsafeBytes { try AWSJSON.decode($0) }
    }

    @Test("A request reads as its members, and an answer is compact")
    func roundTrip() throws {
        let text = #"{"A":[1,-2.5,"é\n",true,null],"B":{"C":1E3},"D":null}"#
        #expect(
            try decode(text)
                == .members([
                    "A": .list([.integer(1), .double(-2.5), .text("é\n"), .boolean(true), .null]),
                    "B": .members(["C": .double(1000)]),
                ]))
        let answer = Document.members(["T": .timestamp(1_754_956_800), "L": .list([.integer(1), .text("\"")])])
        #expect(String(decoding: AWSJSON.encode(answer), as: UTF8.self) == #"{"T":1754956800.0,"L":[1,"\""]}"#)
    }

    @Test("What is no JSON, or too deep, is AWS's error", arguments: ["{", "[1", "nul", "1e999", "{}x", "{\"a\"}"])
    func refused(_ text: String) {
        #expect { _ = try decode(text) } throws: { ($0 as? ServiceError)?.code == "MalformedInput" }
        let deep = String(repeating: "[", count: 1000)
        #expect { _ = try decode(deep) } throws: { ($0 as? ServiceError)?.code == "MalformedInput" }
    }
}
