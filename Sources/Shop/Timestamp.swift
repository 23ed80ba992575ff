#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Moments as text (RFC 3339, UTC).
public enum Timestamp {
    /// `2025-08-12T02:46:12.678Z`
    public static func milliseconds(_ millis: Int64) -> String {
        let fraction = Int(((millis % 1000) + 1000) % 1000)
        return text(millis) + "." + padded(fraction, 3) + "Z"
    }

    /// `2025-08-12T02:46:12Z`
    public static func seconds(_ millis: Int64) -> String { text(millis) + "Z" }

    private static func text(_ millis: Int64) -> String {
        var seconds = time_t(millis >= 0 ? millis / 1000 : (millis - 999) / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return padded(Int(parts.tm_year) + 1900, 4) + "-" + padded(Int(parts.tm_mon) + 1, 2) + "-"
            + padded(Int(parts.tm_mday), 2) + "T" + padded(Int(parts.tm_hour), 2) + ":" + padded(Int(parts.tm_min), 2)
            + ":" + padded(Int(parts.tm_sec), 2)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// Random identifiers (RFC 9562, version 4).
public enum UUID {
    /// A new one, such as `0b0cd2f4-2f0d-4d4f-8a44-9d5c2b7a3a10`.
    public static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return make(using: &generator)
    }

    /// A new one from `generator`.
    public static func make(using generator: inout some RandomNumberGenerator) -> String {
        let high = generator.next() & ~0xF000 | 0x4000
        let low = generator.next() & ~(3 << 62) | 2 << 62
        let digits = hexadecimal(high) + hexadecimal(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
