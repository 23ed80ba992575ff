import DynamoDB
import Testing

@testable import Stack

private func table(_ yaml: String) throws -> TableDefinition {
    try StackFile.parse(Array("tables: { t: \(yaml) }".utf8), name: "f", directory: "/", environment: [:]).tables[0]
}

@Suite("Tables of the stack")
struct TableDefinitionTests {
    @Test("The request that makes a table names each attribute once and all keys and projections")
    func request() throws {
        let definition = try table(
            """
            { keys: { a: S, b: N }, global_indexes: { g: { keys: { b: N, c: B }, projection: [x, "y\\""] } },
              local_indexes: { l: { keys: { a: S, c: B }, projection: KEYS_ONLY } } }
            """)
        let expected =
            #"{"TableName":"t","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":["#
            + #"{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"N"},"#
            + #"{"AttributeName":"c","AttributeType":"B"}],"#
            + #""KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],"#
            + #""GlobalSecondaryIndexes":[{"IndexName":"g","#
            + #""KeySchema":[{"AttributeName":"b","KeyType":"HASH"},{"AttributeName":"c","KeyType":"RANGE"}],"#
            + #""Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x","y\""]}}],"#
            + #""LocalSecondaryIndexes":[{"IndexName":"l","#
            + #""KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"c","KeyType":"RANGE"}],"#
            + #""Projection":{"ProjectionType":"KEYS_ONLY"}}]}"#
        #expect(String(decoding: definition.createRequest(), as: UTF8.self) == expected)
    }

    @Test("A description is read back as the definition that it describes")
    func described() throws {
        let answer = #"""
            {"Table":{"TableName":"t","TableStatus":"ACTIVE","ItemCount":0,"Tags":[{"x":[1]}],
            "KeySchema":[{"KeyType":"RANGE","AttributeName":"b"},{"AttributeName":"a","KeyType":"HASH"}],
            "AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"N"}],
            "GlobalSecondaryIndexes":[{"IndexName":"g","IndexStatus":"ACTIVE","KeySchema":[{"AttributeName":"b","KeyType":"HASH"}],
            "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["y","x"]}}],
            "LocalSecondaryIndexes":[]}}
            """#
        let actual = try Array(answer.utf8).withUnsafeBytes { try TableDefinition(described: $0) }
        let wanted = try table(
            "{ keys: { a: S, b: N }, global_indexes: { g: { keys: { b: N }, projection: [x, y] } } }")
        #expect(actual.name == "t")
        #expect(wanted.differences(from: actual) == [])
    }

    @Test(
        "Every difference of a table that is there is told",
        arguments: [
            ("{ keys: { a: S } }", ["its keys are { a: S, b: S }, not { a: S }"]),
            ("{ keys: { a: S, b: N } }", ["its keys are { a: S, b: S }, not { a: S, b: N }"]),
            (
                "{ keys: { a: S, b: S }, global_indexes: { h: { keys: { c: S } } } }",
                ["it has no global index h", "it has a global index g more"]
            ),
            (
                "{ keys: { a: S, b: S }, global_indexes: { g: { keys: { d: S } } } }",
                ["the keys of global index g are { c: S }, not { d: S }"]
            ),
            (
                "{ keys: { a: S, b: S }, global_indexes: { g: { keys: { c: S }, projection: [x] } } }",
                ["global index g projects ALL, not [x]"]
            ),
            (
                "{ keys: { a: S, b: S }, global_indexes: { g: { keys: { c: S } } }, "
                    + "local_indexes: { l: { keys: { a: S, c: S } } } }",
                ["it has no local index l"]
            ),
        ])
    func differences(_ wanted: String, _ expected: [String]) throws {
        let actual = try table("{ keys: { a: S, b: S }, global_indexes: { g: { keys: { c: S } } } }")
        // The tables' own indexes are left out of the first two: only their keys are looked at.
        let differences = try table(wanted).differences(from: actual).filter {
            wanted.contains("indexes") || !$0.contains("index")
        }
        #expect(differences == expected)
    }
}

@Suite("Seed items")
struct SeedItemsTests {
    private func put(_ line: String) throws -> String? {
        try Array(line.utf8).withUnsafeBytes { try SeedItems.putRequest($0, table: "t") }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("An item in DynamoDB's form is put as it stands, also inside Item as exports have it")
    func dynamoDB() throws {
        let item = #"{"PK":{"S":"a"},"n":{"N":"1.50"},"l":{"L":[{"S":"x"}]}}"#
        #expect(try put(item) == #"{"TableName":"t","Item":\#(item)}"#)
        #expect(try put(#" {"Item": \#(item)}"#) == #"{"TableName":"t","Item":\#(item)}"#)
    }

    @Test("Plain JSON becomes an item: numbers exact, nested values, null")
    func plain() throws {
        #expect(
            try put(#"{"PK":"a","n":12345678901234567890.5,"t":true,"z":null,"l":[1,"x"],"m":{"k":"v"}}"#)
                == #"{"TableName":"t","Item":{"PK":{"S":"a"},"l":{"L":[{"N":"1"},{"S":"x"}]},"m":{"M":{"k":{"S":"v"}}},"#
                + #""n":{"N":"12345678901234567890.5"},"t":{"BOOL":true},"z":{"NULL":true}}}"#)
    }

    @Test("One plain value makes the whole line plain, and a map with two members is no type")
    func mixed() throws {
        #expect(
            try put(#"{"PK":"a","m":{"S":"x"}}"#)
                == #"{"TableName":"t","Item":{"PK":{"S":"a"},"m":{"M":{"S":{"S":"x"}}}}}"#)
        #expect(
            try put(#"{"m":{"S":"x","N":"1"}}"#)
                == #"{"TableName":"t","Item":{"m":{"M":{"N":{"S":"1"},"S":{"S":"x"}}}}}"#)
    }

    @Test("An empty line is no item", arguments: ["", "  ", "\r"])
    func empty(_ line: String) throws {
        #expect(try put(line) == nil)
    }

    @Test(
        "What is no object is refused, however deep it nests",
        arguments: ["[1]", "x", "{", #"{"a":}"#, "1", #"{"a":"# + String(repeating: "[", count: 5000)])
    func refused(_ line: String) {
        #expect(throws: DynamoDBError.self) { _ = try put(line) }
    }

    @Test("Values nest as deep as DynamoDB lets them, and no deeper")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }
        #expect(try put(nested(32)) != nil)
        #expect(throws: DynamoDBError.self) { _ = try put(nested(33)) }
    }
}

@Suite("Topics of the stack")
struct TopicDefinitionTests {
    private let definition = TopicDefinition(
        name: "t", line: 1, partitions: 3, configs: [.init(name: "retention.ms", value: "1000")])

    private func differences(_ partitions: Int32, _ overrides: [String: String]) -> [String] {
        definition.differences(
            partitions: partitions, overrides: overrides,
            defaultValue: { ["retention.ms": "7", "cleanup.policy": "delete"][$0] }, canonical: { $1 })
    }

    @Test("An equal topic differs in nothing, and a config at its default counts as not set")
    func equal() {
        #expect(differences(3, ["retention.ms": "1000"]) == [])
        #expect(differences(3, ["retention.ms": "1000", "cleanup.policy": "delete"]) == [])
    }

    @Test("Partitions and configs that differ are told")
    func different() {
        #expect(
            differences(1, ["cleanup.policy": "compact"]) == [
                "it has 1 partition, not 3", "its retention.ms is 7, not 1000",
                "its cleanup.policy is compact, not delete",
            ])
    }
}
