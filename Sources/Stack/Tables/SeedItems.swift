import DynamoDB

/// The items of a seed file: one JSON object a line, either in DynamoDB's form (`{"PK":{"S":"a"}}`, also inside
/// `{"Item":...}` as DynamoDB's exports have it) or as plain JSON, which is turned into it.
enum SeedItems {
    /// What a seed file may hold.
    static let bytesMax = 256 << 20
    /// How deep plain JSON may nest, as DynamoDB has it.
    private static let depthMax = 32

    /// The body of the PutItem request that puts the item of a line; nil for an empty line.
    static func putRequest(_ line: UnsafeRawBufferPointer, table: String) throws(DynamoDBError) -> [UInt8]? {
        guard line.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: "\r") })
        else { return nil }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("TableName")
        writer.string(table)
        writer.key("Item")
        let item = try exportedItem(line) ?? line
        if try isDynamoDB(item) {
            writer.raw(item)
        } else {
            writer.item(try plainItem(item))
        }
        writer.endObject()
        return writer.bytes
    }

    /// The value of `Item`, if that is the one member of the line.
    private static func exportedItem(_ line: UnsafeRawBufferPointer) throws(DynamoDBError) -> UnsafeRawBufferPointer? {
        var item: UnsafeRawBufferPointer?
        var members = 0
        var reader = JSONReader(line)
        guard try reader.peekKind() == .object else { throw notAnObject }
        try reader.beginStructure("Item")
        while let key = try reader.nextEntry() {
            members += 1
            if case "Item" = key, try reader.peekKind() == .object {
                item = try reader.raw()
            } else {
                try reader.skip()
            }
        }
        try reader.end()
        guard members == 1, let item, try isDynamoDB(item) else { return nil }
        return item
    }

    private static var notAnObject: DynamoDBError { .serialization("a line must be one JSON object") }

    /// Whether every value is an object of one member that is named like a type of DynamoDB.
    static func isDynamoDB(_ object: UnsafeRawBufferPointer) throws(DynamoDBError) -> Bool {
        var reader = JSONReader(object)
        var answer = true
        try reader.beginStructure("Item")
        while try reader.nextEntry() != nil {
            guard try reader.peekKind() == .object else {
                answer = false
                try reader.skip()
                continue
            }
            var members = 0
            try reader.beginStructure("AttributeValue")
            while let key = try reader.nextEntry() {
                members += 1
                if !typeNames.contains(key.text.string) { answer = false }
                try reader.skip()
            }
            if members != 1 { answer = false }
        }
        return answer
    }

    private static let typeNames: Set<String> = ["S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"]

    private static func plainItem(_ object: UnsafeRawBufferPointer) throws(DynamoDBError) -> Item {
        var reader = JSONReader(object)
        guard case .m(let item) = try plainValue(&reader, depth: 0) else { throw notAnObject }
        return item
    }

    /// A plain JSON value as an attribute value.
    private static func plainValue(_ reader: inout JSONReader, depth: Int) throws(DynamoDBError) -> AttributeValue {
        guard depth <= depthMax else { throw .validation("Nesting Levels have exceeded supported limits") }
        switch try reader.peekKind() {
        case .string: return .s(try reader.text())
        case .number: return .n(try Number(parsing: try reader.raw()))
        case .bool: return .bool(try reader.bool())
        case .null:
            try reader.skip()
            return .null
        case .array:
            var values: [AttributeValue] = []
            try reader.beginList()
            while try reader.nextElement() { values.append(try plainValue(&reader, depth: depth + 1)) }
            return .l(values)
        case .object:
            var map = AttributeMap()
            try reader.beginStructure("Item")
            while let key = try reader.nextEntry() {
                let name = key.text
                map[name] = try plainValue(&reader, depth: depth + 1)
            }
            return .m(map)
        }
    }
}
