import Testing

@testable import DynamoDB

@Suite("Dates spelled out") struct CalendarDateTests {
    @Test(
        "A date is spelled out as AWS does",
        arguments: [
            (0, "Thursday, January 1, 1970 at 12:00:00 AM Coordinated Universal Time"),
            (1_791_505_294_000, "Friday, October 9, 2026 at 12:21:34 AM Coordinated Universal Time"),
            (1_791_501_648_999, "Thursday, October 8, 2026 at 11:20:48 PM Coordinated Universal Time"),
            (951_825_600_000, "Tuesday, February 29, 2000 at 12:00:00 PM Coordinated Universal Time"),
            (4_102_444_799_000, "Thursday, December 31, 2099 at 11:59:59 PM Coordinated Universal Time"),
        ] as [(Int64, String)])
    func spelledOut(_ millis: Int64, _ text: String) {
        #expect(CalendarDate.spelledOut(millis) == text)
    }
}
