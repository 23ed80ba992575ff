/// Attribute values straight from the wire.
///
/// AWS reads the whole request before it looks at any value, so there are two kinds of errors: a JSON type that does not
/// fit is thrown at once (SerializationException), a value that DynamoDB refuses is handed back as a `Result` whose
/// failure (ValidationException) the operation throws when its turn has come.
extension JSONReader {
    /// Attributes by name: an item or a key. The first value that DynamoDB refuses is the failure.
    public mutating func item() throws(DynamoDBError) -> Result<Item, DynamoDBError> {
        var refusal: DynamoDBError?
        try beginMap(of: "AttributeValue")
        let entries = try members(level: 1, &refusal)
        if let refusal { return .failure(refusal) }
        return .success(AttributeMap(entries))
    }

    /// One value in DynamoDB's form, `{"S":"a"}`.
    public mutating func attributeValue() throws(DynamoDBError) -> Result<AttributeValue, DynamoDBError> {
        var refusal: DynamoDBError?
        let value = try value(level: 1, &refusal)
        if let refusal { return .failure(refusal) }
        return .success(value)
    }

    /// The members of a map, up to its end.
    private mutating func members(
        level: Int, _ refusal: inout DynamoDBError?
    ) throws(DynamoDBError) -> [AttributeMap.Entry] {
        var entries: [AttributeMap.Entry] = []
        while let key = try nextEntry() {
            if entries.isEmpty { entries.reserveCapacity(4) }
            let name = key.text
            if name.isEmpty || name.count > AttributeMap.nameBytesMax { refuse(Messages.attributeName(name), &refusal) }
            entries.append(AttributeMap.Entry(name: name, value: try value(level: level, &refusal)))
        }
        return entries
    }

    /// A value, which has one type and no other. After a refusal what is returned stands for nothing.
    private mutating func value(level: Int, _ refusal: inout DynamoDBError?) throws(DynamoDBError) -> AttributeValue {
        guard try nextByte() == UInt8(ascii: "{") else { return try notAStructure(&refusal) }
        if level > AttributeValue.levelsMax {
            refuse(Messages.nestingLevels, &refusal)
            try skip()
            return .null
        }
        try openObject()
        var value: AttributeValue?
        var types = 0
        while let key = try nextKey() {
            guard let type = dataType(key) else {
                try skip()
                continue
            }
            types += 1
            value = try content(of: type, level: level, &refusal)
        }
        guard types == 1, let value else {
            refuse(types == 0 ? Messages.emptyAttributeValue : Messages.manyDataTypes, &refusal)
            return .null
        }
        return value
    }

    private func refuse(_ message: String, _ refusal: inout DynamoDBError?) {
        if refusal == nil { refusal = .validation(message) }
    }

    /// Something else than an object where a value should be.
    private mutating func notAStructure(_ refusal: inout DynamoDBError?) throws(DynamoDBError) -> AttributeValue {
        if try peekKind() == .null {
            try literal("null")
            refuse(Messages.emptyAttributeValue, &refusal)
            return .null
        }
        try beginElementStructure("AttributeValue")
        throw JSONReader.malformed
    }

    /// The type that a member's name stands for; AWS passes over members that it does not know.
    @inline(__always)
    private func dataType(_ key: JSONKey) -> DataType? {
        guard let bytes = key.plainBytes else { return DataType(rawValue: key.text.string) }
        if bytes.count == 1 {
            switch bytes[0] {
            case UInt8(ascii: "S"): return .s
            case UInt8(ascii: "N"): return .n
            case UInt8(ascii: "B"): return .b
            case UInt8(ascii: "L"): return .l
            case UInt8(ascii: "M"): return .m
            default: return nil
            }
        }
        switch key {
        case "BOOL": return .bool
        case "NULL": return .null
        case "SS": return .ss
        case "NS": return .ns
        case "BS": return .bs
        default: return nil
        }
    }

    private mutating func content(
        of type: DataType, level: Int, _ refusal: inout DynamoDBError?
    ) throws(DynamoDBError) -> AttributeValue {
        switch type {
        case .s: return .s(try text())
        case .n: return .n(try number(&refusal))
        case .b: return .b(try binary())
        case .bool: return .bool(try bool())
        case .null:
            if try !bool() { refuse(Messages.nullMustBeTrue, &refusal) }
            return .null
        case .ss: return try stringSet(&refusal)
        case .ns: return try numberSet(&refusal)
        case .bs: return try binarySet(&refusal)
        case .l:
            try beginList()
            var values: [AttributeValue] = []
            while try nextElement() { values.append(try value(level: level + 1, &refusal)) }
            return .l(values)
        case .m:
            try beginMap(of: "AttributeValue")
            return .m(AttributeMap(try members(level: level + 1, &refusal)))
        }
    }

    private mutating func number(_ refusal: inout DynamoDBError?) throws(DynamoDBError) -> Number {
        guard try nextByte() == UInt8(ascii: "\"") else { throw try wrongType("String", "java.lang.String") }
        let scanned = try scanString()
        do throws(DynamoDBError) {
            if scanned.isPlain { return try Number(parsing: scanned.bytes) }
        } catch {
            let isEmpty = usesOlderWords && scanned.bytes.isEmpty
            if refusal == nil { refusal = isEmpty ? .validation(Messages.olderNotANumber) : error }
            return .zero
        }
        let text = try decode(scanned)
        do throws(DynamoDBError) {
            return try Number(text)
        } catch {
            if refusal == nil { refusal = error }
            return .zero
        }
    }

    private mutating func binary() throws(DynamoDBError) -> Bytes {
        switch try peekKind() {
        case .string: break
        case .object: throw .serialization(Messages.unexpectedStructure)
        case .array: throw .serialization(Messages.unrecognizedCollection("class java.nio.ByteBuffer"))
        default: throw .serialization(Messages.notBase64)
        }
        let scanned = try scanString()
        do throws(Base64.Failure) {
            if scanned.isPlain { return Bytes(try Base64.decode(scanned.bytes)) }
            let text = Array(try decodeForBase64(scanned))
            return Bytes(try JSONReader.decodeBase64(text))
        } catch {
            throw .serialization(Messages.base64(error))
        }
    }

    private func decodeForBase64(_ scanned: ScannedString) throws(Base64.Failure) -> String.UTF8View {
        guard let text = try? decode(scanned) else { throw .trailingBits }
        return text.utf8
    }

    private static func decodeBase64(_ text: [UInt8]) throws(Base64.Failure) -> [UInt8] {
        try text.withUnsafeBytes { bytes in
            Result { () throws(Base64.Failure) in try Base64.decode(bytes) }
        }.get()
    }

    // MARK: Sets

    private mutating func stringSet(_ refusal: inout DynamoDBError?) throws(DynamoDBError) -> AttributeValue {
        let texts = try texts()
        guard let set = JSONReader.ascending(texts) else {
            let shown =
                usesOlderWords
                ? texts.map(\.string) : JSONReader.sortedToFirstRepeat(texts).map { "\"\($0)\"" }
            refuse(Messages.duplicates("[\(shown.joined(separator: ", "))]", ofType: .ss), &refusal)
            return .null
        }
        if set.isEmpty { refuse(Messages.emptyStringSet, &refusal) }
        return .ss(set)
    }

    private mutating func numberSet(_ refusal: inout DynamoDBError?) throws(DynamoDBError) -> AttributeValue {
        try beginList()
        var numbers: [Number] = []
        var bad = false
        while try nextElement() {
            let before = refusal
            numbers.append(try number(&refusal))
            if before == nil, refusal != nil { bad = true }
        }
        if numbers.isEmpty { refuse(Messages.emptyNumberSet, &refusal) }
        if bad { return .null }
        guard let set = JSONReader.ascending(numbers) else {
            refuse(usesOlderWords ? Messages.olderNumberDuplicates : Messages.numberDuplicates, &refusal)
            return .null
        }
        return .ns(set)
    }

    private mutating func binarySet(_ refusal: inout DynamoDBError?) throws(DynamoDBError) -> AttributeValue {
        try beginList()
        var all: [Bytes] = []
        while try nextElement() { all.append(try binary()) }
        guard let set = JSONReader.ascending(all) else {
            let list =
                usesOlderWords
                ? all.map(\.base64).joined(separator: ", ")
                : JSONReader.sortedToFirstRepeat(all).map { "\"\($0.base64)\"" }.joined(separator: ",")
            refuse(Messages.duplicates("[\(list)]", ofType: .bs), &refusal)
            return .null
        }
        if set.isEmpty { refuse(Messages.emptyBinarySet, &refusal) }
        return .bs(set)
    }

    /// How the newer check lists a set with an element twice: ascending up to the repeat, then as it came.
    private static func sortedToFirstRepeat<Element: Comparable & Hashable>(_ elements: [Element]) -> [Element] {
        var seen: Set<Element> = []
        let repeated = elements.firstIndex { !seen.insert($0).inserted } ?? elements.count
        return elements[..<repeated].sorted() + elements[repeated...]
    }

    /// The elements in ascending order; nil when two are equal.
    private static func ascending<Element: Comparable>(_ elements: [Element]) -> [Element]? {
        guard elements.count > 1 else { return elements }
        var sorted = elements
        sorted.sort()
        for index in 1..<sorted.count where sorted[index - 1] == sorted[index] { return nil }
        return sorted
    }
}
