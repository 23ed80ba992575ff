import DynamoDB
import HTTP
import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A stack that runs, spoken to through its control API.
struct RunningStack {
    /// Where the control API is.
    let control: SocketAddress
    /// How it was when it was found.
    let found: StackStatus

    /// How long an answer may take.
    static let patience = Duration.seconds(10)

    /// What there is where a stack was looked for.
    enum Search {
        /// One that answers.
        case running(RunningStack)
        /// One that has begun and does not answer yet.
        case beginning(pid: Int32)
        /// None; where it was looked for, as a message says it.
        case none(String)
    }

    /// Looks for the stack that the invocation means: the one behind `--control-port`, the one whose child this is, the
    /// one on the data directory, or the one in memory that was started from the same directory.
    static func find(_ invocation: Invocation) throws(Failure) -> Search {
        let arguments = invocation.arguments
        if let given = arguments.given[.controlPort], given.origin == .flag, let port = UInt16(given.text) {
            return search(.loopback(port: port))
        }
        let isDataGiven = arguments.given[.data]?.origin == .flag
        if !isDataGiven, let url = invocation.shell[ChildEnvironment.controlVariable], !url.isEmpty {
            guard let address = SocketAddress(url: url), address.isLoopback else {
                throw Failure(
                    .usage, "\(ChildEnvironment.controlVariable) must be like http://127.0.0.1:4000, not `\(url)`")
            }
            return search(address)
        }
        if let port = arguments[.controlPort].flatMap({ UInt16($0) }) { return search(.loopback(port: port)) }
        let stack = try invocation.stackFile()
        let place = Settings.data(arguments, stack, invocation.directory, isExec: false)
        if case .directory(let path) = place {
            let search = search(dataDirectory: path)
            if case .none = search, arguments[.data] == nil {
                if let stack = try inMemory(of: stack.directory, invocation) { return .running(stack) }
            }
            return search
        }
        if let stack = try inMemory(of: stack.directory, invocation) { return .running(stack) }
        return .none("in memory from \(stack.directory)")
    }

    /// The stack that `find` finds, or a failure that says that there is none.
    static func require(_ invocation: Invocation) throws(Failure) -> RunningStack {
        switch try find(invocation) {
        case .running(let stack): return stack
        case .beginning(let pid):
            throw Failure(.notReady, "the stack (pid \(pid)) has only just begun; wait with `nestbox wait`")
        case .none(let place): throw notRunning(place)
        }
    }

    /// What is said when no stack is there.
    static func notRunning(_ place: String) -> Failure {
        Failure(.other, "no stack runs \(place); start one with `nestbox up`")
    }

    private static func search(_ address: SocketAddress) -> Search {
        guard let status = status(at: address) else { return .none("behind http://\(address)") }
        return .running(RunningStack(control: address, found: status))
    }

    /// The stack on a data directory. A lock file that a crash has left names a process that is gone, or a port where
    /// nobody or somebody else answers.
    static func search(dataDirectory path: String) -> Search {
        let lock = DataDirectory.lockFile(of: path)
        guard let note = DataLock.note(at: lock) else { return .none("on \(path)") }
        if let control = note.control {
            if let status = status(at: control), status.pid == note.pid {
                return .running(RunningStack(control: control, found: status))
            }
            return .none("on \(path)")
        }
        return DataLock.isProcessAlive(note.pid) && DataLock.isHeld(lock)
            ? .beginning(pid: note.pid) : .none("on \(path)")
    }

    /// The one `nestbox up` in memory that was started from a stack file in `directory`.
    private static func inMemory(of directory: String, _ invocation: Invocation) throws(Failure) -> RunningStack? {
        let root = invocation.temporaryDirectory
        var found: [RunningStack] = []
        for name in FileSystem.names(in: root) where DataDirectory.pid(ofTemporary: name) != nil {
            let path = FileSystem.resolve(name, from: root)
            // Somebody else's is none of ours.
            guard FileSystem.isOwnDirectory(path), case .running(let stack) = search(dataDirectory: path) else {
                continue
            }
            if stack.found.directory == directory, stack.found.command == Command.up.rawValue { found.append(stack) }
        }
        guard found.count < 2 else {
            let ports = found.map { "\($0.control.port)" }.joined(separator: " or ")
            throw Failure(
                .usage, "\(found.count) stacks in memory run from \(directory); name one with --control-port \(ports)")
        }
        return found.first
    }

    private static func status(at address: SocketAddress) -> StackStatus? {
        guard case .success(let response) = send(.get, ControlRoute.status.path(), to: address, timeout: patience),
            response.status == 200
        else { return nil }
        return StackStatus(json: response.body)
    }

    // MARK: Requests

    /// How it is now; nil when it does not answer any more.
    func status() -> StackStatus? {
        Self.status(at: control).flatMap { $0.pid == found.pid ? $0 : nil }
    }

    /// Asks the control API, and returns the body of the answer. A refusal becomes a failure with its sentence.
    /// - Parameter query: what follows the path, with its question mark
    func ask(
        _ route: ControlRoute, _ parameter: String = "", query: String = "", timeout: Duration = patience
    ) throws(Failure) -> [UInt8] {
        switch Self.send(route.method, route.path(parameter) + query, to: control, timeout: timeout) {
        case .success(let response) where (200...299).contains(response.status): return response.body
        case .success(let response):
            throw Failure(.other, Self.sentence(response.body) ?? "the stack answered \(response.status)")
        case .failure(let error):
            throw Failure(.other, "the stack (pid \(found.pid)) does not answer: \(error); look at its log")
        }
    }

    /// The sentence of an answer `{"error":"..."}`.
    private static func sentence(_ body: [UInt8]) -> String? {
        body.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            guard (try? reader.beginStructure("error")) != nil else { return nil }
            while let key = try? reader.nextKey() {
                if case "error" = key { return (try? reader.text())?.string }
                guard (try? reader.skip()) != nil else { return nil }
            }
            return nil
        }
    }

    /// One request on a loop of its own, waited for.
    private static func send(
        _ method: HTTPMethod, _ path: String, to address: SocketAddress, timeout: Duration
    ) -> Result<HTTPClientResponse, HTTPClientError> {
        guard let loop = try? EventLoop() else { return .failure(.ended) }
        var result = Result<HTTPClientResponse, HTTPClientError>.failure(.ended)
        HTTPClient.send(method, loop: loop, address: address, path: path, timeout: timeout) {
            result = $0
            loop.stop()
        }
        loop.run()
        return result
    }
}

/// Waits until a condition holds, looking again and again; false when it does not in time.
func waitUntil(within patience: Duration, _ condition: () throws(Failure) -> Bool) throws(Failure) -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now + patience
    while true {
        if try condition() { return true }
        guard clock.now < deadline else { return false }
        usleep(20_000)
    }
}
