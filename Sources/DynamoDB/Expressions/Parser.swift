/// What conditions, updates and projections have in common: tokens, paths, operands, and the problems that AWS reports only
/// after the whole expression has proved to be well-formed.
struct Parser {
    /// A path as written.
    struct Path {
        enum Element {
            case name(Text)
            case placeholder(Text)
            case index(Int)
        }
        var elements: [Element]
    }

    /// A function call as written.
    struct Call {
        let name: Text
        let arguments: [Operand]
    }

    /// An operand as written.
    indirect enum Operand {
        case path(Path)
        case value(Text)
        case call(Call)
    }

    /// Which functions an expression knows.
    enum Family { case condition, update, projection }

    static let conditionFunctions: [String: Int] = [
        "attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2,
        "size": 1,
    ]
    static let updateFunctions: [String: Int] = ["if_not_exists": 2, "list_append": 2]

    /// The bytes that an expression may have.
    static let sizeMax = 4096
    /// The operators that an expression may have.
    static let operatorsMax = 300
    /// Parentheses and calls nested deeper than this are refused unread: well-formed ones need fewer.
    static let depthMax = 310

    private let source: Text
    private let tokens: [Token]
    private var position = 0
    private let family: Family
    var depth = 0
    private var operators = 0

    // Problems that wait for the end, each the first of its kind.
    var hasRedundantParentheses = false
    private var badFunction: String?
    private var misusedFunction: Text?
    private var badName: String?

    init(_ source: Text, family: Family) throws(ExpressionProblem) {
        if source.isEmpty { throw .init(Messages.expressionEmpty) }
        if source.count > Parser.sizeMax {
            let isCondition = family == .condition
            throw .init(isCondition ? Messages.expressionSize(source.count) : Messages.expressionSize)
        }
        self.source = source
        self.family = family
        tokens = source.withBytes { Lexer.tokens($0) }
        if tokens.count == 1 { throw .init(Messages.expressionEmpty) }
    }

    // MARK: Tokens

    var token: Token { tokens[position] }
    var next: Token { tokens[min(position + 1, tokens.count - 1)] }
    var kind: Token.Kind { tokens[position].kind }

    mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    mutating func take(_ kind: Token.Kind) -> Bool {
        guard self.kind == kind else { return false }
        advance()
        return true
    }

    mutating func expect(_ kind: Token.Kind) throws(ExpressionProblem) {
        guard take(kind) else { throw syntaxError() }
    }

    func text(_ token: Token) -> Text {
        source.withBytes { bytes in
            Text(utf8: UnsafeRawBufferPointer(rebasing: bytes[token.start..<token.end])) ?? ""
        }
    }

    /// Whether the token is this keyword, in any case of letters.
    func isKeyword(_ word: StaticString) -> Bool {
        let token = self.token
        guard token.kind == .identifier, token.end - token.start == word.utf8CodeUnitCount else { return false }
        return source.withBytes { bytes in
            for index in 0..<word.utf8CodeUnitCount
            where bytes[token.start + index] & 0xDF != word.utf8Start[index] { return false }
            return true
        }
    }

    mutating func takeKeyword(_ word: StaticString) -> Bool {
        guard isKeyword(word) else { return false }
        advance()
        return true
    }

    /// Keywords that cannot be names here.
    private var isKeywordHere: Bool {
        switch family {
        case .condition:
            isKeyword("AND") || isKeyword("OR") || isKeyword("NOT") || isKeyword("BETWEEN") || isKeyword("IN")
        case .update: isKeyword("SET") || isKeyword("REMOVE") || isKeyword("ADD") || isKeyword("DELETE")
        case .projection: false
        }
    }

    /// The error for the token that does not fit: the token, and the text from the one before to the one after.
    func syntaxError() -> ExpressionProblem {
        let token = self.token
        let start = position > 0 ? tokens[position - 1].start : token.start
        if token.kind == .end {
            let end = position > 0 ? tokens[position - 1].end : token.end
            return .init(Messages.syntaxError(token: "<EOF>", near: slice(start, end)))
        }
        let following = next
        let end = following.kind == .end ? token.end : following.end
        return .init(Messages.syntaxError(token: slice(token.start, token.end), near: slice(start, end)))
    }

    private func slice(_ start: Int, _ end: Int) -> String {
        source.withBytes { String(decoding: UnsafeRawBufferPointer(rebasing: $0[start..<end]), as: UTF8.self) }
    }

    // MARK: Counting

    mutating func countOperator() throws(ExpressionProblem) {
        operators += 1
        if operators > Parser.operatorsMax { throw .init(Messages.tooManyOperators(operators)) }
    }

    /// Goes one parenthesis or call deeper. What is nested too deep for well-formed expressions gets the error that AWS
    /// would find in it.
    mutating func descend() throws(ExpressionProblem) {
        depth += 1
        guard depth > Parser.depthMax else { return }
        var open = 0
        for token in tokens {
            if token.kind == .leftParenthesis { open += 1 }
            if token.kind == .rightParenthesis { open -= 1 }
        }
        if open > 0 {
            position = tokens.count - 1
            throw syntaxError()
        }
        try checkProblems()
        throw .init(Messages.redundantParentheses)
    }

    // MARK: Problems

    mutating func noteMisuse(_ operand: Operand) {
        if case .call(let call) = operand, call.name != "size" { noteMisuse(of: call.name) }
    }

    mutating func noteMisuse(of function: Text) {
        if misusedFunction == nil { misusedFunction = function }
    }

    /// Throws the problem that AWS reports first.
    func checkProblems() throws(ExpressionProblem) {
        if hasRedundantParentheses { throw .init(Messages.redundantParentheses) }
        if family == .update, let badName { throw .init(badName) }
        if let badFunction { throw .init(badFunction) }
        if let misusedFunction { throw .init(Messages.misusedFunction(misusedFunction.string)) }
        if let badName { throw .init(badName) }
    }

    // MARK: Paths and operands

    /// A name or its placeholder, as the first element of a path or after a dot.
    private mutating func pathName() throws(ExpressionProblem) -> Path.Element {
        let text = text(token)
        switch kind {
        case .identifier:
            if isKeywordHere { throw syntaxError() }
            if badName == nil, ReservedWords.contains(text) { badName = Messages.reservedWord(text.string) }
            advance()
            return .name(text)
        case .namePlaceholder:
            advance()
            return .placeholder(text)
        default:
            throw syntaxError()
        }
    }

    mutating func path() throws(ExpressionProblem) -> Path {
        var path = Path(elements: [try pathName()])
        try continuePath(&path)
        return path
    }

    /// The dots and brackets that may follow.
    mutating func continuePath(_ path: inout Path) throws(ExpressionProblem) {
        while true {
            if take(.dot) {
                path.elements.append(try pathName())
            } else if take(.leftBracket) {
                let token = self.token
                try expect(.number)
                path.elements.append(.index(listIndex(token)))
                try expect(.rightBracket)
            } else {
                return
            }
        }
    }

    private mutating func listIndex(_ token: Token) -> Int {
        let text = text(token)
        if let index = Int(text.string), index <= DocumentPath.indexMax { return index }
        if badName == nil { badName = Messages.listIndexRange(text.string) }
        return 0
    }

    /// A function's arguments; its name and parenthesis are next.
    mutating func call(
        _ argument: (inout Parser) throws(ExpressionProblem) -> Operand
    ) throws(ExpressionProblem) -> Call {
        if isKeywordHere { throw syntaxError() }
        let name = text(token)
        advance()
        try descend()
        try expect(.leftParenthesis)
        var arguments: [Operand] = []
        repeat {
            let operand = try argument(&self)
            if family == .condition { noteMisuse(operand) }
            if family == .update, name == "list_append", case .call(let inner) = operand, inner.name == name {
                noteMisuse(of: name)
            }
            arguments.append(operand)
        } while take(.comma)
        try expect(.rightParenthesis)
        depth -= 1
        noteFunction(name)
        return Call(name: name, arguments: arguments)
    }

    private mutating func noteFunction(_ name: Text) {
        guard badFunction == nil else { return }
        let known = family == .condition ? Parser.conditionFunctions : Parser.updateFunctions
        let others = family == .condition ? Parser.updateFunctions : Parser.conditionFunctions
        if known[name.string] != nil { return }
        if others[name.string] == nil {
            badFunction = Messages.unknownFunction(name.string)
        } else if family == .condition {
            badFunction = Messages.notAConditionFunction(name.string)
        } else {
            badFunction = Messages.notAnUpdateFunction(name.string)
        }
    }
}

extension Parser.Path {
    /// The path with its placeholders filled in.
    func resolved(_ attributes: inout ExpressionAttributes) throws(ExpressionProblem) -> DocumentPath {
        var resolved: [DocumentPath.Element] = []
        resolved.reserveCapacity(elements.count)
        for element in elements {
            switch element {
            case .name(let name): resolved.append(.name(name))
            case .placeholder(let placeholder): resolved.append(.name(try attributes.name(placeholder)))
            case .index(let index): resolved.append(.index(index))
            }
        }
        if resolved.count > DocumentPath.levelsMax { throw .init(Messages.pathLevels(resolved.count)) }
        return DocumentPath(resolved)
    }
}
