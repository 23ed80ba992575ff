internal import CRdKafka
import Synchronization

/// A record that was consumed.
public struct ConsumerRecord: Sendable {
    /// Where it is stored.
    public var topicPartition: TopicPartition
    /// Its offset.
    public var offset: Int64
    /// Milliseconds since 1970; -1 when unknown.
    public var timestampMillis: Int64
    /// The key.
    public var key: [UInt8]?
    /// The value.
    public var value: [UInt8]?
    /// The headers in order.
    public var headers: [(name: String, value: [UInt8]?)]

    /// A record.
    public init(
        topicPartition: TopicPartition, offset: Int64, timestampMillis: Int64 = -1, key: [UInt8]?, value: [UInt8]?,
        headers: [(name: String, value: [UInt8]?)] = []
    ) {
        self.topicPartition = topicPartition
        self.offset = offset
        self.timestampMillis = timestampMillis
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// The value of the last header of this name as text.
    public func header(_ name: String) -> String? {
        headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// What happens to a consumer besides records.
public enum ConsumerEvent: Sendable {
    /// Partitions are ours from now on.
    case assigned([TopicPartition])
    /// Partitions are no longer ours.
    case revoked([TopicPartition])
    /// The broker or librdkafka reports an error; the consumer goes on.
    case failed(KafkaError)
    /// The work on a record failed; the same record is worked on again after `retryAfter`.
    case workFailed(ConsumerRecord, any Error, retryAfter: Duration)
}

/// A member of a consumer group. Each partition's records are worked on in order, one at a time; partitions side by side.
///
/// An offset is committed only after the work on its record has ended well. Work that throws is done again, with growing waits, until it ends well
/// or the partition goes to another member: a record is never skipped, and never lost by a crash.
public final class Consumer: Sendable {
    /// What a consumer is made of.
    public struct Configuration: Sendable {
        /// The topics; one that does not exist yet is taken up when it comes into being.
        public var topics: [String]
        /// librdkafka's properties.
        public var properties: [String: String]
        /// The first wait after work that failed; it doubles up to `retryDelayMax`.
        public var retryDelay: Duration = .milliseconds(100)
        /// The longest wait after work that failed.
        public var retryDelayMax: Duration = .seconds(5)

        /// Gets the tokens of OAUTHBEARER.
        public var tokenSource: KafkaSecurity.TokenSource?

        /// The usual properties: from the earliest offset, a session of 6 s so that a member that dies is soon replaced.
        public init(
            brokers: String, groupID: String, topics: [String], clientID: String, security: KafkaSecurity = .plaintext
        ) {
            self.topics = topics
            properties = [
                "bootstrap.servers": brokers, "client.id": clientID, "group.id": groupID,
                "auto.offset.reset": "earliest", "enable.auto.commit": "true", "auto.commit.interval.ms": "500",
                "enable.auto.offset.store": "false", "session.timeout.ms": "6000", "heartbeat.interval.ms": "1000",
                "fetch.wait.max.ms": "500", "fetch.min.bytes": "1", "fetch.error.backoff.ms": "100",
                "queued.max.messages.kbytes": "4096", "topic.metadata.refresh.interval.ms": "5000",
                "allow.auto.create.topics": "false", "reconnect.backoff.ms": "50", "reconnect.backoff.max.ms": "1000",
                "socket.keepalive.enable": "true", "log.connection.close": "false",
            ]
            properties.merge(security.properties) { $1 }
            tokenSource = security.tokenSource
        }
    }

    /// The work on a record. What it throws is reported, and the record is worked on again.
    public typealias Work = @Sendable (ConsumerRecord) async throws -> Void

    private let loop: ConsumerLoop

    /// Joins the group; it connects by itself, and again after failures.
    /// - Parameters:
    ///   - executor: what the work prefers to run on; nil for Swift's pool.
    ///   - onEvent: called on the consumer's thread or the work's; must not block.
    /// - Throws: ``KafkaError`` when a property is not right.
    public init(
        _ configuration: Configuration, executor: (any TaskExecutor)? = nil,
        log: @escaping @Sendable (KafkaLogLine) -> Void, onEvent: @escaping @Sendable (ConsumerEvent) -> Void,
        work: @escaping Work
    ) throws(KafkaError) {
        let context = ConsumerContext(log: log, tokenSource: configuration.tokenSource)
        let handle = try Handle(RD_KAFKA_CONSUMER, properties: configuration.properties, context: context) {
            rd_kafka_conf_set_rebalance_cb($0) { _, code, list, opaque in
                guard let list, let opaque else { return }
                Unmanaged<ConsumerContext>.fromOpaque(opaque).takeUnretainedValue().loop?.rebalance(code, list)
            }
        }
        loop = ConsumerLoop(
            handle: handle, context: context, configuration: configuration, executor: executor, onEvent: onEvent,
            work: work)
        context.loop = loop
        let loop = loop
        DedicatedThread.start { loop.run() }
    }

    deinit { loop.beginClose() }

    /// The partitions that are ours now; nil while the group has not told us.
    public var assignment: Set<TopicPartition>? { loop.assignment }

    /// Leaves the group: the records in work are finished, their offsets committed.
    public func close() async { await loop.close() }
}

final class ConsumerContext: CallbackContext, @unchecked Sendable {
    /// Set before the thread starts, which alone reads it.
    var loop: ConsumerLoop?
}

/// The consumer's thread.
final class ConsumerLoop: @unchecked Sendable {
    private struct Shared {
        var assignment: Set<TopicPartition>?
        var closing = false
        var destroyed = false
        var ended = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// How long a partition's work in progress may take once the partition has been given up.
    private static let finishMillisMax = 3_000

    private let handle: Handle
    private let context: ConsumerContext
    private let configuration: Consumer.Configuration
    private let executor: (any TaskExecutor)?
    private let onEvent: @Sendable (ConsumerEvent) -> Void
    private let work: Consumer.Work
    private let shared = Mutex(Shared())
    // The thread's own.
    private var queues: [TopicPartition: (queue: PartitionQueue, task: Task<Void, Never>)] = [:]
    private var paused: Set<TopicPartition> = []

    init(
        handle: Handle, context: ConsumerContext, configuration: Consumer.Configuration,
        executor: (any TaskExecutor)?, onEvent: @escaping @Sendable (ConsumerEvent) -> Void,
        work: @escaping Consumer.Work
    ) {
        self.handle = handle
        self.context = context
        self.configuration = configuration
        self.executor = executor
        self.onEvent = onEvent
        self.work = work
    }

    var assignment: Set<TopicPartition>? { shared.withLock { $0.assignment } }

    func beginClose() { shared.withLock { $0.closing = true } }

    func close() async {
        beginClose()
        await withCheckedContinuation { continuation in
            let ended = shared.withLock { shared in
                if !shared.ended { shared.waiters.append(continuation) }
                return shared.ended
            }
            if ended { continuation.resume() }
        }
    }

    func run() {
        rd_kafka_poll_set_consumer(handle.raw)
        let topics = rd_kafka_topic_partition_list_new(Int32(configuration.topics.count))
        for topic in configuration.topics { rd_kafka_topic_partition_list_add(topics, topic, -1) }
        let error = rd_kafka_subscribe(handle.raw, topics)
        rd_kafka_topic_partition_list_destroy(topics)
        if error != RD_KAFKA_RESP_ERR_NO_ERROR { onEvent(.failed(KafkaError(error))) }
        while !shared.withLock({ $0.closing }) {
            if let message = rd_kafka_consumer_poll(handle.raw, paused.isEmpty ? 100 : 5) {
                received(message)
                rd_kafka_message_destroy(message)
            }
            resumeDrained()
        }
        // Revokes what is assigned, which finishes the work in progress and commits.
        rd_kafka_consumer_close(handle.raw)
        stop(Array(queues.keys))
        shared.withLock { $0.destroyed = true }
        rd_kafka_destroy(handle.raw)
        context.loop = nil
        let waiters = shared.withLock { shared in
            shared.ended = true
            shared.assignment = nil
            defer { shared.waiters = [] }
            return shared.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func received(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        let error = message.pointee.err
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let text = rd_kafka_message_errstr(message).map { String(cString: $0) }
            return onEvent(.failed(KafkaError(error, text)))
        }
        let record = ConsumerRecord(message)
        guard let queue = queues[record.topicPartition]?.queue else { return }
        queue.put(record)
        if queue.count >= PartitionQueue.highWater, paused.insert(record.topicPartition).inserted {
            withList([record.topicPartition]) { _ = rd_kafka_pause_partitions(handle.raw, $0) }
        }
    }

    private func resumeDrained() {
        guard !paused.isEmpty else { return }
        let drained = paused.filter { (queues[$0]?.queue.count ?? 0) <= PartitionQueue.lowWater }
        guard !drained.isEmpty else { return }
        paused.subtract(drained)
        withList(Array(drained)) { _ = rd_kafka_resume_partitions(handle.raw, $0) }
    }

    /// Called by librdkafka inside of poll and close, on the consumer's thread.
    func rebalance(_ code: rd_kafka_resp_err_t, _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) {
        let partitions = (0..<Int(list.pointee.cnt)).map { TopicPartition(list.pointee.elems[$0]) }
        if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            rd_kafka_assign(handle.raw, list)
            for partition in partitions { start(partition) }
            shared.withLock { $0.assignment = Set(partitions) }
            onEvent(.assigned(partitions))
        } else {
            stop(partitions)
            shared.withLock { $0.assignment = nil }
            // With automatic commits this commits what was stored.
            rd_kafka_assign(handle.raw, nil)
            onEvent(.revoked(partitions))
        }
    }

    private func start(_ partition: TopicPartition) {
        let queue = PartitionQueue()
        let task = Task(executorPreference: executor) { [self] in
            while let record = await queue.next() {
                guard await perform(record, queue) else { break }
                store(record)
            }
            queue.finish()
        }
        queues[partition] = (queue, task)
    }

    /// Does the work until it ends well; false when the partition was given up before.
    private func perform(_ record: ConsumerRecord, _ queue: PartitionQueue) async -> Bool {
        var delay = configuration.retryDelay
        while true {
            do {
                try await work(record)
                return true
            } catch {
                if queue.isStopped || Task.isCancelled { return false }
                onEvent(.workFailed(record, error, retryAfter: delay))
                let end = ContinuousClock.now + delay
                while ContinuousClock.now < end {
                    if queue.isStopped || Task.isCancelled { return false }
                    try? await Task.sleep(for: min(.milliseconds(50), end - ContinuousClock.now))
                }
                delay = min(delay * 2, configuration.retryDelayMax)
            }
        }
    }

    /// Tells librdkafka that the record is done; it commits from time to time, and when the partition goes.
    private func store(_ record: ConsumerRecord) {
        let list = rd_kafka_topic_partition_list_new(1)
        defer { rd_kafka_topic_partition_list_destroy(list) }
        let entry = rd_kafka_topic_partition_list_add(
            list, record.topicPartition.topic, record.topicPartition.partition)
        entry?.pointee.offset = record.offset + 1
        // Fails only when the partition is no longer ours: its next owner does the record again, which is allowed.
        shared.withLock { shared in
            if !shared.destroyed { rd_kafka_offsets_store(handle.raw, list) }
        }
    }

    /// Gives partitions up, and waits until nothing of them is worked on.
    private func stop(_ partitions: [TopicPartition]) {
        let stopping = partitions.compactMap { queues.removeValue(forKey: $0) }
        paused.subtract(partitions)
        for (queue, _) in stopping { queue.stop() }
        var waited = 0
        while stopping.contains(where: { !$0.queue.isFinished }) {
            if waited == Self.finishMillisMax { for (_, task) in stopping { task.cancel() } }
            pause(millis: 2)
            waited += 2
            if waited > Self.finishMillisMax + 1_000 { break }
        }
    }

    private func withList(
        _ partitions: [TopicPartition], _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) -> Void
    ) {
        let list = rd_kafka_topic_partition_list_new(Int32(partitions.count))
        for partition in partitions {
            rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition)
        }
        body(list)
        rd_kafka_topic_partition_list_destroy(list)
    }
}

extension TopicPartition {
    init(_ entry: rd_kafka_topic_partition_t) {
        self.init(topic: String(cString: entry.topic), partition: entry.partition)
    }
}

extension ConsumerRecord {
    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> [UInt8]? {
            start.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
        }
        topicPartition = TopicPartition(
            topic: String(cString: rd_kafka_topic_name(message.pointee.rkt)), partition: message.pointee.partition)
        offset = message.pointee.offset
        timestampMillis = rd_kafka_message_timestamp(message, nil)
        key = bytes(message.pointee.key, message.pointee.key_len)
        value = bytes(message.pointee.payload, message.pointee.len)
        headers = []
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        var index = 0
        var name: UnsafePointer<CChar>?
        var start: UnsafeRawPointer?
        var count = 0
        while rd_kafka_header_get_all(list, index, &name, &start, &count) == RD_KAFKA_RESP_ERR_NO_ERROR {
            guard let name else { break }
            headers.append((String(cString: name), bytes(start.map { UnsafeMutableRawPointer(mutating: $0) }, count)))
            index += 1
        }
    }
}
