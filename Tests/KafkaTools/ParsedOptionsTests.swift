import Testing

@testable import KafkaTools

@Suite("A tool's command line")
struct ParsedOptionsTests {
    private static let options: [ToolOption] = [
        .value("topic", .string, nil, ""), .value("partitions", .integer, nil, ""),
        .value("offset", .long, nil, default: "7", ""), .optionalValue("state", .string, nil, ""), .flag("list", ""),
    ]

    private func parse(_ words: String...) throws -> ParsedOptions { try ParsedOptions(words, Self.options) }

    @Test("A value follows its option, stands behind =, or begins with a dash")
    func values() throws {
        #expect(try parse("--topic", "a").value("topic") == "a")
        #expect(try parse("--topic=a=b").value("topic") == "a=b")
        #expect(try parse("-topic", "a").value("topic") == "a")
        #expect(try parse("--offset", "-1").number("offset") == -1)
        #expect(try parse().number("offset") == 7)
        #expect(try parse("--topic", "a", "--topic", "b").values("topic") == ["a", "b"])
    }

    @Test("A value that may be left out is left out before another option")
    func optionalValues() throws {
        #expect(try parse("--state", "--list").value("state") == nil)
        #expect(try parse("--state", "--list").has("list"))
        #expect(try parse("--list", "--state", "stable").value("state") == "stable")
        #expect(try parse("--state=").value("state") == "")
    }

    @Test("Options end at --, and other words are passed over")
    func end() throws {
        let parsed = try parse("word", "--list", "--", "--topic", "a")
        #expect(parsed.has("list") && !parsed.has("topic"))
    }

    @Test(
        "What is wrong is said as jopt-simple says it",
        arguments: [
            (["--nosuch"], "nosuch is not a recognized option"), (["--lis"], "lis is not a recognized option"),
            (["-x"], "x is not a recognized option"), (["--topic"], "Option topic requires an argument"),
            (["--partitions", "many"], "Cannot parse argument 'many' of option partitions"),
        ])
    func faults(_ words: [String], _ message: String) {
        #expect(throws: ToolError.usage(message)) { try ParsedOptions(words, Self.options) }
    }

    @Test("An option that takes one value refuses two, and what does not go together is refused")
    func together() throws {
        let twice = try parse("--topic", "a", "--topic", "b", "--list")
        #expect(throws: ToolError.usage("Found multiple arguments for option topic, but you asked for only one")) {
            try twice.value("topic")
        }
        #expect(throws: ToolError.usage("Option \"[topic]\" can't be used with option \"[list]\"")) {
            try twice.refuse("topic", with: ["list"])
        }
        #expect(throws: ToolError.usage("Missing required argument \"[partitions]\"")) {
            try twice.require("topic", "partitions")
        }
    }

    @Test("A file of Java properties is read as Java reads it")
    func properties() {
        let text = "# no\n! no\na=1\nb : two words \n c\td\\\n   e\nf\\:g=\\u0041\\tB\nh\n"
        #expect(
            ClientProperties.parse(text) == ["a": "1", "b": "two words ", "c": "de", "f:g": "A\tB", "h": ""])
    }

    @Test(
        "Settings for SASL and TLS are refused by name",
        arguments: ["security.protocol=SASL_SSL", "sasl.mechanism=PLAIN", "ssl.truststore.location=/x"])
    func security(_ pair: String) throws {
        let properties = try ClientProperties.pairs([pair])
        let name = String(pair.split(separator: "=")[0])
        #expect {
            try properties.refuseSecurity(of: "the file x")
        } throws: { error in
            guard case .refused(let sentence) = error as? ToolError else { return false }
            return sentence.contains("the file x sets \(name)") && sentence.contains("there yet")
        }
        try ClientProperties.pairs(["security.protocol=plaintext"]).refuseSecurity(of: "the file x")
    }
}
