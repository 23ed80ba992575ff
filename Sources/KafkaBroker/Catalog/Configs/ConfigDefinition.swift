/// One config of a topic or a broker: its name, type, default, range and meaning.
package struct ConfigDefinition: Sendable {
    /// The type, with its number in DescribeConfigs.
    package enum Kind: Int8, Sendable {
        case boolean = 1
        case string = 2
        case int = 3
        case short = 4
        case long = 5
        case double = 6
        case list = 7
        case `class` = 8
        case password = 9
    }

    /// What values it takes beside those of its type.
    package enum Validity: Sendable {
        case any
        case atLeast(Int64)
        case between(Int64, Int64)
        case fraction
        case oneOf([String])
        case listOf([String])
    }

    /// Whether a broker config can be changed while the broker runs, and where (KIP-226).
    package enum Update: String, Sendable {
        /// Only where the broker is set up.
        case readOnly = "read-only"
        /// For one broker.
        case perBroker = "per-broker"
        /// For one broker, or for all.
        case clusterWide = "cluster-wide"
    }

    /// The name in Kafka's documentation.
    package let name: String
    package let kind: Kind
    /// The default as text; nil for none.
    package let defaultValue: String?
    package let validity: Validity
    /// How it can be changed, where it is a broker's.
    package let update: Update
    /// What it means, in one sentence.
    package let documentation: String
    /// The broker config that gives this one its default, for a topic or a group.
    package let synonyms: [String]

    init(
        _ name: String, _ kind: Kind, _ defaultValue: String?, _ validity: Validity,
        update: Update = .readOnly, synonyms: [String] = [], _ documentation: String
    ) {
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
        self.validity = validity
        self.update = update
        self.documentation = documentation
        self.synonyms = synonyms
    }

    init(
        _ name: String, _ kind: Kind, _ defaultValue: String?, update: Update = .readOnly, synonyms: [String] = [],
        _ documentation: String
    ) {
        self.init(name, kind, defaultValue, .any, update: update, synonyms: synonyms, documentation)
    }

    /// Whether its value is a secret, which is taken but never told.
    package var isSensitive: Bool { kind == .password }

    /// The entries of a list as text: split at commas, trimmed.
    package static func list(_ text: String) -> [String] {
        guard !text.allSatisfy(\.isWhitespace) else { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map { trimmed($0) }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var rest = Substring(text)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }

    /// Why a value is refused, in Kafka's words (org.apache.kafka.common.config.ConfigException); nil for a good one.
    package func fault(in value: String) -> String? {
        func fault(_ reason: String) -> String { "Invalid value \(value) for configuration \(name): \(reason)" }
        let text = Self.trimmed(value)
        switch kind {
        case .boolean:
            guard ["true", "false"].contains(text.lowercased()) else {
                return fault("Expected value to be either true or false")
            }
        case .int:
            guard let number = Int32(text) else { return fault("Not a number of type INT") }
            return rangeFault(Int64(number), fault)
        case .short:
            guard let number = Int16(text) else { return fault("Not a number of type SHORT") }
            return rangeFault(Int64(number), fault)
        case .long:
            guard let number = Int64(text) else { return fault("Not a number of type LONG") }
            return rangeFault(number, fault)
        case .double:
            guard let number = Double(text) else { return fault("Not a number of type DOUBLE") }
            if case .fraction = validity, !(0...1).contains(number) {
                return fault(number < 0 ? "Value must be at least 0" : "Value must be no more than 1")
            }
        case .list: return listFault(value, fault)
        case .string, .class, .password:
            guard case .oneOf(let valid) = validity, !valid.contains(value) else { return nil }
            return fault("String must be one of: \(valid.joined(separator: ", "))")
        }
        return nil
    }

    private func listFault(_ value: String, _ fault: (String) -> String) -> String? {
        let entries = Self.list(value)
        // Kafka's lists may be empty where no entry has to be there for the broker to work.
        let valid: [String]
        if case .listOf(let entries) = validity { valid = entries } else { valid = [] }
        if entries.isEmpty, name == "process.roles" || name == "group.coordinator.rebalance.protocols" {
            return "Configuration '\(name)' must not be empty. Valid values include: [\(valid.joined(separator: ", "))]"
        }
        guard Set(entries).count == entries.count else {
            return "Configuration '\(name)' values must not be duplicated."
        }
        guard !entries.contains("") else { return "Configuration '\(name)' values must not be empty." }
        guard !valid.isEmpty, let unknown = entries.first(where: { !valid.contains($0) }) else { return nil }
        return
            "Invalid value \(unknown) for configuration \(name): String must be one of: \(valid.joined(separator: ", "))"
    }

    private func rangeFault(_ number: Int64, _ fault: (String) -> String) -> String? {
        switch validity {
        case .atLeast(let low) where number < low: fault("Value must be at least \(low)")
        case .between(let low, _) where number < low: fault("Value must be at least \(low)")
        case .between(_, let high) where number > high: fault("Value must be no more than \(high)")
        default: nil
        }
    }

    /// The value as it is stored: numbers and booleans without white space around them.
    package func canonical(_ value: String) -> String {
        switch kind {
        case .boolean: Self.trimmed(value).lowercased()
        case .int, .short, .long, .double: Self.trimmed(value)
        case .string, .list, .class, .password: value
        }
    }
}
