import KafkaWire

/// A failure as Java's tools name it: scripts look for the class in what a tool prints.
package struct Exception: Equatable, Sendable {
    /// The class with its package.
    let type: String
    /// What it says; nil where Java's has none.
    let message: String?
    /// The error code that it stands for.
    let error: KafkaError?
    /// The frames that are printed below it.
    var frames: [String] = []

    /// Classes of the Java platform and of Kafka that are no error code.
    enum Kind: String {
        case illegalArgument = "java.lang.IllegalArgumentException"
        case execution = "java.util.concurrent.ExecutionException"
        case kafka = "org.apache.kafka.common.KafkaException"
        case configuration = "org.apache.kafka.common.config.ConfigException"
        case timeout = "org.apache.kafka.common.errors.TimeoutException"
        case versionUnsupported = "org.apache.kafka.common.errors.UnsupportedVersionException"
    }

    init(_ type: String, _ message: String?) {
        self.type = type
        self.message = message
        error = nil
    }

    init(_ kind: Kind, _ message: String?) { self.init(kind.rawValue, message) }

    /// What Java's clients make of an error code and the broker's message for it.
    init(_ error: KafkaError, _ message: String? = nil) {
        let row = ExceptionNames.of(error)
        type = "org.apache.kafka.common.errors." + row.name
        self.message = message ?? row.message
        self.error = error
    }

    /// As Java prints it: `class: message`.
    var description: String { message.map { "\(type): \($0)" } ?? type }

    /// As Java prints it with the frames below, each on a line.
    var stackTrace: String { description + "\n" + frames.map { "\tat \($0)\n" }.joined() }

    /// The same exception with frames below.
    func at(_ frames: [String]) -> Exception {
        var copy = self
        copy.frames = frames
        return copy
    }
}

/// How a tool ends before its work is done.
package enum ToolError: Error, Equatable, Sendable {
    /// The command line cannot be understood: the message and the help go to standard error, and the exit code is 1.
    case usage(String)
    /// What Java's tools throw: each tool prints it in its own way.
    case exception(Exception)
    /// What these tools do not do yet, in one sentence.
    case refused(String)
    /// A signal asks the tool to end.
    case interrupted

    static func configuration(_ message: String) -> ToolError { .exception(Exception(.configuration, message)) }

    static func timeout(_ message: String) -> ToolError { .exception(Exception(.timeout, message)) }
}
