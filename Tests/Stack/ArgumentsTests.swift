import Testing

@testable import Stack

@Suite("The command line")
struct ArgumentsTests {
    private func failure(_ words: [String], _ environment: [String: String] = [:]) -> Failure? {
        do throws(Failure) {
            _ = try Arguments.parse(words, environment: environment)
            return nil
        } catch { return error }
    }

    @Test("A value follows its flag or an equals sign")
    func valuesOfFlags() throws {
        let a = try Arguments.parse(["up", "--data", "memory", "--aws-port=8001"], environment: [:])
        #expect(a.command == .up)
        #expect(a[.data] == "memory")
        #expect(a[.awsPort] == "8001")
        #expect(a[.kafkaPort] == nil)
    }

    @Test("A flag wins over the variable of the environment")
    func flagsWin() throws {
        let environment = ["NESTBOX_AWS_PORT": "1", "NESTBOX_KAFKA_PORT": "2"]
        let a = try Arguments.parse(["up", "--aws-port", "3"], environment: environment)
        #expect(a.given[.awsPort] == .init(text: "3", origin: .flag))
        #expect(a.given[.kafkaPort] == .init(text: "2", origin: .environment))
    }

    @Test("An empty variable counts as absent, and variables that are no options are left alone")
    func otherVariables() throws {
        let environment = ["NESTBOX_AWS_PORT": "", "NESTBOX_BIN": "x"]
        #expect(try Arguments.parse(["up"], environment: environment).given.isEmpty)
    }

    @Test("Every option that is no call's own can be given by its variable", arguments: Option.all.map(\.name))
    func variables(_ name: Option.Name) throws {
        let option = Option.named(name)
        let words = Self.whole(option.commands[0])
        let value =
            switch option.value {
            case .toggle: "true"
            case .text, .list: "x"
            case .properties: "a=b"
            case .choice(let words): words[0]
            case .port, .seconds, .count: "7"
            case .conditions: "ready"
            case .duration: "7s"
            }
        let environment = [option.variable: value]
        #expect(try Arguments.parse(words, environment: environment)[name] == (option.hasVariable ? value : nil))
        #expect(
            try Arguments.parse([words[0], "\(option.flag)=\(value)"] + words.dropFirst(), environment: [:])[name]
                == value)
        if let short = option.short {
            let given = option.value == .toggle ? [short] : [short, value]
            #expect(try Arguments.parse([words[0]] + given + words.dropFirst(), environment: [:])[name] == value)
        }
    }

    /// A command with the words that it must have.
    private static func whole(_ command: Command) -> [String] {
        if command == .exec { return ["exec", "true"] }
        guard let operand = command.operand, operand.isRequired else { return [command.rawValue] }
        return [command.rawValue, operand.choices.first ?? "x"]
    }

    @Test(
        "A time is a whole number with its unit, up to an hour",
        arguments: [
            ("0s", 0), ("250ms", 250), ("2s", 2000), ("1m", 60_000), ("60m", 3_600_000), ("61m", nil), ("2", nil),
            ("s", nil), ("1.5s", nil), ("-1s", nil), ("99999999999999999999ms", nil), ("+1s", nil),
        ] as [(String, Int?)])
    func durations(_ text: String, _ millis: Int?) {
        #expect(Duration(commandLine: text) == millis.map { .milliseconds($0) })
    }

    @Test("The command of exec is what follows -- or the first word that is no option, untouched")
    func execCommand() throws {
        let a = try Arguments.parse(["exec", "--only", "aws", "--", "go", "test", "--", "--x"], environment: [:])
        #expect(a.program == ["go", "test", "--", "--x"])
        #expect(a[.only] == "aws")
        let b = try Arguments.parse(["exec", "pytest", "--help", "--data=x"], environment: [:])
        #expect(b.program == ["pytest", "--help", "--data=x"])
        #expect(b[.data] == nil)
    }

    @Test(
        "What cannot be understood is refused in one sentence with the mend",
        arguments: [
            ([], "no command was given; try `nestbox up`, or `nestbox help` for the others"),
            (["upp"], "unknown command `upp`; did you mean `up`?"),
            (["frobnicate"], "unknown command `frobnicate`; `nestbox help` lists the commands"),
            (["--dat"], "unknown option `--dat`; `nestbox help` lists the commands"),
            (["up", "--aws-prot", "1"], "unknown option `--aws-prot`; did you mean `--aws-port`?"),
            (["up", "--frobnicate"], "unknown option `--frobnicate`; `nestbox help up` lists the options"),
            (["up", "--data"], "`--data` needs a value: --data DIR|memory"),
            (["up", "--data", "--any-port"], "`--data` needs a value: --data DIR|memory"),
            (["up", "--data="], "`--data` must not be empty; give DIR|memory"),
            (["up", "--aws-port", "0"], "`--aws-port` must be a port from 1 to 65535, not `0`"),
            (["up", "--aws-port", "65536"], "`--aws-port` must be a port from 1 to 65535, not `65536`"),
            (["up", "--durability", "ful"], "`--durability` must be one of process, full, not `ful`"),
            (["up", "--any-port=maybe"], "`--any-port` must be true or false, not `maybe`"),
            (
                ["up", "--ready-timeout", "1.5"],
                "`--ready-timeout` must be a whole number of seconds from 1 to 86400, not `1.5`"
            ),
            (["up", "here"], "`nestbox up` takes no argument `here`; options begin with --"),
            (["up", "--", "x"], "`nestbox up` runs no command; use `nestbox exec -- COMMAND`"),
            (["exec", "--data", "x"], "`nestbox exec` needs a command to run; write it after `--`"),
            (["help", "stak"], "no help on `stak`; did you mean `stack`?"),
            (
                ["help", "me"],
                "no help on `me`; there is help on \(Help.Topic.allCases.map(\.word).joined(separator: ", "))"
            ),
            (["version", "x"], "`nestbox version` takes no argument `x`; remove it"),
            (["version", "--x"], "unknown option `--x`; `nestbox version` has none"),
            (["down", "now"], "`nestbox down` takes no argument `now`; options begin with --"),
            (["down", "--", "x"], "`nestbox down` runs no command; use `nestbox exec -- COMMAND`"),
            (["status", "-o", "xml"], "`--output` must be one of table, env, json, services, not `xml`"),
        ])
    func refusals(_ words: [String], _ message: String) {
        #expect(failure(words) == Failure(.usage, message))
    }

    @Test("A bad variable is named by its own name")
    func badVariable() {
        #expect(
            failure(["up"], ["NESTBOX_DURABILITY": "x"])
                == Failure(.usage, "`NESTBOX_DURABILITY` must be one of process, full, not `x`"))
    }

    @Test(
        "Help is found by its usual names",
        arguments: [
            (["help"], nil), (["--help"], nil), (["-h"], nil), (["help", "up"], .command(.up)),
            (["up", "--help"], .command(.up)), (["exec", "-h"], .command(.exec)),
            (["version", "--help"], .command(.version)), (["down", "--help"], .command(.down)),
            (["help", "stack"], .stack),
        ] as [([String], Help.Topic?)])
    func help(_ words: [String], _ topic: Help.Topic?) throws {
        let a = try Arguments.parse(words, environment: ["NESTBOX_AWS_PORT": "bad"])
        #expect(a.command == .help)
        #expect(a.topic == topic)
    }

    @Test("Exit codes tell usage, configuration, a busy port and lateness apart")
    func exitCodes() {
        #expect(Failure.Kind.allCases.map { Failure($0, "").exitCode } == [2, 3, 4, 5, 1])
        #expect(Failure.execExitCode == 125)
    }
}

@Suite("The help")
struct HelpTests {
    @Test("The help of a command is its usage, its summary, its options and its exit codes, from the tables")
    func helpOfUp() {
        let expected = """
            Usage: nestbox up [OPTIONS]

            Start the emulators, the tables and topics, and the services; Ctrl-C stops them all.

            Options (with the variable that gives it, too; the flag wins):
              --stack FILE                         NESTBOX_STACK
                  the stack (default: nestbox.yaml here, else the built-in stack)
              --data DIR|memory                    NESTBOX_DATA
            """
        #expect(Help.text(for: .command(.up)).hasPrefix(expected))
        #expect(Help.text(for: .command(.up)).hasSuffix("5 not ready in time.\n"))
    }

    @Test(
        "Every option stands in its commands' help with its variable, and no line is wider than a terminal of 120 columns",
        arguments: Command.allCases)
    func everyOption(_ command: Command) {
        let text = Help.text(for: .command(command))
        for option in Option.all where option.commands.contains(command) {
            #expect(text.contains(option.flag))
            #expect(text.contains(option.variable) == option.hasVariable)
            #expect(text.contains(option.help))
        }
        #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 120 })
    }

    @Test("The overview has every command")
    func overview() {
        for command in Command.allCases { #expect(Help.text(for: nil).contains(command.summary)) }
    }

    @Test("Every name has one row in the table")
    func rows() {
        #expect(Option.all.map(\.name) == Option.Name.allCases)
    }

    @Test("A suggestion is near: a swap, a slip, never another word")
    func suggestions() {
        #expect(Suggestion.nearest(to: "partitons", in: ["configs", "partitions"]) == "partitions")
        #expect(Suggestion.nearest(to: "xe", in: ["up", "exec"]) == nil)
        #expect(Suggestion.nearest(to: "pu", in: ["up", "exec"]) == "up")
        #expect(Suggestion.editDistance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
    }
}
