import AWSConfiguration

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Keeps a child that is meant for the emulators away from AWS, and one that is meant for AWS or a real Kafka away from this machine.
///
/// Pure: it looks at a child's whole environment just before the child is started, with the rule by which clients find their endpoint.
struct EndpointGuard: Equatable, Sendable {
    /// The systems that are real: what `--real` names.
    var real: [Emulator] = []
    /// The emulators that run.
    var running: [Emulator] = []
    /// Whether a real system may be reached by this machine's own address, as through a tunnel.
    var allowsLoopback = false

    /// An endpoint that the child would use.
    private struct Named {
        var system: Emulator
        /// The variable or setting that names it.
        var source: String
        var host: String
    }

    /// Why a child must not be started with this environment, as the rest of a sentence with the mend; nil when it may.
    /// - Parameters:
    ///   - configuration: the shared files as the child would read them
    ///   - needsKafka: whether the child is known to use Kafka
    func refusal(
        _ environment: [String: String], configuration: SharedConfiguration, needsKafka: Bool = false
    ) -> String? {
        for named in Self.named(environment, configuration) {
            let isReal = real.contains(named.system)
            if !isReal, Self.isAWS(named.host) {
                return "\(named.source) names \(named.host), which is AWS itself, but --real does not name "
                    + "\(named.system.rawValue); take it out, or start with --real \(named.system.rawValue)"
            }
            if isReal, !allowsLoopback, Self.isLoopback(named.host) {
                return "\(named.source) names \(named.host), which is this machine, but --real names "
                    + "\(named.system.rawValue); take it out, or allow a tunnel with --allow-loopback"
            }
        }
        if running.contains(.aws), ConfiguredEndpoint.areIgnored(environment, configuration) {
            return
                "configured endpoints are to be ignored (AWS_IGNORE_CONFIGURED_ENDPOINT_URLS), so that it would call AWS "
                + "itself; set that to false, or start with --real aws"
        }
        let names = ChildEnvironment.kafkaVariables
        if real.contains(.kafka), needsKafka, !names.contains(where: { environment[$0]?.isEmpty == false }) {
            return "--real names kafka, but \(names[0]) does not say where it is; set it to the brokers' addresses"
        }
        return nil
    }

    /// The endpoints that an environment names, in a fixed order.
    private static func named(
        _ environment: [String: String], _ configuration: SharedConfiguration
    ) -> [Named] {
        var named: [Named] = []
        func add(_ system: Emulator, _ source: String, _ address: String) {
            if let host = host(address) { named.append(Named(system: system, source: source, host: host)) }
        }
        add(.aws, "DYNAMODB_ENDPOINT", environment["DYNAMODB_ENDPOINT"] ?? "")
        if !ConfiguredEndpoint.areIgnored(environment, configuration) {
            for (name, url) in environment.sorted(by: { $0.key < $1.key })
            where name.hasPrefix(ConfiguredEndpoint.globalVariable) {
                add(.aws, name, url)
            }
        }
        for service in AWSService.allCases {
            // A variable has been looked at already; what is left is the shared files'.
            let found = ConfiguredEndpoint.find(service, environment: environment, configuration: configuration)
            if let found, environment[found.source] == nil { add(.aws, found.source, found.url) }
        }
        for name in ChildEnvironment.kafkaVariables {
            for address in (environment[name] ?? "").split(separator: ",") { add(.kafka, name, String(address)) }
        }
        return named
    }

    /// The host of a URL, or of an address such as `host:9092`, in lower case; nil when there is none.
    static func host(_ address: String) -> String? {
        var rest = address.drop { $0.isWhitespace }
        if let scheme = rest.range(ofText: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" && !$0.isWhitespace }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        var host: Substring
        if rest.first == "[" {
            host = rest.dropFirst().prefix { $0 != "]" }
        } else {
            // More than one colon is an IPv6 address without a port.
            let colons = rest.filter { $0 == ":" }.count
            host = colons == 1 ? rest.prefix { $0 != ":" } : rest
        }
        while host.last == "." { host = host.dropLast() }
        return host.isEmpty ? nil : host.lowercased()
    }

    /// Whether a host is one of AWS's: in the domain of any of its partitions.
    static func isAWS(_ host: String) -> Bool {
        Partition.all.flatMap { [$0.domain, $0.dualStackDomain] }.contains { host == $0 || host.hasSuffix("." + $0) }
    }

    /// Whether a host is this machine by its name or address alone, in whatever form the system takes an address.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        var address = in_addr()
        if inet_aton(host, &address) != 0 {
            let number = UInt32(bigEndian: address.s_addr)
            return number >> 24 == 127 || number == 0
        }
        var long = in6_addr()
        guard inet_pton(AF_INET6, String(host.prefix { $0 != "%" }), &long) == 1 else { return false }
        let bytes = withUnsafeBytes(of: &long) { Array($0) }
        if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
            return bytes[12] == 127 || bytes[12...].allSatisfy { $0 == 0 }
        }
        return bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] <= 1
    }
}

extension Substring {
    /// Where a text stands first.
    fileprivate func range(ofText text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
