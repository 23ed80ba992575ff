/// The help of a tool: two columns, wrapped and padded as Kafka's tools print them (jopt-simple's formatter for 80 characters).
enum HelpTable {
    private static let overallWidth = 80
    private static let separatorWidth = 2
    /// Lines after the first of a paragraph begin with these blanks.
    private static let indent = "  "

    /// The table of options, by name, with a newline after each row.
    static func text(of options: [ToolOption]) -> String {
        let listed = options.filter(\.isListed).sorted { $0.name < $1.name }
        let rows =
            [(option: "Option", description: "Description"), (option: "------", description: "-----------")]
            + listed.map { (option: synopsis(of: $0), description: description(of: $0)) }
        let width = (overallWidth - separatorWidth) / 2
        var lines: [(option: String, description: String)] = []
        for row in rows {
            let left = wrapped(row.option, to: width)
            let right = wrapped(row.description, to: width)
            for index in 0..<max(left.count, right.count) {
                lines.append(
                    (index < left.count ? left[index] : "", index < right.count ? right[index] : ""))
            }
        }
        // A column is as wide as its widest line.
        let leftWidth = lines.map(\.option.count).max() ?? 0
        let rightWidth = lines.map(\.description.count).max() ?? 0
        return lines.map {
            $0.option.padded(to: leftWidth + separatorWidth) + $0.description.padded(to: rightWidth) + "\n"
        }.joined()
    }

    private static func synopsis(of option: ToolOption) -> String {
        func named(_ type: ToolOption.ValueType, _ description: String?) -> String {
            description.map { "\(type.rawValue): \($0)" } ?? type.rawValue
        }
        switch option.argument {
        case .none: return "--\(option.name)"
        case .required(let type, let description): return "--\(option.name) <\(named(type, description))>"
        case .optional(let type, let description): return "--\(option.name) [\(named(type, description))]"
        }
    }

    private static func description(of option: ToolOption) -> String {
        guard let value = option.defaultValue else { return option.help }
        return option.help + " (default: \(value))"
    }

    /// The lines of a text, none wider than `width` where it can be broken.
    static func wrapped(_ text: String, to width: Int) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph -> [String] in
            var lines: [String] = []
            var line = ""
            for piece in LineBreaks.pieces(of: String(paragraph)) {
                if line.count + piece.count > width {
                    lines.append(line.droppingTrailingBlanks)
                    line = indent + piece
                } else {
                    line += piece
                }
            }
            if !line.isEmpty { lines.append(line) }
            return lines
        }
    }
}

extension String {
    /// The text with blanks behind it, at least `width` characters.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    var droppingTrailingBlanks: String {
        var rest = Substring(self)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
