/// A table as CreateTable, DescribeTable, UpdateTable and DeleteTable show it.
struct TableDescription {
    private let table: Table
    private let arn: String
    private let account: String
    private let context: RequestContext

    init(_ table: Table, engine: Engine, _ context: RequestContext) {
        self.table = table
        self.context = context
        account = engine.configuration.account
        arn = "arn:aws:dynamodb:\(context.region):\(account):table/\(table.schema.name)"
    }

    /// Which of them shows it.
    enum Occasion {
        case creating, describing, updating, deleting
    }

    /// Writes the structure TableDescription, as it is while `transitions` are under way. The answer of CreateTable shows warm
    /// throughput only where it was asked for.
    func write(
        _ occasion: Occasion, transitions: [Transition], isWarmShown: Bool = true, to writer: inout JSONWriter
    ) {
        let kinds = transitions.map(\.kind)
        let schema = table.schema
        let isGoing = kinds.contains(.deletion)
        writer.beginObject()
        if !isGoing { schema.writeKeys(to: &writer) }
        writer.key("TableName")
        writer.string(schema.name)
        writer.key("TableStatus")
        writer.string(constant: status(kinds))
        if !isGoing {
            writer.key("CreationDateTime")
            writer.time(table.createdMillis)
        }
        write(schema.throughput, before: kinds.throughputBefore, to: &writer)
        writer.key("TableSizeBytes")
        writer.integer(table.counts.bytes)
        writer.key("ItemCount")
        writer.integer(table.counts.items)
        writer.key("TableArn")
        writer.string(arn)
        writer.key("TableId")
        writer.string(table.tableID)
        writeBillingMode(occasion, to: &writer)
        if !isGoing { writeIndexes(kinds, isWarmShown: isWarmShown, to: &writer) }
        write(onDemand: schema.onDemandThroughput, to: &writer)
        writeEncryption(kinds, to: &writer)
        writeTableClass(kinds, to: &writer)
        writer.key("DeletionProtectionEnabled")
        writer.bool(schema.isDeletionProtected)
        if isWarmShown, !isGoing {
            write(
                warm: schema.effectiveWarmThroughput, before: kinds.warmThroughputBefore(index: nil),
                isNew: occasion == .creating, to: &writer)
        }
        writer.endObject()
    }

    private func status(_ kinds: [Transition.Kind]) -> StaticString {
        if kinds.contains(.deletion) { return "DELETING" }
        if kinds.contains(.creation) { return "CREATING" }
        return kinds.contains(where: \.isUpdate) ? "UPDATING" : "ACTIVE"
    }

    /// Shown of tables that are on demand, or once were.
    private func writeBillingMode(_ occasion: Occasion, to writer: inout JSONWriter) {
        let schema = table.schema
        guard schema.isOnDemand || schema.onDemandMillis != nil else { return }
        writer.key("BillingModeSummary")
        writer.beginObject()
        writer.key("BillingMode")
        writer.string(constant: schema.isOnDemand ? "PAY_PER_REQUEST" : "PROVISIONED")
        if occasion != .creating {
            writer.key("LastUpdateToPayPerRequestDateTime")
            writer.time(schema.onDemandMillis ?? table.createdMillis)
        }
        writer.endObject()
    }

    private func writeTableClass(_ kinds: [Transition.Kind], to writer: inout JSONWriter) {
        guard let tableClass = table.schema.tableClass else { return }
        writer.key("TableClassSummary")
        writer.beginObject()
        writer.key("TableClass")
        writer.string(tableClass)
        if let millis = table.schema.tableClassMillis {
            writer.key("LastUpdateDateTime")
            writer.time(millis)
        }
        writer.endObject()
    }

    private func writeEncryption(_ kinds: [Transition.Kind], to writer: inout JSONWriter) {
        guard let encryption = table.schema.encryption else { return }
        let key = encryption.key?.string ?? "alias/aws/dynamodb"
        writer.key("SSEDescription")
        writer.beginObject()
        writer.key("Status")
        writer.string(constant: kinds.contains(.encryption) ? "UPDATING" : "ENABLED")
        writer.key("SSEType")
        writer.string(constant: "KMS")
        writer.key("KMSMasterKeyArn")
        writer.string(
            key.hasPrefix("arn:")
                ? key
                : "arn:aws:kms:\(context.region):\(account):\(key.hasPrefix("alias/") ? "" : "key/")\(key)")
        writer.endObject()
    }

    // MARK: Indexes

    private func writeIndexes(_ kinds: [Transition.Kind], isWarmShown: Bool, to writer: inout JSONWriter) {
        for isGlobal in [true, false] where table.indexes.contains(where: { $0.schema.isGlobal == isGlobal }) {
            writer.key(isGlobal ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes")
            writer.beginArray()
            for index in table.indexes where index.schema.isGlobal == isGlobal {
                writer.beginObject()
                index.schema.write(to: &writer)
                if isGlobal { writeState(index, kinds, to: &writer) }
                writer.key("IndexSizeBytes")
                writer.integer(index.counts.bytes)
                writer.key("ItemCount")
                writer.integer(index.counts.items)
                writer.key("IndexArn")
                writer.string("\(arn)/index/\(index.schema.name)")
                if isGlobal {
                    write(onDemand: index.schema.onDemandThroughput, to: &writer)
                    if isWarmShown {
                        write(
                            warm: table.schema.effectiveWarmThroughput(of: index.schema),
                            before: kinds.warmThroughputBefore(index: index.schema.name),
                            isNew: kinds.contains(.creation), to: &writer)
                    }
                }
                writer.endObject()
            }
            writer.endArray()
        }
    }

    private func writeState(_ index: SecondaryIndex, _ kinds: [Transition.Kind], to writer: inout JSONWriter) {
        let name = index.schema.name
        let isAllocating = kinds.contains(.indexCreation(name))
        var before: Throughput?
        var status: StaticString = "ACTIVE"
        for case .indexUpdate(name, before: let units) in kinds {
            status = "UPDATING"
            before = units
        }
        if kinds.contains(.billingMode) { status = "UPDATING" }
        if isAllocating || index.backfill != nil || kinds.contains(.creation) { status = "CREATING" }
        if kinds.contains(.indexDeletion(name)) { status = "DELETING" }
        writer.key("IndexStatus")
        writer.string(constant: status)
        // Only of an index that was added to a table, and only until it is there.
        if (isAllocating || index.backfill != nil) && !kinds.contains(.indexDeletion(name)) {
            writer.key("Backfilling")
            writer.bool(!isAllocating)
        }
        write(index.schema.throughput ?? Throughput(), before: before, to: &writer)
    }

    // MARK: Throughput

    /// Until a change is done, the units and the count of decreases are those before.
    private func write(_ throughput: Throughput, before: Throughput?, to writer: inout JSONWriter) {
        let shown = before ?? throughput
        writer.key("ProvisionedThroughput")
        writer.beginObject()
        if let millis = throughput.increasedMillis {
            writer.key("LastIncreaseDateTime")
            writer.time(millis)
        }
        if let millis = throughput.decreasedMillis {
            writer.key("LastDecreaseDateTime")
            writer.time(millis)
        }
        writer.key("NumberOfDecreasesToday")
        writer.integer(shown.decreases(onDayOf: context.now))
        writer.key("ReadCapacityUnits")
        writer.integer(shown.readUnits)
        writer.key("WriteCapacityUnits")
        writer.integer(shown.writeUnits)
        writer.endObject()
    }

    private func write(onDemand units: RequestedUnits?, to writer: inout JSONWriter) {
        guard let units else { return }
        writer.key("OnDemandThroughput")
        writer.beginObject()
        if let read = units.read {
            writer.key("MaxReadRequestUnits")
            writer.integer(read)
        }
        if let write = units.write {
            writer.key("MaxWriteRequestUnits")
            writer.integer(write)
        }
        writer.endObject()
    }

    private func write(
        warm units: RequestedUnits, before: RequestedUnits?, isNew: Bool, to writer: inout JSONWriter
    ) {
        let shown = before ?? units
        writer.key("WarmThroughput")
        writer.beginObject()
        writer.key("ReadUnitsPerSecond")
        writer.integer(shown.read ?? 0)
        writer.key("WriteUnitsPerSecond")
        writer.integer(shown.write ?? 0)
        writer.key("Status")
        writer.string(constant: isNew || before != nil ? "UPDATING" : "ACTIVE")
        writer.endObject()
    }
}

extension Array where Element == Transition.Kind {
    fileprivate var throughputBefore: Throughput? {
        for case .throughput(before: let before) in self { return before }
        return nil
    }

    fileprivate func warmThroughputBefore(index: Text?) -> RequestedUnits? {
        for case .warmThroughput(index: index, before: let before) in self { return before }
        return nil
    }
}

extension JSONWriter {
    /// Writes a time, given in milliseconds since 1970, in seconds.
    mutating func time(_ millis: Int64) {
        decimal(Double(millis) / 1000)
    }
}
