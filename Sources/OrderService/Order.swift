import DynamoDBClient
import Shop

/// Where an order stands.
public enum OrderStatus: String, Hashable, Sendable {
    /// Created; its stock is not decided yet.
    case pending = "PENDING"
    /// Its stock was deducted.
    case confirmed = "CONFIRMED"
    /// Its stock could not be deducted.
    case cancelled = "CANCELLED"
}

/// An order.
public struct Order: Hashable, Sendable {
    /// Milliseconds since 1970 at which it was created, made unique.
    public var id: Int64
    /// Who ordered.
    public var userID: String
    /// What was ordered.
    public var items: [OrderItem]
    /// The sum of quantity times price.
    public var totalAmount: Amount
    /// Where it stands; kept as text, so that other implementations' words survive.
    public var status: String
    /// The client's own name for the request.
    public var idempotencyKey: String
    /// When it was created (RFC 3339).
    public var createdAt: String
    /// When it last changed (RFC 3339).
    public var updatedAt: String

    /// The answer to GET.
    public var json: JSON {
        [
            "order_id": .integer(id), "user_id": .string(userID), "items": .array(items.map(\.json)),
            "total_amount": .number(totalAmount.text), "status": .string(status),
            "idempotency_key": .string(idempotencyKey), "created_at": .string(createdAt),
            "updated_at": .string(updatedAt),
        ]
    }
}
