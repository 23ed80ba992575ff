import KafkaBroker
import KafkaWire

/// Requests as frames, and answers read from frames.
enum BrokerExchange {
    /// A request's frame, of a version that is not flexible.
    static func frame<API: KafkaAPI>(_: API.Type, _ version: Int16, _ request: API.Request) throws -> [UInt8] {
        precondition(!API.isFlexible(version))
        var request = request
        var wire = Wire(writingVersion: version, flexible: false)
        try request.layout(&wire)
        var head = Wire(writingVersion: 0, flexible: false)
        var header = RequestHeader(apiKey: API.key, apiVersion: version, correlationID: 7, clientID: "simulation")
        try header.fixedPart(&head)
        try header.clientPart(&head)
        return head.output + wire.output
    }

    /// All bytes of an answer, regions read from the disk; nil when one cannot be read.
    static func bytes(_ frame: ResponseFrame, on disk: BrokerDisk) -> [UInt8]? {
        var all: [UInt8] = []
        for chunk in frame.chunks {
            switch chunk {
            case .bytes(let some): all += some
            case .region(let region):
                guard let some = disk.bytes(of: region) else { return nil }
                all += some
            }
        }
        return all
    }

    /// Reads an answer.
    static func response<API: KafkaAPI>(_: API.Type, _ version: Int16, _ bytes: [UInt8]) throws -> API.Response {
        try bytes.withUnsafeBytes { all in
            var wire = Wire(reading: UnsafeRawBufferPointer(rebasing: all[8...]), version: version, flexible: false)
            var response = API.Response()
            try response.layout(&wire)
            guard wire.remaining == 0 else { throw SimulationFailure("an answer has bytes that nobody reads") }
            return response
        }
    }

    /// The records in what a fetch has brought, by offset.
    static func records(_ bytes: [UInt8]) throws -> [(offset: Int64, record: KnownRecord)] {
        var found: [(offset: Int64, record: KnownRecord)] = []
        try bytes.withUnsafeBytes { all in
            var rest = all
            var scratch: [UInt8] = []
            while let batch = RecordBatch(at: rest) {
                guard batch.isChecksumValid else { throw SimulationFailure("a batch is damaged") }
                try batch.withRecords(scratch: &scratch) { (cursor) throws(RecordsError) in
                    while let record = try cursor.next() {
                        let known = KnownRecord(
                            key: String(decoding: record.key ?? .init(start: nil, count: 0), as: UTF8.self),
                            value: String(decoding: record.value ?? .init(start: nil, count: 0), as: UTF8.self),
                            timestamp: batch.timestamp(of: record))
                        found.append((batch.offset(of: record), known))
                    }
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[batch.bytes.count...])
            }
        }
        return found
    }
}

/// A batch that a producer sends, once or again and again.
struct SentBatch {
    let partition: PartitionName
    let records: [KnownRecord]
    /// Of an idempotent producer, or -1.
    var producerID: Int64 = -1
    var sequence: Int32 = -1

    var bytes: [UInt8] {
        var builder = RecordBatchBuilder()
        builder.producerID = producerID
        builder.producerEpoch = producerID >= 0 ? 0 : -1
        builder.baseSequence = sequence
        for record in records {
            Array(record.key.utf8).withUnsafeBytes { key in
                Array(record.value.utf8).withUnsafeBytes { value in
                    builder.append(timestamp: record.timestamp, key: key, value: value)
                }
            }
        }
        return builder.build()
    }
}
