/// A request's ExpressionAttributeNames and ExpressionAttributeValues, and which of them its expressions have used.
///
/// The order is AWS's: read, `validate`, compile the expressions (each takes this `inout`), `checkAllUsed`.
public struct ExpressionAttributes {
    /// A name and the placeholder that stands for it.
    struct Name: Equatable {
        let placeholder: Text
        let name: Text
    }

    /// Ascending by placeholder.
    private var names: [Name] = []
    /// The placeholders of the values, ascending.
    private var placeholders: [Text] = []
    /// The values in the order of their placeholders: an expression's parameters. Null stands for one that could not be read.
    private(set) var values: [AttributeValue] = []
    /// Why values could not be read, by their places.
    private var failures: [Int: DynamoDBError] = [:]
    /// What expressions have used.
    private var used = Used()
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
        self.names = names.map { Name(placeholder: $0, name: $1) }
        placeholders = Array(values.keys)
        self.values = Array(values.values)
        sortNames()
        sortValues()
    }

    /// Reads the member ExpressionAttributeNames.
    public mutating func readNames(_ reader: inout JSONReader) throws(DynamoDBError) {
        hasNames = true
        names = []
        try reader.beginMap(of: "java.lang.String")
        while let key = try reader.nextKey() {
            names.append(Name(placeholder: key.text, name: try reader.text()))
        }
        sortNames()
    }

    /// Reads the member ExpressionAttributeValues.
    public mutating func readValues(_ reader: inout JSONReader) throws(DynamoDBError) {
        hasValues = true
        (placeholders, values, failures) = ([], [], [:])
        try reader.beginMap(of: "AttributeValue")
        while let key = try reader.nextEntry() {
            placeholders.append(key.text)
            switch try reader.attributeValue() {
            case .success(let value): values.append(value)
            case .failure(let error):
                failures[values.count] = error
                values.append(.null)
            }
        }
        sortValues()
    }

    private mutating func sortNames() {
        guard let order = Self.order(names.count, { names[$0].placeholder }) else { return }
        names = order.map { names[$0] }
    }

    private mutating func sortValues() {
        guard let order = Self.order(placeholders.count, { placeholders[$0] }) else { return }
        placeholders = order.map { placeholders[$0] }
        values = order.map { values[$0] }
        guard !failures.isEmpty else { return }
        let before = failures
        failures = [:]
        for (place, former) in order.enumerated() { failures[place] = before[former] }
    }

    /// The order in which placeholders ascend, of equal ones the last alone; nil when they are in that order.
    private static func order(_ count: Int, _ placeholder: (Int) -> Text) -> [Int]? {
        if count < 2 || (1..<count).allSatisfy({ placeholder($0 - 1) < placeholder($0) }) { return nil }
        let sorted = (0..<count).sorted { a, b in
            placeholder(a) == placeholder(b) ? a < b : placeholder(a) < placeholder(b)
        }
        var order: [Int] = []
        for place in sorted {
            if let last = order.last, placeholder(last) == placeholder(place) { order.removeLast() }
            order.append(place)
        }
        return order
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
            for entry in names where entry.name.isEmpty || entry.name.count > AttributeMap.nameBytesMax {
                throw .validation(Messages.invalidName(entry.name, key: entry.placeholder.string))
            }
        }
        guard hasValues else { return }
        if values.isEmpty { throw .validation(Messages.valuesEmpty) }
        for placeholder in placeholders {
            if placeholder.count > ExpressionAttributes.placeholderBytesMax {
                throw .validation(Messages.longValueKey)
            }
            if isPlaceholder(placeholder, UInt8(ascii: ":")) { continue }
            throw .validation(Messages.invalidValueKey(placeholder.string))
        }
        guard let (place, error) = failures.min(by: { $0.key < $1.key }) else { return }
        if !namesPlaceholder { throw error }
        throw .validation(Messages.invalidValue(error.message ?? "", key: placeholders[place].string))
    }

    private func isPlaceholder(_ text: Text, _ sign: UInt8) -> Bool {
        text.withBytes { bytes in
            bytes.count > 1 && bytes[0] == sign && bytes.dropFirst().allSatisfy(Lexer.isPart)
        }
    }

    /// The names, ascending by placeholder.
    var sortedNames: [Name] { names }

    /// The values that are valid, ascending by placeholder.
    var sortedValues: [(placeholder: Text, value: AttributeValue)] {
        values.indices.filter { failures[$0] == nil }.map { (placeholders[$0], values[$0]) }
    }

    /// Throws when a name or a value was used by no expression.
    public func checkAllUsed() throws(DynamoDBError) {
        let unusedNames = names.indices.filter { !used.names.contains($0) }
        if !unusedNames.isEmpty {
            let list = unusedNames.map { names[$0].placeholder.string }.joined(separator: ", ")
            throw .validation(Messages.unusedNames(list))
        }
        let unusedValues = placeholders.indices.filter { !used.values.contains($0) }
        if !unusedValues.isEmpty {
            let list = unusedValues.map { placeholders[$0].string }.joined(separator: ", ")
            throw .validation(Messages.unusedValues(list))
        }
    }

    mutating func name(_ placeholder: Text) throws(ExpressionProblem) -> Text {
        guard let place = Self.find(placeholder, names.count, { names[$0].placeholder }) else {
            throw .init(Messages.undefinedName(placeholder.string))
        }
        used.names.insert(place)
        return names[place].name
    }

    /// The place of a value in `values`.
    mutating func parameter(_ placeholder: Text) throws(ExpressionProblem) -> Int {
        guard let place = Self.find(placeholder, placeholders.count, { placeholders[$0] }) else {
            throw .init(Messages.undefinedValue(placeholder.string))
        }
        used.values.insert(place)
        if let error = failures[place] {
            throw .init(Messages.invalidValue(error.message ?? "", key: placeholder.string))
        }
        return place
    }

    private static func find(_ wanted: Text, _ count: Int, _ placeholder: (Int) -> Text) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if placeholder(middle) < wanted { low = middle + 1 } else { high = middle }
        }
        return low < count && placeholder(low) == wanted ? low : nil
    }
}

// MARK: - What requests have in common

extension ExpressionAttributes {
    /// What of a request decides what becomes of an expression's text: its names, the placeholders of its values, and their types.
    struct Shape {
        fileprivate let names: [Name]
        fileprivate let placeholders: [Text]
        fileprivate let types: [DataType]
    }

    /// Places among the names and the values.
    struct Used {
        var names = Places()
        var values = Places()
    }

    /// The bytes of names and placeholders that a shape may have, so that what is kept of requests is bounded.
    private static let shapeBytesMax = 4096

    /// The request's shape; nil when it is too large to be kept.
    var shape: Shape? {
        let bytes =
            names.reduce(0) { $0 + $1.placeholder.count + $1.name.count } + placeholders.reduce(0) { $0 + $1.count }
        guard bytes <= Self.shapeBytesMax else { return nil }
        return Shape(names: names, placeholders: placeholders, types: values.map(\.type))
    }

    /// Whether the request has a shape.
    func has(_ shape: Shape) -> Bool {
        guard failures.isEmpty, values.count == shape.types.count, names == shape.names,
            placeholders == shape.placeholders
        else { return false }
        return values.indices.allSatisfy { values[$0].type == shape.types[$0] }
    }

    /// Notes what an expression uses.
    mutating func note(_ used: Used) {
        self.used.names.formUnion(used.names)
        self.used.values.formUnion(used.values)
    }

    /// What `body` uses, noted as well.
    mutating func noting<Result>(
        _ body: (inout ExpressionAttributes) throws(ExpressionProblem) -> Result
    ) throws(ExpressionProblem) -> (Result, used: Used) {
        let before = used
        used = Used()
        let result = try body(&self)
        let mine = used
        note(before)
        return (result, mine)
    }
}

/// A set of places, most of them small.
struct Places {
    private var first: UInt64 = 0
    private var others: Set<Int> = []

    func contains(_ place: Int) -> Bool {
        place < UInt64.bitWidth ? first & 1 << UInt64(place) != 0 : others.contains(place)
    }

    mutating func insert(_ place: Int) {
        if place < UInt64.bitWidth { first |= 1 << UInt64(place) } else { others.insert(place) }
    }

    mutating func formUnion(_ other: Places) {
        first |= other.first
        if !other.others.isEmpty { others.formUnion(other.others) }
    }
}
