extension ConditionExpression {
    /// Whether the condition holds for an item, or for none.
    public func evaluate(_ item: Item?) -> Bool {
        evaluate(root, item)
    }

    private func evaluate(_ node: Node, _ item: Item?) -> Bool {
        switch node {
        case .comparison(let comparator, let left, let right):
            return compare(comparator, value(left, item), value(right, item))
        case .between(let operand, let low, let high):
            guard let value = value(operand, item), let low = self.value(low, item), let high = self.value(high, item),
                let toLow = value.order(to: low), let toHigh = value.order(to: high)
            else { return false }
            return toLow >= 0 && toHigh <= 0
        case .membership(let operand, let choices):
            guard let value = value(operand, item) else { return false }
            return choices.contains { self.value($0, item) == value }
        case .exists(let path): return path.value(in: item) != nil
        case .notExists(let path): return path.value(in: item) == nil
        case .type(let operand, let type): return value(operand, item)?.type == type
        case .beginsWith(let whole, let prefix):
            switch (value(whole, item), value(prefix, item)) {
            case (.s(let whole)?, .s(let prefix)?): return whole.hasPrefix(prefix)
            case (.b(let whole)?, .b(let prefix)?): return whole.hasPrefix(prefix)
            default: return false
            }
        case .contains(let whole, let part):
            guard let whole = value(whole, item), let part = value(part, item) else { return false }
            return whole.contains(part)
        case .and(let terms): return terms.allSatisfy { evaluate($0, item) }
        case .or(let terms): return terms.contains { evaluate($0, item) }
        case .not(let term): return !evaluate(term, item)
        }
    }

    /// What is missing equals nothing, not even what is missing too; of different types, neither comes before the other.
    private func compare(_ comparator: Comparator, _ left: AttributeValue?, _ right: AttributeValue?) -> Bool {
        guard let left, let right else { return comparator == .notEqual }
        switch comparator {
        case .equal: return left == right
        case .notEqual: return left != right
        case .less: return left.order(to: right).map { $0 < 0 } ?? false
        case .lessOrEqual: return left.order(to: right).map { $0 <= 0 } ?? false
        case .greater: return left.order(to: right).map { $0 > 0 } ?? false
        case .greaterOrEqual: return left.order(to: right).map { $0 >= 0 } ?? false
        }
    }

    private func value(_ operand: Operand, _ item: Item?) -> AttributeValue? {
        switch operand {
        case .path(let path): return path.value(in: item)
        case .value(let value): return value
        case .parameter(let place): return values[place]
        case .size(let inner): return value(inner, item)?.elementCount.map { .n(Number($0)) }
        }
    }
}

extension AttributeValue {
    /// Negative, zero or positive as it comes before, equals or comes after another of its type; nil for values that have
    /// no order: of other types than string, number and binary, or of different types.
    func order(to other: AttributeValue) -> Int? {
        switch (self, other) {
        case (.s(let a), .s(let b)): a == b ? 0 : a < b ? -1 : 1
        case (.n(let a), .n(let b)): a == b ? 0 : a < b ? -1 : 1
        case (.b(let a), .b(let b)): a == b ? 0 : a < b ? -1 : 1
        default: nil
        }
    }

    /// What size() says of it: UTF-16 code units of a string (as Java counts), bytes of a binary, elements of a set, list
    /// or map; nil for other types.
    var elementCount: Int? {
        switch self {
        case .s(let text): text.string.utf16.count
        case .b(let bytes): bytes.count
        case .ss(let set): set.count
        case .ns(let set): set.count
        case .bs(let set): set.count
        case .l(let list): list.count
        case .m(let map): map.count
        case .n, .bool, .null: nil
        }
    }

    /// Whether it is a string or binary with `part` in it, or a set or list with `part` among its elements.
    func contains(_ part: AttributeValue) -> Bool {
        switch (self, part) {
        case (.s(let whole), .s(let part)): whole.contains(part)
        case (.b(let whole), .b(let part)): whole.contains(part)
        case (.ss(let set), .s(let element)): set.contains(element)
        case (.ns(let set), .n(let element)): set.contains(element)
        case (.bs(let set), .b(let element)): set.contains(element)
        case (.l(let list), _): list.contains(part)
        default: false
        }
    }
}
