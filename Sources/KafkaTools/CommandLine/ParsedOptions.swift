/// A tool's command line, understood: the options that were given, with their values, in order.
package struct ParsedOptions: Sendable {
    private let options: [ToolOption]
    private var given: [String: [String]] = [:]
    /// The options that were given, in order; one that was given again stands again.
    private(set) var order: [String] = []
    /// The words as they came.
    let words: [String]

    /// Understands a command line as jopt-simple does, which Kafka's tools use: `--name value`, `--name=value` or `-name value`, no
    /// abbreviations; `--` ends the options, and words that are no options are passed over.
    ///
    /// Throws `ToolError.usage` with jopt-simple's text for an unknown option, a missing value and a value of the wrong type.
    package init(_ words: [String], _ options: [ToolOption]) throws(ToolError) {
        self.options = options
        self.words = words
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" { break }
            guard word.hasPrefix("-"), word != "-" else { continue }
            let isLong = word.hasPrefix("--")
            let parts = word.drop { $0 == "-" }.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts.first.map(String.init) ?? ""
            guard let option = options.first(where: { $0.name == name }) else {
                throw .usage("\(isLong ? name : String(name.prefix(1))) is not a recognized option")
            }
            order.append(option.name)
            try take(option, parts.count == 2 ? String(parts[1]) : nil, &rest)
        }
    }

    private mutating func take(
        _ option: ToolOption, _ attached: String?, _ rest: inout ArraySlice<String>
    ) throws(ToolError) {
        switch option.argument {
        case .none: given[option.name, default: []] = []
        case .required(let type, _):
            guard let value = attached ?? rest.popFirst() else {
                throw .usage("Option \(option.name) requires an argument")
            }
            try add(value, of: type, to: option)
        case .optional(let type, _):
            if let attached {
                try add(attached, of: type, to: option)
            } else if let next = rest.first, !next.hasPrefix("-") {
                rest.removeFirst()
                try add(next, of: type, to: option)
            } else {
                given[option.name, default: []] = []
            }
        }
    }

    private mutating func add(
        _ value: String, of type: ToolOption.ValueType, to option: ToolOption
    ) throws(ToolError) {
        let isSound =
            switch type {
            case .string: true
            case .integer: Int32(value) != nil
            case .long: Int64(value) != nil
            }
        guard isSound else { throw .usage("Cannot parse argument '\(value)' of option \(option.name)") }
        given[option.name, default: []].append(value)
    }

    /// Whether an option was given.
    func has(_ name: String) -> Bool { given[name] != nil }

    /// All values of an option that may be given more than once.
    func values(_ name: String) -> [String] { given[name] ?? [] }

    /// The value of an option, or its default; nil when there is neither.
    ///
    /// Throws `ToolError.usage` when it was given more than once.
    func value(_ name: String) throws(ToolError) -> String? {
        let values = values(name)
        guard values.count <= 1 else {
            throw .usage("Found multiple arguments for option \(name), but you asked for only one")
        }
        return values.first ?? options.first { $0.name == name }?.defaultValue
    }

    /// The value of an option that is a number, which the parser has checked.
    func number(_ name: String) throws(ToolError) -> Int64? { try value(name).flatMap { Int64($0) } }

    // MARK: - What goes together

    /// Requires options. Throws `ToolError.usage` for the first that is missing.
    func require(_ names: String...) throws(ToolError) {
        for name in names where !has(name) { throw .usage("Missing required argument \"[\(name)]\"") }
    }

    /// Refuses `name` together with any of `others`.
    func refuse(_ name: String, with others: [String]) throws(ToolError) {
        guard has(name) else { return }
        for other in others where has(other) {
            throw .usage("Option \"[\(name)]\" can't be used with option \"[\(other)]\"")
        }
    }
}
