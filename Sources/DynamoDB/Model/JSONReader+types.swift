/// The shapes that AWS's requests are made of, with the SerializationException of AWS for each other JSON type.
extension JSONReader {
    /// Enters a structure that is a member of a structure; `name` is its shape's name in AWS's model ("Put").
    public mutating func beginStructure(_ name: String) throws(DynamoDBError) {
        switch try peekKind() {
        case .object: try openObject()
        case .array: throw .serialization(Messages.unrecognizedCollection("class " + Messages.modelPackage + name))
        default: throw .serialization(Messages.unexpectedFieldType)
        }
    }

    /// Enters a structure that is an element of a list or a value of a map.
    public mutating func beginElementStructure(_ name: String) throws(DynamoDBError) {
        switch try peekKind() {
        case .object: try openObject()
        case .array: throw .serialization(Messages.unrecognizedCollection("class " + Messages.modelPackage + name))
        default: throw .serialization(Messages.unexpectedValueType)
        }
    }

    /// Enters the request itself.
    public mutating func beginRequest() throws(DynamoDBError) {
        guard try peekKind() == .object else { throw JSONReader.malformed }
        try openObject()
    }

    /// Enters a map from names to `element` ("AttributeValue").
    public mutating func beginMap(of element: StaticString) throws(DynamoDBError) {
        switch try peekKind() {
        case .object: try openObject()
        case .array:
            let name = element.description
            let type = name.contains(".") ? name : Messages.modelPackage + name
            throw .serialization(Messages.unrecognizedCollection("java.util.Map<java.lang.String, \(type)>"))
        default: throw .serialization(Messages.unexpectedFieldType)
        }
    }

    /// Enters a list.
    public mutating func beginList() throws(DynamoDBError) {
        switch try peekKind() {
        case .array: try openArray()
        case .object: throw .serialization(Messages.unexpectedStructure)
        default: throw .serialization(Messages.unexpectedFieldType)
        }
    }

    /// A list of strings.
    public mutating func texts() throws(DynamoDBError) -> [Text] {
        try beginList()
        var texts: [Text] = []
        while try nextElement() { texts.append(try text()) }
        return texts
    }

    /// The error for a scalar that was wanted and a value of another type that is there.
    mutating func wrongType(_ type: StaticString, _ javaClass: StaticString) throws(DynamoDBError) -> DynamoDBError {
        switch try peekKind() {
        case .object: return .serialization(Messages.unexpectedStructure)
        case .array: return .serialization(Messages.unrecognizedCollection("class " + javaClass.description))
        case .string: return .serialization(Messages.cannotConvert("STRING_VALUE", to: type.description))
        case .bool:
            let isTrue = bytes[position] == UInt8(ascii: "t")
            try literal(isTrue ? "true" : "false")
            return .serialization(Messages.cannotConvert(isTrue ? "TRUE_VALUE" : "FALSE_VALUE", to: type.description))
        case .number:
            let isDecimal = try scanNumber().contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
            return .serialization(
                Messages.cannotConvert(isDecimal ? "DECIMAL_VALUE" : "NUMBER_VALUE", to: type.description))
        case .null: return JSONReader.malformed
        }
    }
}
