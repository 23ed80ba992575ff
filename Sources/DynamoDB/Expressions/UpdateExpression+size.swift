extension UpdateExpression {
    /// What UpdateItem adds to the item, its key left out, when it holds an update against the limit of an item's size.
    /// Whatever is written and however long the names: 3 bytes, 19 for each clause that gives a value, 2 for each that
    /// takes something away; one more for a place in a list, 50 more for arithmetic. Source: measured on AWS at the limit.
    var sizeOfWork: Int {
        clauses.reduce(3) { sum, clause in
            switch clause.action {
            case .set(let operand): sum + 19 + (clause.path.endsInIndex ? 1 : 0) + (operand.isArithmetic ? 50 : 0)
            case .add: sum + 19
            case .remove, .delete: sum + 2
            }
        }
    }
}

extension UpdateExpression.Operand {
    fileprivate var isArithmetic: Bool {
        switch self {
        case .plus, .minus: true
        default: false
        }
    }
}

extension DocumentPath {
    fileprivate var endsInIndex: Bool {
        if case .index = elements.last { return true }
        return false
    }
}
