/// What an UpdateTable makes of a table: decided here, from what the table is and what of it is under way.
struct TableChange {
    /// The table after it.
    private(set) var schema: TableSchema
    /// What takes its time.
    private(set) var kinds: [Transition.Kind] = []
    /// What the answer shows as if it took time.
    private(set) var shownOnly: [Transition.Kind] = []
    /// The index that goes once its deletion is done.
    private(set) var deletedIndex: Text?

    private let before: TableSchema
    private let pending: [Transition.Kind]
    /// The indexes that are being built.
    private let building: [Text]
    private let createdMillis: Int64
    private let context: RequestContext

    init(_ table: Table, _ context: RequestContext) {
        before = table.schema
        schema = table.schema
        pending = table.transitions.map(\.kind)
        building = table.indexes.filter { $0.backfill != nil }.map(\.schema.name)
        createdMillis = table.createdMillis
        self.context = context
    }

    /// Decides, or throws what AWS says against it.
    mutating func make(
        _ request: UpdateTable.Request, newIndex: (index: CreateTable.Index, schema: IndexSchema)?
    ) throws(DynamoDBError) {
        if pending.contains(.creation) { throw inUse(Messages.beingCreated(before.name)) }
        if pending.contains(.deletion) { throw inUse(Messages.beingDeleted(before.name)) }
        if request.isStreamEnabled == false { throw .validation(Messages.noStream(before.name)) }
        try checkIndexActions(request.indexUpdates ?? [])
        try changeThroughput(request)
        for update in request.indexUpdates ?? [] {
            if let index = update.update { try change(index, isSwitch: before.isOnDemand != schema.isOnDemand) }
            if let name = update.delete?.name { delete(name) }
        }
        if let newIndex { try create(newIndex.index, newIndex.schema) }
        try changeOptions(request)
    }

    private func inUse(_ message: String) -> DynamoDBError { DynamoDBError(.resourceInUse, message) }

    // MARK: Indexes

    /// One index at a time is made or deleted, and only if nothing else of the table is in the way.
    private func checkIndexActions(_ updates: [UpdateTable.IndexUpdate]) throws(DynamoDBError) {
        let actions = updates.filter { $0.create != nil || $0.delete != nil }
        if actions.count > 1 { throw DynamoDBError(.limitExceeded, Messages.oneIndexAtATime) }
        if !actions.isEmpty {
            if pending.contains(where: \.isThroughput) { throw inUse(Messages.indexWhileThroughput(before.name)) }
            for case .tableClass in pending { throw inUse(Messages.indexWhileTableClass(before.name)) }
        }
        for update in updates {
            if let name = update.create?.name {
                if before.indexes.contains(where: { $0.name == name }) { throw .validation(Messages.indexExists) }
                try checkIsOnly(name)
                if before.indexes.filter(\.isGlobal).count >= 20 {
                    throw DynamoDBError(.limitExceeded, Messages.tooManyIndexesOfTable)
                }
            } else if let name = update.delete?.name {
                try checkExists(name, to: "delete")
                if pending.contains(.indexCreation(name)) { throw inUse(Messages.indexInAllocation(before.name, name)) }
                if pending.contains(.indexDeletion(name)) {
                    throw inUse(Messages.index(name, of: before.name, isBeing: "deleted"))
                }
                try checkIsOnly(name)
            } else if let name = update.update?.name {
                try checkExists(name, to: "update")
                if pending.contains(.indexCreation(name)) {
                    throw inUse(Messages.indexNotBackfilling(before.name, name))
                }
                for kind in pending where kind.changes(index: name) {
                    let verb = kind == .indexDeletion(name) ? "deleted" : "updated"
                    throw inUse(Messages.index(name, of: before.name, isBeing: verb))
                }
            }
        }
    }

    private func checkExists(_ name: Text, to verb: String) throws(DynamoDBError) {
        guard let index = before.indexes.first(where: { $0.name == name }) else {
            throw DynamoDBError(.resourceNotFound, Messages.indexNotFound(name, before.name))
        }
        if !index.isGlobal { throw .validation(Messages.notGlobal(verb, name)) }
    }

    /// That no other index is being made or deleted.
    private func checkIsOnly(_ name: Text) throws(DynamoDBError) {
        let isBusy =
            building.contains { $0 != name }
            || pending.contains { kind in
                switch kind {
                case .indexCreation(let other), .indexDeletion(let other): other != name
                default: false
                }
            }
        if isBusy { throw DynamoDBError(.limitExceeded, Messages.oneIndexAtATime) }
    }

    private mutating func create(_ index: CreateTable.Index, _ schema: IndexSchema) throws(DynamoDBError) {
        var new = schema
        for attribute in new.key.attributes {
            guard let known = before.attributeDefinitions.first(where: { $0.name == attribute.name }),
                known.type != attribute.type
            else { continue }
            let keys = [before.key] + before.indexes.map(\.key)
            let existing = keys.last { $0.contains(attribute.name) } ?? before.key
            throw .validation(Messages.redefined(existing: existing, new: new.key))
        }
        if self.schema.isOnDemand {
            if index.throughput != nil { throw .validation(Messages.indexUnitsOnDemand(new.name)) }
        } else {
            guard let read = index.throughput?.read, let write = index.throughput?.write else {
                throw .validation(Messages.indexUnitsMissing(new.name))
            }
            try index.throughput?.checkBounds()
            new.throughput = Throughput(readUnits: read, writeUnits: write)
            try new.throughput?.checkMaximum(index: new.name, region: context.region)
        }
        new.onDemandThroughput = try index.onDemandThroughput?.checked(
            isOnDemand: self.schema.isOnDemand, index: new.name)
        new.warmThroughput = try index.warmThroughput?.checked(
            warmOf: self.schema.isOnDemand ? nil : new.throughput, index: new.name)
        for attribute in new.key.attributes where !self.schema.attributeDefinitions.contains(attribute) {
            self.schema.attributeDefinitions.append(attribute)
        }
        self.schema.attributeDefinitions.sort { $0.name < $1.name }
        let position = self.schema.indexes.firstIndex { !$0.isGlobal } ?? self.schema.indexes.count
        self.schema.indexes.insert(new, at: position)
        kinds.append(.indexCreation(new.name))
    }

    private mutating func delete(_ name: Text) {
        kinds.append(.indexDeletion(name))
        deletedIndex = name
    }

    private mutating func change(_ index: CreateTable.Index, isSwitch: Bool) throws(DynamoDBError) {
        guard let name = index.name, let position = schema.indexes.firstIndex(where: { $0.name == name }) else {
            return
        }
        let old = schema.indexes[position]
        if index.throughput == nil, index.onDemandThroughput == nil, index.warmThroughput == nil {
            throw .validation(Messages.indexThroughputMissing(name))
        }
        if let units = index.throughput {
            if schema.isOnDemand { throw .validation(Messages.indexUpdateOnDemand(name)) }
            try units.checkBounds()
            var throughput = old.throughput ?? Throughput()
            if !isSwitch, throughput.readUnits == units.read, throughput.writeUnits == units.write {
                throw .validation(Messages.sameThroughput(throughput, index: name))
            }
            let warm = schema.effectiveWarmThroughput(of: old)
            try throughput.change(read: units.read ?? 0, write: units.write ?? 0, now: context.now)
            try throughput.checkMaximum(index: name, region: context.region)
            schema.indexes[position].throughput = throughput
            schema.indexes[position].warmThroughput = warm.raised(to: RequestedUnits(throughput))
            if !isSwitch { kinds.append(.indexUpdate(name, before: old.throughput ?? Throughput())) }
        }
        if let units = index.onDemandThroughput {
            try units.checkUpdate(isOnDemand: schema.isOnDemand, index: name)
            schema.indexes[position].onDemandThroughput = units.merged(over: old.onDemandThroughput).cleared
            kinds.append(.indexUpdate(name, before: old.throughput ?? Throughput()))
        }
        if let units = index.warmThroughput {
            let warm = schema.effectiveWarmThroughput(of: schema.indexes[position])
            try units.checkWarm(above: warm, index: name)
            guard units.merged(over: warm) != warm else { return }
            schema.indexes[position].warmThroughput = units.merged(over: warm)
            kinds.append(.warmThroughput(index: name, before: warm))
        }
    }

    // MARK: Throughput and billing mode

    private mutating func changeThroughput(_ request: UpdateTable.Request) throws(DynamoDBError) {
        guard request.billingMode != nil || request.throughput != nil else { return }
        let isOnDemand = request.billingMode.map { $0 == "PAY_PER_REQUEST" } ?? before.isOnDemand
        if isOnDemand {
            if request.throughput != nil { throw .validation(Messages.throughputOnDemand) }
            // To ask for it again changes nothing, but the answer looks as if.
            if before.isOnDemand { return shownOnly.append(.billingMode) }
            try checkIsSettled()
            return switchToOnDemand()
        }
        guard let units = request.throughput, let read = units.read, let write = units.write else {
            throw .validation(Messages.throughputMissingForMode)
        }
        if before.isOnDemand {
            for index in before.indexes where index.isGlobal {
                let isGiven = (request.indexUpdates ?? []).contains {
                    $0.update?.name == index.name && $0.update?.throughput != nil || $0.delete?.name == index.name
                }
                if !isGiven { throw .validation(Messages.indexThroughputMissing(index.name)) }
            }
            try checkIsSettled()
            switchToProvisioned()
        } else {
            try checkIsSettled()
            if before.throughput.readUnits == read, before.throughput.writeUnits == write {
                throw .validation(Messages.sameThroughput(before.throughput, index: nil))
            }
            kinds.append(.throughput(before: before.throughput))
        }
        let warm = before.effectiveWarmThroughput
        try schema.throughput.change(read: read, write: write, now: context.now)
        try schema.throughput.checkMaximum(index: nil, region: context.region)
        schema.warmThroughput = warm.raised(to: RequestedUnits(read: read, write: write))
    }

    /// That no other change of units, and no change of the indexes that they are for, is under way.
    private func checkIsSettled() throws(DynamoDBError) {
        if pending.contains(where: \.isThroughput) { throw inUse(Messages.throughputBeingUpdated(before.name)) }
        for kind in pending {
            switch kind {
            case .indexCreation(let name): throw inUse(Messages.throughputWhileIndex("created", before.name, name))
            case .indexDeletion(let name): throw inUse(Messages.throughputWhileIndex("deleted", before.name, name))
            default: continue
            }
        }
    }

    private mutating func switchToOnDemand() {
        schema.warmThroughput = before.effectiveWarmThroughput.raised(to: .initialOnDemand)
        for position in schema.indexes.indices where schema.indexes[position].isGlobal {
            let warm = before.effectiveWarmThroughput(of: schema.indexes[position])
            schema.indexes[position].warmThroughput = warm.raised(to: .initialOnDemand)
            schema.indexes[position].throughput = nil
        }
        schema.isOnDemand = true
        schema.throughput.readUnits = 0
        schema.throughput.writeUnits = 0
        schema.throughput.decreases = before.throughput.decreases(onDayOf: context.now)
        schema.throughput.decreasedMillis = context.now
        schema.onDemandMillis = context.now
        kinds.append(.billingMode)
    }

    private mutating func switchToProvisioned() {
        for position in schema.indexes.indices where schema.indexes[position].isGlobal {
            schema.indexes[position].warmThroughput = before.effectiveWarmThroughput(of: schema.indexes[position])
            schema.indexes[position].onDemandThroughput = nil
        }
        schema.isOnDemand = false
        schema.onDemandThroughput = nil
        // When it was made on demand stays to be seen.
        if schema.onDemandMillis == nil { schema.onDemandMillis = createdMillis }
        kinds.append(.billingMode)
    }

    // MARK: The rest

    private mutating func changeOptions(_ request: UpdateTable.Request) throws(DynamoDBError) {
        if let units = request.onDemandThroughput { try changeOnDemand(units) }
        if let units = request.warmThroughput {
            let warm = schema.effectiveWarmThroughput
            try units.checkWarm(above: warm, index: nil)
            if units.merged(over: warm) != warm {
                schema.warmThroughput = units.merged(over: warm)
                kinds.append(.warmThroughput(index: nil, before: warm))
            }
        }
        if let tableClass = request.tableClass {
            for case .tableClass(let other) in pending {
                throw inUse(Messages.tableClassBeingUpdated(before.name, other))
            }
            schema.tableClass = tableClass
            schema.tableClassMillis = context.now
            kinds.append(.tableClass(tableClass))
        }
        if let isProtected = request.isDeletionProtected { schema.isDeletionProtected = isProtected }
        if let encryption = request.encryption { try change(encryption) }
    }

    private mutating func changeOnDemand(_ units: RequestedUnits) throws(DynamoDBError) {
        try units.checkUpdate(isOnDemand: schema.isOnDemand, index: nil)
        for kind in pending {
            switch kind {
            case .billingMode: throw inUse(Messages.onDemandUnitsWhileBillingMode)
            case .indexCreation(let name): throw inUse(Messages.onDemandUnitsWhileIndex("creation", name))
            case .indexDeletion(let name): throw inUse(Messages.onDemandUnitsWhileIndex("deletion", name))
            default: continue
            }
        }
        schema.onDemandThroughput = units.merged(over: before.onDemandThroughput).cleared
    }

    private mutating func change(_ asked: CreateTable.EncryptionSpecification) throws(DynamoDBError) {
        let encryption = try asked.checked()
        if pending.contains(.encryption) { throw inUse(Messages.encryptionBeingUpdated) }
        if encryption == nil, before.encryption == nil { throw .validation(Messages.encryptedByDefault) }
        if let encryption, encryption == before.encryption { throw .validation(Messages.encryptedWithKey) }
        schema.encryption = encryption
        kinds.append(.encryption)
    }
}
