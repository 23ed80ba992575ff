/// How bytes become text: Kafka's own deserializers, by the names of their classes.
enum Deserializer: String, CaseIterable, Sendable {
    case string = "StringDeserializer"
    case byteArray = "ByteArrayDeserializer"
    case bytes = "BytesDeserializer"
    case byteBuffer = "ByteBufferDeserializer"
    case short = "ShortDeserializer"
    case integer = "IntegerDeserializer"
    case long = "LongDeserializer"
    case float = "FloatDeserializer"
    case double = "DoubleDeserializer"
    case uuid = "UUIDDeserializer"
    case void = "VoidDeserializer"

    private static let package = "org.apache.kafka.common.serialization."

    /// The deserializer of a class. Throws a sentence for one that cannot be loaded.
    init(className: String) throws(ToolError) {
        let name = className.hasPrefix(Self.package) ? String(className.dropFirst(Self.package.count)) : ""
        guard let known = Self(rawValue: name) else {
            throw .refused(
                "\(className) is a Java class, which cannot be loaded; take one of those in \(Self.package)*")
        }
        self = known
    }

    /// The text of some bytes. Throws what Kafka's deserializers throw for bytes of a wrong length.
    func text(of bytes: [UInt8]) throws(ToolError) -> [UInt8] {
        func number<Number: FixedWidthInteger>(_: Number.Type) throws(ToolError) -> Number {
            guard bytes.count == MemoryLayout<Number>.size else {
                throw .exception(
                    .init(
                        "org.apache.kafka.common.errors.SerializationException",
                        "Size of data received by \(rawValue) is not \(MemoryLayout<Number>.size)"))
            }
            return bytes.reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
        }
        switch self {
        case .string, .byteArray, .bytes, .byteBuffer, .uuid: return bytes
        case .short: return Array("\(try number(Int16.self))".utf8)
        case .integer: return Array("\(try number(Int32.self))".utf8)
        case .long: return Array("\(try number(Int64.self))".utf8)
        case .float: return Array("\(Float(bitPattern: try number(UInt32.self)))".utf8)
        case .double: return Array("\(Double(bitPattern: try number(UInt64.self)))".utf8)
        case .void: return Array("null".utf8)
        }
    }
}
