import DynamoDBClient
import KafkaClient
import Shop
import Synchronization

/// What the service does with orders; knows neither HTTP nor where orders are kept.
public final class Orders: Sendable {
    /// The answer to a request to create an order.
    public enum Created: Hashable, Sendable {
        /// The order that the request made, or that the same request made before.
        case order(id: Int64)
        /// The idempotency key was used with another request.
        case keyReused
    }

    private let store: any OrderStore
    private let logger: Logger
    private let nowMillis: @Sendable () -> Int64
    private let publish: @Sendable (OutboxEntry) -> Void
    private let lastID = Mutex<Int64>(0)

    /// Orders in `store`; `publish` is told of each event that has been stored.
    public init(
        store: any OrderStore, logger: Logger, nowMillis: @escaping @Sendable () -> Int64 = Clock.systemMillis,
        publish: @escaping @Sendable (OutboxEntry) -> Void
    ) {
        self.store = store
        self.logger = logger
        self.nowMillis = nowMillis
        self.publish = publish
    }

    /// Creates an order, or finds the one that the same request has created before.
    /// - Throws: the store's errors.
    public func create(_ request: OrderRequest, requestID: String) async throws -> Created {
        let digest = request.digest
        while true {
            let (order, event) = make(request, requestID: requestID, id: nextID())
            switch try await store.create(order, digest: digest, event: event) {
            case .created:
                logger.info(
                    "Order created successfully", ["order_id": .integer(order.id), "user_id": .string(order.userID)])
                publish(event)
                return .order(id: order.id)
            case .duplicate(let id, let earlier):
                logger.info(
                    "Order found by its idempotency key",
                    [
                        "order_id": .integer(id), "user_id": .string(order.userID),
                        "same_request": .bool(earlier == digest),
                    ])
                return earlier == digest ? .order(id: id) : .keyReused
            case .orderIDTaken: continue
            }
        }
    }

    private func make(_ request: OrderRequest, requestID: String, id: Int64) -> (Order, OutboxEntry) {
        let now = Timestamp.milliseconds(id)
        let order = Order(
            id: id, userID: request.userID, items: request.items, totalAmount: request.totalAmount,
            status: OrderStatus.pending.rawValue, idempotencyKey: request.idempotencyKey, createdAt: now, updatedAt: now
        )
        let event = OrderCreated(
            eventID: UUID.make(), orderID: id, userID: order.userID, totalAmount: order.totalAmount, items: order.items,
            status: order.status, timestamp: now, requestID: requestID)
        let entry = OutboxEntry(
            id: String(id), orderID: id, topic: Topics.orderEvents, value: event.json.text,
            headers: [.init("event_type", "order_created"), .init("service", "order-service"), .init("version", "v1")],
            createdMillis: id)
        return (order, entry)
    }

    /// Milliseconds since 1970, and never the same twice.
    private func nextID() -> Int64 {
        let now = nowMillis()
        return lastID.withLock { last in
            last = max(now, last + 1)
            return last
        }
    }

    /// Does what a compensation or a confirmation says. A record that cannot be read is told of once and left.
    public func settle(_ record: ConsumerRecord, status: OrderStatus) async throws {
        let outcome: OrderOutcome
        do {
            outcome = try OrderOutcome(value: record.value)
        } catch {
            logger.error(
                "Unreadable event skipped",
                [
                    "topic": .string(record.topicPartition.topic),
                    "partition": .integer(record.topicPartition.partition), "offset": .integer(record.offset),
                    "error": .string("\(error)"),
                ])
            return
        }
        let id = outcome.orderID
        if try await store.settle(id: id, status: status, updatedAt: Timestamp.milliseconds(nowMillis())) {
            logger.info(
                status == .confirmed ? "Order confirmed" : "Order cancelled",
                ["order_id": .integer(id), "status": .string(status.rawValue)])
        } else {
            logger.debug("Order not pending, event ignored", ["order_id": .integer(id)])
        }
    }
}
