import AWSConfiguration
import AWSSignature
import Synchronization
import Testing

@testable import DynamoDBClient

@Suite struct CredentialChainTests {
    /// Keys numbered by the question, with this end; nil for a source that is away.
    final class Source: CredentialProvider {
        struct Away: Error {}
        private let state: Mutex<(asked: Int, expiries: [Int64?])>

        init(_ expiries: [Int64?]) { state = Mutex((0, expiries)) }

        var asked: Int { state.withLock { $0.asked } }

        func credentials() throws -> Credentials? {
            try state.withLock { state in
                state.asked += 1
                guard !state.expiries.isEmpty, let expiry = state.expiries.removeFirst() else { throw Away() }
                return Credentials(accessKeyID: "KEY\(state.asked)", secretAccessKey: "s", expirySeconds: expiry)
            }
        }
    }

    final class Time: Sendable {
        let seconds = Mutex<Int64>(0)
    }
    let time = Time()

    func chain(_ source: Source) -> CredentialChain {
        let time = time
        return CredentialChain([source], clock: ServiceClock { time.seconds.withLock { $0 } })
    }

    func setTime(_ seconds: Int64) { time.seconds.withLock { $0 = seconds } }

    /// Waits until a source has been asked so often: what is renewed beside requests takes a moment.
    func wait(for source: Source, asked: Int) async throws {
        for _ in 0..<1000 where source.asked < asked { try await Task.sleep(for: .milliseconds(2)) }
        #expect(source.asked == asked)
    }

    @Test("Tasks that ask at once make one request, and what it gave is kept")
    func shared() async throws {
        let source = Source([1000])
        let chain = chain(source)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await chain.credentials().keys.accessKeyID } }
            for try await id in group { #expect(id == "KEY1") }
        }
        #expect(source.asked == 1)
    }

    @Test("Keys that near their end are replaced beside the requests that still use them")
    func renewedBefore() async throws {
        let source = Source([1000, 5000])
        let chain = chain(source)
        _ = try await chain.credentials()
        setTime(1000 - CredentialChain.refreshAheadSeconds - 1)
        #expect(try await chain.credentials().keys.accessKeyID == "KEY1")
        #expect(source.asked == 1)
        setTime(1000 - CredentialChain.refreshAheadSeconds)
        #expect(try await chain.credentials().keys.accessKeyID == "KEY1")
        try await wait(for: source, asked: 2)
        for _ in 0..<1000 where try await chain.credentials().keys.accessKeyID == "KEY1" {
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(try await chain.credentials().keys.accessKeyID == "KEY2")
        #expect(source.asked == 2)
    }

    @Test("Keys that are over are waited for")
    func over() async throws {
        let source = Source([1000, 5000])
        let chain = chain(source)
        _ = try await chain.credentials()
        setTime(1000 - CredentialChain.marginSeconds)
        #expect(try await chain.credentials().keys.accessKeyID == "KEY2")
    }

    @Test("While the source is away good keys are used, and it is asked from time to time only")
    func away() async throws {
        let source = Source([1000, nil, nil, nil])
        let chain = chain(source)
        _ = try await chain.credentials()
        setTime(800)
        for _ in 0..<5 {
            #expect(try await chain.credentials().keys.accessKeyID == "KEY1")
            try await wait(for: source, asked: 2)
        }
        // The failure is noted after the question.
        try await Task.sleep(for: .milliseconds(20))
        setTime(800 + CredentialChain.refreshIntervalSeconds)
        #expect(try await chain.credentials().keys.accessKeyID == "KEY1")
        try await wait(for: source, asked: 3)
        setTime(999)
        #expect(try await chain.credentials().keys.accessKeyID == "KEY1")
        setTime(1000)
        await #expect(throws: Source.Away.self) { try await chain.credentials() }
    }

    @Test("A plain-HTTP endpoint needs no keys and nobody is asked for them; AWS needs some")
    func plainHTTP() async throws {
        func id(_ endpoint: String?, _ environment: [String: String] = [:], _ profile: [String: String] = [:])
            async throws
            -> String
        {
            var variables = environment
            variables["AWS_REGION"] = "r"
            variables["DYNAMODB_ENDPOINT"] = endpoint
            let sources = try sources(ScriptedTransport([]), variables, sharedFiles(profile, environment: variables))
            let found = try Endpoint(environment: variables, configuration: sources.configuration)
            return try await sources.chain(for: found).credentials().keys.accessKeyID
        }
        let keys = ["AWS_ACCESS_KEY_ID": "env", "AWS_SECRET_ACCESS_KEY": "x"]
        #expect(try await id(nil, keys) == "env")
        #expect(try await id("http://localhost:8000", keys) == "env")
        #expect(try await id("http://localhost:8000") == "local")
        #expect(try await id("http://localhost:8000", ["AWS_PROFILE": "nowhere"]) == "local")
        #expect(try await id("http://localhost:8000", [:], ["credential_process": "false"]) == "local")
        let profile = ["aws_access_key_id": "file", "aws_secret_access_key": "x"]
        #expect(try await id("http://localhost:8000", [:], profile) == "file")
        await #expect(throws: CredentialError.self) { try await id(nil) }
    }
}

/// Sources over a scripted transport, at a fixed time.
func sources(
    _ transport: ScriptedTransport, _ environment: [String: String], _ configuration: SharedConfiguration
) throws -> CredentialSources {
    CredentialSources(
        environment: environment, configuration: configuration, transport: transport, retryPolicy: RetryPolicy(),
        clock: ServiceClock { 1_440_938_160 },
        tokenService: try Endpoint(
            .sts, environment: environment, configuration: configuration, defaultRegion: "eu-west-1"),
        sleep: { _ in })
}
