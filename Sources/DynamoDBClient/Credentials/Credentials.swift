import AWSSignature

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
