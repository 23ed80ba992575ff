extension Messages {
    // MARK: Placeholders

    static let namesEmpty = "ExpressionAttributeNames must not be empty"
    static let valuesEmpty = "ExpressionAttributeValues must not be empty"

    static func invalidNameKey(_ key: String) -> String {
        "ExpressionAttributeNames contains invalid key: Syntax error; key: \"\(key)\""
    }

    /// AWS gives the size here, and for values it does not.
    static func longNameKey(_ size: Int) -> String {
        "ExpressionAttributeNames contains invalid key: \(longKey) size of key: \(size)"
    }

    static let longValueKey = "ExpressionAttributeValues contains invalid key: " + longKey
    private static let longKey = "The expression attribute map contains a key that is too long;"

    static func invalidName(_ name: Text, key: String) -> String {
        "ExpressionAttributeNames contains invalid value: \(attributeName(name)) for key \(key)"
    }

    static func invalidValueKey(_ key: String) -> String {
        "ExpressionAttributeValues contains invalid key: Syntax error; key: \"\(key)\""
    }

    static func invalidValue(_ message: String, key: String) -> String {
        "ExpressionAttributeValues contains invalid value: \(message) for key \(key)"
    }

    static func unusedNames(_ keys: String) -> String {
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {\(keys)}"
    }

    static func unusedValues(_ keys: String) -> String {
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {\(keys)}"
    }

    static func undefinedName(_ name: String) -> String {
        "An expression attribute name used in the document path is not defined; attribute name: \(name)"
    }

    static func undefinedValue(_ value: String) -> String {
        "An expression attribute value used in expression is not defined; attribute value: \(value)"
    }

    // MARK: Form

    static let expressionEmpty = "The expression can not be empty;"
    static let redundantParentheses = "The expression has redundant parentheses;"

    static let expressionSize = "Expression size has exceeded the maximum allowed size;"

    /// So in conditions and filters only.
    static func expressionSize(_ size: Int) -> String { "\(expressionSize) expression size: \(size)" }

    static func tooManyOperators(_ count: Int) -> String {
        "The expression contains too many operators; operator count: \(count)"
    }

    static func syntaxError(token: String, near: String) -> String {
        "Syntax error; token: \"\(token)\", near: \"\(near)\""
    }

    static func reservedWord(_ word: String) -> String {
        "Attribute name is a reserved keyword; reserved keyword: \(word)"
    }

    static func listIndexRange(_ index: String) -> String {
        "List index is not within the allowable range; index: [\(index)]"
    }

    static func pathLevels(_ levels: Int) -> String {
        "The document path has too many nesting levels; nesting levels: \(levels)"
    }

    static func pathsOverlap(_ one: String, _ two: String) -> String {
        "Two document paths overlap with each other; must remove or rewrite one of these paths; "
            + "path one: \(one), path two: \(two)"
    }

    static func pathsConflict(_ one: String, _ two: String) -> String {
        "Two document paths conflict with each other; must remove or rewrite one of these paths; "
            + "path one: \(one), path two: \(two)"
    }

    // MARK: Functions and operands

    static func unknownFunction(_ name: String) -> String {
        "Invalid function name; function: \(name)"
    }

    static func notAConditionFunction(_ name: String) -> String {
        "The function is not allowed in a condition expression; function: \(name)"
    }

    static func notAnUpdateFunction(_ name: String) -> String {
        "The function is not allowed in an update expression; function: \(name)"
    }

    static func misusedFunction(_ name: String) -> String {
        "The function is not allowed to be used this way in an expression; function: \(name)"
    }

    static func operandCount(_ name: String, _ count: Int) -> String {
        "Incorrect number of operands for operator or function; operator or function: \(name), "
            + "number of operands: \(count)"
    }

    static func operandType(_ name: String, _ type: DataType) -> String {
        "Incorrect operand type for operator or function; operator or function: \(name), operand type: \(type.rawValue)"
    }

    static func operandTypeUnknown(_ name: String) -> String {
        "Incorrect operand type for operator or function; operator or function: \(name), "
            + "operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
    }

    static func needsPath(_ name: String) -> String {
        "Operator or function requires a document path; operator or function: \(name)"
    }

    static func unknownTypeName(_ name: String) -> String {
        "Invalid attribute type name found; type: \(name), valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
    }

    static func operandsNotDistinct(_ name: String, _ path: String) -> String {
        "The first operand must be distinct from the remaining operands for this operator or function; "
            + "operator: \(name), first operand: \(path)"
    }

    static func tooManyInOperands(_ count: Int) -> String {
        "The IN operator is provided with too many operands; number of operands: \(count)"
    }

    static func boundsTypes(_ low: AttributeValue, _ high: AttributeValue) -> String {
        "The BETWEEN operator requires same data type for lower and upper bounds; " + bounds(low, high)
    }

    static func boundsOrder(_ low: AttributeValue, _ high: AttributeValue) -> String {
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; " + bounds(low, high)
    }

    private static func bounds(_ low: AttributeValue, _ high: AttributeValue) -> String {
        "lower bound operand: AttributeValue: \(scalar(low)), upper bound operand: AttributeValue: \(scalar(high))"
    }

    /// A value as AWS writes it in messages: `{S:a}`.
    static func scalar(_ value: AttributeValue) -> String {
        switch value {
        case .s(let text): "{S:\(text)}"
        case .n(let number): "{N:\(number)}"
        case .b(let bytes): "{B:\(bytes.base64)}"
        default: "{\(value.type.rawValue)}"
        }
    }

    // MARK: Key conditions

    private static let invalidKeyCondition = "Invalid KeyConditionExpression: "
    private static let conditionInKeyCondition = invalidKeyCondition + "Invalid condition in KeyConditionExpression: "
    static let keyConditionCount = "Conditions can be of length 1 or 2 only"
    static let keyConditionSize = invalidKeyCondition + expressionSize
    static let keyConditionNested =
        invalidKeyCondition + "KeyConditionExpressions cannot contain nested operations"
    static let keyConditionNestedAttribute =
        invalidKeyCondition + "KeyConditionExpressions cannot have conditions on nested attributes"
    static let keyConditionTwice =
        invalidKeyCondition + "KeyConditionExpressions must only contain one condition per key"
    static let keyConditionManyNames = conditionInKeyCondition + "Multiple attribute names used in one condition"
    static let keyConditionNoName = conditionInKeyCondition + "No key attribute specified"
    static let keyConditionUnsupported = "Query key condition not supported"
    static func keyConditionCount(_ count: Int, of attributes: Int) -> String {
        "The number of query conditions (\(count)) exceeds the number of key attributes defined in the schema "
            + "(\(attributes))"
    }
    /// Of a partition key of several attributes; the words follow those of the sort key.
    static func keyConditionPartition(_ name: Text) -> String {
        "HASH key attributes \(name) must have equality conditions specified in the query"
    }
    static func keyConditionSort(_ names: [Text], before name: Text) -> String {
        "RANGE key attributes \(names.map(\.string).joined(separator: ", ")) must have equality conditions specified in "
            + "the query because a condition is present on key attribute \(name)"
    }
    static let keyConditionType = invalidParameters + "Condition parameter type does not match schema type"

    static func keyConditionOperator(_ name: String) -> String {
        "\(invalidKeyCondition)Invalid operator used in KeyConditionExpression: \(name)"
    }

    static func keyConditionFirstOperand(_ name: String) -> String {
        "\(conditionInKeyCondition)\(name) operator must have the key attribute as its first operand"
    }

    static func keyConditionMissing(_ key: String) -> String {
        "Query condition missed key schema element: \(key)"
    }

    /// An empty value for an attribute of a key; `type` is S or B.
    static func emptyKeyValue(_ type: DataType, _ key: String) -> String {
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
            + "\(type == .b ? "binary" : "string") value. Key: \(key)"
    }

    // MARK: Updates

    static let updatePathInvalid = "The document path provided in the update expression is invalid for update"
    static let updateOperandMissing =
        "The provided expression refers to an attribute that does not exist in the item"
    static let updateOperandType = "An operand in the update expression has an incorrect data type"

    static let updatesIndexKeySize =
        "The update expression attempted to update the secondary index key beyond allowed size limits"
    static let updatesIndexKeyType =
        "The update expression attempted to update the secondary index key to unsupported type"

    /// Of a path into a key attribute, which has no inside; `kind` is Key or IndexKey.
    static func keyNotScalar(_ kind: String, _ key: Text) -> String {
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: \(kind): \(key)"
    }

    static func updatesKey(_ key: String) -> String {
        invalidParameters + "Cannot update attribute \(key). This attribute is part of the key"
    }

    static func sectionRepeated(_ name: String) -> String {
        "The \"\(name)\" section can only be used once in an update expression;"
    }

    /// The operand of ADD or DELETE; here AWS writes types out.
    static func sectionOperandType(_ name: String, _ type: DataType) -> String {
        let word =
            switch type {
            case .s: "STRING"
            case .n: "NUMBER"
            case .b: "BINARY"
            case .bool: "BOOLEAN"
            case .null: "NULL"
            case .l: "LIST"
            case .m: "MAP"
            case .ss, .ns, .bs: type.rawValue
            }
        return "Incorrect operand type for operator or function; operator: \(name), operand type: \(word)"
    }
}
