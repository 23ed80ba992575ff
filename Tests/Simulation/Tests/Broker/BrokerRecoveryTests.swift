import KafkaWire
import Simulation
import Testing

@testable import KafkaBroker

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

    @Test(
        "Retention leaves no hole behind a segment that the system lets neither be renamed nor removed",
        arguments: 0..<14)
    func stuckSegment(_ changes: Int) throws {
        let disk = SimulatedDisk(seed: 1, keepsUnsynced: false)
        let files = BrokerDisk(disk)
        try disk.makeDirectory("/data")
        let first = try broker(on: files, doesWork: true)
        var topic = Broker.NewTopic(name: "t")
        topic.configs = [("segment.ms", "1000"), ("retention.ms", "60000")]
        let log = try first.log(first.create(topic), 0)
        for age in [200, 190, 180, 170, 160, 10, 0] as [Int64] {
            var batch = RecordBatchBuilder()
            batch.append(timestamp: Self.now - age * 1_000, key: nil, value: nil)
            _ = try log.append(batch.build(), origin: .client, now: Self.now)
        }
        #expect(log.highWatermark == 7)
        disk.fail(after: changes, count: 2, code: 5)
        first.advance(to: Self.now + 40_000, steady: Self.now + 40_000)
        disk.kill()
        disk.restart(hasLostPower: false)
        let second = try broker(on: files, doesWork: true)
        let found = try second.log(#require(second.catalog.topic(named: "t")), 0)
        var next = found.logStartOffset
        for name in disk.names(in: "/data/t-0") where name.hasSuffix(".log") {
            guard case .file(let file) = disk.node(at: "/data/t-0/" + name) else { continue }
            file.bytes.withUnsafeBytes { bytes in
                guard let batch = RecordBatch(at: bytes) else { return }
                #expect(batch.baseOffset == next)
                next = batch.nextOffset
            }
        }
        #expect(next == 7)
    }

    @Test("Of a segment that is given up, no file is removed later by the name that it had: another may have it then")
    func givenUpNames() throws {
        for changes in 0..<3 {
            let disk = SimulatedDisk(seed: 1, keepsUnsynced: false)
            let files = BrokerDisk(disk)
            try disk.makeDirectory("/data")
            let segment = try Segment(baseOffset: 0, directory: "/data", openFiles: OpenFiles(on: files), now: Self.now)
            disk.fail(after: changes, count: 1, code: 5)
            let paths = try #require(segment.markDeleted {})
            #expect(paths.count == 2)
            #expect(paths.allSatisfy { $0.hasSuffix(".deleted") })
        }
    }
}
