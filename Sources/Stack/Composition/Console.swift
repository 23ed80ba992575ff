#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What people read: nestbox's own lines and the services' lines, on one descriptor.
final class Console {
    /// Where lines go.
    private let descriptor: Int32
    private let level: Settings.LogLevel
    private let hasColour: Bool
    private var isClosed = false

    /// - Parameters:
    ///   - descriptor: 1 or 2
    ///   - level: how much nestbox says of itself
    init(descriptor: Int32, level: Settings.LogLevel, environment: [String: String]) {
        self.descriptor = descriptor
        self.level = level
        let isPlain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
        hasColour = isatty(descriptor) != 0 && !isPlain
    }

    /// Says something of nestbox's own, if the level has it.
    func say(_ level: Settings.LogLevel, _ text: String) {
        if level <= self.level { print(level <= .warn ? paint("nestbox: " + text, 33) : text) }
    }

    /// Prints a text with a line end, whatever the level.
    func print(_ text: String) { write(Array((text + "\n").utf8)) }

    /// Prints a line of a service as `name | line`; `number` chooses its colour.
    func print(_ line: [UInt8], of service: String, number: Int) {
        let colours = [36, 35, 32, 34, 33, 31]
        write(Array((paint(service + " |", colours[number % colours.count]) + " ").utf8) + line + [UInt8(ascii: "\n")])
    }

    private func paint(_ text: String, _ colour: Int) -> String {
        hasColour ? "\u{1B}[\(colour)m\(text)\u{1B}[0m" : text
    }

    private func write(_ bytes: [UInt8]) {
        // Nobody reads any more (`nestbox up | head`): the stack goes on, its logs are in files.
        if !isClosed, !FileSystem.writeAll(descriptor, bytes) { isClosed = true }
    }
}
