#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// JSON as the checker reads it: a reader of its own, so that a mistake of the engine's is not made twice.
enum JSONText: Equatable {
    struct Member: Equatable {
        let name: String
        let value: JSONText
    }

    case object([Member])
    case array([JSONText])
    case string(String)
    /// As it is written: `true`, `12`.
    case other(String)

    /// Reads the whole of `bytes`; nil when that is not JSON.
    init?(_ bytes: [UInt8]) {
        var position = 0
        guard let value = bytes.withUnsafeBytes({ JSONText.read($0, &position) }) else { return nil }
        self = value
    }

    subscript(_ name: String) -> JSONText? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    var elements: [JSONText] { if case .array(let elements) = self { elements } else { [] } }
    var text: String? {
        switch self {
        case .string(let text), .other(let text): text
        case .object, .array: nil
        }
    }

    private static func read(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> JSONText? {
        guard position < bytes.count else { return nil }
        switch bytes[position] {
        case UInt8(ascii: "{"): return object(bytes, &position)
        case UInt8(ascii: "["): return array(bytes, &position)
        case UInt8(ascii: "\""): return string(bytes, &position).map { .string($0) }
        default:
            let start = position
            while position < bytes.count, !Self.ends.contains(bytes[position]) { position += 1 }
            return .other(String(decoding: bytes[start..<position], as: UTF8.self))
        }
    }

    private static let ends = Array(",]}".utf8)

    private static func object(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> JSONText? {
        var members: [Member] = []
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "}") {
            if bytes[position] == UInt8(ascii: ",") { position += 1 }
            guard let name = string(bytes, &position), position < bytes.count, bytes[position] == UInt8(ascii: ":")
            else { return nil }
            position += 1
            guard let value = read(bytes, &position) else { return nil }
            members.append(Member(name: name, value: value))
        }
        position += 1
        return .object(members)
    }

    private static func array(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> JSONText? {
        var elements: [JSONText] = []
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "]") {
            if bytes[position] == UInt8(ascii: ",") { position += 1 }
            guard let value = read(bytes, &position) else { return nil }
            elements.append(value)
        }
        position += 1
        return .array(elements)
    }

    /// A string without escapes: the simulation writes none.
    private static func string(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> String? {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
        let start = position + 1
        guard start < bytes.count,
            let end = memchr(bytes.baseAddress! + start, Int32(UInt8(ascii: "\"")), bytes.count - start)
        else { return nil }
        let length = UnsafeRawPointer(end) - (bytes.baseAddress! + start)
        position = start + length + 1
        return String(decoding: bytes[start..<start + length], as: UTF8.self)
    }
}

extension JSONText: CustomStringConvertible {
    var description: String {
        switch self {
        case .object(let members): "{" + members.map { "\($0.name):\($0.value)" }.joined(separator: ",") + "}"
        case .array(let elements): "[" + elements.map(\.description).joined(separator: ",") + "]"
        case .string(let text): "\"\(text)\""
        case .other(let text): text
        }
    }
}
