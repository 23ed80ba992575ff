/// Changes a table: its throughput or billing mode, its global indexes, and what else of it can change. One thing a request, as AWS wants it.
enum UpdateTable {
    static let operation: Operation = Operation(
        "UpdateTable",
        supported: [
            "TableName", "AttributeDefinitions", "BillingMode", "ProvisionedThroughput", "GlobalSecondaryIndexUpdates",
            "SSESpecification", "TableClass", "DeletionProtectionEnabled", "OnDemandThroughput",
            "WarmThroughput",
        ],
        partly: ["StreamSpecification": "streams are not there yet: off only"],
        refused: [
            "ReplicaUpdates", "MultiRegionConsistency", "GlobalTableWitnessUpdates",
            "GlobalTableSettingsReplicationMode", "DisassociationProtectionEnabled", "VectorIndexUpdates",
        ],
        handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _ context: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongRead? {
        var request = Request()
        var unread = Unread()
        try request.read(&reader, &unread)
        try reader.end()
        guard let name = request.tableName else { throw .validation(Messages.tableNameRequired) }
        try request.checkShape(name)
        try unread.check(operation)
        try request.checkCombination()
        let newIndex = try request.newIndex()
        let table = try engine.controlledTable(name)
        var change = TableChange(table, context)
        try change.make(request, newIndex: newIndex)
        if change.schema != table.schema { try engine.storage.change(table, to: change.schema) }
        let transitions = try engine.begin(change.kinds, of: table, now: context.now)
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("TableDescription")
            TableDescription(table, engine: engine, context).write(
                .updating,
                transitions: transitions + change.shownOnly.map { Transition(kind: $0, until: context.now) },
                to: &writer)
            writer.endObject()
        }
        if let index = change.deletedIndex, !table.transitions.contains(where: { $0.kind == .indexDeletion(index) }) {
            try engine.storage.change(table, to: table.schema.without(index: index))
        }
        return nil
    }

    /// The request as it came.
    struct Request {
        var tableName: Text?
        var attributeDefinitions: [(name: Text?, type: Text?)]?
        var billingMode: Text?
        var throughput: CreateTable.Units?
        var indexUpdates: [IndexUpdate]?
        var isStreamEnabled: Bool?
        var encryption: CreateTable.EncryptionSpecification?
        var tableClass: Text?
        var isDeletionProtected: Bool?
        var onDemandThroughput: RequestedUnits?
        var warmThroughput: RequestedUnits?
    }

    /// A GlobalSecondaryIndexUpdate.
    struct IndexUpdate {
        var create: CreateTable.Index?
        var update: CreateTable.Index?
        var delete: CreateTable.Index?

        /// The name of the index.
        var name: Text? { create?.name ?? update?.name ?? delete?.name }
    }
}

extension UpdateTable.Request {
    mutating func read(_ reader: inout JSONReader, _ unread: inout Unread) throws(DynamoDBError) {
        try reader.beginRequest()
        while let key = try reader.nextKey() {
            switch key {
            case "TableName": tableName = try reader.text()
            case "AttributeDefinitions": attributeDefinitions = try CreateTable.definitions(&reader)
            case "BillingMode": billingMode = try reader.text()
            case "ProvisionedThroughput": throughput = try CreateTable.units(&reader)
            case "GlobalSecondaryIndexUpdates": indexUpdates = try UpdateTable.indexUpdates(&reader)
            case "StreamSpecification":
                isStreamEnabled = try CreateTable.flag(&reader, in: "StreamSpecification", "StreamEnabled")
            case "SSESpecification": encryption = try CreateTable.encryption(&reader)
            case "TableClass": tableClass = try reader.text()
            case "DeletionProtectionEnabled": isDeletionProtected = try reader.bool()
            case "OnDemandThroughput": onDemandThroughput = try CreateTable.onDemandUnits(&reader)
            case "WarmThroughput": warmThroughput = try CreateTable.warmUnits(&reader)
            default:
                unread.note(key, UpdateTable.operation)
                try reader.skip()
            }
        }
        // Units without any say nothing.
        if onDemandThroughput == RequestedUnits() { onDemandThroughput = nil }
        if warmThroughput == RequestedUnits() { warmThroughput = nil }
    }
}

extension UpdateTable {
    static func indexUpdates(_ reader: inout JSONReader) throws(DynamoDBError) -> [IndexUpdate] {
        var updates: [IndexUpdate] = []
        try reader.beginList()
        while try reader.nextElement() {
            var update = IndexUpdate()
            try reader.beginElementStructure("GlobalSecondaryIndexUpdate")
            while let key = try reader.nextKey() {
                switch key {
                case "Create": update.create = try index(&reader, "CreateGlobalSecondaryIndexAction")
                case "Update": update.update = try index(&reader, "UpdateGlobalSecondaryIndexAction")
                case "Delete": update.delete = try index(&reader, "DeleteGlobalSecondaryIndexAction")
                default: try reader.skip()
                }
            }
            updates.append(update)
        }
        return updates
    }

    private static func index(
        _ reader: inout JSONReader, _ shape: String
    ) throws(DynamoDBError) -> CreateTable.Index {
        var index = CreateTable.Index()
        try reader.beginStructure(shape)
        try CreateTable.members(&reader, of: &index)
        return index
    }
}
