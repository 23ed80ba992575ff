/// What the operations on tables say.
extension Messages {
    // MARK: CreateTable and UpdateTable

    static let invalidTableClass =
        "Invalid table-class parameter provided. Please try again with a valid table-class value: "
        + "[STANDARD, STANDARD_INFREQUENT_ACCESS]."
    static let hashAfterRange =
        invalidParameters + "All HASH key attributes must precede RANGE key attributes in the KeySchema"
    static func tooManyKeyAttributes(_ type: String) -> String {
        invalidParameters + "The KeySchema exceeds the maximum allowed number of \(type) key attributes"
    }
    static let sameNameInKey = "The KeySchema contains multiple key attributes with the same name"
    static func duplicateNonKeyAttribute(_ name: Text) -> String {
        invalidParameters + "Duplicate element in NonKeyAttributes: \(name)"
    }
    static func encryptionWithout(_ parameter: String) -> String {
        invalidParameters + "\(parameter) can not be specified if Enabled is false"
    }
    static let encryptionTypeMissing = invalidParameters + "SSEType KMS is required if KMSMasterKeyId is specified"
    static let encryptionTypeUnsupported = invalidParameters + "SSEType AES256 is not supported"

    static func onDemandUnitsOutOfRange(_ parameter: String, index: Text?) -> String {
        invalidParameters + "Requested \(parameter) for OnDemandThroughput for "
            + (index.map { "index : \($0)" } ?? "table") + " is outside of valid range"
    }
    static func onDemandUnitsProvisioned(_ parameter: String) -> String {
        invalidParameters
            + "\(parameter) for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED."
    }
    static func onDemandUnitsProvisionedIndex(_ parameter: String, _ index: Text) -> String {
        invalidParameters + "\(parameter) for OnDemandThroughput for index: \(index) cannot be specified when table "
            + "BillingMode is PROVISIONED."
    }
    static func onDemandUnitsUpdate(_ parameter: String, index: Text?) -> String {
        invalidParameters + "\(parameter) for OnDemandThroughput" + (index.map { " for index : \($0)" } ?? "")
            + " cannot be specified when the table BillingMode is PROVISIONED"
    }
    static func warmUnitsBelowInitial(_ parameter: String, index: Text?) -> String {
        invalidParameters + "Requested \(parameter) for WarmThroughput for \(target(index)) is lower than initial "
            + "throughput for OnDemand. See: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
            + "on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
    }
    static func warmUnitsBelowProvisioned(_ parameter: String, _ provisioned: String, index: Text?) -> String {
        invalidParameters + "Requested \(parameter) for WarmThroughput for \(target(index)) is lower than "
            + "\(provisioned) of ProvisionedThroughput"
    }
    static func warmUnitsDecrease(_ parameter: String, index: Text?) -> String {
        invalidParameters + "Requested \(parameter) for WarmThroughput for \(target(index)) is lower than current "
            + "WarmThroughput, decreasing WarmThroughput is not supported"
    }
    private static func target(_ index: Text?) -> String { index.map { "index \($0)" } ?? "table" }

    static func indexThroughputNotSpecified(_ index: Text) -> String {
        invalidParameters + "ProvisionedThroughput is not specified for index: \(index)"
    }
    static func unitsAboveMaximum(_ parameter: String, _ units: Int, index: Text?, region: String) -> String {
        "The requested \(parameter)" + (index.map { " for index \($0)" } ?? "") + ", \(units), is above the per "
            + (index == nil ? "table" : "index") + " maximum for the account in \(region). Per table maximum: 40000. "
            + higherLimits
    }
    static let higherLimits =
        "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."

    // MARK: UpdateTable

    static let nothingToUpdate =
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
        + "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
        + "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
    static func onlyOperation(_ change: String) -> String {
        invalidParameters + "\(change) must be the only operation in the request"
    }
    static let onDemandUnitsAlone =
        invalidParameters + "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"
    static let indexAndWarmThroughput =
        invalidParameters + "Create global secondary index cannot be specified when updating WarmThroughput"
    static let indexAndThroughput =
        invalidParameters + "You cannot create or delete index while updating table IOPS"
    static func noStream(_ table: Text) -> String { "Table has no stream to disable: TableName: \(table)" }
    static let noIndexAction =
        invalidParameters + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
        + "GlobalSecondaryIndexUpdate.Delete must not be null"
    static let manyIndexActions =
        invalidParameters + "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"
    static func manyUpdates(of index: Text) -> String {
        invalidParameters
            + "Only one global secondary index update per index is allowed simultaneously. Index: \(index)"
    }
    static let oneIndexAtATime =
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
    static let tooManyIndexesOfTable =
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20"
    static func indexNotFound(_ index: Text, _ table: Text) -> String {
        "Requested resource not found: Index \(index) for table \(table)"
    }
    static func notGlobal(_ verb: String, _ index: Text) -> String {
        "Cannot \(verb) an index that is not a GlobalSecondaryIndex: \(index)"
    }
    static let indexExists = "Attempting to create an index which already exists"
    static func definitionsMissing(_ index: Text) -> String {
        invalidParameters + "AttributeDefinitions is not specified for index: \(index)"
    }
    static func redefined(existing: KeySchema, new: KeySchema) -> String {
        invalidParameters + "Attributes cannot be redefined. Please check that your attribute has the same type as "
            + "previously defined. Existing schema: \(elements(of: existing)) New schema: \(elements(of: new))"
    }
    private static func elements(of key: KeySchema) -> String {
        let elements = key.attributes.enumerated().map { position, attribute in
            let type = position < key.partitionCount ? "HASH" : "RANGE"
            return "SchemaElement: key{\(attribute.name):\(attribute.type.rawValue):\(type)}"
        }
        return "Schema:[\(elements.joined(separator: ", "))]"
    }
    static func indexUnitsMissing(_ index: Text) -> String {
        invalidParameters + "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: \(index)"
    }
    static func indexUnitsOnDemand(_ index: Text) -> String {
        invalidParameters
            + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: \(index) when "
            + "BillingMode is PAY_PER_REQUEST"
    }
    static func indexUpdateOnDemand(_ index: Text) -> String {
        invalidParameters
            + "The only Updates for index: \(index) when TableThroughputMode is PAY_PER_REQUEST can be to "
            + "OnDemandThroughput, WarmThroughput"
    }
    static let throughputMissingForMode =
        invalidParameters + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
    static func sameThroughput(_ units: Throughput, index: Text?) -> String {
        let target = index.map { "the index \($0)" } ?? "the table"
        let current = index.map { "index \($0)" } ?? "the table"
        return "The provisioned throughput for \(target) will not change. The requested value equals the current "
            + "value. Current ReadCapacityUnits provisioned for \(current): \(units.readUnits). Requested "
            + "ReadCapacityUnits: \(units.readUnits). Current WriteCapacityUnits provisioned for \(current): "
            + "\(units.writeUnits). Requested WriteCapacityUnits: \(units.writeUnits). \(higherLimits)"
    }
    static func tooManyDecreases(_ count: Int, last: Int64, next: Int64) -> String {
        "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the "
            + "first 4 decreases, each subsequent decrease in the same UTC day can be performed at most once every 3600 "
            + "seconds. Number of decreases today: \(count). Last decrease at \(CalendarDate.spelledOut(last)). Next "
            + "decrease can be made at \(CalendarDate.spelledOut(next))"
    }
    static let encryptedByDefault = invalidParameters + "Table is already encrypted by default"
    static let encryptedWithKey =
        invalidParameters + "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you "
        + "want to change Master Key"

    // MARK: States of a table

    private static let inUse = "Attempt to change a resource which is still in use: "
    static func beingCreated(_ table: Text) -> String { inUse + "Table is being created: \(table)" }
    static func beingDeleted(_ table: Text) -> String { inUse + "Table is being deleted: \(table)" }
    static func beingUpdated(_ table: Text) -> String {
        inUse + "Table: \(table) is in the process of being updated."
    }
    static let indexesBeingChanged =
        inUse + "Cannot delete table while indexes are being created, updated, or deleted."
    static func throughputBeingUpdated(_ table: Text) -> String {
        inUse + "Table IOPS are currently being updated. Table: \(table)"
    }
    static func indexWhileThroughput(_ table: Text) -> String {
        inUse + "Can't create or delete indexes while table IOPS are being updated. Table: \(table)"
    }
    static func indexWhileTableClass(_ table: Text) -> String {
        inUse + "Can't create or delete an index when a table class update is in progress. Table: \(table)"
    }
    static func throughputWhileIndex(_ verb: String, _ table: Text, _ index: Text) -> String {
        inUse + "Can't change table IOPS when an index is being \(verb). Table: \(table) Indexes: [\(index)]"
    }
    static func onDemandUnitsWhileIndex(_ change: String, _ index: Text) -> String {
        inUse + "OnDemandThroughput cannot be updated while index \(change) is in progress for indexes: [\(index)]"
    }
    static let onDemandUnitsWhileBillingMode =
        inUse + "OnDemandThroughput cannot be updated while BillingMode update is in progress"
    static func tableClassBeingUpdated(_ table: Text, _ tableClass: Text) -> String {
        inUse + "Can't update table class when a table class update is in progress. Table: \(table) "
            + "TableClassUpdateInProgress: \(tableClass)"
    }
    static let encryptionBeingUpdated = inUse + "Server-Side Encryption is still being updated"
    static func indexInAllocation(_ table: Text, _ index: Text) -> String {
        inUse + "Index creation is in resource allocation phase. Retry deletion during backfilling phase or when the "
            + "index is active. Table: \(table) Index: \(index)"
    }
    static func indexNotBackfilling(_ table: Text, _ index: Text) -> String {
        inUse + "Index is being created but is not backfilling yet.  Table: \(table) Index: \(index)"
    }
    static func index(_ index: Text, of table: Text, isBeing verb: String) -> String {
        inUse + "Index is being \(verb).  Table: \(table) Index: \(index)"
    }
    static let deletionProtected =
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
    static func indexBackfilling(_ index: Text) -> String {
        "Cannot read from backfilling global secondary index: \(index)"
    }
}
