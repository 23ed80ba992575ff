#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The system's own calls.
package struct SystemDisk: Disk {
    package init() {}

    package func open(_ path: String, create: Bool) -> Int32 {
        System.open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0o644)
    }

    package func close(_ descriptor: Int32) { _ = System.close(descriptor) }

    package func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at position: Int) -> Int {
        pread(descriptor, buffer.baseAddress, buffer.count, off_t(position))
    }

    package func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at position: Int) -> Int {
        pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(position))
    }

    package func truncate(_ descriptor: Int32, to size: Int) -> Int32 { ftruncate(descriptor, off_t(size)) }

    package func sync(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
            fdatasync(descriptor)
        #else
            fcntl(descriptor, F_FULLFSYNC)
        #endif
    }

    package func size(of descriptor: Int32) -> Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : -1
    }

    package func modifiedMillis(of descriptor: Int32) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return -1 }
        #if canImport(Glibc)
            let time = status.st_mtim
        #else
            let time = status.st_mtimespec
        #endif
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    package func setModified(of descriptor: Int32, likeFileAt path: String) -> Int32 {
        var status = stat()
        guard stat(path, &status) == 0 else { return -1 }
        #if canImport(Glibc)
            let times = [status.st_atim, status.st_mtim]
        #else
            let times = [status.st_atimespec, status.st_mtimespec]
        #endif
        return futimens(descriptor, times)
    }

    package func rename(_ path: String, to target: String) -> Int32 { System.rename(path, target) }

    @discardableResult
    package func unlink(_ path: String) -> Int32 { System.unlink(path) }

    package func makeDirectory(_ path: String) -> Int32 { mkdir(path, 0o755) }

    @discardableResult
    package func removeDirectory(_ path: String) -> Int32 { rmdir(path) }

    package func names(in path: String) -> [String] {
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

    package func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    package func size(ofFileAt path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : -1
    }

    @discardableResult
    package func syncDirectory(_ path: String) -> Int32 {
        let descriptor = System.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return -1 }
        defer { close(descriptor) }
        return fsync(descriptor)
    }

    package func absolutePath(of path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    package func space(at path: String) -> (total: Int64, usable: Int64)? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        func bytes(_ blocks: some BinaryInteger) -> Int64 {
            let (product, overflow) = Int64(clamping: blocks).multipliedReportingOverflow(
                by: Int64(clamping: status.f_frsize))
            return overflow ? .max : product
        }
        return (bytes(status.f_blocks), bytes(status.f_bavail))
    }

    package var bootID: String {
        let descriptor = System.open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "unknown" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = System.read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).prefix { $0 > 0x20 }, as: UTF8.self)
    }
}

/// The system's calls that the methods above hide by their names.
private enum System {
    static func open(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 {
        #if canImport(Glibc)
            Glibc.open(path, flags, mode)
        #else
            Darwin.open(path, flags, mode)
        #endif
    }
    static func close(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.close(descriptor)
        #else
            Darwin.close(descriptor)
        #endif
    }
    static func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, bytes, count)
        #else
            Darwin.read(descriptor, bytes, count)
        #endif
    }
    static func rename(_ path: String, _ target: String) -> Int32 {
        #if canImport(Glibc)
            Glibc.rename(path, target)
        #else
            Darwin.rename(path, target)
        #endif
    }
    static func unlink(_ path: String) -> Int32 {
        #if canImport(Glibc)
            Glibc.unlink(path)
        #else
            Darwin.unlink(path)
        #endif
    }
}
