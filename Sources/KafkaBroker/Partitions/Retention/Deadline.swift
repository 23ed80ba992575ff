/// Times at which something is to be done, in milliseconds.
enum Deadline {
    /// A time that does not come. Others can be added to it.
    static let never: Int64 = 1 << 61

    /// The time `delayMillis` after `now`, which configs may put as far away as they like.
    static func after(_ delayMillis: Int64, from now: Int64) -> Int64 {
        let (sum, overflow) = now.addingReportingOverflow(max(0, delayMillis))
        return overflow ? never : min(sum, never)
    }
}
