import AWSSignature

extension StackFile {
    /// The keys of the file, mapping by mapping: the one list that reading and the refusal of unknown keys derive from.
    enum Keys {
        enum Stack: String, CaseIterable {
            case region, data, ports, isolation
            case verifySignatures = "verify_signatures"
            case signatureSkew = "signature_skew"
            case credentials, tables, topics, services
        }
        enum Credentials: String, CaseIterable {
            case accessKeyID = "access_key_id"
            case secretAccessKey = "secret_access_key"
            case sessionToken = "session_token"
        }
        enum Ports: String, CaseIterable { case aws, kafka, control }
        enum Table: String, CaseIterable {
            case keys
            case globalIndexes = "global_indexes"
            case localIndexes = "local_indexes"
            case seed
        }
        enum Index: String, CaseIterable { case keys, projection }
        enum Topic: String, CaseIterable { case partitions, configs }
        enum Service: String, CaseIterable { case command, directory, environment, port, needs, ready, restart }
    }

    /// Reads a stack file.
    /// - Parameters:
    ///   - text: the bytes of the file
    ///   - name: how messages call it
    ///   - directory: where its relative paths start
    ///   - environment: the variables that `${NAME}` can name
    public static func parse(
        _ text: [UInt8], name: String, directory: String, environment: [String: String]
    ) throws(Failure) -> StackFile {
        let interpolation = Interpolation(environment: environment)
        let root = try YAMLParser.parse(text, file: name) { (text, line) throws(Failure) in
            switch interpolation.apply(text) {
            case .success(let text): return text
            case .failure(let malformed): throw Failure(.configuration, "\(name):\(line): \(malformed.message)")
            }
        }
        var file = StackFile(name: name, directory: directory)
        guard let root else { return file }
        let reader = try MappingReader(root, "the stack", Keys.Stack.self, file: name)
        if let region = try reader.text(Keys.Stack.region.rawValue) { file.region = region }
        file.data = try reader.text(Keys.Stack.data.rawValue)
        if let ports = reader.node(Keys.Stack.ports.rawValue) {
            let ports = try MappingReader(ports, "`ports`", Keys.Ports.self, file: name)
            file.awsPort = try ports.port(Keys.Ports.aws.rawValue)
            file.kafkaPort = try ports.port(Keys.Ports.kafka.rawValue)
            file.controlPort = try ports.port(Keys.Ports.control.rawValue)
        }
        try file.readCredentials(reader)
        for entry in try reader.entries(Keys.Stack.tables.rawValue) {
            file.tables.append(try TableDefinition(entry, file: name))
        }
        for entry in try reader.entries(Keys.Stack.topics.rawValue) {
            file.topics.append(try TopicDefinition(entry, file: name))
        }
        for entry in try reader.entries(Keys.Stack.services.rawValue) {
            file.services.append(try ServiceDefinition(entry, file: name))
        }
        try file.checkServices()
        return file
    }
}

extension StackFile {
    /// Who may come in, and to which tables.
    private mutating func readCredentials(_ reader: MappingReader) throws(Failure) {
        let words = Isolation.allCases.map(\.rawValue)
        isolation = try reader.choice(Keys.Stack.isolation.rawValue, of: words).flatMap { Isolation(rawValue: $0) }
        verifiesSignatures = try reader.choice(Keys.Stack.verifySignatures.rawValue, of: ["true", "false"])
            .map { $0 == "true" }
        signatureSkewSeconds = try reader.integer(Keys.Stack.signatureSkew.rawValue, in: 1...86_400)
        guard let node = reader.node(Keys.Stack.credentials.rawValue) else { return }
        guard case .sequence(let elements) = node.value else {
            throw reader.failure(
                node,
                "`credentials` must be a list of keys: - { access_key_id: ..., secret_access_key: ... }")
        }
        for element in elements {
            let keys = try MappingReader(element, "each of `credentials`", Keys.Credentials.self, file: name)
            let idNode = try keys.required(Keys.Credentials.accessKeyID.rawValue)
            let id = try keys.text(idNode, "`access_key_id`")
            let secretNode = try keys.required(Keys.Credentials.secretAccessKey.rawValue)
            // They stand in a header field, between slashes and commas.
            guard id.utf8.count <= 128, id.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"/,=".utf8.contains($0) })
            else {
                throw keys.failure(
                    idNode, "`access_key_id` must be up to 128 letters, digits and the like, not \(idNode.description)")
            }
            guard !credentials.contains(where: { $0.accessKeyID == id }) else {
                throw keys.failure(idNode, "access key \(id) stands twice in `credentials`; remove one")
            }
            credentials.append(
                SigningCredentials(
                    accessKeyID: id, secretAccessKey: try keys.text(secretNode, "`secret_access_key`"),
                    sessionToken: try keys.text(Keys.Credentials.sessionToken.rawValue)))
        }
    }
}

extension MappingReader {
    /// A mapping whose keys are an enumeration's.
    init<Key: RawRepresentable<String> & CaseIterable>(
        _ node: YAMLNode, _ subject: String, _ keys: Key.Type, file: String
    ) throws(Failure) {
        try self.init(node, subject, keys: Key.allCases.map(\.rawValue), file: file)
    }
}

extension TableDefinition {
    fileprivate init(_ entry: YAMLNode.Entry, file: String) throws(Failure) {
        let reader = try MappingReader(entry.value, "table \(entry.key)", StackFile.Keys.Table.self, file: file)
        name = entry.key
        line = entry.line
        keys = try Self.keys(reader)
        globalIndexes = try Self.indexes(reader, .globalIndexes)
        localIndexes = try Self.indexes(reader, .localIndexes)
        seed = try reader.text(StackFile.Keys.Table.seed.rawValue)
        for index in localIndexes where index.keys.first != keys.first || index.keys.count != 2 || keys.count != 2 {
            throw Failure(
                .configuration,
                "\(file):\(line): local index \(index.name) of table \(name) must have the table's partition key and "
                    + "a sort key of its own; use global_indexes for another partition key")
        }
        try checkTypes(file: file)
    }

    /// An attribute has one type in all keys of a table, because AttributeDefinitions names it once.
    private func checkTypes(file: String) throws(Failure) {
        var types: [String: String] = [:]
        for key in keys + (globalIndexes + localIndexes).flatMap(\.keys) {
            if let other = types.updateValue(key.type, forKey: key.name), other != key.type {
                throw Failure(
                    .configuration,
                    "\(file):\(line): attribute `\(key.name)` of table \(name) is \(other) in one key and \(key.type) in "
                        + "another; give it one type")
            }
        }
    }

    private static func keys(_ reader: MappingReader) throws(Failure) -> [Key] {
        let node = try reader.required("keys")
        guard case .mapping(let entries) = node.value, (1...2).contains(entries.count) else {
            throw reader.failure(
                node,
                "`keys` of \(reader.subject) must name the partition key and its type, then perhaps the sort key: "
                    + "{ PK: S, SK: S }")
        }
        var keys: [Key] = []
        for entry in entries {
            let type = try reader.choice(
                entry.value, "the type of key `\(entry.key)` of \(reader.subject)", of: ["S", "N", "B"])
            keys.append(Key(name: entry.key, type: type))
        }
        return keys
    }

    private static func indexes(_ reader: MappingReader, _ key: StackFile.Keys.Table) throws(Failure) -> [Index] {
        var indexes: [Index] = []
        for entry in try reader.entries(key.rawValue) {
            let index = try MappingReader(
                entry.value, "index \(entry.key) of \(reader.subject)", StackFile.Keys.Index.self, file: reader.file)
            var projection = Projection.all
            if let node = index.node("projection") {
                if case .sequence = node.value {
                    projection = .include(try index.texts("projection") ?? [])
                } else {
                    let word = try index.choice(
                        node, "`projection` of \(index.subject)", of: ["ALL", "KEYS_ONLY", "a list of attributes"])
                    projection = word == "ALL" ? .all : .keysOnly
                }
            }
            indexes.append(Index(name: entry.key, keys: try keys(index), projection: projection))
        }
        return indexes
    }
}

extension TopicDefinition {
    /// More partitions than this on one machine are a slip of the finger.
    static let partitionsMax = 10_000

    fileprivate init(_ entry: YAMLNode.Entry, file: String) throws(Failure) {
        let reader = try MappingReader(entry.value, "topic \(entry.key)", StackFile.Keys.Topic.self, file: file)
        name = entry.key
        line = entry.line
        partitions = Int32(try reader.integer("partitions", in: 1...Self.partitionsMax) ?? 1)
        for config in try reader.entries("configs") {
            let value = try reader.text(config.value, "config `\(config.key)` of \(reader.subject)")
            configs.append(Config(name: config.key, value: value))
        }
    }
}

extension ServiceDefinition {
    fileprivate init(_ entry: YAMLNode.Entry, file: String) throws(Failure) {
        let reader = try MappingReader(entry.value, "service \(entry.key)", StackFile.Keys.Service.self, file: file)
        name = entry.key
        line = entry.line
        command = try Self.command(reader)
        workingDirectory = try reader.text("directory")
        port = try reader.port("port")
        if let names = try reader.texts("needs") { needs = names }
        ready = try reader.text("ready")
        for variable in try reader.entries("environment") {
            guard case .scalar(let value, _) = variable.value.value, !value.utf8.contains(0),
                !variable.key.isEmpty, !variable.key.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "=") })
            else {
                throw reader.failure(
                    variable.value,
                    "variable `\(variable.key)` of \(reader.subject) must be text, not \(variable.value.description)")
            }
            environment.append(Variable(name: variable.key, value: value))
        }
        if let word = try reader.choice("restart", of: Restart.allCases.map(\.rawValue)) {
            restart = Restart(rawValue: word)!
        }
        try checkReady(reader)
    }

    private static func command(_ reader: MappingReader) throws(Failure) -> [String] {
        let node = try reader.required("command")
        let words: [String]
        if case .sequence = node.value {
            words = try reader.texts("command") ?? []
        } else {
            let text = try reader.text(node, "`command` of \(reader.subject)")
            guard let split = CommandWords.split(text) else {
                throw reader.failure(node, "`command` of \(reader.subject) has a quote that is not closed; close it")
            }
            words = split
        }
        guard !words.isEmpty, !words[0].isEmpty else {
            throw reader.failure(node, "`command` of \(reader.subject) must name a program")
        }
        return words
    }

    private func checkReady(_ reader: MappingReader) throws(Failure) {
        guard let ready, let node = reader.node("ready") else { return }
        guard ready.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw reader.failure(
                node, "`ready` of \(reader.subject) must be printable ASCII without blanks; write others as %XX")
        }
        if ready.hasPrefix("/") {
            guard port != nil else {
                throw reader.failure(
                    node,
                    "`ready` of \(reader.subject) is a path, but the service has no `port`; add one or write a whole URL"
                )
            }
        } else if !ready.hasPrefix("http://") {
            throw reader.failure(
                node, "`ready` of \(reader.subject) must be a path or an http:// URL, not \(node.description)")
        }
    }
}

extension StackFile {
    /// What can only be checked over all services: names, ports, `needs`.
    private func checkServices() throws(Failure) {
        let known = Emulator.allCases.map(\.rawValue) + services.map(\.name)
        var ports: [UInt16: String] = [:]
        for service in services {
            let at = "\(name):\(service.line):"
            guard Self.isServiceName(service.name), Emulator(rawValue: service.name) == nil else {
                throw Failure(
                    .configuration,
                    "\(at) a service cannot be called `\(service.name)`; use letters, digits, - and _, and neither aws "
                        + "nor kafka")
            }
            if let port = service.port, let other = ports.updateValue(service.name, forKey: port) {
                throw Failure(
                    .configuration, "\(at) services \(other) and \(service.name) both have port \(port); change one")
            }
            for need in service.needs where !known.contains(need) {
                let ending = Suggestion.ending(
                    for: need, in: known, otherwise: "; there are \(known.joined(separator: ", "))")
                throw Failure(.configuration, "\(at) service \(service.name) needs an unknown `\(need)`\(ending)")
            }
        }
        if let cycle = cycleOfNeeds() {
            let line = services.first { $0.name == cycle[0] }?.line ?? 1
            throw Failure(
                .configuration,
                "\(name):\(line): services need each other in a circle (\(cycle.joined(separator: " -> "))); remove one need"
            )
        }
    }

    /// A circle among `needs`, beginning and ending with the same service, if there is one.
    private func cycleOfNeeds() -> [String]? {
        var finished: Set<String> = []
        for service in services {
            // Each path is followed in file order and without recursion; a service that was finished is on no circle.
            var path: [(name: String, rest: ArraySlice<String>)] = [(service.name, service.needs[...])]
            while let last = path.indices.last {
                guard let need = path[last].rest.popFirst() else {
                    finished.insert(path[last].name)
                    path.removeLast()
                    continue
                }
                if let start = path.firstIndex(where: { $0.name == need }) {
                    return path[start...].map(\.name) + [need]
                }
                guard !finished.contains(need), let next = services.first(where: { $0.name == need }) else { continue }
                path.append((next.name, next.needs[...]))
            }
        }
        return nil
    }

    /// Names become file names of logs and parts of variables.
    private static func isServiceName(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain && (1...64).contains(name.utf8.count) && !name.hasPrefix("-")
    }
}
