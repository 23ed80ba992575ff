import Synchronization

/// The token bucket of AWS's standard retry mode: what keeps a client from adding its retries to the load of a service that is down.
///
/// Each retry takes tokens. An answer gives back what its last retry took, or one token when it needed none; failures give nothing back.
final class RetryQuota: Sendable {
    /// How many tokens there are at first, and at most.
    static let capacity = 500
    /// What a retry after a failure costs.
    static let retryCost = 14
    /// What a retry after throttling costs: less, since the service itself asks for it.
    static let throttlingRetryCost = 5

    private let available = Mutex(RetryQuota.capacity)

    /// Takes `cost` tokens; false when there are not so many.
    func acquire(_ cost: Int) -> Bool {
        available.withLock { available in
            guard available >= cost else { return false }
            available -= cost
            return true
        }
    }

    /// Gives back what the last retry took; nil for an answer without a retry.
    func release(_ cost: Int?) {
        available.withLock { $0 = min($0 + (cost ?? 1), Self.capacity) }
    }
}
