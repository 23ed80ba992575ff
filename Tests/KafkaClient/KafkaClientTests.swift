import Synchronization
import Testing

@testable import KafkaClient

/// What the work of a consumer saw.
final class Seen: Sendable {
    private let records = Mutex<[ConsumerRecord]>([])
    func add(_ record: ConsumerRecord) { records.withLock { $0.append(record) } }

    var all: [ConsumerRecord] { records.withLock { $0 } }

    var values: [String] { all.map { String(decoding: $0.value ?? [], as: UTF8.self) } }
}

/// A number that threads share.
final class Counter: Sendable {
    private let state: Mutex<Int>
    init(_ value: Int = 0) { state = Mutex(value) }
    var value: Int {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Waits until `condition` holds, for a minute at most: the mock cluster takes its time over a rebalance.
func eventually(_ what: String, _ condition: () async -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
        if await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("never: \(what)")
}

@Suite(.serialized) struct KafkaClientTests {
    struct WorkError: Error {}

    func producer(_ cluster: MockCluster, _ change: (inout Producer.Configuration) -> Void = { _ in }) throws
        -> Producer
    {
        var configuration = Producer.Configuration(brokers: cluster.brokers, clientID: "test")
        change(&configuration)
        return try Producer(configuration) { _ in }
    }

    func consumer(
        _ cluster: MockCluster, topics: [String] = ["t"],
        onEvent: @escaping @Sendable (ConsumerEvent) -> Void = { _ in },
        _ work: @escaping Consumer.Work
    ) throws -> Consumer {
        var configuration = Consumer.Configuration(
            brokers: cluster.brokers, groupID: "g", topics: topics, clientID: "test")
        configuration.retryDelay = .milliseconds(20)
        configuration.properties["topic.metadata.refresh.interval.ms"] = "200"
        // A member that the mock cluster has not seen leave holds up the next one for no longer than this.
        configuration.properties["session.timeout.ms"] = "6000"
        configuration.properties["heartbeat.interval.ms"] = "500"
        return try Consumer(configuration, log: { _ in }, onEvent: onEvent, work: work)
    }

    func record(_ value: String, key: String = "k") -> ProducerRecord {
        ProducerRecord(topic: "t", key: Array(key.utf8), value: Array(value.utf8))
    }

    @Test("A record arrives with key, value and headers")
    func roundTrip() async throws {
        let cluster = try MockCluster(topics: ["t": 3])
        let producer = try producer(cluster)
        var sent = record("hello")
        sent.headers = [.init("event_type", "order_created"), .init("empty", "")]
        let delivery = try await producer.send(sent)
        let seen = Seen()
        let consumer = try consumer(cluster) { seen.add($0) }
        try await eventually("the record") { seen.all.count == 1 }
        let found = try #require(seen.all.first)
        #expect(found.topicPartition == TopicPartition(topic: "t", partition: delivery.partition))
        #expect(found.offset == delivery.offset)
        #expect(found.key == Array("k".utf8))
        #expect(found.value == Array("hello".utf8))
        #expect(found.headers.map(\.name) == ["event_type", "empty"])
        #expect(found.header("event_type") == "order_created")
        #expect(found.header("empty") == "")
        #expect(consumer.assignment?.count == 3)
        await consumer.close()
        await producer.close(flush: .seconds(1))
    }

    @Test("Work that fails is done again, in order, and what follows waits for it")
    func failedWork() async throws {
        let cluster = try MockCluster(topics: ["t": 1])
        let producer = try producer(cluster)
        for index in 0..<5 { _ = try await producer.send(record("\(index)")) }
        let seen = Seen()
        let failures = Counter()
        let consumer = try consumer(
            cluster,
            onEvent: { event in
                if case .workFailed = event { failures.value += 1 }
            },
            { record in
                seen.add(record)
                if record.offset == 2, seen.all.filter({ $0.offset == 2 }).count < 4 { throw WorkError() }
            })
        try await eventually("all records") { seen.all.last?.offset == 4 }
        #expect(seen.all.map(\.offset) == [0, 1, 2, 2, 2, 2, 3, 4])
        #expect(failures.value == 3)
        await consumer.close()
        await producer.close(flush: .zero)
    }

    @Test("A closed consumer has committed what was done, and only that")
    func commit() async throws {
        let cluster = try MockCluster(topics: ["t": 1])
        let producer = try producer(cluster)
        for index in 0..<10 { _ = try await producer.send(record("\(index)")) }
        let first = Seen()
        let one = try consumer(cluster) { record in
            if record.offset == 6 { throw WorkError() }
            first.add(record)
        }
        try await eventually("six records") { first.all.count == 6 }
        await one.close()
        let second = Seen()
        let two = try consumer(cluster) { second.add($0) }
        try await eventually("the rest") { second.all.last?.offset == 9 }
        #expect(second.all.map(\.offset) == [6, 7, 8, 9])
        await two.close()
        await producer.close(flush: .zero)
    }

    @Test("Closing waits for the work in progress")
    func closeWaits() async throws {
        let cluster = try MockCluster(topics: ["t": 1])
        let producer = try producer(cluster)
        _ = try await producer.send(record("x"))
        let started = Counter(0)
        let ended = Counter(0)
        let consumer = try consumer(cluster) { _ in
            started.value = 1
            try await Task.sleep(for: .milliseconds(300))
            ended.value = 1
        }
        try await eventually("the work") { started.value == 1 }
        await consumer.close()
        #expect(ended.value == 1)
        await producer.close(flush: .zero)
    }

    @Test("Partitions are worked on side by side, each in order")
    func parallel() async throws {
        let cluster = try MockCluster(topics: ["t": 3])
        let producer = try producer(cluster)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<600 {
                group.addTask { _ = try await producer.send(record("\(index)", key: "\(index)")) }
            }
            try await group.waitForAll()
        }
        let seen = Seen()
        let slow = Counter(1)
        let consumer = try consumer(cluster) { record in
            if record.topicPartition.partition == 0, slow.value == 1 { throw WorkError() }
            seen.add(record)
        }
        try await eventually("the partitions that go on") {
            Set(seen.all.map(\.topicPartition.partition)) == [1, 2] && seen.all.count > 300
        }
        slow.value = 0
        // More than the high-water mark waited: the pause was lifted.
        try await eventually("all of them") { seen.all.count == 600 }
        for partition in 0..<3 {
            let offsets = seen.all.filter { $0.topicPartition.partition == partition }.map(\.offset)
            #expect(offsets == Array(0..<Int64(offsets.count)))
        }
        await consumer.close()
        await producer.close(flush: .zero)
    }

    @Test("Two members share the partitions, and one takes over from the other without loss")
    func rebalance() async throws {
        let cluster = try MockCluster(topics: ["t": 4])
        let producer = try producer(cluster)
        let seen = Seen()
        let one = try consumer(cluster) { seen.add($0) }
        try await eventually("all for one") { one.assignment?.count == 4 }
        let two = try consumer(cluster) { seen.add($0) }
        try await eventually("two and two") { one.assignment?.count == 2 && two.assignment?.count == 2 }
        for index in 0..<100 { _ = try await producer.send(record("\(index)", key: "\(index)")) }
        try await eventually("the records") { seen.all.count == 100 }
        await one.close()
        try await eventually("all for two") { two.assignment?.count == 4 }
        for index in 100..<200 { _ = try await producer.send(record("\(index)", key: "\(index)")) }
        // The stand-in refuses commits in a rebalance, which Kafka takes: here records may come twice.
        try await eventually("the others") { Set(seen.values).count == 200 }
        await two.close()
        await producer.close(flush: .zero)
    }

    @Test("A broker that goes and comes again loses nothing")
    func outage() async throws {
        let cluster = try MockCluster(topics: ["t": 1])
        let producer = try producer(cluster)
        try await producer.checkHealth(timeout: .seconds(5))
        cluster.setDown()
        await #expect(throws: KafkaError.self) {
            // A connection that ends is noticed a little later.
            for _ in 0..<50 { try await producer.checkHealth(timeout: .milliseconds(300)) }
        }
        let sending = Task { try await producer.send(record("x")) }
        try await Task.sleep(for: .milliseconds(100))
        cluster.setUp()
        _ = try await sending.value
        try await eventually("health") { (try? await producer.checkHealth(timeout: .seconds(2))) != nil }
        await producer.close(flush: .zero)
    }

    @Test("A record that cannot be delivered in time is an error, and a closed producer one at once")
    func undelivered() async throws {
        let cluster = try MockCluster(topics: ["t": 1])
        let producer = try producer(cluster) { $0.properties["message.timeout.ms"] = "200" }
        cluster.setDown()
        await #expect(throws: KafkaError.self) { try await producer.send(record("x")) }
        await producer.close(flush: .milliseconds(10))
        await #expect(throws: KafkaError.closed) { try await producer.send(record("x")) }
    }

    @Test("A property that librdkafka does not know is told at the start")
    func properties() throws {
        var configuration = Producer.Configuration(brokers: "localhost:1", clientID: "test")
        configuration.properties["no.such.property"] = "1"
        #expect(throws: KafkaError.self) { try Producer(configuration) { _ in } }
    }
}
