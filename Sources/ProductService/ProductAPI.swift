import DynamoDBClient
import HTTP
import Shop

/// The service's HTTP interface.
public struct ProductAPI: Sendable {
    /// What the health answer says of the way the service runs.
    public struct Mode: Hashable, Sendable {
        /// `local` or `aws`.
        public var mode: String
        /// `in-memory`, `dynamodb-local` or `dynamodb`.
        public var storage: String
        /// What else is told: the endpoint or the table.
        public var details: [JSON.Member]

        /// Products in memory.
        public static let inMemory = Mode(mode: "local", storage: "in-memory", details: [])

        /// Products in DynamoDB at `endpoint`.
        public static func dynamoDB(_ endpoint: Endpoint, table: String) -> Mode {
            endpoint.isCustom
                ? Mode(
                    mode: "local", storage: "dynamodb-local", details: [.init("endpoint", .string(endpoint.url))])
                : Mode(mode: "aws", storage: "dynamodb", details: [.init("table", .string(table))])
        }
    }

    /// Kafka as the service sees it; nil when it is disabled.
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

    private let store: any ProductStore
    private let mode: Mode
    private let probes: Probes?
    private let logger: Logger
    private let nowMillis: @Sendable () -> Int64

    /// The interface to the products in `store`.
    public init(
        store: any ProductStore, mode: Mode, probes: Probes?, logger: Logger,
        nowMillis: @escaping @Sendable () -> Int64 = Clock.systemMillis
    ) {
        self.store = store
        self.mode = mode
        self.probes = probes
        self.logger = logger
        self.nowMillis = nowMillis
    }

    /// All routes.
    public var router: Router {
        .shop(
            logger: logger,
            [
                Route(.post, "/api/v1/products") { await create(body: $0.body, requestID: $0.requestID) },
                Route(.get, "/api/v1/products/{id}") { await get($0.parameters["id"] ?? "", requestID: $0.requestID) },
                Route(.post, "/api/v1/products/{id}/deduct") {
                    await deduct($0.parameters["id"] ?? "", body: $0.body, requestID: $0.requestID)
                },
                Route(.get, "/api/v1/health") { _ in await health() },
                Route(.get, "/api/v1/ready") { _ in await ready() },
            ])
    }

    func create(body: [UInt8], requestID: String) async -> Response {
        guard let product = Product(body: body) else { return invalid(requestID) }
        do {
            guard try await store.create(product, at: Timestamp.milliseconds(nowMillis())) else {
                return .error(409, "Product already exists")
            }
            logger.info("Product created successfully", ["product_id": .string(product.id)])
            return .json(201, product.createdJSON)
        } catch {
            return failed("Failed to create product", product.id, error, requestID)
        }
    }

    func get(_ id: String, requestID: String) async -> Response {
        guard id.utf8.count <= Product.idBytesMax else { return .error(404, "Product not found") }
        do {
            guard let product = try await store.product(id: id) else { return .error(404, "Product not found") }
            return .json(200, product.json)
        } catch {
            return failed("Failed to get product", id, error, requestID)
        }
    }

    func deduct(_ id: String, body: [UInt8], requestID: String) async -> Response {
        guard let json = try? JSON(parsing: body, depthMax: 32), let quantity = json["quantity"]?.integer,
            quantity >= 1
        else { return invalid(requestID) }
        guard id.utf8.count <= Product.idBytesMax else { return .error(404, "Product not found") }
        do {
            switch try await store.deduct(id: id, quantity: quantity, at: Timestamp.milliseconds(nowMillis())) {
            case .deducted(let deduction):
                logger.deducted(deduction)
                return .json(
                    200,
                    [
                        "product_id": .string(id), "previous_stock": .integer(deduction.previousStock),
                        "new_stock": .integer(deduction.newStock), "deducted": .integer(quantity),
                    ])
            case .insufficient(let available):
                return .json(
                    400,
                    ["error": "Insufficient stock", "available": .integer(available), "requested": .integer(quantity)])
            case .notFound: return .error(404, "Product not found")
            }
        } catch {
            return failed("Failed to deduct stock", id, error, requestID)
        }
    }

    private func invalid(_ requestID: String) -> Response {
        logger.warn("Invalid request", ["request_id": .string(requestID)])
        return .error(400, "Invalid request format")
    }

    private func failed(_ message: String, _ id: String, _ error: any Error, _ requestID: String) -> Response {
        logger.error(
            message,
            [
                "product_id": .string(id), "request_id": .string(requestID), "error": .string("\(error)"),
            ])
        return .error(500, message)
    }

    func health() async -> Response {
        var members: [JSON.Member] = [
            .init("status", "healthy"), .init("mode", .string(mode.mode)), .init("storage", .string(mode.storage)),
        ]
        if let probes {
            do {
                try await probes.kafka()
                members.append(.init("kafka", "healthy"))
            } catch {
                members.append(.init("kafka", "unhealthy"))
                members.append(.init("kafka_error", .string("\(error)")))
            }
            members.append(.init("consumer", probes.isAssigned() ? "assigned" : "waiting"))
        } else {
            members.append(.init("kafka", "disabled"))
        }
        return .json(200, .object(members + mode.details))
    }

    /// Ready to serve: the table answers, and orders' events will be heard.
    func ready() async -> Response {
        do { try await store.check() } catch { return .notReady("DynamoDB: \(error)") }
        guard let probes else {
            return .json(200, ["status": "ready", "dynamodb": "healthy", "kafka": "disabled"])
        }
        do { try await probes.kafka() } catch { return .notReady("Kafka: \(error)") }
        guard probes.isAssigned() else { return .notReady("Kafka: the group has not assigned partitions yet") }
        return .json(200, ["status": "ready", "dynamodb": "healthy", "kafka": "healthy", "consumer": "assigned"])
    }
}
