/// A UUID as Kafka has it: 16 bytes, written as 22 characters of URL-safe Base64.
package struct UUID: Hashable, Sendable, CustomStringConvertible {
    /// The first eight bytes.
    package var high: UInt64
    /// The last eight bytes.
    package var low: UInt64

    /// From its two halves.
    package init(high: UInt64 = 0, low: UInt64 = 0) {
        self.high = high
        self.low = low
    }

    /// No id: what a field of a version without ids has.
    package static let zero = UUID()
    /// The metadata topic's id, which no other topic gets.
    package static let metadataTopic = UUID(high: 0, low: 1)

    /// A random (version 4) UUID from 16 random bytes.
    package init(randomHigh high: UInt64, randomLow low: UInt64) {
        self.high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        self.low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    package var description: String {
        var text: [UInt8] = []
        let value = UInt128(high) << 64 | UInt128(low)
        for shift in stride(from: 122, through: 2, by: -6) {
            text.append(Self.alphabet[Int((value >> UInt128(shift)) & 63)])
        }
        text.append(Self.alphabet[Int((value & 3) << 4)])
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads the 22 characters; nil when they are not a UUID.
    package init?(_ text: String) {
        guard text.utf8.count == 22 else { return nil }
        var value: UInt128 = 0
        for (index, character) in text.utf8.enumerated() {
            guard let digit = Self.alphabet.firstIndex(of: character) else { return nil }
            if index < 21 {
                value = value << 6 | UInt128(digit)
            } else {
                guard digit & 15 == 0 else { return nil }
                value = value << 2 | UInt128(digit >> 4)
            }
        }
        high = UInt64(truncatingIfNeeded: value >> 64)
        low = UInt64(truncatingIfNeeded: value)
    }
}
