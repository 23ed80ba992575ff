import KafkaBroker
import KafkaWire

/// Requests to the broker: 64 KiB batches of 1 KiB records to one partition, or 1 MiB of them from it.
final class BrokerCalls: Work {
    private static let now: Int64 = 1_700_000_000_000
    private static let recordsPerBatch = 64
    private static let recordBytes = 1_024
    private static let batches = 200

    private let broker: Broker
    private let client = Client(id: 1, host: "127.0.0.1", advertisedHost: "localhost", advertisedPort: 9092)
    private var frame: [UInt8] = []

    static func produce(in directory: String) throws -> Work {
        let work = try BrokerCalls(directory)
        work.frame = try work.produceFrame()
        return work
    }

    static func fetch(in directory: String) throws -> Work {
        let work = try BrokerCalls(directory)
        work.frame = try work.produceFrame()
        for _ in 0..<batches { work.call() }
        work.frame = try work.fetchFrame()
        return work
    }

    private init(_ directory: String) throws {
        broker = try Broker(.init(directory: directory, random: { 0x9E37_79B9_7F4A_7C15 }), now: Self.now)
        super.init()
        var topic = Broker.NewTopic(name: "bench")
        topic.partitionCount = 1
        _ = try broker.create(topic)
    }

    private func produceFrame() throws -> [UInt8] {
        var builder = RecordBatchBuilder()
        let value = [UInt8](repeating: 0x78, count: Self.recordBytes)
        value.withUnsafeBytes { value in
            for _ in 0..<Self.recordsPerBatch { builder.append(timestamp: Self.now, key: nil, value: value) }
        }
        var partition = Produce.Request.Topic.Partition()
        partition.records = .bytes(builder.build())
        var topic = Produce.Request.Topic()
        topic.name = "bench"
        topic.partitionData = [partition]
        var request = Produce.Request()
        request.acks = 1
        request.timeoutMs = 30_000
        request.topicData = [topic]
        return try frame(Produce.self, version: 9, &request)
    }

    private func fetchFrame() throws -> [UInt8] {
        var partition = Fetch.Request.Topic.Partition()
        partition.partitionMaxBytes = 1 << 20
        partition.fetchOffset = Int64(Self.recordsPerBatch * Self.batches / 2)
        var topic = Fetch.Request.Topic()
        topic.topic = "bench"
        topic.partitions = [partition]
        var request = Fetch.Request()
        request.maxWaitMs = 500
        request.minBytes = 1
        request.maxBytes = 50 << 20
        request.topics = [topic]
        return try frame(Fetch.self, version: 12, &request)
    }

    private func frame<API: KafkaAPI>(
        _: API.Type, version: Int16, _ request: inout API.Request
    ) throws(WireError) -> [UInt8] {
        let isFlexible = API.isFlexible(version)
        var head = Wire(writingVersion: 0, flexible: false)
        var header = RequestHeader(apiKey: API.key, apiVersion: version, correlationID: 7, clientID: "bench")
        try header.fixedPart(&head)
        try header.clientPart(&head)
        var body = Wire(writingVersion: version, flexible: isFlexible)
        try request.layout(&body)
        return head.output + (isFlexible ? [0] : []) + body.output
    }

    override func call() {
        let outcome = frame.withUnsafeBytes { broker.handle($0, from: client, now: Self.now) }
        guard case .respond = outcome else { fatalError("no answer: \(outcome)") }
    }

    override func close() { broker.close(now: Self.now) }
}
