#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A moment as Signature Version 4 writes it: UTC, to the second, in ISO 8601's basic form.
public struct SigningTime: Hashable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let epochSeconds: Int64
    /// `20150830T123600Z`: the value of `X-Amz-Date`.
    public let timestamp: String

    /// `20150830`: the date of the credential scope.
    public var date: String { String(timestamp.prefix(8)) }

    /// The moment `epochSeconds` after 1970-01-01T00:00:00Z; years 0 to 9999.
    public init(epochSeconds: Int64) {
        self.epochSeconds = epochSeconds
        var seconds = time_t(epochSeconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ value: Int32, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        timestamp =
            padded(parts.tm_year + 1900, 4) + padded(parts.tm_mon + 1, 2) + padded(parts.tm_mday, 2) + "T"
            + padded(parts.tm_hour, 2) + padded(parts.tm_min, 2) + padded(parts.tm_sec, 2) + "Z"
    }

    /// Reads `20150830T123600Z`; nil when the text has another form or names no moment.
    public init?(timestamp: String) {
        let bytes = Array(timestamp.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int32? {
            var value: Int32 = 0
            for byte in bytes[range] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int32(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
            let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15)
        else { return nil }
        var parts = tm()
        parts.tm_year = year - 1900
        parts.tm_mon = month - 1
        parts.tm_mday = day
        parts.tm_hour = hour
        parts.tm_min = minute
        parts.tm_sec = second
        let seconds = Int64(timegm(&parts))
        // timegm carries a 31st of June over into July: only a moment that reads back the same was named.
        let moment = SigningTime(epochSeconds: seconds)
        guard moment.timestamp == timestamp else { return nil }
        self = moment
    }
}
