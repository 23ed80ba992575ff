import DynamoDBClient
import Shop

/// What became of a manual deduction.
public enum DeductOutcome: Hashable, Sendable {
    /// It was done.
    case deducted(StockDecision.Deduction)
    /// There is less than was asked for.
    case insufficient(available: Int64)
    /// There is no such product.
    case notFound
}

/// What became of an attempt to apply an event.
public enum ApplyOutcome: Hashable, Sendable {
    /// Stock, marker and outcome are stored.
    case applied
    /// The event was applied before.
    case alreadyProcessed
    /// Something has changed since the stocks were read: decide again.
    case conflict
}

/// Where products are kept.
public protocol ProductStore: OutboxStore {
    /// Stores a new product; false when there is one with its id.
    func create(_ product: Product, at timestamp: String) async throws -> Bool
    /// The product with this id; nil when there is none.
    func product(id: String) async throws -> Product?
    /// Takes `quantity` from the stock, if there is enough.
    func deduct(id: String, quantity: Int64, at timestamp: String) async throws -> DeductOutcome
    /// Applies an event: subtracts all of `deductions` if the stocks are still as they were, remembers the event and puts its outcome into the outbox: all
    /// or nothing, and once for each event id.
    func apply(
        eventID: String, deductions: [StockDecision.Deduction], outcome: OutboxEntry, at timestamp: String
    ) async throws -> ApplyOutcome
    /// Throws when the store cannot be used now.
    func check() async throws
}

/// Products in a DynamoDB table.
public struct DynamoDBProductStore: ProductStore {
    private let client: DynamoDBClient
    private let table: String
    private let outbox: DynamoDBOutbox

    /// The products in `table`.
    public init(client: DynamoDBClient, table: String) {
        self.client = client
        self.table = table
        outbox = DynamoDBOutbox(client: client, table: table)
    }

    private static func key(_ partition: String) -> Item { ["PK": .s(partition), "SK": "METADATA"] }

    /// One conditional PutItem.
    public func create(_ product: Product, at timestamp: String) async throws -> Bool {
        var item = Self.key("PRODUCT#\(product.id)")
        item["product_id"] = .s(product.id)
        item["name"] = .s(product.name)
        item["price"] = .n(product.price.text)
        item["stock"] = .n(product.stock)
        item["created_at"] = .s(timestamp)
        item["updated_at"] = .s(timestamp)
        do {
            try await client.putItem(table: table, item: item, condition: Expression("attribute_not_exists(PK)"))
            return true
        } catch let error as DynamoDBError where error.isConditionalCheckFailed {
            return false
        }
    }

    /// A consistent GetItem.
    public func product(id: String) async throws -> Product? {
        let item = try await client.getItem(table: table, key: Self.key("PRODUCT#\(id)"), consistentRead: true)
        guard let item else { return nil }
        guard let stock = item["stock"]?.integer else {
            throw ConfigurationError("The item PRODUCT#\(id) in \(table) is no product.")
        }
        return Product(
            id: item["product_id"]?.string ?? id, name: item["name"]?.string ?? "",
            price: item["price"]?.number.flatMap(Amount.init) ?? .zero, stock: stock)
    }

    /// One conditional UpdateItem. What was there tells why it failed.
    public func deduct(id: String, quantity: Int64, at timestamp: String) async throws -> DeductOutcome {
        for _ in 0..<5 {
            do {
                let item = try await client.updateItem(
                    table: table, key: Self.key("PRODUCT#\(id)"),
                    update: Expression(
                        "SET stock = stock - :q, updated_at = :t", values: [":q": .n(quantity), ":t": .s(timestamp)]),
                    condition: Expression("stock >= :q"), returning: .allNew, repeatable: false)
                guard let stock = item?["stock"]?.integer else {
                    throw ConfigurationError("The item PRODUCT#\(id) in \(table) is no product.")
                }
                return .deducted(.init(productID: id, quantity: quantity, previousStock: stock + quantity))
            } catch let error as DynamoDBError where error.isConditionalCheckFailed {
                guard let product = try await product(id: id) else { return .notFound }
                // Stock that came in between is not refused.
                if product.stock < quantity { return .insufficient(available: product.stock) }
            } catch let error as DynamoDBError where error.isTransactionConflict {
                try await Task.sleep(for: .milliseconds(Int64.random(in: 1...20)))
            }
        }
        throw ConfigurationError("The stock of \(id) changes too often to be deducted just now.")
    }

    /// The transaction of ``apply(eventID:deductions:outcome:at:)``; the marker comes first.
    static func actions(
        table: String, eventID: String, deductions: [StockDecision.Deduction], outcome: OutboxEntry, timestamp: String
    ) -> [TransactWriteAction] {
        var marker = key("EVENT#\(eventID)")
        marker["order_id"] = .n(outcome.orderID)
        marker["topic"] = .s(outcome.topic)
        marker["created_at"] = .s(timestamp)
        var actions: [TransactWriteAction] = [
            .put(table: table, item: marker, condition: Expression("attribute_not_exists(PK)"))
        ]
        for deduction in deductions {
            actions.append(
                .update(
                    table: table, key: key("PRODUCT#\(deduction.productID)"),
                    update: Expression(
                        "SET stock = :new, updated_at = :t",
                        values: [":new": .n(deduction.newStock), ":t": .s(timestamp)]),
                    condition: Expression("stock = :previous", values: [":previous": .n(deduction.previousStock)])))
        }
        actions.append(.put(table: table, item: DynamoDBOutbox.item(outcome)))
        return actions
    }

    /// One TransactWriteItems.
    public func apply(
        eventID: String, deductions: [StockDecision.Deduction], outcome: OutboxEntry, at timestamp: String
    ) async throws -> ApplyOutcome {
        let actions = Self.actions(
            table: table, eventID: eventID, deductions: deductions, outcome: outcome, timestamp: timestamp)
        do {
            try await client.transactWriteItems(actions, token: UUID.make())
            return .applied
        } catch let error as DynamoDBError {
            if error.conditionFailed(at: 0) { return .alreadyProcessed }
            let stockChanged = deductions.indices.contains { error.conditionFailed(at: $0 + 1) }
            guard stockChanged || error.isTransactionConflict else { throw error }
            return .conflict
        }
    }

    /// Entries of the table's outbox.
    public func pending(shard: Int64, after: String?, limit: Int) async throws -> [OutboxEntry] {
        try await outbox.pending(shard: shard, after: after, limit: limit)
    }

    /// Removes an entry of the table's outbox.
    public func remove(_ entry: OutboxEntry) async throws { try await outbox.remove(entry) }

    /// Reads a key that nothing has.
    public func check() async throws {
        _ = try await client.getItem(table: table, key: Self.key("READY"))
    }
}
