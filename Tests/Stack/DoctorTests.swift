import Testing

@testable import Stack

@Suite("The doctor")
struct DoctorTests {
    private let config = """
        [default]
        region = eu-west-1
        endpoint_url = http://default:1

        [profile dev]
        region=us-east-1
        services = local
        credential_process = x
        endpoint_url = http://profile:2

        [services local]
        s3 =
          endpoint_url = http://s3:3
        dynamodb =
          endpoint_url = http://services:4
        """

    private func view(_ shell: [String: String]) -> AWSClientView {
        AWSClientView(shell: shell, config: config, credentials: "[default]\naws_access_key_id = a\n")
    }

    @Test(
        "The endpoint is that of the service's variable, the general one, the profile's services, the profile, in this order",
        arguments: [
            ([:], "http://default:1"), (["AWS_PROFILE": "dev"], "http://services:4"), (["AWS_PROFILE": "none"], nil),
            (["AWS_PROFILE": "dev", "AWS_ENDPOINT_URL": "http://all:5"], "http://all:5"),
            (["AWS_ENDPOINT_URL": "http://all:5", "AWS_ENDPOINT_URL_DYNAMODB": "http://one:6"], "http://one:6"),
            (["AWS_ENDPOINT_URL": "http://all:5", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"], nil),
            (["AWS_ENDPOINT_URL": ""], "http://default:1"),
        ] as [([String: String], String?)])
    func endpoints(_ shell: [String: String], _ endpoint: String?) {
        #expect(view(shell).endpoint == endpoint)
    }

    @Test("Region and credentials come from the environment or the profile")
    func regions() {
        #expect(view([:]).region == "eu-west-1")
        #expect(view(["AWS_PROFILE": "dev"]).region == "us-east-1")
        #expect(view(["AWS_REGION": "x", "AWS_DEFAULT_REGION": "y"]).region == "x")
        #expect(view([:]).hasCredentials)
        #expect(view(["AWS_PROFILE": "dev"]).hasCredentials)
        #expect(!view(["AWS_PROFILE": "none"]).hasCredentials)
    }

    @Test("A client that goes elsewhere is a warning with the mend, one that comes to the stack is not")
    func clients() {
        var status = ControlTests.status
        status.environment = [
            .init(name: "AWS_ENDPOINT_URL", value: "http://localhost:8000"),
            .init(name: "KAFKA_BROKERS", value: "localhost:9092"),
        ]
        func levels(_ shell: [String: String]) -> [DoctorCommand.Finding.Level] {
            let view = AWSClientView(shell: shell, config: "", credentials: "")
            return (DoctorCommand.findings(view, status) + DoctorCommand.findings(shell, status)).map(\.level)
        }
        let right = [
            "AWS_ENDPOINT_URL": "http://localhost:8000", "AWS_REGION": "r", "AWS_ACCESS_KEY_ID": "a",
            "KAFKA_BROKERS": "localhost:9092",
        ]
        #expect(levels(right) == [.ok, .ok])
        #expect(levels([:]) == [.warn, .warn, .warn, .ok])
        #expect(levels(right.merging(["AWS_ENDPOINT_URL": "http://localhost:4566"]) { $1 }) == [.warn, .ok])
        #expect(levels(right.merging(["KAFKA_BROKERS": "staging:9092"]) { $1 }) == [.ok, .warn])
        #expect(levels(right.merging(["HTTP_PROXY": "http://p"]) { $1 }) == [.ok, .ok, .warn])
        let proxied = ["HTTP_PROXY": "http://p", "NO_PROXY": "localhost,127.0.0.1,::1"]
        #expect(levels(right.merging(proxied) { $1 }) == [.ok, .ok])
    }

    @Test("A stack of another version is told, and so is one that is not ready")
    func running() {
        var status = ControlTests.status
        #expect(DoctorCommand.running(status).map(\.level) == [.warn])
        status.state = .ready
        #expect(DoctorCommand.running(status).map(\.level) == [.ok])
        status.version = "0.0.1"
        #expect(DoctorCommand.running(status).map(\.level) == [.ok, .warn])
    }
}
