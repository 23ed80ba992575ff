extension ConfigsTool {
    /// The options of `kafka-configs`, with the help of Kafka 3.4 and what newer versions take beside it.
    static let options: [ToolOption] = [
        .value(
            "add-config", .string, nil,
            """
            Key Value pairs of configs to add. Square brackets can be used to group values which contain \
            commas: 'k1=v1, k2=[v1,v2,v2],k3=v3'. The following is a list of valid configurations: For \
            entity-type 'topics':
            \(ConfigNames.topics.helpLines)
            For entity-type 'brokers':
            \(ConfigNames.brokers.helpLines)
            For entity-type 'users':
            \(ConfigNames.users.helpLines)
            For entity-type 'clients':
            \(ConfigNames.clients.helpLines)
            For entity-type 'ips':
            \(ConfigNames.ips.helpLines)
            Entity types 'users' and 'clients' may be specified together to update config for clients of a \
            specific user.
            """),
        .value(
            "add-config-file", .string, nil,
            """
            Path to a properties file with configs to add. See add-config for a list of valid \
            configurations.
            """),
        .flag(
            "all",
            """
            List all configs for the given topic, broker, or broker-logger entity (includes static \
            configuration when the entity type is brokers)
            """),
        .flag("alter", "Alter the configuration for the entity."),
        .value(
            "bootstrap-server", .string, "server to connect to",
            """
            The Kafka server to connect to. This is required for describing and altering broker configs.
            """),
        .value("broker", .string, nil, "The broker's ID."),
        .flag("broker-defaults", "The config defaults for all brokers."),
        .value("broker-logger", .string, nil, "The broker's ID for its logger config."),
        .value("client", .string, nil, "The client's ID."),
        .flag("client-defaults", "The config defaults for all clients."),
        .value(
            "command-config", .string, "command config property file",
            """
            Property file containing configs to be passed to Admin Client. This is used only with \
            --bootstrap-server option for describing and altering broker configs.
            """),
        .value("delete-config", .string, nil, "config keys to remove 'k1,k2'"),
        .flag("describe", "List configs for the given entity."),
        .flag(
            "entity-default",
            """
            Default entity name for clients/users/brokers/ips (applies to corresponding entity type in \
            command line)
            """),
        .value(
            "entity-name", .string, nil,
            "Name of entity (topic name/client id/user principal name/broker id/ip)"),
        .value(
            "entity-type", .string, nil,
            "Type of entity (topics/clients/users/brokers/broker-loggers/ips)"),
        .flag("force", "Suppress console prompts"),
        .flag("help", "Print usage information."),
        .value("ip", .string, nil, "The IP address."),
        .flag("ip-defaults", "The config defaults for all IPs."),
        .value("topic", .string, nil, "The topic's name."),
        .value("user", .string, nil, "The user's principal name."),
        .flag("user-defaults", "The config defaults for all users."),
        .flag("version", "Display Kafka version."),
        .value(
            "zk-tls-config-file", .string, "ZooKeeper TLS configuration",
            """
            Identifies the file where ZooKeeper client TLS connectivity properties are defined.  Any \
            properties other than zookeeper.clientCnxnSocket, zookeeper.ssl.cipher.suites, \
            zookeeper.ssl.client.enable, zookeeper.ssl.crl.enable, zookeeper.ssl.enabled.protocols, \
            zookeeper.ssl.endpoint.identification.algorithm, zookeeper.ssl.keystore.location, \
            zookeeper.ssl.keystore.password, zookeeper.ssl.keystore.type, zookeeper.ssl.ocsp.enable, \
            zookeeper.ssl.protocol, zookeeper.ssl.truststore.location, zookeeper.ssl.truststore.password, \
            zookeeper.ssl.truststore.type are ignored.
            """),
        .value(
            "zookeeper", .string, "urls",
            """
            DEPRECATED. The connection string for the zookeeper connection in the form host:port. Multiple \
            URLS can be given to allow fail-over. Required when configuring SCRAM credentials for users or \
            dynamic broker configs when the relevant broker(s) are down. Not allowed otherwise.
            """),
        .newer("client-metrics", .string),
        .newer("group", .string),
    ]
}
