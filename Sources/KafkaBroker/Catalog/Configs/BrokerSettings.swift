/// The values of broker configs in force, in layers: what was set for this broker while it ran, what was set for all brokers, what it was set
/// up with, and Kafka's defaults.
package struct BrokerSettings: Sendable {
    /// Where a value comes from, with its number in DescribeConfigs.
    package enum Source: Int8, Sendable {
        case dynamicTopic = 1
        case dynamicBroker = 2
        case dynamicDefaultBroker = 3
        case staticBroker = 4
        case `default` = 5
        case dynamicBrokerLogger = 6
        case clientMetrics = 7
        case group = 8
    }

    /// Set for this broker while it ran.
    package var node: [String: String] = [:]
    /// Set for all brokers while they ran.
    package var cluster: [String: String] = [:]
    /// Set where the broker was set up.
    package var fixed: [String: String] = [:]

    package init(fixed: [String: String]) { self.fixed = fixed }

    /// The value of a config, nil where there is none.
    package func value(_ name: String) -> String? {
        node[name] ?? cluster[name] ?? fixed[name] ?? BrokerConfigs.named(name)?.defaultValue
    }

    /// Where a config's value could come from, the strongest first, as DescribeConfigs tells it: layer by layer, from the first that
    /// has the config itself on.
    package func synonyms(of name: String) -> [(name: String, value: String, source: Source)] {
        let names = BrokerConfigs.synonyms(of: name)
        var found: [(name: String, value: String, source: Source)] = []
        for (layer, source) in [
            (node, Source.dynamicBroker), (cluster, .dynamicDefaultBroker), (fixed, .staticBroker),
        ] {
            for name in names { if let value = layer[name] { found.append((name, value, source)) } }
        }
        for name in names {
            if let value = BrokerConfigs.named(name)?.defaultValue { found.append((name, value, .default)) }
        }
        return Array(found.drop { $0.name != name })
    }

    // MARK: - Topics' defaults

    /// What a topic config's default is here: that of the broker config behind it, in the topic config's unit.
    package func topicDefault(_ definition: ConfigDefinition) -> String? {
        guard let name = definition.synonyms.first else { return definition.defaultValue }
        for synonym in BrokerConfigs.synonyms(of: name) {
            guard let text = value(synonym) else { continue }
            switch synonym {
            case "log.roll.hours", "log.roll.jitter.hours", "log.retention.hours":
                return Self.millis(text, of: 3_600_000)
            case "log.retention.minutes": return Self.millis(text, of: 60_000)
            case "log.retention.ms": return Self.millis(text, of: 1)
            default: return text
            }
        }
        return definition.defaultValue
    }

    /// Where a topic config's default comes from: the first layer that has it, in whatever unit.
    package func topicDefaultSource(_ definition: ConfigDefinition) -> Source {
        let names = definition.synonyms.first.map { BrokerConfigs.synonyms(of: $0) } ?? []
        for (layer, source) in [
            (node, Source.dynamicBroker), (cluster, .dynamicDefaultBroker), (fixed, .staticBroker),
        ] where names.contains(where: { layer[$0] != nil }) { return source }
        return .default
    }

    /// A number of longer units in milliseconds; every negative one means no bound.
    private static func millis(_ text: String, of unit: Int64) -> String {
        guard let number = Int64(text) else { return text }
        return number < 0 ? "-1" : "\(number.multipliedReportingOverflow(by: unit).partialValue)"
    }

    /// The topic configs whose default differs from Kafka's, with that default.
    package var topicDefaults: [String: String] {
        var defaults: [String: String] = [:]
        for definition in TopicConfigs.all {
            if let value = topicDefault(definition), value != definition.defaultValue {
                defaults[definition.name] = value
            }
        }
        return defaults
    }
}
