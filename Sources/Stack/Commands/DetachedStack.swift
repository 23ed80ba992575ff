#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `nestbox up --detach`: the same program once more, in a session of its own, so that it outlives the terminal. Its own lines
/// go to `nestbox.log` beside the services' logs.
enum DetachedStack {
    /// The first argument by which nestbox becomes the detached process; not for people.
    static let argument = "lead-session"

    /// How long the detached process may take to answer at all.
    private static let beginPatience = Duration.seconds(30)
    private static let standardWait = 120

    /// Begins it, waits as far as was asked for, and returns the exit code of the call. Where the stack runs already, only waits.
    /// - Parameters:
    ///   - words: the arguments of this call, without the program's name
    ///   - executable: the path of this program
    static func start(_ words: [String], _ invocation: Invocation, executable: String) throws(Failure) -> Int32 {
        let stackFile = try invocation.stackFile()
        var directory: String?
        if case .directory(let path) = Settings.data(
            invocation.arguments, stackFile, invocation.directory, isExec: false)
        {
            directory = path
            if case .running(let stack) = RunningStack.search(dataDirectory: path) {
                return try follow(stack, invocation, "runs already", process: nil)
            }
        }
        let process = try DetachedProcess(executable, [argument] + words)
        let place = directory ?? FileSystem.resolve("nestbox-\(process.pid)", from: invocation.temporaryDirectory)
        var stack: RunningStack?
        _ = try waitUntil(within: beginPatience) { () throws(Failure) in
            if case .running(let found) = RunningStack.search(dataDirectory: place), found.found.pid == process.pid {
                stack = found
            }
            return stack != nil || process.exitCode != nil
        }
        if let code = process.exitCode { return process.explain(code) }
        guard let stack else {
            throw Failure(.notReady, "the stack (pid \(process.pid)) does not answer; look at its log, or kill it")
        }
        return try follow(stack, invocation, "has begun", process: process)
    }

    private static func follow(
        _ stack: RunningStack, _ invocation: Invocation, _ verb: String, process: DetachedProcess?
    ) throws(Failure) -> Int32 {
        guard invocation.arguments.isSet(.wait) else {
            return invocation.print(
                "The stack \(verb) (pid \(stack.found.pid)): `nestbox status` shows it, `nestbox down` stops it.\n")
        }
        var last: StackStatus? = stack.found
        let patience = invocation.arguments[.waitTimeout].flatMap { Int($0) } ?? standardWait
        _ = try waitUntil(within: .seconds(patience)) { () throws(Failure) in
            last = stack.status()
            return last?.state == .ready || process?.exitCode != nil || (process == nil && last == nil)
        }
        if let code = process?.exitCode { return process?.explain(code) ?? code }
        guard let last else {
            throw Failure(.other, "the stack (pid \(stack.found.pid)) has ended; look at its log")
        }
        guard last.state == .ready else {
            throw Failure(
                .notReady,
                "not ready after \(patience) s: \(last.lateParts); it goes on, `nestbox down` stops it, or allow more with "
                    + "--wait-timeout")
        }
        return invocation.print(StatusCommand.table(last) + "\nReady.\n")
    }
}

/// The detached process, as the one that begins it sees it.
final class DetachedProcess {
    /// Its pid.
    let pid: Int32
    private let errors: Int32
    private var code: Int32?
    private var hasSaid = false

    /// Begins this program with these arguments. Its standard input and output are /dev/null; what it says on standard error
    /// is passed on as long as somebody asks for `exitCode`.
    init(_ executable: String, _ words: [String]) throws(Failure) {
        #if os(Linux)
            // Not the path: the file may have been replaced since.
            let executable = "/proc/self/exe"
        #endif
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
        #else
            var actions: posix_spawn_file_actions_t?
        #endif
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Self.failure(errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        posix_spawn_file_actions_init(&actions)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            close(ends[1])
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        var arguments: [UnsafeMutablePointer<CChar>?] = (["nestbox"] + words).map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var pid = pid_t()
        let result = posix_spawn(&pid, executable, &actions, nil, &arguments, environ)
        guard result == 0 else {
            close(ends[0])
            throw Self.failure(result)
        }
        self.pid = pid
        errors = ends[0]
    }

    deinit { close(errors) }

    private static func failure(_ code: Int32) -> Failure {
        Failure(.other, "cannot start the stack: \(String(cString: strerror(code))); end some programs")
    }

    /// Its exit code as a shell tells it, once it has ended.
    var exitCode: Int32? {
        if code == nil {
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid {
                code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
            }
        }
        passOn()
        return code
    }

    /// The code, with a sentence about it unless the process has said one itself.
    func explain(_ code: Int32) -> Int32 {
        if !hasSaid { CommandLineProgram.say("the stack has ended with exit code \(code); look at its log") }
        return code
    }

    private func passOn() {
        var piece = [UInt8](repeating: 0, count: 4096)
        while case let count = read(errors, &piece, piece.count), count > 0 {
            hasSaid = true
            _ = FileSystem.writeAll(2, Array(piece[..<count]))
        }
    }
}
