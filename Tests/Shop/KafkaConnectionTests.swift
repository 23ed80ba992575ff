import DynamoDBClient
import KafkaClient
import Synchronization
import Testing

@testable import Shop

@Suite struct KafkaConnectionTests {
    private final class OneAnswer: HTTPTransport {
        let asked = Mutex<OutgoingRequest?>(nil)
        let response: IncomingResponse

        init(_ status: Int, _ body: String) { response = IncomingResponse(status: status, body: Array(body.utf8)) }

        func send(_ request: OutgoingRequest) async throws -> IncomingResponse {
            asked.withLock { $0 = request }
            return response
        }
    }

    private func endpoint() throws -> KafkaSecurity.TokenEndpoint {
        let environment = [
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "OAUTHBEARER", "KAFKA_SASL_USERNAME": "a:b",
            "KAFKA_SASL_PASSWORD": "s", "KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL": "https://t/token",
            "KAFKA_SASL_OAUTHBEARER_SCOPE": "x y",
        ]
        let connection = try KafkaConnection(Environment(environment))
        #expect(connection.security.tokenSource != nil)
        return try #require(connection.security.tokenEndpoint)
    }

    @Test("A token is asked for by the client credentials grant")
    func token() async throws {
        let transport = OneAnswer(200, #"{"access_token":"T","token_type":"Bearer","expires_in":60}"#)
        let token = try await OAuthTokens.token(try endpoint(), transport: transport, nowMillis: 1_000)
        #expect(token == .init(value: "T", expiryMillis: 61_000, principal: "a:b"))
        let asked = try #require(transport.asked.withLock { $0 })
        #expect(asked.url == "https://t/token" && asked.method == "POST")
        #expect(String(decoding: asked.body, as: UTF8.self) == "grant_type=client_credentials&scope=x%20y")
        // "a%3Ab:s"
        #expect(asked.headers.contains { $0.name == "Authorization" && $0.value == "Basic YSUzQWI6cw==" })
    }

    @Test("An endpoint that gives no token is an error with the mend")
    func refused() async throws {
        for transport in [OneAnswer(401, ""), OneAnswer(200, "{}")] {
            await #expect(throws: ConfigurationError.self) {
                try await OAuthTokens.token(try endpoint(), transport: transport, nowMillis: 0)
            }
        }
    }

    @Test("Base64 of RFC 4648's examples")
    func base64() {
        let examples = ["": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE="]
        for (plain, coded) in examples { #expect(OAuthTokens.base64(Array(plain.utf8)) == coded) }
    }
}
