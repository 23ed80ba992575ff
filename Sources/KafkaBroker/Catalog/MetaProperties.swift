import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `meta.properties`, the file in a data directory that says whose data it is, as Kafka has it: the cluster's id and the node's number.
public enum MetaProperties {
    static let fileName = "meta.properties"
    /// The longest file that is read, in bytes.
    private static let lengthMax = 64 << 10

    /// The cluster's id in a data directory. One that has none gets `wanted`, or a random one of 22 characters of Base64.
    public static func clusterID(
        in directory: String, wanted: String?, nodeID: Int32, random: () -> UInt64
    ) throws(StorageError) -> String {
        let path = directory + "/" + fileName
        if let text = try read(path), let id = value("cluster.id", in: text) { return id }
        let id = wanted ?? newID(random)
        try write("#\nversion=1\ncluster.id=\(id)\nnode.id=\(nodeID)\n", to: path)
        return id
    }

    private static func newID(_ random: () -> UInt64) -> String {
        while true {
            // One that begins with a hyphen would look like an option on a command line.
            let id = UUID(randomHigh: random(), randomLow: random()).description
            if !id.hasPrefix("-") { return id }
        }
    }

    private static func value(_ name: String, in text: String) -> String? {
        for line in text.split(separator: "\n") where line.hasPrefix(name + "=") {
            let value = line.dropFirst(name.count + 1)
            if !value.isEmpty { return String(value) }
        }
        return nil
    }

    /// The text of a file; nil when there is none.
    private static func read(_ path: String) throws(StorageError) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StorageError("open", path)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: lengthMax)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw StorageError("read", path) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// Writes a file whole or not at all.
    private static func write(_ text: String, to path: String) throws(StorageError) {
        let temporary = path + ".tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw StorageError("write", temporary) }
        let bytes = Array(text.utf8)
        let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        let isSynced = fsync(descriptor) == 0
        close(descriptor)
        guard count == bytes.count, isSynced, rename(temporary, path) == 0 else { throw StorageError("write", path) }
    }
}
