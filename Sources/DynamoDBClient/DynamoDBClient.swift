import AWSConfiguration
import AWSSignature

/// Calls DynamoDB, or what stands in for it: every request signed, answers checked, failures that may pass tried again.
public final class DynamoDBClient: Sendable {
    /// Where requests go.
    public let endpoint: Endpoint

    private let sender: SignedSender
    private let credentials: CredentialChain

    /// A client with given parts.
    public init(
        endpoint: Endpoint, transport: any HTTPTransport, credentials: CredentialChain,
        retryPolicy: RetryPolicy = RetryPolicy(), clock: ServiceClock = ServiceClock(),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.endpoint = endpoint
        self.credentials = credentials
        sender = SignedSender(
            endpoint, signingName: AWSService.dynamoDB.signingName, transport: transport, policy: retryPolicy,
            clock: clock, sleep: sleep)
    }

    /// A client as the environment describes it, on a ``CurlTransport`` of its own.
    /// - Throws: ``ConfigurationError`` when the environment cannot be used.
    public convenience init(
        environment: [String: String], defaultRegion: String? = nil
    ) throws(ConfigurationError) {
        let configuration = SharedConfiguration(environment: environment)
        let endpoint = try Endpoint(
            environment: environment, configuration: configuration, defaultRegion: defaultRegion)
        let sources = CredentialSources(
            environment: environment, configuration: configuration,
            transport: try CurlTransport(environment: environment, configuration: configuration),
            retryPolicy: try RetryPolicy(environment: environment, configuration: configuration), clock: ServiceClock(),
            tokenService: try Endpoint(
                .sts, environment: environment, configuration: configuration, defaultRegion: defaultRegion))
        self.init(
            endpoint: endpoint, transport: sources.transport, credentials: sources.chain(for: endpoint),
            retryPolicy: sources.retryPolicy, clock: sources.clock)
    }

    /// Performs an operation of API version 2012-08-10.
    /// - Parameter repeatable: whether doing it twice is the same as once; else it is sent again only when it certainly was not done.
    /// - Throws: ``DynamoDBError`` for DynamoDB's own errors, ``TransportError``, ``CredentialError``, ``ResponseError``,
    ///   `CancellationError`.
    public func call(_ operation: String, _ parameters: JSON, repeatable: Bool = true) async throws -> JSON {
        let headers = [
            (name: "Content-Type", value: "application/x-amz-json-1.0"),
            (name: "X-Amz-Target", value: "DynamoDB_20120810." + operation),
        ]
        return try await sender.post(
            parameters.bytes, headers: headers, credentials: credentials, repeatable: repeatable, read: Self.read)
    }

    private static func read(_ response: IncomingResponse) throws -> JSON {
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
