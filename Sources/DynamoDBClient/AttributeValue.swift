/// A value of an attribute in DynamoDB's data model.
public indirect enum AttributeValue: Hashable, Sendable {
    /// A string.
    case s(String)
    /// A number as text: up to 38 digits, exact.
    case n(String)
    /// Bytes.
    case b([UInt8])
    /// A truth value.
    case bool(Bool)
    /// Null.
    case null
    /// A set of strings.
    case ss([String])
    /// A set of numbers.
    case ns([String])
    /// A set of byte strings.
    case bs([[UInt8]])
    /// A list.
    case l([AttributeValue])
    /// A map.
    case m([String: AttributeValue])
}

/// An item: its attributes by name.
public typealias Item = [String: AttributeValue]

extension AttributeValue: ExpressibleByStringLiteral {
    /// A string.
    public init(stringLiteral value: String) { self = .s(value) }

    /// A number from an integer.
    public static func n(_ value: some BinaryInteger) -> AttributeValue { .n(String(value)) }

    /// The string, if this is one.
    public var string: String? {
        if case .s(let value) = self { value } else { nil }
    }

    /// The text of the number, if this is one.
    public var number: String? {
        if case .n(let value) = self { value } else { nil }
    }

    /// The number as an integer, if it is one and fits.
    public var integer: Int64? {
        if case .n(let value) = self { Int64(value) } else { nil }
    }

    /// The elements, if this is a list.
    public var list: [AttributeValue]? {
        if case .l(let value) = self { value } else { nil }
    }

    /// The entries, if this is a map.
    public var map: [String: AttributeValue]? {
        if case .m(let value) = self { value } else { nil }
    }
}

extension AttributeValue {
    /// DynamoDB JSON, such as `{"S":"text"}`.
    public var json: JSON {
        switch self {
        case .s(let value): ["S": .string(value)]
        case .n(let value): ["N": .string(value)]
        case .b(let value): ["B": .string(Base64.encode(value))]
        case .bool(let value): ["BOOL": .bool(value)]
        case .null: ["NULL": true]
        case .ss(let values): ["SS": .array(values.map(JSON.string))]
        case .ns(let values): ["NS": .array(values.map(JSON.string))]
        case .bs(let values): ["BS": .array(values.map { .string(Base64.encode($0)) })]
        case .l(let values): ["L": .array(values.map(\.json))]
        case .m(let values): ["M": JSON(item: values)]
        }
    }

    /// Reads DynamoDB JSON; nil when it is none.
    public init?(json: JSON) {
        guard let members = json.members, members.count == 1, let member = members.first else { return nil }
        func all<T>(_ read: (JSON) -> T?) -> [T]? {
            guard let elements = member.value.array else { return nil }
            let values = elements.compactMap(read)
            return values.count == elements.count ? values : nil
        }
        let value: AttributeValue? =
            switch member.name {
            case "S": member.value.string.map(AttributeValue.s)
            case "N": member.value.string.map { .n($0) }
            case "B": member.value.string.flatMap(Base64.decode).map(AttributeValue.b)
            case "BOOL": member.value.bool.map(AttributeValue.bool)
            case "NULL": member.value.bool.map { _ in .null }
            case "SS": all(\.string).map(AttributeValue.ss)
            case "NS": all(\.string).map(AttributeValue.ns)
            case "BS": all { $0.string.flatMap(Base64.decode) }.map(AttributeValue.bs)
            case "L": all(AttributeValue.init(json:)).map(AttributeValue.l)
            case "M": Item(json: member.value).map(AttributeValue.m)
            default: nil
            }
        guard let value else { return nil }
        self = value
    }
}

extension JSON {
    /// An item as DynamoDB JSON, its attributes sorted by name so that equal items make equal bytes.
    public init(item: Item) {
        self = .object(item.sorted { $0.key < $1.key }.map { Member($0.key, $0.value.json) })
    }
}

extension [String: AttributeValue] {
    /// Reads an item from DynamoDB JSON; nil when it is none.
    public init?(json: JSON) {
        guard let members = json.members else { return nil }
        self.init(minimumCapacity: members.count)
        for member in members {
            guard let value = AttributeValue(json: member.value) else { return nil }
            self[member.name] = value
        }
    }
}

/// Base 64 with padding (RFC 4648, section 4).
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group: UInt32 = 0
            for index in 0..<3 { group = group << 8 | (index < count ? UInt32(bytes[start + index]) : 0) }
            for index in 0..<4 {
                output.append(
                    index <= count ? digits[Int(group >> UInt32(18 - 6 * index)) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    static func decode(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard bytes.count % 4 == 0 else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count / 4 * 3)
        for start in stride(from: 0, to: bytes.count, by: 4) {
            var padding = 0
            if start + 4 == bytes.count {
                padding = bytes[start + 3] != UInt8(ascii: "=") ? 0 : bytes[start + 2] != UInt8(ascii: "=") ? 1 : 2
            }
            var group: UInt32 = 0
            for index in 0..<4 {
                guard index >= 4 - padding || digit(bytes[start + index]) != nil else { return nil }
                group = group << 6 | (index < 4 - padding ? digit(bytes[start + index]) ?? 0 : 0)
            }
            for index in 0..<3 - padding { output.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * index))) }
        }
        return output
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - 65)
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - 97 + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - 48 + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
