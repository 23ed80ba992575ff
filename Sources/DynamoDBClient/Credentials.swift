import AWSSignature
import Synchronization

/// Keys, and until when they are good.
public struct Credentials: Hashable, Sendable {
    /// The keys.
    public var keys: SigningCredentials
    /// Seconds since 1970 at which temporary keys end; nil for lasting ones.
    public var expirySeconds: Int64?

    /// Lasting keys, or temporary ones with their end.
    public init(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expirySeconds: Int64? = nil
    ) {
        keys = SigningCredentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken)
        self.expirySeconds = expirySeconds
    }
}

/// Why there are no credentials; one sentence.
public struct CredentialError: Error, Hashable, CustomStringConvertible, Sendable {
    /// One sentence.
    public var description: String

    /// An error with its sentence.
    public init(_ description: String) { self.description = description }
}

/// A source of credentials.
public protocol CredentialProvider: Sendable {
    /// The credentials of this source; nil when the source is not configured, so that the next one is asked.
    /// - Throws: ``CredentialError`` or ``TransportError`` when the source is configured and fails.
    func credentials() async throws -> Credentials?
}

/// Credentials that are given.
public struct StaticCredentials: CredentialProvider {
    private let value: Credentials

    /// Always these.
    public init(_ value: Credentials) { self.value = value }

    /// The credentials that were given.
    public func credentials() -> Credentials? { value }
}

/// Asks its sources in order, and keeps what the first one gave until it nears its end. Many tasks that ask at once make one request.
public final class CredentialChain: Sendable {
    private struct State {
        var current: Credentials?
        var refresh: Task<Credentials, any Error>?
    }

    /// Temporary keys are replaced this long before their end, so that no request is sent with keys about to end.
    static let refreshAheadSeconds: Int64 = 300

    private let providers: [any CredentialProvider]
    private let nowSeconds: @Sendable () -> Int64
    private let state = Mutex(State())

    /// A chain over `providers`, which tells the time by `nowSeconds` (since 1970).
    public init(_ providers: [any CredentialProvider], nowSeconds: @escaping @Sendable () -> Int64) {
        self.providers = providers
        self.nowSeconds = nowSeconds
    }

    /// Credentials that are good now.
    /// - Throws: ``CredentialError`` when no source has any.
    public func credentials() async throws -> Credentials {
        let now = nowSeconds()
        let (ready, refresh): (Credentials?, Task<Credentials, any Error>?) = state.withLock { state in
            if let current = state.current, current.expirySeconds.map({ now < $0 - Self.refreshAheadSeconds }) ?? true {
                return (current, nil)
            }
            if let refresh = state.refresh { return (nil, refresh) }
            let refresh = Task { try await self.ask() }
            state.refresh = refresh
            return (nil, refresh)
        }
        if let ready { return ready }
        guard let refresh else { throw CredentialError("There is no source of AWS credentials.") }
        do {
            return try await refresh.value
        } catch {
            // Keys that are still good for a while are better than none while their source is away.
            if let current = state.withLock({ $0.current }), let expiry = current.expirySeconds, nowSeconds() < expiry {
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
                if let found = try await provider.credentials() {
                    state.withLock { ($0.current, $0.refresh) = (found, nil) }
                    return found
                }
            }
            throw CredentialError(
                "No AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure`."
            )
        } catch {
            state.withLock { $0.refresh = nil }
            throw error
        }
    }
}
