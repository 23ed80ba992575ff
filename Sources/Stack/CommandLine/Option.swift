/// One option of the command line: the same row serves parsing, the NESTBOX_* variable, the checks and the help.
public struct Option: Sendable {
    /// The options by name. The flag and the variable are derived from it.
    public enum Name: String, CaseIterable, Sendable {
        /// The stack file.
        case stack
        /// The data directory, or `memory`.
        case data
        /// What an answered write survives.
        case durability
        /// The parts to start.
        case only
        /// The systems that are not emulated.
        case real
        /// Whether a real system may have an address of this machine.
        case allowLoopback = "allow-loopback"
        /// Whether ports are chosen freely.
        case anyPort = "any-port"
        /// The address to listen on.
        case host
        /// The port of DynamoDB.
        case awsPort = "aws-port"
        /// Another port of DynamoDB.
        case alsoAWSPort = "also-aws-port"
        /// The port of Kafka.
        case kafkaPort = "kafka-port"
        /// Whether this is the program of a container.
        case container
        /// The port of the control API.
        case controlPort = "control-port"
        /// A broker config of Kafka.
        case kafkaProperty = "kafka-property"
        /// Whether more replicas than brokers may be asked for.
        case lenientReplication = "lenient-replication"
        /// Who shares tables with whom.
        case isolation
        /// Whether signatures are checked.
        case verifySignatures = "verify-signatures"
        /// How far a signature's date may be off.
        case signatureSkew = "signature-skew"
        /// How long `Ready.` may take.
        case readyTimeout = "ready-timeout"
        /// How long tables show that they are being made, changed or deleted.
        case tableDelay = "table-delay"
        /// How much nestbox says of itself.
        case logLevel = "log-level"
        /// Whether the prompt returns while the stack goes on.
        case detach
        /// Whether the prompt returns when the stack is ready.
        case wait
        /// How long `--wait` waits.
        case waitTimeout = "wait-timeout"
        /// The file that is taken from.
        case from
        /// Whether a file that is there is overwritten.
        case force
        /// The form of an answer.
        case output
        /// The shell that variables are written for.
        case shell
        /// Whether what comes is shown, too.
        case follow
        /// How many lines are shown of what is there.
        case tail
        /// What is waited for.
        case condition = "for"
        /// How long is waited.
        case timeout
        /// Whether data goes, too.
        case volumes
    }

    /// What an option takes.
    public enum Value: Sendable, Equatable {
        /// Nothing: present or not (`--x=false` and `NESTBOX_X=false` say not).
        case toggle
        /// Any text that is not empty.
        case text(String)
        /// One of these words.
        case choice([String])
        /// A port number, 1 to 65535.
        case port
        /// A whole number of seconds, 1 to 86,400.
        case seconds
        /// A time with its unit: 250ms, 2s, 1m; up to an hour.
        case duration
        /// Words between commas.
        case list(String)
        /// A whole number from 0.
        case count(String)
        /// Any number of names with values, each by a flag of its own; in a variable, one a line.
        case properties(String)
        /// Any number of conditions of `nestbox wait`, each by a flag of its own.
        case conditions

        /// Whether it may be given again: the texts stand in lines then.
        var isRepeatable: Bool {
            switch self {
            case .properties, .conditions: true
            default: false
            }
        }

        /// How the help writes it after the flag.
        var placeholder: String? {
            switch self {
            case .toggle: nil
            case .text(let word), .list(let word), .properties(let word), .count(let word): word
            case .conditions: WaitCondition.placeholder
            case .choice(let words): words.joined(separator: "|")
            case .port: "PORT"
            case .seconds: "SECONDS"
            case .duration: "DURATION"
            }
        }
    }

    /// Its name.
    public let name: Name
    /// Its short flag, such as `-d`, if it has one.
    public var short: String?
    /// What it takes.
    public let value: Value
    /// The commands that have it.
    public let commands: [Command]
    /// Whether it can be given by a variable of the environment. What belongs to one call alone cannot.
    public var hasVariable = true
    /// What it does, in one line of the help.
    public let help: String

    /// `--any-port`.
    public var flag: String { "--" + name.rawValue }

    /// `NESTBOX_ANY_PORT`.
    public var variable: String { "NESTBOX_" + String(decoding: name.rawValue.utf8.map(Option.upper), as: UTF8.self) }

    private static func upper(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "-"): UInt8(ascii: "_")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
        default: byte
        }
    }

    /// The one list of options, in the order of the help.
    public static let all: [Option] = [
        Option(
            name: .stack, value: .text("FILE"), commands: [.up, .exec, .initialize] + Command.ofRunningStack,
            help: "the stack (default: nestbox.yaml here, else the built-in stack)"),
        Option(
            name: .data, value: .text("DIR|memory"), commands: [.up, .exec] + Command.ofRunningStack,
            help: "where data and logs live; memory is removed at exit (default: .nestbox; exec: memory)"),
        Option(
            name: .durability, value: .choice(["process", "full"]), commands: [.up, .exec],
            help: "what an answered write survives: the end of the process, or a power cut too (default: process)"),
        Option(
            name: .only, value: .list("NAME,..."), commands: [.up, .exec],
            help: "start only these and what they need: aws, kafka or services of the stack"),
        Option(
            name: .real, value: .list("aws,kafka"), commands: [.up, .exec],
            help: "systems that are the real ones: no emulator, no endpoint variables, no tables or topics made"),
        Option(
            name: .allowLoopback, value: .toggle, commands: [.up, .exec],
            help: "let a real system have an address of this machine, as a tunnel has"),
        Option(
            name: .anyPort, value: .toggle, commands: [.up, .exec],
            help: "take free ports instead of fixed ones (exec: always, unless --any-port=false)"),
        Option(
            name: .host, value: .text("ADDRESS"), commands: [.up, .exec],
            help: "the address to listen on (default: localhost, which is 127.0.0.1 and ::1)"),
        Option(
            name: .awsPort, value: .port, commands: [.up, .exec],
            help: "the port of DynamoDB (default: 8000)"),
        Option(
            name: .alsoAWSPort, value: .port, commands: [.up],
            help: "one more port of DynamoDB, such as LocalStack's 4566"),
        Option(
            name: .kafkaPort, value: .port, commands: [.up, .exec],
            help: "the port of Kafka (default: 9092)"),
        Option(
            name: .container, value: .toggle, commands: [.up],
            help: "as in a container: listen on all addresses, print what test harnesses wait for"),
        Option(
            name: .controlPort, value: .port, commands: [.up, .exec] + Command.ofRunningStack,
            help: "the port of the control API, on loopback (default: 4000, or a free one when it is taken)"),
        Option(
            name: .kafkaProperty, value: .properties("NAME=VALUE"), commands: [.up, .exec],
            help: "a broker config of Kafka; may be given again; KAFKA_* variables set them too"),
        Option(
            name: .lenientReplication, value: .toggle, commands: [.up, .exec],
            help: "make topics that ask for more replicas than there are brokers, with one replica"),
        Option(
            name: .isolation, value: .choice(Isolation.allCases.map(\.rawValue)), commands: [.up, .exec],
            help: "who shares tables: everybody, or only requests of one access key and region (default: none)"),
        Option(
            name: .verifySignatures, value: .toggle, commands: [.up, .exec],
            help: "check signatures against the stack file's credentials (without any: local/local)"),
        Option(
            name: .signatureSkew, value: .seconds, commands: [.up, .exec],
            help: "how far the date of a signature may be off (default: 900)"),
        Option(
            name: .readyTimeout, value: .seconds, commands: [.up, .exec],
            help: "how long the services may take to be ready (default: 60)"),
        Option(
            name: .tableDelay, value: .duration, commands: [.up, .exec],
            help: "how long tables show CREATING, UPDATING, DELETING, such as 500ms or 2s (default: 0s)"),
        Option(
            name: .logLevel, value: .choice(["error", "warn", "info", "debug"]), commands: [.up, .exec],
            help: "how much nestbox says of itself (default: info)"),
        Option(
            name: .detach, short: "-d", value: .toggle, commands: [.up], hasVariable: false,
            help: "go on in the background; nestbox's own lines go to nestbox.log beside the services' logs"),
        Option(
            name: .wait, value: .toggle, commands: [.up], hasVariable: false,
            help: "with --detach: return when everything is ready"),
        Option(
            name: .waitTimeout, value: .seconds, commands: [.up], hasVariable: false,
            help: "how long --wait waits (default: 120)"),
        Option(
            name: .from, value: .text("COMPOSE-FILE"), commands: [.initialize], hasVariable: false,
            help: "take the Kafka topics of a docker-compose.yml: KAFKA_CREATE_TOPICS, kafka-topics --create"),
        Option(
            name: .force, value: .toggle, commands: [.initialize], hasVariable: false,
            help: "overwrite a file that is there"),
        Option(
            name: .output, short: "-o", value: .choice(["table", "env", "json", "services"]), commands: [.status],
            hasVariable: false,
            help: "the form: for people, lines of NAME=\"value\", JSON, or the services' names (default: table)"),
        Option(
            name: .shell, value: .choice(ShellSyntax.allCases.map(\.rawValue)), commands: [.env], hasVariable: false,
            help: "what reads the lines (default: bash, zsh or fish, as $SHELL says)"),
        Option(
            name: .follow, short: "-f", value: .toggle, commands: [.logs], hasVariable: false,
            help: "go on with what comes, until the stack ends"),
        Option(
            name: .tail, short: "-n", value: .count("LINES"), commands: [.logs], hasVariable: false,
            help: "begin with the last lines of each log (default: all)"),
        Option(
            name: .condition, value: .conditions, commands: [.wait], hasVariable: false,
            help: "what to wait for; may be given again, then all must hold (default: ready)"),
        Option(
            name: .timeout, value: .seconds, commands: [.wait, .restart], hasVariable: false,
            help: "how long to wait (default: 60)"),
        Option(
            name: .volumes, short: "-v", value: .toggle, commands: [.down], hasVariable: false,
            help: "also remove the data directory: tables, topics, offsets and logs"),
    ]

    /// The row of a name.
    public static func named(_ name: Name) -> Option { all.first { $0.name == name }! }
}
