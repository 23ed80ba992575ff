import AWSConfiguration
import AWSSignature
import Synchronization
import Testing

@testable import DynamoDBClient

/// A transport that answers from a script and keeps what it was asked.
final class ScriptedTransport: HTTPTransport {
    typealias Answer = @Sendable (OutgoingRequest) throws -> IncomingResponse
    private let state: Mutex<(asked: [OutgoingRequest], answers: [Answer])>

    init(_ answers: [Answer]) { state = Mutex(([], answers)) }

    var asked: [OutgoingRequest] { state.withLock { $0.asked } }

    func send(_ request: OutgoingRequest) async throws -> IncomingResponse {
        let answer: Answer? = state.withLock { state in
            state.asked.append(request)
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let answer else { throw TransportError("nothing more in the script", neverSent: true) }
        return try answer(request)
    }
}

func ok(_ text: String, status: Int = 200) -> ScriptedTransport.Answer {
    { _ in IncomingResponse(status: status, body: Array(text.utf8)) }
}

@Suite struct CredentialTests {
    let document =
        #"{"AccessKeyId":"ID","SecretAccessKey":"SECRET","Token":"TOKEN","Expiration":"2026-11-23T20:00:00Z"}"#
    let documented = Credentials(
        accessKeyID: "ID", secretAccessKey: "SECRET", sessionToken: "TOKEN", expirySeconds: 1_795_464_000)

    @Test("The environment's keys need both parts")
    func environment() {
        #expect(EnvironmentCredentials(environment: ["AWS_ACCESS_KEY_ID": "a"]).credentials() == nil)
        let found = EnvironmentCredentials(environment: [
            "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c",
        ]).credentials()
        #expect(found == Credentials(accessKeyID: "a", secretAccessKey: "b", sessionToken: "c"))
    }

    @Test("A container's endpoint is asked with its token")
    func container() async throws {
        let transport = ScriptedTransport([ok(document)])
        let provider = ContainerCredentials(
            environment: [
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret",
            ], transport: transport)
        #expect(try await provider.credentials() == documented)
        #expect(transport.asked.first?.url == "http://169.254.170.2/v2/x")
        #expect(transport.asked.first?.headers.contains { $0.name == "Authorization" && $0.value == "secret" } == true)
        let unset = ContainerCredentials(environment: [:], transport: transport)
        #expect(try await unset.credentials() == nil)
    }

    @Test("A container's token goes to no foreign host without TLS")
    func containerHosts() {
        for good in [
            "http://localhost:1/x", "http://127.1.2.3/x", "http://[::1]:80/", "https://example.com/",
            "http://169.254.170.23/v1",
        ] {
            #expect(ContainerCredentials.isAllowed(good), "\(good)")
        }
        for bad in [
            "http://example.com/", "http://127.0.0.1.example.com/", "http://localhost@example.com/", "http://10.0.0.1/",
            "ftp://localhost/",
        ] {
            #expect(!ContainerCredentials.isAllowed(bad), "\(bad)")
        }
    }

    @Test("The instance metadata service is asked by version 2, and not when it is disabled")
    func instance() async throws {
        let transport = ScriptedTransport([ok("token"), ok("role\n"), ok(document)])
        let clock = ServiceClock { 1_795_460_000 }
        let provider = InstanceCredentials(environment: [:], transport: transport, clock: clock)
        #expect(try await provider.credentials() == documented)
        #expect(transport.asked.map(\.method) == ["PUT", "GET", "GET"])
        #expect(transport.asked.last?.url == "http://169.254.169.254/latest/meta-data/iam/security-credentials/role")
        #expect(transport.asked.last?.headers.first?.value == "token")
        let disabled = InstanceCredentials(environment: ["AWS_EC2_METADATA_DISABLED": "true"], transport: transport)
        #expect(try await disabled.credentials() == nil)
        #expect(transport.asked.count == 3)
    }

    @Test("A container's endpoint is asked three times, and no proxy is told its token")
    func containerRetries() async throws {
        let transport = ScriptedTransport([ok("", status: 500), ok("{}"), ok(document)])
        let provider = ContainerCredentials(
            environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/x"], transport: transport,
            sleep: { _ in })
        #expect(try await provider.credentials() == documented)
        #expect(transport.asked.count == 3)
        #expect(transport.asked.allSatisfy { !$0.usesProxy })
    }

    @Test("The instance's keys that are about to end are used, and asked for again later")
    func instanceIsLate() async throws {
        let transport = ScriptedTransport([ok("token"), ok("role\n"), ok(document)])
        let clock = ServiceClock { 1_795_464_100 }
        let found = try await InstanceCredentials(environment: [:], transport: transport, clock: clock).credentials()
        #expect(found?.expirySeconds == 1_795_464_100 + InstanceCredentials.extensionSeconds)
    }

    @Test("The instance metadata service's own refusal is told")
    func instanceRefuses() async throws {
        let refusal = #"{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role"}"#
        let transport = ScriptedTransport([ok("token"), ok("role"), ok(refusal)])
        await #expect(
            throws: CredentialError("The instance metadata service has refused: EC2 cannot assume the role")
        ) { try await InstanceCredentials(environment: [:], transport: transport).credentials() }
    }

    @Test("The moment of an expiry is read with its zone")
    func expiry() {
        #expect(CredentialDocument.seconds("2026-11-23T20:00:00Z") == 1_795_464_000)
        #expect(CredentialDocument.seconds("2026-11-23T20:00:00.123456Z") == 1_795_464_000)
        #expect(CredentialDocument.seconds("2026-11-23T20:00:00+00:00") == 1_795_464_000)
        #expect(CredentialDocument.seconds("2026-11-23T21:30:00+01:30") == 1_795_464_000)
        #expect(CredentialDocument.seconds("2026-11-23T15:00:00-0500") == 1_795_464_000)
        for wrong in ["", "2026-11-23T20:00:00", "2026-11-23 20:00:00Z", "2026-11-23T20:00:00+1"] {
            #expect(CredentialDocument.seconds(wrong) == nil, "\(wrong)")
        }
    }
}
