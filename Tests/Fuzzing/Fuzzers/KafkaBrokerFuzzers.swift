@testable import KafkaBroker
@testable import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Fuzzer {
    /// A whole broker.
    static let kafkaBroker = Fuzzer(
        name: "kafka-broker",
        summary: "request frames handed to a whole broker, which is then started again on what they left",
        weight: 30, blockSize: 1000
    ) { directory, _ in try BrokerSubject(directory) }

    /// What a broker finds on disk.
    static let kafkaFiles = Fuzzer(
        name: "kafka-files", summary: "a broker started on files that were changed",
        weight: 2, blockSize: 200
    ) { directory, random in try FilesSubject(directory, &random) }
}

/// A start of the test's own time, in milliseconds since 1970.
private let timeOfStart: Int64 = 1_700_000_000_000

private func configuration(_ directory: String) -> Broker.Configuration {
    let source = SeededSource(seed: 1)
    return Broker.Configuration(directory: directory, random: { source.next() })
}

/// A broker with a few clients, none of which makes sense.
private final class BrokerSubject: FuzzSubject {
    private let directory: String
    private let mutation = Mutation(bytesMax: 8192)
    private var broker: Broker?
    private var parked: Set<ClientID> = []
    private var now = timeOfStart
    private var fault: FuzzFault?

    init(_ directory: String) throws {
        self.directory = directory
        // Now, not within the first input.
        _ = KafkaRequests.all.count
        let broker = try Broker(configuration(directory), now: now)
        broker.deliver = { [unowned self] token, frame in
            if parked.remove(token.client) == nil { fault = FuzzFault("an answer to a client that has none to get") }
            check(frame)
        }
        self.broker = broker
        take(KafkaRequests.topics.frame(correlationID: 7, body: KafkaRequests.topics.body), of: 0)
    }

    func take(_ random: inout SeededRandom) throws(FuzzFault) {
        guard let broker else { return }
        let request = random.pick(KafkaRequests.all)
        var body = request.body
        if !random.once(in: 4) { mutation.apply(to: &body, &random) }
        var frame = request.frame(correlationID: 7, body: body)
        if random.once(in: 16) { mutation.apply(to: &frame, &random) }
        take(frame, of: ClientID(random.below(4)))
        now += Int64(random.below(20))
        // Some requests delete them.
        if random.once(in: 50) {
            take(KafkaRequests.topics.frame(correlationID: 7, body: KafkaRequests.topics.body), of: 0)
        }
        if random.once(in: 8) { broker.advance(to: now) }
        if let fault { throw fault }
    }

    private func take(_ frame: [UInt8], of client: ClientID) {
        guard let broker else { return }
        if parked.remove(client) != nil { broker.disconnected(client, now: now) }
        let sender = Client(id: client, host: "127.0.0.1", advertisedHost: "localhost", advertisedPort: 9092)
        switch frame.withUnsafeBytes({ broker.handle($0, from: sender, now: now) }) {
        case .respond(let frame): check(frame)
        case .parked: parked.insert(client)
        case .close: broker.disconnected(client, now: now)
        case .nothing: break
        }
    }

    /// An answer's size has to be its size, or its client never finds the next one.
    private func check(_ frame: ResponseFrame) {
        var size = 0
        var first: [UInt8] = []
        for chunk in frame.chunks {
            switch chunk {
            case .bytes(let bytes):
                if first.isEmpty { first = Array(bytes.prefix(4)) }
                size += bytes.count
            case .region(let region): size += region.length
            }
        }
        let told = first.reduce(0) { $0 << 8 | Int($1) }
        if told != size - 4 { fault = FuzzFault("an answer of \(size - 4) bytes says it has \(told)") }
    }

    func end() throws(FuzzFault) {
        for client in parked { broker?.disconnected(client, now: now) }
        parked = []
        broker?.close(now: now)
        broker = nil
        do {
            let again = try Broker(configuration(directory), now: now)
            for topic in again.catalog.topics {
                for partition in 0..<min(8, topic.partitionCount) { _ = try again.log(topic, Int32(partition)) }
            }
            again.close(now: now)
        } catch {
            throw FuzzFault("the broker does not start on what it left: \(error)")
        }
    }
}

/// The files of a broker that has worked a little, one of them changed.
private final class FilesSubject: FuzzSubject {
    private let directory: String
    private var files: [(path: String, bytes: [UInt8])] = []
    private let mutation = Mutation(bytesMax: 1 << 16)
    private let names = ["a", "b"]

    init(_ directory: String, _ random: inout SeededRandom) throws {
        self.directory = directory
        let made = directory + "/made"
        mkdir(made, 0o755)
        let subject = try BrokerSubject(made)
        for _ in 0..<400 { try subject.take(&random) }
        try subject.end()
        files = Self.files(in: made, "")
        TemporaryDirectory.remove(made)
    }

    func take(_ random: inout SeededRandom) throws(FuzzFault) {
        let place = directory + "/data"
        mkdir(place, 0o755)
        defer { TemporaryDirectory.remove(place) }
        let changed = random.below(files.count)
        for (index, file) in files.enumerated() {
            var bytes = file.bytes
            if index == changed || random.once(in: 20) { mutation.apply(to: &bytes, &random) }
            // Sometimes a file is not there at all.
            if index == changed, random.once(in: 10) { continue }
            Self.store(bytes, place, file.path)
        }
        // It may refuse to start, in its own words.
        guard let broker = try? Broker(configuration(place), now: timeOfStart) else { return }
        for topic in broker.catalog.topics {
            for partition in 0..<min(4, topic.partitionCount) { _ = try? broker.log(topic, Int32(partition)) }
        }
        broker.advance(to: timeOfStart + 1_000_000)
        broker.close(now: timeOfStart + 1_000_001)
    }

    private static func files(in root: String, _ path: String) -> [(path: String, bytes: [UInt8])] {
        if let names = TemporaryDirectory.names(in: root + path) {
            return names.flatMap { files(in: root, path + "/" + $0) }
        }
        let descriptor = open(root + path, O_RDONLY)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        // Index files are made at their full size and are mostly empty.
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(descriptor, &bytes, bytes.count)
        return [(path, Array(bytes[..<max(0, count)]))]
    }

    private static func store(_ bytes: [UInt8], _ root: String, _ path: String) {
        var folder = root
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o755)
        }
        let descriptor = open(root + path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { return }
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
    }
}
