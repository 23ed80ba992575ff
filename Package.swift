// swift-tools-version: 6.2

import PackageDescription

/// Every Swift target is built alike: Swift 6 mode, warnings are errors, and an import counts only in the file that makes it, so that
/// one `import Foundation` cannot leak into the native program. Exclusive access is checked at run time in debug builds, in which the tests
/// run, and not in release builds (docs/decisions/0012), which are optimized across modules (0025).
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
    .unsafeFlags(
        ["-enforce-exclusivity=unchecked", "-cross-module-optimization"], .when(configuration: .release)),
]

/// A C library of the system, found by pkg-config.
func system(_ name: String, _ pkgConfig: String, apt: String, brew: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
}

/// A module of the project in Sources/NAME.
func module(_ name: String, _ dependencies: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, swiftSettings: settings)
}

/// A program in Sources/NAME.
func program(_ name: String, path: String? = nil, _ dependencies: [String]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, path: path, swiftSettings: settings)
}

/// The unit tests of a module, in Tests/NAME.
func tests(_ name: String, _ dependencies: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: ([name] + dependencies).map { .init(stringLiteral: $0) },
        path: "Tests/" + name, swiftSettings: settings)
}

let package = Package(
    name: "nestbox",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "nestbox", targets: ["nestbox"]),
        .executable(name: "order-service", targets: ["order-service"]),
        .executable(name: "product-service", targets: ["product-service"]),
    ],
    targets: [
        // System libraries
        system("CLibuv", "libuv", apt: "libuv1-dev", brew: "libuv"),
        system("CSQLite", "sqlite3", apt: "libsqlite3-dev", brew: "sqlite"),
        system("COpenSSL", "openssl", apt: "libssl-dev", brew: "openssl@3"),
        system("CYAML", "yaml-0.1", apt: "libyaml-dev", brew: "libyaml"),
        system("CZlib", "zlib", apt: "zlib1g-dev", brew: "zlib"),
        system("CSnappy", "snappy", apt: "libsnappy-dev", brew: "snappy"),
        system("CLZ4", "liblz4", apt: "liblz4-dev", brew: "lz4"),
        system("CZstd", "libzstd", apt: "libzstd-dev", brew: "zstd"),
        system("CCurl", "libcurl", apt: "libcurl4-openssl-dev", brew: "curl"),
        system("CRdKafka", "rdkafka", apt: "librdkafka-dev", brew: "librdkafka"),
        // C of our own: what Swift cannot say
        .target(name: "CCRC32", dependencies: ["CZlib"]),
        .target(name: "CCRC32C"),
        .target(name: "CSQLiteFileLayer", dependencies: ["CSQLite"]),
        .target(name: "CSQLitePageCache", dependencies: ["CSQLite"]),
        .target(name: "CSocket"),

        // The event loop and HTTP
        module("Reactor", ["CLibuv", "CSocket"]),
        module("HTTP", ["Reactor"]),

        // DynamoDB
        module("SQLite", ["CSQLite", "CSQLiteFileLayer", "CSQLitePageCache"]),
        module("DynamoDB", ["SQLite"]),
        module("AWSSignature", ["COpenSSL"]),
        module("AWSProtocols", ["DynamoDB"]),
        module("STS", ["AWSProtocols", "AWSSignature"]),
        module("CloudWatch", ["AWSProtocols", "DynamoDB"]),
        module(
            "AWSServer",
            ["AWSProtocols", "AWSSignature", "CloudWatch", "DynamoDB", "STS", "HTTP", "Reactor", "CCRC32", "CZlib"]),

        // Kafka
        module("KafkaWire", ["CCRC32C", "CZlib", "CSnappy", "CLZ4", "CZstd"]),
        module("KafkaBroker", ["KafkaWire"]),
        module("KafkaServer", ["KafkaBroker", "KafkaWire", "Reactor"]),
        module("KafkaTools", ["KafkaWire"]),

        // The services
        module("AWSConfiguration"),
        module("DynamoDBClient", ["AWSConfiguration", "AWSSignature", "CCurl"]),
        module("KafkaClient", ["CRdKafka"]),
        module("Shop", ["AWSConfiguration", "AWSSignature", "DynamoDBClient", "KafkaClient", "HTTP", "Reactor"]),
        module("OrderService", ["Shop", "AWSSignature", "DynamoDBClient", "KafkaClient", "HTTP", "Reactor"]),
        module("ProductService", ["Shop", "AWSConfiguration", "DynamoDBClient", "KafkaClient", "HTTP", "Reactor"]),
        program("order-service", ["OrderService"]),
        program("product-service", ["ProductService"]),

        // The program
        module(
            "Stack",
            [
                "AWSConfiguration", "AWSServer", "AWSSignature", "DynamoDB", "KafkaServer", "KafkaBroker", "KafkaTools",
                "KafkaWire",
                "HTTP", "Reactor", "CYAML",
            ]),
        program("nestbox", ["Stack"]),

        // Benchmarks: the limits in C, what the loop costs by itself, and the loads
        .executableTarget(name: "epoll-limit", path: "Benchmarks/EpollLimit"),
        .executableTarget(name: "kafka-limit", path: "Benchmarks/KafkaLimit"),
        .executableTarget(name: "sqlite-limit", dependencies: ["CSQLite"], path: "Benchmarks/SQLiteLimit"),
        program("empty-server", path: "Benchmarks/EmptyServer", ["HTTP", "Reactor"]),
        program("echo-server", path: "Benchmarks/EchoServer", ["Reactor"]),
        .executableTarget(name: "load", path: "Benchmarks/Load"),
        .executableTarget(name: "kafka-load", path: "Benchmarks/KafkaLoad"),
        .executableTarget(name: "round-trip", path: "Benchmarks/RoundTrip"),
        // The engines without sockets, for counting instructions
        program("engine-calls", path: "Benchmarks/EngineCalls", ["DynamoDB", "KafkaBroker", "KafkaWire"]),

        // Tests
        program("aws-probe", path: "Tests/AWSProbe", ["AWSConfiguration", "AWSSignature", "DynamoDBClient"]),
        program("reactor-child", path: "Tests/ReactorChild", ["Reactor"]),
        .target(name: "Loopback", dependencies: ["Reactor"], path: "Tests/Loopback", swiftSettings: settings),
        tests("Reactor", ["Loopback", "reactor-child"]),
        tests("HTTP", ["Loopback", "Reactor"]),
        tests("SQLite", ["CSQLite", "CSQLiteFileLayer", "CSQLitePageCache", "Simulation"]),
        tests("DynamoDB", ["SQLite"]),
        tests("AWSSignature"),
        tests("AWSProtocols"),
        tests("STS", ["AWSProtocols", "AWSSignature"]),
        tests("CloudWatch", ["AWSProtocols", "DynamoDB"]),
        tests("AWSServer", ["AWSProtocols", "AWSSignature", "DynamoDB", "HTTP", "Loopback", "Reactor", "SQLite"]),
        tests("KafkaWire"),
        tests("KafkaBroker", ["KafkaWire", "Simulation"]),
        tests("KafkaServer", ["KafkaBroker", "KafkaWire", "Reactor"]),
        tests("KafkaTools", ["KafkaWire"]),
        tests("AWSConfiguration"),
        tests("DynamoDBClient", ["AWSConfiguration", "AWSSignature"]),
        tests("KafkaClient"),
        tests("Shop", ["Loopback"]),
        tests("OrderService", ["AWSConfiguration", "Shop"]),
        tests("ProductService", ["AWSConfiguration", "Shop"]),
        tests("Stack", ["AWSConfiguration", "AWSSignature", "DynamoDB", "Reactor"]),
        .target(
            name: "Simulation", dependencies: ["CSQLite", "DynamoDB", "KafkaBroker", "KafkaWire", "SQLite"],
            path: "Tests/Simulation", exclude: ["Program", "Tests"], swiftSettings: settings),
        program("simulate", path: "Tests/Simulation/Program", ["Simulation"]),
        .testTarget(
            name: "SimulationTests", dependencies: ["Simulation", "KafkaBroker", "KafkaWire"],
            path: "Tests/Simulation/Tests", swiftSettings: settings),
        .target(
            name: "Fuzzing",
            dependencies: [
                "AWSProtocols", "AWSServer", "AWSSignature", "CloudWatch", "DynamoDB", "HTTP", "KafkaBroker",
                "KafkaWire", "STS", "Stack",
            ],
            path: "Tests/Fuzzing/Fuzzers", swiftSettings: settings),
        program("fuzz", path: "Tests/Fuzzing/Program", ["Fuzzing"]),
        .testTarget(
            name: "FuzzingTests", dependencies: ["Fuzzing", "KafkaBroker"], path: "Tests/Fuzzing/Tests",
            swiftSettings: settings),
        .testTarget(
            name: "ArchitectureTests", dependencies: ["AWSServer", "DynamoDB", "KafkaBroker", "KafkaTools", "Shop"],
            path: "Tests/Architecture", swiftSettings: settings),
    ],
    cLanguageStandard: .c11
)
