import AWSConfiguration

/// Where a service is, and for which region requests are signed.
public struct Endpoint: Hashable, Sendable {
    /// The URL that requests are posted to, with a path.
    public var url: String
    /// The value of the `Host` header.
    public var host: String
    /// The path of the URL.
    public var path: String
    /// The region that requests are signed for.
    public var region: String
    /// Whether somebody named the endpoint, instead of the region alone.
    public var isCustom: Bool

    /// Whether the endpoint is plain HTTP, which only stand-ins speak without TLS in earnest.
    public var isPlainHTTP: Bool { url.hasPrefix("http://") }

    /// The endpoint that the environment asks for: for DynamoDB `DYNAMODB_ENDPOINT`, then what ``ConfiguredEndpoint`` finds, else AWS's own for
    /// the region, with `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT`. The region is `AWS_REGION`, then `AWS_DEFAULT_REGION`, then
    /// the profile's, then `defaultRegion`.
    /// - Throws: ``ConfigurationError`` when there is no region, or an endpoint that cannot be used.
    public init(
        _ service: AWSService = .dynamoDB, environment: [String: String], configuration: SharedConfiguration,
        defaultRegion: String? = nil
    ) throws(ConfigurationError) {
        let region = try Self.region(environment, configuration, defaultRegion)
        func isSet(_ variable: String, _ setting: String) -> Bool {
            configuration.value(variable, setting, environment)?.lowercased() == "true"
        }
        let isFIPS = isSet("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
        let isDualStack = isSet("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
        var named = ConfiguredEndpoint.find(service, environment: environment, configuration: configuration)
        if service == .dynamoDB, let url = environment["DYNAMODB_ENDPOINT"], !url.isEmpty {
            named = ConfiguredEndpoint(url: url, source: "DYNAMODB_ENDPOINT")
        }
        if let named {
            guard !isFIPS, !isDualStack else {
                let variable = isFIPS ? "AWS_USE_FIPS_ENDPOINT" : "AWS_USE_DUALSTACK_ENDPOINT"
                throw ConfigurationError(
                    "\(variable) chooses among AWS's own endpoints, but \(named.source) names another: take one of the two out."
                )
            }
            try self.init(url: named.url, region: region, source: named.source)
        } else {
            let host = Partition.of(region: region)
                .host(of: service, region: region, isFIPS: isFIPS, isDualStack: isDualStack)
            try self.init(url: "https://\(host)/", region: region, source: "AWS_REGION")
            isCustom = false
        }
    }

    private static func region(
        _ environment: [String: String], _ configuration: SharedConfiguration, _ standard: String?
    ) throws(ConfigurationError) -> String {
        let given = [
            environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"], configuration.profile["region"], standard,
        ]
        guard let region = given.lazy.compactMap({ $0 }).first(where: { !$0.isEmpty }) else {
            throw ConfigurationError("No AWS region is known: set AWS_REGION.")
        }
        // A region becomes a part of a host name.
        let isHostLabel = region.utf8.allSatisfy {
            $0 == 0x2D || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39
        }
        guard isHostLabel else { throw ConfigurationError("AWS_REGION \"\(region)\" is not the name of a region.") }
        return region
    }

    /// The endpoint at `url`; a query is left out, a path is kept.
    init(url: String, region: String, source: String) throws(ConfigurationError) {
        let lower = url.lowercased()
        guard lower.hasPrefix("http://") || lower.hasPrefix("https://") else {
            throw ConfigurationError(
                "\(source) \"\(url)\" is not an http or https URL: write it as http://HOST:PORT or https://HOST.")
        }
        let scheme = lower.hasPrefix("https://") ? "https://" : "http://"
        let rest = url.dropFirst(scheme.count).prefix { $0 != "?" && $0 != "#" }
        let authority = rest.prefix { $0 != "/" }
        guard !authority.isEmpty, !authority.contains("@"), !rest.contains(where: { $0.isWhitespace }) else {
            throw ConfigurationError(
                "\(source) \"\(url)\" names no host: write it as http://HOST:PORT or https://HOST.")
        }
        self.region = region
        // RFC 9110: the default port is not part of Host, and curl leaves it out too.
        let port = scheme == "https://" ? ":443" : ":80"
        host = authority.hasSuffix(port) ? String(authority.dropLast(port.count)) : String(authority)
        path = String(rest.dropFirst(authority.count))
        if !path.hasSuffix("/") { path += "/" }
        self.url = scheme + authority + path
        isCustom = true
    }
}

/// What the environment says cannot be used; one sentence with the mend.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible, Sendable {
    /// One sentence.
    public var description: String

    /// An error with its sentence.
    public init(_ description: String) { self.description = description }
}
