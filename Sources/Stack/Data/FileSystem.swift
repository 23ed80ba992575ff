#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The few calls on files that the stack makes, with errors as one sentence.
enum FileSystem {
    /// A call that failed, and the errno it left.
    struct Trouble: Error, Equatable, CustomStringConvertible {
        let path: String
        let code: Int32
        var description: String { "\(path): \(reason)" }
        /// The system's words for the errno.
        var reason: String { String(cString: strerror(code)) }
    }

    /// What stands at a path.
    enum Kind { case file, directory, other }

    /// What stands at a path, links followed; nil when nothing does.
    static func kind(_ path: String) -> Kind? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        default: return .other
        }
    }

    /// The bytes of a file of at most `limit` bytes; a larger one fails with EFBIG.
    static func read(_ path: String, limit: Int) throws(Trouble) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Trouble(path: path, code: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = systemRead(descriptor, &piece, piece.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw Trouble(path: path, code: errno)
            }
            bytes += piece[..<count]
            guard bytes.count <= limit else { throw Trouble(path: path, code: EFBIG) }
        }
    }

    /// Makes or replaces a small file as a whole.
    static func write(_ text: String, to path: String) throws(Trouble) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Trouble(path: path, code: errno) }
        defer { close(descriptor) }
        guard writeAll(descriptor, Array(text.utf8)) else { throw Trouble(path: path, code: errno) }
    }

    /// Writes all bytes to a descriptor; false, with errno, when it takes no more.
    static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress! + sent, bytes.count - sent) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    // A console shared with a program that made it non-blocking: wait until it takes more.
                    var descriptor = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&descriptor, 1, 1_000)
                    continue
                }
                return false
            }
            sent += count
        }
        return true
    }

    /// Makes a directory and those above it; one that is there is right.
    static func makeDirectory(_ path: String, mode: mode_t = 0o755) throws(Trouble) {
        if mkdir(path, mode) == 0 { return }
        let code = errno
        if code == EEXIST, kind(path) == .directory { return }
        let above = parent(of: path)
        guard code == ENOENT, above != path else { throw Trouble(path: path, code: code == EEXIST ? ENOTDIR : code) }
        try makeDirectory(above, mode: mode)
        if mkdir(path, mode) != 0, errno != EEXIST { throw Trouble(path: path, code: errno) }
    }

    /// The names in a directory, sorted; empty when it cannot be read.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// What a symbolic link points to; nil when it is none.
    static func readLink(_ path: String) -> String? {
        var target = [UInt8](repeating: 0, count: 4096)
        let count = target.withUnsafeMutableBytes {
            readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        return count > 0 ? String(decoding: target[..<count], as: UTF8.self) : nil
    }

    /// Whether a path is a directory, no link to one, of this process's user.
    static func isOwnDirectory(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
    }

    /// Removes a file, or a directory with all in it; links are removed, not followed. What cannot be removed stays.
    static func removeTree(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in names(in: path) { removeTree(path + "/" + name) }
        rmdir(path)
    }

    /// The directory that a path stands in.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// `path` as it is seen from `directory`.
    static func resolve(_ path: String, from directory: String) -> String {
        if path.hasPrefix("/") { return path }
        if path == "." { return directory }
        let plain = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        return directory.hasSuffix("/") ? directory + plain : directory + "/" + plain
    }

    /// The working directory.
    static func workingDirectory() throws(Trouble) -> String {
        guard let path = getcwd(nil, 0) else { throw Trouble(path: ".", code: errno) }
        defer { free(path) }
        return String(cString: path)
    }
}

// The system's read and write, whose names the methods above would hide.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
