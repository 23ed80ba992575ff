import Testing

@testable import Stack

@Suite("A stack file from a docker-compose.yml")
struct InitTests {
    private func compose(_ text: String, _ environment: [String: String] = [:]) throws -> ComposeFile {
        try ComposeFile(Array(text.utf8), name: "docker-compose.yml", environment: environment)
    }

    private func topics(_ text: String, _ environment: [String: String] = [:]) throws -> [String] {
        try compose(text, environment).topics.map { topic in
            ([topic.name, "\(topic.partitions)"] + topic.configs.map { "\($0.name)=\($0.value)" }).joined(
                separator: ":")
        }
    }

    @Test("KAFKA_CREATE_TOPICS is read as a mapping and as a list, with its partitions and cleanup policy")
    func variable() throws {
        let mapping = """
            services:
              kafka:
                environment:
                  KAFKA_CREATE_TOPICS: "orders:3:1,audit:1:1:compact"
            """
        #expect(try topics(mapping) == ["orders:3", "audit:1:cleanup.policy=compact"])
        let list = """
            services:
              kafka:
                environment:
                  - A=b
                  - KAFKA_CREATE_TOPICS=orders:${PARTITIONS:-2}:1
            """
        #expect(try topics(list) == ["orders:2"])
        #expect(try topics(list, ["PARTITIONS": "7"]) == ["orders:7"])
        let merged = """
            x-common: &common { KAFKA_CREATE_TOPICS: "a:1", OTHER: x }
            services:
              one: { environment: { <<: *common } }
              two: { environment: { <<: *common, KAFKA_CREATE_TOPICS: "b:2" } }
            """
        #expect(try topics(merged) == ["a:1", "b:2"])
    }

    @Test(
        "Commands that make topics are found in a script, in a list, behind sh -c, over several lines",
        arguments: [
            "kafka-topics --bootstrap-server kafka:9092 --create --topic orders --partitions 3",
            "bash -c 'kafka-topics.sh --create --if-not-exists --topic=orders --partitions=3 && echo done'",
            "[/bin/sh, -c, 'sleep 5; /opt/kafka/bin/kafka-topics.sh --create --partitions 3 --topic orders']",
            "[kafka-topics, --create, --topic, orders, --partitions, '3']",
            "|\n      cub kafka-ready -b kafka:9092 1 20\n      kafka-topics --create \\\n        --topic orders \\\n        --partitions 3\n",
            "- /bin/bash\n      - -c\n      - |\n        echo 'make; topics'\n        kafka-topics --create --topic orders --partitions 3",
            "\"sh -c \\\"kafka-topics --create --topic orders --partitions 3\\\"\"",
        ])
    func commands(_ command: String) throws {
        for key in ["command", "entrypoint"] {
            let value = command.hasPrefix("-") ? "\n      " + command : " " + command
            #expect(try topics("services:\n  init:\n    \(key):\(value)\n") == ["orders:3"], "\(key): \(command)")
        }
    }

    @Test("Configs are kept, a topic that is made twice stands once, and listing topics makes none")
    func details() throws {
        let text = """
            services:
              init:
                command: |
                  kafka-topics --create --topic a --config retention.ms=1000 --config cleanup.policy=compact,delete
                  kafka-topics --create --topic a --partitions 5
                  kafka-topics --list
                  kafka-topics --describe --topic b
                  kafka-topics --create --topic c
            """
        #expect(try topics(text) == ["a:1:retention.ms=1000:cleanup.policy=compact,delete", "c:1"])
    }

    @Test("What only a shell knows is told, and so is a file without topics")
    func notes() throws {
        let loop = "services:\n  init:\n    command: sh -c 'for t in a b; do kafka-topics --create --topic $$t; done'\n"
        let found = try compose(loop)
        #expect(found.topics.isEmpty)
        #expect(
            found.notes[0]
                == "a topic of service init has a name that only its shell knows; add it to `topics` yourself")
        let none = try compose("services:\n  web: { image: nginx }\n")
        #expect(none.notes.count == 1 && none.notes[0].hasPrefix("docker-compose.yml makes no Kafka topics"))
        #expect(try compose("").topics.isEmpty)
    }

    @Test("What is written is read back as the same topics")
    func roundTrip() throws {
        let text = """
            services:
              init:
                command: |
                  kafka-topics --create --topic a.b_c --partitions 3
                  kafka-topics --create --topic 1234 --config cleanup.policy=compact,delete --config x=a'b
            """
        let found = try compose(text.replacing("a'b", with: "ab"))
        let written = found.stackText(from: "docker-compose.yml")
        let stack = try StackFile.parse(Array(written.utf8), name: "nestbox.yaml", directory: "/", environment: [:])
        #expect(stack.topics.map(\.name) == found.topics.map(\.name))
        #expect(stack.topics.map(\.partitions) == found.topics.map(\.partitions))
        #expect(stack.topics.map(\.configs) == found.topics.map(\.configs))
        let empty = try compose("").stackText(from: "x")
        #expect(try StackFile.parse(Array(empty.utf8), name: "x", directory: "/", environment: [:]).topics.isEmpty)
    }
}

@Suite("Completion")
struct CompletionTests {
    @Test("Every command, option and fixed value is completed in every shell", arguments: Completion.Shell.allCases)
    func complete(_ shell: Completion.Shell) {
        let script = Completion.script(for: shell)
        for command in Command.allCases { #expect(script.contains(command.rawValue)) }
        for option in Option.all {
            #expect(script.contains(shell == .fish ? "-l \(option.name.rawValue)" : option.flag))
            if case .choice(let words) = option.value { #expect(script.contains(words.joined(separator: " "))) }
        }
    }
}

@Suite("The course of a reset")
struct ResetCourseTests {
    @Test("Nothing is reset before all are held, nothing is released before all are reset")
    func order() {
        var course = ResetCourse([.aws, .kafka])
        #expect(course.held(.kafka) == .wait)
        #expect(course.ended(.kafka, .success([])) == .wait)
        #expect(course.held(.aws) == .reset)
        #expect(course.ended(.aws, .success([.init(level: .warn, text: "n")])) == .wait)
        #expect(course.ended(.kafka, .success([])) == .release(nil))
        #expect(course.notes.map(\.text) == ["n"])
    }

    @Test("A failure is told, and everybody is released all the same")
    func failure() {
        var course = ResetCourse([.aws, .kafka])
        _ = course.held(.kafka)
        _ = course.held(.aws)
        let failure = Failure(.other, "the disk is full")
        #expect(course.ended(.aws, .failure(failure)) == .wait)
        #expect(course.ended(.kafka, .success([])) == .release(failure))
    }
}
