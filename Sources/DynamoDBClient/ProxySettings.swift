import AWSConfiguration

/// Which requests go by a proxy: the variables that AWS's SDKs and curl read. The lower-case name of a variable wins.
public struct ProxySettings: Hashable, Sendable {
    /// The proxy of https URLs: `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY`.
    public var https: String?
    /// The proxy of http URLs: `http_proxy`, `HTTP_PROXY`, `all_proxy`, `ALL_PROXY`.
    public var http: String?
    /// The hosts that are reached without: `no_proxy`, `NO_PROXY`.
    public var exceptions: String

    /// No proxy.
    public static let none = ProxySettings(environment: [:])

    /// What the environment says.
    public init(environment: [String: String]) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        https = value("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        http = value("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
        exceptions = value("no_proxy", "NO_PROXY") ?? ""
    }

    /// The proxy of a URL; nil for none, unless the exceptions say so.
    func proxy(for url: String) -> String? { url.hasPrefix("https://") ? https : http }
}

extension CurlTransport {
    /// A transport as the environment describes it: its proxies, and the trusted certificates of `AWS_CA_BUNDLE` or of the profile's
    /// `ca_bundle`.
    /// - Throws: ``ConfigurationError`` when the file of certificates cannot be read.
    public convenience init(
        environment: [String: String], configuration: SharedConfiguration
    ) throws(ConfigurationError) {
        let bundle = configuration.value("AWS_CA_BUNDLE", "ca_bundle", environment)
        if let bundle, !TextFile.isReadable(bundle) {
            throw ConfigurationError(
                "AWS_CA_BUNDLE \"\(bundle)\" cannot be read: name a file of certificates in PEM, or take it out.")
        }
        self.init(certificateAuthorities: bundle, proxies: ProxySettings(environment: environment))
    }
}
