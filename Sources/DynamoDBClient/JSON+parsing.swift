/// Why a text is no JSON, and where.
public struct JSONError: Error, Equatable, CustomStringConvertible, Sendable {
    /// What was wrong.
    public let reason: String
    /// The byte at which it was seen, from 0.
    public let offset: Int

    /// One sentence.
    public var description: String { "\(reason) at byte \(offset)" }
}

extension JSON {
    /// Reads one JSON text (RFC 8259), whole.
    /// - Parameter depthMax: how deep arrays and objects may nest.
    /// - Throws: what is wrong and where, for anything that is not exactly one JSON value of valid UTF-8.
    public init(parsing bytes: [UInt8], depthMax: Int = 128) throws(JSONError) {
        var parser = Parser(bytes: bytes, depthMax: depthMax)
        parser.skipBlanks()
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.position == bytes.count else { throw parser.error("unexpected text after the value") }
        self = value
    }

    /// Reads one JSON text, whole; see ``init(parsing:depthMax:)-([UInt8],_)``.
    public init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }
}

private struct Parser {
    let bytes: [UInt8]
    let depthMax: Int
    var position = 0

    func error(_ reason: String) -> JSONError { JSONError(reason: reason, offset: position) }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard let byte = next else { throw error("unexpected end") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("unexpected character")
        }
    }

    mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count,
            bytes[position..<position + count].elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: count))
        else { throw error("unexpected word") }
        position += count
        return value
    }

    mutating func object(depth: Int) throws(JSONError) -> JSON {
        guard depth < depthMax else { throw error("nested too deeply") }
        var members: [JSON.Member] = []
        position += 1
        skipBlanks()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        while true {
            guard next == UInt8(ascii: "\"") else { throw error("expected a member's name") }
            let name = try string()
            skipBlanks()
            guard next == UInt8(ascii: ":") else { throw error("expected ':'") }
            position += 1
            skipBlanks()
            members.append(JSON.Member(name, try value(depth: depth + 1)))
            skipBlanks()
            switch next {
            case UInt8(ascii: ","):
                position += 1
                skipBlanks()
            case UInt8(ascii: "}"):
                position += 1
                return .object(members)
            default: throw error("expected ',' or '}'")
            }
        }
    }

    mutating func array(depth: Int) throws(JSONError) -> JSON {
        guard depth < depthMax else { throw error("nested too deeply") }
        var elements: [JSON] = []
        position += 1
        skipBlanks()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
            switch next {
            case UInt8(ascii: ","):
                position += 1
                skipBlanks()
            case UInt8(ascii: "]"):
                position += 1
                return .array(elements)
            default: throw error("expected ',' or ']'")
            }
        }
    }

    mutating func number() throws(JSONError) -> JSON {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits()
        }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    mutating func digits() throws(JSONError) {
        let start = position
        while let byte = next, byte >= 0x30, byte <= 0x39 { position += 1 }
        guard position > start else { throw error("expected a digit") }
    }

    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        var unescaped: [UInt8]?
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                let text =
                    unescaped.map { String(validating: $0, as: UTF8.self) }
                    ?? String(validating: bytes[start..<position], as: UTF8.self)
                guard let text else { throw error("a string that is not UTF-8") }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                if unescaped == nil { unescaped = Array(bytes[start..<position]) }
                position += 1
                unescaped? += try escape()
            case 0..<0x20: throw error("a control character in a string")
            default:
                unescaped?.append(byte)
                position += 1
            }
        }
        throw error("a string without end")
    }

    mutating func escape() throws(JSONError) -> [UInt8] {
        guard let byte = next else { throw error("unexpected end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var code = UInt32(try hexadecimal())
            if code >= 0xD800, code < 0xDC00, next == UInt8(ascii: "\\"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "u")
            {
                position += 2
                let low = UInt32(try hexadecimal())
                guard low >= 0xDC00, low < 0xE000 else { throw error("half of a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair") }
            return Array(String(Character(scalar)).utf8)
        default: throw error("an unknown escape")
        }
    }

    mutating func hexadecimal() throws(JSONError) -> UInt16 {
        guard position + 4 <= bytes.count else { throw error("unexpected end") }
        var value: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt16(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt16(byte - 0x41 + 10)
            case 0x61...0x66: value = value << 4 | UInt16(byte - 0x61 + 10)
            default: throw error("expected four hexadecimal digits")
            }
        }
        position += 4
        return value
    }
}
