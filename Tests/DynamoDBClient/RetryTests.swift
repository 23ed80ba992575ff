import AWSSignature
import Synchronization
import Testing

@testable import DynamoDBClient

@Suite struct RetryTests {
    /// What a client waited, and how late its machine's clock is.
    final class World: Sendable {
        let waited = Mutex<[Duration]>([])
        let machineSeconds = Mutex<Int64>(1_440_938_160)
    }

    let world = World()

    func client(
        _ transport: ScriptedTransport, attemptsMax: Int = 4, providers: [any CredentialProvider]? = nil
    ) throws -> DynamoDBClient {
        let world = world
        let keys = StaticCredentials(Credentials(accessKeyID: "AKID", secretAccessKey: "SECRET"))
        return DynamoDBClient(
            endpoint: try Endpoint(
                environment: ["DYNAMODB_ENDPOINT": "http://localhost:8000"], configuration: sharedFiles(),
                defaultRegion: "r"), transport: transport,
            credentials: CredentialChain(providers ?? [keys]),
            retryPolicy: RetryPolicy(attemptsMax: attemptsMax, jitter: { 0.5 }),
            clock: ServiceClock { world.machineSeconds.withLock { $0 } },
            sleep: { duration in world.waited.withLock { $0.append(duration) } })
    }

    var waited: [Duration] { world.waited.withLock { $0 } }

    func failure(
        _ code: String, status: Int = 400, headers: [(name: String, value: String)] = []
    ) -> ScriptedTransport.Answer {
        let body = #"{"__type":"com.amazonaws.dynamodb.v20120810#\#(code)","message":"m"}"#
        return { _ in IncomingResponse(status: status, headers: headers, body: Array(body.utf8)) }
    }

    @Test("Failures that may pass are tried four times, with waits that double from 25 ms")
    func transient() async throws {
        let transport = ScriptedTransport([
            failure("InternalServerError", status: 500), failure("RequestTimeout"),
            { _ in throw TransportError("reset", neverSent: false) }, ok("{}"),
        ])
        _ = try await client(transport).call("GetItem", [:])
        #expect(waited == [.milliseconds(12.5), .milliseconds(25), .milliseconds(50)])

        let lost = ScriptedTransport(
            Array(repeating: { _ in throw TransportError("reset", neverSent: false) }, count: 9))
        await #expect(throws: TransportError.self) { try await client(lost).call("GetItem", [:]) }
        #expect(lost.asked.count == 4)
    }

    @Test(
        "Throttling by every name, or by status 429 alone, waits from a second on",
        arguments: [
            ("ProvisionedThroughputExceededException", 400), ("ThrottlingException", 400),
            ("RequestLimitExceeded", 400),
            ("TransactionInProgressException", 400), ("LimitExceededException", 400), ("Anything", 429),
        ])
    func throttling(code: String, status: Int) async throws {
        let transport = ScriptedTransport([failure(code, status: status), failure(code, status: status), ok("{}")])
        _ = try await client(transport).call("GetItem", [:])
        #expect(waited == [.milliseconds(500), .seconds(1)])
    }

    @Test("AWS_MAX_ATTEMPTS says how often; it must be a number from 1 on")
    func attempts() async throws {
        let transport = ScriptedTransport(Array(repeating: failure("x", status: 500), count: 9))
        await #expect(throws: DynamoDBError.self) { try await client(transport, attemptsMax: 2).call("GetItem", [:]) }
        #expect(transport.asked.count == 2)
        func attempts(_ environment: [String: String], _ profile: [String: String] = [:]) throws -> Int {
            try RetryPolicy(environment: environment, configuration: sharedFiles(profile)).attemptsMax
        }
        #expect(try attempts([:]) == 4)
        #expect(try attempts([:], ["max_attempts": "7"]) == 7)
        #expect(try attempts(["AWS_MAX_ATTEMPTS": "1"], ["max_attempts": "7"]) == 1)
        for wrong in ["0", "-1", "many"] {
            #expect(throws: ConfigurationError.self) { try attempts(["AWS_MAX_ATTEMPTS": wrong]) }
        }
    }

    @Test("A wait that the service asks for is waited, but no more than five seconds beyond one's own")
    func retryAfter() {
        let policy = RetryPolicy(jitter: { 1 })
        #expect(policy.delay(afterAttempt: 1, retryAfter: .seconds(2)) == .seconds(2))
        #expect(policy.delay(afterAttempt: 1, retryAfter: .seconds(60)) == .milliseconds(5025))
        #expect(policy.delay(afterAttempt: 2, isThrottling: true, retryAfter: .milliseconds(1)) == .seconds(2))
        #expect(policy.delay(afterAttempt: 1000) == .seconds(20))
        let asking = IncomingResponse(status: 503, headers: [("x-amz-retry-after", "1500")])
        #expect(ResponseHints(asking).retryAfter == .milliseconds(1500))
        for wrong in ["-1", "soon"] {
            #expect(
                ResponseHints(IncomingResponse(status: 503, headers: [("x-amz-retry-after", wrong)])).retryAfter == nil)
        }
    }

    @Test("When the bucket is empty nothing is tried again; each answer puts a token back")
    func bucket() async throws {
        let failing = ScriptedTransport(Array(repeating: failure("x", status: 500), count: 1000))
        let client = try client(failing)
        for _ in 0..<20 {
            await #expect(throws: DynamoDBError.self) { try await client.call("GetItem", [:]) }
        }
        // 500 tokens are 35 retries of 14 each.
        #expect(failing.asked.count == 20 + 35)
        let quota = RetryQuota()
        for _ in 0..<35 { #expect(quota.acquire(RetryQuota.retryCost)) }
        #expect(!quota.acquire(RetryQuota.retryCost))
        #expect(quota.acquire(RetryQuota.throttlingRetryCost))
        #expect(!quota.acquire(RetryQuota.retryCost))
        quota.release(RetryQuota.retryCost)
        #expect(quota.acquire(RetryQuota.retryCost))
        for _ in 0..<RetryQuota.retryCost - 5 { quota.release(nil) }
        #expect(quota.acquire(RetryQuota.retryCost))
        quota.release(10_000)
        #expect(quota.acquire(RetryQuota.capacity) && !quota.acquire(1))
    }

    /// 15 hours later than the machine's clock.
    static let date = (name: "date", value: "Mon, 31 Aug 2015 03:36:00 GMT")

    @Test(
        "A signature of another time is made anew with the server's time, and so are all later ones",
        arguments: ["InvalidSignatureException", "RequestTimeTooSkewed", "RequestExpired", "SignatureDoesNotMatch"])
    func clockSkew(code: String) async throws {
        let transport = ScriptedTransport([failure(code, headers: [Self.date]), ok("{}"), ok("{}")])
        let client = try client(transport)
        _ = try await client.call("GetItem", [:])
        _ = try await client.call("GetItem", [:])
        let dates = transport.asked.map { $0.headers.first { $0.name == "X-Amz-Date" }?.value }
        #expect(dates == ["20150830T123600Z", "20150831T033600Z", "20150831T033600Z"])
    }

    @Test("A signature that was refused at the right time is wrong, and not made again")
    func wrongSignature() async throws {
        let rightTime = (name: "date", value: "Sun, 30 Aug 2015 12:38:00 GMT")
        for headers in [[rightTime], []] {
            let transport = ScriptedTransport([failure("InvalidSignatureException", headers: headers), ok("{}")])
            await #expect(throws: DynamoDBError.self) { try await client(transport).call("GetItem", [:]) }
            #expect(transport.asked.count == 1)
        }
    }

    @Test("Of requests under way together each is signed anew, though the first has put the clock right")
    func skewOfMany() {
        let clock = ServiceClock { 1000 }
        #expect(clock.correct(serverSeconds: 5000, signedSeconds: 1000))
        #expect(clock.nowSeconds == 5000)
        #expect(clock.correct(serverSeconds: 5001, signedSeconds: 1000))
        #expect(clock.nowSeconds == 5000)
        #expect(!clock.correct(serverSeconds: 5001, signedSeconds: 5000))
    }

    @Test("HTTP's date is read")
    func httpDate() {
        #expect(HTTPDate.seconds("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        for wrong in [
            "", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Bad 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
        ] {
            #expect(HTTPDate.seconds(wrong) == nil, "\(wrong)")
        }
    }

    @Test("Expired keys are asked for again; a source without others is not asked for ever")
    func expired() async throws {
        final class Renewing: CredentialProvider {
            private let count = Mutex(0)
            func credentials() -> Credentials? {
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                return Credentials(accessKeyID: "KEY\(number)", secretAccessKey: "s")
            }
        }
        let transport = ScriptedTransport([failure("ExpiredTokenException"), ok("{}")])
        _ = try await client(transport, providers: [Renewing()]).call("GetItem", [:])
        let keys = transport.asked.map { request in
            request.headers.first { $0.name == "Authorization" }?.value.contains("Credential=KEY2/") == true
        }
        #expect(keys == [false, true])

        let lasting = ScriptedTransport(Array(repeating: failure("ExpiredTokenException"), count: 5))
        await #expect(throws: DynamoDBError.self) { try await client(lasting).call("GetItem", [:]) }
        #expect(lasting.asked.count == 1)
    }
}
