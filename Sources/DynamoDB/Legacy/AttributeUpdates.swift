/// The parameter AttributeUpdates: what is to become of each of some attributes.
struct AttributeUpdates {
    /// What is to become of one attribute.
    private struct Update {
        let attribute: Text
        var action: Text?
        var value: Result<AttributeValue, DynamoDBError>?
    }

    /// In the order of the request; of two on one attribute the later one.
    private var updates: [Update] = []

    /// Reads the parameter.
    init(_ reader: inout JSONReader) throws(DynamoDBError) {
        var places: [Text: Int] = [:]
        try reader.beginMap(of: "AttributeValueUpdate")
        while let name = try reader.nextEntry() {
            let attribute = name.text
            var update = Update(attribute: attribute)
            try reader.beginElementStructure("AttributeValueUpdate")
            while let key = try reader.nextKey() {
                switch key {
                case "Action": update.action = try reader.text()
                case "Value": update.value = try reader.attributeValueMember()
                default: try reader.skip()
                }
            }
            updates.keep(update, at: &places[attribute])
        }
    }

    /// The actions that are given.
    var actions: [(attribute: Text, action: Text)] {
        updates.compactMap { update in update.action.map { (update.attribute, $0) } }
    }

    /// The updates as an UpdateExpression's; nil when there are none, which is no update that does nothing: it makes an
    /// item of the key alone.
    func expression() throws(DynamoDBError) -> UpdateExpression? {
        guard !updates.isEmpty else { return nil }
        var clauses: [UpdateExpression.Clause] = []
        for update in updates {
            let path = DocumentPath([.name(update.attribute)])
            clauses.append(UpdateExpression.Clause(path: path, action: try AttributeUpdates.action(update)))
        }
        return UpdateExpression(clauses, typeMismatch: Messages.attributeUpdateMismatch)
    }

    private static func action(_ update: Update) throws(DynamoDBError) -> UpdateExpression.Action {
        try AttributeMap.check(name: update.attribute)
        let action = update.action?.string ?? "PUT"
        guard let value = try update.value?.get() else {
            guard action == "DELETE" else { throw .validation(Messages.attributeUpdateWithoutValue) }
            return .remove
        }
        switch (action, value.type) {
        case ("DELETE", .ss), ("DELETE", .ns), ("DELETE", .bs): return .delete(.value(value))
        // Unlike an expression's ADD it takes lists, and appends.
        case ("ADD", .n), ("ADD", .ss), ("ADD", .ns), ("ADD", .bs), ("ADD", .l): return .add(.value(value))
        case ("ADD", let type), ("DELETE", let type):
            throw .validation(Messages.attributeUpdateType(action, type))
        default: return .set(.value(value))
        }
    }
}
