import KafkaWire
import Testing

@testable import KafkaTools

@Suite("Producing by tool")
struct ConsoleProducerTests {
    private func reader(_ pairs: String...) throws -> LineMessageReader {
        try LineMessageReader(ClientProperties.pairs(pairs))
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(
        "murmur2 gives what Kafka's own test says",
        arguments: [
            ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] as [(String, Int32)])
    func murmur2(_ key: String, _ hash: Int32) {
        #expect(Murmur2.hash(Array(key.utf8)) == hash)
    }

    @Test("Records without keys stay on one partition for a batch, and then go to another by chance")
    func sticky() {
        var random = CountingRandom()
        var partitioner = StickyPartitioner(batchBytes: 100)
        let partitions = (0..<40).map { _ in partitioner.partition(among: [0, 1, 2], bytes: 25, using: &random) }
        for start in stride(from: 0, to: 40, by: 4) { #expect(Set(partitions[start..<start + 4]).count == 1) }
        #expect(Set(partitions).count == 3)
        #expect(partitioner.partition(among: [7], bytes: 1, using: &random) == 7)
    }

    @Test("A line is its value; with properties headers, key and value")
    func lines() throws {
        #expect(try reader().record(bytes("a\tb"), number: 1) == OutgoingRecord(key: nil, value: bytes("a\tb")))
        let both = try reader("parse.key=true", "parse.headers=true")
        let record = try both.record(bytes("h1:v1,h2:v:2,\tk\tv\tw"), number: 1)
        #expect(record.key == bytes("k") && record.value == bytes("v\tw"))
        #expect(
            record.headers == [
                .init(name: bytes("h1"), value: bytes("v1")), .init(name: bytes("h2"), value: bytes("v:2")),
            ])
        let marked = try reader("parse.key=true", "key.separator=|", "null.marker=N")
        #expect(try marked.record(bytes("N|N"), number: 1) == OutgoingRecord(key: nil, value: nil))
        #expect(try marked.record(bytes("|"), number: 1) == OutgoingRecord(key: [], value: []))
    }

    @Test("A line without its parts is refused by number, or taken as it is")
    func missingParts() throws {
        let strict = try reader("parse.key=true")
        #expect {
            try strict.record(bytes("nokey"), number: 3)
        } throws: { error in
            guard case .exception(let exception) = error as? ToolError else { return false }
            return exception.message == "No key separator found on line number 3: 'nokey'"
        }
        let lenient = try reader("parse.key=true", "parse.headers=true", "ignore.error=true")
        #expect(try lenient.record(bytes("x"), number: 1) == OutgoingRecord(key: nil, value: bytes("x")))
        #expect(try lenient.record(bytes("x\ty\tz"), number: 1).headers == [.init(name: bytes("x"), value: nil)])
        #expect(throws: ToolError.self) { try reader("headers.separator=:") }
        #expect(throws: ToolError.self) { try reader("null.marker=,") }
    }

    @Test("Lines end in LF, CR or both, also where a read ends between them")
    func lineEnds() {
        var buffer = LineBuffer()
        var lines: [[UInt8]] = []
        for piece in ["a\nb\r", "\nc\rd\r\n\r\n", "e\n\nf"] {
            buffer.append(Array(piece.utf8)[...])
            lines += buffer.takeWhole()
        }
        #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["a", "b", "c", "d", "", "e", ""])
        #expect(buffer.takeRest() == bytes("f") && buffer.takeRest() == nil)
    }

    @Test("An option that is given wins over a property, and a property over an option's default")
    func settings() throws {
        func settings(_ words: [String], _ pairs: String...) throws -> ProducerSettings {
            try ProducerSettings(
                ParsedOptions(["--topic", "t"] + words, ConsoleProducerTool.options), ClientProperties.pairs(pairs))
        }
        #expect(try settings([]).lingerMillis == 1000)
        #expect(try settings([], "linger.ms=5").lingerMillis == 5)
        #expect(try settings(["--timeout", "7"], "linger.ms=5").lingerMillis == 7)
        #expect(try settings([]).isIdempotent && settings(["--compression-codec"]).compression == .gzip)
        #expect(try !settings(["--request-required-acks", "1"]).isIdempotent)
        #expect(try settings([], "acks=0").acks == 0)
        #expect(throws: ToolError.self) { try settings(["--request-required-acks", "1"], "enable.idempotence=true") }
        #expect(throws: ToolError.self) { try settings([], "transactional.id=x") }
        #expect(throws: ToolError.self) { try settings(["--compression-codec", "rar"]) }
    }
}

/// Numbers that go up, spread over all bits.
private struct CountingRandom: RandomNumberGenerator {
    private var state: UInt64 = 0
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return state
    }
}
