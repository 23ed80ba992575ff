/// `kafka-console-producer`: sends lines of standard input as records.
enum ConsoleProducerTool: Tool {
    static let name = "kafka-console-producer"
    static let classes = ["kafka.tools.ConsoleProducer", "org.apache.kafka.tools.ConsoleProducer"]
    static let summary = "This tool helps to read data from standard input and publish it to Kafka."

    static let refused = ["transactions", "partitioners, interceptors and line readers of one's own"]

    private static let lineReaders = [
        "kafka.tools.ConsoleProducer$LineMessageReader", "org.apache.kafka.tools.LineMessageReader",
    ]

    /// Java prints what ended the program with its frames.
    static func report(_ exception: Exception, _ console: Console) -> Int32 {
        console.writeError(exception.stackTrace)
        return 1
    }

    static func run(_ options: ParsedOptions, _ console: Console) throws(ToolError) -> Int32 {
        try options.require("topic")
        let former = try options.value("broker-list")
        guard let bootstrap = try options.value("bootstrap-server") ?? former else {
            throw .usage("Missing required argument \"[bootstrap-server]\"")
        }
        if let reader = try options.value("line-reader"), !lineReaders.contains(reader) {
            throw .refused("--line-reader \(reader) is a Java class, which cannot be loaded; leave the option out")
        }
        let properties = try producerProperties(options)
        let settings = try ProducerSettings(options, properties)
        let reader = try LineMessageReader(try readerProperties(options))
        let interrupt = Interrupt()
        let cluster = Cluster(
            bootstrap: try Address.list(bootstrap), kind: "Producer", clientID: settings.clientID, console: console,
            interrupt: interrupt)
        var failure: Exception?
        let isSynchronous = options.has("sync")
        let producer = Producer(settings, cluster) { record, exception in
            failure = exception
            if !isSynchronous { logFailure(record, exception, settings.topic, console) }
        }
        var input = StandardInput(interrupt)
        var number = 0
        var isPromptDue = StandardInput.isInteractive
        while true {
            if isPromptDue {
                console.write([UInt8(ascii: ">")])
                console.flush()
                isPromptDue = false
            }
            switch input.next(by: producer.nextDeadline) {
            case .lines(let lines):
                isPromptDue = StandardInput.isInteractive
                for line in lines {
                    number += 1
                    let record: OutgoingRecord
                    do throws(ToolError) { record = try reader.record(line, number: number) } catch {
                        // What came before is sent, as by Java's shutdown hook.
                        try producer.flush()
                        throw error
                    }
                    try producer.send(record)
                    if isSynchronous {
                        try producer.flush()
                        if let failure { throw ToolError.exception(failure).executing([]) }
                    }
                }
            case .timedOut: try producer.flush()
            case .interrupted:
                let code = interrupt.acknowledge() ?? 130
                try producer.flush()
                return code
            case .end:
                try producer.flush()
                return 0
            }
        }
    }

    private static func producerProperties(_ options: ParsedOptions) throws(ToolError) -> ClientProperties {
        var properties = ClientProperties()
        for option in ["command-config", "producer.config"] {
            guard let path = try options.value(option) else { continue }
            properties = properties.merging(try .file(path))
            try properties.refuseSecurity(of: "the file \(path)")
        }
        let given = options.values("command-property") + options.values("producer-property")
        properties = properties.merging(try .pairs(given))
        try properties.refuseSecurity(of: "--producer-property")
        return properties
    }

    private static func readerProperties(_ options: ParsedOptions) throws(ToolError) -> ClientProperties {
        let file = try options.value("reader-config").map { (path) throws(ToolError) in
            try ClientProperties.file(path)
        }
        return (file ?? ClientProperties())
            .merging(try .pairs(options.values("property") + options.values("reader-property")))
    }

    /// As Kafka's ErrorLoggingCallback logs it.
    private static func logFailure(
        _ record: OutgoingRecord, _ exception: Exception, _ topic: String, _ console: Console
    ) {
        let key = record.key.map { "\($0.count) bytes" } ?? "null"
        let value = record.value.map { "\($0.count) bytes" } ?? "null"
        console.log(
            "ERROR", "Error when sending message to topic \(topic) with key: \(key), value: \(value) with error:",
            by: "org.apache.kafka.clients.producer.internals.ErrorLoggingCallback")
        console.writeError(exception.stackTrace)
    }
}
