import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The lock of a data directory: a file under flock(2) that holds the pid of its holder. The kernel drops the lock when
/// the holder ends, however it ends, so a stale file is no lock; the pid is there to be shown. A second line says where the
/// holder's control API is, once it listens.
final class DataLock {
    private let descriptor: Int32

    /// What stands in a lock file.
    struct Note: Equatable {
        /// The holder.
        var pid: Int32
        /// Where its control API is; nil as long as it does not listen.
        var control: SocketAddress?

        /// The most that is read of a file.
        static let bytesMax = 256

        /// The file's text.
        var text: String { "\(pid)\n" + (control.map { "http://\($0)\n" } ?? "") }

        /// Nil for a file whose holder has let go of it, and for anything else.
        init?(_ text: String) {
            let lines = text.split(separator: "\n")
            guard let first = lines.first, let pid = Int32(first), pid > 0 else { return nil }
            self.pid = pid
            if lines.count > 1 { control = SocketAddress(url: lines[1]) }
        }

        init(pid: Int32, control: SocketAddress? = nil) {
            self.pid = pid
            self.control = control
        }
    }

    /// What the file at a path says.
    static func note(at path: String) -> Note? {
        guard let bytes = try? FileSystem.read(path, limit: Note.bytesMax) else { return nil }
        return Note(String(decoding: bytes, as: UTF8.self))
    }

    /// Says where the control API is.
    func setControl(_ address: SocketAddress) {
        _ = Self.write(Note(pid: getpid(), control: address), descriptor)
    }

    private static func write(_ note: Note, _ descriptor: Int32) -> Bool {
        let bytes = Array(note.text.utf8)
        // Written over what stands there, so that nobody reads an empty file.
        return pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
            && ftruncate(descriptor, off_t(bytes.count)) == 0
    }

    /// What trying the lock has shown.
    struct Attempt: Equatable {
        /// How flock answered.
        enum Answer: Equatable {
            /// The lock is ours now.
            case obtained
            /// Another process has it.
            case busy
            /// The file system has no locks.
            case unsupported
        }

        /// How flock answered.
        var answer: Answer
        /// The pid in the file, if a number stands there.
        var holder: Int32?
        /// Whether a process with that pid exists.
        var holderIsAlive: Bool
    }

    /// What follows from an attempt.
    enum Decision: Equatable {
        /// Nobody had it.
        case take
        /// A process that ended without cleaning up had it.
        case takeOver(from: Int32)
        /// It is held; by whom, if the file says.
        case refuse(holder: Int32?)
    }

    /// Decides without asking the system. Where locks are not supported, a holder that is alive is believed.
    static func decide(_ attempt: Attempt, ownPid: Int32) -> Decision {
        switch attempt.answer {
        case .obtained:
            attempt.holder.map { $0 == ownPid ? .take : .takeOver(from: $0) } ?? .take
        case .busy:
            .refuse(holder: attempt.holder)
        case .unsupported:
            switch attempt.holder {
            case .some(let pid) where pid != ownPid && attempt.holderIsAlive: .refuse(holder: pid)
            case .some(let pid) where pid != ownPid: .takeOver(from: pid)
            default: .take
            }
        }
    }

    /// Takes the lock at a path. The answer is the lock and the pid it was taken over from, or a refusal with the
    /// holder's pid.
    static func acquire(_ path: String) throws(FileSystem.Trouble) -> Outcome {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileSystem.Trouble(path: path, code: errno) }
        var answer = Attempt.Answer.obtained
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            answer = errno == EWOULDBLOCK ? .busy : .unsupported
            break
        }
        var text = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &text, text.count, 0)
        let digits = text.prefix(max(0, count)).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let holder = Int32(String(decoding: digits, as: UTF8.self))
        let isAlive = holder.map { isProcessAlive($0) } ?? false
        switch decide(Attempt(answer: answer, holder: holder, holderIsAlive: isAlive), ownPid: getpid()) {
        case .refuse(let holder):
            close(descriptor)
            return .refused(holder: holder)
        case .take:
            return try .taken(held(descriptor, path), from: nil)
        case .takeOver(let pid):
            return try .taken(held(descriptor, path), from: pid)
        }
    }

    /// How taking a lock ends.
    enum Outcome {
        case taken(DataLock, from: Int32?)
        case refused(holder: Int32?)
    }

    private static func held(_ descriptor: Int32, _ path: String) throws(FileSystem.Trouble) -> DataLock {
        guard write(Note(pid: getpid()), descriptor) else {
            let code = errno
            close(descriptor)
            throw FileSystem.Trouble(path: path, code: code)
        }
        return DataLock(descriptor: descriptor)
    }

    /// Whether somebody has the lock at a path; asking takes a shared one for a moment.
    static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Whether a process exists, whoever owns it.
    static func isProcessAlive(_ pid: Int32) -> Bool { pid > 0 && (kill(pid, 0) == 0 || errno == EPERM) }

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        // The file stays: removing it would let two processes lock two files of one name.
        ftruncate(descriptor, 0)
        close(descriptor)
    }
}
