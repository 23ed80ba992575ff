import DynamoDB

/// What a request must be answered with.
enum ExpectedAnswer: Equatable {
    /// Success, with nothing in it that is looked at.
    case done
    /// The item in this member, or none.
    case item(member: String, String?)
    /// Items in this order.
    case items([String])
    /// One of these errors.
    case refused(Set<DynamoDBError.Kind>)
    /// Success or one of these errors: it depends on how far background work has come.
    case doneUnless(Set<DynamoDBError.Kind>)
    /// The items of a scan, which may take several turns.
    case scan
}

extension TablesModel {
    /// Carries out a request: how it must be answered, and then this is what must be there.
    mutating func apply(_ request: TablesRequest, now: Int64) -> ExpectedAnswer {
        switch request {
        case .write(let write): return apply(write)
        case .batch(let writes):
            guard writes.allSatisfy({ tables[$0.table.rawValue] != nil }) else { return .refused([.resourceNotFound]) }
            for write in writes { put(write) }
            return .done
        case .transact(let writes, let token): return apply(writes, token: token, now: now)
        case .get(let shape, let key):
            guard let table = tables[shape.rawValue] else { return .refused([.resourceNotFound]) }
            return .item(member: "Item", table.items[key]?.projected(nil, key, shape))
        case .query(let shape, let partition, let isForward, let limit):
            guard let table = tables[shape.rawValue] else { return .refused([.resourceNotFound]) }
            let all = table.partition(partition)
            return .items(Array((isForward ? all : all.reversed()).prefix(limit)))
        case .scan(let shape, let index):
            guard let table = tables[shape.rawValue] else { return .refused([.resourceNotFound]) }
            if let index, !table.indexes.contains(index) { return .refused([.validation]) }
            return .scan
        default: return change(request)
        }
    }

    private mutating func apply(_ write: ItemWrite) -> ExpectedAnswer {
        guard let table = tables[write.table.rawValue] else { return .refused([.resourceNotFound]) }
        let old = table.items[write.key]
        guard write.isMet(by: old) else { return .refused([.conditionalCheckFailed]) }
        put(write)
        let shown = write.operation == "UpdateItem" ? write.applied(to: old) : old
        return .item(member: "Attributes", shown?.projected(nil, write.key, write.table))
    }

    private mutating func apply(_ writes: [ItemWrite], token: String?, now: Int64) -> ExpectedAnswer {
        guard writes.allSatisfy({ tables[$0.table.rawValue] != nil }) else { return .refused([.resourceNotFound]) }
        if let token, let known = tokens[token], known.createdMillis + 600_000 > now {
            return known.writes == writes ? .done : .refused([.idempotentParameterMismatch])
        }
        guard writes.allSatisfy({ $0.isMet(by: tables[$0.table.rawValue]!.items[$0.key]) }) else {
            return .refused([.transactionCanceled])
        }
        for write in writes { put(write) }
        if let token { tokens[token] = ModelToken(writes: writes, createdMillis: now) }
        return .done
    }

    private mutating func put(_ write: ItemWrite) {
        let name = write.table.rawValue
        tables[name]!.items[write.key] = write.applied(to: tables[name]!.items[write.key])
    }

    /// A request that changes a table itself.
    private mutating func change(_ request: TablesRequest) -> ExpectedAnswer {
        switch request {
        case .createTable(let shape, let indexes):
            guard tables[shape.rawValue] == nil else { return .refused([.resourceInUse]) }
            tables[shape.rawValue] = ModelTable(shape: shape, indexes: indexes)
            return .done
        case .deleteTable(let shape):
            guard tables[shape.rawValue] != nil else { return .refused([.resourceNotFound]) }
            tables[shape.rawValue] = nil
            // An index that is being built has to be waited for.
            return .doneUnless([.resourceInUse])
        case .createIndex(let shape, let index):
            guard let table = tables[shape.rawValue] else { return .refused([.resourceNotFound]) }
            guard !table.indexes.contains(index) else { return .refused([.validation, .limitExceeded]) }
            tables[shape.rawValue]!.indexes.insert(index)
            return .doneUnless([.limitExceeded])
        case .deleteIndex(let shape, let index):
            guard let table = tables[shape.rawValue], table.indexes.contains(index) else {
                return .refused([.resourceNotFound])
            }
            tables[shape.rawValue]!.indexes.remove(index)
            return .doneUnless([.limitExceeded, .resourceInUse])
        case .setTimeToLive(let shape, let isOn):
            guard let table = tables[shape.rawValue] else { return .refused([.resourceNotFound]) }
            guard table.hasTimeToLive != isOn else { return .refused([.validation]) }
            tables[shape.rawValue]!.hasTimeToLive = isOn
            return .done
        default: preconditionFailure("not a change of a table")
        }
    }
}
