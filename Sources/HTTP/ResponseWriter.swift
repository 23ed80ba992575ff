/// Appends the parts of a response to bytes. Pure.
public enum ResponseWriter {
    /// `HTTP/1.1 200 OK` and its line end.
    public static func appendStatusLine<Output: ResponseBytes & ~Copyable>(_ status: Int, to output: inout Output) {
        if status == 200 {
            append("HTTP/1.1 200 OK\r\n", to: &output)
            return
        }
        append("HTTP/1.1 ", to: &output)
        appendDecimal(status, to: &output)
        append(" ", to: &output)
        append(HTTPStatus.reason(status), to: &output)
        append("\r\n", to: &output)
    }

    /// A field line. Control characters in the value become spaces, so that no value can begin a field of its own.
    public static func appendField(_ name: String, _ value: String, to output: inout [UInt8]) {
        output.append(contentsOf: name.utf8)
        append(": ", to: &output)
        for byte in value.utf8 { output.append(byte < 0x20 || byte == 0x7F ? 0x20 : byte) }
        append("\r\n", to: &output)
    }

    /// `Content-Length: 5` and its line end.
    public static func appendContentLength(_ count: Int, to output: inout [UInt8]) {
        append("Content-Length: ", to: &output)
        appendDecimal(count, to: &output)
        append("\r\n", to: &output)
    }

    /// ASCII bytes as they are.
    @inlinable @inline(__always)
    public static func append<Output: ResponseBytes & ~Copyable>(_ text: StaticString, to output: inout Output) {
        output.append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// A number that is not negative, in decimal digits.
    public static func appendDecimal<Output: ResponseBytes & ~Copyable>(_ value: Int, to output: inout Output) {
        precondition(value >= 0)
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var rest = UInt(value)
            var at = digits.count
            repeat {
                let tens = rest / 10
                at &-= 1
                digits[at] = UInt8(truncatingIfNeeded: 0x30 &+ rest &- tens &* 10)
                rest = tens
            } while rest > 0
            output.append(UnsafeRawBufferPointer(rebasing: digits[at...]))
        }
    }
}

/// The text of the Date field, made anew once a second.
public struct HTTPDate {
    private var second: Int64 = .min
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, 29 bytes.
    public private(set) var bytes: [UInt8] = []

    /// Knows no date yet.
    public init() {}

    /// Brings `bytes` to this time, in milliseconds since 1970.
    public mutating func update(wallMillis: Int64) {
        let now = wallMillis >= 0 ? wallMillis / 1000 : (wallMillis - 999) / 1000
        guard now != second else { return }
        second = now
        bytes = Self.format(seconds: now)
    }

    /// The date of RFC 9110 section 5.6.7.
    static func format(seconds: Int64) -> [UInt8] {
        let day = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
        let time = Int(seconds - day * 86400)
        let (year, month, date) = civil(day: Int(day))
        let weekday = ((Int(day) % 7) + 7 + 4) % 7
        let days: [StaticString] = ["Sun, ", "Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, "]
        let months: [StaticString] = [
            " Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ", " Jul ", " Aug ", " Sep ", " Oct ", " Nov ", " Dec ",
        ]
        var output: [UInt8] = []
        func two(_ value: Int) { output += [0x30 + UInt8(value / 10 % 10), 0x30 + UInt8(value % 10)] }
        ResponseWriter.append(days[weekday], to: &output)
        two(date)
        ResponseWriter.append(months[month - 1], to: &output)
        two(year / 100)
        two(year % 100)
        output.append(0x20)
        two(time / 3600)
        output.append(0x3A)
        two(time / 60 % 60)
        output.append(0x3A)
        two(time % 60)
        ResponseWriter.append(" GMT", to: &output)
        return output
    }

    /// Year, month and day of the proleptic Gregorian calendar, from days since 1970, by eras of 400 years.
    private static func civil(day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
