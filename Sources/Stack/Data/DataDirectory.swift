import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The directory that holds everything nestbox keeps: tables, logs of partitions, logs of services. One process has it
/// at a time.
struct DataDirectory {
    /// The version of the directory's layout that this nestbox writes. A newer one is refused.
    static let formatVersion = 1

    /// Where it is.
    let path: String
    /// Whether it goes away at exit.
    let isTemporary: Bool
    /// The pid of the process that ended without letting go of it, if there was one.
    let takenOverFrom: Int32?
    private let lock: DataLock

    /// Where the tables are.
    var tables: String { path + "/dynamodb" }
    /// Where the partitions are.
    var broker: String { path + "/kafka" }
    /// Where the services' logs are.
    var logs: String { path + "/logs" }
    /// Where nestbox's own lines are when it runs in the background.
    var ownLog: String { logs + "/nestbox.log" }
    /// The lock file of a data directory.
    static func lockFile(of path: String) -> String { path + "/lock" }

    /// Says in the lock file where the control API is.
    func setControl(_ address: SocketAddress) { lock.setControl(address) }

    /// The names that nestbox makes in a data directory.
    private static let ownNames: Set<String> = [".gitignore", "format", "lock", "dynamodb", "kafka", "logs"]

    /// Opens or makes the data directory of a project. One that holds other things is refused: its .gitignore would
    /// hide them.
    static func open(_ path: String) throws(Failure) -> DataDirectory {
        do { try FileSystem.makeDirectory(path) } catch { throw unusable(error) }
        try refuseForeign(path)
        return try DataDirectory(path, isTemporary: false)
    }

    /// Refuses a directory that holds other things and is no data directory.
    static func refuseForeign(_ path: String) throws(Failure) {
        let foreign = FileSystem.names(in: path).first { !ownNames.contains($0) }
        if let foreign, FileSystem.kind(path + "/format") == nil {
            throw Failure(
                .configuration,
                "\(path) is not a data directory of nestbox (it has \(foreign)); choose another with --data")
        }
    }

    /// Removes a data directory that nobody uses, but nothing in it that nestbox has not made.
    static func remove(_ path: String) throws(Failure) {
        guard FileSystem.kind(path + "/format") != nil else {
            throw Failure(.configuration, "\(path) is not a data directory of nestbox; name the right one with --data")
        }
        guard !DataLock.isHeld(lockFile(of: path)) else {
            throw Failure(.configuration, "the data directory \(path) is in use; stop its nestbox with `nestbox down`")
        }
        // What makes it a data directory goes last.
        for name in ownNames.sorted() where name != "format" { FileSystem.removeTree(path + "/" + name) }
        FileSystem.removeTree(path + "/format")
        rmdir(path)
    }

    /// Makes the directory of a stack in memory: `nestbox-<pid>` in the system's temporary directory.
    static func temporary(in temporaryDirectory: String) throws(Failure) -> DataDirectory {
        // A directory of this name was left by a process that is gone, unless it belongs to one in another container
        // that shares the temporary directory and has the same pid there.
        for suffix in [""] + (1...100).map({ "-\($0)" }) {
            let path = FileSystem.resolve("nestbox-\(getpid())\(suffix)", from: temporaryDirectory)
            if FileSystem.kind(path) != nil {
                guard isAbandoned(path) else { continue }
                FileSystem.removeTree(path)
            }
            guard mkdir(path, 0o700) != 0 else { return try DataDirectory(path, isTemporary: true) }
            if errno == EEXIST { continue }
            let trouble = FileSystem.Trouble(path: path, code: errno)
            throw Failure(
                .configuration, "cannot make the directory \(trouble); set TMPDIR to a directory that can be written")
        }
        throw Failure(
            .configuration, "\(temporaryDirectory) has too many directories of nestbox; remove nestbox-* there")
    }

    /// The directories in `temporaryDirectory` whose nestbox is gone: no process has their pid, and nobody has their
    /// lock.
    static func staleTemporaries(in temporaryDirectory: String) -> [String] {
        FileSystem.names(in: temporaryDirectory).compactMap { name in
            guard let pid = pid(ofTemporary: name), !DataLock.isProcessAlive(pid) else { return nil }
            let path = FileSystem.resolve(name, from: temporaryDirectory)
            return isAbandoned(path) ? path : nil
        }
    }

    /// Whether a path is a directory of ours whose lock nobody has.
    private static func isAbandoned(_ path: String) -> Bool {
        guard FileSystem.isOwnDirectory(path) else { return false }
        return !DataLock.isHeld(lockFile(of: path))
    }

    /// The pid in the name of a temporary directory; nil when the name is not one's.
    static func pid(ofTemporary name: String) -> Int32? {
        let prefix = "nestbox-"
        guard name.hasPrefix(prefix) else { return nil }
        let digits = name.dropFirst(prefix.count).prefix { $0 != "-" }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int32(digits).flatMap { $0 > 0 ? $0 : nil }
    }

    private init(_ path: String, isTemporary: Bool) throws(Failure) {
        let outcome: DataLock.Outcome
        do { outcome = try DataLock.acquire(Self.lockFile(of: path)) } catch { throw Self.unusable(error) }
        switch outcome {
        case .taken(let lock, let from):
            self.lock = lock
            self.takenOverFrom = from
        case .refused(let holder):
            let who = holder.map { "a nestbox with pid \($0)" } ?? "another nestbox"
            throw Failure(
                .configuration,
                "the data directory \(path) is in use by \(who); stop it with `nestbox down`, or choose another directory "
                    + "with --data")
        }
        self.path = path
        self.isTemporary = isTemporary
        do {
            try Self.checkFormat(at: path + "/format", of: path)
            if !isTemporary, FileSystem.kind(path + "/.gitignore") == nil {
                try FileSystem.write("*\n", to: path + "/.gitignore")
            }
            try FileSystem.makeDirectory(path + "/logs")
        } catch let trouble as FileSystem.Trouble {
            throw Self.unusable(trouble)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.other, "\(path): \(error)")
        }
    }

    private static func unusable(_ trouble: FileSystem.Trouble) -> Failure {
        Failure(.configuration, "the data directory cannot be used: \(trouble); choose another with --data")
    }

    /// Writes the format version into a new directory; refuses one that is newer than this nestbox or not a number.
    private static func checkFormat(at path: String, of directory: String) throws {
        guard FileSystem.kind(path) != nil else {
            try FileSystem.write("\(formatVersion)\n", to: path)
            return
        }
        let text = String(decoding: try FileSystem.read(path, limit: 64), as: UTF8.self)
        try refuseFormat(text, of: directory)
    }

    /// Refuses the text of a format file that this nestbox does not know.
    static func refuseFormat(_ text: String, of directory: String) throws(Failure) {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let version = Int(String(decoding: Array(digits), as: UTF8.self)), version > 0 else {
            throw Failure(
                .configuration,
                "\(directory)/format is not a format version of nestbox; choose another directory with --data")
        }
        guard version <= formatVersion else {
            throw Failure(
                .configuration,
                "the data directory \(directory) has format \(version), and this nestbox knows only up to "
                    + "\(formatVersion); use a newer nestbox, or choose another directory with --data")
        }
    }
}
