import DynamoDB

/// A write of one item, alone or as a part of something.
struct ItemWrite: Hashable {
    enum Action: Hashable {
        case put(ModelItem)
        /// Adds to v; besides, sets g, or removes it.
        case add(Int, group: Group)
        case delete
        /// Only in transactions.
        case check
    }

    enum Group: Hashable {
        case asItIs
        case removed
        case set(String)
    }

    enum Condition: Hashable {
        case none, exists, absent
        case value(Int)
    }

    var table: TableShape
    var key: ItemKey
    var action: Action
    var condition = Condition.none

    /// Whether the condition holds for the item that is there.
    func isMet(by item: ModelItem?) -> Bool {
        switch condition {
        case .none: true
        case .exists: item != nil
        case .absent: item == nil
        case .value(let value): item?.value == value
        }
    }

    /// The item after it.
    func applied(to item: ModelItem?) -> ModelItem? {
        switch action {
        case .put(let new): return new
        case .delete: return nil
        case .check: return item
        case .add(let amount, let group):
            var item = item ?? ModelItem()
            item.value = (item.value ?? 0) + amount
            switch group {
            case .asItIs: break
            case .removed: item.group = nil
            case .set(let name): item.group = name
            }
            return item
        }
    }

    /// The members of the request that does it, without braces.
    var members: String {
        var text = #""TableName":"\#(table.rawValue)""#
        var values: [String] = []
        switch action {
        case .put(let item): text += #","Item":{\#(table.keyMembers(key))\#(item.members)}"#
        case .delete, .check: text += #","Key":{\#(table.keyMembers(key))}"#
        case .add(let amount, let group):
            text += #","Key":{\#(table.keyMembers(key))}"#
            var update = "ADD v :a"
            values.append(#"":a":{"N":"\#(amount)"}"#)
            switch group {
            case .asItIs: break
            case .removed: update += " REMOVE g"
            case .set(let name):
                update += " SET g = :g"
                values.append(#"":g":{"S":"\#(name)"}"#)
            }
            text += #","UpdateExpression":"\#(update)""#
        }
        switch condition {
        case .none: break
        case .exists: text += #","ConditionExpression":"attribute_exists(pk)""#
        case .absent: text += #","ConditionExpression":"attribute_not_exists(pk)""#
        case .value(let value):
            text += #","ConditionExpression":"v = :c""#
            values.append(#"":c":{"N":"\#(value)"}"#)
        }
        if !values.isEmpty { text += #","ExpressionAttributeValues":{\#(values.joined(separator: ","))}"# }
        return text
    }

    /// The operation that does it alone.
    var operation: String {
        switch action {
        case .put: "PutItem"
        case .add: "UpdateItem"
        case .delete: "DeleteItem"
        case .check: "ConditionCheck"
        }
    }
}

/// A request of a client, as a value.
enum TablesRequest {
    case write(ItemWrite)
    case batch([ItemWrite])
    case transact([ItemWrite], token: String?)
    case get(TableShape, ItemKey)
    case query(TableShape, partition: String, isForward: Bool, limit: Int)
    case scan(TableShape, IndexShape?)
    case createTable(TableShape, Set<IndexShape>)
    case deleteTable(TableShape)
    case createIndex(TableShape, IndexShape)
    case deleteIndex(TableShape, IndexShape)
    case setTimeToLive(TableShape, Bool)

    /// The operation's name in AWS's API.
    var operation: String {
        switch self {
        case .write(let write): write.operation
        case .batch: "BatchWriteItem"
        case .transact: "TransactWriteItems"
        case .get: "GetItem"
        case .query: "Query"
        case .scan: "Scan"
        case .createTable: "CreateTable"
        case .deleteTable: "DeleteTable"
        case .createIndex, .deleteIndex: "UpdateTable"
        case .setTimeToLive: "UpdateTimeToLive"
        }
    }

    /// The request's JSON.
    var body: String {
        switch self {
        case .write(let write):
            let returned = write.operation == "UpdateItem" ? "ALL_NEW" : "ALL_OLD"
            return "{" + write.members + #","ReturnValues":"\#(returned)"}"#
        case .batch(let writes): return #"{"RequestItems":{\#(Self.batchMembers(writes))}}"#
        case .transact(let writes, let token):
            let actions = writes.map { #"{"\#(Self.transactName($0))":{\#($0.members)}}"# }.joined(separator: ",")
            let token = token.map { #","ClientRequestToken":"\#($0)""# } ?? ""
            return #"{"TransactItems":[\#(actions)]\#(token)}"#
        case .get(let table, let key):
            return #"{"TableName":"\#(table.rawValue)","Key":{\#(table.keyMembers(key))},"ConsistentRead":true}"#
        case .query(let table, let partition, let isForward, let limit):
            return
                #"{"TableName":"\#(table.rawValue)","KeyConditionExpression":"pk = :p","ScanIndexForward":\#(isForward)"#
                + #","Limit":\#(limit),"ExpressionAttributeValues":{":p":{"S":"\#(partition)"}}}"#
        case .scan(let table, let index):
            // The filter lets everything through, and makes the engine take items apart, which it does in steps.
            let index = index.map { #","IndexName":"\#($0.rawValue)""# } ?? ""
            return #"{"TableName":"\#(table.rawValue)"\#(index),"FilterExpression":"attribute_exists(pk)"}"#
        case .createTable(let table, let indexes): return Self.creation(table, indexes)
        case .deleteTable(let table): return #"{"TableName":"\#(table.rawValue)"}"#
        case .createIndex(let table, let index):
            return #"{"TableName":"\#(table.rawValue)","AttributeDefinitions":[\#(Self.definitions([index]))],"#
                + #""GlobalSecondaryIndexUpdates":[{"Create":\#(Self.definition(index))}]}"#
        case .deleteIndex(let table, let index):
            return #"{"TableName":"\#(table.rawValue)","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"#
                + #""\#(index.rawValue)"}}]}"#
        case .setTimeToLive(let table, let isOn):
            return
                #"{"TableName":"\#(table.rawValue)","TimeToLiveSpecification":{"AttributeName":"ttl","Enabled":\#(isOn)}}"#
        }
    }

    private static func batchMembers(_ writes: [ItemWrite]) -> String {
        TableShape.allCases.compactMap { table in
            let requests = writes.filter { $0.table == table }.map { write in
                switch write.action {
                case .put(let item): #"{"PutRequest":{"Item":{\#(table.keyMembers(write.key))\#(item.members)}}}"#
                default: #"{"DeleteRequest":{"Key":{\#(table.keyMembers(write.key))}}}"#
                }
            }
            return requests.isEmpty ? nil : #""\#(table.rawValue)":[\#(requests.joined(separator: ","))]"#
        }.joined(separator: ",")
    }

    private static func transactName(_ write: ItemWrite) -> String {
        switch write.action {
        case .put: "Put"
        case .add: "Update"
        case .delete: "Delete"
        case .check: "ConditionCheck"
        }
    }

    private static func creation(_ table: TableShape, _ indexes: Set<IndexShape>) -> String {
        var definitions = #"{"AttributeName":"pk","AttributeType":"S"}"#
        var keys = #"{"AttributeName":"pk","KeyType":"HASH"}"#
        if let type = table.sortType {
            definitions += #",{"AttributeName":"sk","AttributeType":"\#(type)"}"#
            keys += #",{"AttributeName":"sk","KeyType":"RANGE"}"#
        }
        let sorted = indexes.sorted { $0.rawValue < $1.rawValue }
        var more = ""
        if !sorted.isEmpty {
            definitions += "," + Self.definitions(sorted)
            more = #","GlobalSecondaryIndexes":[\#(sorted.map(definition).joined(separator: ","))]"#
        }
        return #"{"TableName":"\#(table.rawValue)","AttributeDefinitions":[\#(definitions)],"KeySchema":[\#(keys)],"#
            + #""BillingMode":"PAY_PER_REQUEST"\#(more)}"#
    }

    private static func definitions(_ indexes: [IndexShape]) -> String {
        let names = Set(indexes.flatMap { [$0.partitionName, $0.sortName].compactMap { $0 } }).sorted()
        return names.map { #"{"AttributeName":"\#($0)","AttributeType":"\#($0 == "n" ? "N" : "S")"}"# }
            .joined(separator: ",")
    }

    private static func definition(_ index: IndexShape) -> String {
        var keys = #"{"AttributeName":"\#(index.partitionName)","KeyType":"HASH"}"#
        if let sort = index.sortName { keys += #",{"AttributeName":"\#(sort)","KeyType":"RANGE"}"# }
        let projection =
            switch index {
            case .byGroup: #"{"ProjectionType":"ALL"}"#
            case .byNumber: #"{"ProjectionType":"KEYS_ONLY"}"#
            case .byGroupSome: #"{"ProjectionType":"INCLUDE","NonKeyAttributes":["v"]}"#
            }
        return #"{"IndexName":"\#(index.rawValue)","KeySchema":[\#(keys)],"Projection":\#(projection)}"#
    }
}
