import KafkaWire

/// How a record is printed: Kafka's DefaultMessageFormatter with its properties, and its siblings.
struct MessageFormatter: Sendable {
    private let printsNothing: Bool
    private let columns: Set<String>
    private let separator: [UInt8]
    private let lineSeparator: [UInt8]
    private let headersSeparator: [UInt8]
    private let nullLiteral: [UInt8]
    private let keyDeserializer: Deserializer?
    private let valueDeserializer: Deserializer?
    private let headersDeserializer: Deserializer?

    /// The classes of the formatters, by what they do.
    private static let printing = [
        "kafka.tools.DefaultMessageFormatter", "org.apache.kafka.tools.consumer.DefaultMessageFormatter",
        "kafka.tools.LoggingMessageFormatter", "org.apache.kafka.tools.consumer.LoggingMessageFormatter",
    ]
    private static let silent = [
        "kafka.tools.NoOpMessageFormatter", "org.apache.kafka.tools.consumer.NoOpMessageFormatter",
    ]

    /// The formatter of a class. Throws a sentence for a class that cannot be loaded.
    init(className: String, _ properties: ClientProperties) throws(ToolError) {
        guard Self.printing.contains(className) || Self.silent.contains(className) else {
            throw .refused("--formatter \(className) is a Java class, which cannot be loaded; leave the option out")
        }
        printsNothing = Self.silent.contains(className)
        var columns: Set<String> = []
        for name in ["timestamp", "partition", "offset", "epoch", "headers", "key", "value"] {
            let text = properties["print.\(name)"]?.trimmed.lowercased()
            if text == "true" || (text == nil && name == "value") { columns.insert(name) }
        }
        self.columns = columns
        separator = Array((properties["key.separator"] ?? "\t").utf8)
        lineSeparator = Array((properties["line.separator"] ?? "\n").utf8)
        headersSeparator = Array((properties["headers.separator"] ?? ",").utf8)
        nullLiteral = Array((properties["null.literal"] ?? "null").utf8)
        func deserializer(_ name: String) throws(ToolError) -> Deserializer? {
            guard let className = properties[name] else { return nil }
            return try Deserializer(className: className)
        }
        keyDeserializer = try deserializer("key.deserializer")
        valueDeserializer = try deserializer("value.deserializer")
        headersDeserializer = try deserializer("headers.deserializer")
    }

    /// The bytes of a record. Throws what a deserializer throws.
    func bytes(of record: IncomingRecord) throws(ToolError) -> [UInt8] {
        guard !printsNothing else { return [] }
        var cells: [[UInt8]] = []
        if columns.contains("timestamp") {
            let type = record.timestampType == .createTime ? "CreateTime" : "LogAppendTime"
            cells.append(Array("\(type):\(record.timestamp)".utf8))
        }
        if columns.contains("partition") { cells.append(Array("Partition:\(record.partition.partition)".utf8)) }
        if columns.contains("offset") { cells.append(Array("Offset:\(record.offset)".utf8)) }
        if columns.contains("epoch") { cells.append(Array("Epoch:\(record.leaderEpoch)".utf8)) }
        if columns.contains("headers") { cells.append(try headers(record)) }
        if columns.contains("key") { cells.append(try text(record.key, keyDeserializer)) }
        if columns.contains("value") { cells.append(try text(record.value, valueDeserializer)) }
        guard !cells.isEmpty else { return [] }
        return Array(cells.joined(separator: separator)) + lineSeparator
    }

    private func headers(_ record: IncomingRecord) throws(ToolError) -> [UInt8] {
        guard !record.headers.isEmpty else { return Array("NO_HEADERS".utf8) }
        var texts: [[UInt8]] = []
        for header in record.headers {
            texts.append(header.name + [UInt8(ascii: ":")] + (try text(header.value, headersDeserializer)))
        }
        return Array(texts.joined(separator: headersSeparator))
    }

    private func text(_ bytes: [UInt8]?, _ deserializer: Deserializer?) throws(ToolError) -> [UInt8] {
        guard let bytes else { return nullLiteral }
        return try deserializer?.text(of: bytes) ?? bytes
    }
}
