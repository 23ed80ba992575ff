/// A value of DynamoDB: ten data types, documents of lists and maps nested up to 32 levels.
///
/// The elements of a set are unique and in ascending order, so that equal sets are equal values and have equal bytes.
public enum AttributeValue: Hashable, Sendable {
    /// String.
    case s(Text)
    /// Number.
    case n(Number)
    /// Binary.
    case b(Bytes)
    /// Boolean.
    case bool(Bool)
    /// Null.
    case null
    /// String set, never empty, ascending.
    case ss([Text])
    /// Number set, never empty, ascending.
    case ns([Number])
    /// Binary set, never empty, ascending.
    case bs([Bytes])
    /// List.
    case l([AttributeValue])
    /// Map.
    case m(AttributeMap)

    /// The levels that a value may nest, itself included. Source: AWS's quota, and captures (a leaf at level 33 is
    /// refused).
    public static let levelsMax = 32
}

/// The data types by their names on the wire.
public enum DataType: String, Sendable, CaseIterable {
    case s = "S"
    case n = "N"
    case b = "B"
    case bool = "BOOL"
    case null = "NULL"
    case ss = "SS"
    case ns = "NS"
    case bs = "BS"
    case l = "L"
    case m = "M"
}

extension AttributeValue {
    /// Its data type.
    public var type: DataType {
        switch self {
        case .s: .s
        case .n: .n
        case .b: .b
        case .bool: .bool
        case .null: .null
        case .ss: .ss
        case .ns: .ns
        case .bs: .bs
        case .l: .l
        case .m: .m
        }
    }

    /// The bytes that DynamoDB counts for it, its name not included. Source: the developer guide, "DynamoDB item sizes and
    /// formats": 3 bytes for a list or map and 1 for each of its elements.
    public var size: Int {
        switch self {
        case .s(let text): text.count
        case .n(let number): number.size
        case .b(let bytes): bytes.count
        case .bool, .null: 1
        case .ss(let texts): texts.reduce(0) { $0 + $1.count }
        case .ns(let numbers): numbers.reduce(0) { $0 + $1.size }
        case .bs(let all): all.reduce(0) { $0 + $1.count }
        case .l(let values): values.reduce(3) { $0 + 1 + $1.size }
        case .m(let map): 3 + map.count + map.size
        }
    }

    /// Whether it nests more levels than `levels`, counting itself as one.
    public func isNested(deeperThan levels: Int) -> Bool {
        guard levels > 0 else { return true }
        switch self {
        case .l(let values): return values.contains { $0.isNested(deeperThan: levels - 1) }
        case .m(let map): return map.entries.contains { $0.value.isNested(deeperThan: levels - 1) }
        default: return false
        }
    }

    /// A string value.
    public static func string(_ text: Text) -> AttributeValue { .s(text) }

    /// A whole number.
    public static func number(_ value: Int) -> AttributeValue { .n(Number(value)) }
}
