#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A point in time on the clock that never goes back, by which something must have happened.
struct Deadline: Comparable, Sendable {
    private let nanos: UInt64

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// `millis` milliseconds from now.
    static func after(millis: Int64) -> Deadline {
        Deadline(nanos: now &+ UInt64(min(max(millis, 0), 1 << 50)) * 1_000_000)
    }

    /// A time that does not come.
    static let never = Deadline(nanos: .max)

    /// Milliseconds until then, rounded up; 0 when it has passed.
    var remainingMillis: Int64 {
        let now = Self.now
        return nanos <= now ? 0 : Int64(min((nanos - now + 999_999) / 1_000_000, 1 << 50))
    }

    /// Whether it has come.
    var hasPassed: Bool { nanos <= Self.now }

    static func < (one: Deadline, other: Deadline) -> Bool { one.nanos < other.nanos }
}
