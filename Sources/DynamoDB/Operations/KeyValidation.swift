/// What a key must be.
extension TableSchema {
    /// The bytes of the partition key, at most.
    static let partitionKeyBytesMax = 2048
    /// The bytes of the sort key, at most.
    static let sortKeyBytesMax = 1024
    /// The bytes of an item, at most.
    static let itemBytesMax = 409_600

    /// The key that a request gives as Key: exactly the key attributes, of the right types.
    func keyValue(ofKey given: Item) throws(DynamoDBError) -> KeyValue {
        guard given.count == key.attributes.count else { throw .validation(Messages.keyDoesNotMatch) }
        var bytes = KeyValue(bytes: [], partitionCount: 0)
        bytes.bytes.reserveCapacity(64)
        for (index, attribute) in key.attributes.enumerated() {
            guard let value = given[attribute.name], value.type == attribute.type else {
                throw .validation(Messages.keyDoesNotMatch)
            }
            try TableSchema.append(value, of: attribute, isPartition: index == 0, to: &bytes)
        }
        return bytes
    }

    /// The key of an item that is to be put.
    func keyValue(ofItem item: Item) throws(DynamoDBError) -> KeyValue {
        var bytes = KeyValue(bytes: [], partitionCount: 0)
        bytes.bytes.reserveCapacity(64)
        for (index, attribute) in key.attributes.enumerated() {
            guard let value = item[attribute.name] else { throw .validation(Messages.missingKey(attribute.name)) }
            guard value.type == attribute.type else {
                let message = Messages.keyType(attribute.name, expected: attribute.type, actual: value.type)
                throw .validation(message)
            }
            try TableSchema.append(value, of: attribute, isPartition: index == 0, to: &bytes)
        }
        return bytes
    }

    private static func append(
        _ value: AttributeValue, of attribute: KeyAttribute, isPartition: Bool, to key: inout KeyValue
    ) throws(DynamoDBError) {
        if value.isEmptyKey { throw .validation(Messages.emptyKey(attribute.name, attribute.type)) }
        if let message = TableSchema.sizeProblem(value, isPartition: isPartition) { throw .validation(message) }
        guard KeyBytes.append(value, to: &key.bytes) else { throw .validation(Messages.keyDoesNotMatch) }
        if isPartition { key.partitionCount = key.bytes.count }
    }

    private static func sizeProblem(_ value: AttributeValue, isPartition: Bool) -> String? {
        if isPartition { return value.size > partitionKeyBytesMax ? Messages.partitionKeySize : nil }
        return value.size > sortKeyBytesMax ? Messages.sortKeySize : nil
    }

    /// Checks the index keys that an item has. With `before`, the item is the outcome of an update, and only what that
    /// changed is looked at. Of several wrong ones, AWS names that of the first index by name.
    func checkIndexKeys(of item: Item, before: Item?, isUpdate: Bool) throws(DynamoDBError) {
        guard !indexes.isEmpty else { return }
        for index in indexes.sorted(by: { $0.name < $1.name }) {
            for (position, attribute) in index.key.attributes.enumerated() {
                guard !key.contains(attribute.name), let value = item[attribute.name] else { continue }
                if isUpdate, before?[attribute.name] == value { continue }
                guard value.type == attribute.type else {
                    let message = Messages.indexKeyType(
                        attribute.name, expected: attribute.type, actual: value.type, index: index.name)
                    throw .validation(message)
                }
                if value.isEmptyKey {
                    throw .validation(
                        isUpdate
                            ? Messages.emptyUpdatedIndexKey(attribute.type)
                            : Messages.emptyIndexKey(attribute.name, attribute.type, index: index.name))
                }
                if let message = TableSchema.sizeProblem(value, isPartition: position == 0) {
                    throw .validation(message)
                }
            }
        }
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
