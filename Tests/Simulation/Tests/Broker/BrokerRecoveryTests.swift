import KafkaBroker
import KafkaWire
import Simulation
import Testing

/// What the simulation has found in the broker, each as the rule that was broken.
@Suite("The broker after failures of the disk")
struct BrokerRecoveryTests {
    private static let now: Int64 = 1_700_000_000_000

    /// A broker on a simulated disk whose background work is never done: no fsync ends.
    private func broker(on files: BrokerDisk, doesWork: Bool = false) throws -> Broker {
        var configuration = Broker.Configuration(directory: "/data", random: { 7 })
        configuration.durability = .full
        configuration.disk = files
        let broker = try Broker(configuration, now: Self.now)
        if !doesWork { broker.background = { _, _ in } }
        return broker
    }

    private func endOffset(_ broker: Broker) throws -> Int64 {
        let topic = try broker.catalog.topic(named: "t") ?? broker.create(.init(name: "t"))
        return try broker.log(topic, 0).highWatermark
    }

    @Test("A clean stop syncs what an fsync under way has not reached")
    func cleanStop() throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            let disk = SimulatedDisk(seed: seed, keepsUnsynced: true)
            let files = BrokerDisk(disk)
            try disk.makeDirectory("/data")
            let first = try broker(on: files)
            _ = try endOffset(first)
            var batch = RecordBatchBuilder()
            batch.append(timestamp: Self.now, key: nil, value: nil)
            _ = try first.log(first.catalog.topic(named: "t")!, 0).append(
                batch.build(), origin: .client, now: Self.now)
            first.close(now: Self.now)
            disk.kill()
            disk.restart(hasLostPower: true)
            files.bootNumber += 1
            #expect(try endOffset(broker(on: files)) == 1)
        }
    }

    @Test("What a start shows after a crash is still there after a loss of power")
    func recoveredRecords() throws {
        let disk = SimulatedDisk(seed: 1, keepsUnsynced: true)
        let files = BrokerDisk(disk)
        try disk.makeDirectory("/data")
        let first = try broker(on: files)
        #expect(try endOffset(first) == 0)
        var batch = RecordBatchBuilder()
        batch.append(timestamp: Self.now, key: nil, value: nil)
        _ = try first.log(first.catalog.topic(named: "t")!, 0).append(batch.build(), origin: .client, now: Self.now)
        // It was not synced, so nobody sees it yet.
        #expect(try endOffset(first) == 0)
        disk.kill()
        disk.restart(hasLostPower: false)
        let second = try broker(on: files)
        #expect(try endOffset(second) == 1)
        for _ in 0..<4 {
            disk.kill()
            disk.restart(hasLostPower: true)
            files.bootNumber += 1
            #expect(try endOffset(broker(on: files)) == 1)
        }
    }
}
