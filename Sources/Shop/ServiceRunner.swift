import DynamoDBClient
import HTTP
import KafkaClient
import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A service that is running: what it answers, and how it ends.
public struct RunningService: Sendable {
    /// What it answers.
    public var router: Router
    /// Ends its work in good order.
    public var shutDown: @Sendable () async -> Void

    /// A service.
    public init(router: Router, shutDown: @escaping @Sendable () async -> Void) {
        self.router = router
        self.shutDown = shutDown
    }
}

/// Runs a service as a program: listens, waits for SIGTERM or SIGINT, ends in good order. A second signal ends it at once.
public enum ServiceRunner {
    /// The largest body that a request may have: what fits, stored twice, into DynamoDB's largest item.
    public static let bodyBytesMax = 128 << 10

    /// Runs the service that `start` builds on the loop, until a signal. Does not return.
    ///
    /// `BIND_ADDRESS` is the address listened on, by default all of the machine's.
    public static func run(
        environment: Environment, logger: Logger, port: UInt16,
        start: (LoopHandle) throws -> RunningService
    ) -> Never {
        signal(SIGPIPE, SIG_IGN)
        do {
            let loop = try EventLoop()
            let service = try start(loop.handle)
            var limits = HTTPLimits()
            limits.bodyBytes = bodyBytesMax
            let server = HTTPServer(
                loop: loop, limits: limits, handler: RouterHandler(router: service.router, loop: loop))
            try listen(server, environment: environment, logger: logger, port: port)
            let watches = endOnSignal(service, server: server, loop: loop, logger: logger)
            loop.run()
            withExtendedLifetime((server, watches)) {}
            exit(0)
        } catch {
            logger.log(.fatal, "Failed to start server", ["error": .string("\(error)")])
            exit(1)
        }
    }

    /// How long requests that are being answered may take once a signal has come.
    private static let drainSeconds: Int64 = 3

    private static func endOnSignal(
        _ service: RunningService, server: HTTPServer, loop: EventLoop, logger: Logger
    ) -> [SignalWatch] {
        var isEnding = false
        var timer: Timer?
        let shutDown = loop.mailbox(of: Bool.self) { _ in
            let deadline = loop.monotonicNanos + drainSeconds * 1_000_000_000
            timer = loop.timer {
                guard server.connectionCount == 0 || loop.monotonicNanos >= deadline else { return }
                timer?.stop()
                logger.info("Server exited")
                loop.stop()
            }
            timer?.start(after: .zero, repeating: .milliseconds(10))
        }
        return [SIGTERM, SIGINT].map { number in
            loop.onSignal(number) {
                if isEnding { exit(128 + number) }
                isEnding = true
                logger.info("Shutting down server...")
                server.close()
                Task(executorPreference: loop.handle) {
                    await service.shutDown()
                    shutDown.put(true)
                }
            }
        }
    }

    private static func listen(
        _ server: HTTPServer, environment: Environment, logger: Logger, port: UInt16
    ) throws {
        let named = environment.text("BIND_ADDRESS")
        guard let address = SocketAddress(host: named ?? "0.0.0.0", port: port) else {
            throw ConfigurationError("BIND_ADDRESS=\(named ?? "") is no IP address.")
        }
        do {
            let bound = try server.listen(on: address)
            // Beside all IPv4 addresses all IPv6 ones, where the machine has them: `localhost` may be either.
            if named == nil, let both = SocketAddress(host: "::", port: bound.port) { _ = try? server.listen(on: both) }
            logger.info("Starting server", ["port": .string(String(bound.port))])
        } catch {
            throw ConfigurationError(
                "listen tcp \(address): \(error). Stop the process that holds port \(port), or set PORT to another.")
        }
    }
}

extension Logger {
    /// Takes the lines of librdkafka; the same line at most every ten seconds.
    public var kafka: @Sendable (KafkaLogLine) -> Void {
        { line in
            let level: Level =
                switch line.level {
                case .error, .warning: .warn
                case .info: .info
                case .debug: .debug
                }
            self.logSparingly(level, "Kafka client", ["facility": .string(line.facility), "text": .string(line.text)])
        }
    }
}

extension Logger {
    /// Takes what happens to a consumer.
    public var consumerEvents: @Sendable (ConsumerEvent) -> Void {
        { event in
            switch event {
            case .assigned(let partitions):
                self.info("Kafka partitions assigned", ["partitions": Self.json(partitions)])
            case .revoked(let partitions):
                self.info("Kafka partitions revoked", ["partitions": Self.json(partitions)])
            case .failed(let error):
                self.logSparingly(.warn, every: 60, "Kafka consumer", ["error": .string("\(error)")])
            case .workFailed(let record, let error, _):
                self.logSparingly(
                    .error, "Event not processed yet, will be tried again",
                    [
                        "topic": .string(record.topicPartition.topic),
                        "partition": .integer(record.topicPartition.partition), "offset": .integer(record.offset),
                        "error": .string("\(error)"),
                    ])
            }
        }
    }

    private static func json(_ partitions: [TopicPartition]) -> JSON {
        .array(partitions.map { .string("\($0.topic)[\($0.partition)]") })
    }
}

/// Ends the process with status 1.
public func exitWithFailure() -> Never { exit(1) }
