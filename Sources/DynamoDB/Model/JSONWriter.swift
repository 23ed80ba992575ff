/// Writes JSON as DynamoDB answers it: compact, UTF-8, commas where they belong.
///
/// The caller keeps keys and values in turn; nothing checks that.
public struct JSONWriter {
    /// What has been written.
    public private(set) var bytes: [UInt8]
    private var needsComma = false

    /// Begins after `bytes`, whose storage is taken over.
    public init(_ bytes: consuming [UInt8] = []) {
        self.bytes = bytes
    }

    /// Lets `body` write at the end of `output`, without copying what is there.
    @inline(__always)
    public static func append(to output: inout [UInt8], _ body: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        swap(&writer.bytes, &output)
        body(&writer)
        swap(&writer.bytes, &output)
    }

    @inline(__always)
    private mutating func beginValue() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// Notes that what was there before ends with a value.
    mutating func endValue() { needsComma = true }

    /// Opens an object.
    public mutating func beginObject() {
        beginValue()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
    }

    /// Closes an object.
    public mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Opens an array.
    public mutating func beginArray() {
        beginValue()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
    }

    /// Closes an array.
    public mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Writes the name of the next member. It needs no escape.
    @inline(__always)
    public mutating func key(_ name: StaticString) {
        beginValue()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes the name of the next member.
    public mutating func key(text name: Text) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string.
    public mutating func string(_ text: Text) {
        beginValue()
        bytes.append(UInt8(ascii: "\""))
        text.withBytes { appendEscaped($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a string.
    public mutating func string(_ string: String) {
        self.string(Text(string))
    }

    /// Writes a string of constant text that needs no escape.
    public mutating func string(constant text: StaticString) {
        beginValue()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a whole number.
    public mutating func integer(_ value: Int) {
        beginValue()
        Number(value).append(to: &bytes)
    }

    /// Writes a decimal number with at least one digit after the point, as AWS does for capacity units: 1.0, 0.5.
    public mutating func decimal(_ value: Double) {
        beginValue()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Writes a boolean.
    public mutating func bool(_ value: Bool) {
        beginValue()
        append(constant: value ? "true" : "false")
    }

    /// Writes `null`.
    public mutating func null() {
        beginValue()
        append(constant: "null")
    }

    /// Writes a value that is JSON already, such as a stored item.
    public mutating func raw(_ json: UnsafeRawBufferPointer) {
        beginValue()
        bytes.append(contentsOf: json)
    }

    /// Writes a value that is JSON already.
    public mutating func raw(_ json: [UInt8]) {
        beginValue()
        bytes.append(contentsOf: json)
    }

    @inline(__always)
    private mutating func append(constant text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func appendEscaped(_ text: UnsafeRawBufferPointer) {
        var start = 0
        while true {
            let stop = JSONWriter.firstEscaped(text, from: start)
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<stop]))
            guard stop < text.count else { return }
            appendEscape(text[stop])
            start = stop + 1
        }
    }

    /// Where the first byte is that may not stand in a string as it is, or the end.
    private static func firstEscaped(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        let ones: UInt64 = 0x0101_0101_0101_0101
        while index + 8 <= text.count {
            let word = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let quotes = word ^ (ones &* 0x22)
            let slashes = word ^ (ones &* 0x5C)
            let stops =
                ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes) | ((word &- ones &* 0x20) & ~word)
            guard stops & (ones &* 0x80) == 0 else { break }
            index += 8
        }
        while index < text.count {
            let byte = text[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
            index += 1
        }
        return index
    }

    private mutating func appendEscape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            append(constant: "u00")
            let hex = StaticString("0123456789ABCDEF")
            bytes.append(hex.utf8Start[Int(byte >> 4)])
            bytes.append(hex.utf8Start[Int(byte & 15)])
        }
    }
}

extension JSONWriter {
    /// Writes attributes as an object, by ascending name: the canonical form in which items are stored.
    public mutating func item(_ item: AttributeMap) {
        beginObject()
        for entry in item.entries {
            key(text: entry.name)
            attributeValue(entry.value)
        }
        endObject()
    }

    /// Writes a value in DynamoDB's form, `{"S":"a"}`.
    public mutating func attributeValue(_ value: AttributeValue) {
        beginValue()
        needsComma = false
        switch value {
        case .s(let text):
            append(constant: "{\"S\":")
            string(text)
        case .n(let number):
            append(constant: "{\"N\":")
            self.number(number)
        case .b(let bytes):
            append(constant: "{\"B\":")
            binary(bytes)
        case .bool(let flag): append(constant: flag ? "{\"BOOL\":true" : "{\"BOOL\":false")
        case .null: append(constant: "{\"NULL\":true")
        case .ss(let texts):
            append(constant: "{\"SS\":")
            beginArray()
            for text in texts { string(text) }
            endArray()
        case .ns(let numbers):
            append(constant: "{\"NS\":")
            beginArray()
            for number in numbers { self.number(number) }
            endArray()
        case .bs(let all):
            append(constant: "{\"BS\":")
            beginArray()
            for bytes in all { binary(bytes) }
            endArray()
        case .l(let values):
            append(constant: "{\"L\":")
            beginArray()
            for value in values { attributeValue(value) }
            endArray()
        case .m(let map):
            append(constant: "{\"M\":")
            item(map)
        }
        endObject()
    }

    /// Writes a number as DynamoDB's string.
    private mutating func number(_ number: Number) {
        beginValue()
        bytes.append(UInt8(ascii: "\""))
        number.append(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func binary(_ value: Bytes) {
        beginValue()
        bytes.append(UInt8(ascii: "\""))
        Base64.encode(value.array, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}
