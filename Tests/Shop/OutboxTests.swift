import DynamoDBClient
import KafkaClient
import Synchronization
import Testing

@testable import Shop

/// An outbox in memory, and a Kafka that fails as told.
final class FakeOutbox: OutboxStore, RecordSender {
    struct Failure: Error {}
    struct State {
        var entries: [String: OutboxEntry] = [:]
        var sent: [ProducerRecord] = []
        var failsToSend: Set<String> = []
        var hangs: Set<String> = []
        var failsToRemove = false
        var failsToRead = false
    }
    let state = Mutex(State())

    func pending(shard: Int64, after: String?, limit: Int) async throws -> [OutboxEntry] {
        try state.withLock { state in
            if state.failsToRead { throw Failure() }
            let entries = state.entries.values.filter { $0.shard == shard && $0.id > after ?? "" }
            return Array(entries.sorted { $0.id < $1.id }.prefix(limit))
        }
    }

    func remove(_ entry: OutboxEntry) async throws {
        try state.withLock { state in
            if state.failsToRemove { throw Failure() }
            state.entries[entry.id] = nil
        }
    }

    func send(_ record: ProducerRecord) async throws -> Delivery {
        while state.withLock({ $0.hangs.contains(record.topic) }) { try await Task.sleep(for: .milliseconds(5)) }
        return try state.withLock { state in
            if state.failsToSend.contains(record.topic) { throw Failure() }
            state.sent.append(record)
            return Delivery(partition: 0, offset: 0)
        }
    }

    func add(_ entry: OutboxEntry) { state.withLock { $0.entries[entry.id] = entry } }
    var sent: [ProducerRecord] { state.withLock { $0.sent } }
    var left: Int { state.withLock { $0.entries.count } }
}

func eventually(_ what: String, _ condition: () async -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < end {
        if await condition() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    Issue.record("never: \(what)")
}

@Suite struct OutboxTests {
    let outbox = FakeOutbox()
    let lines = Lines()

    func entry(_ id: Int64, topic: String = "t") -> OutboxEntry {
        OutboxEntry(
            id: String(id), orderID: id, topic: topic, value: "{\"event_id\":\"e\(id)\"}", headers: [.init("a", "b")],
            createdMillis: 1000)
    }

    func publisher(published: @escaping @Sendable (OutboxEntry) -> Void = { _ in }) -> OutboxPublisher {
        OutboxPublisher(
            store: outbox, sender: outbox, logger: lines.logger(), nowMillis: { 1000 }, published: published)
    }

    @Test("What is stored is published with its key and headers, told of, and removed after the acknowledgement")
    func publish() async throws {
        let told = Mutex(0)
        let publisher = publisher { _ in told.withLock { $0 += 1 } }
        outbox.add(entry(17))
        publisher.publish(entry(17))
        try await eventually("removed") { outbox.left == 0 }
        #expect(outbox.sent == [entry(17).record])
        #expect(outbox.sent.first?.key == Array("ORDER#17".utf8))
        #expect(entry(17).shard == 1)
        #expect(told.withLock { $0 } == 1)
    }

    @Test("What was left by a crash is published at the start, from every shard and page")
    func sweepAtStart() async throws {
        for id in 0..<1000 { outbox.add(entry(Int64(id))) }
        let publisher = publisher()
        publisher.startSweeping(every: .milliseconds(10))
        try await eventually("all") { outbox.left == 0 }
        #expect(Set(outbox.sent.map(\.key)).count == 1000)
        await publisher.close(limit: .seconds(1))
    }

    @Test("A publish that fails stays in the outbox, and is tried again")
    func failedPublish() async throws {
        outbox.state.withLock { $0.failsToSend = ["t"] }
        outbox.add(entry(1))
        let publisher = publisher()
        publisher.publish(entry(1))
        try await eventually("told") { !lines.all.isEmpty }
        #expect(outbox.left == 1)
        outbox.state.withLock { $0.failsToSend = [] }
        #expect(await publisher.sweep(olderThanMillis: 0))
        try await eventually("removed") { outbox.left == 0 }
        #expect(outbox.sent.count == 1)
    }

    @Test("An event that Kafka has is not published again because its removal fails")
    func failedRemoval() async throws {
        outbox.state.withLock { $0.failsToRemove = true }
        outbox.add(entry(1))
        let publisher = publisher()
        publisher.publish(entry(1))
        try await eventually("told") { !lines.all.isEmpty }
        for _ in 0..<3 {
            _ = await publisher.sweep(olderThanMillis: 0)
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(outbox.left == 1)
        outbox.state.withLock { $0.failsToRemove = false }
        _ = await publisher.sweep(olderThanMillis: 0)
        try await eventually("removed") { outbox.left == 0 }
        #expect(outbox.sent.count == 1)
    }

    @Test("A topic that is away does not keep another one waiting")
    func topics() async throws {
        outbox.state.withLock { $0.hangs = ["away"] }
        for id in 0..<Int64(OutboxPublisher.perTopicMax + 100) { outbox.add(entry(id, topic: "away")) }
        let publisher = publisher()
        _ = await publisher.sweep(olderThanMillis: 0)
        outbox.add(entry(9999, topic: "here"))
        _ = await publisher.sweep(olderThanMillis: 0)
        try await eventually("the other topic") { outbox.sent.map(\.topic) == ["here"] }
        outbox.state.withLock { $0.hangs = [] }
        try await eventually("the first ones") { outbox.left == 100 }
        _ = await publisher.sweep(olderThanMillis: 0)
        try await eventually("the rest") { outbox.left == 0 }
    }

    @Test("An entry on its way is not published a second time by the sweep")
    func onItsWay() async throws {
        outbox.state.withLock { $0.hangs = ["t"] }
        outbox.add(entry(1))
        let publisher = publisher()
        publisher.publish(entry(1))
        _ = await publisher.sweep(olderThanMillis: 0)
        outbox.state.withLock { $0.hangs = [] }
        try await eventually("removed") { outbox.left == 0 }
        #expect(outbox.sent.count == 1)
    }

    @Test("What another instance has just stored is left to it")
    func foreign() async throws {
        outbox.add(entry(1))
        let publisher = publisher()
        _ = await publisher.sweep(olderThanMillis: OutboxPublisher.foreignMillis)
        try await Task.sleep(for: .milliseconds(20))
        #expect(outbox.sent.isEmpty)
    }

    @Test("A store that cannot be read is told of, and read again")
    func unreadable() async throws {
        outbox.state.withLock { $0.failsToRead = true }
        outbox.add(entry(1))
        let publisher = publisher()
        publisher.startSweeping(every: .milliseconds(5))
        try await eventually("told") { !lines.all.isEmpty }
        outbox.state.withLock { $0.failsToRead = false }
        try await eventually("published") { outbox.left == 0 }
        await publisher.close(limit: .seconds(1))
    }

    @Test("Closing waits for what is on its way, and takes nothing more")
    func close() async throws {
        outbox.state.withLock { $0.hangs = ["t"] }
        outbox.add(entry(1))
        let publisher = publisher()
        publisher.publish(entry(1))
        Task {
            try await Task.sleep(for: .milliseconds(50))
            outbox.state.withLock { $0.hangs = [] }
        }
        await publisher.close(limit: .seconds(5))
        #expect(outbox.left == 0)
        publisher.publish(entry(2))
        try await Task.sleep(for: .milliseconds(10))
        #expect(outbox.sent.count == 1)
    }

    @Test("An entry is an item of its shard, and reads back")
    func item() {
        let item = DynamoDBOutbox.item(entry(17))
        #expect(item["PK"] == "OUTBOX#1")
        #expect(item["SK"] == "17")
        #expect(DynamoDBOutbox.entry(item) == entry(17))
        #expect(DynamoDBOutbox.entry(["SK": "17"]) == nil)
    }
}
