/// An answer of AWS's query protocol: XML, indented as AWS's is.
public enum QueryResponse {
    /// The namespace of the errors of AWS's front.
    static let frontNamespace = "http://webservices.amazon.com/AWSFault/2005-15-09"

    /// The bytes of an action's answer.
    public static func bytes(_ result: Document, action: String, namespace: String, requestID: String) -> [UInt8] {
        var writer = XMLWriter()
        writer.open(action + "Response", namespace: namespace)
        writer.write(result, as: action + "Result")
        writer.open("ResponseMetadata")
        writer.write(.text(requestID), as: "RequestId")
        writer.close("ResponseMetadata")
        writer.close(action + "Response")
        return writer.bytes
    }

    /// The bytes of an error.
    public static func bytes(_ error: ServiceError, namespace: String, requestID: String) -> [UInt8] {
        var writer = XMLWriter()
        writer.open("ErrorResponse", namespace: error.isOfFront ? frontNamespace : namespace)
        writer.open("Error")
        writer.write(.text(error.fault), as: "Type")
        writer.write(.text(error.code), as: "Code")
        if let message = error.message { writer.write(.text(message), as: "Message") }
        writer.close("Error")
        writer.write(.text(requestID), as: "RequestId")
        writer.close("ErrorResponse")
        return writer.bytes
    }
}

/// Writes documents as XML, two spaces a level.
struct XMLWriter {
    private(set) var bytes: [UInt8] = []
    private var depth = 0

    /// Begins an element that has others in it.
    mutating func open(_ name: String, namespace: String? = nil) {
        indent()
        append("<" + name)
        if let namespace { append(" xmlns=\"" + namespace + "\"") }
        append(">\n")
        depth += 1
    }

    /// Ends it.
    mutating func close(_ name: String) {
        depth -= 1
        indent()
        append("</" + name + ">\n")
    }

    /// Writes an element. Lists are elements named `member`; what is empty has no end tag of its own.
    mutating func write(_ value: Document, as name: String) {
        switch value {
        case .structure(let members):
            guard !members.isEmpty else { return writeEmpty(name) }
            open(name)
            for member in members { write(member.value, as: member.name) }
            close(name)
        case .list(let elements):
            guard !elements.isEmpty else { return writeEmpty(name) }
            open(name)
            for element in elements { write(element, as: "member") }
            close(name)
        case .null: break
        case .boolean(let flag): writeText(flag ? "true" : "false", as: name)
        case .integer(let number): writeText(String(number), as: name)
        case .double(let number): writeText(number.description, as: name)
        case .timestamp(let seconds): writeText(Timestamp.format(seconds), as: name)
        case .text(let text): writeText(text, as: name)
        }
    }

    private mutating func writeEmpty(_ name: String) {
        indent()
        append("<" + name + "/>\n")
    }

    private mutating func writeText(_ text: String, as name: String) {
        indent()
        append("<" + name + ">")
        for scalar in text.unicodeScalars { append(scalar) }
        append("</" + name + ">\n")
    }

    /// What XML 1.0 does not have at all becomes the replacement character.
    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "&": append("&amp;")
        case "<": append("&lt;")
        case ">": append("&gt;")
        case "\"": append("&quot;")
        case "\r": append("&#xD;")
        case "\t", "\n": bytes.append(UInt8(scalar.value))
        case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": append("\u{FFFD}")
        default: append(String(Character(scalar)))
        }
    }

    private mutating func indent() {
        for _ in 0..<depth { append("  ") }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
