import DynamoDBClient
import HTTP
import KafkaClient
import Reactor
import Shop

/// The program order-service.
public enum OrderProgram {
    /// Runs it with the process's environment, until a signal.
    public static func run() -> Never {
        let environment = Environment.current()
        let logger = Logger(level: Logger.Level(name: environment.text("LOG_LEVEL")))
        do {
            let port = try environment.port("PORT", default: 8080)
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
        let table = environment.text("ORDER_TABLE_NAME") ?? "orders"
        let client = try DynamoDBClient(environment: environment.variables, defaultRegion: "ap-northeast-2")
        logger.info(
            "Service configuration",
            [
                "port": .string(String(port)), "kafka_brokers": .string(kafka.brokers),
                "dynamodb_endpoint": .string(client.endpoint.url), "region": .string(client.endpoint.region),
                "table": .string(table),
            ])
        let store = DynamoDBOrderStore(client: client, table: table)
        let producer = try Producer(
            .init(brokers: kafka.brokers, clientID: "order-service", security: kafka.security), log: logger.kafka)
        let outbox = OutboxPublisher(
            store: DynamoDBOutbox(client: client, table: table), sender: producer, logger: logger, executor: loop
        ) { logger.info("Kafka event published", ["order_id": .integer($0.orderID)]) }
        let orders = Orders(store: store, logger: logger) { outbox.publish($0) }
        outbox.startSweeping()

        let confirmation = Topics.confirmation(environment)
        let topics = [Topics.orderCompensation, confirmation]
        let consumer = try Consumer(
            .init(
                brokers: kafka.brokers, groupID: "order-service", topics: topics, clientID: "order-service",
                security: kafka.security), executor: loop, log: logger.kafka, onEvent: logger.consumerEvents
        ) { record in
            let status: OrderStatus = record.topicPartition.topic == confirmation ? .confirmed : .cancelled
            try await orders.settle(record, status: status)
        }
        logger.info("Kafka consumer started", ["topics": .array(topics.map(JSON.string))])

        let probes = OrderAPI.Probes(
            kafka: { try await producer.checkHealth(timeout: .seconds(2)) },
            isAssigned: { consumer.assignment != nil })
        let api = OrderAPI(orders: orders, store: store, probes: probes, port: String(port), logger: logger)
        return RunningService(router: api.router) {
            await consumer.close()
            await outbox.close(limit: .seconds(2))
            await producer.close(flush: .seconds(1))
        }
    }
}
