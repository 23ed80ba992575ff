import KafkaBroker
import KafkaWire

extension BrokerWorld {
    // MARK: - Asking

    /// Sends a request over a connection of its own; `answered` gets the answer now, later, or never if the broker dies. Returns whether
    /// it was sent.
    @discardableResult
    func ask<API: KafkaAPI>(
        _: API.Type, _ version: Int16, _ request: API.Request, due: Int64? = nil,
        _ answered: @escaping (API.Response) throws -> Void
    ) throws -> Bool {
        guard let broker, !disk.isDead else { return false }
        nextClient += 1
        let client = Client(id: nextClient, host: "127.0.0.1", advertisedHost: "localhost", advertisedPort: 9092)
        let frame = try BrokerExchange.frame(API.self, version, request)
        latestNow = max(latestNow, now)
        disk.nowMillis = now
        let outcome = frame.withUnsafeBytes { broker.handle($0, from: client, now: now, steady: steady) }
        if disk.isDead { return true }
        let read: ([UInt8]) throws -> Void = { bytes in
            try answered(try BrokerExchange.response(API.self, version, bytes))
        }
        switch outcome {
        case .respond(let frame): try receive(frame, read)
        case .parked(let token): waiting[token] = Parked(due: due, answered: read)
        case .nothing, .close: throw SimulationFailure("request \(API.key) has no answer")
        }
        if let failure { throw failure }
        return true
    }

    private func receive(_ frame: ResponseFrame, _ read: ([UInt8]) throws -> Void) throws {
        guard let bytes = BrokerExchange.bytes(frame, on: files) else {
            throw SimulationFailure("records of an answer cannot be read")
        }
        trace.note(bytes)
        try read(bytes)
    }

    func deliver(_ token: RequestToken, _ frame: ResponseFrame) {
        if disk.isDead { return }
        if bug == .forgetWaiter, token.serial % 2 == 0 { return }
        guard let parked = waiting.removeValue(forKey: token) else {
            if !gone.contains(token) {
                failure = SimulationFailure("request \(token.serial) is answered though it does not wait")
            }
            return
        }
        do { try receive(frame, parked.answered) } catch { if failure == nil { failure = error } }
    }

    /// The client of a request that waits goes away.
    func disconnect(_ random: inout SeededRandom) {
        let polls = waiting.filter { $0.value.due != nil }.keys.sorted { $0.serial < $1.serial }
        guard let broker, !polls.isEmpty else { return }
        let token = random.pick(polls)
        waiting[token] = nil
        gone.insert(token)
        broker.disconnected(token.client, now: now, steady: steady)
    }

    func createTopics() throws {
        var request = CreateTopics.Request()
        for topic in SimulatedTopic.allCases {
            var new = CreateTopics.Request.Topic()
            new.name = topic.rawValue
            new.numPartitions = topic.partitionCount
            new.replicationFactor = 1
            for (name, value) in topic.configs {
                var config = CreateTopics.Request.Topic.Config()
                config.name = name
                config.value = value
                new.configs.append(config)
            }
            request.topics.append(new)
        }
        try ask(CreateTopics.self, 4, request) { response in
            for topic in response.topics where topic.errorCode != .none {
                throw SimulationFailure("\(topic.name) is not made: \(topic.errorMessage ?? "")")
            }
        }
    }

    // MARK: - Producers

    private func newRecords(_ random: inout SeededRandom) -> [KnownRecord] {
        (0...random.below(3)).map { _ in
            nextValue += 1
            let padding = String(repeating: "x", count: random.below(random.once(in: 5) ? 700 : 40))
            return KnownRecord(key: "k\(random.below(5))", value: "v\(nextValue)-\(padding)", timestamp: now)
        }
    }

    /// A batch that is sent once.
    func produce(_ random: inout SeededRandom) throws {
        let batch = SentBatch(partition: random.pick(PartitionName.all), records: newRecords(&random))
        try send(batch) { [self] error in
            guard error == .kafkaStorageError || error == .invalidTimestamp else {
                throw SimulationFailure("a batch is answered with \(error)")
            }
            // When a sync has failed, what was appended may be there after a start: nobody can say.
            if durability == .process { logs[batch.partition]!.refused.formUnion(batch.records.map(\.value)) }
        }
        if bug == .applyTwice, random.once(in: 4) { try send(batch) { _ in } }
    }

    func newProducer() throws {
        guard producers.count < 4 else { return }
        try ask(InitProducerId.self, 1, InitProducerId.Request()) { [self] response in
            guard response.errorCode == .none else { return }
            if producers.contains(where: { $0.id == response.producerID }) {
                throw SimulationFailure("producer id \(response.producerID) is given out twice")
            }
            producers.append(IdempotentProducer(id: response.producerID))
        }
    }

    /// The next batch of an idempotent producer, or once more the one that is not acknowledged.
    func produceIdempotent(_ random: inout SeededRandom) throws {
        guard !producers.isEmpty else { return try newProducer() }
        let index = random.below(producers.count)
        let partition = random.pick(PartitionName.all)
        if producers[index].unacknowledged[partition] == nil {
            let batch = SentBatch(
                partition: partition, records: newRecords(&random), producerID: producers[index].id,
                sequence: producers[index].sequences[partition] ?? 0)
            producers[index].unacknowledged[partition] = batch
        }
        try sendUnacknowledged(of: index, to: partition)
    }

    private func sendUnacknowledged(of index: Int, to partition: PartitionName) throws {
        guard let batch = producers[index].unacknowledged[partition] else { return }
        try send(batch) { error in
            guard error == .kafkaStorageError else {
                throw SimulationFailure("an idempotent batch is answered with \(error)")
            }
        }
    }

    /// Everything that is not acknowledged, once more.
    func sendUnacknowledged() throws {
        for index in producers.indices {
            for partition in PartitionName.all where producers[index].unacknowledged[partition] != nil {
                try sendUnacknowledged(of: index, to: partition)
                try settle()
            }
        }
    }

    /// A batch that was acknowledged comes a second time over a slow way.
    func produceAgain(_ random: inout SeededRandom) throws {
        let last = producers.compactMap(\.last).filter { batch in
            producers.contains { $0.id == batch.producerID && $0.unacknowledged[batch.partition] == nil }
        }
        guard !last.isEmpty else { return }
        try send(random.pick(last)) { error in
            guard error == .kafkaStorageError else { throw SimulationFailure("a repeated batch gets \(error)") }
        }
    }

    private func send(_ batch: SentBatch, refused: @escaping (KafkaError) throws -> Void) throws {
        logs[batch.partition]!.sent.formUnion(batch.records.map(\.value))
        var data = Produce.Request.Topic.Partition()
        data.index = batch.partition.index
        data.records = .bytes(batch.bytes)
        var topic = Produce.Request.Topic()
        topic.name = batch.partition.topic.rawValue
        topic.partitionData = [data]
        var request = Produce.Request()
        request.acks = -1
        request.timeoutMs = 30_000
        request.topicData = [topic]
        try ask(Produce.self, 8, request) { [self] response in
            guard let result = response.responses.first?.partitionResponses.first else {
                throw SimulationFailure("a batch has no result")
            }
            guard result.errorCode == .none else { return try refused(result.errorCode) }
            try acknowledged(batch, at: result.baseOffset, start: result.logStartOffset)
        }
    }

    private func acknowledged(_ batch: SentBatch, at offset: Int64, start: Int64) throws {
        for (index, record) in batch.records.enumerated() {
            // A repeated batch may be answered after retention has taken it.
            let place = offset + Int64(index)
            if place < start { continue }
            if batch.producerID >= 0, logs[batch.partition]!.known[place] == nil, isCompactedAway(batch, place) {
                continue
            }
            if let fault = logs[batch.partition]!.take(record, at: place) {
                throw SimulationFailure("\(batch.partition): \(fault)")
            }
        }
        guard batch.producerID >= 0, let index = producers.firstIndex(where: { $0.id == batch.producerID }) else {
            return
        }
        guard producers[index].unacknowledged[batch.partition]?.sequence == batch.sequence else { return }
        producers[index].unacknowledged[batch.partition] = nil
        producers[index].sequences[batch.partition] = batch.sequence + Int32(batch.records.count)
        producers[index].last = batch
    }

    /// Whether a batch that is answered once more was acknowledged before, so that compaction may have taken it.
    private func isCompactedAway(_ batch: SentBatch, _ offset: Int64) -> Bool {
        guard let producer = producers.first(where: { $0.id == batch.producerID }) else { return false }
        return batch.sequence < producer.sequences[batch.partition] ?? 0
    }

    // MARK: - Consumers

    func fetchRequest(_ partition: PartitionName, from offset: Int64, waitMillis: Int32) -> Fetch.Request {
        var asked = Fetch.Request.Topic.Partition()
        asked.partition = partition.index
        asked.fetchOffset = offset
        asked.partitionMaxBytes = 1 << 20
        var topic = Fetch.Request.Topic()
        topic.topic = partition.topic.rawValue
        topic.partitions = [asked]
        var request = Fetch.Request()
        request.maxWaitMs = waitMillis
        request.minBytes = 1
        request.topics = [topic]
        return request
    }

    /// Reads from somewhere, or waits at the end for what comes.
    func fetch(isPoll: Bool, _ random: inout SeededRandom) throws {
        let partition = random.pick(PartitionName.all)
        let end = logs[partition]!.end
        let offset = isPoll ? end : Int64(random.below(Int(end) + 1))
        let wait = isPoll ? Int32(1 + random.below(2_000)) : 0
        let request = fetchRequest(partition, from: offset, waitMillis: wait)
        let failuresBefore = disk.failureCount
        try ask(Fetch.self, 11, request, due: steady + Int64(wait)) { [self] response in
            guard let result = response.responses.first?.partitions.first else {
                throw SimulationFailure("a fetch has no result")
            }
            switch result.errorCode {
            case .none: break
            case .offsetOutOfRange where offset < startMax(of: partition) || offset >= end: return
            case .kafkaStorageError where disk.failureCount > failuresBefore: return
            default:
                throw SimulationFailure("a fetch of \(partition) from \(offset) is answered with \(result.errorCode)")
            }
            guard case .bytes(let bytes) = result.records else { return }
            let records = try BrokerExchange.records(bytes)
            for (place, record) in records where place >= offset {
                if let fault = logs[partition]!.take(record, at: place) {
                    throw SimulationFailure("\(partition): \(fault)")
                }
            }
            try checkGaps(records.map(\.offset).filter { $0 >= offset }, in: partition, from: offset)
        }
    }

    /// Where nothing is compacted, offsets follow each other.
    private func checkGaps(_ offsets: [Int64], in partition: PartitionName, from start: Int64) throws {
        guard partition.topic != .compacted else { return }
        for (index, offset) in offsets.enumerated() where offset != start + Int64(index) {
            throw SimulationFailure("\(partition): a fetch from \(start) brings \(offset) as number \(index)")
        }
    }

    /// Where a partition may begin at most.
    func startMax(of partition: PartitionName) -> Int64 {
        switch partition.topic {
        case .compacted: 0
        case .kept: logs[partition]!.deletedBeforeMax
        case .aging: .max
        }
    }

    func deleteRecords(_ random: inout SeededRandom) throws {
        let partition = PartitionName(topic: .kept, index: 0)
        let end = logs[partition]!.end
        let before = Int64(random.below(Int(end) + 1))
        logs[partition]!.deletedBeforeMax = max(logs[partition]!.deletedBeforeMax, before)
        var asked = DeleteRecords.Request.Topic.Partition()
        asked.offset = before
        var topic = DeleteRecords.Request.Topic()
        topic.name = partition.topic.rawValue
        topic.partitions = [asked]
        var request = DeleteRecords.Request()
        request.topics = [topic]
        try ask(DeleteRecords.self, 1, request) { [self] response in
            guard response.topics.first?.partitions.first?.errorCode == KafkaError.none else { return }
            logs[partition]!.deletedBefore = max(logs[partition]!.deletedBefore, before)
        }
    }

    // MARK: - Groups

    /// A consumer without a group's protocol commits.
    func commit(_ random: inout SeededRandom) throws {
        let key = CommitKey(group: "g\(random.below(3))", partition: random.pick(PartitionName.all))
        let offset = Int64(random.below(1_000))
        var partition = OffsetCommit.Request.Topic.Partition()
        partition.partitionIndex = key.partition.index
        partition.committedOffset = offset
        var topic = OffsetCommit.Request.Topic()
        topic.name = key.partition.topic.rawValue
        topic.partitions = [partition]
        var request = OffsetCommit.Request()
        request.groupID = key.group
        request.topics = [topic]
        // Until it is answered it may be there or not.
        nextCommit += 1
        let number = nextCommit
        committed[key, default: [SentCommit(number: 0, offset: -1)]].append(SentCommit(number: number, offset: offset))
        try ask(OffsetCommit.self, 7, request) { [self] response in
            guard let error = response.topics.first?.partitions.first?.errorCode else {
                throw SimulationFailure("a commit has no result")
            }
            // Those that were sent after it may have been carried out too.
            if error == .none {
                committed[key]!.removeAll { $0.number < number }
            } else if durability == .process {
                committed[key]!.removeAll { $0.number == number }
            }
        }
    }

    func fetchOffsets(_ random: inout SeededRandom) throws {
        try checkOffsets(of: "g\(random.below(3))")
    }

    /// What a group has committed is what it may have.
    func checkOffsets(of group: String) throws {
        var request = OffsetFetch.Request()
        request.groupID = group
        request.topics = SimulatedTopic.allCases.map { topic in
            var asked = OffsetFetch.Request.Topic()
            asked.name = topic.rawValue
            asked.partitionIndexes = Array(0..<topic.partitionCount)
            return asked
        }
        try ask(OffsetFetch.self, 5, request) { [self] response in
            for topic in response.topics {
                for partition in topic.partitions {
                    let name = PartitionName(
                        topic: SimulatedTopic(rawValue: topic.name)!, index: partition.partitionIndex)
                    let key = CommitKey(group: group, partition: name)
                    let allowed = committed[key]?.map(\.offset) ?? [-1]
                    guard allowed.contains(partition.committedOffset) else {
                        throw SimulationFailure(
                            "\(group) is at \(partition.committedOffset) of \(name), and committed \(allowed.sorted())")
                    }
                }
            }
        }
    }
}
