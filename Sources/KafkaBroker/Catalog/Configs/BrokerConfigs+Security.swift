extension BrokerConfigs {
    /// Configs of TLS, SASL and delegation tokens, which this broker does not have yet.
    static let security: [ConfigDefinition] = [
        ConfigDefinition(
            "connections.max.reauth.ms", .long, "0", "After how long a client has to authenticate again; 0 for never."),
        ConfigDefinition(
            "delegation.token.expiry.check.interval.ms", .long, "3600000", .atLeast(1),
            "How often expired delegation tokens are removed."),
        ConfigDefinition(
            "delegation.token.expiry.time.ms", .long, "86400000", .atLeast(1),
            "How long a delegation token is valid before it is renewed."),
        ConfigDefinition(
            "delegation.token.max.lifetime.ms", .long, "604800000", .atLeast(1),
            "The longest life of a delegation token."),
        ConfigDefinition(
            "delegation.token.secret.key", .password, nil, "The secret that delegation tokens are made with."),
        ConfigDefinition(
            "principal.builder.class", .class,
            "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder", update: .perBroker,
            "The class that makes a client's principal."),
        ConfigDefinition(
            "sasl.client.callback.handler.class", .class, nil, "The class that answers SASL's questions on the client."),
        ConfigDefinition(
            "sasl.enabled.mechanisms", .list, "GSSAPI", update: .perBroker, "The SASL mechanisms that are allowed."),
        ConfigDefinition("sasl.jaas.config", .password, nil, update: .perBroker, "The login settings of SASL."),
        ConfigDefinition(
            "sasl.kerberos.kinit.cmd", .string, "/usr/bin/kinit", update: .perBroker, "The path of kinit."),
        ConfigDefinition(
            "sasl.kerberos.min.time.before.relogin", .long, "60000", update: .perBroker,
            "The shortest time between two logins."),
        ConfigDefinition(
            "sasl.kerberos.principal.to.local.rules", .list, "DEFAULT", update: .perBroker,
            "How a Kerberos principal becomes a user's name."),
        ConfigDefinition(
            "sasl.kerberos.service.name", .string, nil, update: .perBroker, "The Kerberos principal's service name."),
        ConfigDefinition(
            "sasl.kerberos.ticket.renew.jitter", .double, "0.05", update: .perBroker,
            "How much of a ticket's renewal time is random."),
        ConfigDefinition(
            "sasl.kerberos.ticket.renew.window.factor", .double, "0.8", update: .perBroker,
            "How much of a ticket's life passes before it is renewed."),
        ConfigDefinition(
            "sasl.login.callback.handler.class", .class, nil, "The class that answers a login's questions."),
        ConfigDefinition("sasl.login.class", .class, nil, "The class that logs in."),
        ConfigDefinition("sasl.login.connect.timeout.ms", .int, nil, "How long a login waits for its connection."),
        ConfigDefinition("sasl.login.read.timeout.ms", .int, nil, "How long a login waits for an answer."),
        ConfigDefinition(
            "sasl.login.refresh.buffer.seconds", .short, "300", update: .perBroker,
            "How long before its end a credential is refreshed at the latest."),
        ConfigDefinition(
            "sasl.login.refresh.min.period.seconds", .short, "60", update: .perBroker,
            "The shortest time before a credential is refreshed."),
        ConfigDefinition(
            "sasl.login.refresh.window.factor", .double, "0.8", update: .perBroker,
            "How much of a credential's life passes before it is refreshed."),
        ConfigDefinition(
            "sasl.login.refresh.window.jitter", .double, "0.05", update: .perBroker,
            "How much of a credential's refresh time is random."),
        ConfigDefinition(
            "sasl.login.retry.backoff.max.ms", .long, "10000", "The longest pause between two attempts to log in."),
        ConfigDefinition(
            "sasl.login.retry.backoff.ms", .long, "100", "The first pause between two attempts to log in."),
        ConfigDefinition(
            "sasl.mechanism.inter.broker.protocol", .string, "GSSAPI", update: .perBroker,
            "The SASL mechanism among brokers."),
        ConfigDefinition(
            "sasl.oauthbearer.allow.unverified.audience", .boolean, "false",
            "Whether a token's audience need not be checked."),
        ConfigDefinition(
            "sasl.oauthbearer.allow.unverified.issuer", .boolean, "false",
            "Whether a token's issuer need not be checked."),
        ConfigDefinition(
            "sasl.oauthbearer.assertion.algorithm", .string, "RS256", .oneOf(["ES256", "RS256"]),
            "The algorithm that signs an assertion."),
        ConfigDefinition("sasl.oauthbearer.assertion.claim.aud", .string, nil, "The audience of an assertion."),
        ConfigDefinition(
            "sasl.oauthbearer.assertion.claim.exp.seconds", .int, "300", .between(0, 86400),
            "How long an assertion is valid."),
        ConfigDefinition("sasl.oauthbearer.assertion.claim.iss", .string, nil, "The issuer of an assertion."),
        ConfigDefinition(
            "sasl.oauthbearer.assertion.claim.jti.include", .boolean, "false", "Whether an assertion has an id."),
        ConfigDefinition(
            "sasl.oauthbearer.assertion.claim.nbf.seconds", .int, "60", .between(0, 3600),
            "How far back an assertion's validity begins."),
        ConfigDefinition("sasl.oauthbearer.assertion.claim.sub", .string, nil, "The subject of an assertion."),
        ConfigDefinition("sasl.oauthbearer.assertion.file", .string, nil, "The file of an assertion."),
        ConfigDefinition(
            "sasl.oauthbearer.assertion.private.key.file", .string, nil, "The file of the key that signs an assertion."),
        ConfigDefinition(
            "sasl.oauthbearer.assertion.private.key.passphrase", .password, nil,
            "The passphrase of the key that signs an assertion."),
        ConfigDefinition(
            "sasl.oauthbearer.assertion.template.file", .string, nil, "The file of an assertion's template."),
        ConfigDefinition(
            "sasl.oauthbearer.client.credentials.client.id", .string, nil, "The client's id for getting tokens."),
        ConfigDefinition(
            "sasl.oauthbearer.client.credentials.client.secret", .password, nil,
            "The client's secret for getting tokens."),
        ConfigDefinition(
            "sasl.oauthbearer.clock.skew.seconds", .int, "30", "By how much clocks may differ when tokens are checked."),
        ConfigDefinition("sasl.oauthbearer.expected.audience", .list, "", "The audiences that tokens may have."),
        ConfigDefinition("sasl.oauthbearer.expected.issuer", .string, nil, "The issuer that tokens must have."),
        ConfigDefinition(
            "sasl.oauthbearer.jwks.endpoint.refresh.ms", .long, "3600000",
            "How often the keys that check tokens are got anew."),
        ConfigDefinition(
            "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", .long, "10000",
            "The longest pause between two attempts to get keys."),
        ConfigDefinition(
            "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", .long, "100",
            "The first pause between two attempts to get keys."),
        ConfigDefinition(
            "sasl.oauthbearer.jwks.endpoint.url", .string, nil, "Where the keys that check tokens are got."),
        ConfigDefinition(
            "sasl.oauthbearer.jwt.retriever.class", .class,
            "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever", "The class that gets tokens."),
        ConfigDefinition(
            "sasl.oauthbearer.jwt.validator.class", .class,
            "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator", "The class that checks tokens."),
        ConfigDefinition("sasl.oauthbearer.scope", .string, nil, "The scope of tokens that are asked for."),
        ConfigDefinition("sasl.oauthbearer.scope.claim.name", .string, "scope", "The claim that holds the scope."),
        ConfigDefinition("sasl.oauthbearer.sub.claim.name", .string, "sub", "The claim that holds the subject."),
        ConfigDefinition("sasl.oauthbearer.token.endpoint.url", .string, nil, "Where tokens are got."),
        ConfigDefinition(
            "sasl.server.callback.handler.class", .class, nil, "The class that answers SASL's questions on the server."),
        ConfigDefinition(
            "sasl.server.max.receive.size", .int, "524288", "The most bytes of a SASL exchange's message."),
        ConfigDefinition("security.providers", .string, nil, "Classes that make security providers."),
        ConfigDefinition(
            "ssl.allow.dn.changes", .boolean, "false", "Whether a new certificate may have another distinguished name."),
        ConfigDefinition(
            "ssl.allow.san.changes", .boolean, "false", "Whether a new certificate may have other alternative names."),
        ConfigDefinition(
            "ssl.cipher.suites", .list, "", update: .perBroker, "The cipher suites that are allowed; empty for all."),
        ConfigDefinition(
            "ssl.client.auth", .string, "none", .oneOf(["required", "requested", "none"]), update: .perBroker,
            "Whether clients need certificates."),
        ConfigDefinition(
            "ssl.enabled.protocols", .list, "TLSv1.2,TLSv1.3", update: .perBroker,
            "The versions of TLS that are allowed."),
        ConfigDefinition(
            "ssl.endpoint.identification.algorithm", .string, "https", update: .perBroker,
            "How a server's name is checked."),
        ConfigDefinition(
            "ssl.engine.factory.class", .class, nil, update: .perBroker, "The class that makes TLS engines."),
        ConfigDefinition("ssl.key.password", .password, nil, update: .perBroker, "The password of the private key."),
        ConfigDefinition(
            "ssl.keymanager.algorithm", .string, "SunX509", update: .perBroker, "The algorithm of the key manager."),
        ConfigDefinition(
            "ssl.keystore.certificate.chain", .password, nil, update: .perBroker, "The certificate chain as PEM."),
        ConfigDefinition("ssl.keystore.key", .password, nil, update: .perBroker, "The private key as PEM."),
        ConfigDefinition("ssl.keystore.location", .string, nil, update: .perBroker, "The file of the key store."),
        ConfigDefinition("ssl.keystore.password", .password, nil, update: .perBroker, "The password of the key store."),
        ConfigDefinition("ssl.keystore.type", .string, "JKS", update: .perBroker, "The format of the key store."),
        ConfigDefinition(
            "ssl.principal.mapping.rules", .string, "DEFAULT", "How a certificate's name becomes a user's."),
        ConfigDefinition("ssl.protocol", .string, "TLSv1.3", update: .perBroker, "The newest version of TLS."),
        ConfigDefinition("ssl.provider", .string, nil, update: .perBroker, "The security provider of TLS."),
        ConfigDefinition(
            "ssl.secure.random.implementation", .string, nil, update: .perBroker,
            "The source of random numbers for TLS."),
        ConfigDefinition(
            "ssl.trustmanager.algorithm", .string, "PKIX", update: .perBroker, "The algorithm of the trust manager."),
        ConfigDefinition(
            "ssl.truststore.certificates", .password, nil, update: .perBroker, "The trusted certificates as PEM."),
        ConfigDefinition("ssl.truststore.location", .string, nil, update: .perBroker, "The file of the trust store."),
        ConfigDefinition(
            "ssl.truststore.password", .password, nil, update: .perBroker, "The password of the trust store."),
        ConfigDefinition("ssl.truststore.type", .string, "JKS", update: .perBroker, "The format of the trust store."),
    ]
}
