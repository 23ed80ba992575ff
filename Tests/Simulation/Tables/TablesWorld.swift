import DynamoDB

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The DynamoDB engine with clients, a disk that fails, and a clock that jumps.
///
/// It checks that
/// - every answer is that of a model to which requests happen one after the other, and each comes once;
/// - after a crash there is what was acknowledged, and of the turn that was under way everything or nothing;
/// - a turn that was refused leaves nothing, now and after a crash;
/// - a transaction with a token happens once, however often it is sent;
/// - every index is the projection of its table, also while indexes come and go;
/// - kept counts and sizes are those that counting gives, and the database belongs to somebody, to the last table;
/// - items expire when their time has come, and no others.
package final class TablesWorld: World {
    package static let name = "tables"

    let bug: PlantedBug?
    let durability: Engine.Configuration.Durability
    /// Up to here tables in memory are not in a file.
    private let bytesInMemory: Int64
    /// Whether anything of the tables is there after a crash.
    private var survivesCrashes: Bool { durability == .process || durability == .full }
    let disk: SimulatedDisk
    private let vfs: SimulatedVFS
    package internal(set) var trace: Trace
    var engine: Engine?
    /// What the engine's random numbers come from, and what no step's may: they are drawn at moments that faults decide.
    private let engineRandom: EngineRandom

    /// As of this turn, and as of the last commit.
    var current = TablesModel()
    var committed = TablesModel()
    var now: Int64 = 1_700_000_000_000
    /// The latest time that background work has seen.
    var latestStep: Int64 = 0

    /// What a turn that was refused would have made, as long as the disk may have kept it from being taken out of the log.
    var refused: TablesModel?

    /// Requests that were sent and are not answered.
    var outstanding: Set<Int> = []
    var requestCount = 0
    /// The answers that wait for the turn's commit.
    var held: [(request: Int, text: String)] = []
    var long: [PendingScan] = []
    /// Whether somebody has been told what this turn did.
    var isTurnAcknowledged = false
    /// Whether something has failed in this turn, which therefore cannot be committed.
    var isTurnLost = false
    /// What is wrong with the database itself.
    var databaseFault: String?

    /// Requests that are on their way, or may come a second time.
    var delayed: [TablesRequest] = []
    var recent: [TablesRequest] = []
    /// Transactions whose answer may have been lost, which their clients send again.
    var unanswered: [TablesRequest] = []

    struct PendingScan {
        let request: Int
        let operation: LongOperation
        let scan: LongScan
        var body: [UInt8] = []
    }

    private final class EngineRandom {
        var numbers: SeededRandom
        init(_ seed: UInt64) { numbers = SeededRandom(seed: seed) }
    }

    package init(seed: UInt64, bug: PlantedBug?) throws {
        var random = SeededRandom(seed: seed ^ 0x7ab1_e5)
        self.bug = bug
        durability = random.pick([.memory, .close, .process, .full, .full])
        bytesInMemory = [0, 32 << 10, 8 << 20][Int(seed % 3)]
        disk = SimulatedDisk(seed: random.next(), keepsUnsynced: durability == .full)
        vfs = SimulatedVFS(disk)
        engineRandom = EngineRandom(random.next())
        trace = Trace(keeping: 0)
        if bug == .dropAppend { disk.dropWrite(after: 60 + random.below(200)) }
        try open()
    }

    /// Opens the engine on what the disk has; throws when it cannot.
    func open() throws {
        var configuration = Engine.Configuration(directory: "", durability: durability) { [engineRandom] in
            engineRandom.numbers.next()
        }
        configuration.fileLayer = vfs.name
        configuration.bytesInMemory = bytesInMemory
        let engine = try Engine(configuration)
        engine.limitBackfill(rows: 7, entries: 5, runBytes: 1500)
        self.engine = engine
        plantTriggers()
    }

    package func end() {
        disk.kill()
        long = []
        engine?.close()
        engine = nil
    }

    // MARK: - Steps

    package static let kinds: [(kind: String, weight: Int)] = [
        ("write", 28), ("batch", 6), ("transact", 8), ("retry", 3), ("get", 8), ("query", 5), ("scan", 9),
        ("create-table", 5),
        ("delete-table", 1), ("create-index", 2), ("delete-index", 1), ("time-to-live", 1), ("delay", 3), ("arrive", 4),
        ("duplicate", 2), ("turn", 12), ("slice", 10), ("resume", 6), ("time", 6), ("jump", 1), ("rest", 1),
        ("kill", 1), ("die-soon", 2), ("power-loss", 1), ("fail-soon", 2), ("fill", 1), ("room", 2), ("stop", 1),
        ("check", 1),
    ]

    package func perform(_ kind: String, _ random: inout SeededRandom) throws {
        trace.note(kind)
        switch kind {
        case "delay": delayed.append(request(random.pick(["write", "transact", "delete-table", "get"]), &random))
        case "arrive":
            if !delayed.isEmpty { try submit(delayed.remove(at: random.below(delayed.count)), &random) }
        case "duplicate": if !recent.isEmpty { try submit(random.pick(recent), &random) }
        case "retry": if !unanswered.isEmpty { try submit(unanswered.removeFirst(), &random) }
        case "turn": try endTurn()
        case "slice": for _ in 0...random.below(4) { try slice() }
        case "resume": try resume(&random)
        case "time": now += Int64(random.below(random.once(in: 4) ? 60_000 : 900))
        case "jump": now += Int64(random.below(4_000_000)) - 1_500_000
        case "rest": if held.isEmpty, engine?.hasWritten == false { engine?.rest() }
        // After a crash nobody looks at what does not survive one, nor after failures that go on while one is undone.
        case "kill", "power-loss", "die-soon", "fail-soon": if survivesCrashes { try goWrong(kind, &random) }
        case "fill": disk.isFull = true
        case "room": disk.isFull = false
        case "stop": if durability != .memory { try stop() }
        case "check":
            try endTurn()
            try check()
        default:
            let request = request(kind, &random)
            try submit(request, &random)
        }
        try restartIfDead()
        try checkOutstanding()
    }

    private func goWrong(_ kind: String, _ random: inout SeededRandom) throws {
        switch kind {
        case "kill": try crash(hasLostPower: false)
        case "power-loss": try crash(hasLostPower: disk.keepsUnsynced)
        case "die-soon": disk.die(after: random.below(random.once(in: 3) ? 60 : 8))
        default:
            disk.fail(after: random.below(12), count: 1 + random.below(3), code: random.pick([EIO, ENOSPC]))
        }
    }

    /// Every request that was sent waits for a commit or takes several turns: nobody was forgotten.
    private func checkOutstanding() throws {
        guard outstanding.count == held.count + long.count else {
            throw SimulationFailure(
                "\(outstanding.count) requests are not answered, \(held.count + long.count) of them will be")
        }
    }

    package func finish() throws {
        disk.heal()
        try endTurn()
        var random = SeededRandom(seed: 1)
        while !long.isEmpty { try resume(&random) }
        try endTurn()
        for _ in 0..<100_000 {
            let hasMore = try slice()
            if !hasMore { break }
        }
        try checkExpired()
        try check()
        guard outstanding.isEmpty else { throw SimulationFailure("\(outstanding.count) requests are never answered") }
        guard survivesCrashes else { return }
        try crash(hasLostPower: disk.keepsUnsynced)
        try check()
    }
}
