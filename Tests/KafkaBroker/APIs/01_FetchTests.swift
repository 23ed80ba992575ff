import KafkaWire
import Testing

@testable import KafkaBroker

extension BrokerFixture {
    /// A Fetch request for partitions of one topic, from these offsets on.
    func fetch(
        _ topic: String, _ offsets: [(partition: Int32, offset: Int64)] = [(0, 0)], minBytes: Int32 = 1,
        waitMillis: Int32 = 0, maxBytes: Int32 = .max, partitionMaxBytes: Int32 = 1 << 20, topicID: UUID = .zero
    ) -> Fetch.Request {
        var request = Fetch.Request()
        request.maxWaitMs = waitMillis
        request.minBytes = minBytes
        request.maxBytes = maxBytes
        var asked = Fetch.Request.Topic()
        asked.topic = topic
        asked.topicID = topicID
        asked.partitions = offsets.map { entry in
            var partition = Fetch.Request.Topic.Partition()
            partition.partition = entry.partition
            partition.fetchOffset = entry.offset
            partition.partitionMaxBytes = partitionMaxBytes
            return partition
        }
        request.topics = [asked]
        return request
    }
}

@Suite("Fetch") struct FetchTests {
    private func isParked(_ outcome: Outcome) -> Bool {
        if case .parked = outcome { true } else { false }
    }

    @Test("Every served version returns the stored bytes", arguments: Fetch.served)
    func versions(_ version: Int16) throws {
        let fixture = try BrokerFixture()
        let topic = try fixture.makeTopic("t")
        var sent = batch(count: 3)
        try fixture.put("t", sent)
        let response = try fixture.ask(Fetch.self, version, fixture.fetch("t", topicID: topic.id))
        #expect(response.errorCode == .none && response.sessionID == 0)
        let partition = response.responses[0].partitions[0]
        sent.withUnsafeMutableBytes { RecordBatchHeader.assign(baseOffset: 0, partitionLeaderEpoch: 0, in: $0) }
        #expect(partition.records == .bytes(sent))
        #expect(partition.highWatermark == 3 && partition.lastStableOffset == 3)
        #expect(partition.logStartOffset == (version >= 5 ? 0 : -1))
        #expect(partition.abortedTransactions == nil)
        #expect(partition.preferredReadReplica == -1)
    }

    @Test("read_committed gets an empty list of aborted transactions")
    func readCommitted() throws {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t")
        var request = fixture.fetch("t")
        request.isolationLevel = 1
        #expect(try fixture.ask(Fetch.self, 11, request).responses[0].partitions[0].abortedTransactions == [])
    }

    @Test("Errors stand at their partition, with watermarks of -1 and no records; nothing waits then")
    func errors() throws {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t")
        try fixture.put("t", batch(count: 1))
        let response = try fixture.ask(
            Fetch.self, 11, fixture.fetch("t", [(0, 9), (1, 0), (0, 1)], waitMillis: 1000))
        #expect(
            response.responses[0].partitions.map(\.errorCode) == [.offsetOutOfRange, .unknownTopicOrPartition, .none])
        #expect(response.responses[0].partitions[0].highWatermark == -1)
        #expect(response.responses[0].partitions[0].records == .bytes([]))
        let unknown = try fixture.ask(Fetch.self, 11, fixture.fetch("u", waitMillis: 1000))
        #expect(unknown.responses[0].partitions[0].errorCode == .unknownTopicOrPartition)
        let byID = try fixture.ask(Fetch.self, 13, fixture.fetch("", waitMillis: 1000, topicID: UUID(high: 3, low: 3)))
        #expect(byID.responses[0].partitions[0].errorCode == .unknownTopicID)
    }

    @Test("The leader epoch that a client believes in is checked")
    func leaderEpoch() throws {
        let fixture = try BrokerFixture()
        let topic = try fixture.makeTopic("t")
        var request = fixture.fetch("t", topicID: topic.id)
        request.topics[0].partitions[0].currentLeaderEpoch = 1
        #expect(try fixture.ask(Fetch.self, 11, request).responses[0].partitions[0].errorCode == .unknownLeaderEpoch)
        request.topics[0].partitions[0].currentLeaderEpoch = 0
        #expect(try fixture.ask(Fetch.self, 11, request).responses[0].partitions[0].errorCode == .none)
        // After a stop that was not clean the epoch is 1.
        let again = try Broker(.init(directory: fixture.directory.path), now: fixture.now)
        var wire = Wire(writingVersion: 11, flexible: false)
        try request.layout(&wire)
        #expect(again.leaderEpoch(of: topic, 0) == 1)
        let log = try again.log(again.catalog.topic(named: "t")!, 0)
        #expect(throws: KafkaError.fencedLeaderEpoch) { try log.check(currentLeaderEpoch: 0) }
        #expect(throws: Never.self) { try log.check(currentLeaderEpoch: -1) }
    }

    @Test("An epoch that was left earlier than the asker thinks is answered with where it ended")
    func divergingEpoch() throws {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t")
        try fixture.put("t", batch(count: 5))
        var request = fixture.fetch("t", [(0, 3)], waitMillis: 1000)
        request.topics[0].partitions[0].lastFetchedEpoch = 0
        #expect(try fixture.ask(Fetch.self, 12, request).responses[0].partitions[0].divergingEpoch.epoch == -1)
        request.topics[0].partitions[0].lastFetchedEpoch = 4
        #expect(try fixture.ask(Fetch.self, 12, request).responses[0].partitions[0].errorCode == .offsetOutOfRange)
    }

    @Test("max_bytes bounds the whole answer, but the first batch always comes")
    func maxBytes() throws {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t", partitions: 3)
        let bytes = batch(count: 4)
        for partition in 0..<3 as Range<Int32> { try fixture.put("t", bytes, partition: partition) }
        func sizes(_ maxBytes: Int32, _ partitionMaxBytes: Int32) throws -> [Int] {
            let request = fixture.fetch(
                "t", [(0, 0), (1, 0), (2, 0)], maxBytes: maxBytes, partitionMaxBytes: partitionMaxBytes)
            return try fixture.ask(Fetch.self, 11, request).responses[0].partitions.map(\.records.count)
        }
        let size = bytes.count
        #expect(try sizes(.max, .max) == [size, size, size])
        #expect(try sizes(1, .max) == [size, 0, 0])
        #expect(try sizes(Int32(2 * size), .max) == [size, size, 0])
        #expect(try sizes(.max, 1) == [size, 0, 0])
        #expect(try sizes(-7, -7) == [size, 0, 0])
    }

    @Test("A fetch waits for min_bytes, counts what comes to any of its partitions, and is answered once")
    func wakes() throws {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t", partitions: 2)
        let size = Int32(batch(count: 2).count)
        #expect(
            isParked(
                fixture.send(Fetch.self, 11, fixture.fetch("t", [(0, 0), (1, 0)], minBytes: 2 * size, waitMillis: 500)))
        )
        #expect(fixture.broker.nextDeadlineMillis == fixture.now + 500)
        fixture.client = Client(id: 2, host: "h", advertisedHost: "h", advertisedPort: 1)
        try fixture.put("t", batch(count: 2))
        #expect(fixture.delivered.isEmpty)
        try fixture.put("t", batch(count: 2), partition: 1)
        let response = try fixture.response(Fetch.self, 11, try #require(fixture.delivered.first).frame)
        #expect(fixture.delivered[0].token.client == 1)
        #expect(response.responses[0].partitions.map(\.records.count) == [Int(size), Int(size)])
        try fixture.put("t", batch(count: 2))
        fixture.broker.advance(to: fixture.now + 10_000)
        #expect(fixture.delivered.count == 1)
        #expect(fixture.broker.fetches.count == 0)
        #expect(fixture.broker.fetches.nextDeadlineMillis == nil)
    }

    @Test("A fetch whose time is up is answered with what is there")
    func timesOut() throws {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t")
        try fixture.put("t", batch(count: 2))
        #expect(isParked(fixture.send(Fetch.self, 11, fixture.fetch("t", minBytes: 10_000, waitMillis: 500))))
        fixture.broker.advance(to: fixture.now + 499)
        #expect(fixture.delivered.isEmpty)
        fixture.broker.advance(to: fixture.now + 500)
        let response = try fixture.response(Fetch.self, 11, try #require(fixture.delivered.first).frame)
        #expect(response.responses[0].partitions[0].records.count == batch(count: 2).count)
        let log = try fixture.broker.log(fixture.broker.catalog.topic(named: "t")!, 0)
        #expect(log.fetchWaiters.isEmpty)
    }

    @Test("A client that goes leaves no waiting fetch behind")
    func disconnects() throws {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t")
        #expect(isParked(fixture.send(Fetch.self, 11, fixture.fetch("t", waitMillis: 500))))
        fixture.broker.disconnected(1, now: fixture.now)
        let log = try fixture.broker.log(fixture.broker.catalog.topic(named: "t")!, 0)
        #expect(log.fetchWaiters.isEmpty && fixture.broker.fetches.count == 0)
        #expect(fixture.broker.fetches.nextDeadlineMillis == nil)
        fixture.client = Client(id: 2, host: "h", advertisedHost: "h", advertisedPort: 1)
        try fixture.put("t", batch(count: 1))
        #expect(fixture.delivered.isEmpty)
    }

    @Test("A fetch of a topic that is deleted meanwhile is answered with the error")
    func deleted() throws {
        let fixture = try BrokerFixture()
        let topic = try fixture.makeTopic("t")
        #expect(isParked(fixture.send(Fetch.self, 11, fixture.fetch("t", waitMillis: 500))))
        try fixture.broker.delete(topic)
        let response = try fixture.response(Fetch.self, 11, try #require(fixture.delivered.first).frame)
        #expect(response.responses[0].partitions[0].errorCode == .unknownTopicOrPartition)
    }

    @Test("min_bytes of 0 and a wait of 0 are answered at once; so is a fetch of nothing")
    func atOnce() throws {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t")
        #expect(!isParked(fixture.send(Fetch.self, 11, fixture.fetch("t", minBytes: 0, waitMillis: 500))))
        #expect(!isParked(fixture.send(Fetch.self, 11, fixture.fetch("t", waitMillis: 0))))
        #expect(!isParked(fixture.send(Fetch.self, 11, fixture.fetch("t", [], waitMillis: 500))))
    }

    @Test(
        "Many waiters with random ends leave nothing behind and are answered once each",
        arguments: [1, 2, 3] as [UInt64])
    func manyWaiters(_ seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let fixture = try BrokerFixture()
        let topic = try fixture.makeTopic("t", partitions: 4)
        var parked: Set<ClientID> = []
        var gone = 0
        var asked = 0
        for step in 0..<600 {
            fixture.now += Int64.random(in: 0...20, using: &numbers)
            switch Int.random(in: 0..<10, using: &numbers) {
            case 0..<6:
                let id = ClientID(step + 100)
                fixture.client = Client(id: id, host: "h", advertisedHost: "h", advertisedPort: 1)
                let ends = try (0..<4 as Range<Int32>).map { index in
                    (partition: index, offset: try fixture.broker.log(topic, index).logEndOffset)
                }
                let chosen = ends.filter { _ in Bool.random(using: &numbers) }
                asked += 1
                let outcome = fixture.send(
                    Fetch.self, 11,
                    fixture.fetch(
                        "t", chosen, minBytes: Int32.random(in: 1...400, using: &numbers),
                        waitMillis: Int32.random(in: 1...300, using: &numbers)))
                if isParked(outcome) { parked.insert(id) } else { gone += 1 }
            case 6, 7:
                fixture.client = Client(id: 1, host: "h", advertisedHost: "h", advertisedPort: 1)
                try fixture.put("t", batch(count: 2), partition: Int32.random(in: 0..<4, using: &numbers))
            case 8:
                if let id = parked.sorted().randomElement(using: &numbers) {
                    if !fixture.delivered.contains(where: { $0.token.client == id }) { gone += 1 }
                    parked.remove(id)
                    fixture.broker.disconnected(id, now: fixture.now)
                }
            default:
                fixture.broker.advance(to: fixture.now)
            }
        }
        fixture.broker.advance(to: fixture.now + 1000)
        #expect(fixture.broker.fetches.count == 0)
        #expect(fixture.delivered.count + gone == asked)
        #expect(Set(fixture.delivered.map(\.token.client)).count == fixture.delivered.count)
        for index in 0..<4 as Range<Int32> { #expect(try fixture.broker.log(topic, index).fetchWaiters.isEmpty) }
    }
}
