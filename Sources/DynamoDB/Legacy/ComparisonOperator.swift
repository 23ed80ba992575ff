/// How the older conditions compare an attribute with values: KeyConditions, QueryFilter, ScanFilter and Expected.
enum ComparisonOperator: String, Sendable, CaseIterable {
    case equal = "EQ"
    case notEqual = "NE"
    case less = "LT"
    case lessOrEqual = "LE"
    case greater = "GT"
    case greaterOrEqual = "GE"
    case isOneOf = "IN"
    case between = "BETWEEN"
    case beginsWith = "BEGINS_WITH"
    case contains = "CONTAINS"
    case notContains = "NOT_CONTAINS"
    /// The attribute is there, whatever its type.
    case notNull = "NOT_NULL"
    /// The attribute is not there; one of type NULL is.
    case null = "NULL"

    /// How many values it takes.
    private var valueCounts: ClosedRange<Int> {
        switch self {
        case .null, .notNull: 0...0
        case .between: 2...2
        case .isOneOf: 1...Int.max
        default: 1...1
        }
    }

    private func takes(_ type: DataType) -> Bool {
        switch self {
        case .equal, .notEqual, .null, .notNull: true
        case .contains, .notContains: [.s, .n, .b, .bool, .null].contains(type)
        case .beginsWith: type == .s || type == .b
        default: type == .s || type == .n || type == .b
        }
    }

    /// Checks the values to compare with, in AWS's order: how many there are, their types, the order of two bounds.
    func check(_ values: [AttributeValue]) throws(DynamoDBError) {
        guard valueCounts.contains(values.count) else { throw .validation(Messages.conditionValueCount(self)) }
        for value in values where value.type != values[0].type { throw .validation(Messages.conditionTypesDiffer) }
        for value in values where !takes(value.type) {
            throw .validation(Messages.conditionValueType(self, value.type))
        }
        if self == .between, let order = values[0].order(to: values[1]), order > 0 {
            throw .validation(Messages.conditionBoundsOrder)
        }
    }

    /// The condition as an expression's. `values` have been checked.
    func node(_ attribute: Text, _ values: [AttributeValue]) -> ConditionExpression.Node {
        let path = DocumentPath([.name(attribute)])
        func compare(_ comparator: ConditionExpression.Comparator) -> ConditionExpression.Node {
            .comparison(comparator, .path(path), .value(values[0]))
        }
        switch self {
        case .equal: return compare(.equal)
        case .notEqual: return compare(.notEqual)
        case .less: return compare(.less)
        case .lessOrEqual: return compare(.lessOrEqual)
        case .greater: return compare(.greater)
        case .greaterOrEqual: return compare(.greaterOrEqual)
        case .isOneOf: return .membership(.path(path), values.map { .value($0) })
        case .between: return .between(.path(path), .value(values[0]), .value(values[1]))
        case .beginsWith: return .beginsWith(.path(path), .value(values[0]))
        case .contains: return .contains(.path(path), .value(values[0]))
        // Unlike an expression's NOT contains(...), it is false for an attribute that is not there.
        case .notContains: return .and([.exists(path), .not(.contains(.path(path), .value(values[0])))])
        case .notNull: return .exists(path)
        case .null: return .notExists(path)
        }
    }

    /// The condition as one on a key. `values` have been checked.
    func keyPredicate(_ values: [AttributeValue]) -> KeyConditionExpression.Predicate {
        switch self {
        case .equal: .equal(values[0])
        case .less: .less(values[0])
        case .lessOrEqual: .lessOrEqual(values[0])
        case .greater: .greater(values[0])
        case .greaterOrEqual: .greaterOrEqual(values[0])
        case .between: .between(values[0], values[1])
        case .beginsWith: .beginsWith(values[0])
        case .notEqual, .isOneOf, .contains, .notContains, .notNull, .null: .notIndexable
        }
    }
}
