#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Moments as ISO 8601 writes them.
public enum Timestamp {
    /// `2025-08-12T00:00:00Z`, with milliseconds only when there are any. Seconds since 1970, of years 0 to 9999; others are held at these.
    public static func format(_ seconds: Double) -> String {
        let millis = Int64((min(max(seconds, earliest), latest) * 1000).rounded(.down))
        let (days, ofDay) = millis.quotientAndRemainderDown(86_400_000)
        let (year, month, day) = civil(days)
        let second = ofDay / 1000
        var text = padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T"
        text += padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2)
        if ofDay % 1000 > 0 { text += "." + padded(ofDay % 1000, 3) }
        return text + "Z"
    }

    /// Seconds since 1970 of a date or a date with a time, with a fraction and an offset from UTC if it has them; also of a bare number of
    /// seconds. Nil for anything else.
    public static func parse(_ text: String) -> Double? {
        var bytes = Array(text.utf8)[...]
        if let seconds = number(&bytes, digits: 1...18), bytes.isEmpty { return Double(seconds) }
        bytes = Array(text.utf8)[...]
        guard let year = number(&bytes, digits: 4...4), skip(&bytes, "-"), let month = number(&bytes, digits: 2...2),
            skip(&bytes, "-"), let day = number(&bytes, digits: 2...2), (1...12).contains(month),
            (1...daysIn(month, of: year)).contains(day)
        else { return nil }
        let midnight = Double(days(year, month, day)) * 86_400
        if bytes.isEmpty { return midnight }
        guard skip(&bytes, "T") || skip(&bytes, "t") || skip(&bytes, " "), let hour = number(&bytes, digits: 2...2),
            skip(&bytes, ":"), let minute = number(&bytes, digits: 2...2), hour < 24, minute < 60
        else { return nil }
        var seconds = midnight + Double(hour * 3600 + minute * 60)
        if skip(&bytes, ":") {
            guard let second = number(&bytes, digits: 2...2), second <= 60 else { return nil }
            seconds += Double(second)
            if skip(&bytes, ".") {
                let count = bytes.prefix { (0x30...0x39).contains($0) }.count
                guard let fraction = number(&bytes, digits: 1...18) else { return nil }
                seconds += (0..<count).reduce(Double(fraction)) { value, _ in value / 10 }
            }
        }
        guard let offset = offset(&bytes), bytes.isEmpty else { return nil }
        return seconds - Double(offset)
    }

    private static let earliest = -62_167_219_200.0
    private static let latest = 253_402_300_799.0

    /// Seconds ahead of UTC; a time without an offset is UTC's.
    private static func offset(_ bytes: inout ArraySlice<UInt8>) -> Int64? {
        if bytes.isEmpty || skip(&bytes, "Z") || skip(&bytes, "z") { return 0 }
        let isBehind = bytes.first == UInt8(ascii: "-")
        guard skip(&bytes, "+") || skip(&bytes, "-"), let hours = number(&bytes, digits: 2...2) else { return nil }
        _ = skip(&bytes, ":")
        guard let minutes = bytes.isEmpty ? 0 : number(&bytes, digits: 2...2), hours < 24, minutes < 60 else {
            return nil
        }
        let seconds = hours * 3600 + minutes * 60
        return isBehind ? -seconds : seconds
    }

    private static func number(_ bytes: inout ArraySlice<UInt8>, digits: ClosedRange<Int>) -> Int64? {
        let found = bytes.prefix(digits.upperBound).prefix { (0x30...0x39).contains($0) }
        guard digits.contains(found.count) else { return nil }
        bytes = bytes.dropFirst(found.count)
        return found.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    private static func skip(_ bytes: inout ArraySlice<UInt8>, _ character: Unicode.Scalar) -> Bool {
        guard bytes.first == UInt8(ascii: character) else { return false }
        bytes = bytes.dropFirst()
        return true
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
        let next = month == 12 ? days(year + 1, 1, 1) : days(year, month + 1, 1)
        return next - days(year, month, 1)
    }

    // The days of the Gregorian calendar's 400-year cycle, whose years begin in March.

    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let (cycle, yearOfCycle) = (month <= 2 ? year - 1 : year).quotientAndRemainderDown(400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
        return cycle * 146_097 + dayOfCycle - 719_468
    }

    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (cycle, dayOfCycle) = (days + 719_468).quotientAndRemainderDown(146_097)
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

extension Int64 {
    /// The quotient rounded down, and the remainder, which is not negative.
    fileprivate func quotientAndRemainderDown(_ divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
