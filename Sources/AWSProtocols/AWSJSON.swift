import DynamoDB

/// AWS's JSON 1.0 protocol: moments are numbers of seconds.
public enum AWSJSON {
    /// Arrays and objects may nest this deep; AWS's own structures stay far below.
    static let depthMax = 32

    /// Reads a request's body; an empty one is an empty structure.
    ///
    /// Throws AWS's SerializationException for anything that is not one value of JSON.
    public static func decode(_ bytes: UnsafeRawBufferPointer) throws(ServiceError) -> Document {
        guard !bytes.isEmpty else { return .structure([]) }
        do throws(DynamoDBError) {
            var reader = JSONReader(bytes)
            let document = try value(&reader, depth: 0)
            try reader.end()
            return document
        } catch {
            throw .malformed(error.message)
        }
    }

    private static func value(_ reader: inout JSONReader, depth: Int) throws(DynamoDBError) -> Document {
        guard depth <= depthMax else { throw .serialization(nil) }
        switch try reader.peekKind() {
        case .object:
            var members: [Document.Member] = []
            try reader.beginRequest()
            while let key = try reader.nextKey() {
                members.append(.init(key.text.string, try value(&reader, depth: depth + 1)))
            }
            return .structure(members)
        case .array:
            var elements: [Document] = []
            try reader.beginList()
            while try reader.nextElement() { elements.append(try value(&reader, depth: depth + 1)) }
            return .list(elements)
        case .string: return .text(try reader.text().string)
        case .bool: return .boolean(try reader.bool())
        case .null:
            try reader.skip()
            return .null
        case .number:
            let digits = String(decoding: try reader.raw(), as: UTF8.self)
            if let number = Int64(digits) { return .integer(number) }
            guard let number = Double(digits), number.isFinite else { throw .serialization(nil) }
            return .double(number)
        }
    }

    /// The bytes of an answer.
    public static func encode(_ document: Document) -> [UInt8] {
        var bytes: [UInt8] = []
        JSONWriter.append(to: &bytes) { append(document, to: &$0) }
        return bytes
    }

    private static func append(_ document: Document, to writer: inout JSONWriter) {
        switch document {
        case .null: writer.null()
        case .boolean(let flag): writer.bool(flag)
        case .integer(let number): writer.integer(Int(number))
        case .double(let number), .timestamp(let number): writer.decimal(number)
        case .text(let text): writer.string(text)
        case .list(let elements):
            writer.beginArray()
            for element in elements { append(element, to: &writer) }
            writer.endArray()
        case .structure(let members):
            writer.beginObject()
            for member in members {
                writer.key(text: Text(member.name))
                append(member.value, to: &writer)
            }
            writer.endObject()
        }
    }
}
