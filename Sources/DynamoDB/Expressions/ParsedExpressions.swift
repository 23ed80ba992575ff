/// What expressions say, of the texts that came last: clients send the same few texts all day, with other values each time.
///
/// Only what is well-formed is kept.
final class ParsedExpressions {
    private var conditions = RecentTexts<ParsedExpression<Parser.Condition, ConditionExpression.Form>>()
    private var updates = RecentTexts<ParsedExpression<[Parser.UpdateClause], UpdateExpression.Form>>()
    private var projections = RecentTexts<ParsedExpression<[Parser.Path], ProjectionExpression>>()

    /// A condition.
    func condition(
        _ text: Text
    ) throws(ExpressionProblem) -> ParsedExpression<Parser.Condition, ConditionExpression.Form> {
        try conditions.value(of: text) { (text) throws(ExpressionProblem) in
            var parser = try Parser(text, family: .condition)
            let condition = try parser.wholeCondition()
            try parser.checkProblems()
            return ParsedExpression(condition)
        }
    }

    /// An update.
    func update(
        _ text: Text
    ) throws(ExpressionProblem) -> ParsedExpression<[Parser.UpdateClause], UpdateExpression.Form> {
        try updates.value(of: text) { (text) throws(ExpressionProblem) in
            var parser = try Parser(text, family: .update)
            let (clauses, repeated) = try parser.updateClauses()
            try parser.checkProblems()
            if let repeated { throw .init(Messages.sectionRepeated(repeated)) }
            return ParsedExpression(clauses)
        }
    }

    /// A projection.
    func projection(_ text: Text) throws(ExpressionProblem) -> ParsedExpression<[Parser.Path], ProjectionExpression> {
        try projections.value(of: text) { (text) throws(ExpressionProblem) in
            var parser = try Parser(text, family: .projection)
            var paths: [Parser.Path] = []
            repeat { paths.append(try parser.path()) } while parser.take(.comma)
            guard parser.kind == .end else { throw parser.syntaxError() }
            try parser.checkProblems()
            return ParsedExpression(paths)
        }
    }
}

/// An expression as it is written, and what became of it with the names and values of the request that it came with last: the same for every
/// request of the same shape, as an expression refers to values by their places.
final class ParsedExpression<Written, Form> {
    /// What was made for a request. A class, so that a look at it copies nothing.
    private final class Made {
        let shape: ExpressionAttributes.Shape
        let used: ExpressionAttributes.Used
        let form: Form

        init(_ shape: ExpressionAttributes.Shape, _ used: ExpressionAttributes.Used, _ form: Form) {
            (self.shape, self.used, self.form) = (shape, used, form)
        }
    }

    let written: Written
    private var last: Made?

    init(_ written: Written) {
        self.written = written
    }

    /// What becomes of it with a request's names and values: what `compile` makes, unless that was made for a request of the same shape.
    /// `compile` also says whether it depends on the values themselves, and is not to be used again.
    func form(
        _ attributes: inout ExpressionAttributes,
        compile: (Written, inout ExpressionAttributes) throws(ExpressionProblem) -> (Form, dependsOnValues: Bool)
    ) throws(ExpressionProblem) -> Form {
        if let last, attributes.has(last.shape) {
            attributes.note(last.used)
            return last.form
        }
        let ((form, dependsOnValues), used) = try attributes.noting { (attributes) throws(ExpressionProblem) in
            try compile(written, &attributes)
        }
        if !dependsOnValues, let shape = attributes.shape { last = Made(shape, used, form) }
        return form
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
