import KafkaWire

/// What a partition remembers of idempotent producers: the last five batches of each, so that a batch sent again is
/// known and one that is missing is noticed (Kafka's `ProducerStateManager`, `ProducerAppendInfo`).
struct ProducerState {
    /// One appended batch.
    struct Batch: Equatable {
        var lastSequence: Int32
        var lastOffset: Int64
        /// Last offset minus first offset.
        var offsetDelta: Int32
        /// The batch's largest timestamp, in milliseconds since 1970.
        var timestamp: Int64

        var firstOffset: Int64 { lastOffset - Int64(offsetDelta) }
        /// Sequences wrap from 2^31-1 to 0.
        var firstSequence: Int32 {
            lastSequence >= offsetDelta ? lastSequence - offsetDelta : Int32.max - (offsetDelta - lastSequence) + 1
        }
    }

    /// One producer.
    struct Producer: Equatable {
        var epoch: Int16
        /// The last batches of this epoch, oldest first; at most `batchesMax`.
        var batches: [Batch] = []
        var coordinatorEpoch: Int32 = -1
        /// When it wrote last, in milliseconds since 1970.
        var lastTimestamp: Int64 = RecordBatch.noTimestamp
        /// Where its open transaction begins, or -1.
        var transactionFirstOffset: Int64 = -1
    }

    /// The batches that are remembered for each producer.
    static let batchesMax = 5

    private(set) var producers: [Int64: Producer] = [:]

    /// What to do with a batch.
    enum Verdict: Equatable {
        case append
        /// It is here already: this one.
        case duplicate(Batch)
    }

    /// Holds a client's batch, which would get `offset`, against what is known of its producer. A producer that is not
    /// known may begin with any sequence: its earlier batches may have been deleted.
    func check(_ batch: RecordBatch, at offset: Int64, topicPartition: String) throws(AppendError) -> Verdict {
        guard batch.hasProducerID, let producer = producers[batch.producerID] else { return .append }
        let id = batch.producerID
        let epoch = batch.producerEpoch
        let first = batch.baseSequence
        if epoch == producer.epoch {
            let last = batch.lastSequence
            if let known = producer.batches.first(where: { $0.firstSequence == first && $0.lastSequence == last }) {
                return .duplicate(known)
            }
            let current = producer.batches.last?.lastSequence ?? RecordBatch.noSequence
            guard first == current &+ 1 && current != Int32.max || first == 0 && current == Int32.max else {
                throw AppendError(
                    .outOfOrderSequenceNumber,
                    "Out of order sequence number for producer \(id) at offset \(offset) in partition \(topicPartition): "
                        + "\(first) (incoming seq. number), \(current) (current end sequence number)")
            }
            return .append
        }
        guard epoch > producer.epoch else {
            throw AppendError(
                .invalidProducerEpoch,
                "Epoch of producer \(id) at offset \(offset) in \(topicPartition) is \(epoch), which is smaller than the last "
                    + "seen epoch \(producer.epoch)")
        }
        guard first == 0 || producer.epoch == RecordBatch.noProducerEpoch else {
            throw AppendError(
                .outOfOrderSequenceNumber,
                "Invalid sequence number for new epoch of producer \(id) at offset \(offset) in partition \(topicPartition): "
                    + "\(epoch) (request epoch), \(first) (seq. number), \(producer.epoch) (current producer epoch)")
        }
        return .append
    }

    /// Takes in a batch that is in the log.
    mutating func update(_ batch: RecordBatch) {
        guard batch.hasProducerID, !batch.isControlBatch else { return }
        add(
            Batch(
                lastSequence: batch.lastSequence, lastOffset: batch.lastOffset, offsetDelta: batch.lastOffsetDelta,
                timestamp: batch.maxTimestamp),
            producerID: batch.producerID, epoch: batch.producerEpoch)
    }

    private mutating func add(_ batch: Batch, producerID: Int64, epoch: Int16) {
        var producer = producers.removeValue(forKey: producerID) ?? Producer(epoch: epoch)
        if producer.epoch != epoch {
            producer.epoch = epoch
            producer.batches.removeAll(keepingCapacity: true)
        }
        if producer.batches.count == Self.batchesMax { producer.batches.removeFirst() }
        producer.batches.append(batch)
        producer.lastTimestamp = batch.timestamp
        producers[producerID] = producer
    }

    /// Forgets producers that have written nothing for `expirationMillis`.
    mutating func expire(now: Int64, expirationMillis: Int64) {
        producers = producers.filter { entry in
            entry.value.transactionFirstOffset >= 0 || now &- entry.value.lastTimestamp < expirationMillis
        }
    }

    /// Gives producers from a snapshot, which holds only the last batch of each, the older batches that `tail` (the end
    /// of the log, seen anew) has of them: a client that never got its answers may repeat any of five after a restart.
    mutating func fillWindows(from tail: ProducerState) {
        for (id, found) in tail.producers {
            guard var producer = producers[id], producer.epoch == found.epoch, let last = producer.batches.last,
                found.batches.last == last
            else { continue }
            producer.batches = found.batches
            producers[id] = producer
        }
    }

    /// Whether nothing is known.
    var isEmpty: Bool { producers.isEmpty }

    /// Puts back a producer as a snapshot has it.
    mutating func restore(_ producer: Producer, id: Int64) { producers[id] = producer }
}
