/// Makes a table.
enum CreateTable {
    static let operation: Operation = Operation(
        "CreateTable",
        supported: [
            "TableName", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes",
            "BillingMode", "ProvisionedThroughput", "TableClass", "Tags", "StreamSpecification", "SSESpecification",
            "DeletionProtectionEnabled",
        ],
        refused: [
            "OnDemandThroughput", "WarmThroughput", "ResourcePolicy", "GlobalTableSourceArn",
            "GlobalTableSettingsReplicationMode",
            "VectorIndexes",
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
        if engine.storage.table(named: schema.name) != nil {
            throw DynamoDBError(.resourceInUse, Messages.tableExists(schema.name))
        }
        let table = try engine.storage.create(schema, tableID: engine.makeUUID(), now: context.now)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("TableDescription")
            TableDescription(table, engine: engine, region: context.region).write(.creating, to: &writer)
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
        var isEncryptionEnabled = false
        var isDeletionProtected = false
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
        var unsupported: Text?
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
            case "SSESpecification":
                isEncryptionEnabled = try CreateTable.flag(&reader, in: "SSESpecification", "Enabled")
            case "DeletionProtectionEnabled": isDeletionProtected = try reader.bool()
            default:
                unread.note(key, CreateTable.operation)
                try reader.skip()
            }
        }
    }

    mutating func readDefinitions(_ reader: inout JSONReader) throws(DynamoDBError) {
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
        attributeDefinitions = definitions
    }
}

extension CreateTable {
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
            while let key = try reader.nextKey() {
                switch key {
                case "IndexName": index.name = try reader.text()
                case "KeySchema": index.keySchema = try keySchema(&reader)
                case "Projection":
                    index.hasProjection = true
                    try projection(&reader, &index)
                case "ProvisionedThroughput": index.throughput = try units(&reader)
                case "OnDemandThroughput", "WarmThroughput":
                    index.unsupported = key.text
                    try reader.skip()
                default: try reader.skip()
                }
            }
            indexes.append(index)
        }
        return indexes
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

    static func flag(_ reader: inout JSONReader, in shape: String, _ name: StaticString) throws(DynamoDBError) -> Bool {
        var flag = false
        try reader.beginStructure(shape)
        while let key = try reader.nextKey() {
            if name ~= key { flag = try reader.bool() } else { try reader.skip() }
        }
        return flag
    }
}
