import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("Fetch sessions (KIP-227)") struct FetchSessionTests {
    private let fixture: BrokerFixture
    private let version: Int16 = 11

    init() throws {
        fixture = try BrokerFixture { $0.fetchSessionsMax = 2 }
        try fixture.makeTopic("t", partitions: 3)
    }

    /// Partitions 0 to 2 from offset 0, in a session.
    private func full(_ id: Int32 = 0, epoch: Int32 = 0, partitions: Range<Int32> = 0..<3) -> Fetch.Request {
        var request = fixture.fetch("t", partitions.map { ($0, 0) }, minBytes: 0)
        request.sessionID = id
        request.sessionEpoch = epoch
        return request
    }

    /// What is new, in a session.
    private func incremental(
        _ id: Int32, _ epoch: Int32, _ offsets: [(Int32, Int64)] = [], forgetting forgotten: [Int32] = []
    ) -> Fetch.Request {
        var request = fixture.fetch("t", offsets, minBytes: 0)
        if offsets.isEmpty { request.topics = [] }
        request.sessionID = id
        request.sessionEpoch = epoch
        if !forgotten.isEmpty {
            var topic = Fetch.Request.ForgottenTopic()
            topic.topic = "t"
            topic.partitions = forgotten
            request.forgottenTopicsData = [topic]
        }
        return request
    }

    private func ask(_ request: Fetch.Request, _ version: Int16? = nil) throws -> Fetch.Response {
        try fixture.ask(Fetch.self, version ?? self.version, request)
    }

    private func partitions(_ response: Fetch.Response) -> [Int32] {
        response.responses.flatMap { $0.partitions.map(\.partitionIndex) }
    }

    private func produce(_ partition: Int32) throws {
        let topic = try #require(fixture.broker.catalog.topic(named: "t"))
        _ = try fixture.broker.log(topic, partition).append(batch(count: 1), origin: .client, now: fixture.now)
    }

    @Test("Epoch 0 makes a session with every partition in its answer; what follows has only what is new")
    func incrementalAnswers() throws {
        let first = try ask(full())
        #expect(first.sessionID > 0 && partitions(first) == [0, 1, 2])
        let id = first.sessionID
        #expect(partitions(try ask(incremental(id, 1))) == [])
        try produce(1)
        let second = try ask(incremental(id, 2))
        #expect(second.sessionID == id && second.errorCode == .none && partitions(second) == [1])
        // Not asked from further on, it has the records still.
        #expect(partitions(try ask(incremental(id, 3))) == [1])
        #expect(partitions(try ask(incremental(id, 4, [(1, 1)]))) == [])
    }

    @Test("Partitions are added and forgotten; one that had records is read last the next time")
    func changes() throws {
        let id = try ask(full(partitions: 0..<2)).sessionID
        #expect(partitions(try ask(incremental(id, 1, [(2, 0)]))) == [2])
        for partition in 0..<3 as Range<Int32> { try produce(partition) }
        #expect(partitions(try ask(incremental(id, 2, [(0, 1)]))) == [0, 1, 2])
        try produce(0)
        #expect(partitions(try ask(incremental(id, 3, forgetting: [1]))) == [0, 2])
    }

    @Test("A session whose last partition is forgotten ends")
    func emptied() throws {
        let id = try ask(full(partitions: 0..<1)).sessionID
        let last = try ask(incremental(id, 1, forgetting: [0]))
        #expect(last.errorCode == .none && last.sessionID == 0 && last.responses.isEmpty)
        #expect(try ask(incremental(id, 2)).errorCode == .fetchSessionIDNotFound)
    }

    @Test("Wrong ids, epochs and ways to name topics are refused, and an end is an end")
    func errors() throws {
        let id = try ask(full()).sessionID
        let unknown = try ask(incremental(id == 7 ? 8 : 7, 1))
        #expect(unknown.errorCode == .fetchSessionIDNotFound && unknown.responses.isEmpty)
        #expect(try ask(incremental(id, 2)).errorCode == .invalidFetchSessionEpoch)
        #expect(try ask(incremental(id, 1), 13).errorCode == .fetchSessionTopicIDError)
        #expect(try ask(incremental(id, 1)).errorCode == .none)
        // Epoch -1 asks for everything, and closes the session it names.
        let final = try ask(full(id, epoch: -1))
        #expect(final.sessionID == 0 && partitions(final) == [0, 1, 2])
        #expect(try ask(incremental(id, 2)).errorCode == .fetchSessionIDNotFound)
    }

    @Test("An error is told every time, and its end as well")
    func errorsAreTold() throws {
        let id = try ask(full(partitions: 2..<4)).sessionID
        #expect(partitions(try ask(incremental(id, 1))) == [3])
        #expect(partitions(try ask(incremental(id, 2))) == [3])
        let topic = try #require(fixture.broker.catalog.topic(named: "t"))
        try fixture.broker.catalog.setPartitionCount(4, of: topic)
        let mended = try ask(incremental(id, 3))
        #expect(partitions(mended) == [3] && mended.responses[0].partitions[0].errorCode == .none)
        #expect(partitions(try ask(incremental(id, 4))) == [])
    }

    @Test("A waiting fetch is answered with what is new, unless its session has gone on without it")
    func waiting() throws {
        let id = try ask(full()).sessionID
        var request = incremental(id, 1)
        request.maxWaitMs = 500
        request.minBytes = 1
        guard case .parked = fixture.send(Fetch.self, version, request) else {
            throw BrokerFixture.NoAnswer(outcome: "")
        }
        try produce(2)
        let answer = try fixture.response(Fetch.self, version, try #require(fixture.delivered.last).frame)
        #expect(partitions(answer) == [2])
        request.sessionEpoch = 2
        request.topics = fixture.fetch("t", [(2, 1)]).topics
        guard case .parked = fixture.send(Fetch.self, version, request) else {
            throw BrokerFixture.NoAnswer(outcome: "")
        }
        fixture.client = Client(id: 2, host: "127.0.0.1", advertisedHost: "localhost", advertisedPort: 9092)
        #expect(try ask(incremental(id, 3)).errorCode == .none)
        fixture.now += 500
        fixture.broker.advance(to: fixture.now)
        let late = try fixture.response(Fetch.self, version, try #require(fixture.delivered.last).frame)
        #expect(late.errorCode == .invalidFetchSessionEpoch && late.responses.isEmpty)
    }

    @Test("There are no more sessions than slots: an idle one makes room, an old one for a larger one")
    func eviction() throws {
        let large = try ask(full()).sessionID
        let small = try ask(full(partitions: 0..<1)).sessionID
        #expect(try ask(full()).sessionID == 0)
        fixture.now += FetchSessions.evictionMillis
        #expect(try ask(incremental(large, 1)).errorCode == .none && ask(incremental(small, 1)).errorCode == .none)
        fixture.now += 1
        #expect(try ask(full(partitions: 1..<2)).sessionID == 0)
        let larger = try ask(full(partitions: 0..<2)).sessionID
        #expect(larger != 0 && fixture.broker.fetchSessions.count == 2)
        #expect(try ask(incremental(small, 2)).errorCode == .fetchSessionIDNotFound)
        fixture.now += FetchSessions.evictionMillis + 1
        #expect(try ask(incremental(larger, 1)).errorCode == .none)
        #expect(try ask(full(partitions: 0..<1)).sessionID != 0)
        #expect(try ask(incremental(large, 2)).errorCode == .fetchSessionIDNotFound)
    }

    @Test("All sessions together remember a bounded number of partitions")
    func bound() {
        let sessions = FetchSessions(countMax: 100, partitionCountMax: 4, random: { 0x1234_5678 })
        guard case .first(let session) = sessions.part(full(), usesTopicIDs: false, now: 0) else {
            Issue.record("no session")
            return
        }
        guard case .none = sessions.part(full(partitions: 0..<2), usesTopicIDs: false, now: 0) else {
            Issue.record("more partitions than there may be")
            return
        }
        let more = incremental(session.id, 1, [(3, 0), (4, 0)])
        guard case .refused(.fetchSessionIDNotFound) = sessions.part(more, usesTopicIDs: false, now: 0) else {
            Issue.record("a session that grows beyond what there may be")
            return
        }
        #expect(sessions.count == 0)
    }
}
