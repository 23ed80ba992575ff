import CLibuv
import CSocket

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program that runs as a child of this process.
///
/// A child is begun through a trampoline: this process's own executable, which makes the arrangements that must be made in the
/// child (group, parent-death signal, the descriptor limit as it was) and then becomes the program. `main` must call
/// `runTrampolineIfAsked` first; in a process that did not, children are begun directly and do not die with it.
///
/// On Linux the parent-death signal comes when the *thread* ends that began the child: begin children on a loop that runs as long as
/// the process, such as the main thread's. On macOS there is no such signal: a child outlives a `kill -9` of its parent there.
public final class ChildProcess {
    /// What to run, and how.
    public struct Options: Sendable {
        /// What a child's standard input, output or error is connected to.
        public enum Stdio: Sendable {
            /// /dev/null
            case null
            /// The same as this process's.
            case inherit
            /// Output and error only: handed to `onOutput` by lines.
            case lines
        }

        /// A path with a slash, or a name that is looked for on the child's PATH.
        public var program: String
        /// The arguments after the program's name.
        public var arguments: [String]
        /// All of the child's environment.
        public var environment: [String: String]
        /// Where it runs; nil: where this process does.
        public var workingDirectory: String?
        /// Standard input.
        public var input = Stdio.null
        /// Standard output.
        public var output = Stdio.lines
        /// Standard error.
        public var error = Stdio.lines
        /// Whether it gets a process group of its own, so that signals reach all it begins, and the terminal's do not reach it.
        public var hasOwnGroup = true
        /// Whether it is killed when this process ends, however that ends.
        public var diesWithParent = true

        /// A program with its own group, without input, and with output by lines.
        public init(
            program: String, arguments: [String] = [], environment: [String: String] = [:],
            workingDirectory: String? = nil
        ) {
            self.program = program
            self.arguments = arguments
            self.environment = environment
            self.workingDirectory = workingDirectory
        }
    }

    /// Where a line came from.
    public enum Stream: Sendable {
        /// Standard output
        case output
        /// Standard error
        case error
    }

    /// How a child ended.
    public enum Exit: Hashable, Sendable {
        /// It ended by itself with this code.
        case code(Int32)
        /// A signal ended it.
        case signal(Int32)
        /// The program could not be run; the value of `errno`: ENOENT when there is none.
        case notStarted(Int32)
    }

    /// Its process id.
    public private(set) var id: Int32 = 0
    /// How it ended; nil while it runs.
    public private(set) var exit: Exit?

    private let loop: EventLoop
    private let uv: UnsafeMutablePointer<uv_process_t>
    private let ownsGroup: Bool
    private let onExit: (Exit) -> Void
    private var readers: [PipeReader] = []
    private var status: Int32 = -1
    private var isInitialized = false

    /// Whether `main` has called `runTrampolineIfAsked`.
    nonisolated(unsafe) static var hasTrampoline = false

    /// Must be the first call of `main`: becomes another program when this process was begun for that, and does not return then.
    public static func runTrampolineIfAsked() {
        nestbox_trampoline(CommandLine.argc, CommandLine.unsafeArgv)
        hasTrampoline = true
    }

    /// Begins a child. `onExit` is called once, after all lines that the child wrote before its end; lines of programs that it has
    /// left behind may still come later. Throws when there is no process to be had or the working directory is missing; a missing
    /// program is `.notStarted` (thrown, too, in a process without a trampoline).
    public static func spawn(
        loop: EventLoop, _ options: Options, onOutput: @escaping (Stream, [UInt8]) -> Void = { _, _ in },
        onExit: @escaping (Exit) -> Void
    ) throws(SystemError) -> ChildProcess {
        let child = ChildProcess(loop: loop, ownsGroup: options.hasOwnGroup, onExit: onExit)
        do { try child.start(options, onOutput) } catch {
            if child.isInitialized { closeHandle(child.uv) } else { free(child.uv) }
            throw error
        }
        return child
    }

    private init(loop: EventLoop, ownsGroup: Bool, onExit: @escaping (Exit) -> Void) {
        self.loop = loop
        self.ownsGroup = ownsGroup
        self.onExit = onExit
        uv = makeHandle(uv_process_t.self)
        uv.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    /// Sends a signal to the child's group, or to the child alone when it has none of its own. Nothing after its end.
    public func kill(_ signal: Int32) {
        guard exit == nil, id > 0 else { return }
        // Before the trampoline has made the group there is only the child itself.
        if !ownsGroup || Self.send(-id, signal) != 0 { _ = Self.send(id, signal) }
    }

    /// Sends a signal to what is left of the group after the child's end.
    public func killGroup(_ signal: Int32) {
        if ownsGroup && id > 0 { _ = Self.send(-id, signal) }
    }

    private static func send(_ id: Int32, _ signal: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.kill(id, signal)
        #else
            Darwin.kill(id, signal)
        #endif
    }

    // MARK: Beginning

    private func start(_ options: Options, _ onOutput: @escaping (Stream, [UInt8]) -> Void) throws(SystemError) {
        guard !loop.isClosed else { throw SystemError("uv_spawn", ECANCELED) }
        var childEnds: [Int32] = []
        defer { for end in childEnds { closeDescriptor(end) } }
        var stdio: [uv_stdio_container_t] = []
        stdio.append(try container(options.input, 0, &childEnds) { _ in })
        stdio.append(try container(options.output, 1, &childEnds) { onOutput(.output, $0) })
        stdio.append(try container(options.error, 2, &childEnds) { onOutput(.error, $0) })
        var arguments = [options.program] + options.arguments
        var file = options.program
        if Self.hasTrampoline {
            let ends = try Self.pipe()
            status = ends.read
            childEnds.append(ends.write)
            // The descriptors between stay as they are: a child of `make` finds its job server there.
            while stdio.count < Int(ends.write) { stdio.append(uv_stdio_container_t()) }
            stdio.append(Self.inherited(ends.write))
            file = try Self.executable()
            var flags = 0
            if options.hasOwnGroup { flags |= NESTBOX_CHILD_OWN_GROUP }
            if options.diesWithParent { flags |= NESTBOX_CHILD_DIES_WITH_PARENT }
            let how = "\(getpid()):\(flags):\(ends.write):\(nestbox_original_descriptor_limit())"
            let mark = String(cString: nestbox_trampoline_mark())
            arguments = [arguments[0], mark, how, options.program] + arguments
        }
        isInitialized = true
        let code = spawn(file, arguments, options, &stdio)
        guard code == 0 else {
            if status >= 0 { closeDescriptor(status) }
            readers = []
            throw SystemError("uv_spawn", -code)
        }
        id = uv.pointee.pid
        loop.children[ObjectIdentifier(self)] = self
        for reader in readers { reader.start() }
    }

    private func spawn(
        _ file: String, _ arguments: [String], _ options: Options, _ stdio: inout [uv_stdio_container_t]
    ) -> Int32 {
        var texts: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] =
            options.environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        let path = strdup(file)
        let directory = options.workingDirectory.map { strdup($0) }
        defer {
            for text in texts { free(text) }
            for text in environment { free(text) }
            free(path)
            if let directory { free(directory) }
        }
        var how = uv_process_options_t()
        how.file = UnsafePointer(path)
        if let directory { how.cwd = UnsafePointer(directory) }
        if !Self.hasTrampoline && options.hasOwnGroup { how.flags = UInt32(UV_PROCESS_DETACHED.rawValue) }
        how.stdio_count = Int32(stdio.count)
        how.exit_cb = { handle, code, signal in
            Unmanaged<ChildProcess>.fromOpaque(handle!.pointee.data).takeUnretainedValue().ended(code, signal)
        }
        return texts.withUnsafeMutableBufferPointer { texts in
            environment.withUnsafeMutableBufferPointer { environment in
                stdio.withUnsafeMutableBufferPointer { stdio in
                    how.args = texts.baseAddress
                    how.env = environment.baseAddress
                    how.stdio = stdio.baseAddress
                    return uv_spawn(loop.uv, uv, &how)
                }
            }
        }
    }

    private static func executable() throws(SystemError) -> String {
        #if os(Linux)
            // Not its target: the file may have been replaced since.
            return "/proc/self/exe"
        #else
            var path = [CChar](repeating: 0, count: 4096)
            var count = path.count
            let code = uv_exepath(&path, &count)
            guard code == 0 else { throw SystemError("uv_exepath", -code) }
            return String(cString: path)
        #endif
    }

    private static func pipe() throws(SystemError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard nestbox_pipe(&ends) == 0 else { throw SystemError("pipe", errno) }
        return (ends[0], ends[1])
    }

    private static func inherited(_ descriptor: Int32) -> uv_stdio_container_t {
        var container = uv_stdio_container_t()
        container.flags = UV_INHERIT_FD
        container.data.fd = descriptor
        return container
    }

    private func container(
        _ stdio: Options.Stdio, _ number: Int32, _ childEnds: inout [Int32], _ onLine: @escaping ([UInt8]) -> Void
    ) throws(SystemError) -> uv_stdio_container_t {
        switch stdio {
        case .null: return uv_stdio_container_t()
        case .inherit: return Self.inherited(number)
        case .lines:
            precondition(number > 0, "standard input cannot be read by lines")
            let ends = try Self.pipe()
            childEnds.append(ends.write)
            readers.append(try PipeReader(loop: loop, descriptor: ends.read, onLine: onLine))
            return Self.inherited(ends.write)
        }
    }

    // MARK: End

    private func ended(_ code: Int64, _ signal: Int32) {
        for reader in readers { reader.drain() }
        var exit = signal != 0 ? Exit.signal(signal) : Exit.code(Int32(truncatingIfNeeded: code))
        if status >= 0 {
            var error: Int32 = 0
            if read(status, &error, 4) == 4 { exit = .notStarted(error) }
            closeDescriptor(status)
            status = -1
        }
        self.exit = exit
        loop.close(uv)
        loop.children[ObjectIdentifier(self)] = nil
        onExit(exit)
    }
}

/// Reads lines from a pipe. It keeps itself alive until the pipe ends.
final class PipeReader {
    private let loop: EventLoop
    private let descriptor: Int32
    private let poll: UnsafeMutablePointer<uv_poll_t>
    private let onLine: ([UInt8]) -> Void
    private var splitter = LineSplitter()
    private var isClosed = false
    private var this: PipeReader?

    init(loop: EventLoop, descriptor: Int32, onLine: @escaping ([UInt8]) -> Void) throws(SystemError) {
        self.loop = loop
        self.descriptor = descriptor
        self.onLine = onLine
        poll = try loop.newPoll(on: descriptor)
        poll.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit { close() }

    func start() {
        this = self
        uv_poll_start(poll, Int32(UV_READABLE.rawValue)) { handle, _, _ in
            Unmanaged<PipeReader>.fromOpaque(handle!.pointee.data).takeUnretainedValue().readOnce()
        }
    }

    /// Reads what is there now: what the child wrote fits in the pipe. Bounded, because others may still be writing.
    func drain() {
        for _ in 0..<64 where !readOnce() { return }
    }

    @discardableResult
    private func readOnce() -> Bool {
        guard !isClosed else { return false }
        let room = loop.inputScratch
        let count = read(descriptor, room.baseAddress, room.count)
        if count > 0 {
            splitter.append(UnsafeRawBufferPointer(rebasing: room[..<count]), onLine)
            return true
        }
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return false }
        splitter.finish(onLine)
        close()
        return false
    }

    private func close() {
        guard !isClosed else { return }
        isClosed = true
        loop.close(poll)
        closeDescriptor(descriptor)
        this = nil
    }
}
