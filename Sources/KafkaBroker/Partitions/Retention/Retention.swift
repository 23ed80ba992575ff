/// Which segments of a log have to go (Kafka's `UnifiedLog.deleteOldSegments`).
enum Retention {
    /// What the decision takes from a segment.
    struct Candidate: Equatable {
        var baseOffset: Int64
        var sizeInBytes: Int
        /// The largest timestamp of its records, or the time of its last change when they have none; milliseconds since
        /// 1970.
        var largestTimestamp: Int64
    }

    /// How many of the oldest segments go: those before the log's start; then, when the policy deletes, those by which
    /// the log is larger than `retention.bytes`, and those older than `retention.ms`.
    ///
    /// `segments` ascend by base offset. Segments with records from the high watermark on stay, and so does an empty
    /// last one.
    static func deletableCount(
        of segments: [Candidate], logStartOffset: Int64, highWatermark: Int64, logEndOffset: Int64,
        _ configuration: LogConfiguration, now: Int64
    ) -> Int {
        var count = 0
        func extend(_ isDeletable: (Candidate, _ nextBaseOffset: Int64?) -> Bool) {
            while count < segments.count {
                let next = count + 1 < segments.count ? segments[count + 1].baseOffset : nil
                let isEmptyLast = next == nil && segments[count].sizeInBytes == 0
                guard !isEmptyLast, highWatermark >= next ?? logEndOffset, isDeletable(segments[count], next) else {
                    return
                }
                count += 1
            }
        }
        extend { _, next in next.map { $0 <= logStartOffset } ?? false }
        guard configuration.isDeleted else { return count }
        if configuration.retentionBytes >= 0 {
            let size = segments[count...].reduce(Int64(0)) { $0 + Int64($1.sizeInBytes) }
            var excess = size - configuration.retentionBytes
            if excess >= 0 {
                extend { segment, _ in
                    guard excess >= Int64(segment.sizeInBytes) else { return false }
                    excess -= Int64(segment.sizeInBytes)
                    return true
                }
            }
        }
        if configuration.retentionMillis >= 0 {
            extend { segment, _ in
                let (age, overflow) = now.subtractingReportingOverflow(segment.largestTimestamp)
                return !overflow && age > configuration.retentionMillis
            }
        }
        return count
    }
}
