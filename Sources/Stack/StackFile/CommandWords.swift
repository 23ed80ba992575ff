/// A command line in one text, as words: blanks separate, quotes and backslashes as in a shell; nothing is expanded.
enum CommandWords {
    /// The words, or nil if a quote is not closed.
    static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: [UInt8]?
        var quote: UInt8?
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch (quote, byte) {
            case (UInt8(ascii: "'"), UInt8(ascii: "'")), (UInt8(ascii: "\""), UInt8(ascii: "\"")):
                quote = nil
            case (UInt8(ascii: "'"), _):
                word?.append(byte)
            case (UInt8(ascii: "\""), UInt8(ascii: "\\")):
                // Between double quotes a backslash protects only what would be special there.
                if let next = rest.first, next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") {
                    rest = rest.dropFirst()
                    word?.append(next)
                } else {
                    word?.append(byte)
                }
            case (UInt8(ascii: "\""), _):
                word?.append(byte)
            case (_, UInt8(ascii: "'")), (_, UInt8(ascii: "\"")):
                quote = byte
                word = word ?? []
            case (_, UInt8(ascii: "\\")):
                guard let next = rest.popFirst() else { return nil }
                word = (word ?? []) + [next]
            case (_, UInt8(ascii: " ")), (_, UInt8(ascii: "\t")), (_, UInt8(ascii: "\n")):
                if let finished = word { words.append(String(decoding: finished, as: UTF8.self)) }
                word = nil
            default:
                word = (word ?? []) + [byte]
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}
