/// Dates as some of DynamoDB's texts spell them out.
enum CalendarDate {
    static let millisPerDay: Int64 = 86_400_000

    private static let weekdays = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// For example "Friday, October 9, 2026 at 12:21:34 AM Coordinated Universal Time". Milliseconds since 1970, not negative.
    static func spelledOut(_ millis: Int64) -> String {
        let days = millis / millisPerDay
        let seconds = Int(millis % millisPerDay / 1000)
        let (year, month, day) = civil(days)
        let hour = seconds / 3600
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(weekdays[Int(days % 7)]), \(months[month - 1]) \(day), \(year) at "
            + "\(hour % 12 == 0 ? 12 : hour % 12):\(two(seconds / 60 % 60)):\(two(seconds % 60)) "
            + "\(hour < 12 ? "AM" : "PM") Coordinated Universal Time"
    }

    /// The Gregorian date of a day since 1970, by the days of its 400-year cycle, whose years begin in March.
    private static func civil(_ days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let cycle = shifted / 146_097
        let dayOfCycle = shifted % 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}
