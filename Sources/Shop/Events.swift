import DynamoDBClient

/// The topics of the shop.
public enum Topics {
    /// Orders that were created.
    public static let orderEvents = "order-events"
    /// Orders whose stock could not be deducted.
    public static let orderCompensation = "order-compensation"
    /// Orders whose stock was deducted, unless `ORDER_CONFIRMATION_TOPIC` names another.
    public static let orderConfirmation = "order-confirmation"

    /// The confirmation topic that the environment names.
    public static func confirmation(_ environment: Environment) -> String {
        environment.text("ORDER_CONFIRMATION_TOPIC") ?? orderConfirmation
    }
}

/// How a product is named in an order: by number or by text, and whichever came is kept.
public enum ProductReference: Hashable, Sendable {
    /// A number: product 1 is `PROD001`.
    case number(Int64)
    /// The product's id itself.
    case text(String)

    /// Reads a reference; nil for anything but an integer from 0 or a text that is not empty.
    public init?(json: JSON?) {
        switch json {
        case .number(let text):
            guard let number = Int64(text), number >= 0 else { return nil }
            self = .number(number)
        case .string(let text):
            guard !text.isEmpty else { return nil }
            self = .text(text)
        default: return nil
        }
    }

    /// The reference as it came.
    public var json: JSON {
        switch self {
        case .number(let number): .integer(number)
        case .text(let text): .string(text)
        }
    }

    /// The product's id: `PROD%03d` for a number.
    public var productID: String {
        switch self {
        case .number(let number):
            let digits = String(number)
            return "PROD" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        case .text(let text): return text
        }
    }
}

/// A line of an order.
public struct OrderItem: Hashable, Sendable {
    /// The product.
    public var product: ProductReference
    /// Its name when it was ordered.
    public var productName: String
    /// How many, from 1.
    public var quantity: Int64
    /// The price of one.
    public var price: Amount

    /// A line.
    public init(product: ProductReference, productName: String, quantity: Int64, price: Amount) {
        self.product = product
        self.productName = productName
        self.quantity = quantity
        self.price = price
    }

    /// As orders and events write it.
    public var json: JSON {
        [
            "product_id": product.json, "product_name": .string(productName), "quantity": .integer(quantity),
            "price": .number(price.text),
        ]
    }
}

/// The event that an order was created.
public struct OrderCreated: Hashable, Sendable {
    /// The event's own id: the same however often it is published.
    public var eventID: String
    /// The order.
    public var orderID: Int64
    /// Who ordered.
    public var userID: String
    /// The order's sum.
    public var totalAmount: Amount
    /// The order's lines.
    public var items: [OrderItem]
    /// The order's status then.
    public var status: String
    /// When (RFC 3339).
    public var timestamp: String
    /// The request that created the order.
    public var requestID: String

    /// An event.
    public init(
        eventID: String, orderID: Int64, userID: String, totalAmount: Amount, items: [OrderItem], status: String,
        timestamp: String, requestID: String
    ) {
        self.eventID = eventID
        self.orderID = orderID
        self.userID = userID
        self.totalAmount = totalAmount
        self.items = items
        self.status = status
        self.timestamp = timestamp
        self.requestID = requestID
    }

    /// The record's value.
    public var json: JSON {
        [
            "event_id": .string(eventID), "order_id": .integer(orderID), "user_id": .string(userID),
            "total_amount": .number(totalAmount.text), "items": .array(items.map(\.json)), "status": .string(status),
            "timestamp": .string(timestamp), "request_id": .string(requestID),
        ]
    }
}

/// What of an order's event the stock depends on; readable from any implementation's events.
public struct OrderedStock: Hashable, Sendable {
    /// The event's id.
    public var eventID: String
    /// The order.
    public var orderID: Int64
    /// Products and quantities in the order's order.
    public var lines: [(product: ProductReference, quantity: Int64)]

    /// Reads an event's value.
    /// - Throws: ``UnreadableEvent`` with what is missing or wrong.
    public init(value: [UInt8]?) throws(UnreadableEvent) {
        let json = try UnreadableEvent.parse(value)
        eventID = try UnreadableEvent.eventID(json)
        orderID = try UnreadableEvent.orderID(json)
        guard let items = json["items"]?.array, !items.isEmpty else {
            throw UnreadableEvent("items is missing or empty")
        }
        lines = []
        for (index, item) in items.enumerated() {
            guard let product = ProductReference(json: item["product_id"]) else {
                throw UnreadableEvent("items[\(index)].product_id is neither a number nor a text")
            }
            guard let quantity = item["quantity"]?.integer, quantity >= 1 else {
                throw UnreadableEvent("items[\(index)].quantity is no integer from 1")
            }
            lines.append((product, quantity))
        }
    }

    /// Whether both say the same.
    public static func == (left: OrderedStock, right: OrderedStock) -> Bool {
        left.eventID == right.eventID && left.orderID == right.orderID
            && left.lines.elementsEqual(right.lines) { $0 == $1 }
    }

    /// Hashes what tells events apart.
    public func hash(into hasher: inout Hasher) { hasher.combine(eventID) }
}

/// An event that cannot be read, and why.
public struct UnreadableEvent: Error, Hashable, CustomStringConvertible, Sendable {
    /// One phrase.
    public var description: String

    /// An event that cannot be read for this reason.
    public init(_ description: String) { self.description = description }

    static func parse(_ value: [UInt8]?) throws(UnreadableEvent) -> JSON {
        guard let value else { throw UnreadableEvent("the record has no value") }
        let json: JSON
        do {
            json = try JSON(parsing: value, depthMax: 32)
        } catch {
            throw UnreadableEvent("\(error)")
        }
        guard json.members != nil else { throw UnreadableEvent("the value is no object") }
        return json
    }

    static func eventID(_ json: JSON) throws(UnreadableEvent) -> String {
        // A longer one does not fit into a key.
        guard let id = json["event_id"]?.string, !id.isEmpty, id.utf8.count <= 1024 else {
            throw UnreadableEvent("event_id is missing, empty or longer than 1024 bytes")
        }
        return id
    }

    static func orderID(_ json: JSON) throws(UnreadableEvent) -> Int64 {
        guard let id = json["order_id"]?.integer else { throw UnreadableEvent("order_id is no integer") }
        return id
    }
}

/// Why an order's stock was not deducted.
public enum CompensationReason: String, Hashable, Sendable {
    /// There is less than was ordered.
    case stockInsufficient = "stock_insufficient"
    /// There is no such product.
    case productNotFound = "product_not_found"
}

/// The event that an order's stock was not deducted.
public struct Compensation: Hashable, Sendable {
    /// The event's own id.
    public var eventID: String
    /// The order.
    public var orderID: Int64
    /// The first product of the order that there was not enough of.
    public var productID: String
    /// How many of it were ordered.
    public var quantity: Int64
    /// Why.
    public var reason: CompensationReason
    /// When (RFC 3339).
    public var timestamp: String

    /// An event.
    public init(
        eventID: String, orderID: Int64, productID: String, quantity: Int64, reason: CompensationReason,
        timestamp: String
    ) {
        self.eventID = eventID
        self.orderID = orderID
        self.productID = productID
        self.quantity = quantity
        self.reason = reason
        self.timestamp = timestamp
    }

    /// The record's value.
    public var json: JSON {
        [
            "event_id": .string(eventID), "order_id": .integer(orderID), "product_id": .string(productID),
            "quantity": .integer(quantity), "reason": .string(reason.rawValue), "timestamp": .string(timestamp),
        ]
    }
}

/// The event that an order's stock was deducted.
public struct Confirmation: Hashable, Sendable {
    /// The event's own id.
    public var eventID: String
    /// The order.
    public var orderID: Int64
    /// When (RFC 3339).
    public var timestamp: String

    /// An event.
    public init(eventID: String, orderID: Int64, timestamp: String) {
        self.eventID = eventID
        self.orderID = orderID
        self.timestamp = timestamp
    }

    /// The record's value.
    public var json: JSON {
        ["event_id": .string(eventID), "order_id": .integer(orderID), "timestamp": .string(timestamp)]
    }
}

/// What compensations and confirmations say to the order: its id and the event's.
public struct OrderOutcome: Hashable, Sendable {
    /// The order.
    public var orderID: Int64

    /// Reads the value of a compensation or a confirmation of any implementation.
    /// - Throws: ``UnreadableEvent`` with what is missing or wrong.
    public init(value: [UInt8]?) throws(UnreadableEvent) {
        orderID = try UnreadableEvent.orderID(try UnreadableEvent.parse(value))
    }
}
