import Reactor
import Testing

@testable import Stack

@Suite("Settings")
struct SettingsTests {
    private func settings(
        _ words: [String], _ environment: [String: String] = [:], file: String? = nil
    ) throws -> Settings {
        let stack =
            try file.map {
                try StackFile.parse(Array($0.utf8), name: "f", directory: "/project", environment: [:])
            } ?? StackFile.builtIn(directory: "/project")
        return try Settings.resolve(
            Arguments.parse(words, environment: environment), stack: stack, workingDirectory: "/project")
    }

    @Test("up: the known ports, .nestbox beside the stack file, both emulators, all services")
    func defaultsOfUp() throws {
        let s = try settings(["up"])
        #expect(s.awsPort == 8000)
        #expect(s.kafkaPort == 9092)
        #expect(!s.servicesGetFreePorts)
        #expect(s.data == .directory("/project/.nestbox"))
        #expect(s.emulators == [.aws, .kafka])
        #expect(s.stack.services.map(\.name) == ["order-service", "product-service"])
        #expect(s.host == "localhost")
        #expect(!s.survivesPowerLoss)
        #expect(s.readyTimeoutMillis == 60_000)
        #expect(s.logLevel == .info)
    }

    @Test("In a container the stack listens on all addresses, unless --host says another; exec stays by itself")
    func container() throws {
        let container = ["NESTBOX_CONTAINER": "true", "NESTBOX_ALSO_AWS_PORT": "4566"]
        let s = try settings(["up"], container)
        #expect(s.isInContainer && s.host == "::" && s.awsPort == 8000 && s.alsoAWSPort == 4566)
        #expect(try HostAddress(s.host) == HostAddress.everywhere)
        #expect(HostAddress.everywhere.addresses.map(\.host) == ["0.0.0.0", "::"])
        #expect(try settings(["up", "--host", "10.0.0.1"], container).host == "10.0.0.1")
        #expect(try settings(["up", "--aws-port", "4566"], container).alsoAWSPort == nil)
        let exec = try settings(["exec", "x"], container)
        #expect(!exec.isInContainer && exec.host == "localhost" && exec.alsoAWSPort == nil)
    }

    @Test("Topics of KAFKA_CREATE_TOPICS join those of the stack file, which come first")
    func createdTopics() throws {
        let stack = try StackFile.parse(
            Array("topics: { a: { partitions: 2 } }".utf8), name: "f", directory: "/project", environment: [:])
        let s = try Settings.resolve(
            Arguments.parse(["up"], environment: [:]), stack: stack, workingDirectory: "/project",
            environment: ["KAFKA_CREATE_TOPICS": "a:5:1,b:3:1"])
        #expect(s.stack.topics.map(\.name) == ["a", "b"] && s.stack.topics.map(\.partitions) == [2, 3])
        #expect(s.stack.topics[1].variable == "KAFKA_CREATE_TOPICS")
    }

    @Test("exec: free ports and memory, whatever the stack file says, unless a flag says otherwise")
    func defaultsOfExec() throws {
        let file = "data: here\nports: { aws: 1, kafka: 2 }\n"
        let s = try settings(["exec", "x"], file: file)
        #expect(s.awsPort == nil)
        #expect(s.kafkaPort == nil)
        #expect(s.servicesGetFreePorts)
        #expect(s.data == .memory)
        let t = try settings(["exec", "--any-port=false", "--data", "d", "x"], file: file)
        #expect(t.awsPort == 1)
        #expect(t.data == .directory("/project/d"))
        #expect(!t.servicesGetFreePorts)
    }

    @Test("Flags win over variables, variables over the stack file, the stack file over defaults")
    func precedence() throws {
        let file = "data: here\nports: { aws: 1 }\n"
        #expect(try settings(["up"], file: file).awsPort == 1)
        #expect(try settings(["up"], file: file).kafkaPort == 9092)
        #expect(try settings(["up"], file: file).data == .directory("/project/here"))
        #expect(try settings(["up"], ["NESTBOX_AWS_PORT": "2"], file: file).awsPort == 2)
        #expect(try settings(["up", "--aws-port", "3"], ["NESTBOX_AWS_PORT": "2"], file: file).awsPort == 3)
        #expect(try settings(["up", "--data", "memory"], file: file).data == .memory)
        #expect(try settings(["up", "--data", "/abs"], file: file).data == .directory("/abs"))
    }

    @Test("A port that was asked for stays under --any-port, but a variable gives way to the flag")
    func anyPort() throws {
        #expect(try settings(["up", "--any-port"]).awsPort == nil)
        #expect(try settings(["up", "--any-port", "--aws-port", "5"]).awsPort == 5)
        #expect(try settings(["up", "--any-port"], ["NESTBOX_AWS_PORT": "5"]).awsPort == nil)
        #expect(try settings(["up"], ["NESTBOX_AWS_PORT": "5", "NESTBOX_ANY_PORT": "1"]).awsPort == 5)
        #expect(try settings(["exec", "x"], ["NESTBOX_AWS_PORT": "5"]).awsPort == 5)
    }

    @Test(
        "Isolation and signatures: flags win over variables, variables over the stack file, the stack file over defaults"
    )
    func credentials() throws {
        let file = "isolation: credentials\nverify_signatures: true\nsignature_skew: 60\n"
        let plain = try settings(["up"])
        #expect(plain.isolation == .none && !plain.verifiesSignatures && plain.signatureSkewSeconds == 900)
        let given = try settings(["up"], file: file)
        #expect(given.isolation == .credentials && given.verifiesSignatures && given.signatureSkewSeconds == 60)
        let variables = [
            "NESTBOX_ISOLATION": "none", "NESTBOX_VERIFY_SIGNATURES": "false", "NESTBOX_SIGNATURE_SKEW": "61",
        ]
        let environment = try settings(["up"], variables, file: file)
        #expect(environment.isolation == .none && !environment.verifiesSignatures)
        #expect(environment.signatureSkewSeconds == 61)
        let words = ["up", "--isolation", "credentials", "--verify-signatures", "--signature-skew", "62"]
        let flags = try settings(words, variables, file: file)
        #expect(flags.isolation == .credentials && flags.verifiesSignatures && flags.signatureSkewSeconds == 62)
    }

    @Test("No port is given twice")
    func ports() throws {
        #expect(
            throws: Failure(
                .usage, "DynamoDB and Kafka cannot both have port 9092; change --aws-port or --kafka-port")
        ) { try settings(["up", "--aws-port", "9092"]) }
        let file = "services:\n  web: { command: x, port: 8000 }\n"
        #expect(
            throws: Failure(
                .configuration,
                "f:2: service web has port 8000, which is DynamoDB's; change its `port`, or --aws-port")
        ) { try settings(["up"], file: file) }
        #expect(try settings(["up", "--aws-port", "8001"], file: file).awsPort == 8001)
        #expect(try settings(["up", "--any-port", "--aws-port", "8000"], file: file).awsPort == 8000)
    }

    @Test("--only starts what it names and all that it needs, in the stack's order")
    func only() throws {
        let file = """
            services:
              a: { command: a, needs: [b] }
              b: { command: b, needs: [kafka] }
              c: { command: c, needs: [] }
            """
        #expect(try settings(["up", "--only", "aws"]).emulators == [.aws])
        #expect(try settings(["up", "--only", "aws"]).stack.services.isEmpty)
        #expect(try settings(["up", "--only", "aws"]).stack.tables.count == 2)
        #expect(try settings(["up", "--only", "kafka,aws"]).emulators == [.aws, .kafka])
        let a = try settings(["up", "--only", "a"], file: file)
        #expect(a.emulators == [.kafka])
        #expect(a.stack.services.map(\.name) == ["a", "b"])
        let c = try settings(["up", "--only=c"], file: file)
        #expect(c.emulators == [])
        #expect(c.stack.services.map(\.name) == ["c"])
        let real = try settings(["up", "--only", "a", "--real", "kafka"], file: file)
        #expect(real.emulators.isEmpty && real.stack.services.map(\.name) == ["a", "b"])
        #expect(
            throws: Failure(.usage, "`--only` names an unknown `kafak`; did you mean `kafka`?")
        ) { try settings(["up", "--only", "kafak"]) }
        #expect(
            throws: Failure(.usage, "`--only` names an unknown `zookeeper`; there are aws, kafka, a, b, c")
        ) { try settings(["up", "--only", "zookeeper"], file: file) }
    }

    @Test("What is real is not emulated; the rest is as it was")
    func real() throws {
        let aws = try settings(["up", "--real", "aws"])
        #expect(aws.emulators == [.kafka] && aws.real == [.aws] && !aws.allowsLoopback)
        #expect(aws.stack.services.count == 2)
        let both = try settings(["exec", "--real=kafka,aws", "--allow-loopback", "x"])
        #expect(both.emulators.isEmpty && both.real == [.aws, .kafka] && both.allowsLoopback)
        #expect(try settings(["up"], ["NESTBOX_REAL": "aws,kafka"]).emulators.isEmpty)
        #expect(try settings(["up"]).real.isEmpty)
        #expect(throws: Failure(.usage, "`--real` names an unknown `kafak`; did you mean `kafka`?")) {
            try settings(["up", "--real", "kafak"])
        }
        #expect(
            throws: Failure(
                .usage, "`--only` starts aws, which `--real` says not to emulate; take it out of one of the two")
        ) { try settings(["up", "--only", "aws", "--real", "aws"]) }
    }
}
