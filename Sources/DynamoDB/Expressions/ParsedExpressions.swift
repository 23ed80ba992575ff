/// What expressions say, of the texts that came last: clients send the same few texts all day, with other values each time.
///
/// Only what is well-formed is kept, and as it is written: names and values are looked up for each request.
final class ParsedExpressions {
    private var conditions = RecentTexts<Parser.Condition>()
    private var updates = RecentTexts<[Parser.UpdateClause]>()
    private var projections = RecentTexts<[Parser.Path]>()

    /// A condition as it is written.
    func condition(_ text: Text) throws(ExpressionProblem) -> Parser.Condition {
        try conditions.value(of: text) { (text) throws(ExpressionProblem) in
            var parser = try Parser(text, family: .condition)
            let condition = try parser.wholeCondition()
            try parser.checkProblems()
            return condition
        }
    }

    /// An update's clauses as they are written.
    func update(_ text: Text) throws(ExpressionProblem) -> [Parser.UpdateClause] {
        try updates.value(of: text) { (text) throws(ExpressionProblem) in
            var parser = try Parser(text, family: .update)
            let (clauses, repeated) = try parser.updateClauses()
            try parser.checkProblems()
            if let repeated { throw .init(Messages.sectionRepeated(repeated)) }
            return clauses
        }
    }

    /// A projection's paths as they are written.
    func projection(_ text: Text) throws(ExpressionProblem) -> [Parser.Path] {
        try projections.value(of: text) { (text) throws(ExpressionProblem) in
            var parser = try Parser(text, family: .projection)
            var paths: [Parser.Path] = []
            repeat { paths.append(try parser.path()) } while parser.take(.comma)
            guard parser.kind == .end else { throw parser.syntaxError() }
            try parser.checkProblems()
            return paths
        }
    }
}

/// Values that are made of texts, each kept until another text takes its place.
private struct RecentTexts<Value> {
    /// A power of two.
    private static var slotCount: Int { 64 }
    /// Longer texts are rare, and what is made of them is large.
    private static var textBytesMax: Int { 512 }

    private var slots: [(text: Text, value: Value)?] = []

    /// What is kept for the text; else what `make` makes of it, which is then kept.
    mutating func value(
        of text: Text, orMake make: (Text) throws(ExpressionProblem) -> Value
    ) throws(ExpressionProblem) -> Value {
        guard text.count <= Self.textBytesMax else { return try make(text) }
        let slot = text.withBytes(Self.slot)
        if !slots.isEmpty, let kept = slots[slot], kept.text == text { return kept.value }
        let value = try make(text)
        if slots.isEmpty { slots = Array(repeating: nil, count: Self.slotCount) }
        slots[slot] = (text, value)
        return value
    }

    /// FNV-1a, eight bytes at a time: the same text has the same slot in every run.
    private static func slot(_ bytes: UnsafeRawBufferPointer) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var index = 0
        while index + 8 <= bytes.count {
            hash = (hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* 0x100_0000_01B3
            hash ^= hash >> 32
            index += 8
        }
        while index < bytes.count {
            hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3
            index += 1
        }
        hash ^= hash >> 32
        return Int(hash & UInt64(slotCount - 1))
    }
}
