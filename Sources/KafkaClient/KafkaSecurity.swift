/// How brokers are spoken to: by TLS or not, and with which name.
public struct KafkaSecurity: Sendable {
    /// A token of OAuth 2 (RFC 6749) that vouches for the client.
    public struct Token: Hashable, Sendable {
        /// The token.
        public var value: String
        /// Milliseconds since 1970 at which it ends.
        public var expiryMillis: Int64
        /// Whom it vouches for.
        public var principal: String

        /// A token.
        public init(value: String, expiryMillis: Int64, principal: String) {
            self.value = value
            self.expiryMillis = expiryMillis
            self.principal = principal
        }
    }

    /// Gets a token whenever the last one nears its end. It has a time limit of its own: librdkafka waits for it when it is destroyed.
    public typealias TokenSource = @Sendable () async throws -> Token

    /// Where tokens for OAUTHBEARER come from: OAuth's client credentials grant.
    public struct TokenEndpoint: Hashable, Sendable {
        /// The URL that tokens are asked for at.
        public var url: String
        /// The client's id: `KAFKA_SASL_USERNAME`.
        public var clientID: String
        /// The client's secret: `KAFKA_SASL_PASSWORD`.
        public var clientSecret: String
        /// What the token is to be good for, if the endpoint wants to know.
        public var scope: String?
    }

    /// librdkafka's properties.
    public var properties: [String: String]
    /// For OAUTHBEARER: where its tokens come from.
    public var tokenEndpoint: TokenEndpoint?
    /// For OAUTHBEARER: gets the tokens.
    public var tokenSource: TokenSource?

    /// Neither TLS nor names.
    public static let plaintext = KafkaSecurity(properties: [:])

    private init(properties: [String: String]) { self.properties = properties }

    /// The protocols of `KAFKA_SECURITY_PROTOCOL`.
    private enum SecurityProtocol: String, CaseIterable {
        case plaintext = "PLAINTEXT"
        case tls = "SSL"
        case saslPlaintext = "SASL_PLAINTEXT"
        case saslTLS = "SASL_SSL"

        var hasSASL: Bool { self == .saslPlaintext || self == .saslTLS }
        var hasTLS: Bool { self == .tls || self == .saslTLS }
    }

    /// The mechanisms of `KAFKA_SASL_MECHANISM`.
    private enum Mechanism: String, CaseIterable {
        case plain = "PLAIN"
        case scramSHA256 = "SCRAM-SHA-256"
        case scramSHA512 = "SCRAM-SHA-512"
        case oauthBearer = "OAUTHBEARER"
    }

    /// What the environment says: `KAFKA_SECURITY_PROTOCOL`, `KAFKA_SASL_*` and `KAFKA_SSL_*`. An empty variable counts as missing.
    /// - Parameter isReadable: whether a file is there and may be read
    /// - Throws: ``KafkaConfigurationError`` for a word that there is not, a file that cannot be read, or a combination that would be ignored
    ///   or refused later.
    public init(
        environment: [String: String], isReadable: (String) -> Bool
    ) throws(KafkaConfigurationError) {
        self.init(properties: [:])
        let given = environment.filter { !$0.value.isEmpty }
        let spoken: SecurityProtocol = try Self.word("KAFKA_SECURITY_PROTOCOL", given) ?? .plaintext
        properties["security.protocol"] = spoken.rawValue
        for name in Self.saslVariables where given[name] != nil && !spoken.hasSASL {
            throw KafkaConfigurationError(
                "\(name) is set, but KAFKA_SECURITY_PROTOCOL is \(given["KAFKA_SECURITY_PROTOCOL"] ?? "not"): set it to "
                    + "SASL_SSL (SASL_PLAINTEXT without TLS), or take \(name) out.")
        }
        for name in Self.tlsVariables where given[name] != nil && !spoken.hasTLS {
            throw KafkaConfigurationError(
                "\(name) is set, but KAFKA_SECURITY_PROTOCOL is \(given["KAFKA_SECURITY_PROTOCOL"] ?? "not"): set it to "
                    + "\(spoken.hasSASL ? "SASL_SSL" : "SSL"), or take \(name) out.")
        }
        if spoken.hasTLS { try setTLS(given, isReadable) }
        if spoken.hasSASL { try setSASL(given) }
    }

    static let saslVariables = [
        "KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD",
        "KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL", "KAFKA_SASL_OAUTHBEARER_SCOPE",
    ]
    static let tlsVariables = [
        "KAFKA_SSL_CA_LOCATION", "KAFKA_SSL_CERTIFICATE_LOCATION", "KAFKA_SSL_KEY_LOCATION", "KAFKA_SSL_KEY_PASSWORD",
    ]

    private static func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, _ given: [String: String]
    ) throws(KafkaConfigurationError) -> Word? where Word.RawValue == String {
        guard let text = given[name] else { return nil }
        guard let word = Word(rawValue: text.uppercased()) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw KafkaConfigurationError("\(name)=\(text) is not known: give one of \(words).")
        }
        return word
    }

    private mutating func setTLS(
        _ given: [String: String], _ isReadable: (String) -> Bool
    ) throws(KafkaConfigurationError) {
        // librdkafka's default since 2.0; older ones would take any host's certificate.
        properties["ssl.endpoint.identification.algorithm"] = "https"
        for (name, property) in [
            ("KAFKA_SSL_CA_LOCATION", "ssl.ca.location"),
            ("KAFKA_SSL_CERTIFICATE_LOCATION", "ssl.certificate.location"),
            ("KAFKA_SSL_KEY_LOCATION", "ssl.key.location"),
        ] {
            guard let path = given[name] else { continue }
            guard isReadable(path) else {
                throw KafkaConfigurationError(
                    "\(name)=\(path) cannot be read: name a file in PEM that this user may read.")
            }
            properties[property] = path
        }
        let certificate = given["KAFKA_SSL_CERTIFICATE_LOCATION"] != nil
        guard certificate == (given["KAFKA_SSL_KEY_LOCATION"] != nil) else {
            let (there, missing) =
                certificate
                ? ("KAFKA_SSL_CERTIFICATE_LOCATION", "KAFKA_SSL_KEY_LOCATION")
                : ("KAFKA_SSL_KEY_LOCATION", "KAFKA_SSL_CERTIFICATE_LOCATION")
            throw KafkaConfigurationError(
                "\(there) is set without \(missing): a client's certificate needs both, set \(missing) too.")
        }
        if let password = given["KAFKA_SSL_KEY_PASSWORD"] {
            guard certificate else {
                throw KafkaConfigurationError(
                    "KAFKA_SSL_KEY_PASSWORD is set without KAFKA_SSL_KEY_LOCATION: name the key, or take the password out."
                )
            }
            properties["ssl.key.password"] = password
        }
    }

    private mutating func setSASL(_ given: [String: String]) throws(KafkaConfigurationError) {
        guard let mechanism: Mechanism = try Self.word("KAFKA_SASL_MECHANISM", given) else {
            let words = Mechanism.allCases.map(\.rawValue).joined(separator: ", ")
            throw KafkaConfigurationError(
                "KAFKA_SECURITY_PROTOCOL asks for SASL, but KAFKA_SASL_MECHANISM is not set: set it to one of \(words)."
            )
        }
        properties["sasl.mechanism"] = mechanism.rawValue
        let endpoint = given["KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL"]
        for name in ["KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"] where given[name] == nil {
            throw KafkaConfigurationError(
                "KAFKA_SASL_MECHANISM is \(mechanism.rawValue), but \(name) is not set: set it.")
        }
        let name = given["KAFKA_SASL_USERNAME"] ?? ""
        let password = given["KAFKA_SASL_PASSWORD"] ?? ""
        guard mechanism == .oauthBearer else {
            for variable in Self.saslVariables where variable.contains("OAUTHBEARER") && given[variable] != nil {
                throw KafkaConfigurationError(
                    "\(variable) is set, but KAFKA_SASL_MECHANISM is \(mechanism.rawValue): set it to OAUTHBEARER, or take "
                        + "\(variable) out.")
            }
            properties["sasl.username"] = name
            properties["sasl.password"] = password
            return
        }
        guard let endpoint, endpoint.hasPrefix("https://") || endpoint.hasPrefix("http://") else {
            throw KafkaConfigurationError(
                "KAFKA_SASL_MECHANISM is OAUTHBEARER, which needs the URL that tokens are asked for at: set "
                    + "KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL.")
        }
        tokenEndpoint = TokenEndpoint(
            url: endpoint, clientID: name, clientSecret: password, scope: given["KAFKA_SASL_OAUTHBEARER_SCOPE"])
    }
}

/// What the environment says of Kafka cannot be used; one sentence with the mend.
public struct KafkaConfigurationError: Error, Hashable, CustomStringConvertible, Sendable {
    /// One sentence.
    public var description: String

    /// An error with its sentence.
    public init(_ description: String) { self.description = description }
}
