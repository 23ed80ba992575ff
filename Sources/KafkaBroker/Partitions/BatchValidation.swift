import KafkaWire

/// What Kafka checks in a batch before it is stored (`UnifiedLog.analyzeAndValidateRecords`, `LogValidator`), and what
/// it changes in it.
struct BatchValidation {
    let topicPartition: String
    let configuration: LogConfiguration
    /// Milliseconds since 1970.
    let now: Int64

    /// What the walk over the records found.
    struct Outcome {
        /// The largest timestamp for the header.
        var maxTimestamp: Int64
        /// The batch built anew, when the stored codec differs or the offsets inside were not consecutive.
        var rebuilt: [UInt8]?
    }

    /// Checks a client's batch. `scratch` takes decompressed records.
    func validate(_ batch: RecordBatch, scratch: inout [UInt8]) throws(AppendError) -> Outcome {
        guard batch.baseOffset == 0 else {
            throw AppendError(
                .invalidRecord,
                "The baseOffset of the record batch in the append to \(topicPartition) should be 0, but it is \(batch.baseOffset)"
            )
        }
        try checkSize(batch.bytes.count)
        do throws(RecordsError) {
            try batch.validate()
        } catch {
            throw AppendError(error.at(topicPartition))
        }
        try checkHeader(batch)
        guard let source = Compression(rawValue: batch.compressionID) else {
            throw AppendError(.unknownServerError, "Unknown compression type id: \(batch.compressionID)")
        }
        let walk: Walk
        do throws(RecordsError) {
            walk = try batch.withRecords(scratch: &scratch) { (cursor) throws(RecordsError) in
                try self.walk(batch, &cursor)
            }
        } catch {
            throw AppendError(error)
        }
        try refuse(walk.errors)
        let target = configuration.compression ?? source
        var outcome = Outcome(
            maxTimestamp: configuration.timestampType == .logAppendTime ? now : walk.maxTimestamp, rebuilt: nil)
        if target != source || !walk.isConsecutive {
            let rebuilt = try rebuild(batch, compression: target, scratch: &scratch)
            try checkSize(rebuilt.count)
            outcome.rebuilt = rebuilt
        }
        return outcome
    }

    func checkSize(_ size: Int) throws(AppendError) {
        guard size <= configuration.maxMessageBytes else {
            throw AppendError(
                .messageTooLarge,
                "The record batch size in the append to \(topicPartition) is \(size) bytes which exceeds the maximum configured "
                    + "value of \(configuration.maxMessageBytes).")
        }
    }

    /// What the header says of itself.
    private func checkHeader(_ batch: RecordBatch) throws(AppendError) {
        let countFromOffsets = Int64(batch.lastOffsetDelta) + 1
        let range = "[\(batch.baseOffset), \(batch.lastOffset)]"
        guard countFromOffsets > 0 else {
            throw AppendError(
                .invalidRecord, "Batch has an invalid offset range: \(range) in topic partition \(topicPartition)")
        }
        guard batch.count > 0 else {
            throw AppendError(
                .invalidRecord,
                "Invalid reported count for record batch: \(batch.count) in topic partition \(topicPartition)")
        }
        guard countFromOffsets == Int64(batch.count) else {
            throw AppendError(
                .invalidRecord,
                "Inconsistent batch offset range \(range) and count of records \(batch.count) in topic partition "
                    + topicPartition)
        }
        guard !batch.isControlBatch else {
            throw AppendError(
                .invalidRecord, "Clients are not allowed to write control records in topic partition \(topicPartition)")
        }
        guard !batch.hasProducerID || batch.baseSequence >= 0 else {
            throw AppendError(
                .invalidRecord,
                "Invalid sequence number \(batch.baseSequence) in record batch with producerId \(batch.producerID) in topic "
                    + "partition \(topicPartition)")
        }
    }

    private struct Walk {
        var maxTimestamp = RecordBatch.noTimestamp
        var isConsecutive = true
        var errors: [(error: KafkaError, record: AppendError.RecordError)] = []
    }

    private func walk(_ batch: RecordBatch, _ cursor: inout RecordCursor) throws(RecordsError) -> Walk {
        var walk = Walk()
        var index: Int32 = 0
        let hasBrokerTime = batch.timestampType == .logAppendTime
        while let record = try cursor.next() {
            let timestamp = batch.timestamp(of: record)
            if configuration.isCompacted, record.key == nil {
                walk.errors.append(
                    (
                        .invalidRecord,
                        .init(
                            batchIndex: index,
                            message:
                                "Compacted topic cannot accept message without key in topic partition \(topicPartition)."
                        )
                    ))
            } else if let message = timestampError(
                timestamp, at: Int64(record.offsetDelta), hasBrokerTime: hasBrokerTime)
            {
                walk.errors.append((.invalidTimestamp, .init(batchIndex: index, message: message)))
            }
            if timestamp > walk.maxTimestamp { walk.maxTimestamp = timestamp }
            if record.offsetDelta != index { walk.isConsecutive = false }
            index += 1
        }
        return walk
    }

    /// What is wrong with a record's timestamp under the topic's timestamp type and bounds; nil when nothing is.
    private func timestampError(_ timestamp: Int64, at offset: Int64, hasBrokerTime: Bool) -> String? {
        if configuration.timestampType == .createTime, timestamp != RecordBatch.noTimestamp {
            let (age, overflow) = now.subtractingReportingOverflow(timestamp)
            let isOutside =
                overflow || age > configuration.timestampBeforeMaxMillis
                || 0 &- age > configuration.timestampAfterMaxMillis
            if isOutside {
                return
                    "Timestamp \(timestamp) of message with offset \(offset) is out of range. The timestamp should be within "
                    + "[\(now &- configuration.timestampBeforeMaxMillis), \(now &+ configuration.timestampAfterMaxMillis)]"
            }
        }
        if hasBrokerTime {
            return "Invalid timestamp type in message with offset \(offset). Producer should not set timestamp type to "
                + "LogAppendTime."
        }
        return nil
    }

    private func refuse(_ errors: [(error: KafkaError, record: AppendError.RecordError)]) throws(AppendError) {
        guard !errors.isEmpty else { return }
        let records = errors.map(\.record)
        if errors.contains(where: { $0.error == .invalidTimestamp }) {
            throw AppendError(
                .invalidTimestamp, "One or more records have been rejected due to invalid timestamp",
                recordErrors: records)
        }
        let shown = records.prefix(3).map { "RecordError(batchIndex=\($0.batchIndex), message='\($0.message)')" }
        throw AppendError(
            .invalidRecord,
            "One or more records have been rejected due to \(records.count) record errors in total, and only showing the first "
                + "three errors at most: [\(shown.joined(separator: ", "))]",
            recordErrors: records)
    }

    /// The same records with consecutive offsets in the given codec.
    private func rebuild(
        _ batch: RecordBatch, compression: Compression, scratch: inout [UInt8]
    ) throws(AppendError) -> [UInt8] {
        var builder = RecordBatchBuilder()
        builder.compression = compression
        builder.compressionLevel = configuration.compressionLevel
        builder.producerID = batch.producerID
        builder.producerEpoch = batch.producerEpoch
        builder.baseSequence = batch.baseSequence
        builder.isTransactional = batch.isTransactional
        do throws(RecordsError) {
            builder = try batch.withRecords(scratch: &scratch) { (cursor) throws(RecordsError) in
                var filled = builder
                while let record = try cursor.next() {
                    filled.append(
                        timestamp: batch.timestamp(of: record), key: record.key, value: record.value,
                        headers: record.headers)
                }
                return filled
            }
        } catch {
            throw AppendError(error)
        }
        return builder.build()
    }
}

extension RecordsError {
    /// The same with the partition named, as Kafka's log does for broken batches.
    func at(_ topicPartition: String) -> RecordsError {
        if case .corrupt(let text) = self { return .corrupt("\(text) in topic partition \(topicPartition).") }
        return self
    }
}
