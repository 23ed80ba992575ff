import AWSConfiguration

/// When and how long after a failure a request is sent again: the "standard" mode of AWS's SDKs, with its figures of 2026 (botocore 1.44).
public struct RetryPolicy: Sendable {
    /// How often a request is sent at most.
    public var attemptsMax: Int
    /// The first wait is up to this long; each further one up to twice as long as the one before.
    public var baseDelay: Duration
    /// The same after throttling.
    public var throttlingBaseDelay: Duration
    /// No wait is longer, but for one that the service asks for.
    public var delayMax: Duration
    /// A random number from 0 up to 1: how much of the wait is waited.
    public var jitter: @Sendable () -> Double

    /// DynamoDB's figures: four attempts; waits up to 25 ms, 50 ms, 100 ms, or a second, two, four after throttling; at most 20 s.
    public init(
        attemptsMax: Int = 4, baseDelay: Duration = .milliseconds(25), throttlingBaseDelay: Duration = .seconds(1),
        delayMax: Duration = .seconds(20), jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.attemptsMax = attemptsMax
        self.baseDelay = baseDelay
        self.throttlingBaseDelay = throttlingBaseDelay
        self.delayMax = delayMax
        self.jitter = jitter
    }

    /// DynamoDB's figures, with the attempts of `AWS_MAX_ATTEMPTS` or of the profile's `max_attempts`.
    /// - Throws: ``ConfigurationError`` when that is no number from 1 on.
    public init(environment: [String: String], configuration: SharedConfiguration) throws(ConfigurationError) {
        self.init()
        guard let text = configuration.value("AWS_MAX_ATTEMPTS", "max_attempts", environment) else { return }
        guard let attempts = Int(text), attempts >= 1 else {
            throw ConfigurationError("AWS_MAX_ATTEMPTS \"\(text)\" is no number of attempts: give 1 or more.")
        }
        attemptsMax = attempts
    }

    /// The same policy with what the Security Token Service differs in: three attempts unless set, waits from 50 ms on.
    var forTokenService: RetryPolicy {
        var policy = self
        if attemptsMax == RetryPolicy().attemptsMax { policy.attemptsMax = 3 }
        policy.baseDelay = .milliseconds(50)
        return policy
    }

    /// The wait after the failed attempt `attempt`, from 1.
    /// - Parameter retryAfter: what the service asked for; it lengthens the wait by at most five seconds.
    public func delay(afterAttempt attempt: Int, isThrottling: Bool = false, retryAfter: Duration? = nil) -> Duration {
        let base = isThrottling ? throttlingBaseDelay : baseDelay
        let wait = min(base * (1 << min(max(attempt - 1, 0), 20)), delayMax) * jitter()
        guard let retryAfter else { return wait }
        return max(wait, min(retryAfter, wait + .seconds(5)))
    }

    /// What a failure says about sending the request again.
    public enum Verdict: Hashable, Sendable {
        /// Again: it was not done, or doing it twice is the same as once.
        case retry
        /// Again: the service has asked for fewer requests.
        case retryThrottled
        /// Again with fresh credentials.
        case retryWithNewCredentials
        /// Again, if the answer shows that this machine's clock is off.
        case retryWithCorrectedClock
        /// No.
        case fail

        /// What a retry takes from the quota.
        var cost: Int { self == .retryThrottled ? RetryQuota.throttlingRetryCost : RetryQuota.retryCost }
    }

    static let throttling: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
        "BandwidthLimitExceeded", "LimitExceededException", "SlowDown", "PriorRequestNotComplete",
        "EC2ThrottledException", "TransactionInProgressException",
    ]

    /// Errors that may pass, besides those of the server's statuses; the last is STS's.
    static let transient: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "ReplicatedWriteConflictException", "IDPCommunicationError",
    ]
    static let transientStatuses: Set<Int> = [500, 502, 503, 504]

    static let expired: Set<String> = ["ExpiredToken", "ExpiredTokenException"]

    /// What services answer to a signature of another time; but for the first four it may have other reasons.
    static let skewed: Set<String> = [
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "SignatureExpired",
        "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure",
    ]

    /// The verdict on `error`. With `repeatable` false only failures that certainly did nothing are tried again.
    public func verdict(on error: any Error, repeatable: Bool) -> Verdict {
        switch error {
        case let error as any ServiceError:
            if Self.throttling.contains(error.code) { return .retryThrottled }
            if Self.expired.contains(error.code) { return .retryWithNewCredentials }
            if Self.skewed.contains(error.code) { return .retryWithCorrectedClock }
            if Self.transientStatuses.contains(error.status) || Self.transient.contains(error.code) {
                return repeatable ? .retry : .fail
            }
            return error.status == 429 ? .retryThrottled : .fail
        case let error as TransportError: return error.neverSent || repeatable ? .retry : .fail
        case is ResponseError: return repeatable ? .retry : .fail
        default: return .fail
        }
    }
}
