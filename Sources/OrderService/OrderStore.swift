import DynamoDBClient
import Shop

/// What became of an attempt to create an order.
public enum CreateOutcome: Hashable, Sendable {
    /// The order, its idempotency key and its event are stored.
    case created
    /// The idempotency key belongs to an order already.
    case duplicate(orderID: Int64, digest: String)
    /// Another order has the same id.
    case orderIDTaken
}

/// Where orders are kept.
public protocol OrderStore: Sendable {
    /// Stores the order, its idempotency key with the request's digest, and the event: all or nothing.
    func create(_ order: Order, digest: String, event: OutboxEntry) async throws -> CreateOutcome
    /// The order with this id; nil when there is none.
    func order(id: Int64) async throws -> Order?
    /// The user's orders, newest first.
    func orders(userID: String, limit: Int) async throws -> [Order]
    /// Sets the status of an order that is PENDING; false when there is none, or it has been settled before.
    func settle(id: Int64, status: OrderStatus, updatedAt: String) async throws -> Bool
    /// Throws when the store cannot be used now.
    func check() async throws
}

/// Orders in a DynamoDB table, in the schema that the Go services share.
public struct DynamoDBOrderStore: OrderStore {
    /// How often a transaction that met another one is tried again.
    static let conflictsMax = 20

    private let client: DynamoDBClient
    private let table: String
    private let sleep: @Sendable (Duration) async throws -> Void

    /// The orders in `table`.
    public init(
        client: DynamoDBClient, table: String,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.client = client
        self.table = table
        self.sleep = sleep
    }

    private static func key(_ partition: String) -> Item { ["PK": .s(partition), "SK": "METADATA"] }

    /// One TransactWriteItems, tried again while it meets others.
    public func create(_ order: Order, digest: String, event: OutboxEntry) async throws -> CreateOutcome {
        let actions = OrderItems.creation(order, digest: digest, event: event, table: table)
        var conflicts = 0
        while true {
            do {
                try await client.transactWriteItems(actions, token: UUID.make())
                return .created
            } catch let error as DynamoDBError {
                if error.conditionFailed(at: OrderItems.idempotencyIndex) {
                    if let found = try await winner(order, error) { return found }
                } else if error.conditionFailed(at: OrderItems.orderIndex) {
                    return .orderIDTaken
                } else if !error.isTransactionConflict {
                    throw error
                }
                conflicts += 1
                guard conflicts < Self.conflictsMax else { throw error }
                try await sleep(.milliseconds(Int64.random(in: 1...20) * Int64(min(conflicts, 8))))
            }
        }
    }

    /// Who has the idempotency key: from the failed transaction's answer, else from the table.
    private func winner(_ order: Order, _ error: DynamoDBError) async throws -> CreateOutcome? {
        let partition = OrderItems.idempotencyPartition(userID: order.userID, key: order.idempotencyKey)
        var item = error.cancellationReasons[OrderItems.idempotencyIndex].item
        if item == nil {
            item = try await client.getItem(table: table, key: Self.key(partition), consistentRead: true)
        }
        guard let item, let id = item["OrderID"]?.integer, let digest = item["Digest"]?.string else { return nil }
        return .duplicate(orderID: id, digest: digest)
    }

    /// A consistent GetItem.
    public func order(id: Int64) async throws -> Order? {
        let item = try await client.getItem(table: table, key: Self.key("ORDER#\(id)"), consistentRead: true)
        guard let item else { return nil }
        guard let order = OrderItems.order(item) else {
            throw ConfigurationError("The item ORDER#\(id) in \(table) is no order.")
        }
        return order
    }

    /// A Query on GSI1, backwards.
    public func orders(userID: String, limit: Int) async throws -> [Order] {
        try await client.query(
            table: table, index: "GSI1", keyCondition: Expression("GSI1PK = :u", values: [":u": .s("USER#\(userID)")]),
            ascending: false, limit: limit
        ).items.compactMap(OrderItems.order)
    }

    /// One conditional UpdateItem.
    public func settle(id: Int64, status: OrderStatus, updatedAt: String) async throws -> Bool {
        do {
            // Repeating it is harmless: from the second time on the order is no longer PENDING.
            try await client.updateItem(
                table: table, key: Self.key("ORDER#\(id)"),
                update: Expression(
                    "SET #s = :new, UpdatedAt = :t", names: ["#s": "Status"],
                    values: [":new": .s(status.rawValue), ":t": .s(updatedAt)]),
                condition: Expression(
                    "attribute_exists(PK) AND #s = :pending", names: ["#s": "Status"],
                    values: [":pending": .s(OrderStatus.pending.rawValue)]),
                repeatable: true)
            return true
        } catch let error as DynamoDBError where error.isConditionalCheckFailed {
            return false
        }
    }

    /// Reads a key that nothing has.
    public func check() async throws {
        _ = try await client.getItem(table: table, key: Self.key("READY"))
    }
}
