#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The process that listens on a port, as far as /proc tells.
struct PortHolder: Equatable {
    /// Its pid.
    let pid: Int32
    /// Its name.
    let name: String

    /// Who listens on a TCP port of this machine; nil where /proc is not, or does not say.
    static func find(port: UInt16) -> PortHolder? {
        var sockets: Set<String> = []
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            guard let bytes = try? FileSystem.read(table, limit: 16 << 20) else { continue }
            for inode in listeners(on: port, in: String(decoding: bytes, as: UTF8.self)) {
                sockets.insert("socket:[\(inode)]")
            }
        }
        guard !sockets.isEmpty else { return nil }
        for process in FileSystem.names(in: "/proc") {
            guard let pid = Int32(process) else { continue }
            for descriptor in FileSystem.names(in: "/proc/\(pid)/fd") {
                guard let target = FileSystem.readLink("/proc/\(pid)/fd/\(descriptor)"), sockets.contains(target) else {
                    continue
                }
                let name = (try? FileSystem.read("/proc/\(pid)/comm", limit: 1024)) ?? []
                return PortHolder(
                    pid: pid, name: String(decoding: name.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
            }
        }
        return nil
    }

    /// The inodes of the listening sockets on a port, from the text of /proc/net/tcp or tcp6.
    static func listeners(on port: UInt16, in table: String) -> [String] {
        let hex = String(port, radix: 16, uppercase: true)
        let ending = ":" + String(repeating: "0", count: 4 - hex.count) + hex
        let listening = "0A"
        return table.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[1].hasSuffix(ending), fields[3] == listening, fields[9] != "0" else {
                return nil
            }
            return String(fields[9])
        }
    }

    /// The sentence about a busy port: who holds it, and the flag that mends it.
    static func failure(port: UInt16, wantedBy what: String, holder: PortHolder?, mend: String) -> Failure {
        let who = holder.map { "\($0.name) (pid \($0.pid))" } ?? "another process"
        return Failure(.portBusy, "port \(port) for \(what) is in use by \(who); stop it, or \(mend)")
    }
}
