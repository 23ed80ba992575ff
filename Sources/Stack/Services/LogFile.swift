#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The log of a service: `<name>.log`, and when it is full `<name>.log.1` and `.2`, the oldest last.
final class LogFile {
    /// When a file is full, in bytes.
    static let fullBytes = 10 << 20
    /// How many files a service has, the current one included.
    static let filesMax = 3

    /// The current file.
    let path: String
    private let fullBytes: Int
    private var descriptor: Int32 = -1
    private var size = 0

    /// The log at a path, continued if it is there.
    init(_ path: String, fullBytes: Int = LogFile.fullBytes) {
        self.path = path
        self.fullBytes = fullBytes
        open()
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Adds whole lines. A disk that is full loses log lines, not the service.
    func append(_ bytes: [UInt8]) {
        guard descriptor >= 0, !bytes.isEmpty else { return }
        if size > 0, size + bytes.count > fullBytes { rotate() }
        if FileSystem.writeAll(descriptor, bytes) { size += bytes.count }
    }

    private func open() {
        descriptor = systemOpen(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC)
        size = descriptor >= 0 ? max(0, Int(lseek(descriptor, 0, SEEK_END))) : 0
    }

    /// Lets standard output go to the end of the log at a path; one that is full is begun anew before that.
    static func takeStandardOutput(_ path: String) {
        let log = LogFile(path)
        if log.size > log.fullBytes { log.rotate() }
        if log.descriptor >= 0 { dup2(log.descriptor, 1) }
    }

    private func rotate() {
        if descriptor >= 0 { close(descriptor) }
        for number in stride(from: Self.filesMax - 1, to: 0, by: -1) {
            rename(number == 1 ? path : "\(path).\(number - 1)", "\(path).\(number)")
        }
        open()
    }

    /// The last lines of the log, for a message about a service that has failed.
    func tail(lines: Int) -> [String] {
        let reader = systemOpen(path, O_RDONLY | O_CLOEXEC)
        guard reader >= 0 else { return [] }
        defer { close(reader) }
        let end = Int(lseek(reader, 0, SEEK_END))
        var bytes = [UInt8](repeating: 0, count: min(max(0, end), 16 << 10))
        let count = pread(reader, &bytes, bytes.count, off_t(end - bytes.count))
        return bytes.prefix(max(0, count)).split(separator: UInt8(ascii: "\n")).suffix(lines)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

// The system's open, whose name the method above hides.
private func systemOpen(_ path: String, _ flags: Int32) -> Int32 { open(path, flags, 0o644) }
