import AWSSignature

/// What is to run and how, after flags, environment, stack file and defaults have been weighed: in this order of
/// precedence.
struct Settings: Equatable, Sendable {
    /// Where data lives.
    enum Data: Equatable, Sendable {
        /// In this directory.
        case directory(String)
        /// In a directory that is removed at exit.
        case memory
    }

    /// How much nestbox says of itself.
    enum LogLevel: String, CaseIterable, Comparable, Sendable {
        case error, warn, info, debug
        static func < (a: Self, b: Self) -> Bool {
            allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
        }
    }

    /// The stack, with the services that are started.
    var stack: StackFile
    /// The emulators that are started.
    var emulators: [Emulator]
    /// The systems that are the real ones.
    var real: [Emulator] = []
    /// Whether a real system may have an address of this machine.
    var allowsLoopback = false
    /// Where data lives.
    var data: Data
    /// Whether an answered write survives a power cut.
    var survivesPowerLoss: Bool
    /// The host as it was given.
    var host: String
    /// The port of DynamoDB; nil for a free one.
    var awsPort: UInt16?
    /// One more port of DynamoDB.
    var alsoAWSPort: UInt16?
    /// The port of Kafka; nil for a free one.
    var kafkaPort: UInt16?
    /// Whether this is the program of a container: others reach it through its addresses and published ports.
    var isInContainer = false
    /// Where the control API is to listen.
    var controlPort = ControlPort.free
    /// What was set of Kafka's broker configs.
    var kafkaProperties = KafkaProperties()
    /// Whether topics may ask for more replicas than there are brokers.
    var lenientReplication = false
    /// How long tables show that they are being made, changed or deleted.
    var tableDelay = Duration.zero
    /// Whether services get free ports instead of those of the stack file.
    var servicesGetFreePorts: Bool
    /// Who shares tables with whom.
    var isolation: Isolation
    /// Whether signatures are checked.
    var verifiesSignatures: Bool
    /// How far the date of a signature may be off.
    var signatureSkewSeconds: Int
    /// How long `Ready.` may take.
    var readyTimeoutMillis: Int64
    /// How much nestbox says of itself.
    var logLevel: LogLevel

    /// Weighs what was given. The arguments have been checked against the table of options.
    /// - Parameter workingDirectory: where relative paths of flags and variables start
    static func resolve(
        _ arguments: Arguments, stack: StackFile, workingDirectory: String, environment: [String: String] = [:]
    ) throws(Failure) -> Settings {
        let isExec = arguments.command == .exec
        let anyPort = arguments[.anyPort].map { $0 == "true" } ?? isExec
        let real = try real(arguments[.real])
        let (emulators, services) = try selection(arguments[.only], stack, real)
        var selected = stack
        selected.services = services
        var settings = Settings(
            stack: selected, emulators: emulators,
            data: data(arguments, stack, workingDirectory, isExec: isExec),
            survivesPowerLoss: arguments[.durability] == "full",
            host: arguments[.host] ?? (arguments[.container] == "true" ? HostAddress.everywhereName : "localhost"),
            awsPort: port(arguments, .awsPort, anyPort: anyPort, otherwise: stack.awsPort ?? 8000),
            kafkaPort: port(arguments, .kafkaPort, anyPort: anyPort, otherwise: stack.kafkaPort ?? 9092),
            servicesGetFreePorts: anyPort,
            isolation: arguments[.isolation].flatMap { Isolation(rawValue: $0) } ?? stack.isolation ?? Isolation.none,
            verifiesSignatures: arguments[.verifySignatures].map { $0 == "true" } ?? stack.verifiesSignatures ?? false,
            signatureSkewSeconds: arguments[.signatureSkew].flatMap { Int($0) } ?? stack.signatureSkewSeconds
                ?? SignatureVerifier.standardSkewSeconds,
            readyTimeoutMillis: Int64(arguments[.readyTimeout].flatMap { Int($0) } ?? 60) * 1000,
            logLevel: arguments[.logLevel].flatMap { LogLevel(rawValue: $0) } ?? .info)
        settings.real = real
        settings.allowsLoopback = arguments[.allowLoopback] == "true"
        settings.isInContainer = arguments[.container] == "true"
        if arguments[.alsoAWSPort] != nil {
            let also = port(arguments, .alsoAWSPort, anyPort: anyPort, otherwise: 0)
            settings.alsoAWSPort = also == settings.awsPort ? nil : also
        }
        settings.lenientReplication = arguments[.lenientReplication] == "true"
        settings.tableDelay = arguments[.tableDelay].flatMap { Duration(commandLine: $0) } ?? .zero
        if emulators.contains(.kafka) {
            let properties = try KafkaProperties(
                environment: environment, properties: arguments[.kafkaProperty], port: settings.kafkaPort,
                usesListenersOfEnvironment: !anyPort && arguments.given[.kafkaPort]?.origin != .flag)
            settings.kafkaProperties = properties
            let names = stack.topics.map(\.name)
            settings.stack.topics += properties.topics.filter { !names.contains($0.name) }
            // What says in full where the broker listens also says its port.
            if let listener = properties.listeners.first(where: { !$0.isController }) {
                settings.kafkaPort = listener.port == 0 ? nil : listener.port
            }
        }
        let asked = port(arguments, .controlPort, anyPort: anyPort, otherwise: stack.controlPort)
        settings.controlPort = ControlPort(asked: asked, anyPort: anyPort, taken: settings.takenPorts)
        try settings.checkPorts()
        return settings
    }

    /// The ports that are given to emulators and services by number.
    private var takenPorts: [UInt16] {
        [awsPort, kafkaPort].compactMap { $0 } + (servicesGetFreePorts ? [] : stack.services.compactMap(\.port))
    }

    /// A port cannot be an emulator's and another's.
    private func checkPorts() throws(Failure) {
        var taken: [(port: UInt16, by: String, flag: String)] = []
        if emulators.contains(.aws), let port = awsPort { taken.append((port, "DynamoDB", "--aws-port")) }
        if emulators.contains(.aws), let port = alsoAWSPort { taken.append((port, "DynamoDB", "--also-aws-port")) }
        if emulators.contains(.kafka), let port = kafkaPort {
            if let other = taken.first(where: { $0.port == port }) {
                throw Failure(
                    .usage, "\(other.by) and Kafka cannot both have port \(port); change \(other.flag) or --kafka-port")
            }
            taken.append((port, "Kafka", "--kafka-port"))
        }
        if case .exactly(let port) = controlPort {
            if let other = taken.first(where: { $0.port == port }) {
                throw Failure(
                    .usage,
                    "\(other.by) and the control API cannot both have port \(port); change \(other.flag) or --control-port"
                )
            }
            taken.append((port, "the control API", "--control-port"))
        }
        guard !servicesGetFreePorts else { return }
        for service in stack.services {
            if let other = taken.first(where: { $0.port == service.port }) {
                throw Failure(
                    .configuration,
                    "\(stack.name):\(service.line): service \(service.name) has port \(other.port), which is \(other.by)'s; "
                        + "change its `port`, or \(other.flag)")
            }
        }
    }

    static func data(
        _ arguments: Arguments, _ stack: StackFile, _ workingDirectory: String, isExec: Bool
    ) -> Data {
        if let given = arguments[.data] {
            return given == "memory" ? .memory : .directory(FileSystem.resolve(given, from: workingDirectory))
        }
        // `exec` is hermetic: what the stack file says of data is for `up`.
        if isExec || stack.data == "memory" { return .memory }
        return .directory(FileSystem.resolve(stack.data ?? ".nestbox", from: stack.directory))
    }

    /// A port that was asked for beats `--any-port`, unless the flag stands against a mere variable.
    private static func port(
        _ arguments: Arguments, _ name: Option.Name, anyPort: Bool, otherwise: UInt16?
    ) -> UInt16? {
        if let given = arguments.given[name] {
            let isOverruled = anyPort && given.origin == .environment && arguments.given[.anyPort]?.origin == .flag
            if !isOverruled { return UInt16(given.text) }
        }
        return anyPort ? nil : otherwise
    }

    /// The systems that `--real` names.
    private static func real(_ given: String?) throws(Failure) -> [Emulator] {
        let known = Emulator.allCases.map(\.rawValue)
        let names = (given ?? "").split(separator: ",").map { String($0.filter { $0 != " " }) }
        for name in names where !known.contains(name) {
            let ending = Suggestion.ending(
                for: name, in: known, otherwise: "; there are \(known.joined(separator: ", "))")
            throw Failure(.usage, "`--real` names an unknown `\(name)`\(ending)")
        }
        return Emulator.allCases.filter { names.contains($0.rawValue) }
    }

    /// What `--only` names and what that needs; everything when it names nothing. What is real is not started.
    private static func selection(
        _ only: String?, _ stack: StackFile, _ real: [Emulator]
    ) throws(Failure) -> ([Emulator], [ServiceDefinition]) {
        guard let only else { return (Emulator.allCases.filter { !real.contains($0) }, stack.services) }
        let known = Emulator.allCases.map(\.rawValue) + stack.services.map(\.name)
        var wanted: Set<String> = []
        var waiting = only.split(separator: ",").map { String($0.drop { $0 == " " }) }
        for name in waiting where !known.contains(name) {
            let ending = Suggestion.ending(
                for: name, in: known, otherwise: "; there are \(known.joined(separator: ", "))")
            throw Failure(.usage, "`--only` names an unknown `\(name)`\(ending)")
        }
        if let both = real.first(where: { waiting.contains($0.rawValue) }) {
            throw Failure(
                .usage,
                "`--only` starts \(both.rawValue), which `--real` says not to emulate; take it out of one of the two")
        }
        while let name = waiting.popLast() {
            guard wanted.insert(name).inserted else { continue }
            waiting += stack.services.first { $0.name == name }?.needs ?? []
        }
        return (
            Emulator.allCases.filter { wanted.contains($0.rawValue) && !real.contains($0) },
            stack.services.filter { wanted.contains($0.name) }
        )
    }
}
