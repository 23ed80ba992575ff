import KafkaWire

/// What the options and properties of `kafka-console-producer` say of its producer.
struct ProducerSettings: Equatable, Sendable {
    var topic = ""
    var clientID = "console-producer"
    var compression = Compression.none
    /// -1 for all in-sync replicas, else 0 or 1.
    var acks: Int16 = -1
    var isIdempotent = true
    var batchBytes = 16_384
    var lingerMillis: Int64 = 1000
    var retries: Int64 = 3
    var retryMillis: Int64 = 100
    var requestTimeoutMillis: Int64 = 1500
    var blockMillisMax: Int64 = 60_000
    /// Kafka's max.request.size.
    var requestBytesMax: Int64 = 1_048_576

    init() {}

    /// Properties that change what is sent in ways that are not there.
    private static let refused = [
        "transactional.id", "partitioner.class", "interceptor.classes", "partitioner.ignore.keys",
    ]

    /// From the options, and the properties below them. Throws what is wrong with one.
    init(_ options: ParsedOptions, _ properties: ClientProperties) throws(ToolError) {
        for name in Self.refused where properties[name] != nil {
            throw .refused("the producer's property \(name) is not there yet; take it out")
        }
        // An option that is given wins over a property, and a property over the option's default.
        func number(_ option: String, _ property: String) throws(ToolError) -> Int64 {
            let configured = options.has(option) ? nil : try properties.number(property)
            let given = try options.number(option)
            return configured ?? given ?? 0
        }
        topic = try options.value("topic") ?? ""
        clientID = properties["client.id"] ?? clientID
        compression = try Self.compression(options)
        lingerMillis = try number("timeout", "linger.ms")
        retries = try number("message-send-max-retries", "retries")
        retryMillis = try number("retry-backoff-ms", "retry.backoff.ms")
        requestTimeoutMillis = try number("request-timeout-ms", "request.timeout.ms")
        blockMillisMax = try number("max-block-ms", "max.block.ms")
        let memory = options.has("max-partition-memory-bytes") ? "max-partition-memory-bytes" : "batch-size"
        batchBytes = Int(max(0, try number(memory, "batch.size")))
        requestBytesMax = try properties.number("max.request.size") ?? requestBytesMax
        let given = try options.value("request-required-acks")
        acks = try Self.acks((options.has("request-required-acks") ? nil : properties["acks"]) ?? given ?? "-1")
        let wanted = properties["enable.idempotence"]?.lowercased()
        isIdempotent = wanted != "false" && acks == -1 && retries > 0
        if wanted == "true", !isIdempotent {
            throw .configuration(
                acks == -1
                    ? "Must set retries to non-zero when using the idempotent producer."
                    : "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee "
                        + "idempotence.")
        }
    }

    /// `--compression-codec` without a value is gzip.
    private static func compression(_ options: ParsedOptions) throws(ToolError) -> Compression {
        guard options.has("compression-codec") else { return .none }
        guard let name = try options.value("compression-codec"), !name.isEmpty else { return .gzip }
        guard let codec = Compression(name: name), name != "uncompressed" else {
            throw .configuration(
                "Invalid value \(name) for configuration compression.type: String must be one of: none, gzip, snappy, "
                    + "lz4, zstd")
        }
        return codec
    }

    private static func acks(_ text: String) throws(ToolError) -> Int16 {
        switch text.trimmed {
        case "all", "-1": return -1
        case "0": return 0
        case "1": return 1
        default:
            throw .configuration(
                "Invalid value \(text) for configuration acks: String must be one of: all, -1, 0, 1")
        }
    }
}
