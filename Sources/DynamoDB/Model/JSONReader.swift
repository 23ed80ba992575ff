#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A pull parser for JSON in place: no tree, no copy of what is not asked for.
///
/// The caller walks the structure it expects:
///
///     try reader.beginStructure("Put")
///     while let key = try reader.nextKey() {
///         switch key {
///         case "TableName": name = try reader.text()
///         default: try reader.skip()
///         }
///     }
///
/// Bytes that are not JSON throw a SerializationException without a message; a JSON value of the wrong type throws one
/// with AWS's text. The bytes must outlive the reader.
public struct JSONReader {
    let bytes: UnsafeRawBufferPointer
    var position = 0
    /// Whether wrong numbers and sets are told in the words of AWS's older check of values, which BatchWriteItem and Scan still have.
    var usesOlderWords = false
    /// Whether a value has just ended, so that a comma or an end must follow.
    private var afterValue = false

    /// Arrays and objects in a value that nobody asked for may nest this deep.
    static let skippedDepthMax = 1000

    /// Reads from the first byte.
    public init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// What kind of value comes next.
    public enum Kind: Sendable {
        case object, array, string, number, bool, null
    }

    static var malformed: DynamoDBError { .serialization(nil) }

    // MARK: Tokens

    @inline(__always)
    mutating func skipSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    /// The byte at which the next token begins.
    @inline(__always)
    mutating func nextByte() throws(DynamoDBError) -> UInt8 {
        skipSpace()
        guard position < bytes.count else { throw JSONReader.malformed }
        return bytes[position]
    }

    @inline(__always)
    mutating func expect(_ byte: UInt8) throws(DynamoDBError) {
        guard try nextByte() == byte else { throw JSONReader.malformed }
        position += 1
    }

    /// The kind of the next value, by its first byte.
    public mutating func peekKind() throws(DynamoDBError) -> Kind {
        switch try nextByte() {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw JSONReader.malformed
        }
    }

    // MARK: Structure

    /// Enters an object; the caller has seen that it is one.
    @inline(__always)
    mutating func openObject() throws(DynamoDBError) {
        try expect(UInt8(ascii: "{"))
        afterValue = false
    }

    /// Enters an array; the caller has seen that it is one.
    @inline(__always)
    mutating func openArray() throws(DynamoDBError) {
        try expect(UInt8(ascii: "["))
        afterValue = false
    }

    /// The name of the next member whose value is not null, or nil at the end of the object, which is then left.
    /// AWS takes a member that is null for one that is absent.
    @inline(__always)
    public mutating func nextKey() throws(DynamoDBError) -> JSONKey? {
        while let key = try nextEntry() {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "n") else { return key }
            try literal("null")
        }
        return nil
    }

    /// The name of the next member, null or not, or nil at the end of the object, which is then left.
    @inline(__always)
    public mutating func nextEntry() throws(DynamoDBError) -> JSONKey? {
        var byte = try nextByte()
        if byte == UInt8(ascii: "}") {
            position += 1
            afterValue = true
            return nil
        }
        if afterValue {
            guard byte == UInt8(ascii: ",") else { throw JSONReader.malformed }
            position += 1
            byte = try nextByte()
        }
        guard byte == UInt8(ascii: "\"") else { throw JSONReader.malformed }
        let scanned = try scanString()
        if !scanned.isPlain { _ = try decode(scanned) }
        let key = JSONKey(scanned)
        try expect(UInt8(ascii: ":"))
        skipSpace()
        afterValue = false
        return key
    }

    /// Whether another element follows; at the end of the array it is left.
    @inline(__always)
    public mutating func nextElement() throws(DynamoDBError) -> Bool {
        let byte = try nextByte()
        if byte == UInt8(ascii: "]") {
            position += 1
            afterValue = true
            return false
        }
        if afterValue {
            guard byte == UInt8(ascii: ",") else { throw JSONReader.malformed }
            position += 1
            guard try nextByte() != UInt8(ascii: "]") else { throw JSONReader.malformed }
        }
        afterValue = false
        return true
    }

    /// Checks that nothing but space follows the value that was read.
    public mutating func end() throws(DynamoDBError) {
        skipSpace()
        guard position == bytes.count else { throw JSONReader.malformed }
    }

    // MARK: Scalars

    /// A string's bytes in the input, between its quotes, and what they hold.
    struct ScannedString {
        let bytes: UnsafeRawBufferPointer
        let hasEscapes: Bool
        let isASCII: Bool
        /// Whether the bytes in the input are the string.
        @inline(__always)
        var isPlain: Bool { !hasEscapes && isASCII }

        /// The text that it stands for.
        func decoded() throws(DynamoDBError) -> Text {
            if !hasEscapes {
                guard let text = Text(utf8: bytes) else { throw JSONReader.malformed }
                return text
            }
            let decoded = try JSONEscapes.decode(bytes)
            guard let text = decoded.withUnsafeBytes({ Text(utf8: $0) }) else { throw JSONReader.malformed }
            return text
        }
    }

    /// Passes over a string; the next byte is its opening quote.
    @inline(__always)
    mutating func scanString() throws(DynamoDBError) -> ScannedString {
        let start = position + 1
        var index = start
        var escapes = false
        var high: UInt64 = 0
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        while true {
            while index + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let quotes = word ^ (ones &* 0x22)
                let slashes = word ^ (ones &* 0x5C)
                let stops =
                    ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes) | ((word &- ones &* 0x20) & ~word)
                // Of the bytes that look like stops, the first is one; borrows can reach only those after it.
                let before = (stops & tops).trailingZeroBitCount
                if before < 64 {
                    high |= word & tops & ((1 << UInt64(before & ~7)) - 1)
                    index += before / 8
                    break
                }
                high |= word & tops
                index += 8
            }
            guard index < bytes.count else { throw JSONReader.malformed }
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                escapes = true
                index += 2
                continue
            }
            guard byte >= 0x20 else { throw JSONReader.malformed }
            high |= UInt64(byte) & 0x80
            index += 1
        }
        position = index + 1
        afterValue = true
        return ScannedString(
            bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<index]), hasEscapes: escapes, isASCII: high == 0)
    }

    /// The text of a scanned string.
    @inline(__always)
    func decode(_ scanned: ScannedString) throws(DynamoDBError) -> Text {
        scanned.isPlain ? Text(ascii: scanned.bytes) : try scanned.decoded()
    }

    /// A string.
    @inline(__always)
    public mutating func text() throws(DynamoDBError) -> Text {
        guard try nextByte() == UInt8(ascii: "\"") else { throw try wrongType("String", "java.lang.String") }
        return try decode(scanString())
    }

    /// A boolean. As AWS does, strings that say yes or no are taken too.
    public mutating func bool() throws(DynamoDBError) -> Bool {
        switch try nextByte() {
        case UInt8(ascii: "t"):
            try literal("true")
            return true
        case UInt8(ascii: "f"):
            try literal("false")
            return false
        case UInt8(ascii: "\""):
            switch try decode(scanString()).string.lowercased() {
            case "true", "1", "yes": return true
            case "false", "0", "no": return false
            default: throw .serialization(Messages.unexpectedToken)
            }
        default:
            throw try wrongType("Boolean", "java.lang.Boolean")
        }
    }

    /// A 32-bit whole number; a fraction is cut off.
    public mutating func integer() throws(DynamoDBError) -> Int {
        try wholeNumber("Integer", "java.lang.Integer", Int(Int32.min)...Int(Int32.max))
    }

    /// A 64-bit whole number; a fraction is cut off.
    public mutating func long() throws(DynamoDBError) -> Int {
        try wholeNumber("Long", "java.lang.Long", Int.min...Int.max)
    }

    private mutating func wholeNumber(
        _ type: StaticString, _ javaClass: StaticString, _ range: ClosedRange<Int>
    ) throws(DynamoDBError) -> Int {
        guard try peekKind() == .number else { throw try wrongType(type, javaClass) }
        let token = try scanNumber()
        var index = 0
        let negative = token[0] == UInt8(ascii: "-")
        if negative { index += 1 }
        var value = 0
        while index < token.count {
            let digit = token[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, overflow2) = tens.addingReportingOverflow(negative ? -Int(digit) : Int(digit))
            guard !overflow, !overflow2 else {
                throw .serialization(Messages.cannotConvert("NUMBER_VALUE", to: type.description))
            }
            value = next
            index += 1
        }
        if index < token.count, token[index...].contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
            throw .serialization(Messages.cannotConvert("DECIMAL_VALUE", to: type.description))
        }
        guard range.contains(value) else {
            throw .serialization(Messages.cannotConvert("NUMBER_VALUE", to: type.description))
        }
        return value
    }

    /// Passes over a number and returns its text.
    mutating func scanNumber() throws(DynamoDBError) -> UnsafeRawBufferPointer {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let whole = skipDigits()
        guard whole > 0 else { throw JSONReader.malformed }
        if whole > 1, bytes[position - whole] == UInt8(ascii: "0") { throw JSONReader.malformed }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            guard skipDigits() > 0 else { throw JSONReader.malformed }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard skipDigits() > 0 else { throw JSONReader.malformed }
        }
        afterValue = true
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") <= 9 { position += 1 }
        return position - start
    }

    /// Passes over `true`, `false` or `null`.
    mutating func literal(_ word: StaticString) throws(DynamoDBError) {
        let count = word.utf8CodeUnitCount
        guard bytes.count - position >= count, memcmp(bytes.baseAddress! + position, word.utf8Start, count) == 0 else {
            throw JSONReader.malformed
        }
        position += count
        afterValue = true
    }

    // MARK: Anything

    /// Passes over a value of any type, checking that it is JSON.
    public mutating func skip() throws(DynamoDBError) {
        var open: [Bool] = []  // For each array or object that is open, whether it is an object.
        repeat {
            switch try peekKind() {
            case .object:
                try openObject()
                open.append(true)
            case .array:
                try openArray()
                open.append(false)
            case .string:
                let scanned = try scanString()
                if !scanned.isPlain { _ = try decode(scanned) }
            case .number:
                _ = try scanNumber()
            case .bool:
                try literal(bytes[position] == UInt8(ascii: "t") ? "true" : "false")
            case .null:
                try literal("null")
            }
            guard open.count <= JSONReader.skippedDepthMax else { throw JSONReader.malformed }
            while let isObject = open.last {
                let more = isObject ? try nextEntry() != nil : try nextElement()
                if more { break }
                open.removeLast()
            }
        } while !open.isEmpty
    }

    /// Passes over a value and returns its bytes in the input.
    public mutating func raw() throws(DynamoDBError) -> UnsafeRawBufferPointer {
        skipSpace()
        let start = position
        try skip()
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }
}

/// The name of a member, compared in place.
public struct JSONKey {
    private let scanned: JSONReader.ScannedString

    @inline(__always)
    init(_ scanned: JSONReader.ScannedString) {
        self.scanned = scanned
    }

    /// The bytes of the name as they stand in the input, when they are the name.
    var plainBytes: UnsafeRawBufferPointer? { scanned.isPlain ? scanned.bytes : nil }

    /// The name.
    public var text: Text {
        if scanned.isPlain { return Text(ascii: scanned.bytes) }
        // It was decoded once when it was read, to see that it can be.
        return (try? scanned.decoded()) ?? ""
    }

    /// Lets a `switch` over a key compare with literals.
    @inline(__always)
    public static func ~= (pattern: StaticString, key: JSONKey) -> Bool {
        guard key.scanned.isPlain else { return key.text.string == pattern.description }
        let bytes = key.scanned.bytes
        return bytes.count == pattern.utf8CodeUnitCount
            && (bytes.isEmpty || memcmp(bytes.baseAddress!, pattern.utf8Start, bytes.count) == 0)
    }
}

/// The escapes of JSON strings.
enum JSONEscapes {
    /// The bytes of a string that has escapes. Half a surrogate pair is refused: it has no UTF-8.
    static func decode(_ text: UnsafeRawBufferPointer) throws(DynamoDBError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                output.append(byte)
                continue
            }
            guard index < text.count else { throw JSONReader.malformed }
            let kind = text[index]
            index += 1
            switch kind {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(kind)
            case UInt8(ascii: "b"): output.append(0x08)
            case UInt8(ascii: "f"): output.append(0x0C)
            case UInt8(ascii: "n"): output.append(0x0A)
            case UInt8(ascii: "r"): output.append(0x0D)
            case UInt8(ascii: "t"): output.append(0x09)
            case UInt8(ascii: "u"):
                let scalar = try unicode(text, &index)
                output.append(contentsOf: String(Character(scalar)).utf8)
            default: throw JSONReader.malformed
            }
        }
        return output
    }

    private static func unicode(_ text: UnsafeRawBufferPointer, _ index: inout Int) throws(DynamoDBError)
        -> Unicode.Scalar
    {
        var value = try hex(text, &index)
        if (0xD800..<0xDC00).contains(value) {
            guard index + 6 <= text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u")
            else {
                throw JSONReader.malformed
            }
            index += 2
            let low = try hex(text, &index)
            guard (0xDC00..<0xE000).contains(low) else { throw JSONReader.malformed }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw JSONReader.malformed }
        return scalar
    }

    private static func hex(_ text: UnsafeRawBufferPointer, _ index: inout Int) throws(DynamoDBError) -> UInt32 {
        guard index + 4 <= text.count else { throw JSONReader.malformed }
        var value: UInt32 = 0
        for byte in text[index..<(index + 4)] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: throw JSONReader.malformed
            }
        }
        index += 4
        return value
    }
}
