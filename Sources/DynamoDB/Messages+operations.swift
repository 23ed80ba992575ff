/// What the operations say.
extension Messages {
    static let internalServerError = "Internal server error"
    static let notValid = "One or more parameter values are not valid. "

    // MARK: Constraints of the request's shape

    /// One violated constraint in the words of the model's check.
    static func constraint(_ value: String?, at path: String, _ rule: String) -> String {
        "Value \(value.map { "'\($0)'" } ?? "null") at '\(path)' failed to satisfy constraint: \(rule)"
    }

    /// The same in the newer check's words, which do not repeat the value.
    static func newerConstraint(at path: String, _ rule: String) -> String {
        "Value at '\(path)' failed to satisfy constraint: \(rule)"
    }

    static func newerEnum(_ values: String) -> String { "Failed to satisfy constraint: " + oneOf(values) }

    static func violations(_ list: [String]) -> String {
        "\(list.count) validation error\(list.count == 1 ? "" : "s") detected: \(list.joined(separator: "; "))"
    }

    static let oneViolation = "1 validation error detected: "
    static let notNull = "Member must not be null"
    static func minLength(_ count: Int) -> String { "Member must have length greater than or equal to \(count)" }
    static func maxLength(_ count: Int) -> String { "Member must have length less than or equal to \(count)" }
    static func minValue(_ value: Int) -> String { "Member must have value greater than or equal to \(value)" }
    static func maxValue(_ value: Int) -> String { "Member must have value less than or equal to \(value)" }
    static func oneOf(_ values: String) -> String { "Member must satisfy enum value set: [\(values)]" }
    static let namePattern = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"

    static let returnConsumedCapacityValues = "INDEXES, TOTAL, NONE"
    static let returnValuesValues = "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW"
    /// As AWS spells it in the newer check.
    static let returnValuesNewerValues = "ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE"
    static let returnItemCollectionMetricsValues = "SIZE, NONE"
    static let returnOnFailureValues = "ALL_OLD, NONE"
    static let selectValues = "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES"

    static func notSupported(_ parameter: String, of operation: String) -> String {
        "Nestbox does not support the parameter \(parameter) of \(operation) yet: leave it out"
    }

    // MARK: Tables

    static let tableNameRequired = "The parameter 'TableName' is required but was not present in the request"
    static let resourceNotFound = "Requested resource not found"
    static func tableNotFound(_ name: Text) -> String { "Requested resource not found: Table: \(name) not found" }
    static func tableExists(_ name: Text) -> String { "Table already exists: \(name)" }
    static let throughputOnDemand =
        invalidParameters
        + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
    static let throughputMissing =
        invalidParameters
        + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
    static func outOfBounds(_ value: Int, _ name: String) -> String {
        "Given value \(value) for \(name) is out of bounds"
    }
    static let keyWithoutDefinition = "Invalid KeySchema: Some index key attribute have no definition"
    static func keysNotDefined(_ keys: [Text], _ definitions: [Text]) -> String {
        invalidParameters + "Some index key attributes are not defined in AttributeDefinitions. "
            + "Keys: \(list(keys)), AttributeDefinitions: \(list(definitions))"
    }
    static let sameKeyTwice = "Both the Hash Key and the Range Key element in the KeySchema have the same name"
    static let firstNotHash = "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
    static let secondNotRange = "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
    static let definitionCount =
        invalidParameters + "Number of attributes in KeySchema does not exactly match number of attributes defined in "
        + "AttributeDefinitions"
    static func duplicateDefinition(_ name: Text) -> String {
        "Attribute Name is duplicated: \(name)"
    }
    static func unusedDefinitions(_ definitions: [Text], used: [Text]) -> String {
        invalidParameters + "Some AttributeDefinitions are not used. AttributeDefinitions: \(list(definitions)), "
            + "keys used: \(list(used))"
    }
    static func emptyIndexList(_ name: String) -> String { invalidParameters + "List of \(name) is empty" }
    static let localWithoutRange =
        invalidParameters + "Table KeySchema does not have a range key, which is required when specifying a "
        + "LocalSecondaryIndex"
    static func localIndexWithoutRange(_ index: Text) -> String {
        invalidParameters + "Index KeySchema does not have a range key for index: \(index)"
    }
    static func localIndexOtherHash(_ index: Text, _ hash: Text, tableHash: Text) -> String {
        invalidParameters + "Index KeySchema does not have the same leading hash key as table KeySchema for index: "
            + "\(index). index hash key: \(hash), table hash key: \(tableHash)"
    }
    static let unknownProjection = invalidParameters + "Unknown ProjectionType: null"
    static func projectionWithAttributes(_ type: Text) -> String {
        invalidParameters + "ProjectionType is \(type), but NonKeyAttributes is specified"
    }
    static let includeWithoutAttributes =
        invalidParameters + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"
    static func duplicateIndex(_ name: Text) -> String { invalidParameters + "Duplicate index name: \(name)" }
    static let tooManyLocalIndexes =
        invalidParameters + "Number of LocalSecondaryIndexes exceeds per-table limit of 5"
    static let tooManyGlobalIndexes =
        invalidParameters + "GlobalSecondaryIndex count exceeds the per-table limit of 20"
    static func indexThroughputOnDemand(_ index: Text) -> String {
        invalidParameters + "ProvisionedThroughput should not be specified for index: \(index) when BillingMode is "
            + "PAY_PER_REQUEST"
    }
    static func indexThroughputMissing(_ index: Text) -> String {
        invalidParameters + "ProvisionedThroughput must be specified for index: \(index)"
    }
    static func noIndex(_ name: Text) -> String { "The table does not have the specified index: \(name)" }

    static func list(_ names: [Text]) -> String { "[\(names.map(\.string).joined(separator: ", "))]" }

    // MARK: Keys and items

    static let keyDoesNotMatch = "The provided key element does not match the schema"
    static func missingKey(_ name: Text) -> String { invalidParameters + "Missing the key \(name) in the item" }
    static func keyType(_ name: Text, expected: DataType, actual: DataType) -> String {
        invalidParameters + "Type mismatch for key \(name) expected: \(expected.rawValue) actual: \(actual.rawValue)"
    }
    static func emptyKey(_ name: Text, _ type: DataType) -> String {
        notValid + "The AttributeValue for a key attribute cannot contain an empty "
            + "\(type == .s ? "string" : "binary") value. Key: \(name)"
    }
    static let partitionKeySize =
        invalidParameters + "Size of hashkey has exceeded the maximum size limit of2048 bytes"
    static let sortKeySize =
        invalidParameters + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
    static func indexKeyType(_ name: Text, expected: DataType, actual: DataType, index: Text) -> String {
        invalidParameters + "Type mismatch for Index Key \(name) Expected: \(expected.rawValue) "
            + "Actual: \(actual.rawValue) IndexName: \(index)"
    }
    static func emptyIndexKey(_ name: Text, _ type: DataType, index: Text) -> String {
        notValid + "A value specified for a secondary index key is not supported. The AttributeValue for a key "
            + "attribute cannot contain an empty \(type == .s ? "string" : "binary") value. IndexName: \(index), "
            + "IndexKey: \(name)"
    }
    static func emptyUpdatedIndexKey(_ type: DataType) -> String {
        notValid + "The update expression attempted to update a secondary index key to a value that is not supported. "
            + "The AttributeValue for a key attribute cannot contain an empty \(type == .s ? "string" : "binary") value."
    }
    static let itemSize = "Item size has exceeded the maximum allowed size"
    static let updatedItemSize = "Item size to update has exceeded the maximum allowed size"
    static func keyUpdate(_ name: Text) -> String {
        invalidParameters + "Cannot update attribute \(name). This attribute is part of the key"
    }
    static let conditionalCheckFailed = "The conditional request failed"
    static let returnValuesOfPut = "ReturnValues can only be ALL_OLD or NONE"

    // MARK: Query and Scan

    static let keyConditionMissing =
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
    static let consistentOnGlobal = "Consistent reads are not supported on global secondary indexes"
    static let specificWithoutProjection =
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
    static func projectionWithSelect(_ parameter: String, _ select: String) -> String {
        "Cannot specify the \(parameter) when choosing to get "
            + (select == "COUNT" ? "only the Count" : select)
    }
    /// AWS says so of scans too.
    static let projectedWithoutIndex = "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
    static func allAttributesOnGlobal(_ index: Text) -> String {
        invalidParameters + "Select type ALL_ATTRIBUTES is not supported for global secondary index \(index) because "
            + "its projection type is not ALL"
    }
    static func notProjected(_ index: Text, _ names: [Text]) -> String {
        invalidParameters + "Global secondary index \(index) does not project \(list(names))"
    }
    static func filterOnKey(_ name: Text) -> String {
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: \(name)"
    }
    static let startKeyInvalid = "The provided starting key is invalid"
    static let startKeyOutside =
        "The provided starting key is outside query boundaries based on provided conditions"
    static let startKeyCannotRestart = "The query can return at most one row and cannot be restarted"
    /// Of a partition that can hold but one item.
    static func startKeyOfOne(_ key: Item) -> String {
        let attributes = key.entries.map { "\($0.name)=AttributeValue: \(scalar($0.value))" }
        return "The provided exclusive start key is invalid: ExclusiveStartKey: "
            + "{\(attributes.joined(separator: ", "))}"
    }
    static let startKeyAgainstRange = "The provided starting key does not match the range key predicate"
    static func startKeySegment(_ segment: Int, of total: Int) -> String {
        startKeyInvalid + ": Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
            + "TotalSegments: \(total) Segment: \(segment)"
    }
    static let segmentMissing =
        "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"
    static let totalSegmentsMissing =
        "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
    static func segmentTooLarge(_ segment: Int, of total: Int) -> String {
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            + "Segment: \(segment) is not less than TotalSegments: \(total)"
    }
}

/// What goes with expressions.
extension Messages {
    static let namesWithoutExpression = "ExpressionAttributeNames can only be specified when using expressions"
    static let valuesWithoutExpressionNewer =
        "ExpressionAttributeValues can only be specified when using expressions"
    static func valuesWithoutExpression(_ parameters: String) -> String {
        valuesWithoutExpressionNewer + ": \(parameters) null"
    }
}
