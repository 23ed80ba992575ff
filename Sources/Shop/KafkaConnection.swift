import AWSConfiguration
import AWSSignature
import DynamoDBClient
import KafkaClient

/// Where Kafka is and how it is spoken to, as the environment says.
public struct KafkaConnection: Sendable {
    /// `KAFKA_BROKERS`, else this machine.
    public var brokers: String
    /// TLS and SASL.
    public var security: KafkaSecurity

    /// Reads the environment.
    /// - Throws: ``KafkaConfigurationError`` or ``ConfigurationError`` when it cannot be used.
    public init(_ environment: Environment) throws {
        brokers = environment.text("KAFKA_BROKERS") ?? "localhost:9092"
        security = try KafkaSecurity(environment: environment.variables, isReadable: TextFile.isReadable)
        guard let endpoint = security.tokenEndpoint else { return }
        let transport = try CurlTransport(
            environment: environment.variables,
            configuration: SharedConfiguration(environment: environment.variables))
        security.tokenSource = {
            try await OAuthTokens.token(endpoint, transport: transport, nowMillis: Clock.systemMillis())
        }
    }
}

/// OAuth 2's client credentials grant (RFC 6749, 4.4).
enum OAuthTokens {
    /// Asks the endpoint for a token.
    /// - Throws: ``TransportError`` or ``ConfigurationError`` when it gives none.
    static func token(
        _ endpoint: KafkaSecurity.TokenEndpoint, transport: any HTTPTransport, nowMillis: Int64
    ) async throws -> KafkaSecurity.Token {
        // RFC 6749, 2.3.1: both are form-encoded before they are joined.
        let pair = [endpoint.clientID, endpoint.clientSecret].map { CanonicalRequest.percentEncoded($0) }
        var body = "grant_type=client_credentials"
        if let scope = endpoint.scope { body += "&scope=" + CanonicalRequest.percentEncoded(scope) }
        let response = try await transport.send(
            OutgoingRequest(
                method: "POST", url: endpoint.url,
                headers: [
                    ("Authorization", "Basic " + base64(Array(pair.joined(separator: ":").utf8))),
                    ("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"),
                ], body: Array(body.utf8), timeout: .seconds(10)))
        guard response.status == 200, let json = try? JSON(parsing: response.body),
            let value = json["access_token"]?.string
        else {
            throw ConfigurationError(
                "\(endpoint.url) answered with status \(response.status) and no access_token: check KAFKA_SASL_USERNAME "
                    + "and KAFKA_SASL_PASSWORD.")
        }
        // Without a lifetime the token is asked for again before long.
        let seconds = json["expires_in"]?.integer ?? 300
        return KafkaSecurity.Token(
            value: value, expiryMillis: nowMillis + max(1, min(seconds, 365 * 86_400)) * 1000,
            principal: endpoint.clientID)
    }

    /// RFC 4648, 4.
    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
