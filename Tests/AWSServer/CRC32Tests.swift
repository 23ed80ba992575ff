import Testing

@testable import AWSServer

@Suite struct CRC32Tests {
    /// Bit by bit, as the polynomial says.
    private func reference(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }

    @Test("The checksum is CRC-32's, of any length and from any address")
    func checksum() {
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        var state: UInt32 = 1
        let bytes = (0..<1_000).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
        for count in 0..<400 { #expect(CRC32.checksum(Array(bytes[..<count])) == reference(bytes[..<count])) }
        for start in 0..<16 { #expect(CRC32.checksum(Array(bytes[start...])) == reference(bytes[start...])) }
    }
}
