import AWSSignature
import Testing

@testable import Stack

private func parse(_ text: String, _ environment: [String: String] = [:]) throws(Failure) -> StackFile {
    try StackFile.parse(Array(text.utf8), name: "nestbox.yaml", directory: "/project", environment: environment)
}

private func message(_ text: String, _ environment: [String: String] = [:]) -> String? {
    do throws(Failure) {
        _ = try parse(text, environment)
        return nil
    } catch { return error.kind == .configuration ? error.message : "\(error.kind): \(error.message)" }
}

@Suite("nestbox.yaml")
struct StackFileTests {
    @Test("The built-in stack is the tables, topics and services of the order and product system")
    func builtIn() throws {
        let stack = try StackFile.builtIn(directory: "/project")
        let keys = [TableDefinition.Key(name: "PK", type: "S"), .init(name: "SK", type: "S")]
        #expect(stack.region == "ap-northeast-2")
        #expect(stack.tables.map(\.name) == ["orders", "products-table"])
        #expect(stack.tables.allSatisfy { $0.keys == keys && $0.localIndexes.isEmpty && $0.seed == nil })
        #expect(
            stack.tables[0].globalIndexes == [
                .init(
                    name: "GSI1", keys: [.init(name: "GSI1PK", type: "S"), .init(name: "GSI1SK", type: "S")],
                    projection: .all)
            ])
        #expect(stack.topics.map(\.name) == ["order-events", "order-compensation", "order-confirmation"])
        #expect(stack.topics.allSatisfy { $0.partitions == 3 && $0.configs.isEmpty })
        #expect(stack.services.map(\.name) == ["order-service", "product-service"])
        #expect(stack.services.map(\.port) == [8080, 8081])
        #expect(stack.services.allSatisfy { $0.needs == ["aws", "kafka"] && $0.ready == "/api/v1/ready" })
    }

    @Test("Credentials are read in their order; the children get the first, and local without any")
    func credentials() throws {
        let stack = try parse(
            """
            credentials:
              - { access_key_id: AKIA1, secret_access_key: "${SECRET}" }
              - { access_key_id: ASIA2, secret_access_key: "a b", session_token: t/k== }
            """, ["SECRET": "s/1+"])
        let first = SigningCredentials(accessKeyID: "AKIA1", secretAccessKey: "s/1+")
        #expect(
            stack.credentials == [
                first, SigningCredentials(accessKeyID: "ASIA2", secretAccessKey: "a b", sessionToken: "t/k=="),
            ])
        #expect(stack.childCredentials == first && stack.knownCredentials == stack.credentials)
        let local = SigningCredentials(accessKeyID: "local", secretAccessKey: "local")
        #expect(try parse("").knownCredentials == [local])
        #expect(try parse("").childCredentials == local)
    }

    @Test(
        "Credentials that cannot be meant so are refused with the mend",
        arguments: [
            ("isolation: all", "`isolation` of the stack must be one of none, credentials, not `all`"),
            ("verify_signatures: maybe", "`verify_signatures` of the stack must be one of true, false, not `maybe`"),
            ("signature_skew: 0", "`signature_skew` of the stack must be a whole number from 1 to 86400, not `0`"),
            (
                "credentials: local",
                "`credentials` must be a list of keys: - { access_key_id: ..., secret_access_key: ... }"
            ),
            ("credentials: [{ access_key_id: a }]", "each of `credentials` has no `secret_access_key`; add one"),
            ("credentials: [{ secret_access_key: a }]", "each of `credentials` has no `access_key_id`; add one"),
            (
                "credentials: [{ access_key_id: a/b, secret_access_key: c }]",
                "`access_key_id` must be up to 128 letters, digits and the like, not `a/b`"
            ),
            (
                "credentials: [{ access_key_id: a, secret_access_key: b }, { access_key_id: a, secret_access_key: c }]",
                "access key a stands twice in `credentials`; remove one"
            ),
        ])
    func badCredentials(_ text: String, _ sentence: String) {
        #expect(message(text) == "nestbox.yaml:1: " + sentence)
    }

    @Test("Everything that a stack file can say is read")
    func everything() throws {
        let stack = try parse(
            """
            region: eu-west-1
            data: .data
            ports: { aws: 8001, kafka: 9093 }
            tables:
              t:
                keys: { id: N }
                seed: seeds/t.jsonl
              u:
                keys: { a: S, b: B }
                global_indexes:
                  g: { keys: { c: S }, projection: KEYS_ONLY }
                local_indexes:
                  l: { keys: { a: S, d: N }, projection: [x, y] }
            topics:
              one:
              two: { partitions: 4, configs: { retention.ms: 1000, cleanup.policy: compact } }
            services:
              web:
                command: python -m 'http server' "a \\"b\\""
                directory: web
                environment: { A: 1, B: "yes", C: "" }
                port: 8085
                needs: [worker]
                ready: http://localhost:8085/up
                restart: no
              worker:
                command: [sleep, "1 0"]
                needs: []
                restart: always
            """)
        #expect(stack.region == "eu-west-1")
        #expect(stack.data == ".data")
        #expect(stack.awsPort == 8001)
        #expect(stack.kafkaPort == 9093)
        #expect(
            stack.tables == [
                TableDefinition(name: "t", line: 5, keys: [.init(name: "id", type: "N")], seed: "seeds/t.jsonl"),
                TableDefinition(
                    name: "u", line: 8, keys: [.init(name: "a", type: "S"), .init(name: "b", type: "B")],
                    globalIndexes: [.init(name: "g", keys: [.init(name: "c", type: "S")], projection: .keysOnly)],
                    localIndexes: [
                        .init(
                            name: "l", keys: [.init(name: "a", type: "S"), .init(name: "d", type: "N")],
                            projection: .include(["x", "y"]))
                    ]),
            ])
        #expect(
            stack.topics == [
                TopicDefinition(name: "one", line: 15),
                TopicDefinition(
                    name: "two", line: 16, partitions: 4,
                    configs: [
                        .init(name: "retention.ms", value: "1000"), .init(name: "cleanup.policy", value: "compact"),
                    ]),
            ])
        #expect(
            stack.services == [
                ServiceDefinition(
                    name: "web", line: 18, command: ["python", "-m", "http server", "a \"b\""],
                    workingDirectory: "web",
                    environment: [
                        .init(name: "A", value: "1"), .init(name: "B", value: "yes"), .init(name: "C", value: ""),
                    ], port: 8085, needs: ["worker"], ready: "http://localhost:8085/up", restart: .no),
                ServiceDefinition(
                    name: "worker", line: 26, command: ["sleep", "1 0"], needs: [], restart: .always),
            ])
    }

    @Test("An empty file is a stack of nothing", arguments: ["", "# nothing\n", "---\n", "tables:\nservices:\n", "{}"])
    func empty(_ text: String) throws {
        let stack = try parse(text)
        #expect(stack.tables.isEmpty && stack.topics.isEmpty && stack.services.isEmpty)
    }

    @Test(
        "A mistake is one sentence with its line and the mend",
        arguments: [
            ("table:\n", "nestbox.yaml:1: unknown key `table` in the stack; did you mean `tables`?"),
            (
                "\nvolumes: {}\n",
                "nestbox.yaml:2: unknown key `volumes` in the stack; its keys are region, data, ports, "
                    + "isolation, verify_signatures, signature_skew, credentials, tables, topics, services"
            ),
            (
                "topics:\n  a: { partitons: 3 }\n",
                "nestbox.yaml:2: unknown key `partitons` in topic a; did you mean `partitions`?"
            ),
            (
                "topics:\n  a:\n    partitions: three\n",
                "nestbox.yaml:3: `partitions` of topic a must be a whole number from 1 to 10000, not `three`"
            ),
            (
                "topics:\n  a:\n    partitions: 0\n",
                "nestbox.yaml:3: `partitions` of topic a must be a whole number from 1 to 10000, not `0`"
            ),
            (
                "topics:\n  a:\n    partitions: [3]\n",
                "nestbox.yaml:3: `partitions` of topic a must be a whole number from 1 to 10000, not a list"
            ),
            ("topics: [a, b]\n", "nestbox.yaml:1: `topics` of the stack must be a mapping, not a list"),
            ("- a\n", "nestbox.yaml:1: the stack must be a mapping, not a list"),
            ("topics:\n  a: 3\n", "nestbox.yaml:2: topic a must be a mapping, not `3`"),
            (
                "topics:\n  a:\n    configs: { retention.ms: {} }\n",
                "nestbox.yaml:3: config `retention.ms` of topic a must be text, not a mapping"
            ),
            ("tables:\n  t: {}\n", "nestbox.yaml:2: table t has no `keys`; add one"),
            ("tables:\n  t:\n", "nestbox.yaml:2: table t has no `keys`; add one"),
            (
                "tables:\n  t: { keys: { a: T } }\n",
                "nestbox.yaml:2: the type of key `a` of table t must be one of S, N, B, not `T`"
            ),
            (
                "tables:\n  t: { keys: { a: S, b: S, c: S } }\n",
                "nestbox.yaml:2: `keys` of table t must name the partition key and its type, then perhaps the sort key: "
                    + "{ PK: S, SK: S }"
            ),
            (
                "tables:\n  t:\n    keys: { a: S }\n    global_indexes: { g: { keys: { a: N } } }\n",
                "nestbox.yaml:2: attribute `a` of table t is S in one key and N in another; give it one type"
            ),
            (
                "tables:\n  t:\n    keys: { a: S, b: S }\n    local_indexes: { l: { keys: { c: S, d: S } } }\n",
                "nestbox.yaml:2: local index l of table t must have the table's partition key and a sort key of its own; "
                    + "use global_indexes for another partition key"
            ),
            (
                "tables:\n  t:\n    keys: { a: S }\n    global_indexes: { g: { keys: { b: S }, projection: SOME } }\n",
                "nestbox.yaml:4: `projection` of index g of table t must be one of ALL, KEYS_ONLY, a list of attributes, "
                    + "not `SOME`"
            ),
            ("services:\n  a: {}\n", "nestbox.yaml:2: service a has no `command`; add one"),
            (
                "services:\n  a: { command: \"x 'y\" }\n",
                "nestbox.yaml:2: `command` of service a has a quote that is not closed; close it"
            ),
            (
                "services:\n  a:\n    command: x\n    restart: sometimes\n",
                "nestbox.yaml:4: `restart` of service a must be one of no, on-failure, always, not `sometimes`"
            ),
            (
                "services:\n  a:\n    command: x\n    ready: /up\n",
                "nestbox.yaml:4: `ready` of service a is a path, but the service has no `port`; add one or write a whole URL"
            ),
            (
                "services:\n  a:\n    command: x\n    ready: https://x\n",
                "nestbox.yaml:4: `ready` of service a must be a path or an http:// URL, not `https://x`"
            ),
            (
                "services:\n  a:\n    command: x\n    ready: \"http://x/a b\"\n",
                "nestbox.yaml:4: `ready` of service a must be printable ASCII without blanks; write others as %XX"
            ),
            (
                "services:\n  a: { command: x, needs: [wbe] }\n  web: { command: y }\n",
                "nestbox.yaml:2: service a needs an unknown `wbe`; did you mean `web`?"
            ),
            (
                "services:\n  a: { command: x, needs: [b] }\n  b: { command: y, needs: [c] }\n  c: { command: z, needs: [b] }\n",
                "nestbox.yaml:3: services need each other in a circle (b -> c -> b); remove one need"
            ),
            (
                "services:\n  a: { command: x, port: 1 }\n  b: { command: y, port: 1 }\n",
                "nestbox.yaml:3: services a and b both have port 1; change one"
            ),
            (
                "services:\n  a/b: { command: x }\n",
                "nestbox.yaml:2: a service cannot be called `a/b`; use letters, digits, - and _, and neither aws nor kafka"
            ),
            (
                "services:\n  a:\n    command: x\n    environment: { A: [1] }\n",
                "nestbox.yaml:4: variable `A` of service a must be text, not a list"
            ),
            ("ports: { aws: 0 }\n", "nestbox.yaml:1: `aws` of `ports` must be a whole number from 1 to 65535, not `0`"),
            (
                "topics:\n  a:\n  b:\n  a:\n",
                "nestbox.yaml:4: key `a` stands twice in one mapping, first on line 2; remove one"
            ),
            (
                "topics:\n  a: [\n",
                "nestbox.yaml:3: this is not YAML: did not find expected node content; check the indentation and quotes "
                    + "here and just above"
            ),
            (
                "a: 1\n---\nb: 2\n",
                "nestbox.yaml:2: a second document begins here; a stack file holds one, so remove the `---`"
            ),
            ("data: !x y\n", "nestbox.yaml:1: tag `!x` means nothing in a stack file; remove it"),
            (
                "data: *x\n",
                "nestbox.yaml:1: alias `*x` has no anchor `&x` above it; add one or write the value out"
            ),
            (
                "topics: &x\n  a: *x\n",
                "nestbox.yaml:2: alias `*x` stands inside its own anchor; write the value out"
            ),
            ("? [a]\n: b\n", "nestbox.yaml:1: a key must be a word, not a list, a mapping or an alias"),
            (
                "\n\ndata: ${NOWHERE}\n",
                "nestbox.yaml:3: variable `NOWHERE` is not set; set it, or give a default: `${NOWHERE:-value}`"
            ),
        ])
    func mistakes(_ text: String, _ expected: String) {
        #expect(message(text) == expected)
    }

    @Test("An alias is its anchor's value")
    func alias() throws {
        let stack = try parse("topics:\n  a: &t { partitions: 5 }\n  b: *t\n")
        #expect(stack.topics.map(\.partitions) == [5, 5])
    }

    @Test("Nesting, aliases in aliases and size are bounded")
    func bombs() {
        let deep = "topics: " + String(repeating: "[", count: 10_000)
        #expect(message(deep) == "nestbox.yaml:1: values are nested more than 32 deep; make the file flatter")
        var laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for i in 1...9 {
            let before = "*a\(i - 1)"
            laughs += "a\(i): &a\(i) [\(Array(repeating: before, count: 10).joined(separator: ", "))]\n"
        }
        #expect(
            message(laughs)
                == "nestbox.yaml:5: the file has more than 20000 values with its aliases written out; make it smaller")
        let long = "data: " + String(repeating: "x", count: 1 << 20)
        #expect(message(long) == "nestbox.yaml: the file is larger than 1 MiB; a stack file is a page or two")
    }

    @Test("No bytes make the parser fail in another way than by a sentence with a line")
    func mutations() throws {
        var state: UInt64 = 42
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let original = Array(StackFile.builtInText.utf8)
        for _ in 0..<2_000 {
            var bytes = original
            for _ in 0...random(4) { bytes[random(bytes.count)] = UInt8(random(256)) }
            if random(3) == 0 { bytes.removeLast(random(bytes.count)) }
            do throws(Failure) {
                _ = try StackFile.parse(bytes, name: "f", directory: "/", environment: [:])
            } catch {
                #expect(error.kind == .configuration)
                #expect(error.message.hasPrefix("f:"))
                #expect(!error.message.contains("\n"))
            }
        }
    }
}

@Suite("Interpolation")
struct InterpolationTests {
    @Test(
        "Variables are replaced as a shell does",
        arguments: [
            ("plain", "plain"), ("${A}", "1"), ("x${A}y${A}", "x1y1"), ("${A:-2}", "1"), ("${NO:-2}", "2"),
            ("${EMPTY:-2}", "2"), ("${EMPTY-2}", ""), ("${EMPTY}", ""), ("${NO-}", ""), ("${NO:-a:-b}", "a:-b"),
            ("$${A}", "${A}"), ("$A", "$A"), ("100$", "100$"), ("$$$$", "$$"), ("é${A}ü", "é1ü"),
        ])
    func replaced(_ text: String, _ expected: String) {
        let interpolation = Interpolation(environment: ["A": "1", "EMPTY": ""])
        #expect(interpolation.apply(text) == .success(expected))
    }

    @Test(
        "What is not understood is refused",
        arguments: ["${", "${A", "${}", "${1A}", "${A:?no}", "${A:+x}", "${NO:-${A}}", "${A B}", "${é}"])
    func refused(_ text: String) {
        let interpolation = Interpolation(environment: ["A": "1"])
        #expect(throws: Interpolation.Malformed.self) { try interpolation.apply(text).get() }
    }

    @Test("A replaced value is typed after its replacement, and cannot add keys")
    func typing() throws {
        let stack = try parse("ports: { aws: \"${P:-8001}\" }\ndata: ${D}\n", ["D": "a: b\nc: d"])
        #expect(stack.awsPort == 8001)
        #expect(stack.data == "a: b\nc: d")
    }
}

@Suite("A command in one text")
struct CommandWordsTests {
    @Test(
        "Blanks separate words, quotes and backslashes hold them together",
        arguments: [
            ("a  b\tc", ["a", "b", "c"]), ("'a b' \"c d\"", ["a b", "c d"]), ("a\\ b", ["a b"]), ("x''y", ["xy"]),
            ("''", [""]), ("\"a\\\"b\\n\"", ["a\"b\\n"]), ("'a\\b'", ["a\\b"]), ("", []), ("  ", []),
        ])
    func split(_ text: String, _ words: [String]) {
        #expect(CommandWords.split(text) == words)
    }

    @Test("An open quote is no command", arguments: ["'a", "\"a", "a\\"])
    func open(_ text: String) {
        #expect(CommandWords.split(text) == nil)
    }
}
