/// Reads one mapping of a stack file by key, and refuses what it does not know.
struct MappingReader {
    /// How messages call the file.
    let file: String
    /// How messages call the mapping: `topic order-events`.
    let subject: String
    /// The line it begins on.
    let line: Int
    private let entries: [YAMLNode.Entry]

    /// A mapping whose keys are all among `keys`.
    init(_ node: YAMLNode, _ subject: String, keys: [String], file: String) throws(Failure) {
        self.file = file
        self.subject = subject
        line = node.line
        entries = try Self.entries(of: node, subject, file: file)
        for entry in entries where !keys.contains(entry.key) {
            let ending = Suggestion.ending(
                for: entry.key, in: keys, otherwise: "; its keys are \(keys.joined(separator: ", "))")
            throw Failure(.configuration, "\(file):\(entry.line): unknown key `\(entry.key)` in \(subject)\(ending)")
        }
    }

    /// The entries of a mapping with free keys; nothing at all is an empty mapping.
    static func entries(of node: YAMLNode, _ subject: String, file: String) throws(Failure) -> [YAMLNode.Entry] {
        if node.isNull { return [] }
        guard case .mapping(let entries) = node.value else {
            throw Failure(.configuration, "\(file):\(node.line): \(subject) must be a mapping, not \(node.description)")
        }
        return entries
    }

    /// The value of a key; a key without a value counts as absent.
    func node(_ key: String) -> YAMLNode? {
        entries.first { $0.key == key }.flatMap { $0.value.isNull ? nil : $0.value }
    }

    /// The value of a key that must be there.
    func required(_ key: String) throws(Failure) -> YAMLNode {
        guard let node = node(key) else {
            throw Failure(.configuration, "\(file):\(line): \(subject) has no `\(key)`; add one")
        }
        return node
    }

    /// A text.
    func text(_ key: String) throws(Failure) -> String? {
        guard let node = node(key) else { return nil }
        return try text(node, "`\(key)` of \(subject)")
    }

    /// A text, found elsewhere.
    func text(_ node: YAMLNode, _ what: String) throws(Failure) -> String {
        guard case .scalar(let text, _) = node.value, !text.isEmpty else {
            throw failure(node, "\(what) must be text, not \(node.description)")
        }
        guard !text.utf8.contains(0) else { throw failure(node, "\(what) has a NUL character; remove it") }
        return text
    }

    /// A whole number within bounds.
    func integer(_ key: String, in range: ClosedRange<Int>) throws(Failure) -> Int? {
        guard let node = node(key) else { return nil }
        if case .scalar(let text, _) = node.value, let number = Int(text), range.contains(number) { return number }
        throw failure(
            node,
            "`\(key)` of \(subject) must be a whole number from \(range.lowerBound) to \(range.upperBound), "
                + "not \(node.description)")
    }

    /// A port.
    func port(_ key: String) throws(Failure) -> UInt16? {
        try integer(key, in: 1...65535).map { UInt16($0) }
    }

    /// One of a few words.
    func choice(_ key: String, of words: [String]) throws(Failure) -> String? {
        guard let node = node(key) else { return nil }
        return try choice(node, "`\(key)` of \(subject)", of: words)
    }

    /// One of a few words, found elsewhere.
    func choice(_ node: YAMLNode, _ what: String, of words: [String]) throws(Failure) -> String {
        if case .scalar(let text, _) = node.value, words.contains(text) { return text }
        throw failure(node, "\(what) must be one of \(words.joined(separator: ", ")), not \(node.description)")
    }

    /// A list of texts.
    func texts(_ key: String) throws(Failure) -> [String]? {
        guard let node = node(key) else { return nil }
        guard case .sequence(let elements) = node.value else {
            throw failure(node, "`\(key)` of \(subject) must be a list, not \(node.description)")
        }
        var texts: [String] = []
        for element in elements { texts.append(try text(element, "each of `\(key)` of \(subject)")) }
        return texts
    }

    /// The entries of a mapping with free keys under a key.
    func entries(_ key: String) throws(Failure) -> [YAMLNode.Entry] {
        guard let node = node(key) else { return [] }
        return try Self.entries(of: node, "`\(key)` of \(subject)", file: file)
    }

    /// A failure that stands on a node's line.
    func failure(_ node: YAMLNode, _ message: String) -> Failure {
        Failure(.configuration, "\(file):\(node.line): \(message)")
    }
}
