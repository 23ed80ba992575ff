/// Makes a table.
enum CreateTable {
    static let operation: Operation = Operation(
        "CreateTable",
        supported: [
            "TableName", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes",
            "BillingMode", "ProvisionedThroughput", "TableClass", "Tags", "SSESpecification",
            "DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput",
        ],
        partly: ["StreamSpecification": "streams are not there yet: off only"],
        refused: [
            "ResourcePolicy", "GlobalTableSourceArn", "GlobalTableSettingsReplicationMode", "VectorIndexes",
        ],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _ context: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        var request = Request()
        var unread = Unread()
        try request.read(&reader, &unread)
        try reader.end()
        guard let name = request.tableName else { throw .validation(Messages.tableNameRequired) }
        try request.checkShape(name)
        try unread.check(operation)
        try request.checkSupport()
        let schema = try request.schema(name)
        if let table = engine.storage.table(named: schema.name) {
            let isNew = table.transitions.contains { $0.kind == .creation }
            throw DynamoDBError(
                .resourceInUse, isNew ? Messages.beingCreated(schema.name) : Messages.tableExists(schema.name))
        }
        try schema.checkMaximumUnits(region: context.region)
        let table = try engine.storage.create(schema, tableID: engine.makeUUID(), now: context.now)
        let transitions = try engine.begin([.creation], of: table, now: context.now)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("TableDescription")
            TableDescription(table, engine: engine, context).write(
                .creating, transitions: transitions, isWarmShown: request.hasWarmThroughput, to: &writer)
            writer.endObject()
        }
        return nil
    }

    /// The request as it came.
    struct Request {
        var tableName: Text?
        var attributeDefinitions: [(name: Text?, type: Text?)]?
        var keySchema: [KeyElement]?
        var globalIndexes: [Index]?
        var localIndexes: [Index]?
        var billingMode: Text?
        var throughput: Units?
        var tableClass: Text?
        var tags: [Tags.Given] = []
        var isStreamEnabled = false
        var encryption: EncryptionSpecification?
        var isDeletionProtected = false
        var onDemandThroughput: RequestedUnits?
        var warmThroughput: RequestedUnits?

        /// Whether WarmThroughput is asked for anywhere: else the answer does not have it yet.
        var hasWarmThroughput: Bool {
            warmThroughput != nil || (globalIndexes ?? []).contains { $0.warmThroughput != nil }
        }
    }

    /// An SSESpecification.
    struct EncryptionSpecification {
        var isEnabled: Bool?
        var type: Text?
        var key: Text?
    }

    /// A KeySchemaElement.
    struct KeyElement {
        var name: Text?
        var type: Text?
    }

    /// A ProvisionedThroughput.
    struct Units {
        var read: Int?
        var write: Int?
    }

    /// A GlobalSecondaryIndex or a LocalSecondaryIndex.
    struct Index {
        var name: Text?
        var keySchema: [KeyElement]?
        var hasProjection = false
        var projectionType: Text?
        var nonKeyAttributes: [Text]?
        var throughput: Units?
        var onDemandThroughput: RequestedUnits?
        var warmThroughput: RequestedUnits?
    }
}

extension CreateTable.Request {
    mutating func read(_ reader: inout JSONReader, _ unread: inout Unread) throws(DynamoDBError) {
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "TableName": tableName = try reader.text()
            case "AttributeDefinitions": try readDefinitions(&reader)
            case "KeySchema": keySchema = try CreateTable.keySchema(&reader)
            case "GlobalSecondaryIndexes":
                globalIndexes = try CreateTable.indexes(&reader, "GlobalSecondaryIndex")
            case "LocalSecondaryIndexes": localIndexes = try CreateTable.indexes(&reader, "LocalSecondaryIndex")
            case "BillingMode": billingMode = try reader.text()
            case "ProvisionedThroughput": throughput = try CreateTable.units(&reader)
            case "TableClass": tableClass = try reader.text()
            case "Tags": tags = try Tags.read(&reader)
            case "StreamSpecification":
                isStreamEnabled = try CreateTable.flag(&reader, in: "StreamSpecification", "StreamEnabled")
            case "SSESpecification": encryption = try CreateTable.encryption(&reader)
            case "DeletionProtectionEnabled": isDeletionProtected = try reader.bool()
            case "OnDemandThroughput": onDemandThroughput = try CreateTable.onDemandUnits(&reader)
            case "WarmThroughput": warmThroughput = try CreateTable.warmUnits(&reader)
            default:
                unread.note(key, CreateTable.operation)
                try reader.skip()
            }
        }
    }

    mutating func readDefinitions(_ reader: inout JSONReader) throws(DynamoDBError) {
        attributeDefinitions = try CreateTable.definitions(&reader)
    }
}

extension CreateTable {
    static func definitions(_ reader: inout JSONReader) throws(DynamoDBError) -> [(name: Text?, type: Text?)] {
        var definitions: [(name: Text?, type: Text?)] = []
        try reader.beginList()
        while try reader.nextElement() {
            var definition: (name: Text?, type: Text?) = (nil, nil)
            try reader.beginElementStructure("AttributeDefinition")
            while let key = try reader.nextKey() {
                switch key {
                case "AttributeName": definition.name = try reader.text()
                case "AttributeType": definition.type = try reader.text()
                default: try reader.skip()
                }
            }
            definitions.append(definition)
        }
        return definitions
    }

    static func keySchema(_ reader: inout JSONReader) throws(DynamoDBError) -> [KeyElement] {
        var elements: [KeyElement] = []
        try reader.beginList()
        while try reader.nextElement() {
            var element = KeyElement()
            try reader.beginElementStructure("KeySchemaElement")
            while let key = try reader.nextKey() {
                switch key {
                case "AttributeName": element.name = try reader.text()
                case "KeyType": element.type = try reader.text()
                default: try reader.skip()
                }
            }
            elements.append(element)
        }
        return elements
    }

    static func indexes(_ reader: inout JSONReader, _ shape: String) throws(DynamoDBError) -> [Index] {
        var indexes: [Index] = []
        try reader.beginList()
        while try reader.nextElement() {
            var index = Index()
            try reader.beginElementStructure(shape)
            try members(&reader, of: &index)
            indexes.append(index)
        }
        return indexes
    }

    /// Reads the members of an index's structure.
    static func members(_ reader: inout JSONReader, of index: inout Index) throws(DynamoDBError) {
        while let key = try reader.nextKey() {
            switch key {
            case "IndexName": index.name = try reader.text()
            case "KeySchema": index.keySchema = try keySchema(&reader)
            case "Projection":
                index.hasProjection = true
                try projection(&reader, &index)
            case "ProvisionedThroughput": index.throughput = try units(&reader)
            case "OnDemandThroughput": index.onDemandThroughput = try onDemandUnits(&reader)
            case "WarmThroughput": index.warmThroughput = try warmUnits(&reader)
            default: try reader.skip()
            }
        }
    }

    static func projection(_ reader: inout JSONReader, _ index: inout Index) throws(DynamoDBError) {
        try reader.beginStructure("Projection")
        while let key = try reader.nextKey() {
            switch key {
            case "ProjectionType": index.projectionType = try reader.text()
            case "NonKeyAttributes": index.nonKeyAttributes = try reader.texts()
            default: try reader.skip()
            }
        }
    }

    static func units(_ reader: inout JSONReader) throws(DynamoDBError) -> Units {
        var units = Units()
        try reader.beginStructure("ProvisionedThroughput")
        while let key = try reader.nextKey() {
            switch key {
            case "ReadCapacityUnits": units.read = try reader.long()
            case "WriteCapacityUnits": units.write = try reader.long()
            default: try reader.skip()
            }
        }
        return units
    }

    static func onDemandUnits(_ reader: inout JSONReader) throws(DynamoDBError) -> RequestedUnits {
        try requestedUnits(&reader, "OnDemandThroughput", "MaxReadRequestUnits", "MaxWriteRequestUnits")
    }

    static func warmUnits(_ reader: inout JSONReader) throws(DynamoDBError) -> RequestedUnits {
        try requestedUnits(&reader, "WarmThroughput", "ReadUnitsPerSecond", "WriteUnitsPerSecond")
    }

    private static func requestedUnits(
        _ reader: inout JSONReader, _ shape: String, _ read: StaticString, _ write: StaticString
    ) throws(DynamoDBError) -> RequestedUnits {
        var units = RequestedUnits()
        try reader.beginStructure(shape)
        while let key = try reader.nextKey() {
            if read ~= key {
                units.read = try reader.long()
            } else if write ~= key {
                units.write = try reader.long()
            } else {
                try reader.skip()
            }
        }
        return units
    }

    static func encryption(_ reader: inout JSONReader) throws(DynamoDBError) -> EncryptionSpecification {
        var encryption = EncryptionSpecification()
        try reader.beginStructure("SSESpecification")
        while let key = try reader.nextKey() {
            switch key {
            case "Enabled": encryption.isEnabled = try reader.bool()
            case "SSEType": encryption.type = try reader.text()
            case "KMSMasterKeyId": encryption.key = try reader.text()
            default: try reader.skip()
            }
        }
        return encryption
    }

    static func flag(_ reader: inout JSONReader, in shape: String, _ name: StaticString) throws(DynamoDBError) -> Bool {
        var flag = false
        try reader.beginStructure(shape)
        while let key = try reader.nextKey() {
            if name ~= key { flag = try reader.bool() } else { try reader.skip() }
        }
        return flag
    }
}
