/// Something that has configs of its own.
package struct ConfigResource: Hashable, Sendable {
    /// What it is, with its number in the protocol (org.apache.kafka.common.config.ConfigResource).
    package enum Kind: Int8, CaseIterable, Sendable {
        case topic = 2
        case broker = 4
        case brokerLogger = 8
        case clientMetrics = 16
        case group = 32
    }

    package let kind: Kind
    /// The topic's, group's or subscription's name, or the broker's number; empty for the defaults of all brokers.
    package let name: String

    package init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }
}
