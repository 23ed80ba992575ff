/// The condition of a Query on the key of a table or index: KeyConditionExpression.
///
/// In AWS's order: compile it before the other expressions, `checkForm` after all of them, `resolve` when the table is known.
public struct KeyConditionExpression: Sendable {
    /// A condition on one attribute.
    public struct Condition: Hashable, Sendable {
        /// The attribute.
        public let attribute: Text
        /// What its value must satisfy.
        public let predicate: Predicate
    }

    /// What the value of a key attribute must satisfy.
    public enum Predicate: Hashable, Sendable {
        case equal(AttributeValue)
        case less(AttributeValue)
        case lessOrEqual(AttributeValue)
        case greater(AttributeValue)
        case greaterOrEqual(AttributeValue)
        /// Both bounds included.
        case between(AttributeValue, AttributeValue)
        case beginsWith(AttributeValue)
        /// What KeyConditions can ask for and no key can answer.
        case notIndexable

        /// Whether all values that it compares with are of a type.
        func compares(with type: DataType) -> Bool {
            switch self {
            case .equal(let value), .less(let value), .lessOrEqual(let value), .greater(let value),
                .greaterOrEqual(let value), .beginsWith(let value):
                value.type == type
            case .between(let low, let high): low.type == type && high.type == type
            case .notIndexable: true
            }
        }

        /// Whether a value satisfies it.
        public func holds(for value: AttributeValue) -> Bool {
            func compare(_ other: AttributeValue, _ test: (Int) -> Bool) -> Bool {
                value.order(to: other).map(test) ?? false
            }
            switch self {
            case .equal(let other): return value == other
            case .less(let other): return compare(other) { $0 < 0 }
            case .lessOrEqual(let other): return compare(other) { $0 <= 0 }
            case .greater(let other): return compare(other) { $0 > 0 }
            case .greaterOrEqual(let other): return compare(other) { $0 >= 0 }
            case .between(let low, let high): return compare(low) { $0 >= 0 } && compare(high) { $0 <= 0 }
            case .beginsWith(.s(let prefix)):
                guard case .s(let text) = value else { return false }
                return text.hasPrefix(prefix)
            case .beginsWith(.b(let prefix)):
                guard case .b(let bytes) = value else { return false }
                return bytes.hasPrefix(prefix)
            case .beginsWith, .notIndexable: return false
            }
        }
    }

    /// The condition against a key schema.
    public struct Resolved: Hashable, Sendable {
        /// The values of the partition key's attributes, in the schema's order.
        public let partition: [AttributeValue]
        /// The conditions on the sort key's attributes, in the schema's order; those from some point on may be absent.
        public let sort: [Predicate]
    }

    private let condition: ConditionExpression

    /// Compiles the condition. Throws a ValidationException with AWS's text, "Invalid KeyConditionExpression: ...".
    public init(parsing text: Text, _ attributes: inout ExpressionAttributes) throws(DynamoDBError) {
        try self.init(parsing: text, &attributes, ParsedExpressions())
    }

    /// The same; a text that is among `parsed` is not parsed again.
    init(
        parsing text: Text, _ attributes: inout ExpressionAttributes, _ parsed: ParsedExpressions
    ) throws(DynamoDBError) {
        if text.count > Parser.sizeMax {
            throw .validation(Messages.keyConditionSize)
        }
        condition = try ConditionExpression(parsing: text, parameter: "KeyConditionExpression", &attributes, parsed)
    }

    /// Checks what a key condition may not have of a condition's grammar, and returns one condition for each attribute.
    public func checkForm() throws(DynamoDBError) -> [Condition] {
        var conditions: [Condition] = []
        try collect(condition.root, &conditions)
        return conditions
    }

    private func collect(
        _ node: ConditionExpression.Node, _ conditions: inout [Condition]
    ) throws(DynamoDBError) {
        switch node {
        case .and(let terms):
            for term in terms { try collect(term, &conditions) }
        case .or: throw .validation(Messages.keyConditionOperator("OR"))
        case .not: throw .validation(Messages.keyConditionOperator("NOT"))
        case .membership: throw .validation(Messages.keyConditionOperator("IN"))
        case .exists: throw .validation(Messages.keyConditionOperator("attribute_exists"))
        case .notExists: throw .validation(Messages.keyConditionOperator("attribute_not_exists"))
        case .type: throw .validation(Messages.keyConditionOperator("attribute_type"))
        case .contains: throw .validation(Messages.keyConditionOperator("contains"))
        case .between(let operand, let low, let high):
            guard case .path = operand else { throw .validation(Messages.keyConditionFirstOperand("BETWEEN")) }
            let (attribute, _) = try Self.attribute(of: [operand, low, high], conditions)
            guard let low = value(low), let high = value(high) else { return }
            conditions.append(Condition(attribute: attribute, predicate: .between(low, high)))
        case .beginsWith(let operand, let prefix):
            guard case .path = operand else { throw .validation(Messages.keyConditionFirstOperand("begins_with")) }
            let (attribute, _) = try Self.attribute(of: [operand, prefix], conditions)
            guard let prefix = value(prefix) else { return }
            conditions.append(Condition(attribute: attribute, predicate: .beginsWith(prefix)))
        case .comparison(let comparator, let left, let right):
            if comparator == .notEqual { throw .validation(Messages.keyConditionOperator("<>")) }
            let (attribute, position) = try Self.attribute(of: [left, right], conditions)
            guard let value = value(position == 0 ? right : left) else { return }
            let predicate = Self.predicate(comparator, value, isReversed: position == 1)
            conditions.append(Condition(attribute: attribute, predicate: predicate))
        }
    }

    private func value(_ operand: ConditionExpression.Operand) -> AttributeValue? {
        switch operand {
        case .value(let value): value
        case .parameter(let place): condition.values[place]
        case .path, .size: nil
        }
    }

    private static func predicate(
        _ comparator: ConditionExpression.Comparator, _ value: AttributeValue, isReversed: Bool
    ) -> Predicate {
        switch comparator {
        case .less: isReversed ? .greater(value) : .less(value)
        case .lessOrEqual: isReversed ? .greaterOrEqual(value) : .lessOrEqual(value)
        case .greater: isReversed ? .less(value) : .greater(value)
        case .greaterOrEqual: isReversed ? .lessOrEqual(value) : .greaterOrEqual(value)
        case .equal, .notEqual: .equal(value)
        }
    }

    /// The one attribute among a condition's operands, and which operand it is.
    private static func attribute(
        of operands: [ConditionExpression.Operand], _ conditions: [Condition]
    ) throws(DynamoDBError) -> (Text, Int) {
        var found: (Text, Int)?
        for (position, operand) in operands.enumerated() {
            switch operand {
            case .value, .parameter: continue
            case .size: throw .validation(Messages.keyConditionNested)
            case .path(let path):
                if found != nil { throw .validation(Messages.keyConditionManyNames) }
                if path.isNested { throw .validation(Messages.keyConditionNestedAttribute) }
                found = (path.attribute, position)
            }
        }
        guard let found else { throw .validation(Messages.keyConditionNoName) }
        if conditions.contains(where: { $0.attribute == found.0 }) { throw .validation(Messages.keyConditionTwice) }
        return found
    }

    /// Holds conditions against a key: every partition attribute must equal a value, the sort attributes may have one
    /// condition each, in order, all but the last an equality.
    static func resolve(_ conditions: [Condition], _ schema: KeySchema) throws(DynamoDBError) -> Resolved {
        func predicate(_ key: KeyAttribute) throws(DynamoDBError) -> Predicate? {
            guard let place = conditions.firstIndex(where: { $0.attribute == key.name }) else { return nil }
            let predicate = conditions[place].predicate
            if case .notIndexable = predicate { throw .validation(Messages.notIndexable) }
            guard predicate.compares(with: key.type) else { throw .validation(Messages.keyConditionType) }
            return predicate
        }
        let (partition, sort) = (schema.partitionAttributes, schema.sortAttributes)
        let count = schema.attributes.count
        // Of a key of one attribute AWS was heard to say this.
        if count == 1, conditions.count == 2 { throw .validation(Messages.keyConditionUnsupported) }
        if conditions.count > count { throw .validation(Messages.keyConditionCount(conditions.count, of: count)) }
        var values: [AttributeValue] = []
        for key in partition {
            guard let predicate = try predicate(key) else {
                throw .validation(
                    partition.count > 1
                        ? Messages.keyConditionPartition(key.name) : Messages.keyConditionMissing(key.name.string))
            }
            guard case .equal(let value) = predicate else {
                throw .validation(
                    partition.count > 1
                        ? Messages.keyConditionPartition(key.name) : Messages.keyConditionUnsupported)
            }
            try checkNotEmpty(value, key)
            values.append(value)
        }
        guard conditions.count > partition.count else { return Resolved(partition: values, sort: []) }
        var given: [Predicate?] = []
        for key in sort { given.append(try predicate(key)) }
        let predicates = given.compactMap { $0 }
        guard partition.count + predicates.count == conditions.count else {
            // A condition is on something else.
            throw .validation(
                sort.count == 1 && predicates.isEmpty
                    ? Messages.keyConditionMissing(sort.first!.name.string) : Messages.keyConditionUnsupported)
        }
        if let last = given.lastIndex(where: { $0 != nil }) {
            let names = sort.map(\.name)
            let open = given.indices.filter { position in
                if case .equal? = given[position] { return false }
                return position < last
            }
            if !open.isEmpty {
                throw .validation(Messages.keyConditionSort(open.map { names[$0] }, before: names[last]))
            }
        }
        return Resolved(partition: values, sort: predicates)
    }

    private static func checkNotEmpty(_ value: AttributeValue, _ key: KeyAttribute) throws(DynamoDBError) {
        switch value {
        case .s(let text) where text.isEmpty: throw .validation(Messages.emptyKeyValue(.s, key.name.string))
        case .b(let bytes) where bytes.count == 0: throw .validation(Messages.emptyKeyValue(.b, key.name.string))
        default: return
        }
    }
}
