import KafkaBroker
import KafkaWire

/// Valid requests of every API in every version, made from the list: an API that is added there is fuzzed without being named here.
///
/// A request is found by reading noise: wherever its layout stops reading, the length that it has just read is made small and it reads again,
/// until it reads to its end. What it has read by then is a request that writes the same.
enum KafkaRequests {
    /// A body and what it is one of.
    struct Request: Sendable {
        let key: Int16
        let version: Int16
        let isFlexible: Bool
        let body: [UInt8]

        /// The frame, without its size: a header with a client id, and the body.
        func frame(correlationID: Int32, body: [UInt8]) -> [UInt8] {
            var frame: [UInt8] = []
            frame.reserveCapacity(body.count + 16)
            func put(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.bigEndian) { frame += $0 } }
            put(key)
            put(version)
            put(correlationID)
            frame += [0, 1, 0x63]
            if isFlexible { frame.append(0) }
            return frame + body
        }
    }

    /// Two bodies of every version of every API and more of Produce: the same in every run, as inputs are changed by the run's seed.
    static let all: [Request] = {
        var random = SeededRandom(seed: 1)
        return make(&random, each: 2)
    }()

    static func make(_ random: inout SeededRandom, each: Int) -> [Request] {
        var all: [Request] = []
        for api in APIs.all {
            for version in api.served {
                let layout = AnyLayout(api.request, version: version, isFlexible: api.isFlexible(version))
                for _ in 0..<each {
                    guard let body = layout.example(&random) else { continue }
                    all.append(Request(key: api.key, version: version, isFlexible: layout.isFlexible, body: body))
                }
            }
        }
        return all + produces(&random)
    }

    /// Asks for two topics, which makes them: those that the requests speak of.
    static let topics = Request(
        key: Metadata.key, version: 1, isFlexible: false, body: [0, 0, 0, 2, 0, 1, 0x61, 0, 1, 0x62])

    /// Produce with a batch that is stored: noise does not come by a checksum.
    private static func produces(_ random: inout SeededRandom) -> [Request] {
        let batches = RecordBatches(&random).all
        var requests: [Request] = []
        for version in Produce.versions where version < 13 {
            for batch in batches {
                var partition = Produce.Request.Topic.Partition()
                partition.records = .bytes(batch)
                var topic = Produce.Request.Topic()
                topic.name = "a"
                topic.partitionData = [partition]
                var request = Produce.Request()
                request.acks = 1
                request.topicData = [topic]
                let isFlexible = Produce.isFlexible(version)
                var wire = Wire(writingVersion: version, flexible: isFlexible)
                guard (try? request.layout(&wire)) != nil else { continue }
                requests.append(
                    Request(key: Produce.key, version: version, isFlexible: isFlexible, body: wire.output))
            }
        }
        return requests
    }
}

/// A message's layout without its type.
struct AnyLayout {
    let isFlexible: Bool
    private let type: any WireStructure.Type
    private let version: Int16

    init(_ type: any WireStructure.Type, version: Int16, isFlexible: Bool) {
        self.type = type
        self.version = version
        self.isFlexible = isFlexible
    }

    /// How far `bytes` can be read, and why not to the end of the message.
    func read(_ bytes: UnsafeRawBufferPointer) -> (consumed: Int, error: WireError?) {
        type.read(Wire(reading: bytes, version: version, flexible: isFlexible))
    }

    /// Reads a message and writes it again; nil when it cannot be read.
    func again(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        type.again(
            Wire(reading: bytes, version: version, flexible: isFlexible),
            Wire(writingVersion: version, flexible: isFlexible))
    }

    /// A message with some elements and short names; nil when none is found in a while.
    func example(_ random: inout SeededRandom) -> [UInt8]? {
        for _ in 0..<20 {
            if let found = attempt(&random) { return found }
        }
        return nil
    }

    private func attempt(_ random: inout SeededRandom) -> [UInt8]? {
        let hasNames = random.once(in: 2)
        var bytes = (0..<300).map { _ in hasNames && random.once(in: 3) ? 0x61 : noise(&random) }
        var window = 1
        var lastStop = -1
        for _ in 0..<100 {
            let (consumed, error) = bytes.withUnsafeBytes { read($0) }
            guard let error else { return Array(bytes[..<consumed]) }
            // Stopped at the same place again: the fault is further back.
            window = consumed == lastStop ? min(window * 2, 64) : 1
            lastStop = consumed
            mend(&bytes, before: consumed, error, window, &random)
        }
        return nil
    }

    /// Mostly what is a short length or count: with compact ones, 1 is empty and 0 null.
    private func noise(_ random: inout SeededRandom) -> UInt8 {
        switch random.below(12) {
        case 0: isFlexible ? 0 : 1
        case 1: 2
        case 2: random.pick([0x61, 0x62])
        default: isFlexible ? 1 : 0
        }
    }

    /// Makes the length or count that ends before `end` one that fits.
    private func mend(
        _ bytes: inout [UInt8], before end: Int, _ error: WireError, _ window: Int, _ random: inout SeededRandom
    ) {
        guard end > 0 else { return bytes[0] = 1 }
        if isFlexible {
            // One more than the length: 1 is empty, 0 null.
            // It stays there: tagged fields, of which there is to be none.
            for index in max(0, end - window)..<end { bytes[index] = window > 2 ? 0 : 1 }
            if window == 1 { bytes[end - 1] = UInt8(1 + random.below(3)) }
        } else {
            for index in max(0, end - 4 * window)..<end { bytes[index] = 0 }
            if window == 1 { bytes[end - 1] = UInt8(random.below(3)) }
        }
    }
}

extension WireStructure {
    fileprivate static func read(_ wire: Wire) -> (consumed: Int, error: WireError?) {
        var wire = wire
        var body = Self()
        do throws(WireError) {
            try body.layout(&wire)
            return (wire.consumed, nil)
        } catch {
            return (wire.consumed, error)
        }
    }

    fileprivate static func again(_ reading: Wire, _ writing: Wire) -> [UInt8]? {
        var reading = reading
        var writing = writing
        var body = Self()
        guard (try? body.layout(&reading)) != nil, (try? body.layout(&writing)) != nil else { return nil }
        return writing.output
    }
}

/// Record batches as clients send them: each codec, several records, headers, keys and tombstones, an idempotent producer's.
struct RecordBatches {
    let all: [[UInt8]]

    init(_ random: inout SeededRandom) {
        var all: [[UInt8]] = []
        for compression in Compression.allCases {
            for count in [1, 3, 40] {
                var builder = RecordBatchBuilder()
                builder.compression = compression
                if random.once(in: 2) {
                    builder.producerID = Int64(random.below(3))
                    builder.producerEpoch = 0
                    builder.baseSequence = 0
                }
                for index in 0..<count {
                    builder.append(
                        timestamp: 1_700_000_000_000 + Int64(index),
                        key: random.once(in: 2) ? nil : [0x6B, UInt8(index)],
                        value: random.once(in: 8) ? nil : [UInt8](repeating: 0x76, count: random.below(60)),
                        headers: random.once(in: 3) ? [(name: [0x68], value: [1, 2]), (name: [], value: nil)] : [])
                }
                all.append(builder.build())
            }
        }
        all.append(
            ControlRecord.endTransaction(
                .commit, producerID: 1, producerEpoch: 0, coordinatorEpoch: 0, timestamp: 1_700_000_000_000))
        self.all = all
    }

    /// Gives a batch the checksum of what it holds, so that a change is not found by the checksum alone.
    static func mendChecksum(_ bytes: inout [UInt8]) {
        guard bytes.count >= RecordBatch.headerLength else { return }
        let sum = bytes.withUnsafeBytes { RecordBatch(at: $0)?.computeChecksum() }
        guard let sum else { return }
        for index in 0..<4 {
            bytes[RecordBatch.Position.crc + index] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * index))
        }
    }
}
