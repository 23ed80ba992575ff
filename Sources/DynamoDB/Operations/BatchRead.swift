/// A BatchGetItem on its way: it reads one key after the other, in steps short enough for a turn.
final class BatchRead: LongOperation {
    /// What is read of one table.
    struct Part {
        let request: BatchGetItem.KeysAndAttributes
        let table: Table
        let keys: [KeyValue]
        let projection: ProjectionExpression?

        var isConsistent: Bool { request.isConsistent ?? false }
    }

    /// The bytes of the items in an answer, at most; the keys after that are left unprocessed. Source: AWS's API reference,
    /// BatchGetItem.
    static let answerBytesMax = 16 << 20

    private let parts: [Part]
    private let level: ConsumedCapacity.Level
    private var answer: [UInt8] = []
    private var part = 0
    private var key = 0
    private var bytes = 0
    private var capacities: [ConsumedCapacity] = []

    init(_ parts: [Part], _ level: ConsumedCapacity.Level) {
        self.parts = parts
        self.level = level
        super.init()
    }

    override func step(on engine: Engine, into output: inout [UInt8]) throws(DynamoDBError) -> Bool {
        let start = bytes
        if answer.isEmpty { append("{\"Responses\":{") }
        while part < parts.count {
            let current = parts[part]
            if current.table.isDeleted { throw DynamoDBError(.resourceNotFound, Messages.resourceNotFound) }
            if key == 0 { open(current) }
            while key < current.keys.count {
                guard try read(current.keys[key], of: current, engine) else {
                    finish(engine, into: &output)
                    return false
                }
                key += 1
                let stepBytes = current.projection == nil ? LongRead.stepBytes : LongRead.stepBytesParsed
                if bytes - start >= stepBytes, key < current.keys.count { return true }
            }
            append("]")
            part += 1
            key = 0
        }
        finish(engine, into: &output)
        return false
    }

    private func open(_ current: Part) {
        if part > 0 { answer.append(UInt8(ascii: ",")) }
        JSONWriter.append(to: &answer) { $0.string(current.request.name) }
        append(":[")
        capacities.append(ConsumedCapacity(current.table, tableUnits: 0))
    }

    /// Reads one item. False when the answer is full: the key has then not been read.
    private func read(_ key: KeyValue, of current: Part, _ engine: Engine) throws(DynamoDBError) -> Bool {
        let isRead = try key.bytes.withBytes { (key) throws(DynamoDBError) in
            try engine.storage.withItem(current.table, key: key) { size, json in
                guard bytes + size <= BatchRead.answerBytesMax else { return false }
                bytes += size
                charge(size, current)
                if answer.last != UInt8(ascii: "[") { answer.append(UInt8(ascii: ",")) }
                if let projection = current.projection {
                    let item = projection.apply(to: Item(stored: json))
                    JSONWriter.append(to: &answer) { $0.item(item) }
                } else {
                    answer.append(contentsOf: json)
                }
                return true
            }
        }
        // What is not there costs as much as the smallest item.
        if isRead == nil { charge(0, current) }
        return isRead ?? true
    }

    private func charge(_ size: Int, _ current: Part) {
        capacities[part].tableUnits += CapacityUnits.read(size, isConsistent: current.isConsistent)
    }

    private func append(_ text: StaticString) {
        answer.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Ends the answer. What has not been read by now is given back as UnprocessedKeys.
    private func finish(_ engine: Engine, into output: inout [UInt8]) {
        let (unfinished, firstKey) = (part, key)
        if part < parts.count {
            append("]")
            part += 1
            key = 0
            while part < parts.count {
                open(parts[part])
                append("]")
                part += 1
            }
        }
        let capacities = ConsumedCapacity.byTable(capacities)
        for capacity in capacities { engine.measure(.batchGetItem, capacity, .read) }
        append("},\"UnprocessedKeys\":")
        JSONWriter.append(to: &answer) { writer in
            writer.beginObject()
            for index in unfinished..<max(unfinished, parts.count) {
                let request = parts[index].request
                let first = index == unfinished ? firstKey : 0
                request.write(keys: (request.keys ?? []).dropFirst(first), to: &writer)
            }
            writer.endObject()
        }
        if level != .none {
            append(",")
            JSONWriter.append(to: &answer) { writer in
                writer.key("ConsumedCapacity")
                writer.beginArray()
                for capacity in capacities { capacity.write(level, to: &writer) }
                writer.endArray()
            }
        }
        append("}")
        if output.isEmpty { swap(&output, &answer) } else { output.append(contentsOf: answer) }
    }
}
