import DynamoDBClient
import KafkaClient

/// An event that is to be published: stored in the same transaction as what it tells of, removed once Kafka has it.
public struct OutboxEntry: Hashable, Sendable {
    /// Entries are spread over this many partition keys.
    public static let shardCount: Int64 = 8

    /// Which of the partition keys.
    public var shard: Int64
    /// The entry's key within its shard.
    public var id: String
    /// The order that the event tells of.
    public var orderID: Int64
    /// The topic.
    public var topic: String
    /// The record's key.
    public var key: String
    /// The record's value, whole, with its fixed event id.
    public var value: String
    /// The record's headers.
    public var headers: [ProducerRecord.Header]
    /// When it was stored; milliseconds since 1970.
    public var createdMillis: Int64

    /// An entry for an event on `orderID`.
    public init(
        id: String, orderID: Int64, topic: String, value: String, headers: [ProducerRecord.Header], createdMillis: Int64
    ) {
        shard = ((orderID % Self.shardCount) + Self.shardCount) % Self.shardCount
        self.id = id
        self.orderID = orderID
        self.topic = topic
        key = "ORDER#\(orderID)"
        self.value = value
        self.headers = headers
        self.createdMillis = createdMillis
    }

    /// The record to be produced.
    public var record: ProducerRecord {
        ProducerRecord(topic: topic, key: Array(key.utf8), value: Array(value.utf8), headers: headers)
    }
}

/// Where entries wait.
public protocol OutboxStore: Sendable {
    /// Entries of a shard, oldest first, at most `limit`, after the entry with the id `after`.
    func pending(shard: Int64, after: String?, limit: Int) async throws -> [OutboxEntry]
    /// Forgets an entry; not there is fine.
    func remove(_ entry: OutboxEntry) async throws
}

/// The outbox as items of a DynamoDB table: `PK OUTBOX#<shard>`, `SK <id>`.
public struct DynamoDBOutbox: OutboxStore {
    private let client: DynamoDBClient
    private let table: String

    /// The outbox in `table`.
    public init(client: DynamoDBClient, table: String) {
        self.client = client
        self.table = table
    }

    /// The entry as an item.
    public static func item(_ entry: OutboxEntry) -> Item {
        [
            "PK": .s("OUTBOX#\(entry.shard)"), "SK": .s(entry.id), "OrderID": .n(entry.orderID),
            "Topic": .s(entry.topic), "Key": .s(entry.key), "Value": .s(entry.value),
            "Headers": .l(entry.headers.map { .m(["Name": .s($0.name), "Value": .s($0.value)]) }),
            "CreatedMillis": .n(entry.createdMillis),
        ]
    }

    /// Reads an item; nil when it is no entry.
    public static func entry(_ item: Item) -> OutboxEntry? {
        guard let id = item["SK"]?.string, let order = item["OrderID"]?.integer, let topic = item["Topic"]?.string,
            let value = item["Value"]?.string, let created = item["CreatedMillis"]?.integer
        else { return nil }
        let headers = (item["Headers"]?.list ?? []).compactMap { header -> ProducerRecord.Header? in
            guard let map = header.map, let name = map["Name"]?.string, let value = map["Value"]?.string else {
                return nil
            }
            return .init(name, value)
        }
        return OutboxEntry(
            id: id, orderID: order, topic: topic, value: value, headers: headers, createdMillis: created)
    }

    /// Entries of a shard by a consistent Query.
    public func pending(shard: Int64, after: String?, limit: Int) async throws -> [OutboxEntry] {
        let partition = "OUTBOX#\(shard)"
        let page = try await client.query(
            table: table,
            keyCondition: Expression("PK = :p", values: [":p": .s(partition)]), limit: limit,
            startingAfter: after.map { ["PK": .s(partition), "SK": .s($0)] }, consistentRead: true)
        return page.items.compactMap(Self.entry)
    }

    /// Deletes the entry's item.
    public func remove(_ entry: OutboxEntry) async throws {
        try await client.deleteItem(table: table, key: ["PK": .s("OUTBOX#\(entry.shard)"), "SK": .s(entry.id)])
    }
}
