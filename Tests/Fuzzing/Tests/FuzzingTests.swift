import KafkaBroker
import Testing

@testable import Fuzzing

@Suite("What nobody in their right mind would send", .serialized)
struct FuzzingTests {
    @Test("Changed inputs crash nothing, hang nothing and make nothing grow", arguments: Fuzzer.all.map(\.name))
    func short(_ name: String) throws {
        let fuzzer = try #require(Fuzzer.named(name))
        let inputs = min(5000, 300 * fuzzer.weight)
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

    @Test("The same seed makes the same inputs")
    func repeated() {
        func bodies() -> [[UInt8]] {
            var random = SeededRandom(seed: 7)
            return KafkaRequests.make(&random, each: 1).map(\.body)
        }
        #expect(bodies() == bodies())
    }
}
