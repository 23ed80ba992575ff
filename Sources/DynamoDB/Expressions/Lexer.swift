/// A word, sign or placeholder of an expression.
struct Token: Equatable {
    enum Kind: Equatable {
        /// A letter and then letters, digits and underscores: an attribute, a function, a keyword.
        case identifier
        /// `#` and at least one letter, digit or underscore.
        case namePlaceholder
        /// `:` and at least one letter, digit or underscore.
        case valuePlaceholder
        case number
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
        case plus, minus
        case leftParenthesis, rightParenthesis, leftBracket, rightBracket
        case comma, dot
        /// A character that begins nothing.
        case unknown
        case end
    }

    let kind: Kind
    /// Where it begins, in bytes.
    let start: Int
    /// Where it ends.
    let end: Int
}

/// Cuts an expression into tokens.
enum Lexer {
    /// The tokens, the last of which is `end`.
    static func tokens(_ bytes: UnsafeRawBufferPointer) -> [Token] {
        var tokens: [Token] = []
        tokens.reserveCapacity(bytes.count / 4 + 2)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
                index += 1
                continue
            }
            let token = Lexer.token(bytes, at: index)
            tokens.append(token)
            index = token.end
        }
        tokens.append(Token(kind: .end, start: bytes.count, end: bytes.count))
        return tokens
    }

    private static func token(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Token {
        func make(_ kind: Token.Kind, _ length: Int) -> Token {
            Token(kind: kind, start: start, end: start + length)
        }
        func follows(_ character: Unicode.Scalar) -> Bool {
            start + 1 < bytes.count && bytes[start + 1] == UInt8(ascii: character)
        }
        switch bytes[start] {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            return make(.identifier, run(bytes, from: start, isPart))
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return make(.number, run(bytes, from: start) { $0 &- UInt8(ascii: "0") <= 9 })
        case UInt8(ascii: "#"):
            let length = run(bytes, from: start + 1, isPart)
            return make(length == 0 ? .unknown : .namePlaceholder, length + 1)
        case UInt8(ascii: ":"):
            let length = run(bytes, from: start + 1, isPart)
            return make(length == 0 ? .unknown : .valuePlaceholder, length + 1)
        case UInt8(ascii: "="): return make(.equal, 1)
        case UInt8(ascii: "<"):
            if follows(">") { return make(.notEqual, 2) }
            return follows("=") ? make(.lessOrEqual, 2) : make(.less, 1)
        case UInt8(ascii: ">"): return follows("=") ? make(.greaterOrEqual, 2) : make(.greater, 1)
        case UInt8(ascii: "+"): return make(.plus, 1)
        case UInt8(ascii: "-"): return make(.minus, 1)
        case UInt8(ascii: "("): return make(.leftParenthesis, 1)
        case UInt8(ascii: ")"): return make(.rightParenthesis, 1)
        case UInt8(ascii: "["): return make(.leftBracket, 1)
        case UInt8(ascii: "]"): return make(.rightBracket, 1)
        case UInt8(ascii: ","): return make(.comma, 1)
        case UInt8(ascii: "."): return make(.dot, 1)
        default: return make(.unknown, 1 + run(bytes, from: start + 1) { $0 & 0xC0 == 0x80 })
        }
    }

    /// Whether a byte may stand in a name after its first: also the rule for the rest of a placeholder.
    static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func run(_ bytes: UnsafeRawBufferPointer, from start: Int, _ belongs: (UInt8) -> Bool) -> Int {
        var index = start
        while index < bytes.count, belongs(bytes[index]) { index += 1 }
        return index - start
    }
}
