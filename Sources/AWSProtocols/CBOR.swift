/// CBOR (RFC 8949), as far as Smithy's RPC v2 protocol goes: it has no byte strings in what is served here, which read as nothing.
public enum CBOR {
    /// Lists and maps may nest this deep; AWS's own structures stay far below.
    static let depthMax = 32

    /// Reads a request's body; an empty one is an empty structure.
    ///
    /// Throws AWS's SerializationException for anything that is not one item of CBOR, whole and well-formed.
    public static func decode(_ bytes: UnsafeRawBufferPointer) throws(ServiceError) -> Document {
        guard !bytes.isEmpty else { return .structure([]) }
        var reader = CBORReader(bytes)
        let document = try reader.item(depth: 0)
        guard reader.isAtEnd else { throw CBORReader.malformed }
        return document
    }

    /// The bytes of an answer: lists and maps without a length in front, as AWS writes them.
    public static func encode(_ document: Document) -> [UInt8] {
        var bytes: [UInt8] = []
        append(document, to: &bytes)
        return bytes
    }

    private static func append(_ document: Document, to bytes: inout [UInt8]) {
        switch document {
        case .null: bytes.append(0xF6)
        case .boolean(let flag): bytes.append(flag ? 0xF5 : 0xF4)
        case .integer(let number) where number >= 0: appendHead(.unsigned, UInt64(number), to: &bytes)
        case .integer(let number): appendHead(.negative, UInt64(bitPattern: ~number), to: &bytes)
        case .double(let number): append(number, to: &bytes)
        case .timestamp(let seconds):
            appendHead(.tag, 1, to: &bytes)
            append(seconds, to: &bytes)
        case .text(let text):
            appendHead(.text, UInt64(text.utf8.count), to: &bytes)
            bytes += text.utf8
        case .list(let elements):
            bytes.append(0x9F)
            for element in elements { append(element, to: &bytes) }
            bytes.append(0xFF)
        case .structure(let members):
            bytes.append(0xBF)
            for member in members {
                append(.text(member.name), to: &bytes)
                append(member.value, to: &bytes)
            }
            bytes.append(0xFF)
        }
    }

    private static func append(_ number: Double, to bytes: inout [UInt8]) {
        bytes.append(0xFB)
        withUnsafeBytes(of: number.bitPattern.bigEndian) { bytes += $0 }
    }

    private static func appendHead(_ type: MajorType, _ argument: UInt64, to bytes: inout [UInt8]) {
        let top = type.rawValue << 5
        switch argument {
        case ..<24: bytes.append(top | UInt8(argument))
        case ...0xFF: bytes += [top | 24, UInt8(argument)]
        case ...0xFFFF:
            bytes.append(top | 25)
            withUnsafeBytes(of: UInt16(argument).bigEndian) { bytes += $0 }
        case ...0xFFFF_FFFF:
            bytes.append(top | 26)
            withUnsafeBytes(of: UInt32(argument).bigEndian) { bytes += $0 }
        default:
            bytes.append(top | 27)
            withUnsafeBytes(of: argument.bigEndian) { bytes += $0 }
        }
    }

    /// The kind of an item: the first three bits.
    enum MajorType: UInt8 {
        case unsigned, negative, bytes, text, list, map, tag, simple
    }
}

/// Reads items in place. What an item says of its length is only believed as far as there are bytes.
private struct CBORReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    static let malformed = ServiceError.malformed(nil)

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func item(depth: Int) throws(ServiceError) -> Document {
        guard depth <= CBOR.depthMax else { throw Self.malformed }
        let (type, information) = try head()
        switch type {
        case .unsigned:
            let number = try argument(information)
            return Int64(exactly: number).map { .integer($0) } ?? .double(Double(number))
        case .negative:
            let number = try argument(information)
            return Int64(exactly: number).map { .integer(~$0) } ?? .double(-1 - Double(number))
        case .bytes:
            _ = try string(type, information)
            return .null
        case .text:
            let content = try string(type, information)
            guard let text = String(validating: content, as: UTF8.self) else { throw Self.malformed }
            return .text(text)
        case .list: return .list(try list(information, depth))
        case .map: return .structure(try map(information, depth))
        case .tag:
            let tag = try argument(information)
            let value = try item(depth: depth + 1)
            return tag == 1 ? try Self.moment(value) : value
        case .simple: return try simple(information)
        }
    }

    private mutating func byte() throws(ServiceError) -> UInt8 {
        guard position < bytes.count else { throw Self.malformed }
        position += 1
        return bytes[position - 1]
    }

    private mutating func head() throws(ServiceError) -> (CBOR.MajorType, UInt8) {
        let byte = try byte()
        return (CBOR.MajorType(rawValue: byte >> 5)!, byte & 31)
    }

    /// The number in an item's head.
    private mutating func argument(_ information: UInt8) throws(ServiceError) -> UInt64 {
        guard information >= 24 else { return UInt64(information) }
        guard information < 28 else { throw Self.malformed }
        var value: UInt64 = 0
        for _ in 0..<(1 << (information - 24)) { value = value << 8 | UInt64(try byte()) }
        return value
    }

    /// Whether the next byte ends what has no length in front; it is then passed.
    private mutating func isBreak() throws(ServiceError) -> Bool {
        guard position < bytes.count else { throw Self.malformed }
        guard bytes[position] == 0xFF else { return false }
        position += 1
        return true
    }

    private mutating func string(_ type: CBOR.MajorType, _ information: UInt8) throws(ServiceError) -> [UInt8] {
        guard information == 31 else {
            let count = try argument(information)
            guard count <= UInt64(bytes.count - position) else { throw Self.malformed }
            position += Int(count)
            return Array(bytes[(position - Int(count))..<position])
        }
        // In pieces, each a string with a length.
        var whole: [UInt8] = []
        while try !isBreak() {
            let (pieceType, piece) = try head()
            guard pieceType == type, piece != 31 else { throw Self.malformed }
            whole += try string(type, piece)
        }
        return whole
    }

    private mutating func list(_ information: UInt8, _ depth: Int) throws(ServiceError) -> [Document] {
        var elements: [Document] = []
        if information == 31 {
            while try !isBreak() { elements.append(try item(depth: depth + 1)) }
            return elements
        }
        var left = try argument(information)
        while left > 0 {
            elements.append(try item(depth: depth + 1))
            left -= 1
        }
        return elements
    }

    private mutating func map(_ information: UInt8, _ depth: Int) throws(ServiceError) -> [Document.Member] {
        var members: [Document.Member] = []
        if information == 31 {
            while try !isBreak() { members.append(try member(depth)) }
            return members
        }
        var left = try argument(information)
        while left > 0 {
            members.append(try member(depth))
            left -= 1
        }
        return members
    }

    private mutating func member(_ depth: Int) throws(ServiceError) -> Document.Member {
        guard case .text(let name) = try item(depth: depth + 1) else { throw Self.malformed }
        return .init(name, try item(depth: depth + 1))
    }

    private static func moment(_ value: Document) throws(ServiceError) -> Document {
        switch value {
        case .integer(let seconds): return .timestamp(Double(seconds))
        case .double(let seconds): return .timestamp(seconds)
        default: throw malformed
        }
    }

    private mutating func simple(_ information: UInt8) throws(ServiceError) -> Document {
        switch information {
        case 20: return .boolean(false)
        case 21: return .boolean(true)
        case 22, 23: return .null
        case 25: return .double(Self.half(UInt16(try argument(25))))
        case 26: return .double(Double(Float(bitPattern: UInt32(try argument(26)))))
        case 27: return .double(Double(bitPattern: try argument(27)))
        default: throw Self.malformed
        }
    }

    /// A number of half precision: a sign, five bits of exponent, ten of fraction.
    private static func half(_ bits: UInt16) -> Double {
        let fraction = Double(bits & 0x3FF) / 1024
        let exponent = Int(bits >> 10 & 31)
        let value: Double =
            switch exponent {
            case 0: fraction / 16_384
            case 31: fraction == 0 ? .infinity : .nan
            default: Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
            }
        return bits >> 15 == 0 ? value : -value
    }
}
