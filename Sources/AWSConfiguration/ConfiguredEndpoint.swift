/// An endpoint that somebody has set instead of AWS's own ("Service-specific endpoints" of the SDKs' reference).
public struct ConfiguredEndpoint: Hashable, Sendable {
    /// The URL as it stands there.
    public var url: String
    /// Where it stands, as a sentence names it: a variable, or a setting of a profile.
    public var source: String

    /// An endpoint and where it stands.
    public init(url: String, source: String) {
        self.url = url
        self.source = source
    }

    /// The variable for all services.
    public static let globalVariable = "AWS_ENDPOINT_URL"

    /// Whether `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` or the profile's `ignore_configured_endpoint_urls` switches all of them off.
    public static func areIgnored(_ environment: [String: String], _ configuration: SharedConfiguration) -> Bool {
        let name = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
        return configuration.value(name, name.dropFirst("AWS_".count).lowercased(), environment)?.lowercased() == "true"
    }

    /// The service's endpoint: its own variable, then the one for all services, then the profile's `services` section, then the profile's
    /// `endpoint_url`; nil when none is set, or all are switched off.
    public static func find(
        _ service: AWSService, environment: [String: String], configuration: SharedConfiguration
    ) -> ConfiguredEndpoint? {
        guard !areIgnored(environment, configuration) else { return nil }
        for name in [service.endpointVariable, globalVariable] {
            if let url = environment[name], !url.isEmpty { return ConfiguredEndpoint(url: url, source: name) }
        }
        let profile = configuration.profile
        let section = profile["services"] ?? ""
        if let url = configuration.services[section]?[service.rawValue]?["endpoint_url"], !url.isEmpty {
            return ConfiguredEndpoint(
                url: url, source: "endpoint_url of \(service.rawValue) in the services section \"\(section)\"")
        }
        if let url = profile["endpoint_url"], !url.isEmpty {
            return ConfiguredEndpoint(url: url, source: "endpoint_url of the profile \"\(configuration.profileName)\"")
        }
        return nil
    }
}
