import KafkaBroker
import Testing

@testable import Fuzzing

@Suite("What nobody in their right mind would send", .serialized)
struct FuzzingTests {
    @Test("Changed inputs crash nothing, hang nothing and make nothing grow", arguments: Fuzzer.all.map(\.name))
    func short(_ name: String) throws {
        let fuzzer = try #require(Fuzzer.named(name))
        let inputs = min(5000, max(300, 30 * fuzzer.weight))
        #expect(try FuzzRun(fuzzer, seed: 1, inputs: 0..<inputs).run().inputs == inputs)
    }

    @Test("Every API in every version that is served has requests to be changed")
    func requestsOfEveryAPI() {
        for api in APIs.all {
            for version in api.served {
                let bodies = KafkaRequests.all.filter { $0.key == api.key && $0.version == version }.map(\.body)
                #expect(!bodies.isEmpty, "\(api.name) \(version)")
            }
        }
    }

    @Test("A request that is not changed reaches its handler: it is not closed as unreadable")
    func unchanged() throws {
        let directory = try TemporaryDirectory()
        let source = SeededSource(seed: 1)
        let broker = try Broker(.init(directory: directory.path, random: { source.next() }), now: 1_700_000_000_000)
        var closed: [String] = []
        var stored: Int64 = 0
        // Those that produce are the last of the list, and some before them delete the topics.
        for (index, request) in ([KafkaRequests.topics] + KafkaRequests.all.reversed()).enumerated() {
            let client = Client(id: UInt64(index), host: "127.0.0.1", advertisedHost: "localhost", advertisedPort: 9092)
            let frame = request.frame(correlationID: 7, body: request.body)
            let outcome = frame.withUnsafeBytes { broker.handle($0, from: client, now: 1_700_000_000_000) }
            broker.disconnected(client.id, now: 1_700_000_000_000)
            // A producer that wants no answer learns of a failure by the end of its connection.
            if case .close = outcome, request.key != 0 { closed.append("\(request.key) \(request.version)") }
            if let topic = broker.catalog.topic(named: "a") {
                stored = max(stored, try broker.log(topic, 0).logEndOffset)
            }
        }
        #expect(closed.isEmpty)
        #expect(stored > 0, "no record is stored")
        broker.close(now: 1_700_000_000_000)
    }

    @Test("The same seed makes the same inputs")
    func repeated() {
        func bodies() -> [[UInt8]] {
            var random = SeededRandom(seed: 7)
            return KafkaRequests.make(&random, each: 1).map(\.body)
        }
        #expect(bodies() == bodies())
    }
}
