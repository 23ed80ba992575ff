/// A record as it is known.
struct KnownRecord: Equatable {
    let key: String
    let value: String
    let timestamp: Int64
}

/// What must be in a partition: what was acknowledged to a producer or shown to a consumer.
struct LogModel {
    /// By offset.
    private(set) var known: [Int64: KnownRecord] = [:]
    /// Where a value is: each is produced once, however often it is sent.
    private var offsets: [String: Int64] = [:]
    /// Everything that was ever sent.
    var sent: Set<String> = []
    /// What was sent and refused, and is not sent again.
    var refused: Set<String> = []
    /// Before this, records were deleted on demand and that was acknowledged; and may have been.
    var deletedBefore: Int64 = 0
    var deletedBeforeMax: Int64 = 0

    /// The offset behind the last known record.
    var end: Int64 { (known.keys.max() ?? -1) + 1 }

    /// Takes a record that was acknowledged or shown; what is wrong with it, if anything.
    mutating func take(_ record: KnownRecord, at offset: Int64) -> String? {
        if let other = known[offset], other != record {
            return "offset \(offset) is \(record.value), and was \(other.value)"
        }
        if let other = offsets[record.value], other != offset {
            return "\(record.value) is at \(other) and at \(offset)"
        }
        guard sent.contains(record.value) else { return "\(record.value) at \(offset) was never sent" }
        guard !refused.contains(record.value) else { return "\(record.value) at \(offset) was refused" }
        known[offset] = record
        offsets[record.value] = offset
        return nil
    }

    /// The whole log was read: what is missing, unless `isGone` says why.
    mutating func takeWhole(
        _ found: [Int64: KnownRecord], isGone: (Int64, KnownRecord) -> Bool
    ) -> String? {
        for (offset, record) in found.sorted(by: { $0.key < $1.key }) {
            if let fault = take(record, at: offset) { return fault }
        }
        for (offset, record) in known.sorted(by: { $0.key < $1.key }) where found[offset] == nil {
            guard isGone(offset, record) else { return "\(record.value) at \(offset) is lost" }
        }
        known = found
        return nil
    }
}

/// A partition.
struct PartitionName: Hashable, Comparable, CustomStringConvertible {
    let topic: SimulatedTopic
    let index: Int32

    var description: String { "\(topic.rawValue)-\(index)" }

    static func < (left: PartitionName, right: PartitionName) -> Bool { left.description < right.description }

    static let all = SimulatedTopic.allCases.flatMap { topic in
        (0..<topic.partitionCount).map { PartitionName(topic: topic, index: $0) }
    }
}

/// The topics that there are.
enum SimulatedTopic: String, CaseIterable {
    /// Old records go.
    case aging
    /// Records go on demand.
    case kept
    /// Of each key the last record stays.
    case compacted

    var partitionCount: Int32 { self == .aging ? 2 : 1 }

    /// `retention.ms` of the topic whose records age.
    static let retentionMillis: Int64 = 60_000

    var configs: [(name: String, value: String)] {
        let common = [("segment.ms", "4000"), ("index.interval.bytes", "0"), ("file.delete.delay.ms", "1500")]
        switch self {
        case .aging: return common + [("retention.ms", "\(Self.retentionMillis)")]
        case .kept: return common + [("retention.ms", "-1")]
        case .compacted:
            return common + [
                ("cleanup.policy", "compact"), ("min.cleanable.dirty.ratio", "0.01"), ("delete.retention.ms", "600000"),
            ]
        }
    }
}
