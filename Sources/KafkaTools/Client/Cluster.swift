import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A cluster as the tools see it: connections to its brokers, made when they are first needed and again when they break.
final class Cluster {
    /// One broker.
    struct Node: Hashable, Sendable {
        let id: Int32
        let address: Address
        let rack: String?
    }

    /// Which broker a request goes to.
    enum Target: Hashable {
        case any
        case controller
        case node(Int32)
        /// A broker as a group's coordinator, on a connection of its own: a long poll on the other one holds nothing up.
        case coordinator(Int32)
    }

    private struct ConnectionKey: Hashable {
        let address: Address
        var isOfCoordinator = false
    }

    private let bootstrap: [Address]
    private let clientID: String
    /// What the log calls this client.
    let label: String
    let interrupt: Interrupt?
    let console: Console
    private var connections: [ConnectionKey: Connection] = [:]
    /// The brokers of the last metadata, by id.
    private(set) var nodes: [Int32: Node] = [:]
    private(set) var controllerID: Int32 = -1

    /// Waits between attempts to connect, in milliseconds: Kafka's reconnect.backoff.ms, doubled up to reconnect.backoff.max.ms.
    private static let backoffMillis: ClosedRange<Int64> = 100...1000
    /// How long one attempt may take (socket.connection.setup.timeout.ms).
    private static let connectMillisMax: Int64 = 10_000

    /// A client of the cluster that listens at `bootstrap`. `kind` is what the log calls it: AdminClient, Consumer or Producer.
    init(
        bootstrap: [Address], kind: String, clientID: String, groupID: String? = nil, console: Console,
        interrupt: Interrupt? = nil
    ) {
        self.bootstrap = bootstrap
        self.clientID = clientID
        self.console = console
        self.interrupt = interrupt
        label = "[\(kind) clientId=\(clientID)\(groupID.map { ", groupId=\($0)" } ?? "")]"
    }

    // MARK: - Calls

    /// Sends a request and waits for its answer, on a new connection when one breaks, until the deadline.
    ///
    /// Throws a TimeoutException that names `call` when the deadline comes first, an UnsupportedVersionException when the broker does not
    /// serve the API, and `ToolError.interrupted` after a signal.
    func call<API: KafkaAPI>(
        _: API.Type, _ request: API.Request, to target: Target = .any, by deadline: Deadline, call: String
    ) throws(ToolError) -> API.Response {
        while true {
            let connection = try connection(to: target, by: deadline, call: call)
            do throws(NetworkFailure) {
                return try connection.call(API.self, request, by: deadline)
            } catch {
                try recover(from: error, API.self, connection, by: deadline, call: call)
            }
        }
    }

    /// Makes of a failure what the caller throws; returns when the call is to be tried again.
    func recover<API: KafkaAPI>(
        from failure: NetworkFailure, _: API.Type, _ connection: Connection, by deadline: Deadline, call: String
    ) throws(ToolError) {
        switch failure {
        case .unsupported:
            throw .exception(.init(.versionUnsupported, "The broker does not support \(API.constantName)"))
        case .interrupted: throw .interrupted
        case .timedOut:
            forget(connection)
            throw .timeout("Call(callName=\(call)) timed out")
        case .malformed, .disconnected:
            forget(connection)
            guard !deadline.hasPassed else { throw .timeout("Call(callName=\(call)) timed out") }
            try pause(millis: Self.backoffMillis.lowerBound, by: deadline)
        }
    }

    /// Closes a connection, once nobody holds it any more.
    func forget(_ connection: Connection) {
        connections = connections.filter { $0.value !== connection }
    }

    // MARK: - Connections

    /// A connection to a broker, made when there is none. Throws as `call` does.
    func connection(to target: Target, by deadline: Deadline, call: String) throws(ToolError) -> Connection {
        switch target {
        case .any:
            let usable = connections.filter { !$0.key.isOfCoordinator }
            if let open = usable.min(by: { $0.key.address.description < $1.key.address.description })?.value {
                return open
            }
            let known = nodes.values.sorted { $0.id < $1.id }
            return try connect(
                to: bootstrap.enumerated().map { (-1 - Int32($0.offset), $0.element) }
                    + known.map { ($0.id, $0.address) },
                by: deadline, call: call)
        case .controller:
            if nodes[controllerID] == nil { _ = try metadata(of: [], by: deadline, call: call) }
            guard nodes[controllerID] != nil else { return try connection(to: .any, by: deadline, call: call) }
            return try connection(to: .node(controllerID), by: deadline, call: call)
        case .node(let id), .coordinator(let id):
            guard let node = nodes[id] else { return try connection(to: .any, by: deadline, call: call) }
            let isOfCoordinator = target == .coordinator(id)
            let key = ConnectionKey(address: node.address, isOfCoordinator: isOfCoordinator)
            if let open = connections[key] { return open }
            return try connect(
                to: [(id, node.address)], isOfCoordinator: isOfCoordinator, by: deadline, call: call)
        }
    }

    /// Tries the brokers in turn until one can be connected to; each failure is a line of the log, as in Java's clients.
    private func connect(
        to brokers: [(id: Int32, address: Address)], isOfCoordinator: Bool = false, by deadline: Deadline, call: String
    ) throws(ToolError) -> Connection {
        var wait = Self.backoffMillis.lowerBound
        var isResolvable = false
        while true {
            for (id, address) in brokers {
                let candidates = address.resolve()
                isResolvable = isResolvable || !candidates.isEmpty
                for candidate in candidates {
                    do throws(NetworkFailure) {
                        let attempt = min(deadline, .after(millis: Self.connectMillisMax))
                        let connection = try Connection(to: candidate, clientID: clientID, by: attempt, interrupt)
                        connections[ConnectionKey(address: address, isOfCoordinator: isOfCoordinator)] = connection
                        return connection
                    } catch {
                        if error == .interrupted { throw .interrupted }
                    }
                }
                if let first = candidates.first {
                    warnUnreachable(id, address, first)
                } else {
                    console.log(
                        "WARN",
                        "Couldn't resolve server \(address) from bootstrap.servers as DNS resolution failed for "
                            + address.host, by: "org.apache.kafka.clients.ClientUtils")
                }
            }
            guard isResolvable else {
                throw .configuration("No resolvable bootstrap urls given in bootstrap.servers")
            }
            try pause(millis: wait, by: deadline)
            if deadline.hasPassed { throw .timeout("Timed out waiting for a node assignment. Call: \(call)") }
            wait = min(wait * 2, Self.backoffMillis.upperBound)
        }
    }

    private func warnUnreachable(_ id: Int32, _ address: Address, _ candidate: SocketAddress) {
        let name = address.host == candidate.host ? "/\(address.host)" : "\(address.host)/\(candidate.host)"
        console.log(
            "WARN",
            "\(label) Connection to node \(id) (\(name):\(address.port)) could not be established. Broker may not be "
                + "available.", by: "org.apache.kafka.clients.NetworkClient")
    }

    /// Waits, but not beyond the deadline; a signal ends it.
    func pause(millis: Int64, by deadline: Deadline) throws(ToolError) {
        let end = min(deadline, .after(millis: millis))
        while !end.hasPassed {
            var waiting = pollfd(fd: interrupt?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
            if poll(&waiting, 1, Int32(clamping: end.remainingMillis)) > 0 { throw .interrupted }
        }
    }

    /// Keeps where a broker listens.
    func keep(_ node: Node) { nodes[node.id] = node }

    // MARK: - Metadata

    /// The cluster's metadata with the topics named; nil for all of them. Keeps who the brokers are.
    func metadata(
        of topics: [String]?, creating: Bool = false, by deadline: Deadline, call: String
    ) throws(ToolError) -> Metadata.Response {
        var request = Metadata.Request()
        request.topics = topics?.map { name in
            var topic = Metadata.Request.Topic()
            topic.name = name
            return topic
        }
        request.allowAutoTopicCreation = creating
        let response = try self.call(Metadata.self, request, by: deadline, call: call)
        nodes = [:]
        for broker in response.brokers {
            guard let port = UInt16(exactly: broker.port) else { continue }
            nodes[broker.nodeID] = Node(
                id: broker.nodeID, address: Address(host: broker.host, port: port), rack: broker.rack)
        }
        controllerID = response.controllerID
        return response
    }
}

extension Cluster {
    /// What the log says of a topic that metadata has no partitions for, as in Java's clients.
    func warnOfMetadata(_ topic: String, _ error: KafkaError) {
        let name = "\(error)".constantName
        console.log(
            "WARN", "\(label) Error while fetching metadata with correlation id 1 : {\(topic)=\(name)}",
            by: "org.apache.kafka.clients.NetworkClient")
    }
}
