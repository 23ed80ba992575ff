import SQLite
import Testing

@testable import DynamoDB

/// A generator that repeats itself from its seed.
private struct Random {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}

@Suite("Indexes follow their table") struct StorageIndexTests {
    /// The attribute's value for an index key, sometimes none.
    private func member(_ name: String, _ random: inout Random) -> String {
        let value = random.below(5)
        return value == 4 ? "" : #","\#(name)":{"N":"\#(value)"}"#
    }

    @Test(
        "After random writes, refusals, failed turns and restarts every index holds exactly what its table says",
        arguments: [1, 2, 3, 4] as [UInt64])
    func follow(_ seed: UInt64) throws {
        let engine = try TestEngine(.close)
        try engine.makeTable(
            "tab", sort: "N",
            more: #"""
                ,"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},
                {"AttributeName":"g","AttributeType":"N"},{"AttributeName":"h","AttributeType":"N"}],
                "GlobalSecondaryIndexes":[{"IndexName":"both","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},
                {"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
                {"IndexName":"part","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],
                "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["v"]}}],
                "LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},
                {"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]
                """#)
        var random = Random(state: seed)
        for step in 0..<400 {
            let key = #""pk":{"S":"p\#(random.below(4))"},"sk":{"N":"\#(random.below(6))"}"#
            switch random.below(10) {
            case 0..<5:
                let item = key + member("g", &random) + member("h", &random)
                // Some entries are too long to be stored with their index.
                let text = String(repeating: "x", count: [3, 3, 300, 600][random.below(4)])
                _ = try engine.run(
                    "PutItem",
                    #"{"TableName":"tab","Item":{\#(item),"v":{"N":"\#(step % 7)"},"w":{"S":"\#(text)"}}}"#)
            case 5:
                // Its size stays.
                _ = try engine.run(
                    "UpdateItem",
                    #"{"TableName":"tab","Key":{\#(key)},"UpdateExpression":"SET v = :v","#
                        + #""ExpressionAttributeValues":{":v":{"N":"\#(step % 7)"}}}"#)
            case 6:
                let value = random.below(4)
                _ = try engine.run(
                    "UpdateItem",
                    #"{"TableName":"tab","Key":{\#(key)},"UpdateExpression":"SET g = :v REMOVE h","#
                        + #""ExpressionAttributeValues":{":v":{"N":"\#(value)"}}}"#)
            case 7..<9: _ = try engine.run("DeleteItem", #"{"TableName":"tab","Key":{\#(key)}}"#)
            default:
                #expect(
                    engine.error("PutItem", #"{"TableName":"tab","Item":{\#(key),"g":{"S":"no"}}}"#)
                        .contains("Type mismatch for Index Key"))
            }
            switch random.below(40) {
            case 0:
                // The turn fails as a whole, as on a full disk.
                engine.engine.storage.connection.rollback()
                _ = try? engine.engine.commitTurn()
            case 1:
                try engine.engine.commitTurn()
                try engine.reopen()
            case 2..<20: try engine.engine.commitTurn()
            default: break
            }
        }
        try engine.engine.commitTurn()
        try check(engine)
    }

    @Test(
        "A read of an index that takes several steps has each entry once, in its order, stored with it or not",
        arguments: [10, 300, 600])
    func steps(length: Int) throws {
        let engine = try TestEngine()
        try engine.makeTable(
            "tab", sort: "N",
            more: #"""
                ,"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},
                {"AttributeName":"g","AttributeType":"N"}],"GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":
                [{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
                "Projection":{"ProjectionType":"ALL"}}]
                """#)
        let text = String(repeating: "x", count: length)
        let numbers = Array(0..<1200)
        for number in numbers {
            // Each sort key twice, so that the table's key decides.
            let keys = #""pk":{"S":"p\#(number % 2)"},"sk":{"N":"\#(number / 2)"},"g":{"N":"1"}"#
            _ = try engine.run("PutItem", #"{"TableName":"tab","Item":{\#(keys),"x":{"S":"\#(text)"}}}"#)
        }
        try engine.engine.commitTurn()
        let filter = #","FilterExpression":"attribute_exists(x)","ProjectionExpression":"pk,sk""#
        let query =
            #""KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"N":"1"}}"# + filter
        let shown = numbers.map { #"{"pk":{"S":"p\#($0 % 2)"},"sk":{"N":"\#($0 / 2)"}}"# }
        func answer(_ items: [String]) -> String {
            #"{"Count":1200,"Items":[\#(items.joined(separator: ","))],"ScannedCount":1200}"#
        }
        let read = #"{"TableName":"tab","IndexName":"byG""#
        #expect(try engine("Query", read + "," + query + "}") == answer(shown))
        let backward = try engine("Query", read + "," + query + #","ScanIndexForward":false}"#)
        #expect(backward == answer(shown.reversed()))
        #expect(try engine("Scan", read + filter + "}") == answer(shown))
    }

    /// The items of a Scan's answer, in an order of their own.
    private func items(_ answers: [String]) throws -> [Item] {
        var found: [Item] = []
        for answer in answers {
            try Array(answer.utf8).withBytes { (bytes) throws(DynamoDBError) in
                var reader = JSONReader(bytes)
                try reader.beginRequest()
                while let key = try reader.nextKey() {
                    guard case "Items" = key else {
                        try reader.skip()
                        continue
                    }
                    try reader.beginList()
                    while try reader.nextElement() { found.append(try reader.item().get()) }
                }
            }
        }
        return found.sorted { "\($0["pk"]!)\($0["sk"]!)" < "\($1["pk"]!)\($1["sk"]!)" }
    }

    private func check(_ engine: TestEngine) throws {
        let table = engine.engine.storage.table(named: "tab")!
        let all = try items([engine("Scan", #"{"TableName":"tab"}"#)])
        #expect(all.count > 5)
        for index in table.indexes {
            let expected = all.filter { index.schema.key.value(of: $0) != nil }
                .map { index.schema.project($0, tableKey: table.schema.key) }
            let name = index.schema.name
            #expect(try items([engine("Scan", #"{"TableName":"tab","IndexName":"\#(name)"}"#)]) == expected)
            let segments = try (0..<3).map {
                try engine("Scan", #"{"TableName":"tab","IndexName":"\#(name)","Segment":\#($0),"TotalSegments":3}"#)
            }
            #expect(try items(segments) == expected)
            let described = try engine("DescribeTable", #"{"TableName":"tab"}"#)
            #expect(described.contains(#""ItemCount":\#(expected.count)"#))
            let stored = try engine.engine.storage.connection.integer(
                "SELECT count(content) FROM index_\(index.id)")
            #expect(Int(stored) == expected.filter { $0.size < 512 && $0["w"]?.size ?? 0 < 400 }.count)
        }
        #expect(table.counts.items == all.count)
        #expect(
            try Int(engine.engine.storage.connection.integer("SELECT sum(size) FROM items_\(table.id)"))
                == table.counts.bytes)
        for index in table.indexes {
            #expect(
                try Int(engine.engine.storage.connection.integer("SELECT sum(size) FROM index_\(index.id)"))
                    == index.counts.bytes)
        }
    }
}
