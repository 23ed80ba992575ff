/// One value of a YAML document, with the line it stands on. Scalars stay text: what they mean is decided by who reads
/// them, so that `no` is not a boolean and `1.10` not a number where a word is wanted.
struct YAMLNode: Sendable {
    /// What kinds of value there are.
    enum Value: Sendable {
        /// Text, and whether it was written without quotes.
        case scalar(String, plain: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    /// One key and its value.
    struct Entry: Sendable {
        let key: String
        let line: Int
        let value: YAMLNode
    }

    /// Line of the document, from 1.
    let line: Int
    let value: Value

    /// How an error calls it.
    var description: String {
        switch value {
        case .scalar("", plain: true): "nothing"
        case .scalar(let text, _): "`\(text.count > 60 ? String(text.prefix(60)) + "..." : text)`"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    /// An empty plain scalar, `~` or `null`: a key without a value.
    var isNull: Bool {
        if case .scalar(let text, plain: true) = value { return text.isEmpty || text == "~" || text == "null" }
        return false
    }
}
