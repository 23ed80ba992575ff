/// A table as CreateTable, DescribeTable and DeleteTable show it.
struct TableDescription {
    private let table: Table
    private let arn: String

    init(_ table: Table, engine: Engine, region: String) {
        self.table = table
        arn = "arn:aws:dynamodb:\(region):\(engine.configuration.account):table/\(table.schema.name)"
    }

    /// Which of them shows it.
    enum Occasion {
        case creating, describing, deleting

        var status: StaticString {
            switch self {
            case .creating: "CREATING"
            case .describing: "ACTIVE"
            case .deleting: "DELETING"
            }
        }
    }

    /// Writes the structure TableDescription.
    func write(_ occasion: Occasion, to writer: inout JSONWriter) {
        let schema = table.schema
        writer.beginObject()
        if occasion != .deleting { schema.writeKeys(to: &writer) }
        writer.key("TableName")
        writer.string(schema.name)
        writer.key("TableStatus")
        writer.string(constant: occasion.status)
        if occasion != .deleting {
            writer.key("CreationDateTime")
            writer.decimal(Double(table.createdMillis) / 1000)
        }
        writeThroughput(schema.throughput, to: &writer)
        writer.key("TableSizeBytes")
        writer.integer(table.counts.bytes)
        writer.key("ItemCount")
        writer.integer(table.counts.items)
        writer.key("TableArn")
        writer.string(arn)
        writer.key("TableId")
        writer.string(table.tableID)
        if schema.isOnDemand { writeBillingMode(occasion, to: &writer) }
        if occasion != .deleting { writeIndexes(occasion, to: &writer) }
        if let tableClass = schema.tableClass {
            writer.key("TableClassSummary")
            writer.beginObject()
            writer.key("TableClass")
            writer.string(tableClass)
            writer.endObject()
        }
        writer.key("DeletionProtectionEnabled")
        writer.bool(schema.isDeletionProtected)
        if occasion == .describing { writeWarmThroughput(schema.throughput, to: &writer) }
        writer.endObject()
    }

    private func writeBillingMode(_ occasion: Occasion, to writer: inout JSONWriter) {
        writer.key("BillingModeSummary")
        writer.beginObject()
        writer.key("BillingMode")
        writer.string(constant: "PAY_PER_REQUEST")
        if occasion != .creating {
            writer.key("LastUpdateToPayPerRequestDateTime")
            writer.decimal(Double(table.createdMillis) / 1000)
        }
        writer.endObject()
    }

    private func writeIndexes(_ occasion: Occasion, to writer: inout JSONWriter) {
        for isGlobal in [true, false] where table.indexes.contains(where: { $0.schema.isGlobal == isGlobal }) {
            writer.key(isGlobal ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes")
            writer.beginArray()
            for index in table.indexes where index.schema.isGlobal == isGlobal {
                writer.beginObject()
                index.schema.write(to: &writer)
                if isGlobal {
                    writer.key("IndexStatus")
                    writer.string(constant: occasion.status)
                    writeThroughput(index.schema.throughput ?? Throughput(), to: &writer)
                }
                writer.key("IndexSizeBytes")
                writer.integer(index.counts.bytes)
                writer.key("ItemCount")
                writer.integer(index.counts.items)
                writer.key("IndexArn")
                writer.string("\(arn)/index/\(index.schema.name)")
                if isGlobal, occasion == .describing {
                    writeWarmThroughput(index.schema.throughput ?? Throughput(), to: &writer)
                }
                writer.endObject()
            }
            writer.endArray()
        }
    }

    private func writeThroughput(_ throughput: Throughput, to writer: inout JSONWriter) {
        writer.key("ProvisionedThroughput")
        writer.beginObject()
        writer.key("NumberOfDecreasesToday")
        writer.integer(0)
        writer.key("ReadCapacityUnits")
        writer.integer(throughput.readUnits)
        writer.key("WriteCapacityUnits")
        writer.integer(throughput.writeUnits)
        writer.endObject()
    }

    /// What a table can take at once: on demand AWS's initial 12,000 and 4,000, else what is provisioned.
    private func writeWarmThroughput(_ throughput: Throughput, to writer: inout JSONWriter) {
        let isOnDemand = table.schema.isOnDemand
        writer.key("WarmThroughput")
        writer.beginObject()
        writer.key("ReadUnitsPerSecond")
        writer.integer(isOnDemand ? 12_000 : throughput.readUnits)
        writer.key("WriteUnitsPerSecond")
        writer.integer(isOnDemand ? 4_000 : throughput.writeUnits)
        writer.key("Status")
        writer.string(constant: "ACTIVE")
        writer.endObject()
    }
}
