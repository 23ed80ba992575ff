import AWSSignature

/// A stack as its file describes it: tables, topics and services, with the lines they stand on.
public struct StackFile: Equatable, Sendable {
    /// How messages call the file: its path as it was given, or `built-in stack`.
    public var name: String
    /// The directory that relative paths of the file start from.
    public var directory: String
    /// The AWS region that the children are told and that ARNs carry.
    public var region = "ap-northeast-2"
    /// The data directory, or `memory`, if the file says.
    public var data: String?
    /// The port of DynamoDB, if the file says.
    public var awsPort: UInt16?
    /// The port of Kafka, if the file says.
    public var kafkaPort: UInt16?
    /// The port of the control API, if the file says.
    public var controlPort: UInt16?
    /// Who shares tables with whom, if the file says.
    public var isolation: Isolation?
    /// Whether signatures are checked, if the file says.
    public var verifiesSignatures: Bool?
    /// How far the date of a signature may be off, in seconds, if the file says.
    public var signatureSkewSeconds: Int?
    /// The keys that signatures are checked against, in the file's order; the first is the children's.
    public var credentials: [SigningCredentials] = []
    /// The tables, in the file's order.
    public var tables: [TableDefinition] = []
    /// The topics, in the file's order.
    public var topics: [TopicDefinition] = []
    /// The services, in the file's order.
    public var services: [ServiceDefinition] = []
}

extension StackFile {
    /// The stack file that is read when none is given.
    static let standardName = "nestbox.yaml"

    /// The keys without any in the file: those that everybody uses with an emulator.
    public static let standardCredentials = SigningCredentials(accessKeyID: "local", secretAccessKey: "local")

    /// The keys that are known.
    public var knownCredentials: [SigningCredentials] {
        credentials.isEmpty ? [Self.standardCredentials] : credentials
    }

    /// The keys that the children are given.
    public var childCredentials: SigningCredentials { credentials.first ?? Self.standardCredentials }
}

/// Who shares DynamoDB's tables with whom.
public enum Isolation: String, CaseIterable, Sendable {
    /// Everybody has the same tables, whatever the credentials.
    case none
    /// Each access key has tables of its own in each region, and so have requests that are not signed.
    case credentials
}

/// A DynamoDB table of the stack.
public struct TableDefinition: Equatable, Sendable {
    /// A key attribute and its type.
    public struct Key: Equatable, Sendable {
        /// The attribute's name.
        public var name: String
        /// `S`, `N` or `B`.
        public var type: String
    }

    /// Which attributes an index carries.
    public enum Projection: Equatable, Sendable {
        /// All attributes.
        case all
        /// The keys of the index and of the table.
        case keysOnly
        /// The keys and these attributes.
        case include([String])
    }

    /// A secondary index.
    public struct Index: Equatable, Sendable {
        /// The index's name.
        public var name: String
        /// Partition key, then the sort key if there is one.
        public var keys: [Key]
        /// Which attributes it carries.
        public var projection: Projection
    }

    /// The table's name.
    public var name: String
    /// The line it stands on.
    public var line: Int
    /// Partition key, then the sort key if there is one.
    public var keys: [Key]
    /// The global secondary indexes.
    public var globalIndexes: [Index] = []
    /// The local secondary indexes.
    public var localIndexes: [Index] = []
    /// The file of items to put when the table is made.
    public var seed: String?
}

/// A Kafka topic of the stack.
public struct TopicDefinition: Equatable, Sendable {
    /// A topic config.
    public struct Config: Equatable, Sendable {
        /// Kafka's name of it, such as `retention.ms`.
        public var name: String
        /// Its value as text.
        public var value: String
    }

    /// The topic's name.
    public var name: String
    /// The line it stands on.
    public var line: Int
    /// The number of partitions.
    public var partitions: Int32 = 1
    /// The configs that differ from the defaults, in the file's order.
    public var configs: [Config] = []
    /// The variable that asks for it, if it does not stand in the file.
    public var variable: String?
}

/// A service of the stack: a program that nestbox starts, watches and stops.
public struct ServiceDefinition: Equatable, Sendable {
    /// When a service that has ended is started again.
    public enum Restart: String, CaseIterable, Sendable {
        /// Never.
        case no
        /// When it ended with a code other than 0, or by a signal.
        case onFailure = "on-failure"
        /// Always.
        case always
    }

    /// A variable of the service's environment.
    public struct Variable: Equatable, Sendable {
        /// Its name.
        public var name: String
        /// Its value.
        public var value: String
    }

    /// The service's name.
    public var name: String
    /// The line it stands on.
    public var line: Int
    /// The program and its arguments.
    public var command: [String]
    /// The working directory, if it is not the stack file's.
    public var workingDirectory: String?
    /// What the service's environment has on top of everything else.
    public var environment: [Variable] = []
    /// The port it listens on, if it does.
    public var port: UInt16?
    /// What must be ready before it starts: `aws`, `kafka`, names of services.
    public var needs: [String] = [Emulator.aws.rawValue, Emulator.kafka.rawValue]
    /// The path (on its port) or URL that answers 200 when it is ready.
    public var ready: String?
    /// When it is started again.
    public var restart: Restart = .onFailure
}

/// The two emulators, by the names that `needs` and `--only` know them.
public enum Emulator: String, CaseIterable, Sendable {
    /// DynamoDB and what else stands behind AWS_ENDPOINT_URL.
    case aws
    /// Kafka.
    case kafka
}
