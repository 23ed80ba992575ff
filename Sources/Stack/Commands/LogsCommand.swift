#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `nestbox logs`: the services' logs from their files, so that those of a stack that has ended can be read, too. With `-f` what
/// comes is printed until the stack ends.
enum LogsCommand {
    private static let interval: UInt32 = 50_000
    /// How often a follower that sees nothing new asks whether the stack still runs.
    private static let looksUntilAsked = 20

    /// Prints the logs.
    static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let place = try place(invocation)
        let known = FileSystem.names(in: place.logs).filter { $0.hasSuffix(".log") }.map { String($0.dropLast(4)) }
        var names = known
        if let name = invocation.arguments.operand {
            guard known.contains(name) else {
                let list =
                    known.isEmpty ? "; there are none in \(place.logs)" : "; there are \(known.joined(separator: ", "))"
                throw Failure(
                    .usage, "there is no log of `\(name)`\(Suggestion.ending(for: name, in: known, otherwise: list))")
            }
            names = [name]
        }
        let width = names.count == 1 ? 0 : names.map(\.utf8.count).max() ?? 0
        let tail = invocation.arguments[.tail].flatMap { Int($0) }
        var followers = names.map { name in
            LogFollower(
                path: "\(place.logs)/\(name).log",
                prefix: width == 0
                    ? [] : Array((name + String(repeating: " ", count: width - name.utf8.count) + " | ").utf8))
        }
        for index in followers.indices {
            guard FileSystem.writeAll(1, followers[index].begin(tail: tail)) else { return 0 }
        }
        guard invocation.arguments.isSet(.follow) else { return 0 }
        return follow(&followers, place.stack)
    }

    private static func follow(_ followers: inout [LogFollower], _ stack: RunningStack?) -> Int32 {
        var looks = 0
        while true {
            var output: [UInt8] = []
            // Asked before the last look, so that what was written before the end is seen.
            let isOver = looks >= looksUntilAsked && stack?.status() == nil
            for index in followers.indices { output += followers[index].more() }
            // Nobody reads any more: that is how a follower usually ends.
            guard FileSystem.writeAll(1, output) else { return 0 }
            if isOver { return 0 }
            looks = output.isEmpty && looks < looksUntilAsked ? looks + 1 : 0
            usleep(interval)
        }
    }

    /// Where the logs are: those of the stack that runs, or those that the last one has left.
    private static func place(_ invocation: Invocation) throws(Failure) -> (logs: String, stack: RunningStack?) {
        switch try RunningStack.find(invocation) {
        case .running(let stack): return (stack.found.data + "/logs", stack)
        case .beginning, .none: break
        }
        let stack = try invocation.stackFile()
        if case .directory(let path) = Settings.data(invocation.arguments, stack, invocation.directory, isExec: false),
            FileSystem.kind(path + "/logs") == .directory
        {
            return (path + "/logs", nil)
        }
        throw RunningStack.notRunning("in \(stack.directory), and none has left logs")
    }
}

/// Reads a log file that grows, and goes on with the next one when it is rotated.
struct LogFollower {
    private let path: String
    private let prefix: [UInt8]
    private var descriptor: Int32 = -1
    private var file: ino_t = 0
    /// The beginning of a line whose end is not there yet.
    private var rest: [UInt8] = []

    /// - Parameter prefix: what stands before every line
    init(path: String, prefix: [UInt8]) {
        self.path = path
        self.prefix = prefix
    }

    /// What is there: all, or the last lines; older files first.
    mutating func begin(tail: Int?) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in (1..<LogFile.filesMax).reversed() {
            bytes += (try? FileSystem.read("\(path).\(number)", limit: 2 * LogFile.fullBytes)) ?? []
        }
        open()
        bytes += read()
        if let tail { bytes = Self.last(tail, of: bytes) }
        return lines(bytes)
    }

    /// What has come since.
    mutating func more() -> [UInt8] {
        var bytes = descriptor >= 0 ? read() : []
        var status = stat()
        if stat(path, &status) == 0, status.st_ino != file || descriptor < 0 {
            // What was written to the old file between the look at it and its rotation.
            if descriptor >= 0 {
                bytes += read()
                close(descriptor)
            }
            open()
            bytes += read()
        }
        return lines(bytes)
    }

    private mutating func open() {
        descriptor = openFile(path)
        var status = stat()
        if descriptor >= 0, fstat(descriptor, &status) == 0 { file = status.st_ino }
    }

    private func read() -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = readFile(descriptor, &piece), count > 0 { bytes += piece[..<count] }
        return bytes
    }

    /// Whole lines, each after the prefix; what has no end yet waits.
    private mutating func lines(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        let all = rest + bytes
        guard let end = all.lastIndex(of: UInt8(ascii: "\n")) else {
            rest = all
            return []
        }
        rest = Array(all[(end + 1)...])
        if prefix.isEmpty { return Array(all[...end]) }
        var output: [UInt8] = []
        for line in all[...end].dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            output += prefix + line + [UInt8(ascii: "\n")]
        }
        return output
    }

    /// The last lines of a text.
    static func last(_ count: Int, of bytes: [UInt8]) -> [UInt8] {
        var left = count + (bytes.last == UInt8(ascii: "\n") ? 1 : 0)
        for index in bytes.indices.reversed() where bytes[index] == UInt8(ascii: "\n") {
            left -= 1
            if left == 0 { return Array(bytes[(index + 1)...]) }
        }
        return count == 0 ? [] : bytes
    }
}

// The system's open and read, whose names the methods above hide.
private func openFile(_ path: String) -> Int32 { open(path, O_RDONLY | O_CLOEXEC) }
private func readFile(_ descriptor: Int32, _ piece: inout [UInt8]) -> Int { read(descriptor, &piece, piece.count) }
