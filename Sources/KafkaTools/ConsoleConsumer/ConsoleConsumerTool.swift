/// `kafka-console-consumer`: prints records until it is stopped, has enough, or nothing comes any more.
enum ConsoleConsumerTool: Tool {
    static let name = "kafka-console-consumer"
    static let classes = ["kafka.tools.ConsoleConsumer", "org.apache.kafka.tools.consumer.ConsoleConsumer"]
    static let summary = "This tool helps to read data from Kafka topics and outputs it to standard output."

    static let refused = [
        "formatters and deserializers other than Kafka's own", "assignors other than range and round robin",
        "`group.protocol=consumer`",
    ]

    private static let logger = "kafka.tools.ConsoleConsumer$"

    static func run(_ options: ParsedOptions, _ console: Console) throws(ToolError) -> Int32 {
        var random = SystemRandomNumberGenerator()
        let (file, properties) = try consumerProperties(options)
        let settings = try ConsumerSettings(options, properties, file: file, using: &random)
        let formatter = try MessageFormatter(
            className: options.value("formatter") ?? "", formatterProperties(options))
        let interrupt = Interrupt()
        let cluster = Cluster(
            bootstrap: try Address.list(options.value("bootstrap-server") ?? ""), kind: "Consumer",
            clientID: settings.clientID, groupID: settings.groupID, console: console, interrupt: interrupt)
        let consumer = try Consumer(settings, cluster)
        var count: Int64 = 0
        var code: Int32 = 0
        var fault: Exception?
        do throws(ToolError) {
            fault = try process(
                consumer, settings, formatter, skipsErrors: options.has("skip-message-on-error"), console, &count)
        } catch {
            guard case .exception(let exception) = error else {
                if error != .interrupted { throw error }
                return finish(consumer, count, options, console, interrupt.acknowledge() ?? 130)
            }
            // Whatever keeps records from coming ends the tool well.
            console.log("ERROR", "Error processing message, terminating consumer process: ", by: logger)
            console.writeError(exception.stackTrace)
        }
        if fault != nil { code = 1 }
        code = finish(consumer, count, options, console, interrupt.acknowledge() ?? code)
        if let fault {
            console.log("ERROR", "Unknown error when running consumer: ", by: logger)
            console.writeError(fault.stackTrace)
        }
        return code
    }

    /// Leaves the group, tells how much there was, and returns the exit code.
    private static func finish(
        _ consumer: Consumer, _ count: Int64, _ options: ParsedOptions, _ console: Console, _ code: Int32
    ) -> Int32 {
        console.flush()
        // A coordinator that cannot be reached any more finds out by itself that the member is gone.
        try? consumer.close()
        console.printError("Processed a total of \(count) messages")
        if options.has("enable-systest-events") { console.print("shutdown_complete") }
        return code
    }

    /// Prints records until there are enough, or one cannot be printed: that fault is returned. Throws what keeps records from coming;
    /// `count` is how many there were.
    private static func process(
        _ consumer: Consumer, _ settings: ConsumerSettings, _ formatter: MessageFormatter, skipsErrors: Bool,
        _ console: Console, _ count: inout Int64
    ) throws(ToolError) -> Exception? {
        while settings.messagesMax.map({ count < $0 }) ?? true {
            // What has come is shown before the next wait.
            if consumer.mustWait { console.flush() }
            if console.isClosed {
                console.printError("Unable to write to standard out, closing consumer.")
                return nil
            }
            let record = try consumer.next(by: settings.idleMillis.map { .after(millis: $0) } ?? .never)
            count += 1
            do throws(ToolError) { console.write(try formatter.bytes(of: record)) } catch {
                guard case .exception(let exception) = error else { throw error }
                guard skipsErrors else { return exception }
                console.log("ERROR", "Error processing message, skipping this message: ", by: logger)
                console.writeError(exception.stackTrace)
            }
        }
        return nil
    }

    // MARK: - Properties

    /// The properties of the consumer: those of the file alone, and all together.
    private static func consumerProperties(
        _ options: ParsedOptions
    ) throws(ToolError) -> (file: ClientProperties, all: ClientProperties) {
        var file = ClientProperties()
        for option in ["command-config", "consumer.config"] {
            guard let path = try options.value(option) else { continue }
            file = file.merging(try .file(path))
            try file.refuseSecurity(of: "the file \(path)")
        }
        let given = options.values("command-property") + options.values("consumer-property")
        let pairs = try ClientProperties.pairs(given)
        try pairs.refuseSecurity(of: "--consumer-property")
        return (file, file.merging(pairs))
    }

    private static func formatterProperties(_ options: ParsedOptions) throws(ToolError) -> ClientProperties {
        var properties = ClientProperties()
        if let path = try options.value("formatter-config") { properties = try .file(path) }
        let given = options.values("property") + options.values("formatter-property")
        properties = properties.merging(try .pairs(given))
        var classes: [String: String] = [:]
        for kind in ["key", "value"] {
            if let name = try options.value("\(kind)-deserializer") { classes["\(kind).deserializer"] = name }
        }
        return properties.merging(ClientProperties(classes))
    }
}
