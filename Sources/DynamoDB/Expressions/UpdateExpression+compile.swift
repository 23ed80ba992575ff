/// Looks up an update's names and values and checks it, in AWS's order: all names, all values, paths that clash, operands
/// of ADD and DELETE, operands of functions.
enum UpdateCompiler {
    typealias Clause = UpdateExpression.Clause
    typealias Operand = UpdateExpression.Operand

    static func compile(
        _ written: [Parser.UpdateClause], _ attributes: inout ExpressionAttributes
    ) throws(ExpressionProblem) -> [Clause] {
        for clause in written { try forEachPath(clause, &attributes) }
        for clause in written { try forEachValue(clause, &attributes) }
        var paths: [DocumentPath] = []
        for clause in written { paths.append(try clause.path.resolved(&attributes)) }
        try DocumentPath.checkDistinct(paths)
        for clause in written { try checkSetOperand(clause, &attributes) }
        var clauses: [Clause] = []
        for (clause, path) in zip(written, paths) {
            clauses.append(Clause(path: path, action: try action(clause.action, &attributes)))
        }
        return clauses
    }

    // MARK: Names and values

    private static func forEachPath(
        _ clause: Parser.UpdateClause, _ attributes: inout ExpressionAttributes
    ) throws(ExpressionProblem) {
        try lookUpNames(clause.path, &attributes)
        for operand in operands(clause) { try lookUpNames(operand, &attributes) }
    }

    private static func forEachValue(
        _ clause: Parser.UpdateClause, _ attributes: inout ExpressionAttributes
    ) throws(ExpressionProblem) {
        switch clause.action {
        case .add(let placeholder), .delete(let placeholder): _ = try attributes.parameter(placeholder)
        default: for operand in operands(clause) { try lookUpValues(operand, &attributes) }
        }
    }

    private static func operands(_ clause: Parser.UpdateClause) -> [Parser.Operand] {
        guard case .set(let assignment) = clause.action else { return [] }
        switch assignment {
        case .operand(let operand): return [operand]
        case .plus(let left, let right), .minus(let left, let right): return [left, right]
        }
    }

    private static func lookUpNames(
        _ path: Parser.Path, _ attributes: inout ExpressionAttributes
    ) throws(ExpressionProblem) {
        for case .placeholder(let placeholder) in path.elements { _ = try attributes.name(placeholder) }
    }

    private static func lookUpNames(
        _ operand: Parser.Operand, _ attributes: inout ExpressionAttributes
    ) throws(ExpressionProblem) {
        switch operand {
        case .path(let path): try lookUpNames(path, &attributes)
        case .call(let call): for argument in call.arguments { try lookUpNames(argument, &attributes) }
        case .value: break
        }
    }

    private static func lookUpValues(
        _ operand: Parser.Operand, _ attributes: inout ExpressionAttributes
    ) throws(ExpressionProblem) {
        switch operand {
        case .value(let placeholder): _ = try attributes.parameter(placeholder)
        case .call(let call): for argument in call.arguments { try lookUpValues(argument, &attributes) }
        case .path: break
        }
    }

    // MARK: Operands

    /// ADD takes a number or a set, DELETE a set.
    private static func checkSetOperand(
        _ clause: Parser.UpdateClause, _ attributes: inout ExpressionAttributes
    ) throws(ExpressionProblem) {
        let (name, placeholder): (String, Text)
        switch clause.action {
        case .add(let value): (name, placeholder) = ("ADD", value)
        case .delete(let value): (name, placeholder) = ("DELETE", value)
        default: return
        }
        let type = attributes.values[try attributes.parameter(placeholder)].type
        switch type {
        case .ss, .ns, .bs: return
        case .n where name == "ADD": return
        default: throw .init(Messages.sectionOperandType(name, type))
        }
    }

    private static func action(
        _ action: Parser.UpdateClause.Action, _ attributes: inout ExpressionAttributes
    ) throws(ExpressionProblem) -> UpdateExpression.Action {
        switch action {
        case .remove: return .remove
        case .add(let placeholder): return .add(.parameter(try attributes.parameter(placeholder)))
        case .delete(let placeholder): return .delete(.parameter(try attributes.parameter(placeholder)))
        case .set(.operand(let written)): return .set(try operand(written, &attributes))
        case .set(.plus(let left, let right)):
            let (a, b) = (try operand(left, &attributes), try operand(right, &attributes))
            try checkValues([a, b], .n, "+", attributes)
            return .set(.plus(a, b))
        case .set(.minus(let left, let right)):
            let (a, b) = (try operand(left, &attributes), try operand(right, &attributes))
            try checkValues([a, b], .n, "-", attributes)
            return .set(.minus(a, b))
        }
    }

    private static func operand(
        _ written: Parser.Operand, _ attributes: inout ExpressionAttributes
    ) throws(ExpressionProblem) -> Operand {
        switch written {
        case .path(let path): return .path(try path.resolved(&attributes))
        case .value(let placeholder): return .parameter(try attributes.parameter(placeholder))
        case .call(let call):
            let name = call.name.string
            var operands: [Operand] = []
            for argument in call.arguments { operands.append(try operand(argument, &attributes)) }
            guard operands.count == 2 else { throw .init(Messages.operandCount(name, operands.count)) }
            if name == "if_not_exists" {
                guard case .path(let path) = operands[0] else { throw .init(Messages.needsPath(name)) }
                return .ifNotExists(path, operands[1])
            }
            try checkValues(operands, .l, name, attributes)
            return .listAppend(operands[0], operands[1])
        }
    }

    private static func checkValues(
        _ operands: [Operand], _ type: DataType, _ name: String, _ attributes: ExpressionAttributes
    ) throws(ExpressionProblem) {
        for case .parameter(let place) in operands where attributes.values[place].type != type {
            throw .init(Messages.operandType(name, attributes.values[place].type))
        }
    }
}
