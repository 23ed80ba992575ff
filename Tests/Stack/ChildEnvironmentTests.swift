import AWSSignature
import Testing

@testable import Stack

@Suite("The environment of children")
struct ChildEnvironmentTests {
    private let endpoints = ChildEnvironment.Endpoints(
        aws: "http://localhost:8000", kafka: "localhost:9092", region: "ap-northeast-2",
        services: [(name: "order-service", url: "http://localhost:8080")])

    private func made(
        _ shell: [String: String], port: UInt16? = nil, overrides: [ServiceDefinition.Variable] = []
    ) -> [String: String] {
        ChildEnvironment.make(shell: shell, endpoints: endpoints, port: port, overrides: overrides)
    }

    @Test("A child is told where everything is")
    func given() {
        let environment = made([:], port: 8080)
        #expect(
            environment == [
                "AWS_ENDPOINT_URL": "http://localhost:8000", "AWS_ENDPOINT_URL_DYNAMODB": "http://localhost:8000",
                "DYNAMODB_ENDPOINT": "http://localhost:8000", "AWS_REGION": "ap-northeast-2",
                "AWS_DEFAULT_REGION": "ap-northeast-2", "AWS_ACCESS_KEY_ID": "local",
                "AWS_SECRET_ACCESS_KEY": "local", "AWS_EC2_METADATA_DISABLED": "true",
                "KAFKA_BROKERS": "localhost:9092", "KAFKA_BOOTSTRAP_SERVERS": "localhost:9092",
                "SPRING_KAFKA_BOOTSTRAP_SERVERS": "localhost:9092", "ORDER_SERVICE_URL": "http://localhost:8080",
                "PORT": "8080", "NO_PROXY": "localhost,127.0.0.1,::1", "no_proxy": "localhost,127.0.0.1,::1",
            ])
    }

    @Test("A child gets the stack's keys, with the token if there is one, and not the shell's token")
    func credentials() {
        var endpoints = endpoints
        endpoints.credentials.accessKeyID = "AKIA"
        endpoints.credentials.secretAccessKey = "secret"
        let shell = ["AWS_ACCESS_KEY_ID": "real", "AWS_SECRET_ACCESS_KEY": "real", "AWS_SESSION_TOKEN": "real"]
        let plain = ChildEnvironment.make(shell: shell, endpoints: endpoints)
        #expect(plain["AWS_ACCESS_KEY_ID"] == "AKIA")
        #expect(plain["AWS_SECRET_ACCESS_KEY"] == "secret")
        #expect(plain["AWS_SESSION_TOKEN"] == nil)
        endpoints.credentials.sessionToken = "token"
        #expect(ChildEnvironment.make(shell: shell, endpoints: endpoints)["AWS_SESSION_TOKEN"] == "token")
    }

    @Test("What nestbox gives beats the shell, and only the stack file beats nestbox")
    func precedence() {
        let shell = ["KAFKA_BROKERS": "staging:9092", "AWS_REGION": "us-east-1", "PORT": "1", "HOME": "/root"]
        let environment = made(
            shell, port: 8080, overrides: [.init(name: "AWS_REGION", value: "eu-west-1"), .init(name: "X", value: "")])
        #expect(environment["KAFKA_BROKERS"] == "localhost:9092")
        #expect(environment["PORT"] == "8080")
        #expect(environment["AWS_REGION"] == "eu-west-1")
        #expect(environment["HOME"] == "/root")
        #expect(environment["X"] == "")
    }

    @Test("What would lead an SDK away is taken out", arguments: ChildEnvironment.removedWithAWS)
    func removed(_ name: String) {
        #expect(made([name: "x"])[name] == nil)
    }

    @Test("Our broker is asked for neither TLS nor SASL; another one as the shell says")
    func kafkaSecurity() {
        let shell = ["KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_PASSWORD": "p", "KAFKA_SSL_CA_LOCATION": "/x"]
        for name in shell.keys { #expect(made(shell)[name] == nil, "\(name)") }
        let other = ChildEnvironment.make(shell: shell, endpoints: .init(aws: nil, kafka: nil, region: "r"))
        for name in shell.keys { #expect(other[name] == shell[name], "\(name)") }
    }

    @Test("The profile, the session token and the switch that ignores endpoints are among what is taken out")
    func removedNames() {
        for name in ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] {
            #expect(ChildEnvironment.removedWithAWS.contains(name))
        }
    }

    @Test("An emulator that does not run leaves the shell's variables for it alone")
    func partial() {
        let shell = ["KAFKA_BROKERS": "mine:9092", "AWS_PROFILE": "dev"]
        let aws = ChildEnvironment.make(
            shell: shell, endpoints: .init(aws: "http://localhost:1", kafka: nil, region: "r"))
        #expect(aws["KAFKA_BROKERS"] == "mine:9092")
        #expect(aws["AWS_PROFILE"] == nil)
        let kafka = ChildEnvironment.make(
            shell: shell, endpoints: .init(aws: nil, kafka: "localhost:1", region: "r"))
        #expect(kafka["AWS_PROFILE"] == "dev")
        #expect(kafka["AWS_ENDPOINT_URL"] == nil)
    }

    @Test(
        "Loopback needs no proxy",
        arguments: [
            ("", "localhost,127.0.0.1,::1"), ("corp", "corp,localhost,127.0.0.1,::1"),
            ("127.0.0.1, corp", "127.0.0.1,corp,localhost,::1"), ("*", "*"),
        ])
    func proxies(_ list: String, _ expected: String) {
        #expect(ChildEnvironment.withLoopback(list) == expected)
    }

    @Test("The lower-case list is taken over where only it is set")
    func lowerCaseProxy() {
        let environment = made(["no_proxy": "corp"])
        #expect(environment["NO_PROXY"] == "corp,localhost,127.0.0.1,::1")
        #expect(environment["no_proxy"] == "corp,localhost,127.0.0.1,::1")
    }

    @Test(
        "A service's URL variable is its name in capitals",
        arguments: [("order-service", "ORDER_SERVICE_URL"), ("a2", "A2_URL")])
    func names(_ service: String, _ variable: String) {
        #expect(ChildEnvironment.urlVariable(of: service) == variable)
    }
}

@Suite("Where a program is found")
struct ProgramSearchTests {
    private func find(_ program: String, first: String? = "/bin-of-nestbox", path: String? = "/a:/b")
        -> ProgramSearch.Outcome
    {
        ProgramSearch.find(program, first: first, path: path, workingDirectory: "/project") { file in
            switch file {
            case "/bin-of-nestbox/order-service", "/a/order-service", "/b/tool", "/project/run.sh", "/project/here":
                .executable
            case "/a/tool", "/project/data.txt": .notExecutable
            default: .absent
            }
        }
    }

    @Test("Beside nestbox first, then along PATH")
    func order() {
        #expect(find("order-service") == .found("/bin-of-nestbox/order-service"))
        #expect(find("order-service", first: nil) == .found("/a/order-service"))
    }

    @Test("A file that cannot be run hides none that can, and is named when there is no other")
    func notExecutable() {
        #expect(find("tool") == .found("/b/tool"))
        #expect(find("tool", path: "/a") == .notExecutable("/a/tool"))
        #expect(find("./data.txt") == .notExecutable("/project/data.txt"))
    }

    @Test("A name with a slash is a path from the working directory")
    func paths() {
        #expect(find("./run.sh") == .found("/project/run.sh"))
        #expect(find("/b/tool") == .found("/b/tool"))
        #expect(find("./order-service") == .notFound)
    }

    @Test("An empty element of PATH is the working directory")
    func emptyElement() {
        #expect(find("here", path: "/a:") == .found("/project/here"))
        #expect(find("here", path: "/a") == .notFound)
        #expect(find("", path: "/a") == .notFound)
    }
}
