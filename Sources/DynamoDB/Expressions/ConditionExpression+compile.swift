/// Looks up a condition's names and values and checks its operands, one simple condition after the other, each in AWS's
/// order: names and values, numbers of operands, distinct operands, types of operands.
struct ConditionCompiler {
    var attributes: ExpressionAttributes
    var paths: [DocumentPath] = []
    /// Whether another value of the same type might make another condition, or none.
    private(set) var dependsOnValues = false

    typealias Operand = ConditionExpression.Operand
    typealias Node = ConditionExpression.Node

    /// Takes the attributes over, so that there is one copy of them to note in what has been used; whoever asks takes them back.
    init(taking attributes: inout ExpressionAttributes) {
        self.attributes = ExpressionAttributes()
        swap(&self.attributes, &attributes)
    }

    mutating func compile(_ condition: Parser.Condition) throws(ExpressionProblem) -> Node {
        switch condition {
        case .and(let terms): return .and(try compile(terms))
        case .or(let terms): return .or(try compile(terms))
        case .not(let term): return .not(try compile(term))
        case .comparison(let comparator, let left, let right):
            let (a, b) = (try look(left), try look(right))
            try checkCounts(left, right)
            try checkDistinct(comparator.rawValue, a, [b])
            try checkTypes(a, b)
            if comparator != .equal, comparator != .notEqual {
                for operand in [a, b] { try checkOrdered(comparator.rawValue, operand) }
            }
            return .comparison(comparator, a, b)
        case .between(let operand, let low, let high):
            let (a, b, c) = (try look(operand), try look(low), try look(high))
            for each in [operand, low, high] { try checkCounts(each) }
            try checkDistinct("BETWEEN", a, [b, c])
            try checkTypes(a, b, c)
            for each in [a, b, c] { try checkOrdered("BETWEEN", each) }
            try checkBounds(b, c)
            return .between(a, b, c)
        case .membership(let operand, let choices):
            let a = try look(operand)
            var all: [Operand] = []
            for choice in choices { all.append(try look(choice)) }
            try checkCounts(operand)
            for choice in choices { try checkCounts(choice) }
            if choices.count > 100 { throw .init(Messages.tooManyInOperands(choices.count)) }
            try checkDistinct("IN", a, all)
            try checkTypes(a)
            for each in all { try checkTypes(each) }
            return .membership(a, all)
        case .operand(.call(let call)): return try compile(call)
        case .operand: throw .init(Messages.redundantParentheses)  // Not reached: the grammar has no other.
        }
    }

    private mutating func compile(_ conditions: [Parser.Condition]) throws(ExpressionProblem) -> [Node] {
        var nodes: [Node] = []
        nodes.reserveCapacity(conditions.count)
        for condition in conditions { nodes.append(try compile(condition)) }
        return nodes
    }

    // MARK: Functions

    private mutating func compile(_ call: Parser.Call) throws(ExpressionProblem) -> Node {
        let name = call.name.string
        var operands: [Operand] = []
        for argument in call.arguments { operands.append(try look(argument)) }
        try checkCount(call)
        for argument in call.arguments { try checkCounts(argument) }
        if operands.count == 2 { try checkDistinct(name, operands[0], [operands[1]]) }
        switch name {
        case "attribute_exists", "attribute_not_exists":
            try checkTypes(operands[0])
            guard case .path(let path) = operands[0] else { throw .init(Messages.needsPath(name)) }
            return name == "attribute_exists" ? .exists(path) : .notExists(path)
        case "attribute_type":
            try checkTypes(operands[0])
            return .type(operands[0], try dataType(operands[1]))
        case "begins_with":
            for operand in operands {
                try checkTypes(operand)
                if let type = knownType(operand), type != .s, type != .b {
                    throw .init(Messages.operandType(name, type))
                }
            }
            return .beginsWith(operands[0], operands[1])
        case "contains":
            try checkTypes(operands[0], operands[1])
            return .contains(operands[0], operands[1])
        default:
            throw .init(Messages.misusedFunction(name))
        }
    }

    private mutating func dataType(_ operand: Operand) throws(ExpressionProblem) -> DataType {
        dependsOnValues = true
        guard case .parameter(let place) = operand, case .s(let name) = attributes.values[place] else {
            guard let type = knownType(operand) else { throw .init(Messages.operandTypeUnknown("attribute_type")) }
            throw .init(Messages.operandType("attribute_type", type))
        }
        guard let type = DataType(rawValue: name.string) else { throw .init(Messages.unknownTypeName(name.string)) }
        return type
    }

    // MARK: Operands

    /// The operand with its names and values filled in.
    private mutating func look(_ operand: Parser.Operand) throws(ExpressionProblem) -> Operand {
        switch operand {
        case .path(let written):
            let path = try written.resolved(&attributes)
            paths.append(path)
            return .path(path)
        case .value(let placeholder): return .parameter(try attributes.parameter(placeholder))
        case .call(let call):
            var first: Operand?
            for argument in call.arguments {
                let operand = try look(argument)
                if first == nil { first = operand }
            }
            return .size(first ?? .value(.null))
        }
    }

    private func checkCounts(_ operands: Parser.Operand...) throws(ExpressionProblem) {
        for case .call(let call) in operands {
            try checkCount(call)
            for argument in call.arguments { try checkCounts(argument) }
        }
    }

    private func checkCount(_ call: Parser.Call) throws(ExpressionProblem) {
        guard Parser.conditionFunctions[call.name.string] != call.arguments.count else { return }
        throw .init(Messages.operandCount(call.name.string, call.arguments.count))
    }

    private func checkDistinct(_ name: String, _ first: Operand, _ rest: [Operand]) throws(ExpressionProblem) {
        guard case .path(let path) = first else { return }
        for case .path(let other) in rest where path == other {
            throw .init(Messages.operandsNotDistinct(name, path.description))
        }
    }

    /// What is wrong inside the operands: size() of what has none.
    private func checkTypes(_ operands: Operand...) throws(ExpressionProblem) {
        for case .size(let inner) in operands {
            try checkTypes(inner)
            if let type = knownType(inner), type == .n || type == .bool || type == .null {
                throw .init(Messages.operandType("size", type))
            }
        }
    }

    private func checkOrdered(_ name: String, _ operand: Operand) throws(ExpressionProblem) {
        guard let type = knownType(operand), type != .s, type != .n, type != .b else { return }
        throw .init(Messages.operandType(name, type))
    }

    private mutating func checkBounds(_ low: Operand, _ high: Operand) throws(ExpressionProblem) {
        guard case .parameter(let first) = low, case .parameter(let second) = high else { return }
        dependsOnValues = true
        let (low, high) = (attributes.values[first], attributes.values[second])
        if low.type != high.type { throw .init(Messages.boundsTypes(low, high)) }
        if let order = low.order(to: high), order > 0 { throw .init(Messages.boundsOrder(low, high)) }
    }

    /// The type that an operand has whatever the item holds.
    private func knownType(_ operand: Operand) -> DataType? {
        switch operand {
        case .path: nil
        case .value(let value): value.type
        case .parameter(let place): attributes.values[place].type
        case .size: .n
        }
    }
}
