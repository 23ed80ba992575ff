/// Where a line of help may be broken, by the rules that Java's line breaking has for Latin text.
///
/// A piece is: opening brackets, then a number or a run of other characters, then dashes or closing punctuation, then blanks. So "--create"
/// breaks after its dashes, "server(s)" before its bracket, and "localhost:9092" after its colon.
enum LineBreaks {
    private enum Kind {
        case blank, mandatory, dash, opening, closing, character
    }

    private static func kind(_ character: Character) -> Kind {
        switch character {
        case " ": .blank
        case "\t": .mandatory
        case "-": .dash
        case "(", "[", "{", "\"": .opening
        case ")", "]", "}", "!", "%", ".", ",", ":", ";", "?": .closing
        default: .character
        }
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    /// The pieces of a line, in order; together they are the line.
    static func pieces(of line: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = Substring(line)
        while !rest.isEmpty {
            let end = endOfPiece(rest)
            pieces.append(rest[..<end])
            rest = rest[end...]
        }
        return pieces
    }

    private static func endOfPiece(_ text: Substring) -> Substring.Index {
        func skip(_ index: inout Substring.Index, while isMeant: (Character) -> Bool) {
            while index < text.endIndex, isMeant(text[index]) { index = text.index(after: index) }
        }
        var index = text.startIndex
        if kind(text[index]) == .mandatory { return text.index(after: index) }
        if let number = endOfNumber(text) {
            index = number
        } else {
            // An apostrophe may open, too.
            skip(&index) { kind($0) == .opening || $0 == "'" }
            skip(&index) { kind($0) == .character }
        }
        let suffix = index
        skip(&index) { kind($0) == .dash }
        // A quotation mark or an apostrophe closes as well as it opens.
        if index == suffix { skip(&index) { kind($0) == .closing || $0 == "\"" || $0 == "'" } }
        skip(&index) { kind($0) == .blank }
        // What no rule takes stands alone.
        return index == text.startIndex ? text.index(after: index) : index
    }

    /// The end of a number at the start of a text, which is the longest match: brackets and dashes, digits, and single points and commas
    /// between digits; nil when there is none, or other characters go on after the digits.
    private static func endOfNumber(_ text: Substring) -> Substring.Index? {
        var index = text.startIndex
        while index < text.endIndex, [.opening, .dash].contains(kind(text[index])) { index = text.index(after: index) }
        guard index < text.endIndex, isDigit(text[index]) else { return nil }
        let digits = index
        while index < text.endIndex {
            if isDigit(text[index]) {
                index = text.index(after: index)
            } else if text[index] == "." || text[index] == ",", case let next = text.index(after: index),
                next < text.endIndex, isDigit(text[next])
            {
                index = next
            } else {
                break
            }
        }
        // "9092abc" is a run of characters, unless a dash before it makes only the number match.
        let hasDash = text[..<digits].contains("-")
        if !hasDash, index < text.endIndex, kind(text[index]) == .character { return nil }
        return index
    }
}
