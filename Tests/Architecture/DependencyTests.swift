import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which modules a module may import: the one list. Dependencies point one way; whoever adds an edge adds it here and
/// says why in docs/ARCHITECTURE.md.
private let allowed: [(module: String, imports: [String])] = [
    ("Reactor", ["CLibuv", "CSocket"]),
    ("HTTP", ["Reactor"]),
    ("SQLite", ["CSQLite", "CSQLiteFileLayer", "CSQLitePageCache"]),
    ("DynamoDB", ["SQLite"]),
    ("AWSSignature", ["COpenSSL"]),
    ("AWSProtocols", ["DynamoDB"]),
    ("STS", ["AWSProtocols", "AWSSignature"]),
    ("CloudWatch", ["AWSProtocols", "DynamoDB"]),
    (
        "AWSServer",
        ["AWSProtocols", "AWSSignature", "CloudWatch", "DynamoDB", "STS", "HTTP", "Reactor", "CCRC32", "CZlib"]
    ),
    ("KafkaWire", ["CCRC32C", "CZlib", "CSnappy", "CLZ4", "CZstd"]),
    ("KafkaBroker", ["KafkaWire"]),
    ("KafkaServer", ["KafkaBroker", "KafkaWire", "Reactor"]),
    ("KafkaTools", ["KafkaWire"]),
    ("AWSConfiguration", []),
    ("DynamoDBClient", ["AWSConfiguration", "AWSSignature", "CCurl"]),
    ("KafkaClient", ["CRdKafka"]),
    ("Shop", ["AWSConfiguration", "AWSSignature", "DynamoDBClient", "KafkaClient", "HTTP", "Reactor"]),
    ("OrderService", ["Shop", "AWSSignature", "DynamoDBClient", "KafkaClient", "HTTP", "Reactor"]),
    ("ProductService", ["Shop", "AWSConfiguration", "DynamoDBClient", "KafkaClient", "HTTP", "Reactor"]),
    ("order-service", ["OrderService"]),
    ("product-service", ["ProductService"]),
    (
        "Stack",
        [
            "AWSConfiguration", "AWSServer", "AWSSignature", "DynamoDB", "KafkaServer", "KafkaBroker", "KafkaTools",
            "KafkaWire", "HTTP", "Reactor", "CYAML",
        ]
    ),
    ("nestbox", ["Stack"]),
]

/// What the toolchain gives to everyone.
private let toolchain: Set<String> = ["Glibc", "Musl", "Darwin", "Synchronization"]

/// The modules that may import FoundationEssentials: the services', which are programs of their own.
private let services: Set<String> = [
    "DynamoDBClient", "KafkaClient", "Shop", "OrderService", "ProductService", "order-service", "product-service",
]

/// The modules that hold an emulator. The services speak to them over sockets like anyone else.
private let engines: Set<String> = [
    "SQLite", "DynamoDB", "AWSProtocols", "STS", "CloudWatch", "AWSServer", "KafkaWire", "KafkaBroker", "KafkaServer",
    "Stack",
    "nestbox",
]

@Suite("Dependencies point one way")
struct DependencyTests {
    @Test("A module imports what the list allows, and nothing else", arguments: Project.modules)
    func imports(_ module: String) {
        guard let row = allowed.first(where: { $0.module == module }) else {
            Issue.record("Sources/\(module) is not in the list of modules")
            return
        }
        let permitted = toolchain.union(row.imports).union(services.contains(module) ? ["FoundationEssentials"] : [])
        for (file, imports) in Project.imports(of: module) {
            for name in imports where !permitted.contains(name) {
                Issue.record("\(file) imports \(name), which \(module) must not")
            }
        }
    }

    @Test("Every module of the list is in Sources")
    func listed() {
        for row in allowed { #expect(Project.modules.contains(row.module), "no Sources/\(row.module)") }
    }

    @Test("Package.swift has exactly the edges of the list")
    func package() {
        let declared = Project.packageTargets()
        for row in allowed {
            #expect(declared[row.module] == Set(row.imports), "\(row.module) in Package.swift differs from the list")
        }
        #expect(Set(declared.keys) == Set(allowed.map(\.module)))
    }

    @Test("The list has no circle: each module stands after those that it imports")
    func order() {
        var seen: Set<String> = []
        let known = Set(allowed.map(\.module))
        for row in allowed {
            for name in row.imports where known.contains(name) {
                #expect(seen.contains(name), "\(row.module) stands before \(name)")
            }
            seen.insert(row.module)
        }
    }

    @Test("Nothing that a service is made of reaches an engine", arguments: services.sorted())
    func servicesReachNoEngine(_ service: String) {
        #expect(Project.closure(of: service).isDisjoint(with: engines))
    }

    @Test("Neither Foundation nor a service's library reaches the native program")
    func nativeProgram() {
        let reached = Project.closure(of: "nestbox")
        #expect(reached.isDisjoint(with: services))
        #expect(reached.isDisjoint(with: ["CCurl", "CRdKafka"]))
        for module in reached where Project.modules.contains(module) {
            for (file, imports) in Project.imports(of: module) {
                #expect(!imports.contains { $0.hasPrefix("Foundation") }, "\(file) imports Foundation")
            }
        }
    }

    @Test("An import is found however it is written")
    func importLines() {
        let text = """
            import A
            @testable import B
            public import C
              import struct D.Thing
            @preconcurrency import E.Sub
            // import F
            let text = "import G"
            important()
            """
        #expect(Project.imports(in: text) == ["A", "B", "C", "D", "E"])
    }
}

/// The project's files, as this test finds them.
enum Project {
    /// The root of the checkout.
    static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    /// The Swift modules: the folders of Sources that hold Swift files.
    static let modules: [String] = names(in: root + "/Sources").filter {
        !swiftFiles(under: root + "/Sources/" + $0).isEmpty
    }

    /// The imports of each file of a module.
    static func imports(of module: String) -> [(file: String, imports: [String])] {
        swiftFiles(under: root + "/Sources/" + module).map { ($0, imports(in: text(of: $0))) }
    }

    /// The modules named by the import declarations of a text, in order.
    static func imports(in text: String) -> [String] {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return text.split(separator: "\n").compactMap { line in
            var words = line.split(separator: " ")[...]
            while let word = words.first,
                word.hasPrefix("@") || ["public", "internal", "package", "private"].contains(word)
            {
                words = words.dropFirst()
            }
            guard words.popFirst() == "import" else { return nil }
            if let word = words.first, kinds.contains(word) { words = words.dropFirst() }
            return words.first.map { String($0.prefix { $0 != "." }) }
        }
    }

    /// All modules that a module reaches, itself included.
    static func closure(of module: String) -> Set<String> {
        var reached: Set<String> = []
        var waiting = [module]
        while let next = waiting.popLast() {
            guard reached.insert(next).inserted else { continue }
            waiting += allowed.first { $0.module == next }?.imports ?? []
        }
        return reached
    }

    /// The modules and programs in Sources with the dependencies that Package.swift declares. What has a `path:` is
    /// elsewhere.
    static func packageTargets() -> [String: Set<String>] {
        let words = text(of: root + "/Package.swift").split(separator: "// Tests").first.map(String.init) ?? ""
        var targets: [String: Set<String>] = [:]
        for opening in ["module(", "program("] {
            for piece in words.components(separatedBy: opening).dropFirst() {
                // A call ends at its first closing parenthesis; the declarations of the two functions have no literal
                // name.
                let call = piece.prefix { $0 != ")" }
                guard !call.contains("path:") else { continue }
                let quoted = call.split(separator: "\"", omittingEmptySubsequences: false)
                    .enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
                if piece.first == "\"" || piece.first?.isWhitespace == true, let name = quoted.first {
                    targets[name] = Set(quoted.dropFirst())
                }
            }
        }
        return targets
    }

    static func swiftFiles(under path: String) -> [String] {
        names(in: path).flatMap { name in
            let file = path + "/" + name
            if name.hasSuffix(".swift") { return [file] }
            return isDirectory(file) ? swiftFiles(under: file) : []
        }
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    static func text(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        // split(separator:) of a sequence drops nothing only when told so.
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
