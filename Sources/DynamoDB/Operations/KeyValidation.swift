/// What a key must be.
extension TableSchema {
    /// The bytes of the partition key, at most.
    static let partitionKeyBytesMax = 2048
    /// The bytes of the sort key, at most.
    static let sortKeyBytesMax = 1024
    /// The bytes of an item, at most.
    static let itemBytesMax = 409_600

    fileprivate static func sizeProblem(_ size: Int, isPartition: Bool) -> String? {
        if isPartition { return size > partitionKeyBytesMax ? Messages.partitionKeySize : nil }
        return size > sortKeyBytesMax ? Messages.sortKeySize : nil
    }

    /// Throws when a path goes into an attribute of a key, of the table or of an index.
    func checkScalarKeys(_ paths: [DocumentPath]) throws(DynamoDBError) {
        func check(_ key: KeySchema, _ kind: String) throws(DynamoDBError) {
            for attribute in key.attributes
            where paths.contains(where: { $0.isNested && $0.attribute == attribute.name }) {
                throw .validation(Messages.keyNotScalar(kind, attribute.name))
            }
        }
        try check(key, "Key")
        for index in indexes { try check(index.key, "IndexKey") }
    }

    /// Checks what an update will write to index keys, as far as that is known without the item.
    func checkIndexKeys(of update: UpdateExpression) throws(DynamoDBError) {
        let targets = update.targets
        try checkIndexes { index in
            for attribute in index.key.attributes {
                guard let target = targets.first(where: { !$0.path.isNested && $0.path.attribute == attribute.name }),
                    let type = target.type, type != attribute.type
                else { continue }
                return Messages.indexKeyType(
                    attribute.name, expected: attribute.type, actual: type, index: index.name)
            }
            return nil
        }
    }

    /// Checks the index keys that an item has. With `before`, the item is the outcome of an update, and only what that
    /// changed is looked at.
    func checkIndexKeys(of item: Item, before: Item?, isUpdate: Bool) throws(DynamoDBError) {
        try checkIndexes { index in
            // Of a key of several attributes the sizes are taken together.
            var sizes = (partition: 0, sort: 0)
            for (position, attribute) in index.key.attributes.enumerated() {
                guard let value = item[attribute.name] else { continue }
                let isPartition = position < index.key.partitionCount
                let size = (isPartition ? sizes.partition : sizes.sort) + value.size
                if isPartition { sizes.partition = size } else { sizes.sort = size }
                if key.contains(attribute.name) || isUpdate && before?[attribute.name] == value { continue }
                guard value.type == attribute.type else {
                    if isUpdate { return Messages.updatesIndexKeyType }
                    return Messages.indexKeyType(
                        attribute.name, expected: attribute.type, actual: value.type, index: index.name)
                }
                if value.isEmptyKey {
                    return isUpdate
                        ? Messages.emptyUpdatedIndexKey(attribute.type)
                        : Messages.emptyIndexKey(attribute.name, attribute.type, index: index.name)
                }
                if let message = TableSchema.sizeProblem(size, isPartition: isPartition) {
                    return isUpdate ? Messages.updatesIndexKeySize : message
                }
            }
            return nil
        }
    }

    /// Throws what is wrong with the keys of an index; of several that are wrong AWS names the first by name.
    @inline(__always)
    private func checkIndexes(_ problem: (IndexSchema) -> String?) throws(DynamoDBError) {
        var found: (index: Text, message: String)?
        for index in indexes {
            guard let message = problem(index) else { continue }
            if found == nil || index.name < found!.index { found = (index.name, message) }
        }
        if let found { throw .validation(found.message) }
    }
}

extension KeySchema {
    /// The key that a request gives as Key: exactly the key attributes, of the right types.
    func value(ofKey given: Item) throws(DynamoDBError) -> KeyValue {
        guard given.count == attributes.count else { throw .validation(Messages.keyDoesNotMatch) }
        var bytes = KeyValue(bytes: [], partitionCount: 0)
        bytes.bytes.reserveCapacity(64)
        for (index, attribute) in attributes.enumerated() {
            guard let value = given[attribute.name], value.type == attribute.type else {
                throw .validation(Messages.keyDoesNotMatch)
            }
            try Self.append(value, of: attribute, isPartition: index == 0, to: &bytes)
        }
        return bytes
    }

    /// The key of an item that is to be put.
    func value(ofItem item: Item) throws(DynamoDBError) -> KeyValue {
        var bytes = KeyValue(bytes: [], partitionCount: 0)
        bytes.bytes.reserveCapacity(64)
        for (index, attribute) in attributes.enumerated() {
            guard let value = item[attribute.name] else { throw .validation(Messages.missingKey(attribute.name)) }
            guard value.type == attribute.type else {
                let message = Messages.keyType(attribute.name, expected: attribute.type, actual: value.type)
                throw .validation(message)
            }
            try Self.append(value, of: attribute, isPartition: index == 0, to: &bytes)
        }
        return bytes
    }

    private static func append(
        _ value: AttributeValue, of attribute: KeyAttribute, isPartition: Bool, to key: inout KeyValue
    ) throws(DynamoDBError) {
        if value.isEmptyKey { throw .validation(Messages.emptyKey(attribute.name, attribute.type)) }
        if let message = TableSchema.sizeProblem(value.size, isPartition: isPartition) { throw .validation(message) }
        guard KeyBytes.append(value, to: &key.bytes) else { throw .validation(Messages.keyDoesNotMatch) }
        if isPartition { key.partitionCount = key.bytes.count }
    }
}

extension AttributeValue {
    /// Whether it is an empty string or an empty binary, which no key may be.
    var isEmptyKey: Bool {
        switch self {
        case .s(let text): text.isEmpty
        case .b(let bytes): bytes.count == 0
        default: false
        }
    }
}

/// The same on a table: what makes a check needless is looked at first, as a call on the schema copies it.
extension Table {
    /// Throws when a path goes into a key of the table or of an index.
    func checkScalarKeys(_ paths: [DocumentPath]?) throws(DynamoDBError) {
        if let paths, paths.contains(where: \.isNested) { try schema.checkScalarKeys(paths) }
    }

    /// Checks what an update will write to index keys, as far as that is known without the item.
    func checkIndexKeys(of update: UpdateExpression) throws(DynamoDBError) {
        if !indexes.isEmpty { try schema.checkIndexKeys(of: update) }
    }

    /// Checks the index keys that an item has.
    func checkIndexKeys(of item: Item, before: Item?, isUpdate: Bool) throws(DynamoDBError) {
        if !indexes.isEmpty { try schema.checkIndexKeys(of: item, before: before, isUpdate: isUpdate) }
    }
}
