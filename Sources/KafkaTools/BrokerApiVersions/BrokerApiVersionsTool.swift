import KafkaWire

/// `kafka-broker-api-versions`: which APIs each broker has, in which versions. Many use it as a health check.
enum BrokerApiVersionsTool: Tool {
    static let name = "kafka-broker-api-versions"
    static let classes = ["kafka.admin.BrokerApiVersionsCommand", "org.apache.kafka.tools.BrokerApiVersionsCommand"]
    static let summary = "This tool helps to retrieve broker version information."
    static let options: [ToolOption] = [
        .value(
            "bootstrap-server", .string, "server(s) to use for bootstrapping", "REQUIRED: The server to connect to."),
        .value(
            "command-config", .string, "command config property file",
            "A property file containing configs to be passed to Admin Client."),
        .flag("help", "Print usage information."),
        .flag("version", "Display Kafka version."),
    ]

    static func run(_ options: ParsedOptions, _ console: Console) throws(ToolError) -> Int32 {
        try options.require("bootstrap-server")
        let client = try AdminClient(options, bootstrap: options.value("bootstrap-server") ?? "", console)
        _ = try client.cluster.metadata(of: [], by: client.deadline, call: "listNodes")
        for node in client.cluster.nodes.values.sorted(by: { $0.id < $1.id }) {
            let connection = try client.cluster.connection(
                to: .node(node.id), by: client.deadline, call: "apiVersions")
            console.print(
                "\(node.address) (id: \(node.id) rack: \(node.rack ?? "null")) -> "
                    + text(of: connection.served))
        }
        return 0
    }

    /// The versions as Kafka's tool lays them out, by key.
    static func text(of served: [Int16: ClosedRange<Int16>]) -> String {
        var lines: [Int16: String] = [:]
        for (key, versions) in served {
            let known = BrokerAPIs.all.first { $0.key == key }
            let range =
                versions.count == 1 ? "\(versions.lowerBound)" : "\(versions.lowerBound) to \(versions.upperBound)"
            lines[key] = "\(known?.name ?? "UNKNOWN")(\(key)): \(range)"
            if let known { lines[key]! += usable(versions, known.versions) }
        }
        for api in BrokerAPIs.all where lines[api.key] == nil {
            lines[api.key] = "\(api.name)(\(api.key)): UNSUPPORTED"
        }
        return "(\n\t" + lines.sorted { $0.key < $1.key }.map(\.value).joined(separator: ",\n\t") + "\n)"
    }

    private static func usable(_ served: ClosedRange<Int16>, _ known: ClosedRange<Int16>) -> String {
        if served.lowerBound > known.upperBound { return " [unusable: node too new]" }
        if served.upperBound < known.lowerBound { return " [unusable: node too old]" }
        return " [usable: \(min(served.upperBound, known.upperBound))]"
    }
}
