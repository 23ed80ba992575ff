import KafkaWire

/// A single-node Kafka broker without sockets, threads or a clock: frames and times come in, frames come out.
///
/// Everything happens on the one thread that calls it. Kafka's contract of one request at a time per connection is the caller's: it hands in a
/// client's next request after the answer to the one before.
public final class Broker {
    /// How it is set up, with what was changed of that since.
    public private(set) var configuration: Configuration
    /// How it was set up.
    let setUp: Configuration
    /// Where answers to parked requests go. Set it before the first request.
    public var deliver: (RequestToken, ResponseFrame) -> Void = { _, _ in }
    /// Runs a job away from the loop and then, on the loop, what follows. Unless set, both at once.
    public var background: (_ job: @escaping @Sendable () -> Bool, _ then: @escaping (Bool) -> Void) -> Void {
        get { work.run }
        set { work.run = newValue }
    }
    private let work = BackgroundWork()

    /// Topics, configs and producer ids.
    package let catalog: Catalog
    /// The partitions' logs.
    package let logs: PartitionLogs
    /// Fetches that wait for records.
    package let fetches = FetchWaiters()
    /// What clients that fetch again and again have asked for.
    let fetchSessions: FetchSessions
    /// Groups and what they have committed. Set once, as it needs the rest of the broker.
    package private(set) var groups: BrokerGroups!

    /// The time of the event that is being handled, in milliseconds since 1970.
    package private(set) var now: Int64
    /// The same moment by a clock that only runs forward, in milliseconds from any beginning.
    package private(set) var steadyNow: Int64
    /// The moment by both clocks.
    var moment: Moment { Moment(wallMillis: now, steadyMillis: steadyNow) }
    /// What waits for time or for something to happen: fetches, groups.
    private var waiting: [any BrokerPart] = []
    private var nextSerial: UInt64 = 0

    /// Opens the data directory and recovers what is there.
    ///
    /// - Parameter now: Milliseconds since 1970; the beginning of the steady clock too, which later events may tell.
    public init(_ configuration: Configuration, now: Int64) throws(StorageError) {
        setUp = configuration
        self.configuration = configuration
        self.now = now
        steadyNow = now
        fetchSessions = FetchSessions(
            countMax: Int(configuration.fetchSessionsMax), random: configuration.random)
        catalog = try Catalog(
            directory: configuration.directory, syncs: configuration.durability == .full, on: configuration.disk,
            random: configuration.random)
        let settings = BrokerSettings(configuration, catalog)
        catalog.topicDefaults = settings.topicDefaults
        self.configuration.takeOver(settings)
        logs = try PartitionLogs(
            root: configuration.directory, durability: configuration.durability,
            openFiles: OpenFiles(on: configuration.disk), background: work)
        logs.removeStrays { catalog.topic(named: $0) != nil }
        logs.steadyMillis = { [unowned self] in steadyNow }
        logs.onAppend = { [unowned self] log, count in recordsCame(to: log, count) }
        logs.onAbandon = { [unowned self] log in recordsCame(to: log, .max) }
        fetches.answer = { [unowned self] waiter in Fetch.answer(waiter, self) }
        add(fetches)
        add(LogRetention(broker: self, now: now))
        add(LogCleaner(broker: self, now: now))
        groups = try BrokerGroups(broker: self)
        add(groups)
    }

    /// Lets the broker configs in force take effect: those that are its own, and those that are topics' defaults.
    func applyBrokerConfigs() {
        let settings = settings
        configuration = setUp
        configuration.takeOver(settings)
        guard settings.topicDefaults != catalog.topicDefaults else { return }
        catalog.topicDefaults = settings.topicDefaults
        for topic in catalog.topics { logs.reconfigure(topic) }
    }

    /// Closes every log and notes that the stop was clean. Nothing is asked of the broker afterwards.
    public func close(now: Int64) { logs.close(now: now) }

    /// The log of a partition, opened when it is first used.
    package func log(_ topic: Topic, _ partition: Int32) throws(StorageError) -> PartitionLog {
        if let log = logs.openLog(topicID: topic.id, partition: partition) { return log }
        return try logs.openLog(
            topic: topic.name, partition: partition, topicID: topic.id,
            configuration: LogConfiguration(topic.configuration), now: now)
    }

    /// Whether an event is being handled, at whose end waiting fetches are answered.
    private var isHandling = false

    private func recordsCame(to log: PartitionLog, _ count: Int) {
        fetches.recordsCame(to: log, count)
        if !isHandling { fetches.answerReady() }
    }

    /// Adds a part that is told of time and of clients that go.
    package func add(_ part: any BrokerPart) { waiting.append(part) }

    // MARK: - Requests

    /// Handles one request frame, without its size.
    ///
    /// - Parameters:
    ///   - now: Milliseconds since 1970.
    ///   - steady: Milliseconds of a clock that only runs forward; unless given, that of the day.
    public func handle(
        _ frame: UnsafeRawBufferPointer, from client: Client, now: Int64, steady: Int64? = nil
    ) -> Outcome {
        setTime(now, steady)
        isHandling = true
        defer {
            isHandling = false
            fetches.answerReady()
        }
        do throws(WireError) {
            let (header, body) = try Frame.header(of: frame) { key, version in
                // The header of a version that is not served is only looked at for what is alike in all of them.
                APIs.byKey(key).map { $0.served.contains(version) && $0.isFlexible(version) } ?? false
            }
            guard let api = APIs.byKey(header.apiKey) else { return .close }
            nextSerial += 1
            let token = RequestToken(
                client: client.id, serial: nextSerial, correlationID: header.correlationID, version: header.apiVersion)
            let context = RequestContext(token: token, client: client, clientID: header.clientID, now: now)
            guard api.served.contains(header.apiVersion) else {
                return api.key == ApiVersions.key ? ApiVersions.unsupported(context, self) : .close
            }
            return try api.handle(body, context, self)
        } catch {
            return .close
        }
    }

    /// Answers a parked request. An answer to a client that has gone is harmless.
    package func answer<API: KafkaAPI>(
        _: API.Type, _ token: RequestToken, _ response: API.Response, regions: [LogRegion] = []
    ) {
        deliver(token, ResponseFrame(API.self, token, response, regions: regions))
    }

    // MARK: - Time and clients

    /// When `advance` has to be called, by the steady clock; nil when nothing waits for time.
    public var nextDeadlineMillis: Int64? {
        var first: Int64?
        for part in waiting {
            guard let deadline = part.nextDeadlineMillis else { continue }
            first = min(first ?? .max, part.isMeasuredSteadily ? deadline : deadline - now + steadyNow)
        }
        return first
    }

    /// Does what has become due. The times are those of `handle`.
    public func advance(to now: Int64, steady: Int64? = nil) {
        setTime(now, steady)
        isHandling = true
        for part in waiting { part.advance(to: part.isMeasuredSteadily ? steadyNow : now) }
        isHandling = false
        fetches.answerReady()
    }

    /// Forgets a client's waiting request.
    public func disconnected(_ client: ClientID, now: Int64, steady: Int64? = nil) {
        setTime(now, steady)
        for part in waiting { part.disconnected(client) }
    }

    private func setTime(_ now: Int64, _ steady: Int64?) {
        self.now = now
        steadyNow = steady ?? now
    }
}

/// Something in the broker that waits.
package protocol BrokerPart: AnyObject {
    /// Whether its times are those of the clock that only runs forward (`Broker.steadyNow`); else they are those of the day. What ends a while
    /// after it began has to be, or it ends when the clock is set.
    var isMeasuredSteadily: Bool { get }
    /// When `advance` has to be called, in milliseconds.
    var nextDeadlineMillis: Int64? { get }
    /// Does what has become due.
    func advance(to now: Int64)
    /// Forgets a client's waiting request.
    func disconnected(_ client: ClientID)
}

extension BrokerPart {
    package var isMeasuredSteadily: Bool { false }
}
