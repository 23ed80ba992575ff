/// What a scan reads of each of the partitions in which AWS keeps a table: it charges them one by one, each half a unit or
/// more. So a scan of an almost empty table on demand, which has four, costs 2 units, and 4 when consistent.
struct ScannedPartitions {
    private var bytes: [Int]
    /// Those that the scan comes to when it goes to the end: all, or the segment's.
    private let covered: Range<Int>

    /// What one partition serves a second, in units. Source: the developer guide, "Partitions and data distribution".
    private static let readUnits = 3000
    private static let writeUnits = 1000
    /// What a new table on demand can serve.
    private static let onDemand = Throughput(readUnits: 12_000, writeUnits: 4_000)

    /// The partitions that a table begins with. `segment` is that of a parallel scan, in places from 0 to 2^32 - 1.
    init(of schema: TableSchema, segment: Range<Int64>?) {
        let throughput = schema.isOnDemand ? ScannedPartitions.onDemand : schema.throughput
        let forReads = throughput.readUnits / ScannedPartitions.readUnits
        let forWrites = throughput.writeUnits / ScannedPartitions.writeUnits
        let count = min(max(forReads, forWrites, 1), 1024)
        bytes = Array(repeating: 0, count: count)
        let segment = segment ?? 0..<(1 << 32)
        let first = (Int(segment.lowerBound) * count) >> 32
        covered = first..<((Int(segment.upperBound) * count + (1 << 32) - 1) >> 32)
    }

    /// Counts an item with the key of these bytes.
    mutating func add(_ size: Int, key: UnsafeRawBufferPointer) {
        let place = KeyBytes.hash(KeyBytes.firstAttribute(of: key))
        bytes[(Int(place) * bytes.count) >> 32] += size
    }

    /// What a page costs; of one that does not go to the end, only the partitions in which it found something.
    func units(isWhole: Bool, isConsistent: Bool) -> Double {
        var units = 0.0
        for (index, bytes) in bytes.enumerated() where bytes > 0 || isWhole && covered.contains(index) {
            units += CapacityUnits.read(bytes, isConsistent: isConsistent)
        }
        return units
    }
}

extension KeyBytes {
    /// The bytes of the first attribute of a key, with its end.
    static func firstAttribute(of key: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var index = 0
        while index + 1 < key.count {
            if key[index] == 0 {
                if key[index + 1] == 0 { return UnsafeRawBufferPointer(rebasing: key[..<(index + 2)]) }
                index += 1
            }
            index += 1
        }
        return key
    }
}
