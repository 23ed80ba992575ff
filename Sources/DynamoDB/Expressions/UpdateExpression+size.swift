extension UpdateExpression {
    /// What UpdateItem holds against the limit of an item's size besides the item itself: what the expression is, as if it
    /// were kept. The item before, and what a path finds in it, make no difference. Source: measured on AWS at the limit, to
    /// the byte; parts of AWS do without, and AttributeUpdates everywhere.
    var statementSize: Int {
        clauses.reduce(3) { sum, clause in
            switch clause.action {
            case .set(let operand), .add(let operand): sum + 19 + clause.path.sizeAsTarget + operand.size(values)
            case .remove, .delete: sum + 1 + clause.path.sizeAsTarget
            }
        }
    }
}

extension UpdateExpression.Operand {
    fileprivate func size(_ values: [AttributeValue]) -> Int {
        switch self {
        case .value(let value): value.size
        case .parameter(let place): values[place].size
        case .path(let path): path.sizeAsOperand
        case .ifNotExists(let path, let operand): 39 + path.sizeAsOperand + operand.size(values)
        case .listAppend(let first, let second): 37 + first.size(values) + second.size(values)
        case .plus(let left, let right): 34 + left.size(values) + right.size(values)
        case .minus(let left, let right): 37 + left.size(values) + right.size(values)
        }
    }
}

extension DocumentPath {
    fileprivate var sizeAsTarget: Int { elements.reduce(-4) { $0 + 4 + $1.size } }

    fileprivate var sizeAsOperand: Int { elements.reduce(1) { $0 + 14 + $1.size } }
}

extension DocumentPath.Element {
    /// The bytes of a name, or a position's digits.
    fileprivate var size: Int {
        switch self {
        case .name(let name): name.count
        case .index(let index): String(index).utf8.count
        }
    }
}
