/// The texts that `--reset-offsets` takes and gives: CSV files, dates and durations.
enum ResetPlan {
    private static func fault(_ type: String, _ message: String) -> ToolError { .exception(.init(type, message)) }

    // MARK: - CSV

    /// One line for a partition, `topic,partition,offset`, with the group before it where there are several. Each ends in a newline.
    static func csv(_ rows: [(group: String, partition: TopicPartition, offset: Int64)], withGroup: Bool) -> String {
        rows.map { row in
            (withGroup ? "\(row.group)," : "") + "\(row.partition.topic),\(row.partition.partition),\(row.offset)\n"
        }.joined()
    }

    /// Reads such a file: the offsets by group. Lines without a group belong to `group`, when only one is meant.
    ///
    /// Throws an exception that names the first line which is no row.
    static func parse(
        _ text: String, group: String?
    ) throws(ToolError) -> [String: [(partition: TopicPartition, offset: Int64)]] {
        var plan: [String: [(partition: TopicPartition, offset: Int64)]] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
        where !line.trimmed.isEmpty {
            var fields = line.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)[...]
            var name = group
            if fields.count == 4 { name = fields.popFirst() }
            let values = Array(fields)
            guard let name, values.count == 3, let partition = Int32(values[1]), let offset = Int64(values[2]) else {
                throw fault(
                    "java.lang.RuntimeException", "Line \(index + 1) is not [group,]topic,partition,offset: '\(line)'")
            }
            plan[name, default: []].append((TopicPartition(topic: values[0], partition: partition), offset))
        }
        return plan
    }

    // MARK: - Dates

    /// Milliseconds since 1970 of `YYYY-MM-DDTHH:mm:SS.sss`, in UTC unless Z, +hh, +hhmm or +hh:mm stands behind it.
    ///
    /// Throws what Java's parser throws for another text.
    static func millis(ofDate text: String) throws(ToolError) -> Int64 {
        guard text.contains("T") else {
            throw fault(
                "java.text.ParseException",
                "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format")
        }
        let malformed = fault("java.text.ParseException", "Unparseable date: \"\(text)\"")
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw malformed }
        let (clock, zone) =
            parts[1].firstIndex { "+-Z".contains($0) }
            .map { (parts[1][..<$0], parts[1][$0...]) } ?? (parts[1], "Z")
        let date = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        let time = clock.split(separator: ":", omittingEmptySubsequences: false)
        guard date.count == 3, let year = date[0], let month = date[1], let day = date[2], time.count == 3,
            let hour = Int64(time[0]), let minute = Int64(time[1]), let offset = minutes(ofZone: zone),
            (1...12).contains(month), (0...9999).contains(year), (0...23).contains(hour), (0...59).contains(minute)
        else { throw malformed }
        let seconds = time[2].split(separator: ".", omittingEmptySubsequences: false)
        guard seconds.count == 2, let second = Int64(seconds[0]), (0...59).contains(second),
            let milli = Int64(seconds[1]), (0...999).contains(milli)
        else { throw malformed }
        let days = Self.days(year, month, 1)
        let daysOfMonth = (month == 12 ? Self.days(year + 1, 1, 1) : Self.days(year, month + 1, 1)) - days
        guard (1...daysOfMonth).contains(day) else { throw malformed }
        let total = ((days + day - 1) * 24 + hour) * 60 + minute - offset
        return (total * 60 + second) * 1000 + milli
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar; years begin in March, so that a leap day ends one.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let fromMarch = (month + 9) % 12
        let dayOfYear = (153 * fromMarch + 2) / 5 + day - 1
        return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private static func minutes(ofZone zone: Substring) -> Int64? {
        if zone == "Z" { return 0 }
        let digits = zone.dropFirst().filter { $0 != ":" }
        guard let sign = zone.first, digits.count == 2 || digits.count == 4, let hours = Int64(digits.prefix(2)),
            let minutes = digits.count == 2 ? 0 : Int64(digits.suffix(2)), hours <= 23, minutes <= 59
        else { return nil }
        return (hours * 60 + minutes) * (sign == "-" ? -1 : 1)
    }

    // MARK: - Durations

    /// Milliseconds of an ISO 8601 duration of days and less, `PnDTnHnMn.nS`, as Java's Duration reads it.
    ///
    /// Throws what Java throws for another text.
    static func millis(ofDuration text: String) throws(ToolError) -> Int64 {
        let malformed = fault("java.time.format.DateTimeParseException", "Text cannot be parsed to a Duration")
        var rest = Substring(text.uppercased())
        var sign: Int64 = 1
        if rest.first == "-" || rest.first == "+" { sign = rest.removeFirst() == "-" ? -1 : 1 }
        guard rest.popFirst() == "P", !rest.isEmpty, rest.last != "T" else { throw malformed }
        // Each unit comes once, in this order; hours, minutes and seconds after the T.
        var units: [(letter: Character, millis: Int64)] = [("D", 86_400_000)]
        var total: Int64 = 0
        while !rest.isEmpty {
            if rest.first == "T" {
                guard units.first?.letter != "H", !units.contains(where: { $0.letter == "S" }) else { throw malformed }
                rest.removeFirst()
                units = [("H", 3_600_000), ("M", 60_000), ("S", 1000)]
                continue
            }
            let number = rest.prefix { $0.isNumber || "+-.,".contains($0) }
            rest = rest[number.endIndex...]
            guard let letter = rest.popFirst(), let unit = units.first(where: { $0.letter == letter }) else {
                throw malformed
            }
            units = Array(units.drop { $0.letter != letter }.dropFirst())
            let isWhole = Int64(number) != nil
            guard isWhole || letter == "S", let value = Double(number.map { $0 == "," ? "." : String($0) }.joined()),
                value.magnitude < 1e12
            else { throw malformed }
            total += isWhole ? (Int64(number) ?? 0) * unit.millis : Int64(value * 1000)
        }
        return sign * total
    }
}
