/// A request's ExpressionAttributeNames and ExpressionAttributeValues, and which of them its expressions have used.
///
/// The order is AWS's: read, `validate`, compile the expressions (each takes this `inout`), `checkAllUsed`.
public struct ExpressionAttributes {
    private struct Entry<Value> {
        let placeholder: Text
        let value: Value
        var isUsed = false
    }

    private var names: [Entry<Text>] = []
    private var values: [Entry<Result<AttributeValue, DynamoDBError>>] = []
    /// Whether the request has ExpressionAttributeNames, even empty ones.
    public private(set) var hasNames = false
    /// Whether the request has ExpressionAttributeValues, even empty ones.
    public private(set) var hasValues = false

    /// The bytes that a placeholder may have, its sign included.
    static let placeholderBytesMax = 255

    /// None.
    public init() {}

    /// Takes names and values directly.
    init(names: [Text: Text], values: [Text: AttributeValue]) {
        hasNames = !names.isEmpty
        hasValues = !values.isEmpty
        self.names = names.map { Entry(placeholder: $0, value: $1) }
        self.values = values.map { Entry(placeholder: $0, value: .success($1)) }
        sort()
    }

    /// Reads the member ExpressionAttributeNames.
    public mutating func readNames(_ reader: inout JSONReader) throws(DynamoDBError) {
        hasNames = true
        names = []
        try reader.beginMap(of: "java.lang.String")
        while let key = try reader.nextKey() {
            names.append(Entry(placeholder: key.text, value: try reader.text()))
        }
        sort()
    }

    /// Reads the member ExpressionAttributeValues.
    public mutating func readValues(_ reader: inout JSONReader) throws(DynamoDBError) {
        hasValues = true
        values = []
        try reader.beginMap(of: "AttributeValue")
        while let key = try reader.nextEntry() {
            values.append(Entry(placeholder: key.text, value: try reader.attributeValue()))
        }
        sort()
    }

    /// Ascending by placeholder, the last of equal ones first, so that it is the one that is found.
    private mutating func sort() {
        func sorted<Value>(_ entries: [Entry<Value>]) -> [Entry<Value>] {
            guard entries.count > 1 else { return entries }
            let order = entries.indices.sorted { a, b in
                entries[a].placeholder == entries[b].placeholder
                    ? a < b : entries[a].placeholder < entries[b].placeholder
            }
            var result: [Entry<Value>] = []
            result.reserveCapacity(entries.count)
            for index in order {
                if let last = result.last, last.placeholder == entries[index].placeholder { result.removeLast() }
                result.append(entries[index])
            }
            return result
        }
        names = sorted(names)
        values = sorted(values)
    }

    /// Checks the placeholders and the values by themselves, before any expression is looked at. AWS's older check says in
    /// which placeholder a value is wrong, the newer one (`namesPlaceholder` false) only what is wrong with it.
    public func validate(namesPlaceholder: Bool = true) throws(DynamoDBError) {
        if hasNames {
            if names.isEmpty { throw .validation(Messages.namesEmpty) }
            for entry in names {
                if entry.placeholder.count > ExpressionAttributes.placeholderBytesMax {
                    throw .validation(Messages.longNameKey(entry.placeholder.count))
                }
                if isPlaceholder(entry.placeholder, UInt8(ascii: "#")) { continue }
                throw .validation(Messages.invalidNameKey(entry.placeholder.string))
            }
            for entry in names where entry.value.isEmpty || entry.value.count > AttributeMap.nameBytesMax {
                throw .validation(Messages.invalidName(entry.value, key: entry.placeholder.string))
            }
        }
        guard hasValues else { return }
        if values.isEmpty { throw .validation(Messages.valuesEmpty) }
        for entry in values {
            if entry.placeholder.count > ExpressionAttributes.placeholderBytesMax {
                throw .validation(Messages.longValueKey)
            }
            if isPlaceholder(entry.placeholder, UInt8(ascii: ":")) { continue }
            throw .validation(Messages.invalidValueKey(entry.placeholder.string))
        }
        for entry in values {
            guard case .failure(let error) = entry.value else { continue }
            if !namesPlaceholder { throw error }
            throw .validation(Messages.invalidValue(error.message ?? "", key: entry.placeholder.string))
        }
    }

    private func isPlaceholder(_ text: Text, _ sign: UInt8) -> Bool {
        text.withBytes { bytes in
            bytes.count > 1 && bytes[0] == sign && bytes.dropFirst().allSatisfy(Lexer.isPart)
        }
    }

    /// The names, ascending by placeholder.
    var sortedNames: [(placeholder: Text, name: Text)] { names.map { ($0.placeholder, $0.value) } }

    /// The values that are valid, ascending by placeholder.
    var sortedValues: [(placeholder: Text, value: AttributeValue)] {
        values.compactMap { entry in (try? entry.value.get()).map { (entry.placeholder, $0) } }
    }

    /// Throws when a name or a value was used by no expression.
    public func checkAllUsed() throws(DynamoDBError) {
        func list<Value>(_ entries: [Entry<Value>]) -> String {
            entries.filter { !$0.isUsed }.map(\.placeholder.string).joined(separator: ", ")
        }
        if names.contains(where: { !$0.isUsed }) { throw .validation(Messages.unusedNames(list(names))) }
        if values.contains(where: { !$0.isUsed }) { throw .validation(Messages.unusedValues(list(values))) }
    }

    mutating func name(_ placeholder: Text) throws(ExpressionProblem) -> Text {
        guard let index = ExpressionAttributes.find(placeholder, in: names) else {
            throw .init(Messages.undefinedName(placeholder.string))
        }
        names[index].isUsed = true
        return names[index].value
    }

    mutating func value(_ placeholder: Text) throws(ExpressionProblem) -> AttributeValue {
        guard let index = ExpressionAttributes.find(placeholder, in: values) else {
            throw .init(Messages.undefinedValue(placeholder.string))
        }
        values[index].isUsed = true
        switch values[index].value {
        case .success(let value): return value
        case .failure(let error): throw .init(Messages.invalidValue(error.message ?? "", key: placeholder.string))
        }
    }

    private static func find<Value>(_ placeholder: Text, in entries: [Entry<Value>]) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].placeholder < placeholder { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].placeholder == placeholder ? low : nil
    }
}
