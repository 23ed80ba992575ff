@testable import DynamoDB

/// A generator of the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Reads JSON in DynamoDB's form.
func read<Result>(
    _ json: String, _ body: (inout JSONReader) throws(DynamoDBError) -> Result
) throws(DynamoDBError) -> Result {
    let bytes = Array(json.utf8)
    return try bytes.withUnsafeBytes { bytes in
        Swift.Result { () throws(DynamoDBError) -> Result in
            var reader = JSONReader(bytes)
            let result = try body(&reader)
            try reader.end()
            return result
        }
    }.get()
}

/// The value that JSON in DynamoDB's form stands for.
func value(_ json: String) throws(DynamoDBError) -> AttributeValue {
    try read(json) { (reader) throws(DynamoDBError) in try reader.attributeValue() }.get()
}

/// The item that JSON in DynamoDB's form stands for.
func item(_ json: String) throws(DynamoDBError) -> Item {
    try read(json) { (reader) throws(DynamoDBError) in try reader.item() }.get()
}

/// An item as it is stored.
func json(_ item: Item) -> String {
    var writer = JSONWriter()
    writer.item(item)
    return String(decoding: writer.bytes, as: UTF8.self)
}

/// The error that a body throws.
func error(_ body: () throws(DynamoDBError) -> Void) -> DynamoDBError? {
    do throws(DynamoDBError) {
        try body()
        return nil
    } catch {
        return error
    }
}

extension SeededGenerator {
    /// Any text of up to `lengthMax` characters, of one to four bytes each.
    mutating func text(_ lengthMax: Int = 20) -> Text {
        let length = Int.random(in: 0...lengthMax, using: &self)
        var string = ""
        for _ in 0..<length {
            switch Int.random(in: 0..<8, using: &self) {
            case 0: string.unicodeScalars.append(Unicode.Scalar(UInt8.random(in: 0...0x7F, using: &self)))
            case 1: string.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0x80...0x7FF, using: &self))!)
            case 2: string.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0x1F300...0x1F5FF, using: &self))!)
            default: string.unicodeScalars.append(Unicode.Scalar(UInt8.random(in: 0x61...0x7A, using: &self)))
            }
        }
        return Text(string)
    }

    /// Any number.
    mutating func number() -> Number {
        try! Number(Text(numberText()))
    }

    /// The text of a number in range.
    mutating func numberText() -> String {
        let digits = Int.random(in: 1...38, using: &self)
        var text = Bool.random(using: &self) ? "-" : ""
        text += String(Int.random(in: 1...9, using: &self))
        for _ in 1..<max(digits, 2) where digits > 1 { text += String(Int.random(in: 0...9, using: &self)) }
        return text + "e" + String(Int.random(in: -130...(126 - digits), using: &self))
    }

    /// Any value.
    mutating func attributeValue(levels: Int = 4) -> AttributeValue {
        func many<Element: Hashable & Comparable>(
            _ generator: inout SeededGenerator, _ one: (inout SeededGenerator) -> Element
        ) -> [Element] {
            Set((0..<Int.random(in: 1...4, using: &generator)).map { _ in one(&generator) }).sorted()
        }
        switch Int.random(in: 0..<(levels > 1 ? 10 : 8), using: &self) {
        case 0: return .s(text())
        case 1: return .n(number())
        case 2: return .b(bytes())
        case 3: return .bool(Bool.random(using: &self))
        case 4: return .null
        case 5: return .ss(many(&self) { $0.text() })
        case 6: return .ns(many(&self) { $0.number() })
        case 7: return .bs(many(&self) { $0.bytes() })
        case 8: return .l((0..<Int.random(in: 0...4, using: &self)).map { _ in attributeValue(levels: levels - 1) })
        default: return .m(item(levels: levels - 1))
        }
    }

    /// Any item.
    mutating func item(levels: Int = 4) -> Item {
        var item = Item()
        for _ in 0..<Int.random(in: 0...5, using: &self) {
            let name = text(8)
            item[name.isEmpty ? "name" : name] = attributeValue(levels: levels)
        }
        return item
    }

    private mutating func bytes() -> Bytes {
        Bytes((0..<Int.random(in: 0...10, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) })
    }
}
