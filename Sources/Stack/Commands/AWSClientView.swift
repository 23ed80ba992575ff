/// Where an AWS client that is started from a shell would send DynamoDB's requests: from its variables and `~/.aws/config`, in the order
/// of the SDK and tools reference ("Service-specific endpoints").
struct AWSClientView: Equatable {
    /// The endpoint; nil for AWS itself.
    var endpoint: String?
    /// What says so, for people.
    var source: String
    /// The region, if one is known.
    var region: String?
    /// Whether there are credentials, as far as that can be told without asking anybody.
    var hasCredentials: Bool

    /// Looks at a shell and the texts of the two files.
    init(shell: [String: String], config: String, credentials: String) {
        func variable(_ name: String) -> String? { shell[name].flatMap { $0.isEmpty ? nil : $0 } }
        let name = variable("AWS_PROFILE") ?? variable("AWS_DEFAULT_PROFILE") ?? "default"
        let sections = Self.sections(config)
        let profile = sections[name == "default" ? "default" : "profile \(name)"] ?? sections["profile \(name)"] ?? [:]
        let services = profile["services"].flatMap { sections["services \($0)"] } ?? [:]
        region = variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION") ?? profile["region"]
        hasCredentials =
            variable("AWS_ACCESS_KEY_ID") != nil || Self.sections(credentials)[name] != nil
            || ["aws_access_key_id", "credential_process", "role_arn", "sso_session", "sso_start_url"]
                .contains { profile[$0] != nil }
        let ignores = variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") ?? profile["ignore_configured_endpoint_urls"]
        if ignores?.lowercased() == "true" {
            endpoint = nil
            source = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
            return
        }
        let places = [
            (variable("AWS_ENDPOINT_URL_DYNAMODB"), "AWS_ENDPOINT_URL_DYNAMODB"),
            (variable("AWS_ENDPOINT_URL"), "AWS_ENDPOINT_URL"),
            (services["dynamodb.endpoint_url"], "the services of profile \(name)"),
            (profile["endpoint_url"], "endpoint_url of profile \(name)"),
        ]
        let found = places.first { $0.0 != nil }
        endpoint = found?.0
        source = found?.1 ?? "no endpoint is set"
    }

    /// The settings of each section; a nested one as `parent.name`.
    private static func sections(_ text: String) -> [String: [String: String]] {
        var sections: [String: [String: String]] = [:]
        var section = ""
        var parent = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let words = trimmed(line)
            guard let first = words.first, first != "#", first != ";" else { continue }
            if first == "[" {
                section = words.dropFirst().prefix { $0 != "]" }.split(separator: " ").joined(separator: " ")
                sections[section] = sections[section] ?? [:]
                parent = ""
                continue
            }
            guard let equals = words.firstIndex(of: "=") else { continue }
            let name = trimmed(words[..<equals]).lowercased()
            let value = trimmed(words[words.index(after: equals)...])
            if line.first?.isWhitespace == true, !parent.isEmpty {
                sections[section, default: [:]]["\(parent).\(name)"] = value
            } else {
                parent = value.isEmpty ? name : ""
                if !value.isEmpty { sections[section, default: [:]][name] = value }
            }
        }
        return sections
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
