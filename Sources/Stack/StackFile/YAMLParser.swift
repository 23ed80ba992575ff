import CYAML

/// A YAML document as a tree of nodes, by libyaml's event parser. What could grow without bound is bounded: the text,
/// the depth, and the nodes after aliases are expanded; an alias inside its own anchor is refused.
struct YAMLParser: ~Copyable {
    /// The limits of a document.
    enum Limit {
        static let bytes = 1 << 20
        static let depth = 32
        static let nodes = 20_000
    }

    private let file: String
    private let interpolate: (String, Int) throws(Failure) -> String
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private var event = yaml_event_t()
    private var nodes = 0
    /// Finished anchors with the number of nodes that an alias to them adds; nil while the anchor is being read.
    private var anchors: [String: (node: YAMLNode, nodes: Int)?] = [:]

    /// The root of the one document in `text`, or nil if there is none. `interpolate` is given every scalar that is not
    /// a key, with its line.
    static func parse(
        _ text: [UInt8], file: String, interpolate: @escaping (String, Int) throws(Failure) -> String
    ) throws(Failure) -> YAMLNode? {
        guard text.count <= Limit.bytes else {
            throw Failure(.configuration, "\(file): the file is larger than 1 MiB; a stack file is a page or two")
        }
        var parser = YAMLParser(file: file, interpolate: interpolate)
        // libyaml keeps the pointer until the parser is deleted, so the text is held for the whole run.
        let result: Result<YAMLNode?, Failure> = text.withUnsafeBufferPointer { bytes in
            do throws(Failure) { return .success(try parser.document(bytes)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private init(file: String, interpolate: @escaping (String, Int) throws(Failure) -> String) {
        self.file = file
        self.interpolate = interpolate
        guard yaml_parser_initialize(parser) == 1 else { fatalError("out of memory") }
    }

    deinit {
        var last = event
        yaml_event_delete(&last)
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    private mutating func document(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> YAMLNode? {
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        try next()
        guard event.type == YAML_STREAM_START_EVENT else { throw malformed("no stream") }
        try next()
        guard event.type == YAML_DOCUMENT_START_EVENT else { return nil }
        try next()
        let root = try node(depth: 0)
        try next()
        guard event.type == YAML_DOCUMENT_END_EVENT else { throw malformed("the document does not end") }
        try next()
        guard event.type == YAML_STREAM_END_EVENT else {
            throw failure(line, "a second document begins here; a stack file holds one, so remove the `---`")
        }
        return root
    }

    /// Reads the node that the current event begins, up to its last event.
    private mutating func node(depth: Int) throws(Failure) -> YAMLNode {
        let line = self.line
        try count(1, at: line)
        guard depth < Limit.depth else {
            throw failure(line, "values are nested more than \(Limit.depth) deep; make the file flatter")
        }
        if event.type == YAML_ALIAS_EVENT { return try alias(at: line) }
        let before = nodes
        let anchor = self.anchor
        if let anchor { anchors[anchor] = .some(nil) }
        let result: YAMLNode
        switch event.type {
        case YAML_SCALAR_EVENT:
            try refuseTag(event.data.scalar.tag, at: line)
            let text = scalarText()
            let plain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
            result = YAMLNode(line: line, value: .scalar(try interpolate(text, line), plain: plain))
        case YAML_SEQUENCE_START_EVENT:
            try refuseTag(event.data.sequence_start.tag, at: line)
            result = YAMLNode(line: line, value: .sequence(try sequence(depth: depth)))
        case YAML_MAPPING_START_EVENT:
            try refuseTag(event.data.mapping_start.tag, at: line)
            result = YAMLNode(line: line, value: .mapping(try mapping(depth: depth)))
        default:
            throw malformed("a value is missing")
        }
        if let anchor { anchors[anchor] = (result, nodes - before + 1) }
        return result
    }

    private mutating func sequence(depth: Int) throws(Failure) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        try next()
        while event.type != YAML_SEQUENCE_END_EVENT {
            elements.append(try node(depth: depth + 1))
            try next()
        }
        return elements
    }

    private mutating func mapping(depth: Int) throws(Failure) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var lines: [String: Int] = [:]
        try next()
        while event.type != YAML_MAPPING_END_EVENT {
            let line = self.line
            guard event.type == YAML_SCALAR_EVENT else {
                throw failure(line, "a key must be a word, not a list, a mapping or an alias")
            }
            try refuseTag(event.data.scalar.tag, at: line)
            let key = scalarText()
            try count(1, at: line)
            if let first = lines.updateValue(line, forKey: key) {
                throw failure(line, "key `\(key)` stands twice in one mapping, first on line \(first); remove one")
            }
            try next()
            entries.append(YAMLNode.Entry(key: key, line: line, value: try node(depth: depth + 1)))
            try next()
        }
        return entries
    }

    private mutating func alias(at line: Int) throws(Failure) -> YAMLNode {
        let name = String(cString: event.data.alias.anchor)
        guard let anchor = anchors[name] else {
            throw failure(line, "alias `*\(name)` has no anchor `&\(name)` above it; add one or write the value out")
        }
        guard let anchor else {
            throw failure(line, "alias `*\(name)` stands inside its own anchor; write the value out")
        }
        try count(anchor.nodes, at: line)
        return anchor.node
    }

    // MARK: Events

    private mutating func next() throws(Failure) {
        yaml_event_delete(&event)
        event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            let problem = parser.pointee.problem.map { String(cString: $0) } ?? "the text cannot be read"
            let isReader = parser.pointee.error == YAML_READER_ERROR
            let line = isReader ? Int(parser.pointee.mark.line) + 1 : Int(parser.pointee.problem_mark.line) + 1
            throw failure(line, "this is not YAML: \(problem); check the indentation and quotes here and just above")
        }
    }

    private var line: Int { Int(event.start_mark.line) + 1 }

    private var anchor: String? {
        let name: UnsafeMutablePointer<yaml_char_t>? =
            switch event.type {
            case YAML_SCALAR_EVENT: event.data.scalar.anchor
            case YAML_SEQUENCE_START_EVENT: event.data.sequence_start.anchor
            case YAML_MAPPING_START_EVENT: event.data.mapping_start.anchor
            default: nil
            }
        return name.map { String(cString: $0) }
    }

    private func scalarText() -> String {
        let scalar = event.data.scalar
        return String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
    }

    private func refuseTag(_ tag: UnsafeMutablePointer<yaml_char_t>?, at line: Int) throws(Failure) {
        guard let tag else { return }
        throw failure(line, "tag `\(String(cString: tag))` means nothing in a stack file; remove it")
    }

    private mutating func count(_ more: Int, at line: Int) throws(Failure) {
        nodes += more
        guard nodes <= Limit.nodes else {
            throw failure(
                line, "the file has more than \(Limit.nodes) values with its aliases written out; make it smaller")
        }
    }

    private func malformed(_ what: String) -> Failure { failure(line, "this is not YAML: \(what)") }

    private func failure(_ line: Int, _ text: String) -> Failure { Failure(.configuration, "\(file):\(line): \(text)") }
}
