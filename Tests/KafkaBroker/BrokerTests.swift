import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("A broker") struct BrokerTests {
    @Test("A broker that goes takes along what waits: a batch whose sync does not end, and a long poll")
    func goes() throws {
        weak var broker: Broker?
        weak var log: PartitionLog?
        func serve() throws {
            let fixture = try BrokerFixture { $0.durability = .full }
            fixture.broker.background = { _, _ in }
            let topic = try fixture.makeTopic("t")
            for outcome in [
                fixture.send(Produce.self, 9, fixture.produce("t", .bytes(batch(count: 1)))),
                fixture.send(Fetch.self, 11, fixture.fetch("t", waitMillis: 1000)),
            ] {
                guard case .parked = outcome else { throw BrokerFixture.NoAnswer(outcome: "\(outcome)") }
            }
            broker = fixture.broker
            log = try fixture.broker.log(topic, 0)
        }
        try serve()
        #expect(broker == nil && log == nil)
    }
}
