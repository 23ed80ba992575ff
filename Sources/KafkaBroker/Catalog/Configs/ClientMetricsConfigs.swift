import KafkaWire

/// Every config of a client metrics subscription (KIP-714).
package enum ClientMetricsConfigs {
    /// By name.
    package static let all: [ConfigDefinition] = [
        ConfigDefinition("interval.ms", .int, "300000", "How often a client pushes its metrics."),
        ConfigDefinition("match", .list, "", "Which clients the subscription is for."),
        ConfigDefinition("metrics", .list, "", "The metrics that are subscribed; an asterisk for all."),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The config of a name; nil for an unknown one.
    package static func named(_ name: String) -> ConfigDefinition? { byName[name] }

    /// What of a client a subscription can be for.
    private static let matchers = [
        "client_instance_id", "client_id", "client_software_name", "client_software_version", "client_source_address",
        "client_source_port",
    ]

    /// Why configs are refused for a subscription, in Kafka's words; nil for good ones.
    static func fault(
        in configs: [(name: String, value: String)]
    ) -> (error: KafkaError, message: String)? {
        for (name, _) in configs where named(name) == nil {
            return (.invalidRequest, "Unknown client metrics configuration: \(name)")
        }
        for (name, value) in configs {
            if let fault = named(name)?.fault(in: value) { return (.invalidConfig, fault) }
            if name == "interval.ms", let number = Int32(named(name)?.canonical(value) ?? value),
                !(100...3_600_000).contains(number)
            {
                return (
                    .invalidRequest,
                    "Invalid value \(number) for interval.ms, interval must be between 100 and 3600000 (1 hour)"
                )
            }
            if name == "match" {
                for pattern in ConfigDefinition.list(value) {
                    let parts = pattern.split(separator: "=", omittingEmptySubsequences: false)
                    guard parts.count == 2, matchers.contains(String(parts[0])) else {
                        return (.invalidConfig, "Illegal client matching pattern: \(pattern)")
                    }
                }
            }
        }
        return nil
    }
}
