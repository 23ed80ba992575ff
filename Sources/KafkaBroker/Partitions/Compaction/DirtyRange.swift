/// Which part of a log compaction would work on, and whether it is worth it (Kafka's `LogCleanerManager`, `LogToClean`).
struct DirtyRange: Equatable {
    /// What the decision takes from a segment.
    struct Candidate: Equatable {
        var baseOffset: Int64
        var sizeInBytes: Int
        /// The largest timestamp of its records, in milliseconds since 1970.
        var largestTimestamp: Int64 = 0
        /// The largest timestamp of its first batch; 0 or less when there is none.
        var firstTimestamp: Int64 = 0
    }

    /// Where the part begins that was not compacted yet.
    var firstDirtyOffset: Int64
    /// Where the part begins that must not be compacted yet.
    var firstUncleanableOffset: Int64
    /// The bytes before the dirty part.
    var cleanBytes: Int64 = 0
    /// The bytes between the two offsets.
    var cleanableBytes: Int64 = 0
    /// Whether a record has waited for `max.compaction.lag.ms`.
    var isOverdue = false

    /// How much of what may be compacted is dirty, 0 to 1.
    var ratio: Double {
        let total = cleanBytes + cleanableBytes
        return total == 0 ? 0 : Double(cleanableBytes) / Double(total)
    }

    /// Whether a compaction is worth its while.
    func isWorthCleaning(_ configuration: LogConfiguration) -> Bool {
        isOverdue && cleanableBytes > 0 || ratio > configuration.cleanableDirtyRatioMin
    }

    /// Looks at a log. `checkpoint` is where the last compaction ended; `segments` ascend by base offset and are not
    /// empty.
    init(
        _ segments: [Candidate], checkpoint: Int64?, logStartOffset: Int64, lastStableOffset: Int64,
        logEndOffset: Int64, _ configuration: LogConfiguration, now: Int64
    ) {
        let active = segments[segments.count - 1].baseOffset
        let checkpoint = checkpoint ?? logStartOffset
        let isValid = checkpoint >= logStartOffset && checkpoint <= logEndOffset
        let firstDirty = isValid ? checkpoint : logStartOffset
        firstDirtyOffset = firstDirty
        let firstDirtySegment = Self.floor(segments, firstDirty)
        let dirty = min(firstDirtySegment, segments.count - 1)..<(segments.count - 1)
        var uncleanable = min(lastStableOffset, active)
        if configuration.compactionLagMillisMin > 0 {
            let horizon = now &- configuration.compactionLagMillisMin
            if let young = segments[dirty].first(where: { $0.largestTimestamp > horizon }) {
                uncleanable = min(uncleanable, young.baseOffset)
            }
        }
        uncleanable = max(firstDirty, uncleanable)
        // Only whole segments are compacted.
        let first = uncleanable >= active ? segments.count - 1 : Self.floor(segments, uncleanable)
        firstUncleanableOffset = segments[first].baseOffset
        let from = min(firstDirty, firstUncleanableOffset)
        for (index, segment) in segments[..<first].enumerated() {
            if segment.baseOffset < firstDirty { cleanBytes += Int64(segment.sizeInBytes) }
            if from < firstUncleanableOffset, index >= Self.floor(segments, from) {
                cleanableBytes += Int64(segment.sizeInBytes)
            }
        }
        let (latest, overflow) = now.subtractingReportingOverflow(max(0, configuration.compactionLagMillisMax))
        if !overflow {
            isOverdue = segments[dirty].contains { $0.firstTimestamp > 0 && $0.firstTimestamp < latest }
        }
    }

    /// The segment that holds `offset`: the last one that begins there or before, else the first.
    private static func floor(_ segments: [Candidate], _ offset: Int64) -> Int {
        segments.lastIndex { $0.baseOffset <= offset } ?? 0
    }

    /// Segments, by their numbers, that are compacted into one each: as many neighbours as together stay within
    /// `segment.bytes`, an offset range of 31 bits, and a number that can be renamed quickly.
    static func groups(
        _ segments: [(baseOffset: Int64, sizeInBytes: Int)], endOffset: Int64, segmentBytes: Int, countMax: Int = 32
    ) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var start = 0
        var size = 0
        for (index, segment) in segments.enumerated() {
            let next = index + 1 < segments.count ? segments[index + 1].baseOffset : endOffset
            let fits =
                size + segment.sizeInBytes <= segmentBytes && index - start < countMax
                && next - 1 - segments[start].baseOffset <= Int64(Int32.max)
            if index > start, !fits {
                groups.append(start..<index)
                start = index
                size = 0
            }
            size += segment.sizeInBytes
        }
        if start < segments.count { groups.append(start..<segments.count) }
        return groups
    }
}
