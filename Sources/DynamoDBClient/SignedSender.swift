import AWSSignature
import Synchronization

/// An error that a service of AWS answered with.
protocol ServiceError: Error {
    /// The error's name without its namespace.
    var code: String { get }
    /// The HTTP status.
    var status: Int { get }
    /// What else the answer said.
    var hints: ResponseHints { get }
}

/// What an answer's headers say about sending the request again.
struct ResponseHints: Hashable, Sendable {
    /// The server's time; seconds since 1970.
    var serverSeconds: Int64?
    /// How long the server asks to wait.
    var retryAfter: Duration?

    /// Nothing.
    init() {}

    /// Reads `Date` and `x-amz-retry-after`.
    init(_ response: IncomingResponse) {
        serverSeconds = response.header("date").flatMap(HTTPDate.seconds)
        retryAfter = response.header("x-amz-retry-after").flatMap { Int($0) }.flatMap {
            $0 >= 0 ? .milliseconds(min($0, 3_600_000)) : nil
        }
    }
}

/// Sends requests to one endpoint until they are answered or must not be sent again, each attempt signed anew.
final class SignedSender: Sendable {
    let endpoint: Endpoint
    let clock: ServiceClock
    private let transport: any HTTPTransport
    private let policy: RetryPolicy
    private let sleep: @Sendable (Duration) async throws -> Void
    private let signer: Mutex<RequestSigner>
    private let quota = RetryQuota()

    init(
        _ endpoint: Endpoint, signingName: String, transport: any HTTPTransport, policy: RetryPolicy,
        clock: ServiceClock, sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.endpoint = endpoint
        self.transport = transport
        self.policy = policy
        self.clock = clock
        self.sleep = sleep
        signer = Mutex(RequestSigner(region: endpoint.region, service: signingName))
    }

    /// Posts a body and reads the answer.
    /// - Parameters:
    ///   - headers: besides `Host`; all are signed
    ///   - credentials: whose keys sign; nil for a request without a signature
    ///   - repeatable: whether doing it twice is the same as once
    ///   - read: throws for an answer that is a failure
    func post<Answer>(
        _ body: [UInt8], headers: [(name: String, value: String)], credentials: CredentialChain?, repeatable: Bool,
        read: (IncomingResponse) throws -> Answer
    ) async throws -> Answer {
        let payloadHash = Hexadecimal.encode(SHA256.hash(body))
        var attempt = 1
        var acquired: Int?
        var refused: (keys: SigningCredentials, error: any Error)?
        while true {
            try Task.checkCancellation()
            let keys = try await credentials?.credentials().keys
            // A source that gives the refused keys again has no others.
            if let refused, refused.keys == keys { throw refused.error }
            let now = clock.nowSeconds
            do {
                let answer = try read(try await send(body, headers, payloadHash, keys, now))
                quota.release(acquired)
                return answer
            } catch {
                let verdict = policy.verdict(on: error, repeatable: repeatable)
                let hints = (error as? any ServiceError)?.hints ?? ResponseHints()
                switch verdict {
                case .fail: throw error
                case .retryWithNewCredentials:
                    guard let keys, let credentials else { throw error }
                    refused = (keys, error)
                    credentials.invalidate(keys)
                case .retryWithCorrectedClock:
                    // With a clock that was right the signature is wrong for another reason, and stays so.
                    guard let server = hints.serverSeconds, clock.correct(serverSeconds: server, signedSeconds: now)
                    else { throw error }
                case .retry, .retryThrottled: break
                }
                guard attempt < policy.attemptsMax, quota.acquire(verdict.cost) else { throw error }
                acquired = verdict.cost
                try await sleep(
                    policy.delay(
                        afterAttempt: attempt, isThrottling: verdict == .retryThrottled, retryAfter: hints.retryAfter))
                attempt += 1
            }
        }
    }

    private func send(
        _ body: [UInt8], _ given: [(name: String, value: String)], _ payloadHash: String, _ keys: SigningCredentials?,
        _ nowSeconds: Int64
    ) async throws -> IncomingResponse {
        var headers = [("Host", endpoint.host)] + given
        if let keys {
            let signable = SignableRequest(
                method: "POST", path: endpoint.path, headers: headers, payloadHash: payloadHash)
            let time = SigningTime(epochSeconds: nowSeconds)
            headers += signer.withLock { $0.headers(signing: signable, credentials: keys, at: time) }
        }
        // Not signed: a proxy may change it.
        headers.append(("User-Agent", "nestbox-services/1"))
        return try await transport.send(
            OutgoingRequest(method: "POST", url: endpoint.url, headers: headers, body: body, timeout: .seconds(10)))
    }
}
