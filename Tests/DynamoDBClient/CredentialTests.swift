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

    @Test("A profile is read from both files, with the credentials file winning")
    func profiles() throws {
        let files = [
            "/home/u/.aws/config": """
            [default]
            region = eu-west-1
            [profile work]  # comment
            region=us-west-2 ; comment
            s3 =
              max = 1
            aws_access_key_id = config
            """,
            "/home/u/.aws/credentials": "[work]\r\naws_access_key_id = ID\naws_secret_access_key=SEC#RET=\n",
        ]
        let shared = SharedConfiguration(environment: ["HOME": "/home/u", "AWS_PROFILE": "work"]) { files[$0] }
        #expect(shared.profile["region"] == "us-west-2")
        let found = try ProfileCredentials(configuration: shared, wasAskedFor: true).credentials()
        #expect(found == Credentials(accessKeyID: "ID", secretAccessKey: "SEC#RET="))
        let plain = SharedConfiguration(environment: ["HOME": "/home/u"]) { files[$0] }
        #expect(plain.profile["region"] == "eu-west-1")
        #expect(try ProfileCredentials(configuration: plain, wasAskedFor: false).credentials() == nil)
    }

    @Test("A profile that was asked for and is not there, or needs what is not supported, is an error")
    func profileErrors() {
        let none = SharedConfiguration(environment: ["AWS_PROFILE": "nowhere"]) { _ in nil }
        #expect(throws: CredentialError.self) {
            try ProfileCredentials(configuration: none, wasAskedFor: true).credentials()
        }
        let sso = SharedConfiguration(environment: [:]) { _ in "[default]\nsso_session = x\n" }
        #expect(throws: CredentialError.self) {
            try ProfileCredentials(configuration: sso, wasAskedFor: false).credentials()
        }
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
        #expect(try await InstanceCredentials(environment: [:], transport: transport).credentials() == documented)
        #expect(transport.asked.map(\.method) == ["PUT", "GET", "GET"])
        #expect(transport.asked.last?.url == "http://169.254.169.254/latest/meta-data/iam/security-credentials/role")
        #expect(transport.asked.last?.headers.first?.value == "token")
        let disabled = InstanceCredentials(environment: ["AWS_EC2_METADATA_DISABLED": "true"], transport: transport)
        #expect(try await disabled.credentials() == nil)
        #expect(transport.asked.count == 3)
    }

    @Test("STS's answer to a web identity is read, and its refusal told")
    func webIdentity() async throws {
        let answer = """
            <R><Credentials><AccessKeyId>ID</AccessKeyId><SecretAccessKey>SECRET</SecretAccessKey>\
            <SessionToken>TOKEN</SessionToken><Expiration>2026-11-23T20:00:00Z</Expiration></Credentials></R>
            """
        let refusal = "<E><Error><Message>no</Message></Error></E>"
        let transport = ScriptedTransport([ok(answer), ok(refusal, status: 403)])
        let provider = WebIdentityCredentials(
            environment: ["AWS_ROLE_ARN": "arn:aws:iam::1:role/r", "AWS_WEB_IDENTITY_TOKEN_FILE": "/dev/null"],
            profile: [:], region: "eu-west-1", transport: transport)
        #expect(try await provider.credentials() == documented)
        #expect(transport.asked.first?.url == "https://sts.eu-west-1.amazonaws.com/")
        let form = String(decoding: transport.asked.first?.body ?? [], as: UTF8.self)
        #expect(form.contains("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"))
        await #expect(throws: CredentialError("STS refused the web identity: no")) { try await provider.credentials() }
    }

    @Test("Temporary keys are kept until they near their end; tasks that ask at once make one request")
    func refresh() async throws {
        let now = Mutex<Int64>(1_795_460_000)
        let later =
            #"{"AccessKeyId":"ID","SecretAccessKey":"SECRET","Token":"TOKEN","Expiration":"2026-11-23T22:00:00Z"}"#
        let transport = ScriptedTransport([ok(document), ok(later)])
        let provider = ContainerCredentials(
            environment: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/"], transport: transport)
        let chain = CredentialChain([provider]) { now.withLock { $0 } }
        try await withThrowingTaskGroup(of: Credentials.self) { group in
            for _ in 0..<50 { group.addTask { try await chain.credentials() } }
            for try await found in group { #expect(found == documented) }
        }
        #expect(transport.asked.count == 1)
        now.withLock { $0 = 1_795_464_000 - CredentialChain.refreshAheadSeconds }
        #expect(try await chain.credentials().expirySeconds == 1_795_471_200)
        #expect(transport.asked.count == 2)
    }

    @Test("While the source is away, keys that are still good are used")
    func sourceAway() async throws {
        let now = Mutex<Int64>(1_795_460_000)
        let transport = ScriptedTransport([ok(document), ok("", status: 500), ok("", status: 500)])
        let provider = ContainerCredentials(
            environment: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/"], transport: transport)
        let chain = CredentialChain([provider]) { now.withLock { $0 } }
        _ = try await chain.credentials()
        now.withLock { $0 = 1_795_463_900 }
        #expect(try await chain.credentials() == documented)
        now.withLock { $0 = 1_795_464_000 }
        await #expect(throws: CredentialError.self) { try await chain.credentials() }
    }

    @Test("Sources are asked in order; a plain-HTTP endpoint needs no keys, AWS does")
    func chain() async throws {
        let configuration = SharedConfiguration(environment: [:]) { _ in nil }
        let local = try Endpoint(environment: ["DYNAMODB_ENDPOINT": "http://localhost:8000"], defaultRegion: "r")
        let aws = try Endpoint(environment: [:], defaultRegion: "r")
        func keys(_ environment: [String: String], _ endpoint: Endpoint) async throws -> String {
            let chain = CredentialChain.standard(
                environment: environment, configuration: configuration, endpoint: endpoint,
                transport: ScriptedTransport([]), nowSeconds: { 0 })
            return try await chain.credentials().keys.accessKeyID
        }
        let environment = ["AWS_ACCESS_KEY_ID": "env", "AWS_SECRET_ACCESS_KEY": "x"]
        #expect(try await keys(environment, aws) == "env")
        #expect(try await keys(environment, local) == "env")
        #expect(try await keys([:], local) == "local")
        #expect(try await keys(["AWS_PROFILE": "nowhere"], local) == "local")
        await #expect(throws: CredentialError.self) { try await keys([:], aws) }
    }
}
