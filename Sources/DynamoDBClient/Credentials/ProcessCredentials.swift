import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a program prints: the profile's `credential_process` ("Sourcing credentials with an external process").
struct ProcessCredentials: CredentialProvider {
    /// A command line for the shell.
    var command: String
    /// The profile that names it.
    var profile: String
    /// How long the program may take.
    var timeout: Duration = .seconds(60)

    /// More than this is no document of credentials.
    private static let outputBytesMax = 64 << 10

    func credentials() async throws -> Credentials? {
        let source = "The credential_process of the AWS profile \"\(profile)\""
        let output: Result<[UInt8], CredentialError> = await withCheckedContinuation { continuation in
            startThread { continuation.resume(returning: Result { () throws(CredentialError) in try run(source) }) }
        }
        let document = try output.get()
        guard let version = (try? JSON(parsing: document))?["Version"]?.integer, version == 1 else {
            throw CredentialError("\(source) printed no JSON document of Version 1.")
        }
        return try CredentialDocument.read(document, tokenName: "SessionToken", from: source)
    }

    /// Runs the program and returns what it printed. Blocks; its errors go where ours go.
    private func run(_ source: String) throws(CredentialError) -> [UInt8] {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw CredentialError("\(source) cannot be run: no pipe is left.") }
        defer { close(ends[0]) }
        // Another child that is made at the same moment must not hold the pipe open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let spawned = Self.spawn(command, output: ends[1])
        close(ends[1])
        guard let process = spawned else { throw CredentialError("\(source) cannot be run.") }
        var output: [UInt8] = []
        let deadline = ContinuousClock.now + timeout
        var isOver = false
        var chunk = [UInt8](repeating: 0, count: 4096)
        while output.count <= Self.outputBytesMax {
            var descriptor = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
            let left = (deadline - ContinuousClock.now).milliseconds
            if left <= 0 { break }
            guard poll(&descriptor, 1, Int32(clamping: left)) > 0 else { continue }
            let count = read(ends[0], &chunk, chunk.count)
            if count <= 0 {
                isOver = true
                break
            }
            output += chunk[..<count]
        }
        if !isOver { kill(-process, SIGKILL) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard isOver else {
            let limit = output.count > Self.outputBytesMax ? "printed too much" : "did not end in time"
            throw CredentialError("\(source) \(limit).")
        }
        guard status == 0 else {
            let code = status & 0x7F == 0 ? "code \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)"
            throw CredentialError("\(source) ended with \(code).")
        }
        return output
    }

    /// Starts the shell with the command, in a process group of its own; nil when that cannot be done.
    private static func spawn(_ command: String, output: Int32) -> pid_t? {
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #else
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The service ignores SIGPIPE; its children should not begin with that.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var arguments: [UnsafeMutablePointer<CChar>?] = ["/bin/sh", "-c", command].map { (word: String) in
            strdup(word)
        }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        return posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, environ) == 0 ? process : nil
    }
}
