/// What UpdateItem does to an item: UpdateExpression.
public struct UpdateExpression: Sendable {
    /// What a SET assigns, from the item as it was before the update.
    indirect enum Operand: Sendable {
        case path(DocumentPath)
        case value(AttributeValue)
        /// A place among the update's values.
        case parameter(Int)
        case ifNotExists(DocumentPath, Operand)
        case listAppend(Operand, Operand)
        case plus(Operand, Operand)
        case minus(Operand, Operand)
    }

    /// What is done at the end of a path.
    enum Action: Sendable {
        case set(Operand)
        case remove
        /// Of a value or a parameter.
        case add(Operand)
        case delete(Operand)
    }

    /// One clause.
    struct Clause: Sendable {
        let path: DocumentPath
        let action: Action
    }

    /// An update without its values.
    struct Form: Sendable {
        let clauses: [Clause]
        /// What the update writes, in its order.
        let targets: [Target]
        /// Every path that the update writes or reads.
        let paths: [DocumentPath]

        /// `values` are of the types that the update's values will have.
        init(_ clauses: [Clause], values: [AttributeValue]) {
            self.clauses = clauses
            targets = clauses.map { clause in
                switch clause.action {
                case .set(let operand), .add(let operand), .delete(let operand):
                    Target(path: clause.path, type: operand.knownType(values))
                case .remove: Target(path: clause.path, type: nil)
                }
            }
            paths = clauses.flatMap { clause in
                guard case .set(let operand) = clause.action else { return [clause.path] }
                return [clause.path] + operand.paths
            }
        }
    }

    private let form: Form
    /// What parameters stand for.
    let values: [AttributeValue]
    var clauses: [Clause] { form.clauses }
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
    public var targets: [Target] { form.targets }

    /// Every path that the update writes or reads.
    var paths: [DocumentPath] { form.paths }

    /// Throws when the update writes to an attribute of the key, or into one.
    func checkKeys(_ keys: KeySchema) throws(DynamoDBError) {
        for key in keys.attributes where clauses.contains(where: { $0.path.attribute == key.name }) {
            throw .validation(Messages.updatesKey(key.name.string))
        }
    }

    init(_ clauses: [Clause], typeMismatch: String) {
        form = Form(clauses, values: [])
        values = []
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
            form = try parsed.update(text).form(&attributes) { (written, attributes) throws(ExpressionProblem) in
                let clauses = try UpdateCompiler.compile(written, &attributes)
                return (Form(clauses, values: attributes.values), dependsOnValues: false)
            }
            values = attributes.values
            typeMismatch = Messages.updateOperandType
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
        case .value, .parameter: []
        case .ifNotExists(let path, let other): [path] + other.paths
        case .listAppend(let a, let b), .plus(let a, let b), .minus(let a, let b): a.paths + b.paths
        }
    }

    func knownType(_ values: [AttributeValue]) -> DataType? {
        switch self {
        case .path: nil
        case .value(let value): value.type
        case .parameter(let place): values[place].type
        case .ifNotExists(_, let other): other.knownType(values)
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
