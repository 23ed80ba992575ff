/// The parameter Expected: what an item must be like for a write to be done.
struct Expected {
    /// What is expected of one attribute.
    private struct Expectation {
        let attribute: Text
        var value: Result<AttributeValue, DynamoDBError>?
        var exists: Bool?
        var comparison: Text?
        var values: [Result<AttributeValue, DynamoDBError>]?
    }

    /// In the order of the request; of two on one attribute the later one.
    private var expectations: [Expectation] = []

    /// Reads the parameter.
    init(_ reader: inout JSONReader) throws(DynamoDBError) {
        var places: [Text: Int] = [:]
        try reader.beginMap(of: "ExpectedAttributeValue")
        while let name = try reader.nextEntry() {
            let attribute = name.text
            var expectation = Expectation(attribute: attribute)
            try reader.beginElementStructure("ExpectedAttributeValue")
            while let key = try reader.nextKey() {
                switch key {
                case "Value": expectation.value = try reader.attributeValueMember()
                case "Exists": expectation.exists = try reader.bool()
                case "ComparisonOperator": expectation.comparison = try reader.text()
                case "AttributeValueList": expectation.values = try reader.attributeValues()
                default: try reader.skip()
                }
            }
            expectations.keep(expectation, at: &places[attribute])
        }
    }

    /// How many attributes it names.
    var count: Int { expectations.count }

    /// Checks the shape.
    func checkShape(_ violations: inout Violations) {
        for expectation in expectations {
            let path = "expected.\(expectation.attribute).member.comparisonOperator"
            violations.check(expectation.comparison, at: path, in: Messages.comparisonOperatorValues)
        }
    }

    /// The expectations as a ConditionExpression's; nil when there are none.
    func condition(_ conditionalOperator: Text?) throws(DynamoDBError) -> ConditionExpression? {
        var nodes: [ConditionExpression.Node] = []
        for expectation in expectations { nodes.append(try Expected.node(expectation)) }
        return ConditionExpression(legacy: nodes, conditionalOperator)
    }

    private static func node(_ expectation: Expectation) throws(DynamoDBError) -> ConditionExpression.Node {
        let attribute = expectation.attribute
        try AttributeMap.check(name: attribute)
        if expectation.value != nil, expectation.values != nil {
            throw .validation(Messages.expectedBothValues(attribute))
        }
        guard let comparison = ComparisonOperator(rawValue: expectation.comparison?.string ?? "") else {
            return try nodeWithoutComparison(expectation)
        }
        if expectation.exists != nil { throw .validation(Messages.expectedBothOperators(attribute)) }
        if expectation.value == nil, expectation.values == nil, comparison != .null, comparison != .notNull {
            throw .validation(Messages.expectedWithoutValue(comparison, attribute))
        }
        var values: [AttributeValue] = []
        for value in expectation.values ?? [] { values.append(try value.get()) }
        if let value = expectation.value { values.append(try value.get()) }
        try comparison.check(values)
        return comparison.node(attribute, values)
    }

    /// The oldest form: a value that the attribute must have, or that it must not be there.
    private static func nodeWithoutComparison(
        _ expectation: Expectation
    ) throws(DynamoDBError) -> ConditionExpression.Node {
        let attribute = expectation.attribute
        if expectation.values != nil { throw .validation(Messages.expectedListAlone(attribute)) }
        if expectation.exists == false {
            if expectation.value != nil { throw .validation(Messages.expectedNeedsNoValue(attribute)) }
            return ComparisonOperator.null.node(attribute, [])
        }
        guard let value = expectation.value else {
            throw .validation(Messages.expectedNeedsValue(exists: expectation.exists, attribute))
        }
        return ComparisonOperator.equal.node(attribute, [try value.get()])
    }
}
