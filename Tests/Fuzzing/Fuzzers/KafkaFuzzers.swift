@testable import KafkaBroker
@testable import KafkaWire

extension Fuzzer {
    /// The wire messages alone.
    static let kafkaMessages = Fuzzer(
        name: "kafka-messages", summary: "requests and responses of every Kafka API and version: read, written again",
        weight: 550, blockSize: 50_000
    ) { _, _ in MessagesSubject() }

    /// Record batches and codecs.
    static let kafkaRecords = Fuzzer(
        name: "kafka-records", summary: "record batches and their codecs, as Produce checks them",
        weight: 110, blockSize: 20_000
    ) { _, random in RecordsSubject(&random) }

    /// What a group coordinator reads at its start.
    static let kafkaGroupRecords = Fuzzer(
        name: "kafka-group-records", summary: "the records of __consumer_offsets",
        weight: 80, blockSize: 50_000
    ) { _, random in GroupRecordsSubject(&random) }
}

/// Messages that are read and, if that can be, written again.
private final class MessagesSubject: FuzzSubject {
    private struct Message {
        let layout: AnyLayout
        let name: String
        let body: [UInt8]
    }

    private static let messages: [Message] = {
        var random = SeededRandom(seed: 1)
        var messages: [Message] = []
        for api in APIs.all {
            for version in api.served {
                for (type, kind) in [(api.request, "request"), (api.response, "response")] {
                    let layout = AnyLayout(type, version: version, isFlexible: api.isFlexible(version))
                    guard let body = layout.example(&random) else { continue }
                    messages.append(Message(layout: layout, name: "\(api.name) \(kind) \(version)", body: body))
                }
            }
        }
        return messages
    }()
    private let mutation = Mutation(bytesMax: 4096)

    /// Makes the messages now, not within the first input.
    init() { _ = Self.messages.count }

    func take(_ random: inout SeededRandom) throws(FuzzFault) {
        let message = random.pick(Self.messages)
        var bytes = message.body
        mutation.apply(to: &bytes, &random)
        guard let again = bytes.withUnsafeBytes({ message.layout.again($0) }) else { return }
        // Text that is not UTF-8 takes at most three times its bytes, everything else what it took.
        guard again.count <= 3 * bytes.count + 64 else {
            throw FuzzFault("\(message.name) grows from \(bytes.count) to \(again.count) bytes: \(bytes)")
        }
        guard let third = again.withUnsafeBytes({ message.layout.again($0) }), third == again else {
            throw FuzzFault("\(message.name) does not read as it was written: \(bytes)")
        }
    }
}

/// Batches that are checked as Produce checks them, and then walked through as a consumer would.
private final class RecordsSubject: FuzzSubject {
    private let batches: [[UInt8]]
    private let mutation = Mutation(bytesMax: 8192)
    private let configurations: [LogConfiguration]
    private var scratch: [UInt8] = []

    init(_ random: inout SeededRandom) {
        batches = RecordBatches(&random).all
        var compacted = LogConfiguration()
        compacted.isCompacted = true
        var stamped = LogConfiguration()
        stamped.timestampType = .logAppendTime
        stamped.compression = .zstd
        var small = LogConfiguration()
        small.maxMessageBytes = 100
        small.compression = Compression.none
        configurations = [LogConfiguration(), compacted, stamped, small]
    }

    func take(_ random: inout SeededRandom) throws(FuzzFault) {
        var bytes = random.pick(batches)
        mutation.apply(to: &bytes, &random)
        if !random.once(in: 4) { RecordBatches.mendChecksum(&bytes) }
        let validation = BatchValidation(
            topicPartition: "a-0", configuration: random.pick(configurations), now: 1_700_000_001_000)
        let fault: FuzzFault? = bytes.withUnsafeBytes { all in
            if let codec = Compression(rawValue: random.below(5)) {
                let start = min(all.count, RecordBatch.headerLength)
                let payload = UnsafeRawBufferPointer(rebasing: all[start...])
                if (try? codec.decompress(payload, into: &scratch, limit: 1 << 18)) != nil, scratch.count > 1 << 18 {
                    return FuzzFault("\(codec) gives \(scratch.count) bytes, more than its limit")
                }
            }
            guard let batch = RecordBatch(at: all) else { return nil }
            guard let outcome = try? validation.validate(batch, scratch: &scratch) else { return nil }
            return Self.fault(of: outcome.rebuilt, or: batch, &scratch)
        }
        if let fault { throw fault }
    }

    /// What is wrong with a batch that was let in: its records have to be there, as many as it says.
    private static func fault(of rebuilt: [UInt8]?, or batch: RecordBatch, _ scratch: inout [UInt8]) -> FuzzFault? {
        func count(_ batch: RecordBatch, _ scratch: inout [UInt8]) -> Int? {
            try? batch.withRecords(scratch: &scratch) { (cursor) throws(RecordsError) in
                var count = 0
                while let record = try cursor.next() {
                    count += 1
                    _ = record.headers
                    _ = record.key.map(ControlRecord.kind)
                }
                return count
            }
        }
        guard let rebuilt else {
            return count(batch, &scratch) == Int(batch.count) ? nil : FuzzFault("an accepted batch cannot be read")
        }
        return rebuilt.withUnsafeBytes { all in
            guard let batch = RecordBatch(at: all), (try? batch.validate()) != nil,
                count(batch, &scratch) == Int(batch.count)
            else { return FuzzFault("a batch that was built anew cannot be read") }
            return nil
        }
    }
}

/// Keys and values of a coordinator's records.
private final class GroupRecordsSubject: FuzzSubject {
    private var keys: [[UInt8]] = []
    private var values: [[UInt8]] = []
    private let mutation = Mutation(bytesMax: 4096)

    init(_ random: inout SeededRandom) {
        func add(_ type: any WireStructure.Type, _ prefix: Int16, _ flexibleFrom: Int16, to list: inout [[UInt8]]) {
            // The number before a key is its type, and its layout has one version.
            let version = flexibleFrom == .max ? 0 : prefix
            let layout = AnyLayout(type, version: version, isFlexible: version >= flexibleFrom)
            guard let body = layout.example(&random) else { return }
            list.append(withUnsafeBytes(of: prefix.bigEndian) { [UInt8]($0) } + body)
        }
        for _ in 0..<4 {
            for type in [0, OffsetCommitRecord.keyType] { add(OffsetCommitRecord.Key.self, type, .max, to: &keys) }
            add(GroupMetadataRecord.Key.self, GroupMetadataRecord.keyType, .max, to: &keys)
            for version in OffsetCommitRecord.valueVersions {
                add(OffsetCommitRecord.Value.self, version, OffsetCommitRecord.flexibleFrom, to: &values)
            }
            for version in GroupMetadataRecord.valueVersions {
                add(GroupMetadataRecord.Value.self, version, GroupMetadataRecord.flexibleFrom, to: &values)
            }
        }
    }

    func take(_ random: inout SeededRandom) throws(FuzzFault) {
        var key = random.pick(keys)
        var value = random.pick(values)
        if random.once(in: 4) { mutation.apply(to: &key, &random) }
        mutation.apply(to: &value, &random)
        let decoded = key.withUnsafeBytes { key in
            value.withUnsafeBytes { GroupRecord.decoded(key: key, value: random.once(in: 16) ? nil : $0) }
        }
        // What is read has to be writable: compaction and a restart write it again.
        guard let decoded, let again = decoded.record.encoded(of: decoded.group) else { return }
        let third = again.key.withUnsafeBytes { key in
            guard let value = again.value else { return GroupRecord.decoded(key: key, value: nil) }
            return value.withUnsafeBytes { GroupRecord.decoded(key: key, value: $0) }
        }
        guard third != nil else { throw FuzzFault("a record does not read as it was written: \(key) \(value)") }
    }
}
