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
            broker = try Broker(configuration, now: loop.wallMillis)
        } catch {
            throw Failure(.other, "Kafka cannot open its data in \(settings.directory): \(error)")
        }
        let endpoint = KafkaEndpoint(loop: loop, broker: broker)
        defer {
            endpoint.close()
            broker.close(now: loop.wallMillis)
        }
        let port = try settings.host.listen(
            port: settings.port, for: "Kafka", mend: "choose another port with --kafka-port, or --any-port"
        ) { try endpoint.listen(on: $0) }
        let notes = try broker.makeTopics(of: settings.stack)
        let commands = loop.mailbox(of: EmulatorCommand.self) { [unowned loop] command in
            switch command {
            case .stop: loop.stop()
            }
        }
        reports.put(.started(.kafka, port: port, commands: commands, notes: notes))
        loop.run()
    }
}
