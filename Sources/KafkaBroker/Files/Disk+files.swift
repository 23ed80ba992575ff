#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Directories and small whole files.
extension Disk {
    /// The sizes of the files in `path` whose names end with `suffix`, added up.
    func size(of path: String, suffix: String) -> Int {
        names(in: path).reduce(0) { sum, name in
            name.hasSuffix(suffix) ? sum + max(0, size(ofFileAt: path + "/" + name)) : sum
        }
    }

    /// Makes `path` and what is missing above it.
    func create(_ path: String) throws(StorageError) {
        if makeDirectory(path) == 0 || errno == EEXIST { return }
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        guard errno == ENOENT, !parent.isEmpty else { throw StorageError("make", path) }
        try create(path.hasPrefix("/") ? "/" + parent : parent)
        guard makeDirectory(path) == 0 || errno == EEXIST else {
            throw StorageError("make", path)
        }
    }

    /// Removes `path` with everything in it.
    func removeTree(_ path: String) {
        for name in names(in: path) {
            let child = path + "/" + name
            if unlink(child) != 0 { removeTree(child) }
        }
        removeDirectory(path)
    }

    /// The whole of a file; nil when it cannot be read.
    func contents(of path: String) -> [UInt8]? {
        guard let file = try? SegmentFile(path: path, create: false, on: self) else { return nil }
        guard let size = try? file.size() else { return nil }
        return try? file.bytes(at: 0, length: size)
    }

    /// Puts a file in place whole or not at all: written beside it, then renamed.
    func replace(_ path: String, with bytes: [UInt8], sync: Bool) throws(StorageError) {
        let temporary = path + ".tmp"
        do throws(StorageError) {
            let file = try SegmentFile(path: temporary, create: true, on: self)
            try file.truncate(to: 0)
            // The outcome is carried out of the closure, which cannot throw a typed error.
            let outcome: Result<Void, StorageError> = bytes.withUnsafeBytes { all in
                do throws(StorageError) {
                    return .success(try file.write(all, at: 0))
                } catch {
                    return .failure(error)
                }
            }
            try outcome.get()
            if sync, !file.sync() { throw StorageError("sync", temporary) }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, to: path) == 0 else { throw StorageError("rename", path) }
        // The file is on the disk; its name may not be.
        let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        if sync, syncDirectory(directory) != 0 { throw StorageError("sync", directory) }
    }
}
