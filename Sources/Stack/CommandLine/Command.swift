/// What nestbox can be told to do.
public enum Command: String, CaseIterable, Sendable {
    /// Start the stack and keep it running until a signal.
    case up
    /// Start the stack for the life of one command.
    case exec
    /// Write a stack file to begin with.
    case initialize = "init"
    /// Say how the running stack is.
    case status
    /// Print the variables that lead to the running stack.
    case env
    /// Print the services' logs.
    case logs
    /// Stop a service and start it again.
    case restart
    /// Return when a condition holds.
    case wait
    /// Go back to the stack file.
    case reset
    /// Stop the running stack.
    case down
    /// Say what is wrong.
    case doctor
    /// Print a script that completes commands in a shell.
    case completion
    /// Print the version.
    case version
    /// Print the help.
    case help

    /// The commands that speak to a stack that runs already.
    public static let ofRunningStack: [Command] = [.status, .env, .logs, .restart, .wait, .reset, .down, .doctor]

    /// What stands behind the options.
    struct Operand: Equatable, Sendable {
        /// How the help writes it.
        let placeholder: String
        /// Whether it must be there.
        var isRequired = false
        /// The words that it can be; empty when it can be any.
        var choices: [String] = []
    }

    /// The one word that the command takes behind its options, if it takes one.
    var operand: Operand? {
        switch self {
        case .help: Operand(placeholder: "COMMAND|stack|kafka-tools", choices: Help.Topic.allCases.map(\.word))
        case .completion:
            Operand(placeholder: "SHELL", isRequired: true, choices: Completion.Shell.allCases.map(\.rawValue))
        case .logs: Operand(placeholder: "SERVICE")
        case .restart: Operand(placeholder: "SERVICE", isRequired: true)
        case .up, .exec, .initialize, .status, .env, .wait, .reset, .down, .doctor, .version: nil
        }
    }

    /// What it does, in one line of the help.
    var summary: String {
        switch self {
        case .up: "start the emulators, the tables and topics, and the services; Ctrl-C stops them all"
        case .exec: "the same on free ports, in memory, for the life of one command; returns its exit code"
        case .initialize: "write nestbox.yaml to begin with: the built-in stack, or the topics of a docker-compose.yml"
        case .doctor:
            "look at ports, data, programs, and where this shell's clients would go; says how to mend what is wrong"
        case .completion: "print what completes commands in bash, zsh or fish: source <(nestbox completion bash)"
        case .status: "say what runs and where; the exit code says whether everything is ready"
        case .env: "print the variables that lead to the running stack: eval \"$(nestbox env)\""
        case .logs: "print the services' logs, also those of a stack that has ended; -f goes on with what comes"
        case .restart: "stop a service and start it again; returns when it is ready"
        case .wait: "return when everything is ready, a group has joined, or consumers have read everything"
        case .reset: "delete all data and groups, and make the stack file's tables and topics anew, at one moment"
        case .down: "stop the stack that runs here; -v also removes its data"
        case .version: "print the version"
        case .help: "print this help; `nestbox help COMMAND` has more on a command, `nestbox help stack` a stack file"
        }
    }

    /// What follows the command's name in its usage.
    var usage: String {
        if self == .exec { return "[OPTIONS] -- COMMAND [ARGUMENT...]" }
        let options = Option.all.contains { $0.commands.contains(self) } ? ["[OPTIONS]"] : []
        let operand = operand.map { [$0.isRequired ? $0.placeholder : "[\($0.placeholder)]"] } ?? []
        return (options + operand).joined(separator: " ")
    }

    /// What its help says after the options: what words mean, and exit codes.
    var remarks: [String] {
        switch self {
        case .up:
            [
                "Exit codes: 0 stopped by a signal, 1 another failure, 2 usage, 3 bad configuration, 4 port busy,",
                "5 not ready in time.",
            ]
        case .exec:
            [
                "Exit codes: the command's own, 128+n when signal n ended it, 126 when it cannot be run, 127 when it is",
                "not found, 125 for every failure of nestbox itself.",
            ]
        case .status: ["Exit codes: 0 everything is ready, 1 no stack runs here, 2 usage, 5 it runs and is not ready."]
        case .wait:
            [
                "ready       everything is ready, also of a stack that has yet to begin",
                "group:NAME  a consumer group has members, and each has its partitions",
                "lag=0       all consumer groups (or each that group:NAME names) have committed all that is there",
                "",
                "Exit codes: 0 all of it holds, 1 the stack has ended, 2 usage, 5 not in time.",
            ]
        case .restart: ["Exit codes: 0 it is ready again, 1 no stack runs here, 2 no such service, 5 it is not ready."]
        case .env, .logs: ["Exit codes: 0, 1 no stack runs here, 2 usage."]
        case .reset:
            [
                "While it goes on nobody is answered. Services and clients stay connected; consumers see their topics deleted",
                "and made again.",
                "",
                "Exit codes: 0 done, 1 it failed or no stack runs here, 2 usage.",
            ]
        case .down: ["Exit codes: 0 no stack runs here any more, 1 it did not stop, 2 usage."]
        case .initialize: ["Exit codes: 0 written, 2 usage, 3 the file is there already or cannot be written or read."]
        case .doctor: ["Exit codes: 0 nothing fails, 1 something does, 2 usage."]
        case .completion, .version, .help: []
        }
    }
}
