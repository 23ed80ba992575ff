import AWSConfiguration
import Testing

@testable import Stack

@Suite("The guard of children's endpoints")
struct EndpointGuardTests {
    private func refusal(
        _ endpointGuard: EndpointGuard, _ environment: [String: String], config: String = "", needsKafka: Bool = false
    ) -> String? {
        let shared = SharedConfiguration(environment: environment) { $0.hasSuffix("config") ? config : nil }
        return endpointGuard.refusal(environment, configuration: shared, needsKafka: needsKafka)
    }

    private let emulated = EndpointGuard(running: [.aws, .kafka])
    private let realAWS = EndpointGuard(real: [.aws], running: [.kafka])
    private let realKafka = EndpointGuard(real: [.kafka], running: [.aws])

    @Test(
        "Without --real nothing leads to AWS",
        arguments: [
            ("DYNAMODB_ENDPOINT", "https://dynamodb.eu-west-1.amazonaws.com"),
            ("AWS_ENDPOINT_URL", "https://DynamoDB.eu-west-1.AMAZONAWS.com.:443/"),
            ("AWS_ENDPOINT_URL_DYNAMODB", "https://dynamodb.cn-north-1.amazonaws.com.cn"),
            ("AWS_ENDPOINT_URL_STS", "https://sts.eu-west-1.api.aws/x"),
            ("AWS_ENDPOINT_URL_S3", "http://user:word@vpce-1.s3.eu-west-1.vpce.amazonaws.com"),
            ("KAFKA_BROKERS", "localhost:9092, b-1.x.kafka.eu-west-1.amazonaws.com:9098"),
            ("SPRING_KAFKA_BOOTSTRAP_SERVERS", "b-1.x.kafka.eu-west-1.amazonaws.com:9098"),
        ])
    func leadsToAWS(name: String, value: String) throws {
        let sentence = try #require(refusal(emulated, [name: value]))
        #expect(sentence.hasPrefix("\(name) names ") && sentence.contains("which is AWS itself"), "\(sentence)")
        #expect(!sentence.contains("word"))
        let allowed = EndpointGuard(real: Emulator.allCases)
        #expect(refusal(allowed, [name: value.split(separator: ", ").last.map(String.init) ?? ""]) == nil)
    }

    @Test(
        "Without --real every other endpoint will do",
        arguments: ["http://localhost:8000", "https://amazonaws.com.example.org", "https://notamazonaws.com", ""])
    func elsewhere(value: String) {
        #expect(refusal(emulated, ["AWS_ENDPOINT_URL": value, "KAFKA_BROKERS": "localhost:1"]) == nil)
    }

    @Test(
        "A real system is not on this machine, unless a tunnel is allowed",
        arguments: [
            "http://localhost:8000", "HTTP://LOCALHOST", "http://a.localhost", "http://127.0.0.1:1", "http://127.1",
            "http://2130706433:1", "http://0x7f.1", "http://0.0.0.0:1", "http://[::1]:8000/x", "http://[::]",
            "http://[::ffff:127.0.0.1]:1", "http://localhost.",
        ])
    func loopback(url: String) {
        for name in ["DYNAMODB_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"] {
            #expect(refusal(realAWS, [name: url])?.contains("--allow-loopback") == true, "\(name)")
            #expect(refusal(emulated, [name: url]) == nil)
            var tunnel = realAWS
            tunnel.allowsLoopback = true
            #expect(refusal(tunnel, [name: url]) == nil)
        }
    }

    @Test("A real Kafka is on this machine neither alone nor among others, and its address is not guessed")
    func kafka() {
        for brokers in ["localhost:9092", "kafka-1:9092,127.0.0.1:9092", "[::1]:9092", "::1"] {
            #expect(
                refusal(realKafka, ["KAFKA_BROKERS": brokers])?.contains("--real names kafka") == true, "\(brokers)")
        }
        #expect(refusal(realKafka, ["KAFKA_BROKERS": "kafka-1:9092,10.0.0.1:9092"], needsKafka: true) == nil)
        #expect(refusal(realKafka, [:], needsKafka: true)?.contains("KAFKA_BROKERS does not say where it is") == true)
        #expect(refusal(realKafka, [:]) == nil)
    }

    @Test("What only the shared files say counts where clients would read it")
    func sharedFiles() {
        let local = """
            [default]
            services = s
            [services s]
            dynamodb =
              endpoint_url = http://localhost:8000
            """
        #expect(refusal(realAWS, [:], config: local)?.contains("services section \"s\"") == true)
        #expect(refusal(realAWS, ["AWS_ENDPOINT_URL": "https://x.example.org"], config: local) == nil)
        #expect(refusal(realAWS, ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"], config: local) == nil)
        #expect(refusal(realAWS, ["AWS_PROFILE": "other"], config: local) == nil)
        let aws = "[default]\nendpoint_url = https://dynamodb.eu-west-1.amazonaws.com\n"
        #expect(refusal(EndpointGuard(), [:], config: aws)?.contains("which is AWS itself") == true)
    }

    @Test("Ignored endpoints lead to AWS while the emulator runs; of real AWS they switch this machine's off")
    func ignored() {
        let environment = ["AWS_ENDPOINT_URL": "http://localhost:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"]
        #expect(refusal(emulated, environment)?.contains("would call AWS itself") == true)
        #expect(refusal(realAWS, environment) == nil)
        #expect(refusal(realAWS, environment.merging(["DYNAMODB_ENDPOINT": "http://localhost:1"]) { $1 }) != nil)
        let setting = "[default]\nignore_configured_endpoint_urls = true\n"
        #expect(refusal(emulated, ["AWS_ENDPOINT_URL": "http://localhost:1"], config: setting) != nil)
    }

    @Test("The host of an address is found in every form")
    func hosts() {
        for (address, host) in [
            ("http://H:1/x", "h"), ("h", "h"), ("h:1", "h"), ("[::1]:1", "::1"), ("::1", "::1"), (" h:1", "h"),
            ("https://u:p@h/@x", "h"), ("http://h?x@y", "h"), ("SASL_SSL://h:1", "h"),
        ] { #expect(EndpointGuard.host(address) == host, "\(address)") }
        for nothing in ["", "http://", ".", "http:///x"] { #expect(EndpointGuard.host(nothing) == nil, "\(nothing)") }
    }
}
