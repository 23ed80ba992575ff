import Shop
import Synchronization

/// Products for the life of the process: what LOCAL_MODE has without an endpoint.
public final class InMemoryProductStore: ProductStore {
    private struct State {
        var products: [String: Product] = [:]
        var events: Set<String> = []
        var outbox: [Int64: [String: OutboxEntry]] = [:]
    }

    private let state = Mutex(State())

    /// Without products.
    public init() {}

    /// Keeps a new product.
    public func create(_ product: Product, at timestamp: String) -> Bool {
        state.withLock { state in
            guard state.products[product.id] == nil else { return false }
            state.products[product.id] = product
            return true
        }
    }

    /// The product with this id.
    public func product(id: String) -> Product? { state.withLock { $0.products[id] } }

    /// Takes `quantity` from the stock, if there is enough.
    public func deduct(id: String, quantity: Int64, at timestamp: String) -> DeductOutcome {
        state.withLock { state in
            guard let product = state.products[id] else { return .notFound }
            guard product.stock >= quantity else { return .insufficient(available: product.stock) }
            state.products[id]?.stock -= quantity
            return .deducted(.init(productID: id, quantity: quantity, previousStock: product.stock))
        }
    }

    /// Applies an event under one lock.
    public func apply(
        eventID: String, deductions: [StockDecision.Deduction], outcome: OutboxEntry, at timestamp: String
    ) -> ApplyOutcome {
        state.withLock { state in
            if state.events.contains(eventID) { return .alreadyProcessed }
            for deduction in deductions where state.products[deduction.productID]?.stock != deduction.previousStock {
                return .conflict
            }
            for deduction in deductions { state.products[deduction.productID]?.stock = deduction.newStock }
            state.events.insert(eventID)
            state.outbox[outcome.shard, default: [:]][outcome.id] = outcome
            return .applied
        }
    }

    /// Entries that wait.
    public func pending(shard: Int64, after: String?, limit: Int) -> [OutboxEntry] {
        state.withLock { state in
            let entries = (state.outbox[shard] ?? [:]).values.sorted { $0.id < $1.id }
            return Array(entries.filter { entry in after.map { entry.id > $0 } ?? true }.prefix(limit))
        }
    }

    /// Forgets an entry.
    public func remove(_ entry: OutboxEntry) { state.withLock { $0.outbox[entry.shard]?[entry.id] = nil } }

    /// Always usable.
    public func check() {}
}
