import KafkaWire
import Testing

@testable import KafkaTools

@Suite("Consuming by tool")
struct ConsoleConsumerTests {
    /// Numbers that are the same in every run. Not an empty type: in a build with ThreadSanitizer the compiler gives away an undefined address
    /// where one is passed `inout`, and the sanitizer looks there.
    private struct Numbers: RandomNumberGenerator {
        private var last: UInt64 = 0
        mutating func next() -> UInt64 {
            last &+= 0x9E37_79B9_7F4A_7C15
            return last
        }
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func settings(_ words: [String], _ pairs: [String] = []) throws -> ConsumerSettings {
        var random = Numbers()
        return try ConsumerSettings(
            ParsedOptions(["--bootstrap-server", "x:1"] + words, ConsoleConsumerTool.options),
            ClientProperties.pairs(pairs),
            file: ClientProperties(), using: &random)
    }

    @Test("A topic, an expression or a partition is read, and nothing else")
    func sources() throws {
        #expect(try settings(["--topic", "t"]).source == .topic("t"))
        #expect(try settings(["--include", "t.*"]).source == .include("t.*"))
        #expect(try settings(["--whitelist", "t.*"]).source == .include("t.*"))
        let partition = TopicPartition(topic: "t", partition: 2)
        #expect(try settings(["--topic", "t", "--partition", "2"]).source == .partition(partition, .latest))
        #expect(
            try settings(["--topic", "t", "--partition", "2", "--offset", "7"]).source
                == .partition(partition, .offset(7)))
        for bad in [
            [], ["--topic", "t", "--include", "u"], ["--topic", "t", "--offset", "1"],
            ["--include", "t", "--partition", "1"],
            ["--topic", "t", "--partition", "0", "--offset", "x"],
            ["--topic", "t", "--partition", "0", "--group", "g"],
        ] { #expect(throws: ToolError.self, "\(bad)") { try settings(bad) } }
    }

    @Test("A named group commits by itself, one by chance does not")
    func groups() throws {
        let named = try settings(["--topic", "t", "--group", "g"])
        #expect(named.groupID == "g" && named.commitsAutomatically)
        let unnamed = try settings(["--topic", "t"])
        #expect(unnamed.groupID.hasPrefix("console-consumer-") && !unnamed.commitsAutomatically)
        #expect(try settings(["--topic", "t"], ["group.id=p"]).groupID == "p")
        #expect(throws: ToolError.self) { try settings(["--topic", "t", "--group", "g"], ["group.id=p"]) }
        #expect(throws: ToolError.self) {
            try settings(["--topic", "t", "--from-beginning"], ["auto.offset.reset=latest"])
        }
    }

    @Test("Range gives runs of each topic, round robin takes turns")
    func assignors() {
        let members = [
            Assignor.Member(id: "b", topics: ["t", "u"]), Assignor.Member(id: "a", topics: ["t"]),
            Assignor.Member(id: "z", instanceID: "first", topics: ["t", "u"]),
        ]
        func assigned(_ assignor: Assignor) -> [String: [String]] {
            assignor.assign(members, ["t": 4, "u": 1]).mapValues { $0.map(\.description) }
        }
        #expect(assigned(.range) == ["z": ["t-0", "t-1", "u-0"], "a": ["t-2"], "b": ["t-3"]])
        #expect(assigned(.roundRobin) == ["z": ["t-0", "t-3"], "a": ["t-1"], "b": ["t-2", "u-0"]])
    }

    @Test("What a member says and is given is read again")
    func consumerProtocol() {
        let subscription = ConsumerProtocol.Subscription(topics: ["t", "u"])
        #expect(ConsumerProtocol.Subscription.decode(subscription.encoded) == subscription)
        let assignment = ConsumerProtocol.Assignment(partitions: [
            TopicPartition(topic: "t", partition: 0), TopicPartition(topic: "t", partition: 1),
        ])
        #expect(ConsumerProtocol.Assignment.decode(assignment.encoded) == assignment)
        #expect(ConsumerProtocol.Assignment.decode([])?.partitions == [])
        #expect(ConsumerProtocol.Assignment.decode([0]) == nil)
    }

    private func formatted(_ pairs: [String], _ record: IncomingRecord) throws -> String {
        let formatter = try MessageFormatter(
            className: "kafka.tools.DefaultMessageFormatter", ClientProperties.pairs(pairs))
        return String(decoding: try formatter.bytes(of: record), as: UTF8.self)
    }

    @Test("Columns come in Kafka's order, with what parts them between")
    func columns() throws {
        var record = IncomingRecord(
            partition: TopicPartition(topic: "t", partition: 2), offset: 7, timestamp: 5, timestampType: .createTime,
            leaderEpoch: 1, key: nil, value: bytes("v"))
        #expect(try formatted([], record) == "v\n")
        let all = ["timestamp", "partition", "offset", "epoch", "headers", "key"].map { "print.\($0)=true" }
        #expect(try formatted(all, record) == "CreateTime:5\tPartition:2\tOffset:7\tEpoch:1\tNO_HEADERS\tnull\tv\n")
        record.timestampType = .logAppendTime
        record.headers = [.init(name: bytes("a"), value: bytes("b")), .init(name: bytes("c"), value: nil)]
        let some = [
            "print.timestamp=true", "print.headers=true", "print.value=false", "key.separator= | ", "null.literal=~",
        ]
        #expect(try formatted(some, record) == "LogAppendTime:5 | a:b,c:~\n")
        #expect(try formatted(["print.value=false"], record) == "")
    }

    @Test("Numbers are read from their bytes, and bytes of another length are refused")
    func deserializers() throws {
        let prefix = "org.apache.kafka.common.serialization."
        func text(_ name: String, _ bytes: [UInt8]) throws -> String {
            String(decoding: try Deserializer(className: prefix + name).text(of: bytes), as: UTF8.self)
        }
        #expect(try text("IntegerDeserializer", [255, 255, 255, 254]) == "-2")
        #expect(try text("LongDeserializer", [0, 0, 0, 0, 0, 0, 1, 0]) == "256")
        #expect(try text("DoubleDeserializer", [0x3F, 0xF8, 0, 0, 0, 0, 0, 0]) == "1.5")
        #expect(throws: ToolError.self) { try text("LongDeserializer", [1]) }
        #expect(throws: ToolError.self) { try Deserializer(className: "com.example.Mine") }
    }

    @Test("Records before the offset, ends of transactions and what was aborted are passed over")
    func fetched() throws {
        func batch(
            _ offset: Int64, _ values: [String], producer: Int64 = -1, transactional: Bool = false,
            control: Bool = false
        ) -> [UInt8] {
            var builder = RecordBatchBuilder()
            builder.baseOffset = offset
            builder.producerID = producer
            builder.producerEpoch = producer < 0 ? -1 : 0
            builder.isTransactional = transactional
            builder.isControlBatch = control
            for value in values { builder.append(timestamp: 1, key: nil, value: Array(value.utf8)) }
            return builder.build()
        }
        let partition = TopicPartition(topic: "t", partition: 0)
        let all =
            batch(0, ["a", "b", "c"]) + batch(3, ["lost"], producer: 9, transactional: true)
            + batch(4, ["x"], producer: 9, transactional: true, control: true)
            + batch(5, ["kept"], producer: 9, transactional: true) + batch(6, ["cut"]).dropLast(1)
        let read = try FetchedRecords(all, of: partition, from: 1, aborted: [(9, 3)])
        #expect(read.records.map { String(decoding: $0.value ?? [], as: UTF8.self) } == ["b", "c", "kept"])
        #expect(read.records.map(\.offset) == [1, 2, 5] && read.nextOffset == 6)
        #expect(try FetchedRecords(all, of: partition, from: 1).records.count == 4)
        var broken = batch(0, ["a"])
        broken[broken.count - 1] ^= 1
        #expect(throws: RecordsError.self) { try FetchedRecords(broken, of: partition, from: 0) }
    }

    @Test("Addresses are hosts with ports, of several brokers, with or without a protocol before them")
    func addresses() throws {
        #expect(try Address.list("a:1, PLAINTEXT://b:2,[::1]:3").map(\.description) == ["a:1", "b:2", "[::1]:3"])
        for bad in ["", "a", "a:x", "a:70000", ":1", "::1:9092"] {
            #expect(throws: ToolError.self) { try Address.list(bad) }
        }
    }
}
