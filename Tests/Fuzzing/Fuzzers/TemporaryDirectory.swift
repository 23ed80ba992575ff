#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A directory that goes with its owner: in memory where the system has such a place, as what is written matters and not where.
final class TemporaryDirectory {
    let path: String

    struct Failure: Error { let errno: Int32 }

    init() throws {
        let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/nestbox-fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(errno: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// Removes a file, or a directory with what is in it.
    static func remove(_ path: String) {
        for name in names(in: path) ?? [] { remove(path + "/" + name) }
        if unlink(path) != 0 { rmdir(path) }
    }

    /// The names in a directory, ascending; nil when it is none.
    static func names(in path: String) -> [String]? {
        guard let entries = opendir(path) else { return nil }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
