/// A variable of the environment that the services read.
public struct ServiceVariable: Hashable, Sendable {
    /// Whether it is known to work.
    public enum State: Hashable, Sendable {
        /// A test shows it.
        case proven
        /// It is done as documented, but nothing in the tests demands it.
        case unproven
    }

    /// The names that mean the same, the one that wins first.
    public var names: [String]
    /// What it says.
    public var meaning: String
    /// Whether it is known to work.
    public var state: State

    init(_ names: String..., meaning: String, state: State = .proven) {
        self.names = names
        self.meaning = meaning
        self.state = state
    }
}

/// What the services are configured by: the one list, from which the table of docs/COVERAGE.md is rendered. A test holds it to the sources.
public enum ServiceVariables {
    /// All variables.
    public static let all = service + aws + kafka

    private static let service: [ServiceVariable] = [
        .init("PORT", meaning: "port that the service listens on"),
        .init("BIND_ADDRESS", meaning: "address that it listens on; all without"),
        .init("LOG_LEVEL", meaning: "debug, info, warn or error"),
        .init("ORDER_TABLE_NAME", "PRODUCT_TABLE_NAME", meaning: "table of the Order, of the Product Service"),
        .init("ORDER_CONFIRMATION_TOPIC", meaning: "topic of confirmations"),
        .init("LOCAL_MODE", meaning: "Product Service: products in memory unless an endpoint is set"),
    ]

    private static let aws: [ServiceVariable] = [
        .init("AWS_REGION", "AWS_DEFAULT_REGION", meaning: "region; chooses the endpoint and is signed"),
        .init("DYNAMODB_ENDPOINT", meaning: "endpoint, before all that follow"),
        .init("AWS_ENDPOINT_URL", meaning: "endpoint; AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL_STS win over it"),
        .init("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", meaning: "true switches those two and the files' endpoints off"),
        .init("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", meaning: "true chooses AWS's other endpoints"),
        .init("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", meaning: "keys"),
        .init("AWS_PROFILE", "AWS_DEFAULT_PROFILE", meaning: "profile: keys, source_profile, credential_process, ..."),
        .init("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", meaning: "where the shared files are"),
        .init(
            "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", meaning: "web identity, by STS"),
        .init(
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            meaning: "container's credentials"),
        .init(
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            meaning: "what the container's endpoint wants to be told"),
        .init("AWS_EC2_METADATA_DISABLED", meaning: "true: EC2's instance metadata service is not asked"),
        .init(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
            meaning: "where that service is; IPv6 for its other address"),
        .init("AWS_MAX_ATTEMPTS", meaning: "attempts of a request; 4 without. The retry mode is always standard"),
        .init("AWS_CA_BUNDLE", meaning: "trusted certificates; the system's without"),
        .init("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", meaning: "proxy of https URLs"),
        .init("http_proxy", "HTTP_PROXY", meaning: "proxy of http URLs, before all_proxy"),
        .init("no_proxy", "NO_PROXY", meaning: "hosts without a proxy"),
    ]

    private static let kafka: [ServiceVariable] = [
        .init("KAFKA_BROKERS", meaning: "brokers, host:port,..."),
        .init("KAFKA_ENABLED", "KAFKA_GROUP_ID", meaning: "Product Service: whether it consumes, and in which group"),
        .init(
            "KAFKA_SECURITY_PROTOCOL", meaning: "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL; all but the first",
            state: .unproven),
        .init(
            "KAFKA_SASL_MECHANISM", meaning: "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER", state: .unproven),
        .init("KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD", meaning: "name; of OAuth's client too", state: .unproven),
        .init(
            "KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL", "KAFKA_SASL_OAUTHBEARER_SCOPE",
            meaning: "where OAUTHBEARER's tokens come from, by the client credentials grant", state: .unproven),
        .init("KAFKA_SSL_CA_LOCATION", meaning: "trusted certificates", state: .unproven),
        .init(
            "KAFKA_SSL_CERTIFICATE_LOCATION", "KAFKA_SSL_KEY_LOCATION", "KAFKA_SSL_KEY_PASSWORD",
            meaning: "the client's own certificate", state: .unproven),
    ]
}
