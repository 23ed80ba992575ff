import SQLite
import Testing

@testable import DynamoDB

@Suite("Storage: formats and changes of a table") struct StorageFormatTests {
    /// A table of format 1 as version 0.1 left it: one item, one entry in its index.
    private static let formatOne = [
        "PRAGMA application_id = \(0x4E45_5354)", "PRAGMA user_version = 1",
        #"""
        INSERT INTO tables VALUES (1, 'tab', '01234567-89ab-4def-8123-456789abcdef', 1700000000000,
        '{"TableName":"tab","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},
        {"AttributeName":"g","AttributeType":"N"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
        "BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":6},
        "GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],
        "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x"]},
        "ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":2}}],
        "TableClass":"STANDARD","Tags":[{"Key":"k","Value":"v"}]}', 1, 9)
        """#,
        "INSERT INTO indexes VALUES (1, 1, 'byG', 1, 9)",
        """
        CREATE TABLE items_1(id INTEGER PRIMARY KEY, key BLOB NOT NULL, hash INTEGER NOT NULL, size INTEGER NOT NULL,
        item BLOB NOT NULL)
        """,
        "CREATE UNIQUE INDEX items_1_key ON items_1(key, hash)",
        """
        CREATE TABLE index_1(key BLOB PRIMARY KEY, hash INTEGER NOT NULL, size INTEGER NOT NULL,
        item INTEGER NOT NULL) WITHOUT ROWID
        """,
        #"INSERT INTO items_1 VALUES (1, x'6100000000', 1, 9, '{"g":{"N":"7"},"pk":{"S":"a"}}')"#,
        "INSERT INTO index_1 VALUES (x'0000', 1, 9, 1)",
    ]

    @Test("A database of format 1 is brought to the newest format, with its tables, indexes, items and counts")
    func migration() throws {
        let engine = try TestEngine(files: { path in
            let connection = try Connection(path: path + "/tables.sqlite")
            for sql in SQL.migrations[0].statements + StorageFormatTests.formatOne { try connection.execute(sql) }
            connection.close()
        })
        let version = try engine.engine.storage.connection.integer("PRAGMA user_version")
        #expect(version == SQL.formatVersion)
        let table = try #require(engine.engine.storage.tables.first)
        #expect(table.schema.name == "tab")
        #expect(table.schema.throughput == Throughput(readUnits: 5, writeUnits: 6))
        #expect(table.schema.tags == [Tag(key: "k", value: "v")])
        #expect(table.counts == Counts(items: 1, bytes: 9))
        let index = try #require(table.indexes.first)
        #expect(index.schema.projection == .include(["x"]))
        #expect(index.schema.key == KeySchema(attributes: [KeyAttribute(name: "g", type: .n)]))
        #expect(index.backfill == nil)
        let answer = try engine("Scan", #"{"TableName":"tab","IndexName":"byG"}"#)
        #expect(answer == #"{"Count":1,"Items":[{"g":{"N":"7"},"pk":{"S":"a"}}],"ScannedCount":1}"#)
    }

    @Test("Entries of before format 4, without content, are read from their items, and get it when the item changes")
    func entriesWithoutContent() throws {
        let engine = try TestEngine(files: { path in
            let connection = try Connection(path: path + "/tables.sqlite")
            for sql in SQL.migrations[0].statements + StorageFormatTests.formatOne { try connection.execute(sql) }
            try connection.execute(
                #"UPDATE items_1 SET item = '{"g":{"N":"7"},"pk":{"S":"a"},"x":{"S":"1"},"y":{"S":"2"}}'"#)
            connection.close()
        })
        let connection = engine.engine.storage.connection
        let query =
            #"{"TableName":"tab","IndexName":"byG","KeyConditionExpression":"g = :g","#
            + #""ExpressionAttributeValues":{":g":{"N":"7"}}}"#
        for segment in ["", #","Segment":0,"TotalSegments":2"#] {
            #expect(
                try engine("Scan", #"{"TableName":"tab","IndexName":"byG"\#(segment)}"#)
                    == #"{"Count":1,"Items":[{"g":{"N":"7"},"pk":{"S":"a"},"x":{"S":"1"}}],"ScannedCount":1}"#)
        }
        #expect(try connection.integer("SELECT count(content) FROM index_1") == 0)
        // The key of that entry is not its item's.
        try connection.execute("DELETE FROM index_1")
        try engine.put(#"{"pk":{"S":"a"},"g":{"N":"7"},"x":{"S":"3"},"y":{"S":"2"}}"#)
        #expect(
            try engine("Query", query)
                == #"{"Count":1,"Items":[{"g":{"N":"7"},"pk":{"S":"a"},"x":{"S":"3"}}],"ScannedCount":1}"#)
        #expect(try connection.integer("SELECT count(content) FROM index_1") == 1)
    }

    @Test("A definition is read as it was written, with everything that it can hold")
    func definition() throws {
        let attributes = ["a", "b", "c", "d"].map { KeyAttribute(name: $0, type: .s) }
        var index = IndexSchema(
            name: "global", isGlobal: true, key: KeySchema(attributes: attributes, partitionCount: 2),
            projection: .include(["x", "y"]),
            throughput: Throughput(
                readUnits: 1, writeUnits: 2, increasedMillis: 3, decreasedMillis: 4, decreases: 5))
        index.onDemandThroughput = RequestedUnits(read: 10, write: nil)
        index.warmThroughput = RequestedUnits(read: 12_000, write: 4_000)
        let local = IndexSchema(
            name: "local", isGlobal: false, key: KeySchema(attributes: [attributes[0], attributes[2]]),
            projection: .all, throughput: nil)
        let schema = TableSchema(
            name: "tab", attributeDefinitions: attributes, key: KeySchema(attributes: Array(attributes[..<2])),
            indexes: [index, local], isOnDemand: true, throughput: Throughput(), isDeletionProtected: true,
            tableClass: "STANDARD_INFREQUENT_ACCESS", tags: [Tag(key: "k", value: "é\"")], onDemandMillis: 5,
            tableClassMillis: 6, onDemandThroughput: RequestedUnits(read: -1, write: 7),
            warmThroughput: RequestedUnits(read: 1, write: 2), encryption: Encryption(key: "alias/x"),
            timeToLive: TimeToLive(attributeName: "ttl", isEnabled: true, changedMillis: 8))
        #expect(schema.stored.withUnsafeBytes { TableSchema(stored: $0) } == schema)
    }

    @Test("A change of a table is there after its commit, and after a crash")
    func change() throws {
        let engine = try TestEngine()
        try engine.makeOrders()
        let storage = engine.engine.storage
        var schema = try #require(storage.table(named: "orders")).schema
        schema.timeToLive = TimeToLive(attributeName: "ttl", isEnabled: true, changedMillis: 1)
        try storage.change(storage.tables[0], to: schema)
        #expect(storage.tables[0].schema == schema)
        try engine.engine.commitTurn()
        let again = try engine.afterCrash()
        #expect(again.engine.storage.tables[0].schema == schema)
    }

    @Test("A change whose turn is abandoned is taken back: schema, indexes, counts, and what a read of the index sees")
    func abandonedChange() throws {
        let engine = try TestEngine()
        try engine.makeOrders()
        try engine.put(
            #"{"PK":{"S":"1"},"SK":{"S":"s"},"GSI1PK":{"S":"u"},"GSI1SK":{"S":"1"}}"#, into: "orders")
        let storage = engine.engine.storage
        let table = storage.tables[0]
        let before = table.schema
        let index = table.indexes[0]
        let description = try engine("DescribeTable", #"{"TableName":"orders"}"#)
        _ = try engine.run("DeleteItem", #"{"TableName":"orders","Key":{"PK":{"S":"1"},"SK":{"S":"s"}}}"#)
        var schema = before
        schema.indexes[0].name = "other"
        schema.tags = [Tag(key: "k", value: "v")]
        try storage.change(table, to: schema)
        schema.indexes = []
        try storage.change(table, to: schema)
        #expect(index.isDeleted)
        storage.connection.rollback()
        #expect(throws: DynamoDBError.self) { try engine.engine.commitTurn() }
        #expect(table.schema == before)
        #expect(table.indexes.count == 1 && table.indexes[0] === index && !index.isDeleted)
        #expect(try engine("DescribeTable", #"{"TableName":"orders"}"#) == description)
        #expect(
            try engine("Scan", #"{"TableName":"orders","IndexName":"GSI1","Select":"COUNT"}"#)
                == #"{"Count":1,"ScannedCount":1}"#)
    }
}
