import AWSSignature

/// The environment of the children: what nestbox gives beats the user's shell, and only the stack file's `environment:`
/// beats nestbox.
enum ChildEnvironment {
    /// Where the emulators that run are found.
    struct Endpoints: Equatable, Sendable {
        /// `http://localhost:8000`, if DynamoDB runs.
        var aws: String?
        /// `localhost:9092`, if Kafka runs.
        var kafka: String?
        /// The AWS region.
        var region: String
        /// The AWS keys: by default those that every SDK accepts and people use with emulators.
        var credentials = StackFile.standardCredentials
        /// Where the control API is.
        var control: String?
        /// The URLs of services by name, in the stack's order.
        var services: [(name: String, url: String)] = []

        static func == (a: Self, b: Self) -> Bool {
            a.aws == b.aws && a.kafka == b.kafka && a.region == b.region && a.credentials == b.credentials
                && a.control == b.control
                && a.services.elementsEqual(b.services) { $0.name == $1.name && $0.url == $1.url }
        }
    }

    /// What would send a child elsewhere, or make it ask for other credentials: taken out when DynamoDB runs.
    static let removedWithAWS = [
        "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "AWS_ENDPOINT_URL_STS",
        "AWS_ENDPOINT_URL_CLOUDWATCH", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ]

    /// What tells clients where Kafka is, the first being the services' own.
    static let kafkaVariables = ["KAFKA_BROKERS", "KAFKA_BOOTSTRAP_SERVERS", "SPRING_KAFKA_BOOTSTRAP_SERVERS"]

    /// What would have a child ask our plaintext broker for TLS or SASL: taken out when Kafka runs.
    static let removedWithKafka = KafkaProperties.clientSecurityVariables

    /// What nestbox gives: the list that the banner shows and children get.
    static func given(_ endpoints: Endpoints) -> [ServiceDefinition.Variable] {
        var given: [ServiceDefinition.Variable] = []
        if let aws = endpoints.aws {
            given += [
                .init(name: "AWS_ENDPOINT_URL", value: aws),
                .init(name: "AWS_ENDPOINT_URL_DYNAMODB", value: aws),
                .init(name: "DYNAMODB_ENDPOINT", value: aws),
                .init(name: "AWS_REGION", value: endpoints.region),
                .init(name: "AWS_DEFAULT_REGION", value: endpoints.region),
                .init(name: "AWS_ACCESS_KEY_ID", value: endpoints.credentials.accessKeyID),
                .init(name: "AWS_SECRET_ACCESS_KEY", value: endpoints.credentials.secretAccessKey),
                .init(name: "AWS_EC2_METADATA_DISABLED", value: "true"),
            ]
            if let token = endpoints.credentials.sessionToken {
                given.append(.init(name: "AWS_SESSION_TOKEN", value: token))
            }
        }
        if let kafka = endpoints.kafka {
            given += kafkaVariables.map { .init(name: $0, value: kafka) }
        }
        for service in endpoints.services {
            given.append(.init(name: urlVariable(of: service.name), value: service.url))
        }
        return given
    }

    /// The variable by which `nestbox status`, `wait` and the like find the stack that they are started from.
    static let controlVariable = "NESTBOX_CONTROL_URL"

    /// `ORDER_SERVICE_URL` for order-service.
    static func urlVariable(of service: String) -> String {
        let name = service.uppercased().utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "_")
            }
        }
        return String(decoding: name, as: UTF8.self) + "_URL"
    }

    /// The environment of a child by name.
    /// - Parameters:
    ///   - shell: the user's environment
    ///   - endpoints: where everything is found
    ///   - port: the child's own port
    ///   - overrides: the stack file's `environment:` of the service
    static func make(
        shell: [String: String], endpoints: Endpoints, port: UInt16? = nil, overrides: [ServiceDefinition.Variable] = []
    ) -> [String: String] {
        var variables = shell
        if endpoints.aws != nil {
            for name in removedWithAWS { variables[name] = nil }
        }
        if endpoints.kafka != nil {
            for name in removedWithKafka { variables[name] = nil }
        }
        for variable in given(endpoints) { variables[variable.name] = variable.value }
        variables[controlVariable] = endpoints.control
        if let port { variables["PORT"] = String(port) }
        let proxied = shell["NO_PROXY"] ?? shell["no_proxy"] ?? ""
        variables["NO_PROXY"] = withLoopback(proxied)
        variables["no_proxy"] = withLoopback(shell["no_proxy"] ?? proxied)
        for variable in overrides { variables[variable.name] = variable.value }
        return variables
    }

    /// A list of hosts that need no proxy, with the loopback addresses among them.
    static func withLoopback(_ list: String) -> String {
        var hosts = list.split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
        if hosts.contains("*") { return list }
        for host in ["localhost", "127.0.0.1", "::1"] where !hosts.contains(host) { hosts.append(host) }
        return hosts.joined(separator: ",")
    }
}
