/// An expression's text with its placeholders' meanings.
public struct Expression: Sendable {
    /// The text, such as `stock >= :q`.
    public var text: String
    /// What `#name` stands for.
    public var names: [String: String]
    /// What `:value` stands for.
    public var values: Item

    /// An expression.
    public init(_ text: String, names: [String: String] = [:], values: Item = [:]) {
        self.text = text
        self.names = names
        self.values = values
    }
}

/// An action of TransactWriteItems.
public enum TransactWriteAction: Sendable {
    /// Puts an item, if the condition holds. With `returningItem` a failed condition answers with the item that is there.
    case put(table: String, item: Item, condition: Expression? = nil, returningItem: Bool = false)
    /// Changes an item, if the condition holds.
    case update(table: String, key: Item, update: Expression, condition: Expression? = nil, returningItem: Bool = false)
    /// Deletes an item, if the condition holds.
    case delete(table: String, key: Item, condition: Expression? = nil)
    /// Only checks the condition.
    case conditionCheck(table: String, key: Item, condition: Expression)
}

/// A page of Query's answer.
public struct QueryPage: Sendable {
    /// The items in order.
    public var items: [Item]
    /// Where the next page starts; nil at the end.
    public var lastEvaluatedKey: Item?
}

/// What ReturnValues asks for.
public enum ReturnValues: String, Sendable {
    /// Nothing.
    case none = "NONE"
    /// The item before.
    case allOld = "ALL_OLD"
    /// The item after.
    case allNew = "ALL_NEW"
}

/// The members that expressions make, collected over all expressions of a request.
private struct Parameters {
    var members: [JSON.Member] = []
    private var names: [String: String] = [:]
    private var values: Item = [:]

    init(table: String) { members.append(.init("TableName", .string(table))) }

    mutating func add(_ name: String, _ value: JSON?) {
        if let value { members.append(.init(name, value)) }
    }

    mutating func add(_ name: String, _ expression: Expression?) {
        guard let expression else { return }
        members.append(.init(name, .string(expression.text)))
        names.merge(expression.names) { _, new in new }
        values.merge(expression.values) { _, new in new }
    }

    var json: JSON {
        var members = members
        if !names.isEmpty {
            let sorted = names.sorted { $0.key < $1.key }
            members.append(
                .init("ExpressionAttributeNames", .object(sorted.map { .init($0.key, .string($0.value)) })))
        }
        if !values.isEmpty { members.append(.init("ExpressionAttributeValues", JSON(item: values))) }
        return .object(members)
    }
}

extension TransactWriteAction {
    var json: JSON {
        switch self {
        case .put(let table, let item, let condition, let returningItem):
            var parameters = Parameters(table: table)
            parameters.add("Item", JSON(item: item))
            parameters.add("ConditionExpression", condition)
            if returningItem { parameters.add("ReturnValuesOnConditionCheckFailure", "ALL_OLD") }
            return ["Put": parameters.json]
        case .update(let table, let key, let update, let condition, let returningItem):
            var parameters = Parameters(table: table)
            parameters.add("Key", JSON(item: key))
            parameters.add("UpdateExpression", update)
            parameters.add("ConditionExpression", condition)
            if returningItem { parameters.add("ReturnValuesOnConditionCheckFailure", "ALL_OLD") }
            return ["Update": parameters.json]
        case .delete(let table, let key, let condition):
            var parameters = Parameters(table: table)
            parameters.add("Key", JSON(item: key))
            parameters.add("ConditionExpression", condition)
            return ["Delete": parameters.json]
        case .conditionCheck(let table, let key, let condition):
            var parameters = Parameters(table: table)
            parameters.add("Key", JSON(item: key))
            parameters.add("ConditionExpression", condition)
            return ["ConditionCheck": parameters.json]
        }
    }
}

extension DynamoDBClient {
    /// The item with this key; nil when there is none.
    public func getItem(table: String, key: Item, consistentRead: Bool = false) async throws -> Item? {
        var parameters = Parameters(table: table)
        parameters.add("Key", JSON(item: key))
        if consistentRead { parameters.add("ConsistentRead", true) }
        return try await call("GetItem", parameters.json)["Item"].map(Self.item)
    }

    /// Puts an item, if the condition holds.
    ///
    /// With a condition it is not repeated when an attempt may have been done: the second would fail on the first one's item.
    public func putItem(table: String, item: Item, condition: Expression? = nil) async throws {
        var parameters = Parameters(table: table)
        parameters.add("Item", JSON(item: item))
        parameters.add("ConditionExpression", condition)
        _ = try await call("PutItem", parameters.json, repeatable: condition == nil)
    }

    /// Changes an item, if the condition holds, and returns the attributes that `returning` asks for.
    /// - Parameter repeatable: whether the change made twice is the same as made once; `stock = stock - :q` is not.
    @discardableResult
    public func updateItem(
        table: String, key: Item, update: Expression, condition: Expression? = nil, returning: ReturnValues = .none,
        repeatable: Bool
    ) async throws -> Item? {
        var parameters = Parameters(table: table)
        parameters.add("Key", JSON(item: key))
        parameters.add("UpdateExpression", update)
        parameters.add("ConditionExpression", condition)
        if returning != .none { parameters.add("ReturnValues", .string(returning.rawValue)) }
        return try await call("UpdateItem", parameters.json, repeatable: repeatable)["Attributes"].map(Self.item)
    }

    /// Deletes the item with this key, if there is one and the condition holds.
    public func deleteItem(table: String, key: Item, condition: Expression? = nil) async throws {
        var parameters = Parameters(table: table)
        parameters.add("Key", JSON(item: key))
        parameters.add("ConditionExpression", condition)
        _ = try await call("DeleteItem", parameters.json, repeatable: condition == nil)
    }

    /// One page of the items that meet the key condition.
    public func query(
        table: String, index: String? = nil, keyCondition: Expression, filter: Expression? = nil,
        ascending: Bool = true,
        limit: Int? = nil, startingAfter: Item? = nil, consistentRead: Bool = false
    ) async throws -> QueryPage {
        var parameters = Parameters(table: table)
        parameters.add("IndexName", index.map(JSON.string))
        parameters.add("KeyConditionExpression", keyCondition)
        parameters.add("FilterExpression", filter)
        if !ascending { parameters.add("ScanIndexForward", false) }
        parameters.add("Limit", limit.map(JSON.integer))
        parameters.add("ExclusiveStartKey", startingAfter.map(JSON.init(item:)))
        if consistentRead { parameters.add("ConsistentRead", true) }
        let answer = try await call("Query", parameters.json)
        return QueryPage(
            items: try (answer["Items"]?.array ?? []).map(Self.item),
            lastEvaluatedKey: try answer["LastEvaluatedKey"].map(Self.item))
    }

    /// Does all the actions or none. A repetition with the same token within ten minutes does nothing more.
    /// - Throws: ``DynamoDBError`` with a reason for each action when the transaction was cancelled.
    public func transactWriteItems(_ actions: [TransactWriteAction], token: String) async throws {
        _ = try await call(
            "TransactWriteItems",
            ["TransactItems": .array(actions.map(\.json)), "ClientRequestToken": .string(token)])
    }

    /// The table's status, such as `ACTIVE`.
    /// - Throws: ``DynamoDBError`` `ResourceNotFoundException` when there is no such table.
    public func tableStatus(_ table: String) async throws -> String {
        let answer = try await call("DescribeTable", ["TableName": .string(table)])
        guard let status = answer["Table"]?["TableStatus"]?.string else {
            throw ResponseError(description: "DescribeTable answered without a TableStatus.")
        }
        return status
    }

    private static func item(_ json: JSON) throws(ResponseError) -> Item {
        guard let item = Item(json: json) else {
            throw ResponseError(description: "DynamoDB answered with an item that cannot be read.")
        }
        return item
    }
}
