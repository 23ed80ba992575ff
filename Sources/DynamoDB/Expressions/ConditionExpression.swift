/// A condition on an item: ConditionExpression and FilterExpression.
public struct ConditionExpression: Sendable {
    /// What has two sides and stands between them.
    enum Comparator: String, Sendable {
        case equal = "="
        case notEqual = "<>"
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    /// What is compared.
    indirect enum Operand: Sendable {
        case path(DocumentPath)
        case value(AttributeValue)
        /// A place among the expression's values.
        case parameter(Int)
        case size(Operand)
    }

    /// The condition, ready to be evaluated.
    indirect enum Node: Sendable {
        case comparison(Comparator, Operand, Operand)
        case between(Operand, Operand, Operand)
        case membership(Operand, [Operand])
        case exists(DocumentPath)
        case notExists(DocumentPath)
        case type(Operand, DataType)
        case beginsWith(Operand, Operand)
        case contains(Operand, Operand)
        case and([Node])
        case or([Node])
        case not(Node)
    }

    /// A condition without its values.
    struct Form: Sendable {
        let root: Node
        let paths: [DocumentPath]
    }

    private let form: Form
    /// What parameters stand for.
    let values: [AttributeValue]

    var root: Node { form.root }
    /// The paths that it reads, in their order.
    public var paths: [DocumentPath] { form.paths }

    init(root: Node, paths: [DocumentPath]) {
        form = Form(root: root, paths: paths)
        values = []
    }

    /// Compiles a condition. Throws a ValidationException with AWS's text, `parameter` in front: "Invalid
    /// ConditionExpression: ..."; checks everything that can be known without an item.
    public init(
        parsing text: Text, parameter: String, _ attributes: inout ExpressionAttributes
    ) throws(DynamoDBError) {
        try self.init(parsing: text, parameter: parameter, &attributes, ParsedExpressions())
    }

    /// The same; a text that is among `parsed` is not parsed again.
    init(
        parsing text: Text, parameter: String, _ attributes: inout ExpressionAttributes, _ parsed: ParsedExpressions
    ) throws(DynamoDBError) {
        do throws(ExpressionProblem) {
            form = try parsed.condition(text).form(&attributes) { (written, attributes) throws(ExpressionProblem) in
                var compiler = ConditionCompiler(taking: &attributes)
                let root = try compiler.compile(written)
                attributes = compiler.attributes
                return (Form(root: root, paths: compiler.paths), compiler.dependsOnValues)
            }
            values = attributes.values
        } catch {
            throw .validation("Invalid \(parameter): \(error.message)")
        }
    }
}

// MARK: - Grammar

extension Parser {
    /// A condition as written, names and values not yet looked up.
    indirect enum Condition {
        case operand(Operand)
        case comparison(ConditionExpression.Comparator, Operand, Operand)
        case between(Operand, Operand, Operand)
        case membership(Operand, [Operand])
        case and([Condition])
        case or([Condition])
        case not(Condition)
    }

    mutating func wholeCondition() throws(ExpressionProblem) -> Condition {
        let (condition, _) = try condition(inParentheses: false)
        guard kind == .end else { throw syntaxError() }
        return try truth(condition)
    }

    /// OR of AND of NOT of comparisons. In parentheses it may turn out to be an operand.
    private mutating func condition(
        inParentheses: Bool
    ) throws(ExpressionProblem) -> (condition: Condition, isParenthesized: Bool) {
        var alternatives: [Condition] = []
        var terms: [Condition] = []
        while true {
            var negations = 0
            while takeKeyword("NOT") {
                negations += 1
                try countOperator()
            }
            let (term, isParenthesized) = try comparison()
            let isAnd = isKeyword("AND")
            let isOr = !isAnd && isKeyword("OR")
            if negations == 0, terms.isEmpty, alternatives.isEmpty, !isAnd, !isOr {
                // Alone: the caller decides whether an operand will do.
                if !inParentheses { return (try truth(term), isParenthesized) }
                return (term, isParenthesized)
            }
            let truth = try truth(term)
            terms.append(negations % 2 == 1 ? .not(truth) : truth)
            if isAnd || isOr {
                advance()
                try countOperator()
            }
            if isAnd { continue }
            alternatives.append(terms.count == 1 ? terms[0] : .and(terms))
            terms = []
            if !isOr { break }
        }
        return (alternatives.count == 1 ? alternatives[0] : .or(alternatives), false)
    }

    /// What can be true or false: a path or a value by itself cannot, nor can size().
    private mutating func truth(_ condition: Condition) throws(ExpressionProblem) -> Condition {
        guard case .operand(let operand) = condition else { return condition }
        guard case .call(let call) = operand else { throw syntaxError() }
        if call.name == "size" { noteMisuse(of: call.name) }
        return condition
    }

    private mutating func comparison() throws(ExpressionProblem) -> (condition: Condition, isParenthesized: Bool) {
        let (left, isParenthesized) = try primary()
        guard case .operand(let operand) = left else { return (left, isParenthesized) }
        if let comparator {
            advance()
            try countOperator()
            let right = try self.operand()
            noteMisuse(operand)
            noteMisuse(right)
            return (.comparison(comparator, operand, right), false)
        }
        if takeKeyword("BETWEEN") {
            try countOperator()
            let low = try self.operand()
            guard takeKeyword("AND") else { throw syntaxError() }
            let high = try self.operand()
            for each in [operand, low, high] { noteMisuse(each) }
            return (.between(operand, low, high), false)
        }
        if takeKeyword("IN") {
            try countOperator()
            try expect(.leftParenthesis)
            var choices: [Operand] = []
            repeat { choices.append(try self.operand()) } while take(.comma)
            try expect(.rightParenthesis)
            noteMisuse(operand)
            for each in choices { noteMisuse(each) }
            return (.membership(operand, choices), false)
        }
        return (left, isParenthesized)
    }

    private var comparator: ConditionExpression.Comparator? {
        switch kind {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        default: nil
        }
    }

    private mutating func operand() throws(ExpressionProblem) -> Operand {
        guard case .operand(let operand) = try primary().condition else { throw syntaxError() }
        return operand
    }

    /// A path, a value, a call, or anything in parentheses.
    private mutating func primary() throws(ExpressionProblem) -> (condition: Condition, isParenthesized: Bool) {
        switch kind {
        case .leftParenthesis:
            advance()
            try descend()
            let (inner, isParenthesized) = try condition(inParentheses: true)
            try expect(.rightParenthesis)
            depth -= 1
            if isParenthesized { hasRedundantParentheses = true }
            if case .operand(.path(var path)) = inner, kind == .dot || kind == .leftBracket {
                try continuePath(&path)
                return (.operand(.path(path)), false)
            }
            return (inner, true)
        case .valuePlaceholder:
            let placeholder = text(token)
            advance()
            return (.operand(.value(placeholder)), false)
        case .identifier where next.kind == .leftParenthesis:
            let call = try call { (parser) throws(ExpressionProblem) in try parser.operand() }
            return (.operand(.call(call)), false)
        default:
            return (.operand(.path(try path())), false)
        }
    }
}
