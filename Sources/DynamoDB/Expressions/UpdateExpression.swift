/// What UpdateItem does to an item: UpdateExpression.
public struct UpdateExpression: Sendable {
    /// What a SET assigns, from the item as it was before the update.
    indirect enum Operand: Sendable {
        case path(DocumentPath)
        case value(AttributeValue)
        case ifNotExists(DocumentPath, Operand)
        case listAppend(Operand, Operand)
        case plus(Operand, Operand)
        case minus(Operand, Operand)
    }

    /// What is done at the end of a path.
    enum Action: Sendable {
        case set(Operand)
        case remove
        case add(AttributeValue)
        case delete(AttributeValue)
    }

    /// One clause.
    struct Clause: Sendable {
        let path: DocumentPath
        let action: Action
    }

    let clauses: [Clause]
    /// What is said when ADD or DELETE finds a value of another type.
    let typeMismatch: String

    /// An attribute, or a part of one, that the update writes, and the type it will have if that is known beforehand.
    public struct Target: Sendable {
        /// Where it writes.
        public let path: DocumentPath
        /// The type of what is written; nil when that depends on the item, or when it removes.
        public let type: DataType?
    }

    /// What the update writes, in its order.
    public var targets: [Target] {
        clauses.map { clause in
            switch clause.action {
            case .set(let operand): Target(path: clause.path, type: operand.knownType)
            case .add(let value), .delete(let value): Target(path: clause.path, type: value.type)
            case .remove: Target(path: clause.path, type: nil)
            }
        }
    }

    /// Every path that the update writes or reads.
    var paths: [DocumentPath] {
        clauses.flatMap { clause in
            guard case .set(let operand) = clause.action else { return [clause.path] }
            return [clause.path] + operand.paths
        }
    }

    /// Throws when the update writes to an attribute of the key, or into one.
    public func checkKeys(_ keys: [Text]) throws(DynamoDBError) {
        for key in keys where clauses.contains(where: { $0.path.attribute == key }) {
            throw .validation(Messages.updatesKey(key.string))
        }
    }

    init(_ clauses: [Clause], typeMismatch: String) {
        self.clauses = clauses
        self.typeMismatch = typeMismatch
    }

    /// Compiles an update. Throws a ValidationException with AWS's text, "Invalid UpdateExpression: ...".
    public init(parsing text: Text, _ attributes: inout ExpressionAttributes) throws(DynamoDBError) {
        try self.init(parsing: text, &attributes, ParsedExpressions())
    }

    /// The same; a text that is among `parsed` is not parsed again.
    init(
        parsing text: Text, _ attributes: inout ExpressionAttributes, _ parsed: ParsedExpressions
    ) throws(DynamoDBError) {
        do throws(ExpressionProblem) {
            self.init(
                try UpdateCompiler.compile(try parsed.update(text), &attributes),
                typeMismatch: Messages.updateOperandType)
        } catch {
            throw .validation("Invalid UpdateExpression: \(error.message)")
        }
    }
}

extension UpdateExpression.Operand {
    /// The paths that it reads.
    var paths: [DocumentPath] {
        switch self {
        case .path(let path): [path]
        case .value: []
        case .ifNotExists(let path, let other): [path] + other.paths
        case .listAppend(let a, let b), .plus(let a, let b), .minus(let a, let b): a.paths + b.paths
        }
    }

    var knownType: DataType? {
        switch self {
        case .path: nil
        case .value(let value): value.type
        case .ifNotExists(_, let other): other.knownType
        case .listAppend: .l
        case .plus, .minus: .n
        }
    }
}

// MARK: - Grammar

extension Parser {
    /// What SET assigns, as written.
    enum Assignment {
        case operand(Operand)
        case plus(Operand, Operand)
        case minus(Operand, Operand)
    }

    /// A clause as written.
    struct UpdateClause {
        enum Action {
            case set(Assignment)
            case remove
            /// With the value's placeholder.
            case add(Text)
            case delete(Text)
        }
        let path: Path
        let action: Action
    }

    /// The clauses, and the name of the first section that occurs twice.
    mutating func updateClauses() throws(ExpressionProblem) -> ([UpdateClause], repeated: String?) {
        var clauses: [UpdateClause] = []
        var seen: [String] = []
        var repeated: String?
        repeat {
            let section = try sectionName()
            if seen.contains(section), repeated == nil { repeated = section }
            seen.append(section)
            repeat { clauses.append(try clause(in: section)) } while take(.comma)
        } while kind != .end
        return (clauses, repeated)
    }

    private mutating func sectionName() throws(ExpressionProblem) -> String {
        if takeKeyword("SET") { return "SET" }
        if takeKeyword("REMOVE") { return "REMOVE" }
        if takeKeyword("ADD") { return "ADD" }
        if takeKeyword("DELETE") { return "DELETE" }
        throw syntaxError()
    }

    private mutating func clause(in section: String) throws(ExpressionProblem) -> UpdateClause {
        let path = try path()
        switch section {
        case "SET":
            try expect(.equal)
            return UpdateClause(path: path, action: .set(try assignment()))
        case "REMOVE":
            return UpdateClause(path: path, action: .remove)
        default:
            guard kind == .valuePlaceholder else { throw syntaxError() }
            let value = text(token)
            advance()
            return UpdateClause(path: path, action: section == "ADD" ? .add(value) : .delete(value))
        }
    }

    /// One operand, or two with a plus or minus between them; parentheses may stand around each and around all.
    private mutating func assignment() throws(ExpressionProblem) -> Assignment {
        let left: Operand
        if take(.leftParenthesis) {
            try descend()
            let isDouble = kind == .leftParenthesis
            let inner = try assignment()
            let closedInner = kind
            try expect(.rightParenthesis)
            depth -= 1
            guard case .operand(let operand) = inner else { return inner }
            if isDouble, closedInner == .rightParenthesis { hasRedundantParentheses = true }
            left = operand
        } else {
            left = try updateOperand()
        }
        guard kind == .plus || kind == .minus else { return .operand(left) }
        let isPlus = kind == .plus
        advance()
        try countOperator()
        let right = try parenthesizedUpdateOperand()
        return isPlus ? .plus(left, right) : .minus(left, right)
    }

    private mutating func parenthesizedUpdateOperand() throws(ExpressionProblem) -> Operand {
        guard take(.leftParenthesis) else { return try updateOperand() }
        try descend()
        if kind == .leftParenthesis { hasRedundantParentheses = true }
        let operand = try parenthesizedUpdateOperand()
        try expect(.rightParenthesis)
        depth -= 1
        return operand
    }

    private mutating func updateOperand() throws(ExpressionProblem) -> Operand {
        switch kind {
        case .valuePlaceholder:
            let placeholder = text(token)
            advance()
            return .value(placeholder)
        case .identifier where next.kind == .leftParenthesis:
            return .call(
                try call { (parser) throws(ExpressionProblem) in try parser.parenthesizedUpdateOperand() })
        default:
            return .path(try path())
        }
    }
}
