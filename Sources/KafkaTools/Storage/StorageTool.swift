import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `kafka-storage`: makes cluster ids, and formats the directories of a KRaft broker, which scripts do before they start one.
///
/// Its command line is a command and its options, as argparse4j reads them.
enum StorageTool: Tool {
    static let name = "kafka-storage"
    static let classes = ["kafka.tools.StorageTool", "org.apache.kafka.tools.StorageTool"]
    static let summary = """
        usage: kafka-storage [-h] {info,format,random-uuid} ...

        The Kafka storage tool.

        positional arguments:
          {info,format,random-uuid}
            info                 Get information about the Kafka log directories on this node.
            format               Format the Kafka log directories.
            random-uuid          Print a random UUID.

        optional arguments:
          -h, --help             show this help message and exit
        """
    static let options: [ToolOption] = []

    /// The metadata version that Kafka 3.4 formats with.
    private static let metadataVersion = "3.4-IV0"

    static func run(_ words: [String], _ console: Console) -> Int32 {
        defer { console.flush() }
        do throws(ToolError) {
            guard let command = words.first, command != "-h", command != "--help" else {
                console.print(summary)
                return words.isEmpty ? 1 : 0
            }
            switch command {
            case "random-uuid":
                console.print(randomUUID().description)
                return 0
            case "format": return try format(StorageArguments(words.dropFirst()), console)
            case "info": return try info(StorageArguments(words.dropFirst()), console)
            default: throw .usage("invalid choice: '\(command)' (choose from 'info', 'format', 'random-uuid')")
            }
        } catch {
            switch error {
            case .usage(let message):
                console.printError("usage: kafka-storage [-h] {info,format,random-uuid} ...")
                console.printError("kafka-storage: error: \(message)")
            case .exception(let exception): console.printError(exception.message ?? exception.type)
            case .refused(let sentence): console.printError("\(name): \(sentence)")
            case .interrupted: return 130
            }
            return 1
        }
    }

    static func run(_ options: ParsedOptions, _ console: Console) throws(ToolError) -> Int32 {
        run(options.words, console)
    }

    private static func randomUUID() -> UUID {
        // Kafka takes none that begins with a dash, which would look like an option.
        while true {
            var random = SystemRandomNumberGenerator()
            let id = UUID(randomHigh: random.next(), randomLow: random.next())
            if !id.description.hasPrefix("-") { return id }
        }
    }

    // MARK: - Directories

    private static func format(_ arguments: StorageArguments, _ console: Console) throws(ToolError) -> Int32 {
        guard let id = arguments.clusterID else { throw .usage("argument --cluster-id/-t is required") }
        guard UUID(id) != nil else {
            throw .exception(
                .init(
                    "kafka.admin.TerseFailure",
                    "Cluster ID string \(id) does not appear to be a valid UUID: Input string `\(id)` decoded as "
                        + "something else than 16 bytes of a base64-encoded UUID"))
        }
        let version = arguments.releaseVersion ?? metadataVersion
        let directories = try arguments.directories()
        let formatted = directories.filter { readFile($0 + "/meta.properties") != nil }
        if let first = formatted.first, !arguments.ignoresFormatted {
            throw .exception(
                .init(
                    "kafka.common.KafkaException",
                    "Log directory \(first) is already formatted. Use --ignore-formatted to ignore this directory and "
                        + "format the others."))
        }
        if formatted.count == directories.count {
            console.print("All of the log directories are already formatted.")
        }
        for directory in directories where !formatted.contains(directory) {
            console.print("Formatting \(directory) with metadata.version \(version).")
            let node = arguments.nodeID.map { "node.id=\($0)\n" } ?? ""
            try write("#\nversion=1\n\(node)cluster.id=\(id)\n", to: directory)
        }
        return 0
    }

    private static func info(_ arguments: StorageArguments, _ console: Console) throws(ToolError) -> Int32 {
        let directories = try arguments.directories()
        console.print("Found log director\(directories.count == 1 ? "y" : "ies"):")
        for directory in directories { console.print("  \(directory)") }
        console.print("")
        let missing = directories.filter { readFile($0 + "/meta.properties") == nil }
        for directory in directories where !missing.contains(directory) {
            let bytes = readFile(directory + "/meta.properties") ?? []
            let values = ClientProperties.parse(String(decoding: bytes, as: UTF8.self))
            let fields = values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
            console.print("Found metadata: {\(fields)}\n")
        }
        guard !missing.isEmpty else { return 0 }
        console.print("Found problem:")
        for directory in missing { console.print("  \(directory) is not formatted.") }
        console.print("")
        return 1
    }

    private static func write(_ text: String, to directory: String) throws(ToolError) {
        func fail(_ path: String) -> ToolError {
            .exception(
                .init(
                    "java.io.IOException",
                    "Unable to create \(path): \(String(cString: strerror(errno))); choose another log.dirs"))
        }
        var made = ""
        for part in directory.split(separator: "/") {
            made += (made.isEmpty && !directory.hasPrefix("/") ? "" : "/") + part
            if mkdir(made, 0o755) != 0, errno != EEXIST { throw fail(made) }
        }
        let path = directory + "/meta.properties"
        guard let file = fopen(path, "w") else { throw fail(path) }
        defer { fclose(file) }
        guard fputs(text, file) >= 0, fflush(file) == 0 else { throw fail(path) }
    }
}

/// The options of a command of `kafka-storage`.
struct StorageArguments: Equatable, Sendable {
    var config: String?
    var clusterID: String?
    var releaseVersion: String?
    var ignoresFormatted = false
    /// The properties of the broker, when its file could be read.
    private var properties: [String: String] = [:]

    /// Throws `ToolError.usage` for what is no option, and what Java throws for a file that cannot be read.
    init(_ words: ArraySlice<String>) throws(ToolError) {
        var rest = words.flatMap { word in
            // `--config=FILE` is taken as `--config FILE`.
            word.hasPrefix("--")
                ? word.split(separator: "=", maxSplits: 1).map(String.init) : [word]
        }[...]
        while let word = rest.popFirst() {
            switch word {
            case "--ignore-formatted", "-g": ignoresFormatted = true
            // A single node has no others to know of.
            case "--standalone", "-s", "--no-initial-controllers", "-N": break
            case "--config", "-c", "--cluster-id", "-t", "--release-version", "-r":
                guard let value = rest.popFirst() else { throw .usage("argument \(word): expected one argument") }
                switch word {
                case "--config", "-c": config = value
                case "--cluster-id", "-t": clusterID = value
                default: releaseVersion = value
                }
            default: throw .usage("unrecognized arguments: '\(word)'")
            }
        }
        guard let config else { throw .usage("argument --config/-c is required") }
        guard let bytes = readFile(config) else {
            let reason = String(cString: strerror(errno))
            throw .exception(.init("java.nio.file.NoSuchFileException", "\(config): \(reason)"))
        }
        properties = ClientProperties.parse(String(decoding: bytes, as: UTF8.self))
    }

    /// The node's id, as the properties have it.
    var nodeID: String? { properties["node.id"] ?? properties["broker.id"] }

    /// The directories of the log, as the properties have them.
    func directories() throws(ToolError) -> [String] {
        let text = properties["log.dirs"] ?? properties["log.dir"] ?? "/tmp/kafka-logs"
        let metadata = properties["metadata.log.dir"].map { [$0] } ?? []
        let all = text.split(separator: ",").map(\.trimmed) + metadata
        return Set(all).sorted()
    }
}
