/// The violated constraints of a request, which AWS reports together: at most ten.
struct Violations {
    private(set) var list: [String] = []

    var isEmpty: Bool { list.isEmpty }

    mutating func add(_ value: String?, at path: String, _ rule: String) {
        list.append(Messages.constraint(value, at: path, rule))
    }

    mutating func add(_ message: String) { list.append(message) }

    /// A value that must be one of a few.
    mutating func check(_ value: Text?, at path: String, in values: String) {
        guard let value, !values.split(separator: ", ").contains(where: { $0 == value.string }) else { return }
        add(value.string, at: path, Messages.oneOf(values))
    }

    /// A value that must be one of a few, in the newer check's words, which does not go on: throws. AWS shows some sets
    /// otherwise than they are.
    mutating func checkNewer(_ value: Text?, in values: String, shown: String? = nil) throws(DynamoDBError) {
        guard let value, !values.split(separator: ", ").contains(where: { $0 == value.string }) else { return }
        add(Messages.newerEnum(shown ?? values))
        try check()
    }

    /// The name of a table that is to be found, or its ARN.
    mutating func check(tableName name: Text?, at path: String = "tableName") {
        guard let name else { return add(nil, at: path, Messages.notNull) }
        if name.isARN { return check(tableARN: name, at: path) }
        if name.isEmpty { return add("", at: path, Messages.minLength(1)) }
        check(nameCharacters: name, at: path)
        if name.count > 255 { add(name.string, at: path, Messages.maxLength(255)) }
    }

    /// The names of tables that are to be found, or their ARNs, as the keys of a map; `shown` is how AWS prints the map.
    mutating func check(tableNames names: [Text], at path: String, shown: () -> String) {
        let isValid = names.allSatisfy { name in
            var one = Violations()
            if name.isARN { one.check(tableName: name) } else { one.check(newName: name, at: path) }
            return one.isEmpty
        }
        if !isValid { add(shown(), at: path, Messages.tableNameKeys) }
    }

    /// The name of a table or an index that is to be made.
    mutating func check(newName name: Text?, at path: String) {
        guard let name else { return add(nil, at: path, Messages.notNull) }
        check(nameCharacters: name, at: path)
        if name.count < 3 { add(name.string, at: path, Messages.minLength(3)) }
        if name.count > 255 { add(name.string, at: path, Messages.maxLength(255)) }
    }

    /// The name of an index that is to be found.
    mutating func check(indexName name: Text?) {
        guard let name else { return }
        check(newName: name, at: "indexName")
    }

    private mutating func check(nameCharacters name: Text, at path: String) {
        if !name.isTableName { add(name.string, at: path, Messages.namePattern) }
    }

    /// Throws what was found, if anything.
    func check() throws(DynamoDBError) {
        guard !list.isEmpty else { return }
        throw .validation(Messages.violations(Array(list.prefix(10))))
    }
}

extension DynamoDBError {
    /// A ValidationException in the envelope that PutItem, UpdateItem and DeleteItem put around what they find wrong
    /// with a request before they look at the table.
    var enveloped: DynamoDBError {
        guard kind == .validation, let message, !message.contains(" detected: ") else { return self }
        // These AWS leaves as they are.
        if message == Messages.emptyAttributeValue || message == Messages.manyDataTypes { return self }
        return prefixed(Messages.oneViolation)
    }
}

/// Calls `body`; what it finds wrong goes into the envelope.
@inline(__always)
func enveloped<Result>(_ body: () throws(DynamoDBError) -> Result) throws(DynamoDBError) -> Result {
    do throws(DynamoDBError) {
        return try body()
    } catch {
        throw error.enveloped
    }
}
