/// A table's definition as it is kept in the database: JSON with the names of AWS's API where it has any, times in milliseconds.
///
/// What a version reads, all later ones read: members are added, never changed. Nothing here checks what a request may ask for.
extension TableSchema {
    /// The definition's bytes.
    var stored: [UInt8] {
        var output: [UInt8] = []
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("TableName")
            writer.string(name)
            writeKeys(to: &writer)
            writer.key("BillingMode")
            writer.string(constant: isOnDemand ? "PAY_PER_REQUEST" : "PROVISIONED")
            throughput.writeStored(to: &writer)
            for isGlobal in [true, false] where indexes.contains(where: { $0.isGlobal == isGlobal }) {
                writer.key(isGlobal ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes")
                writer.beginArray()
                for index in indexes where index.isGlobal == isGlobal {
                    writer.beginObject()
                    index.write(to: &writer)
                    index.throughput?.writeStored(to: &writer)
                    index.onDemandThroughput?.writeStored("OnDemandThroughput", to: &writer)
                    index.warmThroughput?.writeStored("WarmThroughput", to: &writer)
                    writer.endObject()
                }
                writer.endArray()
            }
            writeStoredOptions(to: &writer)
            writer.endObject()
        }
        return output
    }

    private func writeStoredOptions(to writer: inout JSONWriter) {
        if let tableClass {
            writer.key("TableClass")
            writer.string(tableClass)
        }
        if isDeletionProtected {
            writer.key("DeletionProtectionEnabled")
            writer.bool(true)
        }
        writer.storedMember("OnDemandMillis", onDemandMillis)
        writer.storedMember("TableClassMillis", tableClassMillis)
        onDemandThroughput?.writeStored("OnDemandThroughput", to: &writer)
        warmThroughput?.writeStored("WarmThroughput", to: &writer)
        if let encryption {
            writer.key("SSESpecification")
            writer.beginObject()
            if let key = encryption.key {
                writer.key("KMSMasterKeyId")
                writer.string(key)
            }
            writer.endObject()
        }
        if let timeToLive {
            writer.key("TimeToLive")
            writer.beginObject()
            writer.key("AttributeName")
            writer.string(timeToLive.attributeName)
            writer.key("Enabled")
            writer.bool(timeToLive.isEnabled)
            writer.storedMember("ChangedMillis", timeToLive.changedMillis)
            writer.endObject()
        }
        writer.key("Tags")
        writer.beginArray()
        for tag in tags {
            writer.beginObject()
            writer.key("Key")
            writer.string(tag.key)
            writer.key("Value")
            writer.string(tag.value)
            writer.endObject()
        }
        writer.endArray()
    }

    /// Reads what `stored` wrote; nil when it cannot be read.
    init?(stored json: UnsafeRawBufferPointer) {
        var reader = JSONReader(json)
        guard let schema = try? TableSchema(readingStored: &reader) else { return nil }
        self = schema
    }

    private init(readingStored reader: inout JSONReader) throws {
        self.init(
            name: "", attributeDefinitions: [], key: KeySchema(attributes: []), indexes: [], isOnDemand: false,
            throughput: Throughput(), isDeletionProtected: false, tags: [])
        var request = CreateTable.Request()
        try reader.beginRequest()
        while let member = try reader.nextKey() {
            switch member {
            case "TableName": name = try reader.text()
            case "AttributeDefinitions":
                try request.readDefinitions(&reader)
                attributeDefinitions = try (request.attributeDefinitions ?? []).map { definition in
                    let type = definition.type.flatMap { DataType(rawValue: $0.string) }
                    guard let name = definition.name, let type else { throw Unreadable() }
                    return KeyAttribute(name: name, type: type)
                }
            case "KeySchema": key = try KeySchema(readingStored: &reader, attributeDefinitions)
            case "BillingMode": isOnDemand = try reader.text() == "PAY_PER_REQUEST"
            case "ProvisionedThroughput": throughput = try Throughput(readingStored: &reader)
            case "GlobalSecondaryIndexes": try readStoredIndexes(&reader, isGlobal: true)
            case "LocalSecondaryIndexes": try readStoredIndexes(&reader, isGlobal: false)
            case "TableClass": tableClass = try reader.text()
            case "DeletionProtectionEnabled": isDeletionProtected = try reader.bool()
            case "OnDemandMillis": onDemandMillis = Int64(try reader.long())
            case "TableClassMillis": tableClassMillis = Int64(try reader.long())
            case "OnDemandThroughput": onDemandThroughput = try RequestedUnits(readingStored: &reader)
            case "WarmThroughput": warmThroughput = try RequestedUnits(readingStored: &reader)
            case "SSESpecification": encryption = try Encryption(readingStored: &reader)
            case "TimeToLive": timeToLive = try TimeToLive(readingStored: &reader)
            case "Tags":
                tags = try Tags.read(&reader).map { Tag(key: $0.key ?? "", value: $0.value ?? "") }
            default: try reader.skip()
            }
        }
    }

    /// Attribute definitions stand before indexes.
    private mutating func readStoredIndexes(_ reader: inout JSONReader, isGlobal: Bool) throws {
        try reader.beginList()
        while try reader.nextElement() {
            indexes.append(try IndexSchema(readingStored: &reader, attributeDefinitions, isGlobal: isGlobal))
        }
    }
}

private struct Unreadable: Error {}

extension KeySchema {
    fileprivate init(readingStored reader: inout JSONReader, _ definitions: [KeyAttribute]) throws {
        let elements = try CreateTable.keySchema(&reader)
        attributes = try elements.map { element in
            guard let attribute = definitions.first(where: { $0.name == element.name }) else { throw Unreadable() }
            return attribute
        }
        partitionCount = elements.prefix { $0.type == "HASH" }.count
        guard partitionCount > 0 else { throw Unreadable() }
    }
}

extension IndexSchema {
    fileprivate init(readingStored reader: inout JSONReader, _ definitions: [KeyAttribute], isGlobal: Bool) throws {
        self.init(
            name: "", isGlobal: isGlobal, key: KeySchema(attributes: []), projection: .keysOnly, throughput: nil)
        try reader.beginStructure("Index")
        while let member = try reader.nextKey() {
            switch member {
            case "IndexName": name = try reader.text()
            case "KeySchema": key = try KeySchema(readingStored: &reader, definitions)
            case "Projection":
                var index = CreateTable.Index()
                try CreateTable.projection(&reader, &index)
                projection = try index.projection()
            case "ProvisionedThroughput": throughput = try Throughput(readingStored: &reader)
            case "OnDemandThroughput": onDemandThroughput = try RequestedUnits(readingStored: &reader)
            case "WarmThroughput": warmThroughput = try RequestedUnits(readingStored: &reader)
            default: try reader.skip()
            }
        }
        guard !key.attributes.isEmpty else { throw Unreadable() }
    }
}

extension Throughput {
    fileprivate func writeStored(to writer: inout JSONWriter) {
        writer.key("ProvisionedThroughput")
        writer.beginObject()
        writer.key("ReadCapacityUnits")
        writer.integer(readUnits)
        writer.key("WriteCapacityUnits")
        writer.integer(writeUnits)
        writer.storedMember("IncreasedMillis", increasedMillis)
        writer.storedMember("DecreasedMillis", decreasedMillis)
        writer.storedMember("Decreases", decreases == 0 ? nil : Int64(decreases))
        writer.endObject()
    }

    fileprivate init(readingStored reader: inout JSONReader) throws(DynamoDBError) {
        try reader.beginStructure("ProvisionedThroughput")
        while let key = try reader.nextKey() {
            switch key {
            case "ReadCapacityUnits": readUnits = try reader.long()
            case "WriteCapacityUnits": writeUnits = try reader.long()
            case "IncreasedMillis": increasedMillis = Int64(try reader.long())
            case "DecreasedMillis": decreasedMillis = Int64(try reader.long())
            case "Decreases": decreases = try reader.long()
            default: try reader.skip()
            }
        }
    }
}

extension RequestedUnits {
    fileprivate func writeStored(_ name: StaticString, to writer: inout JSONWriter) {
        writer.key(name)
        writer.beginObject()
        writer.storedMember("Read", read.map(Int64.init))
        writer.storedMember("Write", write.map(Int64.init))
        writer.endObject()
    }

    fileprivate init(readingStored reader: inout JSONReader) throws(DynamoDBError) {
        try reader.beginStructure("RequestedUnits")
        while let key = try reader.nextKey() {
            switch key {
            case "Read": read = try reader.long()
            case "Write": write = try reader.long()
            default: try reader.skip()
            }
        }
    }
}

extension Encryption {
    fileprivate init(readingStored reader: inout JSONReader) throws(DynamoDBError) {
        try reader.beginStructure("SSESpecification")
        while let member = try reader.nextKey() {
            switch member {
            case "KMSMasterKeyId": key = try reader.text()
            default: try reader.skip()
            }
        }
    }
}

extension TimeToLive {
    fileprivate init(readingStored reader: inout JSONReader) throws(DynamoDBError) {
        self.init(attributeName: "", isEnabled: false, changedMillis: 0)
        try reader.beginStructure("TimeToLive")
        while let key = try reader.nextKey() {
            switch key {
            case "AttributeName": attributeName = try reader.text()
            case "Enabled": isEnabled = try reader.bool()
            case "ChangedMillis": changedMillis = Int64(try reader.long())
            default: try reader.skip()
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func storedMember(_ name: StaticString, _ value: Int64?) {
        guard let value else { return }
        key(name)
        integer(Int(value))
    }
}
