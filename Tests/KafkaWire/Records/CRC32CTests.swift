import CCRC32C
import KafkaWire
import Testing

@Suite struct CRC32CTests {
    @Test("The sums of RFC 3720's vectors are as printed there")
    func vectors() {
        #expect(CRC32C.checksum([]) == 0)
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum([UInt8](0..<32)) == 0x46DD_794E)
        #expect(CRC32C.checksum([UInt8]((0..<32).reversed())) == 0x113F_DB5C)
    }

    @Test("The processor's instruction and the tables agree at every length, start and continuation")
    func hardwareAgainstTables() {
        var generator = SeededGenerator(seed: 7)
        let bytes = (0..<40_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        bytes.withUnsafeBytes { all in
            for round in 0..<600 {
                let length = round < 300 ? round : Int.random(in: 0..<39_000, using: &generator)
                let start = Int.random(in: 0..<16, using: &generator)
                let part = UnsafeRawBufferPointer(rebasing: all[start..<start + length])
                let initial = UInt32.random(in: 0...UInt32.max, using: &generator)
                #expect(
                    CRC32C.checksum(part, continuing: initial)
                        == nestbox_crc32c_tables(initial, part.baseAddress, part.count))
            }
        }
    }

    @Test("A sum can be continued at any cut")
    func continuation() {
        let bytes = [UInt8]((0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        bytes.withUnsafeBytes { all in
            for cut in stride(from: 0, through: 1000, by: 37) {
                let first = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: all[..<cut]))
                let second = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: all[cut...]), continuing: first)
                #expect(second == CRC32C.checksum(bytes))
            }
        }
    }
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
