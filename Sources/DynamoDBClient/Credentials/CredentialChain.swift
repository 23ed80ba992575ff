import AWSSignature
import Synchronization

/// Asks its sources in order, and keeps what the first one gave until it nears its end. Many tasks that ask at once make one request.
///
/// Keys that near their end are replaced while requests still use them; only when they are all but over does a request wait for new ones.
public final class CredentialChain: Sendable {
    private struct State {
        var current: Credentials?
        var refresh: Task<Credentials, any Error>?
        /// When keys that are still good may be asked for again.
        var nextRefreshSeconds = Int64.min
    }

    /// Temporary keys are replaced this long before their end.
    static let refreshAheadSeconds: Int64 = 300
    /// Keys with no more life than this count as over: a request takes time to arrive.
    static let marginSeconds: Int64 = 10
    /// While a source is away, or gives keys that are about to end, it is asked no more often than this.
    static let refreshIntervalSeconds: Int64 = 10

    private let providers: [any CredentialProvider]
    private let clock: ServiceClock
    private let state = Mutex(State())

    /// A chain over `providers`, which tells the time by `clock`.
    public init(_ providers: [any CredentialProvider], clock: ServiceClock = ServiceClock()) {
        self.providers = providers
        self.clock = clock
    }

    /// Credentials that are good now.
    /// - Throws: ``CredentialError`` when no source has any.
    public func credentials() async throws -> Credentials {
        let now = clock.nowSeconds
        let (ready, refresh): (Credentials?, Task<Credentials, any Error>?) = state.withLock { state in
            if let current = state.current {
                let left = current.expirySeconds.map { $0 - now } ?? .max
                if left > Self.refreshAheadSeconds { return (current, nil) }
                if left > Self.marginSeconds {
                    if state.refresh == nil, now >= state.nextRefreshSeconds {
                        state.refresh = Task { try await ask() }
                    }
                    return (current, nil)
                }
            }
            let refresh = state.refresh ?? Task { try await ask() }
            state.refresh = refresh
            return (nil, refresh)
        }
        if let ready { return ready }
        guard let refresh else { throw CredentialError("There is no source of AWS credentials.") }
        do {
            return try await refresh.value
        } catch {
            // Keys that are still good for a moment are better than none while their source is away.
            if let current = state.withLock({ $0.current }), let expiry = current.expirySeconds,
                clock.nowSeconds < expiry
            {
                return current
            }
            throw error
        }
    }

    /// Forgets what is kept: the server has refused it.
    public func invalidate(_ refused: SigningCredentials) {
        state.withLock { if $0.current?.keys == refused { $0.current = nil } }
    }

    private func ask() async throws -> Credentials {
        do {
            for provider in providers {
                guard let found = try await provider.credentials() else { continue }
                state.withLock {
                    $0.current = found
                    $0.refresh = nil
                    $0.nextRefreshSeconds = clock.nowSeconds + Self.refreshIntervalSeconds
                }
                return found
            }
            throw CredentialError(
                "No AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure`."
            )
        } catch {
            state.withLock {
                $0.refresh = nil
                $0.nextRefreshSeconds = clock.nowSeconds + Self.refreshIntervalSeconds
            }
            throw error
        }
    }
}
