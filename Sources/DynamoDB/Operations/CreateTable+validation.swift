/// What AWS checks before it makes a table, in its order.
extension CreateTable.Request {
    /// The constraints of the request's shape. Those of the name are reported by themselves, the others together.
    func checkShape(_ name: Text) throws(DynamoDBError) {
        var violations = Violations()
        violations.check(newName: name, at: "tableName")
        try violations.check()
        violations.check(billingMode, at: "billingMode", in: "PROVISIONED, PAY_PER_REQUEST")
        CreateTable.check(throughput, at: "provisionedThroughput", &violations)
        CreateTable.check(keySchema, at: "keySchema", max: 2, &violations)
        checkDefinitions(&violations)
        for (number, index) in (globalIndexes ?? []).enumerated() {
            index.check(at: "globalSecondaryIndexes.\(number + 1).member", keyMax: nil, &violations)
        }
        for (number, index) in (localIndexes ?? []).enumerated() {
            index.check(at: "localSecondaryIndexes.\(number + 1).member", keyMax: 2, &violations)
        }
        try violations.check()
        try CreateTable.check(tableClass: tableClass)
    }

    private func checkDefinitions(_ violations: inout Violations) {
        guard let attributeDefinitions else {
            return violations.add(nil, at: "attributeDefinitions", Messages.notNull)
        }
        CreateTable.check(attributeDefinitions, &violations)
    }

    /// What is asked for and not there yet.
    func checkSupport() throws(DynamoDBError) {
        guard isStreamEnabled else { return }
        throw .validation(Messages.notSupported("StreamSpecification", of: "CreateTable"))
    }

    /// The table that is asked for.
    func schema(_ name: Text) throws(DynamoDBError) -> TableSchema {
        let isOnDemand = billingMode == "PAY_PER_REQUEST"
        try checkThroughput(isOnDemand: isOnDemand)
        let definitions = try CreateTable.keyAttributes(attributeDefinitions ?? [])
        let key = try CreateTable.key(keySchema ?? [], definitions, isGlobal: false)
        if globalIndexes == nil, localIndexes == nil, key.attributes.count != definitions.count {
            throw .validation(Messages.definitionCount)
        }
        if localIndexes?.isEmpty == true { throw .validation(Messages.emptyIndexList("LocalSecondaryIndexes")) }
        if globalIndexes?.isEmpty == true { throw .validation(Messages.emptyIndexList("GlobalSecondaryIndexes")) }
        var names: [Text] = []
        var local: [IndexSchema] = []
        for index in localIndexes ?? [] {
            local.append(try localIndex(index, key, definitions, &names))
        }
        if local.count > 5 { throw .validation(Messages.tooManyLocalIndexes) }
        var global: [IndexSchema] = []
        for index in globalIndexes ?? [] {
            global.append(try globalIndex(index, definitions, isOnDemand: isOnDemand, &names))
        }
        if global.count > 20 { throw .validation(Messages.tooManyGlobalIndexes) }
        try checkUse(of: definitions, key, global + local)
        var schema = TableSchema(
            name: name, attributeDefinitions: definitions.sorted { $0.name < $1.name }, key: key,
            indexes: global + local, isOnDemand: isOnDemand,
            throughput: Throughput(readUnits: throughput?.read ?? 0, writeUnits: throughput?.write ?? 0),
            isDeletionProtected: isDeletionProtected, tableClass: tableClass, tags: try Tags.checked(tags))
        schema.onDemandThroughput = try onDemandThroughput?.checked(isOnDemand: isOnDemand)
        schema.warmThroughput = try warmThroughput?.checked(
            warmOf: isOnDemand ? nil : schema.throughput, index: nil)
        schema.encryption = try encryption?.checked()
        return schema
    }

    private func checkThroughput(isOnDemand: Bool) throws(DynamoDBError) {
        if isOnDemand {
            if throughput != nil { throw .validation(Messages.throughputOnDemand) }
            return
        }
        guard let throughput else { throw .validation(Messages.throughputMissing) }
        try throughput.checkBounds()
    }

    private func checkUse(
        of definitions: [KeyAttribute], _ key: KeySchema, _ indexes: [IndexSchema]
    ) throws(DynamoDBError) {
        var used = key.attributes.map(\.name)
        for index in indexes {
            for attribute in index.key.attributes where !used.contains(attribute.name) { used.append(attribute.name) }
        }
        if definitions.contains(where: { !used.contains($0.name) }) {
            throw .validation(Messages.unusedDefinitions(definitions.map(\.name), used: used))
        }
    }

    private func localIndex(
        _ index: CreateTable.Index, _ tableKey: KeySchema, _ definitions: [KeyAttribute], _ names: inout [Text]
    ) throws(DynamoDBError) -> IndexSchema {
        let name = index.name ?? ""
        guard tableKey.sort != nil else { throw .validation(Messages.localWithoutRange) }
        let key = try CreateTable.key(index.keySchema ?? [], definitions, isGlobal: false)
        guard key.sort != nil else { throw .validation(Messages.localIndexWithoutRange(name)) }
        if key.partition.name != tableKey.partition.name {
            let message = Messages.localIndexOtherHash(
                name, key.partition.name, tableHash: tableKey.partition.name)
            throw .validation(message)
        }
        let projection = try index.projection()
        if names.contains(name) { throw .validation(Messages.duplicateIndex(name)) }
        names.append(name)
        return IndexSchema(name: name, isGlobal: false, key: key, projection: projection, throughput: nil)
    }

    private func globalIndex(
        _ index: CreateTable.Index, _ definitions: [KeyAttribute], isOnDemand: Bool, _ names: inout [Text]
    ) throws(DynamoDBError) -> IndexSchema {
        let name = index.name ?? ""
        let key = try CreateTable.key(index.keySchema ?? [], definitions, isGlobal: true)
        let projection = try index.projection()
        if isOnDemand, index.throughput != nil { throw .validation(Messages.indexThroughputOnDemand(name)) }
        if !isOnDemand, index.throughput == nil { throw .validation(Messages.indexThroughputNotSpecified(name)) }
        if names.contains(name) { throw .validation(Messages.duplicateIndex(name)) }
        names.append(name)
        let units = index.throughput.map { Throughput(readUnits: $0.read ?? 0, writeUnits: $0.write ?? 0) }
        var schema = IndexSchema(name: name, isGlobal: true, key: key, projection: projection, throughput: units)
        schema.onDemandThroughput = try index.onDemandThroughput?.checked(isOnDemand: isOnDemand, index: name)
        schema.warmThroughput = try index.warmThroughput?.checked(warmOf: isOnDemand ? nil : units, index: name)
        return schema
    }
}

extension CreateTable {
    static func check(_ definitions: [(name: Text?, type: Text?)], _ violations: inout Violations) {
        for (number, definition) in definitions.enumerated() {
            let path = "attributeDefinitions.\(number + 1).member"
            if let name = definition.name {
                CreateTable.check(attributeName: name, at: path + ".attributeName", &violations)
            } else {
                violations.add(nil, at: path + ".attributeName", Messages.notNull)
            }
            if definition.type == nil { violations.add(nil, at: path + ".attributeType", Messages.notNull) }
            violations.check(definition.type, at: path + ".attributeType", in: "B, N, S")
        }
    }

    static func check(tableClass: Text?) throws(DynamoDBError) {
        guard let tableClass, tableClass != "STANDARD", tableClass != "STANDARD_INFREQUENT_ACCESS" else { return }
        throw .validation(Messages.invalidTableClass)
    }

    static func check(attributeName name: Text, at path: String, _ violations: inout Violations) {
        if name.isEmpty { violations.add("", at: path, Messages.minLength(1)) }
        if name.count > 255 { violations.add(name.string, at: path, Messages.maxLength(255)) }
    }

    static func check(_ units: Units?, at path: String, _ violations: inout Violations) {
        guard let units else { return }
        for (value, name) in [(units.write, "writeCapacityUnits"), (units.read, "readCapacityUnits")] {
            guard let value else {
                violations.add(nil, at: "\(path).\(name)", Messages.notNull)
                continue
            }
            if value < 1 { violations.add("\(value)", at: "\(path).\(name)", Messages.minValue(1)) }
        }
    }

    static func check(_ elements: [KeyElement]?, at path: String, max: Int?, _ violations: inout Violations) {
        guard let elements else { return violations.add(nil, at: path, Messages.notNull) }
        if elements.isEmpty { violations.add("[]", at: path, Messages.minLength(1)) }
        if let max, elements.count > max {
            let dump = elements.map { element in
                "KeySchemaElement(attributeName=\(element.name ?? ""), keyType=\(element.type ?? ""))"
            }
            violations.add("[\(dump.joined(separator: ", "))]", at: path, Messages.maxLength(max))
        }
        for (number, element) in elements.enumerated() {
            let path = "\(path).\(number + 1).member"
            if let name = element.name {
                check(attributeName: name, at: path + ".attributeName", &violations)
            } else {
                violations.add(nil, at: path + ".attributeName", Messages.notNull)
            }
            if element.type == nil { violations.add(nil, at: path + ".keyType", Messages.notNull) }
            violations.check(element.type, at: path + ".keyType", in: "HASH, RANGE")
        }
    }

    /// The definitions of a request of valid shape.
    static func keyAttributes(
        _ definitions: [(name: Text?, type: Text?)]
    ) throws(DynamoDBError) -> [KeyAttribute] {
        var attributes: [KeyAttribute] = []
        for definition in definitions {
            guard let name = definition.name, let type = definition.type.flatMap({ DataType(rawValue: $0.string) })
            else { continue }
            if attributes.contains(where: { $0.name == name }) {
                throw .validation(Messages.duplicateDefinition(name))
            }
            attributes.append(KeyAttribute(name: name, type: type))
        }
        return attributes
    }

    /// The key that a KeySchema of valid shape stands for. Only a global index may have more than one attribute of a kind.
    static func key(
        _ elements: [KeyElement], _ definitions: [KeyAttribute], isGlobal: Bool
    ) throws(DynamoDBError) -> KeySchema {
        let names = elements.map { $0.name ?? "" }
        let defined = definitions.map(\.name)
        if names.count > defined.count, !isGlobal { throw .validation(Messages.keyWithoutDefinition) }
        if names.contains(where: { !defined.contains($0) }) {
            throw .validation(Messages.keysNotDefined(names, defined))
        }
        let isPlain = elements.count == 2 && elements[1].type == "RANGE"
        if isPlain, names[0] == names[1] { throw .validation(Messages.sameKeyTwice) }
        if names.indices.contains(where: { names[..<$0].contains(names[$0]) }) {
            throw .validation(isGlobal ? Messages.sameNameInKey : Messages.sameKeyTwice)
        }
        if elements[0].type != "HASH" { throw .validation(Messages.firstNotHash) }
        let partition = elements.prefix { $0.type == "HASH" }
        if isGlobal {
            if elements.dropFirst(partition.count).contains(where: { $0.type == "HASH" }) {
                throw .validation(Messages.hashAfterRange)
            }
            if partition.count > 4 { throw .validation(Messages.tooManyKeyAttributes("HASH")) }
            if elements.count - partition.count > 4 { throw .validation(Messages.tooManyKeyAttributes("RANGE")) }
        } else if elements.count == 2, elements[1].type != "RANGE" {
            throw .validation(Messages.secondNotRange)
        }
        let attributes = names.map { name in definitions.first { $0.name == name }! }
        return KeySchema(attributes: attributes, partitionCount: partition.count)
    }
}

extension CreateTable.Index {
    func check(at path: String, keyMax: Int?, _ violations: inout Violations) {
        violations.check(newName: name, at: path + ".indexName")
        CreateTable.check(keySchema, at: path + ".keySchema", max: keyMax, &violations)
        if hasProjection {
            violations.check(
                projectionType, at: path + ".projection.projectionType", in: "ALL, INCLUDE, KEYS_ONLY")
            if nonKeyAttributes?.isEmpty == true {
                violations.add("[]", at: path + ".projection.nonKeyAttributes", Messages.minLength(1))
            }
            if let nonKeyAttributes, nonKeyAttributes.count > 20 {
                violations.add(
                    Messages.list(nonKeyAttributes), at: path + ".projection.nonKeyAttributes", Messages.maxLength(20))
            }
            for (number, name) in (nonKeyAttributes ?? []).enumerated() {
                let path = path + ".projection.nonKeyAttributes.\(number + 1).member"
                CreateTable.check(attributeName: name, at: path, &violations)
            }
        } else {
            violations.add(nil, at: path + ".projection", Messages.notNull)
        }
        CreateTable.check(throughput, at: path + ".provisionedThroughput", &violations)
    }

    func projection() throws(DynamoDBError) -> Projection {
        guard let projectionType else { throw .validation(Messages.unknownProjection) }
        if projectionType == "INCLUDE" {
            guard let nonKeyAttributes else { throw .validation(Messages.includeWithoutAttributes) }
            let sorted = nonKeyAttributes.sorted()
            if let twice = zip(sorted, sorted.dropFirst()).first(where: { $0 == $1 }) {
                throw .validation(Messages.duplicateNonKeyAttribute(twice.0))
            }
            return .include(sorted)
        }
        if nonKeyAttributes != nil { throw .validation(Messages.projectionWithAttributes(projectionType)) }
        return projectionType == "ALL" ? .all : .keysOnly
    }
}
