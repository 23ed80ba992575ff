#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The two streams that a tool writes to. Standard output is gathered and written in pieces; what was written to it before stands before
/// what then goes to standard error.
package final class Console {
    private var gathered: [UInt8] = []
    /// Whether nobody reads standard output any more.
    private(set) var isClosed = false

    /// How many bytes are gathered before they are written.
    private static let pieceLength = 1 << 16

    package init() {}

    /// Prints a line to standard output.
    func print(_ line: String) {
        write(Array(line.utf8))
        write([UInt8(ascii: "\n")])
    }

    /// Writes bytes to standard output.
    func write(_ bytes: [UInt8]) {
        gathered += bytes
        if gathered.count >= Self.pieceLength { flush() }
    }

    /// Prints a line to standard error.
    func printError(_ line: String) { writeError(line + "\n") }

    /// Writes a text to standard error.
    func writeError(_ text: String) {
        flush()
        _ = Self.writeAll(2, Array(text.utf8))
    }

    /// Writes a line of a log to standard error, as log4j lays it out in the tools of Kafka: time, level, text and the logger's class.
    func log(_ level: String, _ text: String, by logger: String) {
        writeError("[\(LocalTime.now())] \(level) \(text) (\(logger))\n")
    }

    /// Writes what is gathered.
    func flush() {
        guard !gathered.isEmpty else { return }
        if !isClosed, !Self.writeAll(1, gathered) { isClosed = true }
        gathered.removeAll(keepingCapacity: true)
    }

    private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { all in
            var rest = all[...]
            while !rest.isEmpty {
                let count = systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN {
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&waiting, 1, -1)
                    continue
                }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }
}

/// The time of day in the log of a tool.
enum LocalTime {
    /// Now, as `2026-11-22 10:44:12,410`.
    static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        var seconds = time.tv_sec
        localtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let millis = "\(1000 + Int(time.tv_nsec) / 1_000_000)".dropFirst()
        return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)),\(millis)"
    }

    /// Milliseconds since 1970.
    static func epochMillis() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// write(2), beside methods of that name.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
