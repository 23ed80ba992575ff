import KafkaWire
import Testing

@testable import KafkaBroker

extension BrokerFixture {
    /// Makes a topic.
    @discardableResult
    func makeTopic(_ name: String, partitions: Int32 = 1, configs: [(String, String?)] = []) throws -> KafkaBroker.Topic
    {
        var new = Broker.NewTopic(name: name)
        new.partitionCount = partitions
        new.configs = configs.map { (name: $0.0, value: $0.1) }
        return try broker.create(new)
    }

    /// A Produce request with the same batch for some partitions of a topic.
    func produce(
        _ topic: String, _ records: RecordData, partitions: [Int32] = [0], acks: Int16 = -1, topicID: UUID = .zero
    ) -> Produce.Request {
        var request = Produce.Request()
        request.acks = acks
        request.timeoutMs = 1000
        var data = Produce.Request.Topic()
        data.name = topic
        data.topicID = topicID
        data.partitionData = partitions.map { index in
            var partition = Produce.Request.Topic.Partition()
            partition.index = index
            partition.records = records
            return partition
        }
        request.topicData = [data]
        return request
    }

    /// Appends a batch and returns what its partition answers.
    @discardableResult
    func put(
        _ topic: String, _ bytes: [UInt8], partition: Int32 = 0, version: Int16 = 9
    ) throws -> Produce.Response.Topic.Partition {
        try ask(Produce.self, version, produce(topic, .bytes(bytes), partitions: [partition]))
            .responses[0].partitionResponses[0]
    }
}

@Suite("Produce") struct ProduceTests {
    @Test("Every served version appends and answers the base offset and the log's start", arguments: Produce.served)
    func versions(_ version: Int16) throws {
        let fixture = try BrokerFixture()
        let topic = try fixture.makeTopic("t", partitions: 2)
        for round in 0..<2 {
            let response = try fixture.ask(
                Produce.self, version,
                fixture.produce("t", .bytes(batch(count: 3)), partitions: [0, 1], topicID: topic.id))
            #expect(response.responses[0].partitionResponses.map(\.index) == [0, 1])
            for partition in response.responses[0].partitionResponses {
                #expect(partition.errorCode == .none)
                #expect(partition.baseOffset == Int64(round * 3))
                #expect(partition.logAppendTimeMs == -1)
                #expect(partition.logStartOffset == (version >= 5 ? 0 : -1))
            }
        }
    }

    @Test("Version 0 is told, so that old librdkafka compresses, but not served")
    func advertised() throws {
        #expect(Produce.advertised == 0...13)
        let fixture = try BrokerFixture()
        for version in 0...2 as ClosedRange<Int16> {
            guard case .close = fixture.send(key: 0, version: version) else {
                Issue.record("version \(version) is answered")
                continue
            }
        }
    }

    @Test("LogAppendTime is answered with the broker's time")
    func logAppendTime() throws {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t", configs: [("message.timestamp.type", "LogAppendTime")])
        #expect(try fixture.put("t", batch(count: 1)).logAppendTimeMs == fixture.now)
    }

    @Test("Unknown topics, partitions and ids are answered each for itself")
    func unknown() throws {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t")
        #expect(try fixture.put("none", batch(count: 1)).errorCode == .unknownTopicOrPartition)
        let mixed = try fixture.ask(
            Produce.self, 9, fixture.produce("t", .bytes(batch(count: 1)), partitions: [-1, 0, 1]))
        #expect(
            mixed.responses[0].partitionResponses.map(\.errorCode) == [
                .unknownTopicOrPartition, .none, .unknownTopicOrPartition,
            ])
        let byID = try fixture.ask(
            Produce.self, 13, fixture.produce("t", .bytes(batch(count: 1)), topicID: UUID(high: 5, low: 5)))
        #expect(byID.responses[0].partitionResponses[0].errorCode == .unknownTopicID)
        #expect(byID.responses[0].partitionResponses[0].baseOffset == -1)
    }

    @Test("Exactly one batch of format 2 a partition, and zstd only from version 7")
    func batches() throws {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t")
        func error(_ records: RecordData, _ version: Int16 = 9) throws -> KafkaError {
            try fixture.ask(Produce.self, version, fixture.produce("t", records)).responses[0].partitionResponses[0]
                .errorCode
        }
        let good = batch(count: 2)
        #expect(try error(.null) == .invalidRecord)
        #expect(try error(.bytes([])) == .invalidRecord)
        #expect(try error(.bytes(good + good)) == .invalidRecord)
        #expect(try error(.bytes(good + [0])) == .invalidRecord)
        #expect(try error(.bytes(Array(good.dropLast()))) == .invalidRecord)
        var tooSmall = good
        tooSmall[11] = 3
        #expect(try error(.bytes(tooSmall)) == .corruptMessage)
        var oldFormat = good
        oldFormat[16] = 1
        #expect(try error(.bytes(oldFormat)) == .invalidRecord)
        let zstd = batch([[1]], compression: .zstd)
        #expect(try error(.bytes(zstd), 6) == .unsupportedCompressionType)
        #expect(try error(.bytes(zstd), 7) == .none)
        #expect(try fixture.broker.log(fixture.broker.catalog.topic(named: "t")!, 0).logEndOffset == 1)
    }

    @Test("Records at fault are named from version 8 on")
    func recordErrors() throws {
        let fixture = try BrokerFixture()
        try fixture.makeTopic("t", configs: [("cleanup.policy", "compact")])
        let noKey = batch([[1], [2]], key: nil)
        let named = try fixture.put("t", noKey, version: 8)
        #expect(named.errorCode == .invalidRecord)
        #expect(named.recordErrors.map(\.batchIndex) == [0, 1])
        #expect(
            named.recordErrors[0].batchIndexErrorMessage
                == "Compacted topic cannot accept message without key in topic partition t-0.")
        #expect(named.errorMessage?.hasPrefix("One or more records have been rejected due to 2 record errors") == true)
        #expect(named.logStartOffset == 0)
        let unnamed = try fixture.put("t", noKey, version: 7)
        #expect(unnamed.errorCode == .invalidRecord)
        #expect(unnamed.recordErrors.isEmpty)
    }

    @Test("acks other than -1, 0 and 1 are INVALID_REQUIRED_ACKS and append nothing")
    func acks() throws {
        let fixture = try BrokerFixture()
        let topic = try fixture.makeTopic("t")
        for acks in [2, -2, 100] as [Int16] {
            let response = try fixture.ask(Produce.self, 9, fixture.produce("t", .bytes(batch(count: 1)), acks: acks))
            #expect(response.responses[0].partitionResponses[0].errorCode == .invalidRequiredAcks)
        }
        #expect(try fixture.broker.log(topic, 0).logEndOffset == 0)
    }

    @Test("acks=0 gets no answer; a failure closes the connection")
    func noAcks() throws {
        let fixture = try BrokerFixture()
        let topic = try fixture.makeTopic("t")
        guard case .nothing = fixture.send(Produce.self, 9, fixture.produce("t", .bytes(batch(count: 1)), acks: 0))
        else {
            Issue.record("answered")
            return
        }
        #expect(try fixture.broker.log(topic, 0).logEndOffset == 1)
        guard case .close = fixture.send(Produce.self, 9, fixture.produce("u", .bytes(batch(count: 1)), acks: 0)) else {
            Issue.record("not closed")
            return
        }
    }

    @Test("A transactional id or batch is refused with an error that no client tries again after")
    func transactions() throws {
        let fixture = try BrokerFixture()
        let topic = try fixture.makeTopic("t")
        var withID = fixture.produce("t", .bytes(batch(count: 1)))
        withID.transactionalID = "x"
        #expect(
            try fixture.ask(Produce.self, 9, withID).responses[0].partitionResponses[0].errorCode
                == .transactionalIDAuthorizationFailed)
        let transactional = patched(batch([[1]], producer: 3, epoch: 0, sequence: 0)) {
            $0.storeBytes(of: Int16(16).bigEndian, toByteOffset: RecordBatch.Position.attributes, as: Int16.self)
        }
        #expect(try fixture.put("t", transactional).errorCode == .transactionalIDAuthorizationFailed)
        #expect(try fixture.broker.log(topic, 0).logEndOffset == 0)
    }

    @Test("Clients may not write the topic of groups")
    func internalTopic() throws {
        let fixture = try BrokerFixture()
        _ = try fixture.broker.consumerOffsetsTopic()
        #expect(try fixture.put(Topic.consumerOffsets, batch(count: 1)).errorCode == .invalidTopicException)
    }

    @Test("In full durability the answer comes after fsync")
    func durable() throws {
        let fixture = try BrokerFixture { $0.durability = .full }
        try fixture.makeTopic("t", partitions: 2)
        var jobs: [(job: @Sendable () -> Bool, then: (Bool) -> Void)] = []
        fixture.broker.background = { job, then in jobs.append((job, then)) }
        guard
            case .parked = fixture.send(
                Produce.self, 9, fixture.produce("t", .bytes(batch(count: 2)), partitions: [0, 1]))
        else {
            Issue.record("not parked")
            return
        }
        #expect(jobs.count == 2)
        jobs[0].then(jobs[0].job())
        #expect(fixture.delivered.isEmpty)
        jobs[1].then(jobs[1].job())
        let response = try fixture.response(Produce.self, 9, try #require(fixture.delivered.first).frame)
        #expect(response.responses[0].partitionResponses.map(\.errorCode) == [.none, .none])
        #expect(response.responses[0].partitionResponses.map(\.baseOffset) == [0, 0])
    }
}
