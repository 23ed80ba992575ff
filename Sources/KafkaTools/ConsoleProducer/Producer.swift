import KafkaWire

/// Sends records to one topic: gathers them into a batch for each partition, sends full batches at once and others when they have waited.
///
/// One request is on its way to a broker at a time, so records of a partition keep their order over retries.
final class Producer {
    /// A batch that is being filled, or waits to be sent.
    private struct Batch {
        var builder = RecordBatchBuilder()
        var records: [OutgoingRecord] = []
        var sendBy: Deadline
    }

    private let settings: ProducerSettings
    private let cluster: Cluster
    private var leaders: [Int32: Int32] = [:]
    private var partitionCount = 0
    private var sticky: StickyPartitioner
    private var random = SystemRandomNumberGenerator()
    private var open: [Int32: Batch] = [:]
    /// Full batches in their order, by partition.
    private var ready: [Int32: [Batch]] = [:]
    private var sequences: [Int32: Int32] = [:]
    private var producerID = RecordBatch.noProducerID
    private var producerEpoch = RecordBatch.noProducerEpoch
    /// Told of each record that could not be sent.
    private let onFailure: (OutgoingRecord, Exception) -> Void

    init(
        _ settings: ProducerSettings, _ cluster: Cluster, onFailure: @escaping (OutgoingRecord, Exception) -> Void
    ) {
        self.settings = settings
        self.cluster = cluster
        self.onFailure = onFailure
        sticky = StickyPartitioner(batchBytes: settings.batchBytes)
    }

    /// When the first batch has waited long enough; never when none waits.
    var nextDeadline: Deadline { open.values.map(\.sendBy).min() ?? .never }

    /// Takes a record, and sends what has become full. One that cannot be sent at all is told at once.
    ///
    /// Throws `ToolError.interrupted` only.
    func send(_ record: OutgoingRecord) throws(ToolError) {
        do throws(ToolError) {
            if partitionCount == 0 { try findTopic() }
        } catch {
            guard case .exception(let exception) = error else { throw error }
            return onFailure(record, exception)
        }
        let bytes = Self.sizeBound(record)
        guard bytes <= settings.requestBytesMax else {
            return onFailure(
                record,
                Exception(
                    .messageTooLarge,
                    "The message is \(bytes) bytes when serialized which is larger than \(settings.requestBytesMax), "
                        + "which is the value of the max.request.size configuration."))
        }
        append(record, bytes: bytes, to: partition(of: record, bytes: bytes))
        try sendReady()
    }

    /// Sends all that waits. Throws `ToolError.interrupted` only.
    func flush() throws(ToolError) {
        for (partition, batch) in open { ready[partition, default: []].append(batch) }
        open = [:]
        try sendReady()
    }

    // MARK: - Batches

    /// What a record takes at most: its bytes, and Kafka's bound for what stands around them.
    private static func sizeBound(_ record: OutgoingRecord) -> Int {
        let headers = record.headers.reduce(0) { $0 + $1.name.count + ($1.value?.count ?? 0) + 10 }
        return 21 + (record.key?.count ?? 0) + (record.value?.count ?? 0) + headers + RecordBatch.headerLength
    }

    private func partition(of record: OutgoingRecord, bytes: Int) -> Int32 {
        if let key = record.key { return Murmur2.partition(of: key, among: partitionCount) }
        let available = leaders.keys.sorted()
        return sticky.partition(
            among: available.isEmpty ? Array(0..<Int32(partitionCount)) : available, bytes: bytes, using: &random)
    }

    private func append(_ record: OutgoingRecord, bytes: Int, to partition: Int32) {
        if let batch = open[partition], batch.builder.recordsLength + bytes > settings.batchBytes {
            ready[partition, default: []].append(batch)
            open[partition] = nil
        }
        var batch = open[partition] ?? Batch(sendBy: .after(millis: settings.lingerMillis))
        batch.builder.compression = settings.compression
        batch.builder.append(
            timestamp: LocalTime.epochMillis(), key: record.key, value: record.value,
            headers: record.headers.map { ($0.name, $0.value) })
        batch.records.append(record)
        if batch.builder.recordsLength >= settings.batchBytes || batch.sendBy.hasPassed {
            ready[partition, default: []].append(batch)
            open[partition] = nil
        } else {
            open[partition] = batch
        }
    }

    // MARK: - Sending

    /// Sends full batches, one of a partition at a time.
    private func sendReady() throws(ToolError) {
        while !ready.isEmpty {
            var round: [Int32: Batch] = [:]
            for (partition, batches) in ready {
                round[partition] = batches[0]
                ready[partition] = batches.count > 1 ? Array(batches.dropFirst()) : nil
            }
            try send(round)
        }
    }

    /// Sends one batch for each of some partitions, again where an error may pass.
    private func send(_ batches: [Int32: Batch]) throws(ToolError) {
        var waiting = batches
        var last: [Int32: Exception] = [:]
        for attempt in 0...max(0, settings.retries) {
            if attempt > 0 {
                try cluster.pause(millis: settings.retryMillis, by: .never)
                try? findTopicAgain()
            }
            do throws(ToolError) { try prepareIdempotence() } catch {
                guard case .exception(let exception) = error else { throw error }
                for partition in waiting.keys { last[partition] = exception }
                continue
            }
            var byLeader: [Int32: [Int32]] = [:]
            for partition in waiting.keys.sorted() { byLeader[leaders[partition] ?? -1, default: []].append(partition) }
            for (leader, partitions) in byLeader.sorted(by: { $0.key < $1.key }) {
                for (partition, error) in try produce(waiting.filter { partitions.contains($0.key) }, to: leader) {
                    guard let error else {
                        waiting[partition] = nil
                        continue
                    }
                    last[partition] = error
                    if !Self.mayPass(error) { fail(partition, waiting.removeValue(forKey: partition), error) }
                }
            }
            if waiting.isEmpty { return }
        }
        for (partition, batch) in waiting {
            fail(partition, batch, last[partition] ?? Exception(.networkException))
        }
    }

    private func fail(_ partition: Int32, _ batch: Batch?, _ error: Exception) {
        // The broker did not take the numbers of the lost batch: what follows begins a new epoch.
        producerID = RecordBatch.noProducerID
        sequences = [:]
        for record in batch?.records ?? [] { onFailure(record, error) }
    }

    /// Whether an error is one after which Kafka's producer tries again.
    private static func mayPass(_ exception: Exception) -> Bool {
        if exception.type == Exception.Kind.timeout.rawValue { return true }
        let passing: Set<KafkaError> = [
            .unknownTopicOrPartition, .leaderNotAvailable, .notLeaderOrFollower, .requestTimedOut, .networkException,
            .notEnoughReplicas, .notEnoughReplicasAfterAppend, .kafkaStorageError, .corruptMessage,
            .coordinatorLoadInProgress, .fencedLeaderEpoch, .unknownLeaderEpoch, .throttlingQuotaExceeded,
        ]
        return exception.error.map(passing.contains) ?? false
    }

    /// Sends one request; the error of each partition, nil where all went well.
    private func produce(_ batches: [Int32: Batch], to leader: Int32) throws(ToolError) -> [Int32: Exception?] {
        func all(_ exception: Exception?) -> [Int32: Exception?] { batches.mapValues { _ in exception } }
        guard leader >= 0 else { return all(Exception(.leaderNotAvailable)) }
        let request = request(batches)
        let deadline = Deadline.after(millis: settings.requestTimeoutMillis)
        do throws(ToolError) {
            let connection = try cluster.connection(to: .node(leader), by: deadline, call: "produce")
            do throws(NetworkFailure) {
                let ticket = try connection.send(KafkaWire.Produce.self, request)
                // Without acks there is no answer.
                guard settings.acks != 0 else { return all(nil) }
                let response = try connection.receive(KafkaWire.Produce.self, ticket, by: deadline)
                var errors = all(Exception(.networkException))
                for partition in response.responses.flatMap(\.partitionResponses) {
                    let isThere = [.none, .duplicateSequenceNumber].contains(partition.errorCode)
                    errors[partition.index] =
                        isThere ? .some(nil) : Exception(partition.errorCode, partition.errorMessage)
                    if isThere { advance(partition.index, batches[partition.index]) }
                }
                return errors
            } catch {
                cluster.forget(connection)
                switch error {
                case .interrupted: throw .interrupted
                case .timedOut: return all(Exception(.requestTimedOut))
                case .unsupported: return all(Exception(.versionUnsupported, "The broker does not support PRODUCE"))
                case .disconnected, .malformed: return all(Exception(.networkException))
                }
            }
        } catch {
            guard case .exception(let exception) = error else { throw error }
            return all(exception)
        }
    }

    private func advance(_ partition: Int32, _ batch: Batch?) {
        guard producerID >= 0, let batch else { return }
        sequences[partition] = RecordBatch.sequence(sequences[partition] ?? 0, advancedBy: batch.builder.count)
    }

    private func request(_ batches: [Int32: Batch]) -> KafkaWire.Produce.Request {
        var topic = KafkaWire.Produce.Request.Topic()
        topic.name = settings.topic
        topic.partitionData = batches.sorted { $0.key < $1.key }.map { index, batch in
            var builder = batch.builder
            if producerID >= 0 {
                builder.producerID = producerID
                builder.producerEpoch = producerEpoch
                builder.baseSequence = sequences[index] ?? 0
            }
            var partition = KafkaWire.Produce.Request.Topic.Partition()
            partition.index = index
            partition.records = .bytes(builder.build())
            return partition
        }
        var request = KafkaWire.Produce.Request()
        request.acks = settings.acks
        request.timeoutMs = Int32(clamping: settings.requestTimeoutMillis)
        request.topicData = [topic]
        return request
    }

    // MARK: - What the cluster has to tell

    /// A producer id, where the broker gives them out.
    private func prepareIdempotence() throws(ToolError) {
        guard settings.isIdempotent, producerID < 0 else { return }
        let deadline = Deadline.after(millis: settings.blockMillisMax)
        let connection = try cluster.connection(to: .any, by: deadline, call: "initProducerId")
        guard connection.version(of: InitProducerId.self) != nil else { return }
        var request = InitProducerId.Request()
        request.transactionTimeoutMs = .max
        while true {
            let response = try cluster.call(InitProducerId.self, request, by: deadline, call: "initProducerId")
            if response.errorCode == .none {
                producerID = response.producerID
                producerEpoch = response.producerEpoch
                return
            }
            guard Cluster.coordinatorErrors.contains(response.errorCode), !deadline.hasPassed else {
                throw .exception(.init(response.errorCode))
            }
            try cluster.pause(millis: settings.retryMillis, by: deadline)
        }
    }

    /// Waits until the topic is there, which asking for it may bring about.
    private func findTopic() throws(ToolError) {
        let deadline = Deadline.after(millis: settings.blockMillisMax)
        let late = ToolError.timeout(
            "Topic \(settings.topic) not present in metadata after \(settings.blockMillisMax) ms.")
        while true {
            let response: Metadata.Response
            do throws(ToolError) {
                response = try cluster.metadata(of: [settings.topic], creating: true, by: deadline, call: "metadata")
            } catch {
                if case .exception = error, deadline.hasPassed { throw late }
                throw error
            }
            let error = take(response)
            if partitionCount > 0 { return }
            if error == .invalidTopicException {
                throw .exception(Exception(.invalidTopicException, "Invalid topics: [\(settings.topic)]"))
            }
            cluster.warnOfMetadata(settings.topic, error)
            if deadline.hasPassed { throw late }
            try cluster.pause(millis: settings.retryMillis, by: deadline)
        }
    }

    private func findTopicAgain() throws(ToolError) {
        _ = take(
            try cluster.metadata(
                of: [settings.topic], by: .after(millis: settings.requestTimeoutMillis), call: "metadata"))
    }

    private func take(_ response: Metadata.Response) -> KafkaError {
        guard let topic = response.topics.first(where: { $0.name == settings.topic }) else {
            return .unknownTopicOrPartition
        }
        guard topic.errorCode == .none else { return topic.errorCode }
        leaders = [:]
        for partition in topic.partitions where partition.leaderID >= 0 {
            leaders[partition.partitionIndex] = partition.leaderID
        }
        partitionCount = leaders.isEmpty ? 0 : topic.partitions.count
        return leaders.isEmpty ? .leaderNotAvailable : .none
    }
}
