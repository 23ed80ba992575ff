#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ends the children of a nestbox that was killed: a small process of its own that reads a pipe whose other end only
/// nestbox holds. While nestbox lives it says which process groups are its children's; when the pipe ends, however
/// nestbox ended, what is left is killed. A parent-death signal reaches only a child itself and only on Linux; this
/// reaches what the child has started, too.
final class ChildGuard {
    /// The first argument by which nestbox becomes the guard; not for people.
    static let argument = "guard-children"

    private var descriptor: Int32
    private let pid: pid_t

    /// What is said on the pipe.
    enum Message: Equatable {
        /// A process group is a child's.
        case group(Int32)
        /// A process is a child.
        case process(Int32)
        /// Neither is any more.
        case gone(Int32)

        /// One line.
        var text: String {
            switch self {
            case .group(let id): "group \(id)\n"
            case .process(let id): "process \(id)\n"
            case .gone(let id): "gone \(id)\n"
            }
        }

        /// Reads a line. Ids that kill(2) would take for something else (0, 1, negative) are refused.
        init?(_ line: some StringProtocol) {
            let words = line.split(separator: " ")
            guard words.count == 2, let id = Int32(words[1]), id > 1 else { return nil }
            switch words[0] {
            case "group": self = .group(id)
            case "process": self = .process(id)
            case "gone": self = .gone(id)
            default: return nil
            }
        }
    }

    /// What is left to kill, in the form of kill(2): a group is negative.
    static func remaining(after messages: [Message]) -> [Int32] {
        var targets: [Int32] = []
        for message in messages {
            switch message {
            case .group(let id): targets.append(-id)
            case .process(let id): targets.append(id)
            case .gone(let id): targets.removeAll { abs($0) == id }
            }
        }
        return targets
    }

    /// Starts the guard.
    /// - Parameter executable: the path of this program, where the system has no better way to it
    init(executable: String) throws(Failure) {
        #if os(Linux)
            // Not the path: the file may have been replaced since.
            let executable = "/proc/self/exe"
        #endif
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Self.failure(errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #else
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
            close(ends[0])
        }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var words: [UnsafeMutablePointer<CChar>?] = [strdup("nestbox"), strdup(Self.argument), nil]
        defer { words.forEach { free($0) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, executable, &actions, &attributes, &words, environ)
        guard code == 0 else {
            close(ends[1])
            throw Self.failure(code)
        }
        descriptor = ends[1]
        self.pid = pid
    }

    private static func failure(_ code: Int32) -> Failure {
        Failure(.other, "cannot start the guard of the services: \(String(cString: strerror(code))); end some programs")
    }

    /// Tells the guard something.
    func tell(_ message: Message) {
        if descriptor >= 0 { _ = FileSystem.writeAll(descriptor, Array(message.text.utf8)) }
    }

    /// Lets the guard kill what is left, and waits for its end.
    func end() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }

    /// The guard's own life: reads its standard input to the end, then kills what is left.
    static func run() -> Int32 {
        // It must outlive every signal that a terminal or a supervisor sends to nestbox.
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP] { signal(number, SIG_IGN) }
        var messages: [Message] = []
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(0, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            text += piece[..<count]
            while let end = text.firstIndex(of: UInt8(ascii: "\n")) {
                if let message = Message(String(decoding: text[..<end], as: UTF8.self)) { messages.append(message) }
                text.removeFirst(end + 1)
            }
            // Keeps only what is left, so that a service that is started again and again does not grow it.
            messages = remaining(after: messages).map { $0 < 0 ? .group(-$0) : .process($0) }
        }
        for target in remaining(after: messages) { kill(target, SIGKILL) }
        return 0
    }
}
