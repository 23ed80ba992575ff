/// Where DynamoDB is, and for which region requests are signed.
public struct Endpoint: Hashable, Sendable {
    /// The URL that requests are posted to, with a path.
    public var url: String
    /// The value of the `Host` header.
    public var host: String
    /// The region that requests are signed for.
    public var region: String
    /// Whether the environment named the endpoint, instead of the region alone.
    public var isCustom: Bool

    /// Whether the endpoint is plain HTTP, which only stand-ins for DynamoDB speak without TLS in earnest.
    public var isPlainHTTP: Bool { url.hasPrefix("http://") }

    /// The endpoint that the environment asks for: `DYNAMODB_ENDPOINT`, then `AWS_ENDPOINT_URL_DYNAMODB`, then `AWS_ENDPOINT_URL` (the last
    /// two not when `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is true), else AWS's own for the region. The region is `AWS_REGION`, then
    /// `AWS_DEFAULT_REGION`, then the profile's, then `defaultRegion`.
    /// - Throws: ``ConfigurationError`` when there is no region, or an endpoint that is no HTTP URL.
    public init(
        environment: [String: String], profile: [String: String] = [:], defaultRegion: String? = nil
    ) throws(ConfigurationError) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let region = value("AWS_REGION") ?? value("AWS_DEFAULT_REGION") ?? profile["region"] ?? defaultRegion
        else { throw ConfigurationError("No AWS region is known: set AWS_REGION.") }
        // A region becomes a part of a host name.
        guard
            region.utf8.allSatisfy({
                $0 == 0x2D || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39
            })
        else { throw ConfigurationError("AWS_REGION \"\(region)\" is not the name of a region.") }
        let ignoring = value("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() == "true"
        let named = ["DYNAMODB_ENDPOINT"] + (ignoring ? [] : ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"])
        for name in named {
            guard let url = value(name) else { continue }
            try self.init(url: url, region: region, source: name)
            return
        }
        if !ignoring, let url = profile["endpoint_url"], !url.isEmpty {
            try self.init(url: url, region: region, source: "endpoint_url")
            return
        }
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        try self.init(url: "https://dynamodb.\(region).\(suffix)/", region: region, source: "AWS_REGION")
        isCustom = false
    }

    /// The endpoint at `url`.
    init(url: String, region: String, source: String) throws(ConfigurationError) {
        let lower = url.lowercased()
        guard lower.hasPrefix("http://") || lower.hasPrefix("https://") else {
            throw ConfigurationError("\(source) \"\(url)\" is not an http or https URL.")
        }
        let scheme = lower.hasPrefix("https://") ? "https://" : "http://"
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.isEmpty, !authority.contains("@"), !authority.contains(where: { $0.isWhitespace }) else {
            throw ConfigurationError("\(source) \"\(url)\" names no host.")
        }
        self.region = region
        // RFC 9110: the default port is not part of Host, and curl leaves it out too.
        let port = scheme == "https://" ? ":443" : ":80"
        host = authority.hasSuffix(port) ? String(authority.dropLast(port.count)) : String(authority)
        self.url = scheme + authority + "/"
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
