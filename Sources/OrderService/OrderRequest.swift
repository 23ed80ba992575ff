import AWSSignature
import DynamoDBClient
import Shop

/// A request to create an order that has passed every rule.
public struct OrderRequest: Hashable, Sendable {
    /// A transaction has 100 actions; two of them are not products' (the event's marker and the outcome).
    public static let distinctProductsMax = 98
    /// User and key together make a partition key of DynamoDB, which has at most 2048 bytes.
    public static let textBytesMax = 512

    /// Who orders.
    public var userID: String
    /// What is ordered.
    public var items: [OrderItem]
    /// The client's own name for the request.
    public var idempotencyKey: String
    /// The sum of quantity times price.
    public var totalAmount: Amount

    /// Why a request is refused: the `details` of the answer.
    public struct Refusal: Error, Hashable, CustomStringConvertible, Sendable {
        /// One phrase.
        public var description: String
        init(_ description: String) { self.description = description }
    }

    /// Reads and checks a body.
    /// - Throws: ``Refusal`` with the first rule that is not held.
    public init(body: [UInt8]) throws(Refusal) {
        let json: JSON
        do {
            json = try JSON(parsing: body, depthMax: 32)
        } catch {
            throw Refusal("invalid JSON: \(error)")
        }
        guard json.members != nil else { throw Refusal("the body is no JSON object") }
        userID = try Self.text(json, "user_id")
        idempotencyKey = try Self.text(json, "idempotency_key")
        guard let list = json["items"], list != .null else { throw Refusal("items is required") }
        guard let elements = list.array else { throw Refusal("items is no array") }
        guard !elements.isEmpty else { throw Refusal("items must have at least 1 element") }
        items = []
        var products: Set<String> = []
        var total = Amount.zero
        for (index, element) in elements.enumerated() {
            let item = try Self.item(element, "items[\(index)]")
            items.append(item)
            products.insert(item.product.productID)
            guard let amount = item.price.times(item.quantity), let sum = total.plus(amount) else {
                throw Refusal("the total amount is out of range")
            }
            total = sum
        }
        guard products.count <= Self.distinctProductsMax else {
            throw Refusal("items has more than \(Self.distinctProductsMax) distinct products")
        }
        totalAmount = total
    }

    private static func text(_ json: JSON, _ name: String) throws(Refusal) -> String {
        guard let value = json[name], value != .null else { throw Refusal("\(name) is required") }
        guard let text = value.string else { throw Refusal("\(name) is no string") }
        guard !text.isEmpty else { throw Refusal("\(name) is required") }
        guard text.utf8.count <= textBytesMax else { throw Refusal("\(name) is longer than \(textBytesMax) bytes") }
        return text
    }

    private static func item(_ json: JSON, _ place: String) throws(Refusal) -> OrderItem {
        guard json.members != nil else { throw Refusal("\(place) is no object") }
        guard let product = ProductReference(json: json["product_id"]), product.productID.utf8.count <= 1024 else {
            throw Refusal("\(place).product_id is neither a product's number nor its id")
        }
        let name: String
        switch json["product_name"] {
        case nil, .null: name = ""
        case .string(let text): name = text
        default: throw Refusal("\(place).product_name is no string")
        }
        guard let quantity = json["quantity"]?.integer, quantity >= 1 else {
            throw Refusal("\(place).quantity is no integer from 1")
        }
        let price: Amount
        switch json["price"] {
        case nil, .null: price = .zero
        case .number(let text):
            guard let amount = Amount(text) else { throw Refusal("\(place).price is out of range") }
            price = amount
        default: throw Refusal("\(place).price is no number")
        }
        guard !price.isNegative else { throw Refusal("\(place).price is below 0") }
        return OrderItem(product: product, productName: name, quantity: quantity, price: price)
    }

    /// What tells two requests with the same key apart: SHA-256 over the request's meaning, so that blanks and the order of members do not count.
    public var digest: String {
        let meaning: JSON = ["user_id": .string(userID), "items": .array(items.map(\.json))]
        return Hexadecimal.encode(SHA256.hash(meaning.bytes))
    }
}
