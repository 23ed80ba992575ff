import DynamoDBClient
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes log lines: one JSON object a line, in the shape of zap's production logger: level, ts (seconds since 1970), caller, msg, then the fields.
public final class Logger: Sendable {
    /// How much a line matters.
    public enum Level: String, Comparable, Sendable {
        /// What helps to find faults.
        case debug
        /// What happens.
        case info
        /// What is not as it should be, and mended.
        case warn
        /// What is not as it should be.
        case error
        /// What ends the program.
        case fatal

        private var rank: Int {
            switch self {
            case .debug: 0
            case .info: 1
            case .warn: 2
            case .error: 3
            case .fatal: 4
            }
        }

        /// By how much it matters.
        public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        /// Reads `LOG_LEVEL`; what is not known is `info`.
        public init(name: String?) {
            let name = name?.lowercased() ?? "info"
            self = Level(rawValue: name == "warning" ? "warn" : name) ?? .info
        }
    }

    /// The fields of a line, in order.
    public typealias Fields = KeyValuePairs<String, JSON>

    private let level: Level
    private let nowMicros: @Sendable () -> Int64
    private let write: @Sendable ([UInt8]) -> Void
    private let recent = Mutex<[String: Int64]>([:])

    /// A logger that writes lines of `level` and above by `write`, and tells the time by `nowMicros` (since 1970).
    public init(
        level: Level, nowMicros: @escaping @Sendable () -> Int64 = Clock.systemMicros,
        write: @escaping @Sendable ([UInt8]) -> Void = Logger.standardError
    ) {
        self.level = level
        self.nowMicros = nowMicros
        self.write = write
    }

    /// Writes a line whole to standard error.
    public static let standardError: @Sendable ([UInt8]) -> Void = { line in
        output.withLock { _ in
            var rest = line[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { writeToStandardError($0) }
                if count < 0 {
                    // A full pipe that does not block (its other end set it so) is waited for, for a while.
                    guard errno == EAGAIN || errno == EINTR else { return }
                    var descriptor = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
                    guard poll(&descriptor, 1, 1000) > 0 else { return }
                    continue
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static let output = Mutex(())

    private static func writeToStandardError(_ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(2, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(2, bytes.baseAddress, bytes.count)
        #endif
    }

    /// A line of level `debug`.
    public func debug(_ message: String, _ fields: Fields = [:], file: String = #fileID, line: Int = #line) {
        log(.debug, message, fields, file: file, line: line)
    }

    /// A line of level `info`.
    public func info(_ message: String, _ fields: Fields = [:], file: String = #fileID, line: Int = #line) {
        log(.info, message, fields, file: file, line: line)
    }

    /// A line of level `warn`.
    public func warn(_ message: String, _ fields: Fields = [:], file: String = #fileID, line: Int = #line) {
        log(.warn, message, fields, file: file, line: line)
    }

    /// A line of level `error`.
    public func error(_ message: String, _ fields: Fields = [:], file: String = #fileID, line: Int = #line) {
        log(.error, message, fields, file: file, line: line)
    }

    /// A line of level `level`.
    public func log(_ level: Level, _ message: String, _ fields: Fields, file: String = #fileID, line: Int = #line) {
        guard level >= self.level else { return }
        var members: [JSON.Member] = [
            .init("level", .string(level.rawValue)), .init("ts", .number(Self.seconds(nowMicros()))),
            .init("caller", .string("\(file):\(line)")), .init("msg", .string(message)),
        ]
        members += fields.map { JSON.Member($0.key, $0.value) }
        var bytes = JSON.object(members).bytes
        bytes.append(0x0A)
        write(bytes)
    }

    /// A line that may come again and again while something is away: the same text at most once in `seconds`.
    public func logSparingly(
        _ level: Level, every seconds: Int64 = 10, _ message: String, _ fields: Fields = [:], file: String = #fileID,
        line: Int = #line
    ) {
        let now = nowMicros()
        let text = message + JSON.object(fields.map { .init($0.key, $0.value) }).text
        let isDue = recent.withLock { recent in
            if let last = recent[text], now - last < seconds * 1_000_000 { return false }
            if recent.count >= 1000 { recent.removeAll() }
            recent[text] = now
            return true
        }
        if isDue { log(level, message, fields, file: file, line: line) }
    }

    /// Microseconds as seconds with their fraction.
    static func seconds(_ micros: Int64) -> String {
        let fraction = String(micros % 1_000_000)
        return "\(micros / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }
}

/// The system's clock, as values.
public enum Clock {
    /// Microseconds since 1970.
    public static let systemMicros: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// Milliseconds since 1970.
    public static let systemMillis: @Sendable () -> Int64 = { systemMicros() / 1000 }
}
