internal import CRdKafka

/// An error of Kafka or of librdkafka.
public struct KafkaError: Error, Hashable, CustomStringConvertible, Sendable {
    /// librdkafka's code: Kafka's own error codes, and negative ones for what the client found itself.
    public var code: Int32
    /// One sentence.
    public var description: String

    /// An error with a sentence of its own.
    public init(code: Int32, _ description: String) {
        self.code = code
        self.description = description
    }

    init(_ code: rd_kafka_resp_err_t, _ detail: String? = nil) {
        let text = String(cString: rd_kafka_err2str(code))
        self.init(code: code.rawValue, detail.map { $0.isEmpty ? text : $0 } ?? text)
    }

    /// The topic or partition does not exist (yet).
    public var isUnknownTopic: Bool {
        code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART.rawValue || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC.rawValue
            || code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION.rawValue
    }

    /// The producer can do nothing more and must be replaced.
    var isFatal: Bool { code == RD_KAFKA_RESP_ERR__FATAL.rawValue }

    /// The client's queue has no room just now.
    var isQueueFull: Bool { code == RD_KAFKA_RESP_ERR__QUEUE_FULL.rawValue }

    /// The client has been closed.
    static var closed: KafkaError { KafkaError(RD_KAFKA_RESP_ERR__DESTROY, "The Kafka client has been closed.") }
}

/// A line of librdkafka's log, or one of its errors.
public struct KafkaLogLine: Hashable, Sendable {
    /// How much it matters.
    public enum Level: Hashable, Sendable {
        /// What the client cannot mend.
        case error
        /// What hinders it.
        case warning
        /// What happens.
        case info
        /// What helps to find faults in it.
        case debug
    }

    /// How much it matters.
    public var level: Level
    /// librdkafka's word for where it comes from, such as `FAIL`.
    public var facility: String
    /// The text.
    public var text: String

    init(syslogLevel: Int32, facility: String, text: String) {
        level =
            switch syslogLevel {
            case ...3: .error
            case 4: .warning
            case 5, 6: .info
            default: .debug
            }
        self.facility = facility
        self.text = text
    }
}

/// A partition of a topic.
public struct TopicPartition: Hashable, Sendable {
    /// The topic's name.
    public var topic: String
    /// The partition's number, from 0.
    public var partition: Int32

    /// A partition.
    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }
}
