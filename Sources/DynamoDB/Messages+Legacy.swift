/// What is said of the older parameters, which came before expressions.
extension Messages {
    static func bothKinds(legacy: [String], expression: [String]) -> String {
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
            + "{\(legacy.joined(separator: ", "))} Expression parameters: {\(expression.joined(separator: ", "))}"
    }

    static func duplicateAttributeToGet(_ name: Text) -> String {
        invalidParameters + "Duplicate value in attribute name: \(name)"
    }

    // MARK: Conditions

    static let comparisonOperatorValues =
        "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS"
    static let conditionalOperatorValues = "OR, AND"
    /// As AWS has it in the newer check.
    static let conditionalOperatorNewerValues = "ALL, OR"
    static let conditionalOperatorAlone = "ConditionalOperator cannot be used without Filter or Expected"
    static let conditionalOperatorOfOne =
        "ConditionalOperator can only be used when Filter or Expected has two or more elements"
    static let conditionTypesDiffer =
        invalidParameters + "AttributeValues inside AttributeValueList must be of same type"
    static let conditionBoundsOrder =
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
    static let notIndexable = "Attempted conditional constraint is not an indexable operation"

    static func conditionValueCount(_ comparison: ComparisonOperator) -> String {
        invalidParameters + "Invalid number of argument(s) for the \(comparison.rawValue) ComparisonOperator"
    }

    static func conditionValueType(_ comparison: ComparisonOperator, _ type: DataType) -> String {
        invalidParameters
            + "ComparisonOperator \(comparison.rawValue) is not valid for \(type.rawValue) AttributeValue type"
    }

    static func queryFilterOnKey(_ name: Text) -> String {
        "QueryFilter can only contain non-primary key attributes: Primary key attribute: \(name)"
    }

    // MARK: Expected

    static func expectedBothValues(_ name: Text) -> String {
        invalidParameters + "Value and AttributeValueList cannot be used together for Attribute: \(name)"
    }

    static func expectedBothOperators(_ name: Text) -> String {
        invalidParameters + "Exists and ComparisonOperator cannot be used together for Attribute: \(name)"
    }

    static func expectedListAlone(_ name: Text) -> String {
        invalidParameters + "AttributeValueList can only be used with a ComparisonOperator for Attribute: \(name)"
    }

    static func expectedWithoutValue(_ comparison: ComparisonOperator, _ name: Text) -> String {
        invalidParameters + "Value or AttributeValueList must be used with ComparisonOperator: "
            + "\(comparison.rawValue) for Attribute: \(name)"
    }

    static func expectedNeedsValue(exists: Bool?, _ name: Text) -> String {
        let exists = exists.map { "\($0)" } ?? "null"
        return invalidParameters + "Value must be provided when Exists is \(exists) for Attribute: \(name)"
    }

    static func expectedNeedsNoValue(_ name: Text) -> String {
        invalidParameters + "Value cannot be used when Exists is false for Attribute: \(name)"
    }

    // MARK: AttributeUpdates

    static let attributeActionValues = "ADD, DELETE, PUT"
    static let attributeUpdateWithoutValue =
        invalidParameters + "Only DELETE action is allowed when no attribute value is specified"
    static let attributeUpdateMismatch = "Type mismatch for attribute to update"

    static func attributeUpdateType(_ action: String, _ type: DataType) -> String {
        let verb = action == "DELETE" ? "DELETE action with value" : "ADD action"
        return invalidParameters + "\(verb) is not supported for the type \(type.rawValue)"
    }
}
