extension UpdateExpression {
    /// What is to be done with a value, its operands evaluated.
    private enum Change: Sendable {
        case set(AttributeValue)
        case remove
        case add(AttributeValue)
        case delete(AttributeValue)
    }

    /// The item after the update. `item` is the item before, nil if there is none; a new item begins as its key.
    ///
    /// All operands are evaluated on the item before the update, so the order of the clauses does not matter. Throws a
    /// ValidationException for an operand that is not there, one of the wrong type, a path that leads nowhere, and a value
    /// nested too deep.
    public func apply(to item: Item?, key: Item) throws(DynamoDBError) -> Item {
        let before = item ?? key
        var after = before
        var nested = PathTree<Change>()
        // All of them, before the first is made: an operand that is not there comes before a type that does not fit.
        for (clause, change) in zip(clauses, try changes(to: item, before)) {
            guard let change else { continue }
            if clause.path.isNested {
                nested.insert(clause.path, change)
            } else {
                let name = clause.path.attribute
                after[name] = try changed(before[name], by: change)
            }
        }
        try apply(nested.branches, to: &after)
        return after
    }

    /// What each clause does, nil for nothing.
    private func changes(to item: Item?, _ before: Item) throws(DynamoDBError) -> [Change?] {
        var changes: [Change?] = []
        changes.reserveCapacity(clauses.count)
        for clause in clauses {
            switch clause.action {
            case .set(let operand):
                let value = try operand.evaluate(before, values)
                if value.isNested(deeperThan: AttributeValue.levelsMax + 1 - clause.path.elements.count) {
                    throw .validation(Messages.nestingLevels)
                }
                changes.append(.set(value))
            // AWS lets any path be removed from an item that does not exist.
            case .remove: changes.append(item == nil && clause.path.isNested ? nil : .remove)
            case .add(let operand): changes.append(.add(try operand.evaluate(before, values)))
            case .delete(let operand): changes.append(.delete(try operand.evaluate(before, values)))
            }
        }
        return changes
    }

    /// What ReturnValues UPDATED_OLD and UPDATED_NEW answer with: of the item before or after the update, the values at the
    /// paths that the update names.
    public func updatedAttributes(of item: Item) -> Item {
        var tree = PathTree<Void>()
        for clause in clauses { tree.insert(clause.path, ()) }
        return tree.project(item)
    }

    private func apply(
        _ branches: [PathTree<Change>.Branch], to map: inout AttributeMap
    ) throws(DynamoDBError) {
        for branch in branches {
            guard case .name(let name) = branch.element else { throw .validation(Messages.updatePathInvalid) }
            switch branch.node {
            case .leaf(let change):
                map[name] = try changed(map[name], by: change)
            case .branch(let inner):
                let isThere = try map.modify(name) { (value) throws(DynamoDBError) in try apply(inner, to: &value) }
                guard isThere else { throw .validation(Messages.updatePathInvalid) }
            }
        }
    }

    private func apply(
        _ branches: [PathTree<Change>.Branch], to value: inout AttributeValue
    ) throws(DynamoDBError) {
        switch value {
        case .m(var map):
            value = .null
            try apply(branches, to: &map)
            value = .m(map)
        case .l(var list):
            value = .null
            try apply(branches, to: &list)
            value = .l(list)
        default:
            throw .validation(Messages.updatePathInvalid)
        }
    }

    /// Positions are those before the update. What is set beyond the end is appended in the order of the positions named,
    /// and the list closes up over what is removed.
    private func apply(
        _ branches: [PathTree<Change>.Branch], to list: inout [AttributeValue]
    ) throws(DynamoDBError) {
        var byIndex: [(index: Int, node: PathTree<Change>.Node)] = []
        for branch in branches {
            guard case .index(let index) = branch.element else { throw .validation(Messages.updatePathInvalid) }
            byIndex.append((index, branch.node))
        }
        byIndex.sort { $0.index < $1.index }
        let count = list.count
        var removed = [Bool](repeating: false, count: count)
        for (index, node) in byIndex {
            switch node {
            case .leaf(let change):
                let value = try changed(index < count ? list[index] : nil, by: change)
                if index >= count {
                    if let value { list.append(value) }
                } else if let value {
                    list[index] = value
                } else {
                    removed[index] = true
                }
            case .branch(let inner):
                guard index < count else { throw .validation(Messages.updatePathInvalid) }
                try apply(inner, to: &list[index])
            }
        }
        guard removed.contains(true) else { return }
        list = list.enumerated().filter { $0.offset >= count || !removed[$0.offset] }.map(\.element)
    }

    private func changed(
        _ old: AttributeValue?, by change: Change
    ) throws(DynamoDBError) -> AttributeValue? {
        switch (change, old) {
        case (.set(let value), _): return value
        case (.remove, _): return nil
        case (.add(let value), nil): return value
        case (.delete, nil): return nil
        case (.add(.n(let number)), .n(let old)?): return .n(try old.adding(number))
        case (.add(.ss(let set)), .ss(let old)?): return .ss(UpdateExpression.union(old, set))
        case (.add(.ns(let set)), .ns(let old)?): return .ns(UpdateExpression.union(old, set))
        case (.add(.bs(let set)), .bs(let old)?): return .bs(UpdateExpression.union(old, set))
        // Only AttributeUpdates adds lists.
        case (.add(.l(let list)), .l(let old)?): return .l(old + list)
        case (.delete(.ss(let set)), .ss(let old)?): return UpdateExpression.subtract(old, set).map { .ss($0) }
        case (.delete(.ns(let set)), .ns(let old)?): return UpdateExpression.subtract(old, set).map { .ns($0) }
        case (.delete(.bs(let set)), .bs(let old)?): return UpdateExpression.subtract(old, set).map { .bs($0) }
        default: throw .validation(typeMismatch)
        }
    }

    /// The elements of two ascending sets, ascending.
    static func union<Element: Comparable>(_ a: [Element], _ b: [Element]) -> [Element] {
        var result: [Element] = []
        result.reserveCapacity(a.count + b.count)
        var (i, j) = (0, 0)
        while i < a.count, j < b.count {
            if a[i] == b[j] {
                result.append(a[i])
                i += 1
                j += 1
            } else if a[i] < b[j] {
                result.append(a[i])
                i += 1
            } else {
                result.append(b[j])
                j += 1
            }
        }
        result.append(contentsOf: a[i...])
        result.append(contentsOf: b[j...])
        return result
    }

    /// The elements of `a` that are not in `b`, both ascending; nil when none is left, as there are no empty sets.
    static func subtract<Element: Comparable>(_ a: [Element], _ b: [Element]) -> [Element]? {
        var result: [Element] = []
        var j = 0
        for element in a {
            while j < b.count, b[j] < element { j += 1 }
            if j == b.count || b[j] != element { result.append(element) }
        }
        return result.isEmpty ? nil : result
    }
}

extension UpdateExpression.Operand {
    /// The operand's value on an item; `values` are what parameters stand for.
    func evaluate(_ item: Item, _ values: [AttributeValue]) throws(DynamoDBError) -> AttributeValue {
        switch self {
        case .value(let value): return value
        case .parameter(let place): return values[place]
        case .path(let path):
            guard let value = path.value(in: item) else { throw .validation(Messages.updateOperandMissing) }
            return value
        case .ifNotExists(let path, let other):
            if let value = path.value(in: item) { return value }
            return try other.evaluate(item, values)
        case .listAppend(let first, let second):
            guard case (.l(let a), .l(let b)) = (try first.evaluate(item, values), try second.evaluate(item, values))
            else {
                throw .validation(Messages.updateOperandType)
            }
            return .l(a + b)
        case .plus(let left, let right):
            let (a, b) = try numbers(left, right, item, values)
            return .n(try a.adding(b))
        case .minus(let left, let right):
            let (a, b) = try numbers(left, right, item, values)
            return .n(try a.subtracting(b))
        }
    }

    private func numbers(
        _ left: UpdateExpression.Operand, _ right: UpdateExpression.Operand, _ item: Item, _ values: [AttributeValue]
    ) throws(DynamoDBError) -> (Number, Number) {
        guard case (.n(let a), .n(let b)) = (try left.evaluate(item, values), try right.evaluate(item, values)) else {
            throw .validation(Messages.updateOperandType)
        }
        return (a, b)
    }
}
