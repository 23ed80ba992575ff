import Testing

@testable import KafkaClient

@Suite struct KafkaSecurityTests {
    private func security(_ environment: [String: String]) throws -> KafkaSecurity {
        try KafkaSecurity(environment: environment) { $0.hasPrefix("/there") }
    }

    private func sentence(_ environment: [String: String]) -> String {
        do {
            _ = try security(environment)
            return ""
        } catch { return "\(error)" }
    }

    private let name = ["KAFKA_SASL_USERNAME": "u", "KAFKA_SASL_PASSWORD": "p"]

    @Test("Without variables it is plaintext")
    func plaintext() throws {
        #expect(try security([:]).properties == ["security.protocol": "PLAINTEXT"])
        #expect(try security(["KAFKA_SASL_MECHANISM": ""]).properties == ["security.protocol": "PLAINTEXT"])
    }

    @Test("A name and a password go to librdkafka", arguments: ["PLAIN", "SCRAM-SHA-256", "scram-sha-512"])
    func sasl(mechanism: String) throws {
        let environment = name.merging(
            ["KAFKA_SECURITY_PROTOCOL": "sasl_plaintext", "KAFKA_SASL_MECHANISM": mechanism]) { $1 }
        #expect(
            try security(environment).properties == [
                "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": mechanism.uppercased(), "sasl.username": "u",
                "sasl.password": "p",
            ])
    }

    @Test("TLS checks the host's name, against the given authorities, with the client's certificate")
    func tls() throws {
        let environment = [
            "KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_CA_LOCATION": "/there/ca",
            "KAFKA_SSL_CERTIFICATE_LOCATION": "/there/cert", "KAFKA_SSL_KEY_LOCATION": "/there/key",
            "KAFKA_SSL_KEY_PASSWORD": "k",
        ]
        #expect(
            try security(environment).properties == [
                "security.protocol": "SSL", "ssl.endpoint.identification.algorithm": "https",
                "ssl.ca.location": "/there/ca", "ssl.certificate.location": "/there/cert",
                "ssl.key.location": "/there/key", "ssl.key.password": "k",
            ])
    }

    @Test("OAUTHBEARER takes its tokens from an endpoint, with the name and password as the client's")
    func oauthBearer() throws {
        let environment = name.merging([
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "OAUTHBEARER",
            "KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL": "https://t/", "KAFKA_SASL_OAUTHBEARER_SCOPE": "s",
        ]) { $1 }
        let security = try security(environment)
        #expect(security.properties["sasl.mechanism"] == "OAUTHBEARER")
        #expect(security.properties["sasl.password"] == nil)
        #expect(security.tokenEndpoint == .init(url: "https://t/", clientID: "u", clientSecret: "p", scope: "s"))
    }

    @Test("librdkafka takes all of it")
    func librdkafkaTakesIt() async throws {
        for mechanism in ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] {
            var environment = name
            environment["KAFKA_SECURITY_PROTOCOL"] = "SASL_PLAINTEXT"
            environment["KAFKA_SASL_MECHANISM"] = mechanism
            if mechanism == "OAUTHBEARER" { environment["KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL"] = "https://t/" }
            var security = try security(environment)
            security.tokenSource = { .init(value: "t", expiryMillis: .max, principal: "u") }
            let producer = try Producer(.init(brokers: "127.0.0.1:1", clientID: "c", security: security)) { _ in }
            await producer.close(flush: .zero)
        }
    }

    @Test(
        "What would be ignored, or refused later, is refused at start with the mend",
        arguments: [
            (["KAFKA_SECURITY_PROTOCOL": "TLS"], "give one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"),
            (["KAFKA_SASL_MECHANISM": "PLAIN"], "KAFKA_SECURITY_PROTOCOL is not: set it to SASL_SSL"),
            (["KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SASL_USERNAME": "u"], "take KAFKA_SASL_USERNAME out"),
            (["KAFKA_SSL_CA_LOCATION": "/there/ca"], "set it to SSL"),
            (
                ["KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "KAFKA_SSL_CA_LOCATION": "/there/ca"],
                "set it to SASL_SSL"
            ),
            (["KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_CA_LOCATION": "/gone"], "cannot be read"),
            (
                ["KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_CERTIFICATE_LOCATION": "/there/c"],
                "set KAFKA_SSL_KEY_LOCATION too"
            ),
            (
                ["KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_KEY_LOCATION": "/there/k"],
                "set KAFKA_SSL_CERTIFICATE_LOCATION too"
            ),
            (["KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_KEY_PASSWORD": "p"], "name the key"),
            (["KAFKA_SECURITY_PROTOCOL": "SASL_SSL"], "KAFKA_SASL_MECHANISM is not set"),
            (["KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "GSSAPI"], "is not known"),
            (
                ["KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "PLAIN"],
                "KAFKA_SASL_USERNAME is not set"
            ),
            (
                [
                    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "PLAIN", "KAFKA_SASL_USERNAME": "u",
                    "KAFKA_SASL_PASSWORD": "p", "KAFKA_SASL_OAUTHBEARER_SCOPE": "s",
                ], "set it to OAUTHBEARER"
            ),
            (
                [
                    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "OAUTHBEARER",
                    "KAFKA_SASL_USERNAME": "u", "KAFKA_SASL_PASSWORD": "p",
                ], "set KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL"
            ),
        ])
    func refused(environment: [String: String], words: String) {
        let sentence = sentence(environment)
        #expect(sentence.contains(words), "\(sentence)")
    }
}
