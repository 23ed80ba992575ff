import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Groups' records in `__consumer_offsets`, a topic like any other, in Kafka's own record formats.
final class OffsetsTopic: GroupLog {
    private unowned let broker: Broker
    /// Behind the last record that was appended for groups, by partition.
    private var ends: [Int32: Int64] = [:]

    init(broker: Broker) { self.broker = broker }

    // MARK: - Writing

    func append(_ records: [GroupRecord], of group: GroupID, at now: Int64) throws(KafkaError) {
        var builder = RecordBatchBuilder()
        for record in records {
            guard let (key, value) = record.encoded(of: group) else { throw .unknownServerError }
            builder.append(timestamp: now, key: key, value: value)
        }
        let topic = try offsetsTopic()
        let index = group.partition(of: topic.partitionCount)
        let log = try log(topic, index)
        do throws(AppendError) {
            ends[index] = try log.append(builder.build(), origin: .coordinator, now: now).lastOffset + 1
        } catch {
            throw error.error
        }
    }

    func whenDurable(_ group: GroupID, _ body: @escaping (_ isDurable: Bool) -> Void) {
        guard let topic = broker.catalog.topic(named: Topic.consumerOffsets) else { return body(false) }
        let index = group.partition(of: topic.partitionCount)
        guard let end = ends[index], let log = try? log(topic, index) else { return body(false) }
        log.whenDurable(before: end, body)
    }

    /// The topic was deleted.
    func forget() { ends = [:] }

    private func offsetsTopic() throws(KafkaError) -> Topic {
        do throws(Broker.TopicRefusal) {
            return try broker.consumerOffsetsTopic()
        } catch {
            throw error.error
        }
    }

    private func log(_ topic: Topic, _ index: Int32) throws(KafkaError) -> PartitionLog {
        do throws(StorageError) {
            return try broker.log(topic, index)
        } catch {
            throw .kafkaStorageError
        }
    }

    // MARK: - Reading

    /// How much of a log is read at a time, in bytes.
    private static let readLength = 1 << 20

    /// Gives every record of a classic group to `body`, partition by partition in the log's order. Throws when a partition cannot be
    /// read: a broker that went on would have forgotten what it acknowledged.
    func replay(_ body: (GroupID, GroupRecord) -> Void) throws(StorageError) {
        guard let topic = broker.catalog.topic(named: Topic.consumerOffsets) else { return }
        var buffer: [UInt8] = []
        var scratch: [UInt8] = []
        for index in 0..<topic.partitionCount where broker.logs.hasFiles(topic: topic.name, partition: index) {
            let log = try broker.log(topic, index)
            var offset = log.logStartOffset
            while let region = try read(log, from: offset) {
                buffer = [UInt8](repeating: 0, count: region.length)
                let length = buffer.withUnsafeMutableBytes {
                    broker.configuration.disk.read(region.descriptor, into: $0, at: Int(region.offset))
                }
                guard length == region.length else {
                    throw StorageError("read", log.name)
                }
                let next = buffer.withUnsafeBytes { Self.replay($0, from: offset, &scratch, body) }
                guard next > offset else { throw StorageError("read a whole batch of", log.name, errno: EIO) }
                offset = next
            }
        }
    }

    private func read(_ log: PartitionLog, from offset: Int64) throws(StorageError) -> LogRegion? {
        do throws(KafkaError) {
            return try log.read(from: offset, maxBytes: Self.readLength, minOneBatch: true)
        } catch {
            throw StorageError("read", log.name, errno: EIO)
        }
    }

    /// Replays whole batches; returns the offset behind them.
    private static func replay(
        _ bytes: UnsafeRawBufferPointer, from start: Int64, _ scratch: inout [UInt8],
        _ body: (GroupID, GroupRecord) -> Void
    ) -> Int64 {
        var rest = bytes
        var offset = start
        while let batch = RecordBatch(at: rest) {
            rest = UnsafeRawBufferPointer(rebasing: rest[batch.bytes.count...])
            offset = batch.nextOffset
            if batch.isControlBatch { continue }
            try? batch.withRecords(scratch: &scratch) { (cursor) throws(RecordsError) in
                while let record = try cursor.next() {
                    guard let key = record.key,
                        let (group, decoded) = GroupRecord.decoded(key: key, value: record.value)
                    else { continue }
                    body(group, decoded)
                }
            }
        }
        return offset
    }
}
