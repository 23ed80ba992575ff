import Shop

/// What an order does to the stock: all of its products are deducted, or none.
public enum StockDecision: Hashable, Sendable {
    /// One product's part.
    public struct Deduction: Hashable, Sendable {
        /// The product.
        public var productID: String
        /// How many are taken.
        public var quantity: Int64
        /// How many there were.
        public var previousStock: Int64

        /// How many are left.
        public var newStock: Int64 { previousStock - quantity }

        /// A deduction.
        public init(productID: String, quantity: Int64, previousStock: Int64) {
            self.productID = productID
            self.quantity = quantity
            self.previousStock = previousStock
        }
    }

    /// There is enough of everything.
    case deduct([Deduction])
    /// The first product of the order that there is not enough of.
    case refuse(productID: String, quantity: Int64, reason: CompensationReason)

    /// The quantities of an order summed by product, in the order in which products first come; a sum that overflows stays at the largest number.
    public static func quantities(_ ordered: OrderedStock) -> [(productID: String, quantity: Int64)] {
        var result: [(productID: String, quantity: Int64)] = []
        var places: [String: Int] = [:]
        for line in ordered.lines {
            let id = line.product.productID
            if let place = places[id] {
                let (sum, overflow) = result[place].quantity.addingReportingOverflow(line.quantity)
                result[place].quantity = overflow ? .max : sum
            } else {
                places[id] = result.count
                result.append((id, line.quantity))
            }
        }
        return result
    }

    /// Decides on `quantities` with these stocks; a product without one does not exist.
    public init(quantities: [(productID: String, quantity: Int64)], stocks: [String: Int64]) {
        var deductions: [Deduction] = []
        for (id, quantity) in quantities {
            guard let stock = stocks[id] else {
                self = .refuse(productID: id, quantity: quantity, reason: .productNotFound)
                return
            }
            guard stock >= quantity else {
                self = .refuse(productID: id, quantity: quantity, reason: .stockInsufficient)
                return
            }
            deductions.append(Deduction(productID: id, quantity: quantity, previousStock: stock))
        }
        self = .deduct(deductions)
    }
}
