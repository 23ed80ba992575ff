internal import CRdKafka
import Synchronization

/// A record to be produced.
public struct ProducerRecord: Hashable, Sendable {
    /// The topic.
    public var topic: String
    /// The key, which chooses the partition.
    public var key: [UInt8]
    /// The value.
    public var value: [UInt8]
    /// The headers in order.
    public var headers: [Header]

    /// A header of a record.
    public struct Header: Hashable, Sendable {
        /// The name.
        public var name: String
        /// The value.
        public var value: String

        /// A header.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A record.
    public init(topic: String, key: [UInt8], value: [UInt8], headers: [Header] = []) {
        self.topic = topic
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// Where a record is stored.
public struct Delivery: Hashable, Sendable {
    /// The partition's number.
    public var partition: Int32
    /// The record's offset.
    public var offset: Int64

    /// A place.
    public init(partition: Int32, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }
}

/// Produces records: acknowledged by all replicas, in order and once each as long as the producer lives (idempotence), compressed by snappy.
///
/// A producer that librdkafka declares dead (a fatal error, such as a broker that has lost the producer's state) is replaced at the next send.
public final class Producer: Sendable {
    /// What a producer is made of.
    public struct Configuration: Sendable {
        /// librdkafka's properties.
        public var properties: [String: String]

        /// Gets the tokens of OAUTHBEARER.
        public var tokenSource: KafkaSecurity.TokenSource?

        /// The usual properties for these brokers (`host:port,...`).
        public init(brokers: String, clientID: String, security: KafkaSecurity = .plaintext) {
            properties = [
                "bootstrap.servers": brokers, "client.id": clientID, "acks": "all", "enable.idempotence": "true",
                "compression.codec": "snappy", "linger.ms": "5", "message.timeout.ms": "30000",
                "topic.metadata.propagation.max.ms": "5000", "queue.buffering.max.kbytes": "65536",
                "reconnect.backoff.ms": "50", "reconnect.backoff.max.ms": "1000", "socket.keepalive.enable": "true",
                "log.connection.close": "false",
            ]
            properties.merge(security.properties) { $1 }
            tokenSource = security.tokenSource
        }
    }

    private struct State {
        var session: ProducerSession?
        var closed = false
    }

    private let configuration: Configuration
    private let log: @Sendable (KafkaLogLine) -> Void
    private let state: Mutex<State>
    private let probe = MetadataProbe()

    /// Starts a producer; it connects by itself, and again after failures.
    /// - Throws: ``KafkaError`` when a property is not right.
    public init(
        _ configuration: Configuration, log: @escaping @Sendable (KafkaLogLine) -> Void
    ) throws(KafkaError) {
        self.configuration = configuration
        self.log = log
        state = Mutex(State(session: try ProducerSession(configuration, log: log)))
    }

    deinit { state.withLock { $0.session?.beginClose(flush: .zero) } }

    /// Produces a record and waits until all replicas have it.
    /// - Throws: ``KafkaError`` when that did not come about in time; the record may be stored all the same.
    public func send(_ record: ProducerRecord) async throws -> Delivery {
        while true {
            switch try await session().send(record) {
            case .success(let delivery): return delivery
            case .failure(let error):
                guard error.isQueueFull else { throw error }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// Whether a broker answers within `timeout`. Calls at the same time share one question.
    /// - Throws: ``KafkaError`` when none does.
    public func checkHealth(timeout: Duration) async throws {
        let session = try session()
        try await probe.ask { session.metadata(timeoutMillis: timeout.milliseconds) }
    }

    /// Waits until what was sent is acknowledged, at most for `flush`, and ends.
    public func close(flush: Duration) async {
        let session = state.withLock { state in
            state.closed = true
            defer { state.session = nil }
            return state.session
        }
        await session?.close(flush: flush)
    }

    private func session() throws(KafkaError) -> ProducerSession {
        let result: Result<ProducerSession, KafkaError> = state.withLock { state in
            guard !state.closed, let session = state.session else { return .failure(.closed) }
            guard session.isFatal else { return .success(session) }
            session.beginClose(flush: .zero)
            do throws(KafkaError) {
                let next = try ProducerSession(configuration, log: log)
                state.session = next
                return .success(next)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// One life of a librdkafka producer, with the thread that serves its delivery reports.
final class ProducerSession: Sendable {
    private struct State {
        var closing = false
        var flushMillis: Int32 = 0
        var ended = false
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// How many callers are inside a librdkafka function: the handle must outlive them.
        var callers = 0
    }

    /// What waits for a record's delivery report.
    private final class Waiter {
        let continuation: CheckedContinuation<Result<Delivery, KafkaError>, Never>
        init(_ continuation: CheckedContinuation<Result<Delivery, KafkaError>, Never>) {
            self.continuation = continuation
        }
    }

    private let handle: Handle
    private let context: CallbackContext
    private let state = Mutex(State())

    var isFatal: Bool { context.fatal.load(ordering: .acquiring) }

    init(
        _ configuration: Producer.Configuration, log: @escaping @Sendable (KafkaLogLine) -> Void
    ) throws(KafkaError) {
        context = CallbackContext(log: log, tokenSource: configuration.tokenSource)
        handle = try Handle(RD_KAFKA_PRODUCER, properties: configuration.properties, context: context) {
            configuration in
            rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
                guard let message, let waiter = message.pointee._private else { return }
                let error = message.pointee.err
                if error == RD_KAFKA_RESP_ERR__FATAL, let opaque {
                    Unmanaged<CallbackContext>.fromOpaque(opaque).takeUnretainedValue().fatal
                        .store(true, ordering: .releasing)
                }
                Unmanaged<Waiter>.fromOpaque(waiter).takeRetainedValue().continuation.resume(
                    returning: error == RD_KAFKA_RESP_ERR_NO_ERROR
                        ? .success(Delivery(partition: message.pointee.partition, offset: message.pointee.offset))
                        : .failure(KafkaError(error)))
            }
        }
        DedicatedThread.start { self.run() }
    }

    func send(_ record: ProducerRecord) async -> Result<Delivery, KafkaError> {
        guard enter() else { return .failure(.closed) }
        return await withCheckedContinuation { continuation in
            let waiter = Unmanaged.passRetained(Waiter(continuation))
            let error = produce(record, waiter.toOpaque())
            leave()
            if error != RD_KAFKA_RESP_ERR_NO_ERROR {
                if error == RD_KAFKA_RESP_ERR__FATAL { context.fatal.store(true, ordering: .releasing) }
                // librdkafka has not taken the record, so it never reports on it.
                waiter.takeRetainedValue().continuation.resume(returning: .failure(KafkaError(error)))
            }
        }
    }

    private func produce(_ record: ProducerRecord, _ waiter: UnsafeMutableRawPointer) -> rd_kafka_resp_err_t {
        let headers = rd_kafka_headers_new(record.headers.count)
        for header in record.headers {
            rd_kafka_header_add(headers, header.name, -1, header.value, header.value.utf8.count)
        }
        let error = record.key.withUnsafeBytes { key in
            record.value.withUnsafeBytes { value in
                rdkafka_produce(
                    handle.raw, record.topic, key.baseAddress, key.count, value.baseAddress, value.count, headers,
                    waiter)
            }
        }
        if error != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_headers_destroy(headers) }
        return error
    }

    func metadata(timeoutMillis: Int32) -> KafkaError? {
        guard enter() else { return .closed }
        defer { leave() }
        return handle.metadata(timeoutMillis: timeoutMillis)
    }

    func beginClose(flush: Duration) {
        state.withLock { ($0.closing, $0.flushMillis) = (true, max($0.flushMillis, flush.milliseconds)) }
    }

    func close(flush: Duration) async {
        beginClose(flush: flush)
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state in
                if !state.ended { state.waiters.append(continuation) }
                return state.ended
            }
            if ended { continuation.resume() }
        }
    }

    private func enter() -> Bool {
        state.withLock { state in
            guard !state.closing else { return false }
            state.callers += 1
            return true
        }
    }

    private func leave() { state.withLock { $0.callers -= 1 } }

    /// The thread: serves delivery reports until the session closes.
    private func run() {
        while !state.withLock({ $0.closing }) { rd_kafka_poll(handle.raw, 100) }
        while state.withLock({ $0.callers > 0 }) { rd_kafka_poll(handle.raw, 5) }
        rd_kafka_flush(handle.raw, state.withLock { $0.flushMillis })
        // Whoever still waits gets its answer: not delivered.
        rd_kafka_purge(handle.raw, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        rd_kafka_flush(handle.raw, 1000)
        rd_kafka_destroy(handle.raw)
        let waiters = state.withLock { state in
            state.ended = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// One question at a time, on a thread of its own; who asks meanwhile gets the same answer.
final class MetadataProbe: Sendable {
    private let waiting = Mutex<[CheckedContinuation<KafkaError?, Never>]>([])

    func ask(_ question: @escaping @Sendable () -> KafkaError?) async throws(KafkaError) {
        let error: KafkaError? = await withCheckedContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                waiting.append(continuation)
                return waiting.count == 1
            }
            guard isFirst else { return }
            DedicatedThread.start { [self] in
                let answer = question()
                let waiters = waiting.withLock { waiting in
                    defer { waiting = [] }
                    return waiting
                }
                for waiter in waiters { waiter.resume(returning: answer) }
            }
        }
        if let error { throw error }
    }
}
