import DynamoDB

extension TableDefinition {
    /// The body of the CreateTable request that makes the table.
    func createRequest() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("TableName")
        writer.string(name)
        writer.key("BillingMode")
        writer.string(constant: "PAY_PER_REQUEST")
        writer.key("AttributeDefinitions")
        writer.beginArray()
        var defined: Set<String> = []
        for key in keys + (globalIndexes + localIndexes).flatMap(\.keys) where defined.insert(key.name).inserted {
            writer.beginObject()
            writer.key("AttributeName")
            writer.string(key.name)
            writer.key("AttributeType")
            writer.string(key.type)
            writer.endObject()
        }
        writer.endArray()
        Self.write(keys, to: &writer)
        if !globalIndexes.isEmpty {
            writer.key("GlobalSecondaryIndexes")
            Self.write(globalIndexes, to: &writer)
        }
        if !localIndexes.isEmpty {
            writer.key("LocalSecondaryIndexes")
            Self.write(localIndexes, to: &writer)
        }
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ keys: [Key], to writer: inout JSONWriter) {
        writer.key("KeySchema")
        writer.beginArray()
        for (index, key) in keys.enumerated() {
            writer.beginObject()
            writer.key("AttributeName")
            writer.string(key.name)
            writer.key("KeyType")
            writer.string(index == 0 ? "HASH" : "RANGE")
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ indexes: [Index], to writer: inout JSONWriter) {
        writer.beginArray()
        for index in indexes {
            writer.beginObject()
            writer.key("IndexName")
            writer.string(index.name)
            write(index.keys, to: &writer)
            writer.key("Projection")
            writer.beginObject()
            writer.key("ProjectionType")
            switch index.projection {
            case .all: writer.string(constant: "ALL")
            case .keysOnly: writer.string(constant: "KEYS_ONLY")
            case .include(let names):
                writer.string(constant: "INCLUDE")
                writer.key("NonKeyAttributes")
                writer.beginArray()
                for name in names { writer.string(name) }
                writer.endArray()
            }
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
    }

    /// The body of the DescribeTable request for the table.
    func describeRequest() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("TableName")
        writer.string(name)
        writer.endObject()
        return writer.bytes
    }
}

extension TableDefinition {
    /// The table that a DescribeTable answer describes.
    init(described answer: UnsafeRawBufferPointer) throws(DynamoDBError) {
        self.init(name: "", line: 0, keys: [])
        var reader = JSONReader(answer)
        try reader.beginStructure("DescribeTableOutput")
        while let key = try reader.nextKey() {
            switch key {
            case "Table": try readDescription(&reader)
            default: try reader.skip()
            }
        }
    }

    private mutating func readDescription(_ reader: inout JSONReader) throws(DynamoDBError) {
        var types: [String: String] = [:]
        try reader.beginStructure("TableDescription")
        while let key = try reader.nextKey() {
            switch key {
            case "TableName": name = try reader.text().string
            case "KeySchema": keys = try Self.readKeys(&reader)
            case "GlobalSecondaryIndexes": globalIndexes = try Self.readIndexes(&reader)
            case "LocalSecondaryIndexes": localIndexes = try Self.readIndexes(&reader)
            case "AttributeDefinitions":
                try reader.beginList()
                while try reader.nextElement() {
                    let pair = try Self.readPair(&reader)
                    types[pair.name] = pair.value
                }
            default: try reader.skip()
            }
        }
        func typed(_ keys: [Key]) -> [Key] { keys.map { Key(name: $0.name, type: types[$0.name] ?? "?") } }
        keys = typed(keys)
        for index in globalIndexes.indices { globalIndexes[index].keys = typed(globalIndexes[index].keys) }
        for index in localIndexes.indices { localIndexes[index].keys = typed(localIndexes[index].keys) }
    }

    /// A structure of an AttributeName and one other text.
    private static func readPair(
        _ reader: inout JSONReader
    ) throws(DynamoDBError) -> (name: String, value: String) {
        var pair = (name: "", value: "")
        try reader.beginElementStructure("KeySchemaElement")
        while let key = try reader.nextKey() {
            switch key {
            case "AttributeName": pair.name = try reader.text().string
            case "AttributeType", "KeyType": pair.value = try reader.text().string
            default: try reader.skip()
            }
        }
        return pair
    }

    private static func readKeys(_ reader: inout JSONReader) throws(DynamoDBError) -> [Key] {
        var pairs: [(name: String, value: String)] = []
        try reader.beginList()
        while try reader.nextElement() { pairs.append(try readPair(&reader)) }
        return (pairs.filter { $0.value == "HASH" } + pairs.filter { $0.value != "HASH" })
            .map { Key(name: $0.name, type: "") }
    }

    private static func readIndexes(_ reader: inout JSONReader) throws(DynamoDBError) -> [Index] {
        var indexes: [Index] = []
        try reader.beginList()
        while try reader.nextElement() {
            var index = Index(name: "", keys: [], projection: .all)
            try reader.beginElementStructure("GlobalSecondaryIndexDescription")
            while let key = try reader.nextKey() {
                switch key {
                case "IndexName": index.name = try reader.text().string
                case "KeySchema": index.keys = try readKeys(&reader)
                case "Projection": index.projection = try readProjection(&reader)
                default: try reader.skip()
                }
            }
            indexes.append(index)
        }
        return indexes
    }

    private static func readProjection(_ reader: inout JSONReader) throws(DynamoDBError) -> Projection {
        var type = "ALL"
        var names: [String] = []
        try reader.beginStructure("Projection")
        while let key = try reader.nextKey() {
            switch key {
            case "ProjectionType": type = try reader.text().string
            case "NonKeyAttributes": names = try reader.texts().map(\.string)
            default: try reader.skip()
            }
        }
        switch type {
        case "KEYS_ONLY": return .keysOnly
        case "INCLUDE": return .include(names)
        default: return .all
        }
    }
}
