#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Standard input as lines, which end in LF, CR or both.
struct StandardInput {
    /// What a wait for lines brought.
    enum Event: Equatable {
        /// At least one line, without their ends.
        case lines([[UInt8]])
        /// There is nothing more.
        case end
        /// The deadline came first.
        case timedOut
        /// A signal came first.
        case interrupted
    }

    private let interrupt: Interrupt
    private var lines = LineBuffer()
    private var hasEnded = false

    /// Whether a person types at both ends, as Java's System.console() tells.
    static var isInteractive: Bool { isatty(0) == 1 && isatty(1) == 1 }

    init(_ interrupt: Interrupt) { self.interrupt = interrupt }

    /// Waits for lines. What is left at the end is a line, too.
    mutating func next(by deadline: Deadline) -> Event {
        while true {
            let whole = lines.takeWhole()
            if !whole.isEmpty { return .lines(whole) }
            if hasEnded {
                guard let last = lines.takeRest() else { return .end }
                return .lines([last])
            }
            var waiting = [
                pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
                pollfd(fd: interrupt.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&waiting, 2, Int32(clamping: deadline.remainingMillis))
            if waiting[1].revents != 0 { return .interrupted }
            if waiting[0].revents != 0 {
                var piece = [UInt8](repeating: 0, count: 1 << 16)
                let got = read(0, &piece, piece.count)
                if got > 0 { lines.append(piece[..<got]) } else if got == 0 || errno != EINTR { hasEnded = true }
            } else if count == 0, deadline.hasPassed {
                return .timedOut
            }
        }
    }
}

/// Bytes that become lines.
struct LineBuffer: Equatable, Sendable {
    private var bytes: [UInt8] = []
    /// Whether the last byte taken was a CR, whose LF belongs to the same end.
    private var followsReturn = false

    mutating func append(_ more: ArraySlice<UInt8>) { bytes += more }

    /// The lines that have ended.
    mutating func takeWhole() -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = 0
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "\n"):
                if !(followsReturn && index == start) { lines.append(Array(bytes[start..<index])) }
                start = index + 1
                followsReturn = false
            case UInt8(ascii: "\r"):
                lines.append(Array(bytes[start..<index]))
                start = index + 1
                followsReturn = true
            default:
                followsReturn = false
            }
        }
        bytes.removeFirst(start)
        return lines
    }

    /// What is left; nil when it is nothing.
    mutating func takeRest() -> [UInt8]? {
        guard !bytes.isEmpty else { return nil }
        defer { bytes = [] }
        return bytes
    }
}
