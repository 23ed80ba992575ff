/// What AWS checks of an UpdateTable before it looks at the table, in its order.
extension UpdateTable.Request {
    /// The constraints of the request's shape.
    func checkShape(_ name: Text) throws(DynamoDBError) {
        var violations = Violations()
        violations.check(controlledName: name)
        violations.check(billingMode, at: "billingMode", in: "PROVISIONED, PAY_PER_REQUEST")
        CreateTable.check(throughput, at: "provisionedThroughput", &violations)
        CreateTable.check(attributeDefinitions ?? [], &violations)
        for (number, update) in (indexUpdates ?? []).enumerated() {
            let path = "globalSecondaryIndexUpdates.\(number + 1).member"
            update.create?.check(at: path + ".create", keyMax: nil, &violations)
            if let index = update.update {
                violations.check(newName: index.name, at: path + ".update.indexName")
                CreateTable.check(index.throughput, at: path + ".update.provisionedThroughput", &violations)
            }
            if let index = update.delete { violations.check(newName: index.name, at: path + ".delete.indexName") }
        }
        try violations.check()
        try CreateTable.check(tableClass: tableClass)
        if isStreamEnabled == true {
            throw .validation(Messages.notSupported("StreamSpecification", of: "UpdateTable"))
        }
    }

    /// What is asked for besides one thing.
    private func count(without given: Bool...) -> Int {
        let all = [
            throughput != nil || billingMode != nil, isStreamEnabled != nil, encryption != nil,
            isDeletionProtected != nil, tableClass != nil, onDemandThroughput != nil, warmThroughput != nil,
            indexUpdates?.isEmpty == false,
        ]
        return all.filter { $0 }.count - given.filter { $0 }.count
    }

    /// That something is asked for, and nothing together that does not go together.
    func checkCombination() throws(DynamoDBError) {
        if count() == 0 { throw .validation(Messages.nothingToUpdate) }
        let isIndexMade = (indexUpdates ?? []).contains { $0.create != nil }
        let isIndexDeleted = (indexUpdates ?? []).contains { $0.delete != nil }
        let isAlone = count() == 1
        if encryption != nil, !isAlone {
            throw .validation(Messages.onlyOperation("Server-Side Encryption modification"))
        }
        if tableClass != nil, !isAlone { throw .validation(Messages.onlyOperation("TableClass modification")) }
        if isDeletionProtected != nil, !isAlone {
            throw .validation(Messages.onlyOperation("DeletionProtection modification"))
        }
        if warmThroughput != nil, !isAlone {
            if isIndexMade { throw .validation(Messages.indexAndWarmThroughput) }
            throw .validation(Messages.onlyOperation("WarmThroughput"))
        }
        if onDemandThroughput != nil, count(without: true, billingMode != nil) > 0 {
            throw .validation(Messages.onDemandUnitsAlone)
        }
        if indexUpdates?.isEmpty == true {
            throw .validation(Messages.emptyIndexList("GlobalSecondaryIndexUpdates"))
        }
        if throughput != nil, isIndexMade || isIndexDeleted { throw .validation(Messages.indexAndThroughput) }
        try checkIndexUpdates()
        if billingMode == "PAY_PER_REQUEST", throughput != nil { throw .validation(Messages.throughputOnDemand) }
        try throughput?.checkBounds()
    }

    private func checkIndexUpdates() throws(DynamoDBError) {
        var names: [Text] = []
        for update in indexUpdates ?? [] {
            let count = [update.create, update.update, update.delete].filter { $0 != nil }.count
            if count == 0 { throw .validation(Messages.noIndexAction) }
            if count > 1 { throw .validation(Messages.manyIndexActions) }
            guard let name = update.name else { continue }
            if names.contains(name) { throw .validation(Messages.manyUpdates(of: name)) }
            names.append(name)
        }
    }

    /// The index that is to be made, and the attribute definitions for it; its throughput depends on the table.
    func newIndex() throws(DynamoDBError) -> (index: CreateTable.Index, schema: IndexSchema)? {
        guard let index = (indexUpdates ?? []).lazy.compactMap(\.create).first else { return nil }
        let name = index.name ?? ""
        guard let attributeDefinitions, !attributeDefinitions.isEmpty else {
            throw .validation(Messages.definitionsMissing(name))
        }
        let definitions = try CreateTable.keyAttributes(attributeDefinitions)
        let key = try CreateTable.key(index.keySchema ?? [], definitions, isGlobal: true)
        let schema = IndexSchema(
            name: name, isGlobal: true, key: key, projection: try index.projection(), throughput: nil)
        return (index, schema)
    }
}

extension CreateTable.Units {
    /// AWS's bound of any capacity units.
    func checkBounds() throws(DynamoDBError) {
        for (value, name) in [(read, "ReadCapacityUnits"), (write, "WriteCapacityUnits")] {
            if let value, value > 1_000_000_000_000 { throw .validation(Messages.outOfBounds(value, name)) }
        }
    }
}
