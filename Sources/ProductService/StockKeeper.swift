import DynamoDBClient
import KafkaClient
import Shop

/// What the service does with orders' events.
public struct StockKeeper: Sendable {
    /// A transaction has 100 actions; two of them are the marker and the outcome.
    public static let distinctProductsMax = 98

    private let store: any ProductStore
    private let logger: Logger
    private let confirmationTopic: String
    private let nowMillis: @Sendable () -> Int64
    private let sleep: @Sendable (Duration) async throws -> Void
    private let publish: @Sendable (OutboxEntry) -> Void

    /// A keeper of the stock in `store`; `publish` is told of each outcome that has been stored.
    public init(
        store: any ProductStore, logger: Logger, confirmationTopic: String = Topics.orderConfirmation,
        nowMillis: @escaping @Sendable () -> Int64 = Clock.systemMillis,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        publish: @escaping @Sendable (OutboxEntry) -> Void
    ) {
        self.store = store
        self.logger = logger
        self.confirmationTopic = confirmationTopic
        self.nowMillis = nowMillis
        self.sleep = sleep
        self.publish = publish
    }

    /// Works on a record of `order-events`. A record that cannot be read is told of once and left: it never blocks its partition.
    public func process(_ record: ConsumerRecord) async throws {
        if let type = record.header("event_type"), type != "order_created" {
            return logger.debug("Event of another type ignored", ["event_type": .string(type)])
        }
        let ordered: OrderedStock
        let quantities: [(productID: String, quantity: Int64)]
        do throws(UnreadableEvent) {
            ordered = try OrderedStock(value: record.value)
            quantities = StockDecision.quantities(ordered)
            guard quantities.count <= Self.distinctProductsMax else {
                throw UnreadableEvent("items has more than \(Self.distinctProductsMax) distinct products")
            }
            guard quantities.allSatisfy({ $0.productID.utf8.count <= Product.idBytesMax }) else {
                throw UnreadableEvent("a product_id is longer than \(Product.idBytesMax) bytes")
            }
        } catch {
            return logger.error(
                "Unreadable event skipped",
                [
                    "topic": .string(record.topicPartition.topic),
                    "partition": .integer(record.topicPartition.partition), "offset": .integer(record.offset),
                    "error": .string("\(error)"),
                ])
        }
        logger.info("Processing order created event", ["order_id": .integer(ordered.orderID)])
        try await process(ordered, quantities)
    }

    private func process(
        _ ordered: OrderedStock, _ quantities: [(productID: String, quantity: Int64)]
    ) async throws {
        var conflicts = 0
        while true {
            let decision = StockDecision(quantities: quantities, stocks: try await stocks(quantities.map(\.productID)))
            let now = nowMillis()
            let outcome = outcome(of: decision, ordered, now)
            var deductions: [StockDecision.Deduction] = []
            if case .deduct(let all) = decision { deductions = all }
            switch try await store.apply(
                eventID: ordered.eventID, deductions: deductions, outcome: outcome, at: Timestamp.milliseconds(now))
            {
            case .applied:
                tell(decision, ordered)
                return publish(outcome)
            case .alreadyProcessed:
                return logger.info("Event processed before, ignored", ["order_id": .integer(ordered.orderID)])
            case .conflict:
                conflicts += 1
                // Whoever conflicts has made progress; waiting a little at random lets all of them through.
                try await sleep(.milliseconds(Int64.random(in: 1...10) * Int64(min(conflicts, 20))))
            }
        }
    }

    private func stocks(_ ids: [String]) async throws -> [String: Int64] {
        try await withThrowingTaskGroup(of: (String, Int64?).self) { group in
            for id in ids { group.addTask { (id, try await store.product(id: id)?.stock) } }
            var stocks: [String: Int64] = [:]
            for try await (id, stock) in group { stocks[id] = stock }
            return stocks
        }
    }

    private func outcome(of decision: StockDecision, _ ordered: OrderedStock, _ now: Int64) -> OutboxEntry {
        let id = UUID.make()
        let timestamp = Timestamp.milliseconds(now)
        func entry(_ topic: String, _ type: String, _ value: JSON) -> OutboxEntry {
            OutboxEntry(
                id: id, orderID: ordered.orderID, topic: topic, value: value.text,
                headers: [
                    .init("event_type", type), .init("service", "product-service"), .init("version", "v1"),
                ], createdMillis: now)
        }
        switch decision {
        case .deduct:
            let event = Confirmation(eventID: id, orderID: ordered.orderID, timestamp: timestamp)
            return entry(confirmationTopic, "order_confirmed", event.json)
        case .refuse(let product, let quantity, let reason):
            let event = Compensation(
                eventID: id, orderID: ordered.orderID, productID: product, quantity: quantity, reason: reason,
                timestamp: timestamp)
            return entry(Topics.orderCompensation, "stock_deduction_failed", event.json)
        }
    }

    private func tell(_ decision: StockDecision, _ ordered: OrderedStock) {
        switch decision {
        case .deduct(let deductions):
            for deduction in deductions { logger.deducted(deduction) }
        case .refuse(let product, let quantity, let reason):
            logger.warn(
                "Stock deduction failed",
                [
                    "order_id": .integer(ordered.orderID), "product_id": .string(product),
                    "quantity": .integer(quantity), "reason": .string(reason.rawValue),
                ])
        }
    }
}

extension Logger {
    /// The line of every deduction.
    func deducted(_ deduction: StockDecision.Deduction) {
        info(
            "Stock deducted successfully",
            [
                "product_id": .string(deduction.productID), "previous_stock": .integer(deduction.previousStock),
                "new_stock": .integer(deduction.newStock),
            ])
    }
}
