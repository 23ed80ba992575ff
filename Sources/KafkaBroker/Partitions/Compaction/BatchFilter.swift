import KafkaWire

/// What stays of a batch when its log is compacted (Kafka's `Cleaner.cleanInto`, `MemoryRecords.filterTo`).
struct BatchFilter {
    /// The last offsets of the keys of the dirty part.
    let keys: KeyOffsets
    /// Behind the last offset of this round.
    let endOffset: Int64
    /// The offset of the last record of each producer that is remembered, by its id.
    let lastOffsets: [Int64: Int64]
    /// `delete.retention.ms`
    let deleteRetentionMillis: Int64
    /// Milliseconds since 1970.
    let now: Int64

    /// What becomes of a batch.
    enum Outcome: Equatable {
        case keep
        case drop
        case replace([UInt8])
    }

    /// Decides about one whole batch. `scratch` takes decompressed records.
    ///
    /// The last record of a key stays, a tombstone for `delete.retention.ms` from the first compaction that meets it:
    /// its batch then has that time as its base timestamp. A batch that loses records keeps its offsets and sequence
    /// numbers. One that loses all stays empty when its producer would not be known without it, or when the log's
    /// offsets would.
    func outcome(_ batch: RecordBatch, scratch: inout [UInt8]) throws(RecordsError) -> Outcome {
        // The ends of transactions tell what the records before them mean.
        if batch.isControlBatch { return .keep }
        let staysEmpty =
            batch.hasProducerID && lastOffsets[batch.producerID] == batch.lastOffset || batch.nextOffset == endOffset
        if batch.count == 0 { return staysEmpty ? .keep : .drop }
        return try batch.withRecords(scratch: &scratch) { (cursor) throws(RecordsError) -> Outcome in
            var again = cursor
            var kept: Int32 = 0
            var hasTombstone = false
            while let record = try cursor.next() {
                guard stays(record, of: batch) else { continue }
                kept += 1
                if record.value == nil { hasTombstone = true }
            }
            guard kept > 0 else { return staysEmpty ? .replace(Self.empty(batch)) : .drop }
            let beginsHorizon = hasTombstone && !batch.hasDeleteHorizon
            if kept == batch.count, !beginsHorizon { return .keep }
            var builder = Self.builder(like: batch)
            if beginsHorizon {
                let (sum, overflow) = now.addingReportingOverflow(deleteRetentionMillis)
                builder.deleteHorizonMillis = overflow ? .max : sum
            }
            while let record = try again.next() {
                guard stays(record, of: batch) else { continue }
                builder.append(
                    timestamp: batch.timestamp(of: record), key: record.key, value: record.value,
                    headers: record.headers, offsetDelta: record.offsetDelta)
            }
            return .replace(
                builder.build(
                    logAppendTimeMillis: batch.timestampType == .logAppendTime ? batch.maxTimestamp : nil))
        }
    }

    private func stays(_ record: Record, of batch: RecordBatch) -> Bool {
        let offset = batch.offset(of: record)
        if offset > keys.latestOffset { return true }
        guard let key = record.key, offset >= keys.offset(of: key) else { return false }
        return record.value != nil || !batch.hasDeleteHorizon || now < batch.baseTimestamp
    }

    /// What makes a batch with the same offsets, epochs and sequence numbers.
    private static func builder(like batch: RecordBatch) -> RecordBatchBuilder {
        var builder = RecordBatchBuilder()
        builder.baseOffset = batch.baseOffset
        builder.lastOffsetDelta = batch.lastOffsetDelta
        builder.partitionLeaderEpoch = batch.partitionLeaderEpoch
        builder.compression = Compression(rawValue: batch.compressionID) ?? .none
        builder.timestampType = batch.timestampType
        builder.producerID = batch.producerID
        builder.producerEpoch = batch.producerEpoch
        builder.baseSequence = batch.baseSequence
        builder.isTransactional = batch.isTransactional
        if batch.hasDeleteHorizon { builder.deleteHorizonMillis = batch.baseTimestamp }
        return builder
    }

    private static func empty(_ batch: RecordBatch) -> [UInt8] {
        var builder = builder(like: batch)
        builder.compression = .none
        builder.deleteHorizonMillis = nil
        return builder.build(logAppendTimeMillis: batch.maxTimestamp)
    }
}
