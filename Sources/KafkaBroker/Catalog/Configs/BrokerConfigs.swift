/// The broker configs of Apache Kafka, with Kafka's defaults. The lists stand in files of their own, by area.
package enum BrokerConfigs {
    /// Every one, by name.
    package static let all: [ConfigDefinition] = (server + log + groups + replication + security)
        .sorted { $0.name < $1.name }

    /// Those that can be set and are not told.
    private static let hidden = [
        ConfigDefinition(
            "log.initial.task.delay.ms", .long, "30000", .atLeast(0),
            "How long after the start logs are first looked through.")
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: (all + hidden).map { ($0.name, $0) })

    /// The config of a name; nil for an unknown one.
    package static func named(_ name: String) -> ConfigDefinition? { byName[name] }

    /// Configs that say one thing in several ways, the strongest first.
    private static let synonymGroups: [[String]] = [
        ["log.roll.ms", "log.roll.hours"],
        ["log.roll.jitter.ms", "log.roll.jitter.hours"],
        ["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
    ]

    /// The names under which a config's value is looked for, the strongest first.
    package static func synonyms(of name: String) -> [String] {
        if name == "log.flush.interval.ms" { return [name, "log.flush.scheduler.interval.ms"] }
        return synonymGroups.first { $0.contains(name) } ?? [name]
    }

    /// Configs that Kafka can change while it runs and this broker cannot.
    static let ofStart: Set<String> = ["listener.security.protocol.map", "listeners"]

    /// Configs of TLS that can be changed while the broker runs only under a listener's name.
    static let perListener: Set<String> = [
        "ssl.key.password", "ssl.keystore.certificate.chain", "ssl.keystore.key", "ssl.keystore.location",
        "ssl.keystore.password", "ssl.keystore.type", "ssl.truststore.certificates", "ssl.truststore.location",
        "ssl.truststore.password", "ssl.truststore.type",
    ]
}
