import KafkaWire

/// A record as it is shown.
struct IncomingRecord: Equatable, Sendable {
    var partition: TopicPartition
    var offset: Int64
    /// Milliseconds since 1970, and whose clock they are of.
    var timestamp: Int64
    var timestampType: TimestampType
    var leaderEpoch: Int32
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [OutgoingRecord.Header] = []
}

/// The records of one partition in an answer to Fetch.
struct FetchedRecords: Equatable, Sendable {
    private(set) var records: [IncomingRecord] = []
    /// The offset to go on from.
    private(set) var nextOffset: Int64

    /// Reads whole batches from `offset` on; what is cut off at the end comes again. Of aborted transactions nothing is kept where
    /// `aborted` tells of them: each with its producer and first offset.
    ///
    /// Throws `RecordsError` for a batch that is broken.
    init(
        _ bytes: [UInt8], of partition: TopicPartition, from offset: Int64,
        aborted: [(producerID: Int64, firstOffset: Int64)] = [], checksSums: Bool = true
    ) throws(RecordsError) {
        nextOffset = offset
        var pending = aborted.sorted { $0.firstOffset < $1.firstOffset }[...]
        var abortedProducers: Set<Int64> = []
        var scratch: [UInt8] = []
        var fault: RecordsError?
        bytes.withUnsafeBytes { all in
            var rest = all[...]
            do throws(RecordsError) {
                while let batch = RecordBatch(at: UnsafeRawBufferPointer(rebasing: rest)) {
                    rest = rest.dropFirst(batch.sizeInBytes)
                    guard batch.lastOffset >= offset else { continue }
                    if checksSums { try batch.validate() }
                    while let next = pending.first, next.firstOffset <= batch.baseOffset {
                        abortedProducers.insert(next.producerID)
                        pending.removeFirst()
                    }
                    if batch.isControlBatch {
                        // The end of a transaction; what its producer writes next belongs to another.
                        abortedProducers.remove(batch.producerID)
                    } else if !(batch.isTransactional && abortedProducers.contains(batch.producerID)) {
                        try read(batch, of: partition, from: offset, &scratch)
                    }
                    nextOffset = max(nextOffset, batch.nextOffset)
                }
            } catch { fault = error }
        }
        if let fault { throw fault }
    }

    private mutating func read(
        _ batch: RecordBatch, of partition: TopicPartition, from offset: Int64, _ scratch: inout [UInt8]
    ) throws(RecordsError) {
        let found = try batch.withRecords(scratch: &scratch) { (cursor) throws(RecordsError) -> [IncomingRecord] in
            var found: [IncomingRecord] = []
            while let record = try cursor.next() {
                guard batch.offset(of: record) >= offset else { continue }
                found.append(
                    IncomingRecord(
                        partition: partition, offset: batch.offset(of: record), timestamp: batch.timestamp(of: record),
                        timestampType: batch.timestampType, leaderEpoch: batch.partitionLeaderEpoch,
                        key: record.key.map { [UInt8]($0) }, value: record.value.map { [UInt8]($0) },
                        headers: record.headers.map {
                            OutgoingRecord.Header(name: [UInt8]($0.name), value: $0.value.map { [UInt8]($0) })
                        }))
            }
            return found
        }
        records += found
    }
}
