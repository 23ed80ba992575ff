import DynamoDBClient
import HTTP
import Shop

/// The service's HTTP interface.
public struct OrderAPI: Sendable {
    /// How many orders a list has at most, unless `limit` says less.
    static let listMax = 100
    static let listDefault = 20

    /// What the service depends on, and how it is.
    public struct Probes: Sendable {
        /// Throws when no broker answers.
        public var kafka: @Sendable () async throws -> Void
        /// Whether the group has given the service its partitions.
        public var isAssigned: @Sendable () -> Bool

        /// Probes.
        public init(kafka: @escaping @Sendable () async throws -> Void, isAssigned: @escaping @Sendable () -> Bool) {
            self.kafka = kafka
            self.isAssigned = isAssigned
        }
    }

    private let orders: Orders
    private let store: any OrderStore
    private let probes: Probes
    private let port: String
    private let logger: Logger

    /// The interface to `orders`.
    public init(orders: Orders, store: any OrderStore, probes: Probes, port: String, logger: Logger) {
        self.orders = orders
        self.store = store
        self.probes = probes
        self.port = port
        self.logger = logger
    }

    /// All routes.
    public var router: Router {
        .shop(
            logger: logger,
            [
                Route(.post, "/api/v1/orders") { await create(body: $0.body, requestID: $0.requestID) },
                Route(.get, "/api/v1/orders") {
                    await list(
                        userID: $0.queryParameter("user_id"), limit: $0.queryParameter("limit"), requestID: $0.requestID
                    )
                },
                Route(.get, "/api/v1/orders/{id}") { await get($0.parameters["id"] ?? "", requestID: $0.requestID) },
                Route(.get, "/api/v1/health") { _ in await health() },
                Route(.get, "/api/v1/ready") { _ in await ready() },
            ])
    }

    func create(body: [UInt8], requestID: String) async -> Response {
        let order: OrderRequest
        do {
            order = try OrderRequest(body: body)
        } catch {
            logger.warn(
                "Invalid request", ["error": .string("\(error)"), "request_id": .string(requestID)])
            return .json(400, ["error": "Invalid request format", "details": .string("\(error)")])
        }
        do {
            switch try await orders.create(order, requestID: requestID) {
            case .order(let id):
                return .json(
                    201, ["order_id": .integer(id), "status": "PENDING", "message": "Order created successfully"])
            case .keyReused: return .error(409, "Idempotency key reused with a different request")
            }
        } catch {
            logger.error(
                "Failed to create order", ["request_id": .string(requestID), "error": .string("\(error)")])
            return .json(
                500, ["error": "Failed to create order", "request_id": .string(requestID)])
        }
    }

    func get(_ text: String, requestID: String) async -> Response {
        guard let id = Int64(text) else { return .error(400, "invalid id") }
        do {
            guard let order = try await store.order(id: id) else { return .error(404, "order not found") }
            return .json(200, order.json)
        } catch {
            return failed("Failed to get order", error, requestID)
        }
    }

    func list(userID: String?, limit limitText: String?, requestID: String) async -> Response {
        guard let user = userID, !user.isEmpty,
            user.utf8.count <= OrderRequest.textBytesMax
        else { return .json(400, ["error": "Invalid request format", "details": "user_id is required"]) }
        var limit = Self.listDefault
        if let text = limitText {
            guard let value = Int(text), (1...Self.listMax).contains(value) else {
                return .json(
                    400,
                    [
                        "error": "Invalid request format",
                        "details": .string("limit is no integer from 1 to \(Self.listMax)"),
                    ])
            }
            limit = value
        }
        do {
            let orders = try await store.orders(userID: user, limit: limit)
            return .json(200, ["orders": .array(orders.map(\.json))])
        } catch {
            return failed("Failed to list orders", error, requestID)
        }
    }

    private func failed(_ message: String, _ error: any Error, _ requestID: String) -> Response {
        logger.error(message, ["request_id": .string(requestID), "error": .string("\(error)")])
        return .json(500, ["error": .string(message), "request_id": .string(requestID)])
    }

    func health() async -> Response {
        do {
            try await probes.kafka()
            return .json(
                200, ["status": "healthy", "service": "order-service", "port": .string(port), "kafka": "healthy"])
        } catch {
            return .json(
                503,
                [
                    "status": "unhealthy", "service": "order-service", "port": .string(port), "kafka": "unhealthy",
                    "kafka_error": .string("\(error)"),
                ])
        }
    }

    /// Ready to serve: the table answers, a broker answers, and confirmations will be heard.
    func ready() async -> Response {
        do { try await store.check() } catch { return .notReady("DynamoDB: \(error)") }
        do { try await probes.kafka() } catch { return .notReady("Kafka: \(error)") }
        guard probes.isAssigned() else { return .notReady("Kafka: the group has not assigned partitions yet") }
        return .json(200, ["status": "ready", "dynamodb": "healthy", "kafka": "healthy", "consumer": "assigned"])
    }
}
