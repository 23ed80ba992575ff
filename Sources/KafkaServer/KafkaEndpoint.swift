import KafkaBroker
import Reactor

/// Kafka's port: listeners, connections, and the broker's timer, all on one loop.
public final class KafkaEndpoint {
    /// How the port behaves. The names are those of Kafka's broker configs.
    public struct Configuration: Sendable {
        /// `socket.request.max.bytes`: a frame that says it is longer closes its connection.
        public var requestMaxBytes = 100 << 20
        /// `connections.max.idle.ms`.
        public var connectionsMaxIdle: Duration = .seconds(600)
        /// Whether clients come through the published ports of a container: an advertised `localhost` is then their machine, not this one.
        public var isBehindPublishedPorts = false

        /// Kafka's defaults.
        public init() {}
    }

    let broker: Broker
    let configuration: Configuration
    private let loop: EventLoop
    private var listeners: [Listener] = []
    private var connections: [ClientID: KafkaConnection] = [:]
    private var deadline: Timer?
    private var deadlineMillis: Int64?
    private var idle: Timer?
    /// The time of day less the loop's, when the port was opened.
    private let clockStartMillis: Int64
    /// How much the steady clock is ahead of that of the day.
    private var clockOffsetMillis: Int64 = 0

    /// Takes over the broker: its answers, its time and its background jobs.
    public init(loop: EventLoop, broker: Broker, configuration: Configuration = Configuration()) {
        self.loop = loop
        self.broker = broker
        self.configuration = configuration
        clockStartMillis = loop.wallMillis - loop.monotonicNanos / 1_000_000
        deadline = loop.timer { [unowned self] in advance() }
        idle = loop.timer { [unowned self] in closeIdle() }
        let look = min(.seconds(30), max(.milliseconds(10), configuration.connectionsMaxIdle / 2))
        idle?.start(after: look, repeating: look)
        broker.deliver = { [unowned self] token, frame in connections[token.client]?.answer(token, frame) }
        broker.background = { [unowned loop] job, then in loop.work(job, then: then) }
        loop.atTurnEnd { [weak self] in self?.setDeadline() }
        setDeadline()
    }

    /// Listens; port 0 takes a free one. Returns where.
    /// - Parameter advertised: where those find the broker who do not come from this machine or its networks; nil tells each where
    ///   it came to
    public func listen(
        on address: SocketAddress, advertised: (host: String, port: UInt16)? = nil
    ) throws(SystemError) -> SocketAddress {
        let listener = try Listener(loop: loop, address: address) { [unowned self] in accept($0, advertised) }
        listeners.append(listener)
        return listener.address
    }

    /// Stops listening and closes every connection.
    public func close() {
        for listener in listeners { listener.close() }
        listeners = []
        for connection in connections.values { connection.close() }
        deadline?.stop()
        idle?.stop()
    }

    // MARK: - Connections

    private func accept(_ connection: Connection, _ advertised: (host: String, port: UInt16)?) {
        let told = AdvertisedAddress(
            peer: connection.peer, local: connection.local, advertised: advertised,
            isBehindPublishedPorts: configuration.isBehindPublishedPorts, neighbourhood: .current())
        let client = Client(
            id: connection.id.rawValue, host: connection.peer.host, advertisedHost: told.host,
            advertisedPort: Int32(told.port))
        let handler = KafkaConnection(self, connection, client, nowNanos: loop.monotonicNanos)
        connections[client.id] = handler
        connection.handler = handler
    }

    func handle(_ frame: UnsafeRawBufferPointer, _ connection: KafkaConnection) -> Outcome {
        connection.lastUsedNanos = loop.monotonicNanos
        return broker.handle(frame, from: connection.client, now: loop.wallMillis, steady: steadyMillis)
    }

    func closed(_ client: ClientID) {
        connections[client] = nil
        broker.disconnected(client, now: loop.wallMillis, steady: steadyMillis)
    }

    // MARK: - Time

    /// A clock that only runs forward: that of the day when the port was opened, and from then on the loop's. As long as nobody sets the
    /// former they go together, to the millisecond, so that a deadline that did not move is not set anew.
    private var steadyMillis: Int64 {
        let wall = loop.wallMillis
        let exact = loop.monotonicNanos / 1_000_000 + clockStartMillis
        if abs(wall + clockOffsetMillis - exact) > Self.clockToleranceMillis { clockOffsetMillis = exact - wall }
        return wall + clockOffsetMillis
    }

    /// How far the clock of the day may run from the loop's before it is taken as set.
    private static let clockToleranceMillis: Int64 = 20

    private func advance() {
        deadlineMillis = nil
        broker.advance(to: loop.wallMillis, steady: steadyMillis)
    }

    private func setDeadline() {
        let next = broker.nextDeadlineMillis
        guard next != deadlineMillis else { return }
        deadlineMillis = next
        guard let next else {
            deadline?.stop()
            return
        }
        deadline?.start(after: .milliseconds(max(0, next - steadyMillis)))
    }

    private func closeIdle() {
        let limit = configuration.connectionsMaxIdle
        // A negative time closes none.
        guard limit >= .zero else { return }
        for connection in connections.values
        where !connection.isParked && .nanoseconds(loop.monotonicNanos - connection.lastUsedNanos) > limit {
            connection.close()
        }
    }
}
