extension ProjectionExpression {
    /// The projection that AttributesToGet asks for: whole attributes by their names.
    init(attributesToGet names: [Text]) {
        self.init(paths: names.map { DocumentPath([.name($0)]) })
    }

    /// Throws when AttributesToGet has a name that no attribute can have, or one twice.
    static func check(attributesToGet names: [Text]) throws(DynamoDBError) {
        for name in names { try AttributeMap.check(name: name) }
        var seen: Set<Text> = []
        for name in names where !seen.insert(name).inserted {
            throw .validation(Messages.duplicateAttributeToGet(name))
        }
    }
}

extension AttributeMap {
    /// Throws when no attribute can have this name.
    static func check(name: Text) throws(DynamoDBError) {
        if name.isEmpty || name.count > nameBytesMax { throw .validation(Messages.attributeName(name)) }
    }
}

extension Violations {
    /// AttributesToGet has at least one name.
    mutating func check(attributesToGet names: [Text]?, at path: String = "attributesToGet") {
        if names?.isEmpty == true { add("[]", at: path, Messages.minLength(1)) }
    }
}
