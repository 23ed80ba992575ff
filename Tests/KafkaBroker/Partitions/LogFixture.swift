import KafkaWire
import Testing

@testable import KafkaBroker

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A time in the middle of tests, in milliseconds since 1970.
let noon: Int64 = 1_700_000_000_000

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A batch as a producer sends it.
func batch(
    _ values: [[UInt8]], timestamp: Int64 = noon, step: Int64 = 1, key: [UInt8]? = [107], producer: Int64 = -1,
    epoch: Int16 = -1, sequence: Int32 = -1, compression: Compression = .none
) -> [UInt8] {
    var builder = RecordBatchBuilder()
    builder.compression = compression
    builder.producerID = producer
    builder.producerEpoch = epoch
    builder.baseSequence = sequence
    for (index, value) in values.enumerated() {
        builder.append(timestamp: timestamp + Int64(index) * step, key: key, value: value)
    }
    return builder.build()
}

/// A batch of `count` records of `length` bytes.
func batch(count: Int, length: Int = 10, timestamp: Int64 = noon) -> [UInt8] {
    batch((0..<count).map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: length) }, timestamp: timestamp)
}

/// The same batch with other header bytes and its checksum put right.
func patched(_ batch: [UInt8], _ change: (UnsafeMutableRawBufferPointer) -> Void) -> [UInt8] {
    var bytes = batch
    bytes.withUnsafeMutableBytes { all in
        change(all)
        let crc = RecordBatch(header: UnsafeRawBufferPointer(all)).computeChecksum()
        all.storeBytes(of: crc.bigEndian, toByteOffset: RecordBatch.Position.crc, as: UInt32.self)
    }
    return bytes
}

/// Calls that make and open logs in a directory that goes with the fixture.
final class LogFixture {
    let directory: TemporaryDirectory
    var configuration = LogConfiguration()
    var openFiles = OpenFiles(capacity: 64, on: SystemDisk())
    var work = BackgroundWork()
    let id = UUID(high: 1, low: 2)

    init() throws {
        directory = try TemporaryDirectory()
    }

    var path: String { directory.path + "/t-0" }

    func open(
        _ shutdown: Shutdown = .clean, epoch: Int32 = 0, durability: Broker.Durability = .process, id: UUID? = nil,
        root: String? = nil
    ) throws -> PartitionLog {
        try PartitionLog(
            topic: "t", partition: 0, topicID: id ?? self.id, root: root ?? directory.path,
            configuration: configuration, leaderEpoch: epoch, shutdown: shutdown, durability: durability,
            openFiles: openFiles, background: work, now: noon)
    }

    /// The files of the partition by name.
    func files(_ path: String? = nil) -> [String: [UInt8]] {
        let path = path ?? self.path
        var found: [String: [UInt8]] = [:]
        for name in SystemDisk().names(in: path) { found[name] = SystemDisk().contents(of: path + "/" + name) }
        return found
    }

    /// Puts files in place of whatever is there.
    func restore(_ files: [String: [UInt8]]) throws {
        SystemDisk().removeTree(path)
        try SystemDisk().create(path)
        for (name, bytes) in files { try SystemDisk().replace(path + "/" + name, with: bytes, sync: false) }
    }
}

extension PartitionLog {
    @discardableResult
    func put(_ bytes: [UInt8], now: Int64 = noon) throws -> Appended {
        try append(bytes, origin: .client, now: now)
    }

    /// The values of the records from `offset` on, by their offsets, read in at most `reads` steps of `maxBytes`.
    func values(
        from offset: Int64? = nil, maxBytes: Int = 1 << 20, reads: Int = .max
    ) throws -> [Int64: [UInt8]] {
        var found: [Int64: [UInt8]] = [:]
        var offset = offset ?? logStartOffset
        var left = reads
        while left > 0, let region = try read(from: offset, maxBytes: maxBytes, minOneBatch: true) {
            left -= 1
            var rest = ArraySlice(try region.bytes())
            while !rest.isEmpty {
                let size = try rest.withUnsafeBytes { all in
                    let batch = try #require(RecordBatch(at: all), "a region holds whole batches")
                    try batch.validate()
                    var scratch: [UInt8] = []
                    try batch.withRecords(scratch: &scratch) { (cursor) throws(RecordsError) in
                        while let record = try cursor.next() {
                            found[batch.offset(of: record)] = record.value.map { [UInt8]($0) } ?? []
                        }
                    }
                    #expect(batch.nextOffset > offset)
                    offset = batch.nextOffset
                    return batch.bytes.count
                }
                rest = rest.dropFirst(size)
            }
        }
        return found
    }

    /// The index entries of all segments.
    func indexEntries() throws -> [[OffsetIndex.Entry]] {
        try segments.map { segment in try (0..<segment.offsetIndex.count).map { try segment.offsetIndex.entry($0) } }
    }
}

extension LogRegion {
    func bytes() throws -> [UInt8] {
        let file = try #require(owner as? SegmentFile)
        return try file.bytes(at: Int(offset), length: length)
    }
}

/// The descriptors of this process that are open on paths containing `part`.
func openDescriptors(containing part: String) -> Int {
    #if os(Linux)
        return SystemDisk().names(in: "/proc/self/fd").count { name in
            var target = [CChar](repeating: 0, count: 4096)
            let length = readlink("/proc/self/fd/" + name, &target, target.count)
            let text = String(decoding: target[..<max(0, length)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return text.contains(part)
        }
    #else
        return 0
    #endif
}

extension SystemDisk {
    /// Removes the files in `path` whose names end so.
    func removeAll(_ path: String, ending suffix: String) {
        for name in names(in: path) where name.hasSuffix(suffix) { unlink(path + "/" + name) }
    }
}
