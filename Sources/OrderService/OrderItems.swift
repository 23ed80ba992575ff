import DynamoDBClient
import Shop

/// Orders as items of DynamoDB: the attribute names are those of the Go services, so that either reads the other's data.
enum OrderItems {
    /// Where in ``creation(_:digest:event:table:)`` the order is.
    static let orderIndex = 0
    /// Where in ``creation(_:digest:event:table:)`` the idempotency key is.
    static let idempotencyIndex = 1

    /// The transaction that creates an order.
    static func creation(
        _ order: Order, digest: String, event: OutboxEntry, table: String
    ) -> [TransactWriteAction] {
        let absent = Expression("attribute_not_exists(PK)")
        let idempotency: Item = [
            "PK": .s(idempotencyPartition(userID: order.userID, key: order.idempotencyKey)), "SK": "METADATA",
            "OrderID": .n(order.id), "Digest": .s(digest), "CreatedAt": .s(order.createdAt),
        ]
        return [
            .put(table: table, item: item(order), condition: absent),
            .put(table: table, item: idempotency, condition: absent, returningItem: true),
            .put(table: table, item: DynamoDBOutbox.item(event)),
        ]
    }

    /// `IDEMPOTENCY#<user>#<key>`; a `#` in the user's id is escaped, so that two users never share a key.
    static func idempotencyPartition(userID: String, key: String) -> String {
        var user = ""
        for character in userID.unicodeScalars {
            switch character {
            case "#": user += "%23"
            case "%": user += "%25"
            default: user.unicodeScalars.append(character)
            }
        }
        return "IDEMPOTENCY#\(user)#\(key)"
    }

    static func item(_ order: Order) -> Item {
        [
            "PK": .s("ORDER#\(order.id)"), "SK": "METADATA", "GSI1PK": .s("USER#\(order.userID)"),
            "GSI1SK": .s("ORDER#\(Timestamp.seconds(order.id))"), "OrderID": .n(order.id), "UserID": .s(order.userID),
            "Items": .l(
                order.items.map { item in
                    .m([
                        "ProductID": attribute(item.product), "ProductName": .s(item.productName),
                        "Quantity": .n(item.quantity), "Price": .n(item.price.text),
                    ])
                }),
            "TotalAmount": .n(order.totalAmount.text), "Status": .s(order.status),
            "IdempotencyKey": .s(order.idempotencyKey), "CreatedAt": .s(order.createdAt),
            "UpdatedAt": .s(order.updatedAt),
        ]
    }

    private static func attribute(_ product: ProductReference) -> AttributeValue {
        switch product {
        case .number(let number): .n(number)
        case .text(let text): .s(text)
        }
    }

    /// Reads an order of either implementation; nil when the item is none.
    static func order(_ item: Item) -> Order? {
        guard let id = item["OrderID"]?.integer, let user = item["UserID"]?.string,
            let status = item["Status"]?.string
        else { return nil }
        let lines = item["Items"]?.list ?? []
        let items = lines.compactMap { line -> OrderItem? in
            guard let map = line.map, let product = reference(map["ProductID"]),
                let quantity = map["Quantity"]?.integer, let price = map["Price"]?.number.flatMap(Amount.init)
            else { return nil }
            return OrderItem(
                product: product, productName: map["ProductName"]?.string ?? "", quantity: quantity, price: price)
        }
        guard items.count == lines.count else { return nil }
        return Order(
            id: id, userID: user, items: items,
            totalAmount: item["TotalAmount"]?.number.flatMap(Amount.init) ?? .zero, status: status,
            idempotencyKey: item["IdempotencyKey"]?.string ?? "", createdAt: item["CreatedAt"]?.string ?? "",
            updatedAt: item["UpdatedAt"]?.string ?? "")
    }

    private static func reference(_ value: AttributeValue?) -> ProductReference? {
        switch value {
        case .n(let text): Int64(text).map(ProductReference.number)
        case .s(let text): .text(text)
        default: nil
        }
    }
}
