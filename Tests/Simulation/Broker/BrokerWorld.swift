import KafkaBroker
import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The broker with producers, consumers, a disk that fails, and clocks.
///
/// It checks that
/// - what was acknowledged or shown stays, at its offset and in its order, until retention, a deletion or compaction may take it;
/// - what an idempotent producer sends again and again is there once, also over a crash, and what was refused is not there;
/// - committed offsets do not go back by themselves;
/// - every request is answered once, and a long poll in time;
/// - a broker starts again on whatever a crash has left.
package final class BrokerWorld: World {
    package static let name = "broker"

    let bug: PlantedBug?
    let durability: Broker.Durability
    let disk: SimulatedDisk
    let files: BrokerDisk
    package internal(set) var trace = Trace()
    var broker: Broker?
    private let brokerRandom: SharedRandom
    /// The clock of the day and the one that only runs forward, in milliseconds.
    var now: Int64 = 1_700_000_000_000
    var steady: Int64 = 5_000_000
    /// The latest time of day that the broker was told.
    var latestNow: Int64 = 1_700_000_000_000

    var logs: [PartitionName: LogModel] = [:]
    /// What a group may have committed, in the order in which it was sent; -1 is nothing.
    var committed: [CommitKey: [SentCommit]] = [:]
    var producers: [IdempotentProducer] = []
    var nextClient: ClientID = 0
    var nextValue = 0
    var nextCommit = 0
    /// Work that left the loop.
    var work: [(job: @Sendable () -> Bool, then: (Bool) -> Void)] = []
    /// Requests that wait, and what becomes of their answers.
    var waiting: [RequestToken: Parked] = [:]
    var gone: Set<RequestToken> = []
    var failure: (any Error)?

    struct CommitKey: Hashable {
        let group: String
        let partition: PartitionName
    }

    struct SentCommit {
        let number: Int
        let offset: Int64
    }

    struct Parked {
        /// By when it is answered whatever happens, by the clock that only runs forward; nil when something has to happen.
        let due: Int64?
        let answered: ([UInt8]) throws -> Void
    }

    struct IdempotentProducer {
        var id: Int64
        var sequences: [PartitionName: Int32] = [:]
        /// What is not acknowledged yet: sent again until it is.
        var unacknowledged: [PartitionName: SentBatch] = [:]
        /// What was, last.
        var last: SentBatch?
    }

    /// Random numbers for the broker, which takes a Sendable source; one thread draws them.
    private final class SharedRandom: @unchecked Sendable {
        var numbers: SeededRandom
        init(_ seed: UInt64) { numbers = SeededRandom(seed: seed) }
    }

    package init(seed: UInt64, bug: PlantedBug?) throws {
        var random = SeededRandom(seed: seed ^ 0xb40e_3)
        self.bug = bug
        let isFull = random.once(in: 2) || bug == .answerBeforeCommit
        durability = isFull ? .full : .process
        disk = SimulatedDisk(seed: random.next(), keepsUnsynced: isFull)
        files = BrokerDisk(disk)
        brokerRandom = SharedRandom(random.next())
        if bug == .dropAppend { files.dropAppendAfter = 10 + random.below(40) }
        files.skipsIndexEntries = bug == .skipIndexRow
        files.liesAboutSyncs = bug == .answerBeforeCommit
        try disk.makeDirectory("/data")
        for partition in PartitionName.all { logs[partition] = LogModel() }
        try open()
        try createTopics()
    }

    /// Starts a broker on what the disk has; throws when it cannot.
    func open() throws {
        var configuration = Broker.Configuration(directory: "/data") { [brokerRandom] in brokerRandom.numbers.next() }
        configuration.durability = durability
        configuration.disk = files
        configuration.logCleanerBackoffMillis = 3_000
        configuration.logRetentionCheckIntervalMillis = 5_000
        configuration.logInitialTaskDelayMillis = 1_000
        configuration.offsetsTopicPartitionCount = 2
        disk.nowMillis = now
        let broker = try Broker(configuration, now: now)
        broker.deliver = { [unowned self] token, frame in deliver(token, frame) }
        broker.background = { [unowned self] job, then in work.append((job, then)) }
        self.broker = broker
        steady = max(steady, now)
    }

    package func end() {
        disk.kill()
        broker?.deliver = { _, _ in }
        broker = nil
        work = []
        waiting = [:]
    }

    // MARK: - Steps

    package static let kinds: [(kind: String, weight: Int)] = [
        ("produce", 24), ("produce-idempotent", 24), ("produce-again", 4), ("new-producer", 2), ("fetch", 14),
        ("poll", 8), ("commit", 8), ("offsets", 5), ("delete-records", 2), ("disconnect", 1), ("work", 24),
        ("time", 12), ("long-time", 2), ("jump", 1), ("kill", 1), ("die-soon", 2), ("power-loss", 1),
        ("fail-soon", 2), ("fill", 1), ("room", 3), ("stop", 1), ("check", 1),
    ]

    package func perform(_ kind: String, _ random: inout SeededRandom) throws {
        trace.note(kind)
        switch kind {
        case "produce": try produce(&random)
        case "produce-idempotent": try produceIdempotent(&random)
        case "produce-again": try produceAgain(&random)
        case "new-producer": try newProducer()
        case "fetch", "poll": try fetch(isPoll: kind == "poll", &random)
        case "commit": try commit(&random)
        case "offsets": try fetchOffsets(&random)
        case "delete-records": try deleteRecords(&random)
        case "disconnect": disconnect(&random)
        case "work": try doWork()
        case "time": try advance(Int64(random.below(800)))
        case "long-time": try advance(Int64(random.below(30_000)))
        case "jump": now += Int64(random.below(400_000)) - 200_000
        case "kill": try crash(hasLostPower: false)
        case "power-loss": try crash(hasLostPower: disk.keepsUnsynced)
        case "die-soon": disk.die(after: random.below(random.once(in: 3) ? 40 : 6))
        case "fail-soon":
            disk.fail(after: random.below(10), count: 1 + random.below(2), code: random.pick([EIO, ENOSPC]))
        case "fill": disk.isFull = true
        case "room": disk.isFull = false
        case "stop": try stop()
        default: try check()
        }
        try settle()
    }

    /// What must be so after each step.
    func settle() throws {
        if let failure { throw failure }
        if disk.isDead { try crash(hasLostPower: false) }
        if let overdue = waiting.values.compactMap(\.due).min(), overdue < steady {
            throw SimulationFailure("a request that may wait until \(overdue) waits at \(steady)")
        }
    }

    func doWork() throws {
        guard !work.isEmpty, !disk.isDead else { return }
        let next = work.removeFirst()
        next.then(next.job())
    }

    /// Lets time pass, from one deadline of the broker's to the next.
    func advance(_ millis: Int64) throws {
        let end = steady + millis
        var rounds = 0
        while let broker, !disk.isDead, let due = broker.nextDeadlineMillis, due <= end {
            rounds += 1
            if rounds > 20_000 { throw SimulationFailure("the broker's deadline \(due) does not move on") }
            let next = max(due, steady)
            now += next - steady
            steady = next
            tell(broker)
        }
        now += end - steady
        steady = end
        if let broker, !disk.isDead { tell(broker) }
    }

    private func tell(_ broker: Broker) {
        latestNow = max(latestNow, now)
        disk.nowMillis = now
        broker.advance(to: now, steady: steady)
    }

    package func finish() throws {
        disk.heal()
        // A log whose sync has failed takes no more records until the broker is started again.
        try crash(hasLostPower: false)
        for round in 0..<50 {
            while !work.isEmpty { try doWork() }
            try advance(200)
            try settle()
            try sendUnacknowledged()
            if round > 20, waiting.isEmpty, producers.allSatisfy(\.unacknowledged.isEmpty) { break }
        }
        while !work.isEmpty { try doWork() }
        try advance(20_000)
        while !work.isEmpty { try doWork() }
        try settle()
        guard waiting.isEmpty else { throw SimulationFailure("\(waiting.count) requests are never answered") }
        guard producers.allSatisfy(\.unacknowledged.isEmpty) else {
            throw SimulationFailure("a producer's batch is never acknowledged")
        }
        try check()
        try crash(hasLostPower: disk.keepsUnsynced)
        try check()
    }
}
