import AWSSignature
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Calls DynamoDB, or what stands in for it: every request signed, answers checked, failures that may pass tried again.
public final class DynamoDBClient: Sendable {
    /// Where requests go.
    public let endpoint: Endpoint

    private let transport: any HTTPTransport
    private let credentials: CredentialChain
    private let retryPolicy: RetryPolicy
    private let nowSeconds: @Sendable () -> Int64
    private let sleep: @Sendable (Duration) async throws -> Void
    private let signer: Mutex<RequestSigner>

    /// A client with given parts.
    public init(
        endpoint: Endpoint, transport: any HTTPTransport, credentials: CredentialChain,
        retryPolicy: RetryPolicy = RetryPolicy(),
        nowSeconds: @escaping @Sendable () -> Int64 = DynamoDBClient.systemSeconds,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.endpoint = endpoint
        self.transport = transport
        self.credentials = credentials
        self.retryPolicy = retryPolicy
        self.nowSeconds = nowSeconds
        self.sleep = sleep
        signer = Mutex(RequestSigner(region: endpoint.region, service: "dynamodb"))
    }

    /// A client as the environment describes it, on a ``CurlTransport`` of its own.
    /// - Throws: ``ConfigurationError`` when the environment cannot be used.
    public convenience init(
        environment: [String: String], defaultRegion: String? = nil
    ) throws(ConfigurationError) {
        let shared = SharedConfiguration(environment: environment)
        let endpoint = try Endpoint(
            environment: environment, profile: shared.profile, defaultRegion: defaultRegion)
        let bundle = environment["AWS_CA_BUNDLE"].flatMap { $0.isEmpty ? nil : $0 }
        let transport = CurlTransport(certificateAuthorities: bundle)
        let chain = CredentialChain.standard(
            environment: environment, configuration: shared, endpoint: endpoint, transport: transport,
            nowSeconds: Self.systemSeconds)
        self.init(endpoint: endpoint, transport: transport, credentials: chain)
    }

    /// Seconds since 1970 by the system's clock.
    public static let systemSeconds: @Sendable () -> Int64 = { Int64(time(nil)) }

    /// Performs an operation of API version 2012-08-10.
    /// - Parameter repeatable: whether doing it twice is the same as once; else it is sent again only when it certainly was not done.
    /// - Throws: ``DynamoDBError`` for DynamoDB's own errors, ``TransportError``, ``CredentialError``, ``ResponseError``,
    ///   `CancellationError`.
    public func call(_ operation: String, _ parameters: JSON, repeatable: Bool = true) async throws -> JSON {
        let body = parameters.bytes
        let payloadHash = Hexadecimal.encode(SHA256.hash(body))
        var attempt = 1
        while true {
            try Task.checkCancellation()
            let keys = try await credentials.credentials().keys
            do {
                return try await send(operation, body, payloadHash, keys)
            } catch {
                let verdict = retryPolicy.verdict(on: error, repeatable: repeatable)
                if case .retryWithNewCredentials = verdict { credentials.invalidate(keys) }
                if case .fail = verdict { throw error }
                guard attempt < retryPolicy.attemptsMax else { throw error }
                try await sleep(retryPolicy.delay(afterAttempt: attempt))
                attempt += 1
            }
        }
    }

    private func send(
        _ operation: String, _ body: [UInt8], _ payloadHash: String, _ keys: SigningCredentials
    ) async throws -> JSON {
        var headers: [(name: String, value: String)] = [
            ("Host", endpoint.host), ("Content-Type", "application/x-amz-json-1.0"),
            ("X-Amz-Target", "DynamoDB_20120810." + operation),
        ]
        let signable = SignableRequest(method: "POST", path: "/", headers: headers, payloadHash: payloadHash)
        let time = SigningTime(epochSeconds: nowSeconds())
        headers += signer.withLock { $0.headers(signing: signable, credentials: keys, at: time) }
        // Not signed: a proxy may change it.
        headers.append(("User-Agent", "nestbox-services/1"))
        let response = try await transport.send(
            OutgoingRequest(method: "POST", url: endpoint.url, headers: headers, body: body, timeout: .seconds(10)))
        if let expected = response.header("x-amz-crc32"), UInt32(expected) != CRC32.checksum(response.body) {
            throw ResponseError(description: "DynamoDB's answer does not match its checksum.")
        }
        guard response.status == 200 else { throw DynamoDBError(response: response) }
        do {
            return try JSON(parsing: response.body)
        } catch {
            throw ResponseError(description: "DynamoDB's answer is no JSON: \(error).")
        }
    }
}
