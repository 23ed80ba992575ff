import Testing

@testable import AWSProtocols

@Suite("Timestamps") struct TimestampTests {
    @Test(
        "Every form of ISO 8601 that clients send names its moment",
        arguments: [
            ("2025-08-12T00:00:00Z", 1_754_956_800.0), ("2025-08-12T00:00:00.000Z", 1_754_956_800),
            ("2025-08-12T23:59:59.250Z", 1_755_043_199.25), ("2025-08-12", 1_754_956_800),
            ("2025-08-12T09:00:00+09:00", 1_754_956_800), ("2025-08-11T19:30-0430", 1_754_956_800),
            ("2025-08-12 00:00:00", 1_754_956_800), ("1754956800", 1_754_956_800), ("1970-01-01T00:00:00Z", 0),
            ("2024-02-29T12:00:00z", 1_709_208_000), ("1969-12-31T23:59:59Z", -1),
        ])
    func parses(_ text: String, _ seconds: Double) {
        #expect(Timestamp.parse(text) == seconds)
    }

    @Test(
        "What names no moment is none",
        arguments: [
            "", "yesterday", "2025-13-01T00:00:00Z", "2025-02-29T00:00:00Z", "2025-08-12T24:00:00Z", "2025-08-12T",
            "2025-08-12T00:00:00X", "2025-8-12", "-1", "2025-08-12T00:00:00.Z", "2025-08-12T00:00:00+9",
        ])
    func refuses(_ text: String) {
        #expect(Timestamp.parse(text) == nil)
    }

    @Test("What is written reads back, and every year of the calendar's cycle is right")
    func formats() {
        #expect(Timestamp.format(1_754_956_800) == "2025-08-12T00:00:00Z")
        #expect(Timestamp.format(1_754_956_800.5) == "2025-08-12T00:00:00.500Z")
        #expect(Timestamp.format(-1) == "1969-12-31T23:59:59Z")
        #expect(Timestamp.format(.infinity) == "9999-12-31T23:59:59Z")
        for day in stride(from: -719_528, to: 2_932_896, by: 97) {
            let seconds = Double(day) * 86_400 + 86_399
            #expect(Timestamp.parse(Timestamp.format(seconds)) == seconds)
        }
    }
}
