#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Small files of text, read whole: what AWS's SDKs are configured by.
public enum TextFile {
    /// The file's text; nil when it cannot be read or has more than a mebibyte.
    public static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = systemRead(descriptor, &chunk, chunk.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            guard count > 0, bytes.count + count <= 1 << 20 else { return nil }
            bytes += chunk[..<count]
        }
    }

    /// Whether the file is there and may be read.
    public static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }
}

// The system's read, whose name the method above hides.
private func systemRead(_ descriptor: Int32, _ buffer: inout [UInt8], _ count: Int) -> Int {
    read(descriptor, &buffer, count)
}
