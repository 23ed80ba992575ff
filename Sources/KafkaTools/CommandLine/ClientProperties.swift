#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The properties of a client, from a file of Java properties and from `key=value` options.
struct ClientProperties: Equatable, Sendable {
    private(set) var values: [String: String] = [:]

    init(_ values: [String: String] = [:]) { self.values = values }

    subscript(name: String) -> String? { values[name] }

    /// A property as a number; nil when it is not set. Throws an exception with Kafka's text when it is no number.
    func number(_ name: String) throws(ToolError) -> Int64? {
        guard let text = values[name] else { return nil }
        guard let number = Int64(text.trimmed) else {
            throw .configuration("Invalid value \(text) for configuration \(name): Not a number of type INT")
        }
        return number
    }

    /// Adds others, which win.
    func merging(_ others: ClientProperties) -> ClientProperties {
        ClientProperties(values.merging(others.values) { $1 })
    }

    /// Reads `key=value` options. A pair without `=` is refused as Kafka refuses it; `key=` is an empty value where `allowsEmpty` says so.
    static func pairs(_ texts: [String], allowsEmpty: Bool = true) throws(ToolError) -> ClientProperties {
        var values: [String: String] = [:]
        for text in texts where !text.isEmpty {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard !parts[0].isEmpty else {
                let all = texts.joined(separator: " ")
                throw .exception(.init(.illegalArgument, "Invalid command line properties: \(all)"))
            }
            guard parts.count == 2, allowsEmpty || !parts[1].isEmpty else {
                throw .exception(.init(.illegalArgument, "Missing value for key \(parts[0])"))
            }
            values[parts[0]] = parts[1]
        }
        return ClientProperties(values)
    }

    /// Reads a file of Java properties. Throws an exception with Java's text when it cannot be read.
    static func file(_ path: String) throws(ToolError) -> ClientProperties {
        guard let bytes = readFile(path) else {
            let reason = String(cString: strerror(errno))
            throw .exception(.init("java.nio.file.NoSuchFileException", "\(path) (\(reason))"))
        }
        return ClientProperties(parse(String(decoding: bytes, as: UTF8.self)))
    }

    /// The lines of a properties file: comments after # and !, pairs at `=`, `:` or a blank, lines that go on after a backslash.
    static func parse(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        var pending = ""
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let content = line.drop { $0 == " " || $0 == "\t" || $0 == "\u{0C}" }
            if pending.isEmpty, content.isEmpty || content.first == "#" || content.first == "!" { continue }
            let slashes = content.reversed().prefix { $0 == "\\" }.count
            if slashes % 2 == 1 {
                pending += content.dropLast()
                continue
            }
            let (key, value) = pair(pending + content)
            pending = ""
            values[key] = value
        }
        if !pending.isEmpty {
            let (key, value) = pair(pending)
            values[key] = value
        }
        return values
    }

    private static func pair(_ line: String) -> (String, String) {
        var key: [Character] = []
        var rest = Substring(line)
        while let next = rest.first, !"=: \t".contains(next) {
            if next == "\\", let unescaped = escaped(&rest) {
                key.append(unescaped)
            } else {
                key.append(next)
                rest.removeFirst()
            }
        }
        rest = rest.drop { $0 == " " || $0 == "\t" }
        if let separator = rest.first, separator == "=" || separator == ":" { rest.removeFirst() }
        rest = rest.drop { $0 == " " || $0 == "\t" }
        var value: [Character] = []
        while let next = rest.first {
            if next == "\\", let unescaped = escaped(&rest) {
                value.append(unescaped)
            } else {
                value.append(next)
                rest.removeFirst()
            }
        }
        return (String(key), String(value))
    }

    /// The character that an escape at the start of `rest` stands for; takes the escape.
    private static func escaped(_ rest: inout Substring) -> Character? {
        rest.removeFirst()
        guard let kind = rest.popFirst() else { return nil }
        switch kind {
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "f": return "\u{0C}"
        case "u":
            let digits = rest.prefix(4)
            guard let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) else { return kind }
            rest.removeFirst(digits.count)
            return Character(scalar)
        default: return kind
        }
    }

    // MARK: - What is not there yet

    /// Refuses settings for SASL and TLS in one sentence: connections are plain, and a password must not go over one unseen.
    func refuseSecurity(of source: String) throws(ToolError) {
        if let text = values["security.protocol"], text.uppercased() != "PLAINTEXT" {
            throw .refused(
                "\(source) sets security.protocol=\(text), and only PLAINTEXT is there yet; take the setting out, "
                    + "or use the tools of Apache Kafka")
        }
        for name in values.keys.sorted() where name.hasPrefix("sasl.") || name.hasPrefix("ssl.") {
            let kind = name.hasPrefix("sasl.") ? "SASL" : "TLS"
            throw .refused(
                "\(source) sets \(name), and \(kind) is not there yet; take the setting out, or use the tools of "
                    + "Apache Kafka")
        }
    }
}

/// The bytes of a file; nil when it cannot be read, with the reason in errno.
func readFile(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &piece, piece.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { return nil }
        if count == 0 { return bytes }
        bytes += piece[..<count]
    }
}

extension StringProtocol {
    /// The text without blanks around it.
    var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
