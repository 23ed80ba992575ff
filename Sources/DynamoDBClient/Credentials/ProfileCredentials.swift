import AWSConfiguration

/// What a profile of the shared files gives: its keys, a role that they or others may assume, or what a program prints.
final class ProfileCredentials: CredentialProvider {
    private let name: String
    private let sources: CredentialSources
    /// Made with the first question, so that a role's source keeps its own keys from one question to the next.
    private let resolved: Once<any CredentialProvider>

    /// The profile `name`.
    init(name: String, sources: CredentialSources) {
        self.name = name
        self.sources = sources
        resolved = Once()
    }

    /// The profile's credentials; nil when it has none, and nobody asked for this profile.
    /// - Throws: ``CredentialError`` when the profile that was asked for is not there, or cannot be used.
    func credentials() async throws -> Credentials? {
        let configuration = sources.configuration
        if configuration.profileWasAskedFor, configuration.profiles[name] == nil {
            throw CredentialError("The AWS profile \"\(name)\" does not exist: check AWS_PROFILE.")
        }
        return try await resolved.value { try provider(of: name, visited: []) }?.credentials()
    }

    /// The keys that stand in a profile.
    static func keys(_ profile: [String: String]) -> Credentials? {
        guard let id = profile["aws_access_key_id"], let secret = profile["aws_secret_access_key"] else { return nil }
        return Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: profile["aws_session_token"])
    }

    /// The source that a profile describes; nil when it describes none.
    /// - Parameter visited: the profiles whose roles are assumed by means of this one, the last first asked for by the one before.
    private func provider(
        of name: String, visited: [String]
    ) throws(CredentialError) -> (any CredentialProvider)? {
        let profile = sources.configuration.profiles[name] ?? [:]
        let keys = Self.keys(profile).map(StaticCredentials.init)
        // A profile that is another's source, or its own, gives its keys if it has any.
        if !visited.isEmpty, let keys { return keys }
        if let role = profile["role_arn"], profile["web_identity_token_file"] == nil {
            return try assuming(role, profile, name, visited)
        }
        if let file = profile["web_identity_token_file"] {
            guard let role = profile["role_arn"] else {
                throw CredentialError(
                    "The AWS profile \"\(name)\" has a web_identity_token_file but no role_arn: add it.")
            }
            return WebIdentityCredentials(
                roleARN: role, tokenFile: file, sessionName: profile["role_session_name"], service: sources.tokens())
        }
        if let keys { return keys }
        if let command = profile["credential_process"] { return ProcessCredentials(command: command, profile: name) }
        for setting in ["sso_session", "sso_start_url", "login_session"] where profile[setting] != nil {
            throw CredentialError(
                "The AWS profile \"\(name)\" uses \(setting), which is not supported: give the keys by "
                    + "`credential_process = aws configure export-credentials --profile \(name)` in another profile.")
        }
        return nil
    }

    private func assuming(
        _ role: String, _ profile: [String: String], _ name: String, _ visited: [String]
    ) throws(CredentialError) -> any CredentialProvider {
        guard profile["mfa_serial"] == nil else {
            throw CredentialError(
                "The AWS profile \"\(name)\" needs a code (mfa_serial), which a service cannot type: use a role without it."
            )
        }
        let source: any CredentialProvider
        switch (profile["source_profile"], profile["credential_source"]) {
        case (let other?, nil): source = try sourceProfile(other, of: name, visited)
        case (nil, let word?): source = try namedSource(word, of: name)
        default:
            throw CredentialError(
                "The AWS profile \"\(name)\" has a role_arn and must have either source_profile or credential_source: add one."
            )
        }
        return AssumeRoleCredentials(
            roleARN: role, sessionName: profile["role_session_name"], externalID: profile["external_id"],
            durationSeconds: profile["duration_seconds"].flatMap { Int($0) },
            source: CredentialChain([source], clock: sources.clock), service: sources.tokens())
    }

    private func sourceProfile(
        _ other: String, of name: String, _ visited: [String]
    ) throws(CredentialError) -> any CredentialProvider {
        guard sources.configuration.profiles[other] != nil else {
            throw CredentialError(
                "The source_profile \"\(other)\" of the AWS profile \"\(name)\" does not exist: correct it.")
        }
        guard other == name ? visited.isEmpty : !visited.contains(other) else {
            throw CredentialError(
                "The source_profile \"\(other)\" of the AWS profile \"\(name)\" leads back to itself.")
        }
        guard other != name || Self.keys(sources.configuration.profiles[name] ?? [:]) != nil,
            let provider = try provider(of: other, visited: visited + [name])
        else {
            throw CredentialError("The source_profile \"\(other)\" of the AWS profile \"\(name)\" has no credentials.")
        }
        return provider
    }

    private func namedSource(_ word: String, of name: String) throws(CredentialError) -> any CredentialProvider {
        switch word {
        case "Environment": return EnvironmentCredentials(environment: sources.environment)
        case "EcsContainer": return sources.container
        case "Ec2InstanceMetadata": return sources.instance
        default:
            throw CredentialError(
                "The credential_source \"\(word)\" of the AWS profile \"\(name)\" must be Environment, EcsContainer or "
                    + "Ec2InstanceMetadata.")
        }
    }
}
