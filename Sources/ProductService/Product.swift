import DynamoDBClient
import Shop

/// A product.
public struct Product: Hashable, Sendable {
    /// Its id, such as `PROD001`.
    public var id: String
    /// Its name.
    public var name: String
    /// The price of one.
    public var price: Amount
    /// How many there are.
    public var stock: Int64

    /// A product.
    public init(id: String, name: String, price: Amount, stock: Int64) {
        self.id = id
        self.name = name
        self.price = price
        self.stock = stock
    }

    /// The longest id: it makes a partition key of DynamoDB.
    static let idBytesMax = 1024

    /// Reads and checks the body of a request to create a product; nil when it does not hold every rule.
    public init?(body: [UInt8]) {
        guard let json = try? JSON(parsing: body, depthMax: 32), let id = json["product_id"]?.string, !id.isEmpty,
            id.utf8.count <= Self.idBytesMax, let name = json["name"]?.string, !name.isEmpty,
            let price = json["price"]?.number.flatMap(Amount.init), !price.isNegative,
            let stock = json["stock"]?.integer, stock >= 0
        else { return nil }
        self.init(id: id, name: name, price: price, stock: stock)
    }

    /// The answer to GET.
    public var json: JSON {
        [
            "product_id": .string(id), "name": .string(name), "price": .number(price.text), "stock": .integer(stock),
        ]
    }

    /// The answer to POST, whose fields the README has in another order.
    public var createdJSON: JSON {
        [
            "product_id": .string(id), "name": .string(name), "stock": .integer(stock), "price": .number(price.text),
        ]
    }
}
