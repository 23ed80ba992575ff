#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Directories and small whole files.
enum Directory {
    /// The names in `path`, sorted; empty when it cannot be read.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether there is a directory at `path`.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The path from the root on, without symbolic links; as it is when there is none.
    static func absolutePath(of path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The bytes of the volume that holds `path`, and those that may still be used; nil when the system does not say.
    static func space(at path: String) -> (total: Int64, usable: Int64)? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        func bytes(_ blocks: some BinaryInteger) -> Int64 {
            let (product, overflow) = Int64(clamping: blocks).multipliedReportingOverflow(
                by: Int64(clamping: status.f_frsize))
            return overflow ? .max : product
        }
        return (bytes(status.f_blocks), bytes(status.f_bavail))
    }

    /// The sizes of the files in `path` whose names end with `suffix`, added up.
    static func size(of path: String, suffix: String) -> Int {
        names(in: path).reduce(0) { sum, name in
            var status = stat()
            guard name.hasSuffix(suffix), stat(path + "/" + name, &status) == 0 else { return sum }
            return sum + Int(status.st_size)
        }
    }

    /// Makes `path` and what is missing above it.
    static func create(_ path: String) throws(StorageError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        guard errno == ENOENT, !parent.isEmpty else { throw StorageError("make", path) }
        try create(path.hasPrefix("/") ? "/" + parent : parent)
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw StorageError("make", path)
        }
    }

    /// Removes `path` with everything in it.
    static func remove(_ path: String) {
        for name in names(in: path) {
            let child = path + "/" + name
            if unlink(child) != 0 { remove(child) }
        }
        rmdir(path)
    }

    /// Waits until the directory's entries are on the disk.
    static func sync(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// The whole of a file; nil when it cannot be read.
    static func contents(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes.append(contentsOf: chunk[..<count])
            } else if count == 0 {
                return bytes
            } else if errno != EINTR {
                return nil
            }
        }
    }

    /// Puts a file in place whole or not at all: written beside it, then renamed.
    static func replace(_ path: String, with bytes: [UInt8], sync: Bool) throws(StorageError) {
        let temporary = path + ".tmp"
        do {
            let file = try SegmentFile(path: temporary, create: true)
            try file.truncate(to: 0)
            // The outcome is carried out of the closure, which cannot throw a typed error.
            let outcome: Result<Void, StorageError> = bytes.withUnsafeBytes { all in
                do throws(StorageError) {
                    return .success(try file.append(all, at: 0))
                } catch {
                    return .failure(error)
                }
            }
            try outcome.get()
            if sync { _ = file.sync() }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else { throw StorageError("rename", path) }
    }
}
