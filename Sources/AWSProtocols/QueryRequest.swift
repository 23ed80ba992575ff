/// A request of AWS's query protocol: a form, or the query of a URL, whose names are paths into the request's structure
/// (`Dimensions.member.1.Name=TableName`).
public struct QueryRequest: Sendable {
    /// The member `Action`; empty when there is none.
    public let action: String
    /// The member `Version`; empty when there is none.
    public let version: String
    /// The structure.
    public let document: Document

    /// A path may be this deep; AWS's own structures stay far below.
    static let depthMax = 16

    /// Reads a form.
    ///
    /// Throws when a path is too deep.
    public init(_ form: some Collection<UInt8>) throws(ServiceError) {
        let root = Node()
        for pair in form.split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = FormEncoding.decode(pair[..<end])
            let value = end < pair.endIndex ? FormEncoding.decode(pair[pair.index(after: end)...]) : ""
            let path = name.split(separator: ".", omittingEmptySubsequences: false)
            guard path.count <= Self.depthMax else { throw .malformed("The parameter \(name) is nested too deep") }
            var node = root
            for step in path { node = node.child(String(step)) }
            node.text = value
        }
        action = root.children["Action"]?.text ?? ""
        version = root.children["Version"]?.text ?? ""
        document = root.structure
    }

    /// Whether a form names an action, as every request of this protocol does.
    public static func isOne(_ form: some Collection<UInt8>) -> Bool {
        form.split(separator: UInt8(ascii: "&")).contains { $0.starts(with: "Action=".utf8) }
    }

    /// What has been read of one path.
    private final class Node {
        var text: String?
        private(set) var children: [String: Node] = [:]
        private var names: [String] = []

        func child(_ name: String) -> Node {
            if let child = children[name] { return child }
            let child = Node()
            children[name] = child
            names.append(name)
            return child
        }

        var structure: Document {
            .structure(names.map { Document.Member($0, children[$0]!.document) })
        }

        /// A list's elements are numbered, below `member`. Whatever the numbers are, they are only an order.
        private var document: Document {
            if names.isEmpty { return .text(text ?? "") }
            guard names == ["member"], let members = children["member"] else { return structure }
            let numbered = members.names.compactMap { name in Int(name).map { ($0, members.children[name]!) } }
            guard numbered.count == members.names.count else { return structure }
            return .list(numbered.sorted { $0.0 < $1.0 }.map(\.1.document))
        }
    }
}

/// The encoding of forms and of a URL's query.
enum FormEncoding {
    /// Decodes `%XX` and `+`; what is not two hexadecimal digits stays as it is.
    static func decode(_ bytes: some Collection<UInt8>) -> String {
        var decoded: [UInt8] = []
        var rest = Array(bytes)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let high = digit(rest[rest.startIndex]),
                let low = digit(rest[rest.startIndex + 1])
            {
                decoded.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        if byte &- 0x30 < 10 { return byte - 0x30 }
        let lower = byte | 0x20
        return lower &- 0x61 < 6 ? lower - 0x61 + 10 : nil
    }
}
