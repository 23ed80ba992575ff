import DynamoDBClient
import KafkaClient
import Synchronization

/// What sends records; ``Producer`` is the real one.
public protocol RecordSender: Sendable {
    /// Produces a record and waits until it is stored.
    func send(_ record: ProducerRecord) async throws -> Delivery
}

extension Producer: RecordSender {}

/// Publishes what is in the outbox: at once what is told of, and again and again what is left, until Kafka has it.
///
/// An entry is removed only after the acknowledgement; a crash in between publishes it once more, with the same event id.
public final class OutboxPublisher: Sendable {
    private enum Stage {
        case publishing
        /// Kafka has it; only the removal is missing.
        case published
    }

    private struct State {
        var stages: [String: Stage] = [:]
        var counts: [String: Int] = [:]
        var closing = false
        /// What was removed while a sweep reads: it may still come out of a page that was read before.
        var removed: Set<String> = []
        var isSweeping = false
        var sweeper: Task<Void, Never>?
    }

    /// No topic has more entries on their way: one that is away does not keep the others waiting.
    static let perTopicMax = 500
    /// An entry that another instance has just stored is that one's to publish for so long.
    static let foreignMillis: Int64 = 3_000

    private let store: any OutboxStore
    private let sender: any RecordSender
    private let logger: Logger
    private let executor: (any TaskExecutor)?
    private let nowMillis: @Sendable () -> Int64
    private let published: @Sendable (OutboxEntry) -> Void
    private let state = Mutex(State())

    /// A publisher from `store` to `sender`. `published` is told of each entry that Kafka has acknowledged.
    public init(
        store: any OutboxStore, sender: any RecordSender, logger: Logger, executor: (any TaskExecutor)? = nil,
        nowMillis: @escaping @Sendable () -> Int64 = Clock.systemMillis,
        published: @escaping @Sendable (OutboxEntry) -> Void
    ) {
        self.store = store
        self.sender = sender
        self.logger = logger
        self.executor = executor
        self.nowMillis = nowMillis
        self.published = published
    }

    /// Begins to publish an entry that has been stored; returns at once.
    public func publish(_ entry: OutboxEntry) {
        guard begin(entry) else { return }
        Task(executorPreference: executor) { await self.deliver(entry) }
    }

    /// Publishes what is left: all of it now, then every `interval` what has been left for a while.
    public func startSweeping(every interval: Duration = .seconds(2)) {
        let task = Task(executorPreference: executor) {
            var isFirst = true
            while !Task.isCancelled {
                let isComplete = await self.sweep(olderThanMillis: isFirst ? 0 : Self.foreignMillis)
                if isComplete { isFirst = false }
                try? await Task.sleep(for: isComplete || !isFirst ? interval : min(interval, .milliseconds(200)))
            }
        }
        state.withLock { $0.sweeper = task }
    }

    /// Looks through all shards once; false when the store could not be read, or had more than may be on their way.
    func sweep(olderThanMillis: Int64) async -> Bool {
        var isComplete = true
        state.withLock { ($0.removed, $0.isSweeping) = ([], true) }
        defer { state.withLock { ($0.removed, $0.isSweeping) = ([], false) } }
        do {
            for shard in 0..<OutboxEntry.shardCount {
                var last: String?
                while true {
                    let entries = try await store.pending(shard: shard, after: last, limit: 100)
                    for entry in entries where nowMillis() - entry.createdMillis >= olderThanMillis {
                        if isFull(entry.topic) { isComplete = false }
                        publish(entry)
                    }
                    guard let next = entries.last?.id, entries.count == 100 else { break }
                    last = next
                }
            }
            return isComplete
        } catch is CancellationError {
            return false
        } catch {
            logger.logSparingly(.warn, "Outbox cannot be read yet", ["error": .string("\(error)")])
            return false
        }
    }

    /// Waits until nothing is on its way, at most for `limit`, and publishes nothing more.
    public func close(limit: Duration) async {
        let sweeper = state.withLock { state in
            state.closing = true
            defer { state.sweeper = nil }
            return state.sweeper
        }
        sweeper?.cancel()
        let end = ContinuousClock.now + limit
        while state.withLock({ !$0.stages.isEmpty }), ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    private func isFull(_ topic: String) -> Bool {
        state.withLock { $0.counts[topic, default: 0] >= Self.perTopicMax }
    }

    private func begin(_ entry: OutboxEntry) -> Bool {
        state.withLock { state in
            guard !state.closing, !state.removed.contains(entry.id) else { return false }
            switch state.stages[entry.id] {
            case .publishing: return false
            case .published:
                // Its removal has failed before: removed again, not published again.
                return true
            case nil:
                guard state.counts[entry.topic, default: 0] < Self.perTopicMax else { return false }
                state.counts[entry.topic, default: 0] += 1
                state.stages[entry.id] = .publishing
                return true
            }
        }
    }

    private func deliver(_ entry: OutboxEntry) async {
        if state.withLock({ $0.stages[entry.id] }) == .publishing {
            do {
                _ = try await sender.send(entry.record)
            } catch {
                end(entry, .left)
                logger.logSparingly(
                    .warn, "Kafka event not published yet, will be tried again",
                    ["topic": .string(entry.topic), "error": .string("\(error)")])
                return
            }
            published(entry)
        }
        do {
            try await store.remove(entry)
            end(entry, .removed)
        } catch {
            end(entry, .published)
            logger.logSparingly(.warn, "Outbox entry not removed yet", ["error": .string("\(error)")])
        }
    }

    private enum End {
        case left, published, removed
    }

    private func end(_ entry: OutboxEntry, _ end: End) {
        state.withLock { state in
            if state.stages[entry.id] == .publishing { state.counts[entry.topic, default: 1] -= 1 }
            state.stages[entry.id] = end == .published ? .published : nil
            if end == .removed, state.isSweeping { state.removed.insert(entry.id) }
        }
    }
}
