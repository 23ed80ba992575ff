/// Says by which attribute a table's items expire, or that they do not.
enum UpdateTimeToLive {
    static let operation: Operation = Operation(
        "UpdateTimeToLive", supported: ["TableName", "TimeToLiveSpecification"], handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _ context: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongRead? {
        var request = Request()
        try request.read(&reader)
        let (name, attribute, isEnabled) = try request.checked()
        let table = try engine.controlledTable(name)
        let kinds = table.transitions.map(\.kind)
        if kinds.contains(.creation) {
            throw DynamoDBError(.resourceInUse, Messages.expiryWhileCreated(table.schema.name))
        }
        if kinds.contains(.deletion) { throw DynamoDBError(.resourceInUse, Messages.beingDeleted(table.schema.name)) }
        var schema = table.schema
        if let current = schema.timeToLive, current.isEnabled {
            guard current.attributeName == attribute else {
                throw .validation(Messages.expiryByOther(current.attributeName))
            }
            if isEnabled { throw .validation(Messages.expiryEnabled) }
        } else if !isEnabled {
            throw .validation(Messages.expiryDisabled)
        }
        if kinds.contains(.timeToLive) { throw .validation(Messages.expiryChangedTwice) }
        schema.timeToLive = TimeToLive(
            attributeName: attribute, isEnabled: isEnabled, changedMillis: context.now)
        try engine.storage.change(table, to: schema)
        _ = try engine.begin([.timeToLive], of: table, now: context.now)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("TimeToLiveSpecification")
            writer.beginObject()
            writer.key("AttributeName")
            writer.string(attribute)
            writer.key("Enabled")
            writer.bool(isEnabled)
            writer.endObject()
            writer.endObject()
        }
        return nil
    }

    private struct Request {
        var tableName: Text?
        var hasSpecification = false
        var attributeName: Text?
        var isEnabled: Bool?

        mutating func read(_ reader: inout JSONReader) throws(DynamoDBError) {
            try reader.beginRequest()
            while let key = try reader.nextKey() {
                switch key {
                case "TableName": tableName = try reader.text()
                case "TimeToLiveSpecification": try readSpecification(&reader)
                default: try reader.skip()
                }
            }
            try reader.end()
        }

        private mutating func readSpecification(_ reader: inout JSONReader) throws(DynamoDBError) {
            hasSpecification = true
            try reader.beginStructure("TimeToLiveSpecification")
            while let key = try reader.nextKey() {
                switch key {
                case "AttributeName": attributeName = try reader.text()
                case "Enabled": isEnabled = try reader.bool()
                default: try reader.skip()
                }
            }
        }

        func checked() throws(DynamoDBError) -> (name: Text, attribute: Text, isEnabled: Bool) {
            guard let tableName else { throw .validation(Messages.tableNameRequired) }
            let path = "timeToLiveSpecification"
            var violations = Violations()
            violations.check(controlledName: tableName)
            if hasSpecification {
                if let attributeName {
                    CreateTable.check(attributeName: attributeName, at: path + ".attributeName", &violations)
                } else {
                    violations.add(nil, at: path + ".attributeName", Messages.notNull)
                }
                if isEnabled == nil { violations.add(nil, at: path + ".enabled", Messages.notNull) }
            } else {
                violations.add(nil, at: path, Messages.notNull)
            }
            try violations.check()
            return (tableName, attributeName!, isEnabled!)
        }
    }
}

/// Shows by which attribute a table's items expire.
enum DescribeTimeToLive {
    static let operation: Operation = Operation("DescribeTimeToLive", supported: ["TableName"], handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongRead? {
        let table = try engine.tableOfControl(&reader, in: operation)
        let kinds = table.transitions.map(\.kind)
        if kinds.contains(.creation) { throw .validation(Messages.expiryUnknown("CREATING")) }
        if kinds.contains(.deletion) { throw .validation(Messages.expiryUnknown("DELETING")) }
        let timeToLive = table.schema.timeToLive
        let isEnabled = timeToLive?.isEnabled == true
        let isChanging = kinds.contains(.timeToLive)
        let status: StaticString =
            if isEnabled {
                isChanging || table.expiry?.fill != nil ? "ENABLING" : "ENABLED"
            } else {
                isChanging ? "DISABLING" : "DISABLED"
            }
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("TimeToLiveDescription")
            writer.beginObject()
            if let timeToLive, isEnabled || isChanging {
                writer.key("AttributeName")
                writer.string(timeToLive.attributeName)
            }
            writer.key("TimeToLiveStatus")
            writer.string(constant: status)
            writer.endObject()
            writer.endObject()
        }
        return nil
    }
}

/// What is said of time to live.
extension Messages {
    static let expiryEnabled = "TimeToLive is already enabled"
    static let expiryDisabled = "TimeToLive is already disabled"
    static let expiryChangedTwice = "Time to live has been modified multiple times within a fixed interval"
    static func expiryUnknown(_ state: String) -> String {
        "Cannot describe time to live while table is in \(state) state: Current table state is \(state)"
    }
    static func expiryWhileCreated(_ table: Text) -> String {
        "Attempt to change a resource which is still in use: Table \(table) is being created"
    }
    static func expiryByOther(_ attribute: Text) -> String {
        "TimeToLive is active on a different AttributeName: current AttributeName is \(attribute)"
    }
}
