import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("Durability") struct DurabilityTests {
    /// Background work that is done when the test says so.
    private final class Queue {
        let work = BackgroundWork()
        var jobs: [(job: @Sendable () -> Bool, then: (Bool) -> Void)] = []
        init() { work.run = { [unowned self] job, then in jobs.append((job, then)) } }
        func finish(_ result: Bool? = nil) {
            let next = jobs.removeFirst()
            let outcome = next.job()
            next.then(result ?? outcome)
        }
    }

    @Test("In full durability records are readable and answered for only after fsync, many by one")
    func full() throws {
        let fixture = try LogFixture()
        let queue = Queue()
        fixture.work = queue.work
        let log = try fixture.open(durability: .full)
        var answered: [Int: Bool] = [:]
        var moved: [Int] = []
        log.onAppend = { moved.append($1) }
        let size = batch(count: 2).count
        for number in 0..<3 {
            let appended = try log.put(batch(count: 2))
            log.whenDurable(before: appended.lastOffset + 1) { answered[number] = $0 }
        }
        #expect(answered.isEmpty)
        #expect(log.highWatermark == 0)
        #expect(try log.read(from: 0, maxBytes: 1000, minOneBatch: true) == nil)
        #expect(queue.jobs.count == 1)
        queue.finish()
        #expect(answered == [0: true])
        #expect(log.highWatermark == 2)
        #expect(try log.read(from: 0, maxBytes: 100_000, minOneBatch: true)?.length == size)
        #expect(queue.jobs.count == 1)
        queue.finish()
        #expect(answered == [0: true, 1: true, 2: true])
        #expect(log.highWatermark == 6)
        #expect(moved == [size, 2 * size])
        #expect(queue.jobs.isEmpty)
        #expect(try log.values().count == 6)
    }

    @Test("A failed fsync is told to those who wait and makes nothing readable")
    func failed() throws {
        let fixture = try LogFixture()
        let queue = Queue()
        fixture.work = queue.work
        let log = try fixture.open(durability: .full)
        var answer: Bool?
        let appended = try log.put(batch(count: 2))
        log.whenDurable(before: appended.lastOffset + 1) { answer = $0 }
        queue.finish(false)
        #expect(answer == false)
        #expect(log.highWatermark == 0)
        // The system may have dropped what it could not write: a later fsync that succeeds would prove nothing.
        #expect(throws: AppendError.self) { try log.put(batch(count: 1)) }
        #expect(queue.jobs.isEmpty)
    }

    @Test("Who waits when the topic is deleted is told that it will not come")
    func deleted() throws {
        let fixture = try LogFixture()
        let queue = Queue()
        fixture.work = queue.work
        let log = try fixture.open(durability: .full)
        var answer: Bool?
        try log.put(batch(count: 2))
        log.whenDurable(before: 2) { answer = $0 }
        log.abandon()
        #expect(answer == false)
    }

    @Test("An fsync over a roll covers both segments")
    func roll() throws {
        let fixture = try LogFixture()
        let queue = Queue()
        fixture.work = queue.work
        fixture.configuration.segmentBytes = batch(count: 2).count
        let log = try fixture.open(durability: .full)
        for _ in 0..<4 { try log.put(batch(count: 2)) }
        while !queue.jobs.isEmpty { queue.finish() }
        #expect(log.highWatermark == 8)
        #expect(log.segments.count == 4)
        #expect(try log.values().count == 8)
    }
}
