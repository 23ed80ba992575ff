import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What people read: nestbox's own lines and the services' lines, on one descriptor. Nothing here blocks the control
/// loop: when the reader is slow (a paused terminal, `| less`), lines wait in memory, and when too many wait the
/// services' are dropped and counted; their logs have them.
final class Console {
    /// Where lines go.
    private let descriptor: Int32
    private let level: Settings.LogLevel
    private let hasColour: Bool
    private let waitingBytesMax: Int
    private var isClosed = false
    /// Bytes that the reader has not taken yet, from `sent` on.
    private var waiting: [UInt8] = []
    private var sent = 0
    private var dropped = 0
    private var retry: Timer?

    /// A pipe or terminal that says it takes output takes at least this much without blocking (POSIX: PIPE_BUF).
    private static let pieceBytes = 4096
    private static let retryInterval = Duration.milliseconds(20)
    /// How long what waits may still take at the end.
    private static let patienceMillis = 1_000

    /// - Parameters:
    ///   - descriptor: 1 or 2
    ///   - level: how much nestbox says of itself
    ///   - waitingBytesMax: how much may wait for a slow reader
    init(
        descriptor: Int32, level: Settings.LogLevel, environment: [String: String], loop: EventLoop,
        waitingBytesMax: Int = 4 << 20
    ) {
        self.descriptor = descriptor
        self.level = level
        self.waitingBytesMax = waitingBytesMax
        let isPlain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
        hasColour = isatty(descriptor) != 0 && !isPlain
        retry = loop.timer { [unowned self] in send() }
    }

    /// Says something of nestbox's own, if the level has it.
    func say(_ level: Settings.LogLevel, _ text: String) {
        if level <= self.level { print(level <= .warn ? paint("nestbox: " + text, 33) : text) }
    }

    /// Prints a text with a line end, whatever the level.
    func print(_ text: String) {
        noteDropped()
        write(Array((text + "\n").utf8))
    }

    /// Prints a line of a service as `name | line`; `number` chooses its colour.
    func print(_ line: [UInt8], of service: String, number: Int) {
        guard waiting.count - sent < waitingBytesMax else {
            dropped += 1
            return
        }
        noteDropped()
        let colours = [36, 35, 32, 34, 33, 31]
        write(Array((paint(service + " |", colours[number % colours.count]) + " ").utf8) + line + [UInt8(ascii: "\n")])
    }

    /// Waits a little for the reader to take what is left.
    func finish() {
        noteDropped()
        var left = Self.patienceMillis
        while !isClosed, sent < waiting.count, left > 0 {
            var output = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&output, 1, 20)
            left -= 20
            send()
        }
    }

    private func noteDropped() {
        guard dropped > 0 else { return }
        let text = "nestbox: \(dropped) lines are not shown, because the console is slow; they are in the logs\n"
        dropped = 0
        write(Array(text.utf8))
    }

    private func paint(_ text: String, _ colour: Int) -> String {
        hasColour ? "\u{1B}[\(colour)m\(text)\u{1B}[0m" : text
    }

    private func write(_ bytes: [UInt8]) {
        guard !isClosed else { return }
        waiting += bytes
        send()
    }

    /// Sends as much as the reader takes now.
    private func send() {
        while sent < waiting.count, !isClosed {
            var output = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&output, 1, 0) > 0 else {
                retry?.start(after: Self.retryInterval)
                break
            }
            let count = waiting.withUnsafeBytes {
                systemWrite(descriptor, $0.baseAddress! + sent, min(Self.pieceBytes, waiting.count - sent))
            }
            if count > 0 {
                sent += count
            } else if count < 0, errno != EINTR, errno != EAGAIN {
                // Nobody reads any more (`nestbox up | head`): the stack goes on, its logs are in files.
                isClosed = true
            }
        }
        if sent == waiting.count || isClosed {
            waiting.removeAll(keepingCapacity: waiting.count < 64 << 10)
            sent = 0
        } else if sent > 1 << 20 {
            waiting.removeFirst(sent)
            sent = 0
        }
    }
}

// The system's write, whose name the method above hides.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
