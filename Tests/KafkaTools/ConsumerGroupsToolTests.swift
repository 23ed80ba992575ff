import KafkaWire
import Testing

@testable import KafkaTools

@Suite("Consumer groups by tool")
struct ConsumerGroupsToolTests {
    private func partition(_ topic: String, _ number: Int32) -> TopicPartition {
        TopicPartition(topic: topic, partition: number)
    }

    @Test("Columns are as wide as their longest cell, and what is not known is a dash")
    func offsets() {
        let member = GroupsClient.Member(
            id: "console-consumer-0123456789", clientID: "c", host: "/127.0.0.1", partitions: [])
        let rows = [
            GroupTables.OffsetRow(group: "g", partition: partition("t", 0), committed: 3, end: 5, member: member),
            GroupTables.OffsetRow(group: "g", partition: partition("t", 1)),
        ]
        let lines = GroupTables.offsets(rows).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0] == "" && lines[1].hasPrefix("GROUP           TOPIC           PARTITION  CURRENT-OFFSET"))
        let rest = "console-consumer-0123456789 /127.0.0.1      c"
        #expect(
            lines[2] == "g               t               0          3               5               2               "
                + rest)
        #expect(lines[3].split(separator: " ") == ["g", "t", "1", "-", "-", "-", "-", "-", "-"])
    }

    @Test("Instance ids have a column where a member has one")
    func members() {
        var member = GroupsClient.Member(
            id: "m", clientID: "c", host: "/h", partitions: [partition("b", 1), partition("b", 0)])
        #expect(!GroupTables.members("g", [member], verbose: false).contains("GROUP-INSTANCE-ID"))
        member.instanceID = "i"
        let text = GroupTables.members("g", [member, .init(id: "n")], verbose: true)
        #expect(text.contains("GROUP-INSTANCE-ID") && text.contains("ASSIGNMENT\n"))
        #expect(text.contains("2               b(0,1)\n") && text.contains("0               -\n"))
    }

    @Test("The state's first column is as wide as the coordinator's")
    func state() {
        let node = Cluster.Node(id: 7, address: Address(host: String(repeating: "h", count: 30), port: 9092), rack: nil)
        let group = GroupsClient.Description(group: "g", state: "Empty", coordinator: node)
        let lines = GroupTables.state(group).split(separator: "\n")
        #expect(lines[0].hasPrefix("GROUP" + String(repeating: " ", count: 35) + "COORDINATOR (ID) "))
    }

    @Test("An exported plan is read again, with and without groups")
    func plans() throws {
        let rows = [(group: "g", partition: partition("t", 0), offset: Int64(3))]
        #expect(ResetPlan.csv(rows, withGroup: false) == "t,0,3\n")
        #expect(ResetPlan.csv(rows, withGroup: true) == "g,t,0,3\n")
        for (text, group) in [("t,0,3\n\n", Optional("g")), ("g,t,0,3\r\n", nil)] {
            let plan = try ResetPlan.parse(text, group: group)
            #expect(plan["g"]?.count == 1 && plan["g"]?[0].partition == rows[0].partition && plan["g"]?[0].offset == 3)
        }
        for bad in ["t,0", "t,x,3", "t,0,3"] {
            #expect(throws: ToolError.self) { try ResetPlan.parse(bad, group: nil) }
        }
    }

    @Test(
        "Dates are in UTC unless a zone stands behind them",
        arguments: [
            ("1970-01-01T00:00:00.000", 0), ("2020-02-29T12:30:15.250", 1_582_979_415_250),
            ("2020-02-29T12:30:15.250Z", 1_582_979_415_250), ("2020-02-29T13:30:15.250+01", 1_582_979_415_250),
            ("2020-02-29T07:00:15.250-0530", 1_582_979_415_250), ("2020-02-29T07:00:15.250-05:30", 1_582_979_415_250),
            ("1969-12-31T23:59:59.999", -1),
        ] as [(String, Int64)])
    func dates(_ text: String, _ millis: Int64) throws {
        #expect(try ResetPlan.millis(ofDate: text) == millis)
    }

    @Test(
        "What is no date is refused",
        arguments: [
            "2020-01-01", "2020-02-30T00:00:00.000", "2019-02-29T00:00:00.000", "2020-13-01T00:00:00.000", "xTy",
        ])
    func noDates(_ text: String) {
        #expect(throws: ToolError.self) { try ResetPlan.millis(ofDate: text) }
    }

    @Test(
        "Durations are ISO 8601's of days and less",
        arguments: [
            ("P1D", 86_400_000), ("PT1H", 3_600_000), ("P2DT3H4M5.5S", 183_845_500), ("-PT1M", -60_000), ("PT0S", 0),
            ("pt1s", 1000),
        ] as [(String, Int64)])
    func durations(_ text: String, _ millis: Int64) throws {
        #expect(try ResetPlan.millis(ofDuration: text) == millis)
    }

    @Test(
        "What is no duration is refused", arguments: ["", "P", "PT", "1H", "PT1H1D", "P1H", "PT1.5H", "PT1M1H", "PX"])
    func noDurations(_ text: String) {
        #expect(throws: ToolError.self) { try ResetPlan.millis(ofDuration: text) }
    }

    @Test("Partitions are named behind the topic")
    func partitions() throws {
        #expect(try PartitionList.parse("t:0,2") == [partition("t", 0), partition("t", 2)])
        for bad in ["t:", ":0", "t:x", "t:0:1"] { #expect(throws: ToolError.self) { try PartitionList.parse(bad) } }
    }
}

@Suite("Configs by tool")
struct ConfigsToolTests {
    private func entity(_ words: String...) throws -> ConfigEntity {
        try ConfigEntity(ParsedOptions(["--bootstrap-server", "x:1"] + words, ConfigsTool.options))
    }

    @Test("An entity is named by general options or by those of its kind")
    func entities() throws {
        let topic = try entity("--describe", "--entity-type", "topics", "--entity-name", "t")
        #expect(topic.kind == .topic && topic.name == "t")
        #expect(try entity("--describe", "--topic", "t") == topic)
        #expect(try entity("--describe", "--broker-defaults").name == "")
        #expect(try entity("--describe", "--entity-type", "brokers").name == nil)
        #expect(try entity("--alter", "--entity-type", "brokers", "--entity-default").name == "")
    }

    @Test(
        "Options that do not fit together are refused",
        arguments: [
            ["--describe"], ["--topic", "t"], ["--describe", "--alter", "--topic", "t"],
            ["--describe", "--topic", "t", "--entity-type", "topics"], ["--alter", "--entity-type", "topics"],
            ["--describe", "--entity-type", "nosuch"], ["--describe", "--broker", "one"],
            ["--describe", "--user", "u"],
        ])
    func misfits(_ words: [String]) {
        #expect(throws: ToolError.self) {
            try ConfigEntity(ParsedOptions(["--bootstrap-server", "x:1"] + words, ConfigsTool.options))
        }
    }

    @Test("Brackets hold lists together, and what is taken away is a deletion")
    func changes() throws {
        let words = ["--add-config", "a=1, b = [x,y],c=", "--delete-config", "d, e"]
        let changes = try ConfigChanges(ParsedOptions(words, ConfigsTool.options)).operations
        #expect(changes.map(\.name) == ["a", "b", "c", "d", "e"])
        #expect(changes.map(\.value) == ["1", "x,y", "", nil, nil])
        #expect(changes.map(\.configOperation) == [0, 0, 0, 1, 1])
        #expect(throws: ToolError.self) {
            try ConfigChanges(ParsedOptions(["--add-config", "a"], ConfigsTool.options))
        }
    }

    @Test("A broker's APIs are told by key, those that it lacks among them")
    func versions() {
        let text = BrokerApiVersionsTool.text(of: [0: 0...9, 1: 4...4, 300: 0...1])
        let lines = text.split(separator: "\n")
        #expect(lines.prefix(3) == ["(", "\tProduce(0): 0 to 9 [usable: 9],", "\tFetch(1): 4 [usable: 4],"])
        #expect(lines[3] == "\tListOffsets(2): UNSUPPORTED,")
        #expect(lines.suffix(2) == ["\tUNKNOWN(300): 0 to 1", ")"])
    }
}
