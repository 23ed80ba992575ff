import AWSServer
import DynamoDB
import KafkaBroker
import KafkaTools
import Shop
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("Coverage") struct CoverageTests {
    static let path = Project.root + "/docs/COVERAGE.md"

    static let rendered = """
        # Coverage

        Rendered from the lists in `Sources/AWSServer/Services.swift`, `Sources/DynamoDB/Operations.swift`, `Sources/KafkaBroker/APIs.swift`,
        `Sources/KafkaTools/Tools.swift` and `Sources/Shop/ServiceVariables.swift` by `make docs`; a test holds it to them.

        ## Services on AWS's port

        | service | protocols | actions that are there |
        |---|---|---|
        \(Services.all.map(service).joined(separator: "\n"))

        ## DynamoDB

        A parameter that is refused answers `ValidationException` and says so.

        | operation | parameters that work | refused so far |
        |---|---|---|
        \(Operations.all.map(row).joined(separator: "\n"))

        AWS's other operations are not there yet and answer `UnknownOperationException`, as AWS answers a name that it does not know:
        \(Operations.absent.joined(separator: ", ")); and all of DynamoDB Streams' API.

        \(Services.all.filter { $0.name != "DynamoDB" }.map(actions).joined(separator: "\n\n"))

        ## Kafka

        Every other API key closes the connection, as Kafka does.

        | key | API | versions |
        |---|---|---|
        \(APIs.all.map { "| \($0.key) | \($0.name) | \($0.served.lowerBound)-\($0.served.upperBound) |" }.joined(separator: "\n"))

        ### Configs

        Every config of Kafka is described, checked and, where Kafka allows it, changed. One that *works* changes what the broker does; one that
        is *told* is kept for the tools that ask for it, and is about something that one plaintext node does not have.

        \(configs("Topic", TopicConfigs.all, ConfigEffects.has(topic:)))

        \(configs("Broker", BrokerConfigs.all, ConfigEffects.has(broker:)))

        \(configs("Group", GroupConfigs.all) { _ in false })

        \(configs("Client metrics", ClientMetricsConfigs.all) { _ in false })

        ### Command-line tools

        They read like those of Kafka 3.4 and take newer names, too; each answers to its name with and without `.sh`. All refuse SASL and TLS.

        | tool | classes for `kafka-run-class` | refused so far |
        |---|---|---|
        \(Tools.all.map(tool).joined(separator: "\n"))

        ## The services' environment

        From `Sources/Shop/ServiceVariables.swift`. What is *unproven* is done as documented, but no broker in the tests demands it.

        | variables | what they say | state |
        |---|---|---|
        \(ServiceVariables.all.map(row).joined(separator: "\n"))

        """

    private static func service(_ service: Service) -> String {
        let protocols = service.protocols.map(\.rawValue).joined(separator: ", ")
        return "| \(service.name) | \(protocols) | \(service.offered.count) of "
            + "\(service.offered.count + service.absent.count) |"
    }

    private static func actions(_ service: Service) -> String {
        let rows = service.offered.map { action in
            "| \(action.name) | \(action.supported.joined(separator: ", ")) | \(action.refused.joined(separator: ", ")) |"
        }
        return """
            ## \(service.name)

            \(service.remark)

            | action | parameters that work | refused so far |
            |---|---|---|
            \(rows.joined(separator: "\n"))

            Not there yet, and answered as AWS answers a name that it does not know: \(service.absent.joined(separator: ", ")).
            """
    }

    private static func row(_ variable: ServiceVariable) -> String {
        let names = variable.names.map { "`\($0)`" }.joined(separator: ", ")
        return "| \(names) | \(variable.meaning) | \(variable.state == .proven ? "works" : "unproven") |"
    }

    private static func tool(_ tool: any Tool.Type) -> String {
        let classes = tool.classes.map { "`\($0)`" }.joined(separator: ", ")
        return "| `\(tool.name)` | \(classes) | \(tool.refused.joined(separator: "; ")) |"
    }

    private static func configs(
        _ of: String, _ all: [ConfigDefinition], _ hasEffect: (String) -> Bool
    ) -> String {
        let rows = all.map { "| `\($0.name)` | \($0.defaultValue ?? "") | \(hasEffect($0.name) ? "works" : "told") |" }
        return "| \(of) config | default | state |\n|---|---|---|\n" + rows.joined(separator: "\n")
    }

    private static func row(_ operation: Operation) -> String {
        func names(_ isMeant: (Operation.Support) -> Bool) -> String {
            operation.parameters.filter { isMeant($0.support) }.map(name).joined(separator: ", ")
        }
        let works = names { if case .refused = $0 { false } else { true } }
        let refused = names { if case .refused = $0 { true } else { false } }
        return "| \(operation.name) | \(works) | \(refused) |"
    }

    private static func name(_ parameter: Operation.Parameter) -> String {
        if case .partly(let what) = parameter.support { "\(parameter.name) (\(what))" } else { parameter.name }
    }

    @Test("An operation is there or absent, not both")
    func isOneOrTheOther() {
        let present = Operations.all.map(\.name)
        #expect(Set(present).isDisjoint(with: Operations.absent))
        #expect(present == present.sorted() && Operations.absent == Operations.absent.sorted())
        #expect(present.count + Operations.absent.count == 62)
    }

    @Test("The list of the services' variables is what their sources read")
    func serviceVariables() {
        let listed = Set(ServiceVariables.all.flatMap(\.names))
        var read: Set<String> = []
        for module in ["AWSConfiguration", "DynamoDBClient", "KafkaClient", "Shop", "OrderService", "ProductService"] {
            for file in Project.swiftFiles(under: Project.root + "/Sources/" + module)
            where !file.hasSuffix("/ServiceVariables.swift") {
                let quoted = Project.text(of: file).split(separator: "\"", omittingEmptySubsequences: false)
                read.formUnion(quoted.map(String.init))
            }
        }
        for name in listed { #expect(read.contains(name), "\(name) is listed but not read") }
        let prefixes = ["AWS_", "KAFKA_", "DYNAMODB_", "ORDER_", "PRODUCT_", "BIND_", "LOG_", "LOCAL_"]
        let isName: (String) -> Bool = { text in
            prefixes.contains { text.hasPrefix($0) && text.count > $0.count }
                && text.allSatisfy { $0 == "_" || $0.isNumber || $0.isUppercase }
        }
        for name in read.filter(isName) { #expect(listed.contains(name), "\(name) is read but not listed") }
    }

    @Test("docs/COVERAGE.md says what the lists say; `make docs` renders it")
    func isRendered() throws {
        if getenv("RENDER_DOCS") != nil {
            let file = try #require(fopen(Self.path, "w"))
            fputs(Self.rendered, file)
            fclose(file)
        }
        #expect(Project.text(of: Self.path) == Self.rendered, "run `make docs`")
    }
}
