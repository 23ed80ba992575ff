import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file of the broker could not be read or written.
public struct StorageError: Error, Sendable, CustomStringConvertible {
    /// One sentence: what failed, where and why.
    public let description: String

    /// What the program says of the last failed call.
    package init(_ action: String, _ path: String, errno code: Int32 = errno) {
        description = "Cannot \(action) \(path): \(String(cString: strerror(code)))."
    }

    /// What the program says of unreadable content.
    package init(_ description: String) { self.description = description }
}

/// The append-only log of the catalog's changes.
///
/// Each entry is its length, the CRC-32C of its bytes, and its bytes. An entry is written whole before anything is answered; an entry
/// that is torn at the end, by a crash in its writing, was never acknowledged and is cut.
final class MetadataLog {
    private let path: String
    private let file: LogFile
    private let syncs: Bool
    private var end = 0
    /// Set by a failed fsync. The system may then hold lost bytes for written ones, so nothing is appended any more until the broker is
    /// started again and reads what is really there.
    private var hasFailed = false

    static let fileName = "metadata.log"
    private static let entryMax = 64 << 20
    private static let overhead = 8

    /// Opens the log in a directory, replays what it has, and cuts a torn end. `syncs`: every entry is on the disk before `append` returns.
    init(
        directory: String, syncs: Bool, on disk: any Disk, replay: (MetadataRecord) -> Void
    ) throws(StorageError) {
        path = directory + "/" + Self.fileName
        self.syncs = syncs
        file = LogFile(path: path, openFiles: OpenFiles(capacity: 1, on: disk))
        let opened = try file.use()
        let content = try opened.bytes(at: 0, length: try opened.size())
        end = try replayAll(content, replay)
        if end < content.count { try opened.truncate(to: end) }
        // A process that died before its fsync has left entries by which the broker goes from now on.
        if syncs, !opened.sync() || disk.syncDirectory(directory) != 0 { throw StorageError("sync", path) }
    }

    /// Writes one entry; after an error nothing of it stays.
    func append(_ record: MetadataRecord) throws(StorageError) {
        guard !hasFailed else { throw StorageError("\(path) takes no more entries: an fsync has failed.") }
        guard let bytes = try? record.encoded() else { preconditionFailure("writing a record does not fail") }
        var entry: [UInt8] = []
        entry.reserveCapacity(bytes.count + Self.overhead)
        withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { entry.append(contentsOf: $0) }
        let sum = bytes.withUnsafeBytes { CRC32C.checksum($0) }
        withUnsafeBytes(of: sum.bigEndian) { entry.append(contentsOf: $0) }
        entry += bytes
        // The outcome is carried out of the closure, which cannot throw a typed error.
        let outcome: Result<Void, StorageError> = entry.withUnsafeBytes { all in
            do throws(StorageError) {
                return .success(try file.append(all, at: end))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
        if syncs, try !file.use().sync() {
            hasFailed = true
            let failure = StorageError("sync", path)
            try? file.use().truncate(to: end)
            throw failure
        }
        end += entry.count
    }

    /// Replays entry by entry; returns where the last whole one ends.
    private func replayAll(_ content: [UInt8], _ replay: (MetadataRecord) -> Void) throws(StorageError) -> Int {
        var position = 0
        var failure: StorageError?
        content.withUnsafeBytes { bytes in
            while position + Self.overhead <= bytes.count {
                let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
                let sum = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self))
                let start = position + Self.overhead
                guard length <= Self.entryMax, start + length <= bytes.count else { return }
                let entry = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
                guard CRC32C.checksum(entry) == sum else { return }
                guard let record = try? MetadataRecord(entry) else {
                    failure = StorageError(
                        "\(path) was written by a newer nestbox: use that one, or another data directory.")
                    return
                }
                replay(record)
                position = start + length
            }
        }
        if let failure { throw failure }
        return position
    }
}
