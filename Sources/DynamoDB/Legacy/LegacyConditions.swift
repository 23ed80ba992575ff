/// Conditions on attributes as KeyConditions, QueryFilter and ScanFilter have them, as given.
struct LegacyConditions {
    /// The condition on one attribute.
    private struct Condition {
        let attribute: Text
        var comparison: Text?
        var values: [Result<AttributeValue, DynamoDBError>] = []
    }

    /// In the order of the request; of two on one attribute the later one.
    private var conditions: [Condition] = []

    /// Reads the parameter.
    init(_ reader: inout JSONReader) throws(DynamoDBError) {
        var places: [Text: Int] = [:]
        try reader.beginMap(of: "Condition")
        while let name = try reader.nextEntry() {
            let attribute = name.text
            var condition = Condition(attribute: attribute)
            try reader.beginElementStructure("Condition")
            while let key = try reader.nextKey() {
                switch key {
                case "ComparisonOperator": condition.comparison = try reader.text()
                case "AttributeValueList": condition.values = try reader.attributeValues()
                default: try reader.skip()
                }
            }
            conditions.keep(condition, at: &places[attribute])
        }
    }

    /// How many there are.
    var count: Int { conditions.count }

    /// Checks the shape; `path` is where they are in the request: "queryFilter".
    func checkShape(_ violations: inout Violations, at path: String) {
        for condition in conditions {
            let path = "\(path).\(condition.attribute).member.comparisonOperator"
            if condition.comparison == nil { violations.add(nil, at: path, Messages.notNull) }
            violations.check(condition.comparison, at: path, in: Messages.comparisonOperatorValues)
        }
    }

    /// A condition that has been checked.
    private struct Checked {
        let attribute: Text
        let comparison: ComparisonOperator
        let values: [AttributeValue]
    }

    private func checked() throws(DynamoDBError) -> [Checked] {
        var checked: [Checked] = []
        for condition in conditions {
            try AttributeMap.check(name: condition.attribute)
            var values: [AttributeValue] = []
            for value in condition.values { values.append(try value.get()) }
            guard let comparison = ComparisonOperator(rawValue: condition.comparison?.string ?? "") else { continue }
            try comparison.check(values)
            checked.append(Checked(attribute: condition.attribute, comparison: comparison, values: values))
        }
        return checked
    }

    /// The conditions as a FilterExpression's; nil when there are none.
    func filter(_ conditionalOperator: Text?) throws(DynamoDBError) -> ConditionExpression? {
        ConditionExpression(
            legacy: try checked().map { $0.comparison.node($0.attribute, $0.values) }, conditionalOperator)
    }

    /// The conditions as a KeyConditionExpression's.
    func keyConditions(mayBeMany: Bool) throws(DynamoDBError) -> [KeyConditionExpression.Condition] {
        let conditions = try checked().map {
            KeyConditionExpression.Condition(attribute: $0.attribute, predicate: $0.comparison.keyPredicate($0.values))
        }
        guard (1...(mayBeMany ? 8 : 2)).contains(conditions.count) else {
            throw .validation(Messages.keyConditionCount)
        }
        return conditions
    }

    /// Checks ConditionalOperator against the number of conditions that it is to join.
    static func check(_ conditionalOperator: Text?, joining count: Int) throws(DynamoDBError) {
        guard conditionalOperator != nil else { return }
        if count == 0 { throw .validation(Messages.conditionalOperatorAlone) }
        if count == 1 { throw .validation(Messages.conditionalOperatorOfOne) }
    }
}

extension ConditionExpression {
    /// Older conditions, joined as ConditionalOperator says; nil when there are none.
    init?(legacy conditions: [Node], _ conditionalOperator: Text?) {
        guard !conditions.isEmpty else { return nil }
        let root = conditionalOperator == "OR" ? Node.or(conditions) : .and(conditions)
        self.init(root: root, paths: conditions.compactMap(\.path))
    }
}

extension ConditionExpression.Node {
    /// The path that an older condition reads.
    fileprivate var path: DocumentPath? {
        switch self {
        case .exists(let path), .notExists(let path): path
        case .comparison(_, .path(let path), _), .between(.path(let path), _, _), .membership(.path(let path), _),
            .beginsWith(.path(let path), _), .contains(.path(let path), _):
            path
        case .and(let terms): terms.first?.path
        default: nil
        }
    }
}

extension Array {
    /// Puts an element in the place of the earlier one of its name, if there is one; appends it otherwise.
    mutating func keep(_ element: Element, at place: inout Int?) {
        if let place {
            self[place] = element
        } else {
            place = count
            append(element)
        }
    }
}

extension JSONReader {
    /// A list of values, as AttributeValueList is.
    mutating func attributeValues() throws(DynamoDBError) -> [Result<AttributeValue, DynamoDBError>] {
        try beginList()
        var values: [Result<AttributeValue, DynamoDBError>] = []
        while try nextElement() { values.append(try attributeValue()) }
        return values
    }

    /// A value that is a member of a structure.
    mutating func attributeValueMember() throws(DynamoDBError) -> Result<AttributeValue, DynamoDBError> {
        guard try peekKind() == .object else {
            try beginStructure("AttributeValue")
            throw JSONReader.malformed  // Not reached: the line above throws for all but objects.
        }
        return try attributeValue()
    }
}

/// Which of a request's parameters are expressions, and which are of the older kind.
enum ParameterKinds {
    /// Throws when both kinds are given; the names in AWS's order, each with whether it is given.
    static func check(
        legacy: [(name: String, isGiven: Bool)], expressions: [(name: String, isGiven: Bool)]
    ) throws(DynamoDBError) {
        let given = (legacy.filter(\.isGiven).map(\.name), expressions.filter(\.isGiven).map(\.name))
        guard !given.0.isEmpty, !given.1.isEmpty else { return }
        throw .validation(Messages.bothKinds(legacy: given.0, expression: given.1))
    }
}
