import AWSConfiguration
import DynamoDBClient
import HTTP
import KafkaClient
import Reactor
import Shop

/// The program product-service.
public enum ProductProgram {
    /// Runs it with the process's environment, until a signal.
    public static func run() -> Never {
        let environment = Environment.current()
        let logger = Logger(level: Logger.Level(name: environment.text("LOG_LEVEL")))
        do {
            let port = try environment.port("PORT", default: 8081)
            ServiceRunner.run(environment: environment, logger: logger, port: port) { loop in
                try start(environment: environment, logger: logger, port: port, loop: loop)
            }
        } catch {
            logger.log(.fatal, "Failed to load config", ["error": .string("\(error)")])
            exitWithFailure()
        }
    }

    private static func start(
        environment: Environment, logger: Logger, port: UInt16, loop: LoopHandle
    ) throws -> RunningService {
        let kafka = try KafkaConnection(environment)
        let isKafkaEnabled = try environment.bool("KAFKA_ENABLED", default: true)
        let (store, mode) = try storage(environment)
        logger.info(
            "Service configuration",
            [
                "port": .string(String(port)), "mode": .string(mode.mode), "storage": .string(mode.storage),
                "kafka_brokers": .string(kafka.brokers), "kafka_enabled": .bool(isKafkaEnabled),
            ])
        guard isKafkaEnabled else {
            return RunningService(
                router: ProductAPI(store: store, mode: mode, probes: nil, logger: logger).router, shutDown: {})
        }
        let producer = try Producer(
            .init(brokers: kafka.brokers, clientID: "product-service", security: kafka.security), log: logger.kafka)
        let outbox = OutboxPublisher(store: store, sender: producer, logger: logger, executor: loop) {
            logger.info(
                "Kafka event published", ["order_id": .integer($0.orderID), "topic": .string($0.topic)])
        }
        let keeper = StockKeeper(
            store: store, logger: logger, confirmationTopic: Topics.confirmation(environment)
        ) { outbox.publish($0) }
        outbox.startSweeping()
        let group = environment.text("KAFKA_GROUP_ID") ?? "product-service"
        let consumer = try Consumer(
            .init(
                brokers: kafka.brokers, groupID: group, topics: [Topics.orderEvents], clientID: "product-service",
                security: kafka.security), executor: loop, log: logger.kafka, onEvent: logger.consumerEvents
        ) { try await keeper.process($0) }
        logger.info("Kafka consumer started", ["topics": [.string(Topics.orderEvents)]])

        let probes = ProductAPI.Probes(
            kafka: { try await producer.checkHealth(timeout: .seconds(2)) },
            isAssigned: { consumer.assignment != nil })
        return RunningService(
            router: ProductAPI(store: store, mode: mode, probes: probes, logger: logger).router
        ) {
            await consumer.close()
            await outbox.close(limit: .seconds(2))
            await producer.close(flush: .seconds(1))
        }
    }

    private static func storage(
        _ environment: Environment
    ) throws -> (any ProductStore, ProductAPI.Mode) {
        let table = environment.text("PRODUCT_TABLE_NAME") ?? "products-table"
        let isLocal = try environment.bool("LOCAL_MODE", default: false)
        let endpoint = try Endpoint(
            environment: environment.variables,
            configuration: SharedConfiguration(environment: environment.variables), defaultRegion: "ap-northeast-2")
        if isLocal, !endpoint.isCustom { return (InMemoryProductStore(), .inMemory) }
        let client = try DynamoDBClient(environment: environment.variables, defaultRegion: "ap-northeast-2")
        return (
            DynamoDBProductStore(client: client, table: table), .dynamoDB(client.endpoint, table: table)
        )
    }
}
