import KafkaWire

/// A `.snapshot` beside the segments, in Kafka's format: the producer state before the offset in its name.
///
/// Version (int16, 1), CRC-32C of the rest (uint32), and an array of entries with the last batch of each producer.
enum ProducerSnapshot {
    private static let version: Int16 = 1
    private static let entryLength = 8 + 2 + 4 + 8 + 4 + 8 + 4 + 8

    /// The file's bytes, producers in ascending order of their id.
    static func encode(_ state: ProducerState) -> [UInt8] {
        var entries: [UInt8] = []
        entries.reserveCapacity(4 + state.producers.count * entryLength)
        put(Int32(state.producers.count), &entries)
        for (id, producer) in state.producers.sorted(by: { $0.key < $1.key }) {
            let last = producer.batches.last
            put(id, &entries)
            put(producer.epoch, &entries)
            put(last?.lastSequence ?? -1, &entries)
            put(last?.lastOffset ?? -1, &entries)
            put(last?.offsetDelta ?? 0, &entries)
            put(producer.lastTimestamp, &entries)
            put(producer.coordinatorEpoch, &entries)
            put(producer.transactionFirstOffset, &entries)
        }
        var bytes: [UInt8] = []
        put(version, &bytes)
        put(CRC32C.checksum(entries), &bytes)
        return bytes + entries
    }

    /// The state in `bytes`; nil when they are not a whole snapshot of version 1.
    static func decode(_ bytes: [UInt8]) -> ProducerState? {
        var position = 0
        func get<T: FixedWidthInteger>(_ type: T.Type) -> T {
            defer { position += MemoryLayout<T>.size }
            return bytes.withUnsafeBytes { T(bigEndian: $0.loadUnaligned(fromByteOffset: position, as: T.self)) }
        }
        guard bytes.count >= 10, get(Int16.self) == version, get(UInt32.self) == CRC32C.checksum(Array(bytes[6...]))
        else {
            return nil
        }
        let count = Int(get(Int32.self))
        guard count >= 0, bytes.count == 10 + count * entryLength else { return nil }
        var state = ProducerState()
        for _ in 0..<count {
            let id = get(Int64.self)
            var producer = ProducerState.Producer(epoch: get(Int16.self))
            let lastSequence = get(Int32.self)
            let lastOffset = get(Int64.self)
            let offsetDelta = get(Int32.self)
            producer.lastTimestamp = get(Int64.self)
            producer.coordinatorEpoch = get(Int32.self)
            producer.transactionFirstOffset = get(Int64.self)
            if lastOffset >= 0, offsetDelta >= 0 {
                producer.batches = [
                    .init(
                        lastSequence: lastSequence, lastOffset: lastOffset, offsetDelta: offsetDelta,
                        timestamp: producer.lastTimestamp)
                ]
            }
            state.restore(producer, id: id)
        }
        return state
    }

    private static func put<T: FixedWidthInteger>(_ value: T, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
