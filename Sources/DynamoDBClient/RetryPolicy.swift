/// When and how long after a failure a request is sent again: the "standard" mode of AWS's SDKs.
public struct RetryPolicy: Sendable {
    /// How often a request is sent at most.
    public var attemptsMax: Int
    /// The first wait is up to this long; each further one up to twice as long as the one before.
    public var baseDelay: Duration
    /// No wait is longer.
    public var delayMax: Duration
    /// A random number from 0 up to 1: how much of the wait is waited.
    public var jitter: @Sendable () -> Double

    /// Three attempts; waits up to 50 ms, 100 ms (what DynamoDB's SDKs begin with), at most 20 s.
    public init(
        attemptsMax: Int = 3, baseDelay: Duration = .milliseconds(50), delayMax: Duration = .seconds(20),
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.attemptsMax = attemptsMax
        self.baseDelay = baseDelay
        self.delayMax = delayMax
        self.jitter = jitter
    }

    /// The wait after the failed attempt `attempt`, from 1.
    public func delay(afterAttempt attempt: Int) -> Duration {
        let doubled = baseDelay * (1 << min(max(attempt - 1, 0), 20))
        return min(doubled, delayMax) * jitter()
    }

    /// What a failure says about sending the request again.
    public enum Verdict: Sendable {
        /// Again: it was not done, or doing it twice is the same as once.
        case retry
        /// Again with fresh credentials.
        case retryWithNewCredentials
        /// No.
        case fail
    }

    static let throttling: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
        "BandwidthLimitExceeded", "LimitExceededException", "SlowDown", "PriorRequestNotComplete",
        "EC2ThrottledException",
        "TransactionInProgressException",
    ]

    static let expired: Set<String> = ["ExpiredToken", "ExpiredTokenException", "RequestExpired"]

    /// The verdict on `error`. With `repeatable` false only failures that certainly did nothing are tried again.
    public func verdict(on error: any Error, repeatable: Bool) -> Verdict {
        switch error {
        case let error as DynamoDBError:
            if Self.throttling.contains(error.code) { return .retry }
            if Self.expired.contains(error.code) { return .retryWithNewCredentials }
            if [500, 502, 503, 504].contains(error.status) || error.code == "RequestTimeout" {
                return repeatable ? .retry : .fail
            }
            return .fail
        case let error as TransportError: return error.neverSent || repeatable ? .retry : .fail
        case is ResponseError: return repeatable ? .retry : .fail
        default: return .fail
        }
    }
}
