import KafkaBroker
import KafkaServer
import Reactor

/// The broker loop: Kafka's listeners and the broker, on one thread that nothing else touches.
enum BrokerLoop {
    /// Starts the thread; what becomes of it comes as reports.
    static func start(_ settings: EmulatorSettings, _ reports: Mailbox<EmulatorReport>) throws(Failure) {
        try LoopThread.start("broker") {
            do throws(Failure) {
                try run(settings, reports)
                reports.put(.stopped(.kafka))
            } catch {
                reports.put(.failed(.kafka, error))
            }
        }
    }

    /// The thread's life: everything that belongs to the broker is made, used and closed here.
    private static func run(_ settings: EmulatorSettings, _ reports: Mailbox<EmulatorReport>) throws(Failure) {
        let loop: EventLoop
        let broker: Broker
        do {
            loop = try EventLoop()
            var configuration = Broker.Configuration(directory: settings.directory)
            configuration.durability = settings.survivesPowerLoss ? .full : .process
            configuration.lenientReplication = settings.lenientReplication
            settings.kafkaProperties.apply(to: &configuration)
            configuration.clusterID = try MetaProperties.clusterID(
                in: settings.directory, wanted: settings.kafkaProperties.clusterID, nodeID: configuration.nodeID,
                random: configuration.random)
            broker = try Broker(configuration, now: loop.wallMillis)
        } catch {
            throw Failure(.other, "Kafka cannot open its data in \(settings.directory): \(error)")
        }
        var limits = KafkaEndpoint.Configuration()
        limits.requestMaxBytes = Int(broker.configuration.socketRequestMaxBytes)
        limits.connectionsMaxIdle = .milliseconds(broker.configuration.connectionsMaxIdleMillis)
        limits.isBehindPublishedPorts = settings.isInContainer
        let endpoint = KafkaEndpoint(loop: loop, broker: broker, configuration: limits)
        defer {
            endpoint.close()
            broker.close(now: loop.wallMillis)
        }
        let port = try listen(settings, endpoint)
        let notes = try settings.kafkaProperties.notes + broker.makeTopics(of: settings.stack)
        let commands = loop.mailbox(of: EmulatorCommand.self) { [unowned loop] command in
            switch command {
            case .stop: loop.stop()
            case .hold: loop.hold { reports.put(.held(.kafka)) }
            case .release: loop.release()
            case .reset: reports.put(.reset(.kafka, broker.reset(to: settings.stack)))
            case .tellGroups(let reply): reply.put(broker.groupProgress())
            }
        }
        reports.put(.started(.kafka, port: port, commands: commands, notes: notes))
        loop.run()
    }

    /// Listens, and returns the port that people and services are given: the first listener's for clients. Whoever
    /// comes through a published port of a container finds the broker on the same port of their own machine, unless the
    /// listener says otherwise.
    private static func listen(_ settings: EmulatorSettings, _ endpoint: KafkaEndpoint) throws(Failure) -> UInt16 {
        func published(_ port: UInt16) -> (host: String, port: UInt16)? {
            settings.isInContainer ? (host: "localhost", port: port) : nil
        }
        guard !settings.kafkaProperties.listeners.isEmpty else {
            return try settings.host.listen(
                port: settings.port, for: "Kafka", mend: "choose another port with --kafka-port, or --any-port"
            ) { try endpoint.listen(on: $0, advertised: published($0.port)) }
        }
        var first: UInt16?
        for listener in settings.kafkaProperties.listeners {
            let host = try listener.host.isEmpty ? HostAddress.everywhere : HostAddress(listener.host)
            let told = listener.advertisedHost.map { (host: $0, port: listener.advertisedPort ?? listener.port) }
            let port = try host.listen(
                port: listener.port == 0 ? nil : listener.port, for: "Kafka's listener \(listener.name)",
                mend: "choose another port in `listeners`"
            ) { try endpoint.listen(on: $0, advertised: told ?? published($0.port)) }
            if first == nil, !listener.isController { first = port }
        }
        return first ?? 0
    }
}
