/// Capacity units as AWS counts them.
enum CapacityUnits {
    /// A read of so many bytes: one unit for every 4 KB begun, half when eventually consistent; at least one or a half.
    static func read(_ bytes: Int, isConsistent: Bool) -> Double {
        let units = Double(max(1, (bytes + 4095) / 4096))
        return isConsistent ? units : units / 2
    }

    /// A write of so many bytes: one unit for every 1 KB begun, at least one.
    static func write(_ bytes: Int) -> Double { Double(max(1, (bytes + 1023) / 1024)) }

    /// What a change of an index's entry costs: nothing when what the index holds stayed the same, two writes when the entry moved.
    static func write(_ change: IndexChange) -> Double {
        guard change.isChanged || change.isMoved else { return 0 }
        if change.isMoved { return write(change.oldSize ?? 0) + write(change.newSize ?? 0) }
        return write(max(change.oldSize ?? 0, change.newSize ?? 0))
    }
}

/// What one request consumed of one table and its indexes.
struct ConsumedCapacity {
    /// The member ReturnConsumedCapacity.
    enum Level {
        case none, total, indexes

        init(_ text: Text?) {
            switch text?.string {
            case "TOTAL": self = .total
            case "INDEXES": self = .indexes
            default: self = .none
            }
        }
    }

    let table: Table
    var tableUnits: Double
    /// Of the table's indexes, in their order, those that consumed anything.
    var indexUnits: [(index: SecondaryIndex, units: Double)] = []

    init(_ table: Table, tableUnits: Double) {
        self.table = table
        self.tableUnits = tableUnits
    }

    init(_ table: Table, tableUnits: Double, _ changes: [IndexChange], factor: Double = 1) {
        self.init(table, tableUnits: tableUnits)
        for (index, change) in zip(table.indexes, changes) {
            add(CapacityUnits.write(change) * factor, to: index)
        }
    }

    mutating func add(_ units: Double, to index: SecondaryIndex) {
        guard units > 0 else { return }
        if let position = indexUnits.firstIndex(where: { $0.index === index }) {
            indexUnits[position].units += units
        } else {
            indexUnits.append((index, units))
        }
    }

    /// Adds what another request part consumed of the same table.
    mutating func add(_ other: ConsumedCapacity) {
        tableUnits += other.tableUnits
        for (index, units) in other.indexUnits { add(units, to: index) }
    }

    /// What parts of a request consumed, one for each table, in the order of their first parts.
    static func byTable(_ parts: [ConsumedCapacity]) -> [ConsumedCapacity] {
        var all: [ConsumedCapacity] = []
        for part in parts {
            if let index = all.firstIndex(where: { $0.table === part.table }) {
                all[index].add(part)
            } else {
                all.append(part)
            }
        }
        return all
    }

    /// All of it.
    var total: Double { indexUnits.reduce(tableUnits) { $0 + $1.units } }

    /// Which way units went; only transactions say it.
    enum Direction {
        case read, write

        var key: StaticString { self == .read ? "ReadCapacityUnits" : "WriteCapacityUnits" }
    }

    /// Writes the member ConsumedCapacity, when it is asked for.
    func writeMember(_ level: Level, to writer: inout JSONWriter) {
        guard level != .none else { return }
        writer.key("ConsumedCapacity")
        write(level, to: &writer)
    }

    /// Writes the structure.
    func write(_ level: Level, direction: Direction? = nil, to writer: inout JSONWriter) {
        func units(_ value: Double) {
            writer.key("CapacityUnits")
            writer.decimal(value)
            if let direction {
                writer.key(direction.key)
                writer.decimal(value)
            }
        }
        writer.beginObject()
        writer.key("TableName")
        writer.string(table.schema.name)
        units(total)
        if level == .indexes {
            writer.key("Table")
            writer.beginObject()
            units(tableUnits)
            writer.endObject()
            for isGlobal in [true, false] where indexUnits.contains(where: { $0.index.schema.isGlobal == isGlobal }) {
                writer.key(isGlobal ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes")
                writer.beginObject()
                for (index, value) in indexUnits where index.schema.isGlobal == isGlobal {
                    writer.key(text: index.schema.name)
                    writer.beginObject()
                    units(value)
                    writer.endObject()
                }
                writer.endObject()
            }
        }
        writer.endObject()
    }
}
