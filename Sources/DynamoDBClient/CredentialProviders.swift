import AWSSignature

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
public struct EnvironmentCredentials: CredentialProvider {
    private let environment: [String: String]

    /// Reads these variables.
    public init(environment: [String: String]) { self.environment = environment }

    /// The keys of the environment; nil unless both are there.
    public func credentials() -> Credentials? {
        guard let id = environment["AWS_ACCESS_KEY_ID"], !id.isEmpty,
            let secret = environment["AWS_SECRET_ACCESS_KEY"], !secret.isEmpty
        else { return nil }
        let token = environment["AWS_SESSION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        return Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token)
    }
}

/// The keys of a profile of the shared files.
public struct ProfileCredentials: CredentialProvider {
    private let configuration: SharedConfiguration
    private let wasAskedFor: Bool

    /// The profile in use. `wasAskedFor` says that the environment named it, so that its absence is an error.
    public init(configuration: SharedConfiguration, wasAskedFor: Bool) {
        self.configuration = configuration
        self.wasAskedFor = wasAskedFor
    }

    /// The profile's keys; nil when it has none.
    /// - Throws: ``CredentialError`` when the profile that was asked for is not there, or asks for what is not supported.
    public func credentials() throws -> Credentials? {
        let profile = configuration.profile
        if let id = profile["aws_access_key_id"], let secret = profile["aws_secret_access_key"] {
            return Credentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: profile["aws_session_token"])
        }
        if wasAskedFor, profile.isEmpty {
            throw CredentialError("The AWS profile \"\(configuration.profileName)\" does not exist: check AWS_PROFILE.")
        }
        for setting in ["source_profile", "credential_source", "credential_process", "sso_session", "sso_start_url"]
        where profile[setting] != nil {
            throw CredentialError(
                "The AWS profile \"\(configuration.profileName)\" uses \(setting), which is not supported: export its keys "
                    + "with `aws configure export-credentials --format env`.")
        }
        return nil
    }
}

/// A source whose failure is as if it were not configured.
struct OptionalCredentials: CredentialProvider {
    private let source: any CredentialProvider

    init(_ source: any CredentialProvider) { self.source = source }

    func credentials() async -> Credentials? { try? await source.credentials() }
}

/// What all sources over HTTP answer in.
enum CredentialDocument {
    /// Reads the JSON that container and instance endpoints answer with.
    static func read(_ body: [UInt8], from source: String) throws(CredentialError) -> Credentials {
        guard let json = try? JSON(parsing: body), let id = json["AccessKeyId"]?.string,
            let secret = json["SecretAccessKey"]?.string
        else { throw CredentialError("\(source) answered with something other than credentials.") }
        return Credentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: json["Token"]?.string,
            expirySeconds: json["Expiration"]?.string.flatMap(seconds))
    }

    /// Seconds since 1970 of `2026-11-23T19:00:00Z`; fractions are dropped.
    static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54, bytes[13] == 0x3A,
            bytes[16] == 0x3A, bytes.last == 0x5A
        else { return nil }
        let digits = bytes[..<19].filter { $0 != 0x2D && $0 != 0x3A }
        return SigningTime(timestamp: String(decoding: digits, as: UTF8.self) + "Z")?.epochSeconds
    }
}

/// The endpoint that ECS and EKS give a container.
public struct ContainerCredentials: CredentialProvider {
    private let environment: [String: String]
    private let transport: any HTTPTransport

    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `..._FULL_URI`, asked through `transport`.
    public init(environment: [String: String], transport: any HTTPTransport) {
        self.environment = environment
        self.transport = transport
    }

    /// The container's keys; nil when the environment names no endpoint.
    public func credentials() async throws -> Credentials? {
        let url: String
        if let relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"], !relative.isEmpty {
            url = "http://169.254.170.2" + relative
        } else if let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"], !full.isEmpty {
            guard Self.isAllowed(full) else {
                throw CredentialError(
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI \"\(full)\" is neither https nor an address of this host.")
            }
            url = full
        } else {
            return nil
        }
        var headers: [(name: String, value: String)] = [("Accept", "application/json")]
        if let file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], !file.isEmpty {
            // The file is rewritten when the token is renewed: it is read anew each time.
            guard let token = File.read(file) else {
                throw CredentialError("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE \"\(file)\" cannot be read.")
            }
            headers.append(("Authorization", SharedConfiguration.trimmed(token[...])))
        } else if let token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"], !token.isEmpty {
            headers.append(("Authorization", token))
        }
        let response = try await transport.send(
            OutgoingRequest(
                method: "GET", url: url, headers: headers, connectTimeout: .seconds(2), timeout: .seconds(5)))
        guard response.status == 200 else {
            throw CredentialError("The container's credentials endpoint answered with status \(response.status).")
        }
        return try CredentialDocument.read(response.body, from: "The container's credentials endpoint")
    }

    /// Without TLS a token may only go to this host or to the addresses of ECS and EKS.
    static func isAllowed(_ url: String) -> Bool {
        if url.hasPrefix("https://") { return true }
        guard url.hasPrefix("http://") else { return false }
        let authority = url.dropFirst(7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { return false }
        if authority.hasPrefix("[") {
            return ["[::1]", "[fd00:ec2::23]"].contains(authority.prefix { $0 != "]" } + "]")
        }
        let host = authority.prefix { $0 != ":" }
        if host == "localhost" || host == "169.254.170.2" || host == "169.254.170.23" { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
    }
}

/// The instance metadata service of EC2, version 2.
public struct InstanceCredentials: CredentialProvider {
    private let environment: [String: String]
    private let transport: any HTTPTransport

    /// Asked through `transport`, unless `AWS_EC2_METADATA_DISABLED` is true.
    public init(environment: [String: String], transport: any HTTPTransport) {
        self.environment = environment
        self.transport = transport
    }

    /// The instance's keys; nil when this is no instance, or one without a role.
    public func credentials() async throws -> Credentials? {
        guard environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
        let configured = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"].flatMap { $0.isEmpty ? nil : $0 }
        var base = configured ?? "http://169.254.169.254"
        while base.hasSuffix("/") { base.removeLast() }
        func ask(
            _ method: String, _ path: String, _ header: (name: String, value: String)
        ) async throws -> IncomingResponse {
            try await transport.send(
                OutgoingRequest(
                    method: method, url: base + path, headers: [header], connectTimeout: .seconds(1),
                    timeout: .seconds(2)))
        }
        let token: IncomingResponse
        do {
            token = try await ask("PUT", "/latest/api/token", ("X-aws-ec2-metadata-token-ttl-seconds", "21600"))
        } catch is TransportError {
            return nil
        }
        guard token.status == 200 else { return nil }
        let header = ("X-aws-ec2-metadata-token", String(decoding: token.body, as: UTF8.self))
        let path = "/latest/meta-data/iam/security-credentials/"
        let roles = try await ask("GET", path, header)
        guard roles.status == 200 else { return nil }
        let role = String(decoding: roles.body, as: UTF8.self).prefix { !$0.isNewline }
        let document = try await ask("GET", path + role, header)
        guard document.status == 200 else {
            throw CredentialError("The instance metadata service answered with status \(document.status).")
        }
        return try CredentialDocument.read(document.body, from: "The instance metadata service")
    }
}

/// STS AssumeRoleWithWebIdentity, as pods of EKS use it.
public struct WebIdentityCredentials: CredentialProvider {
    private let roleARN: String?
    private let tokenFile: String?
    private let sessionName: String
    private let url: String
    private let transport: any HTTPTransport

    /// The role and the token's file of the environment, else of the profile.
    public init(
        environment: [String: String], profile: [String: String], region: String, transport: any HTTPTransport
    ) {
        func value(_ name: String, _ setting: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 } ?? profile[setting]
        }
        roleARN = value("AWS_ROLE_ARN", "role_arn")
        tokenFile = value("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file")
        sessionName = value("AWS_ROLE_SESSION_NAME", "role_session_name") ?? "dynamodb-client"
        let ignoring = environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() == "true"
        let configured = ignoring ? nil : environment["AWS_ENDPOINT_URL_STS"].flatMap { $0.isEmpty ? nil : $0 }
        url = configured ?? "https://sts.\(region).amazonaws.com/"
        self.transport = transport
    }

    /// The role's keys; nil when no role with a token's file is configured.
    public func credentials() async throws -> Credentials? {
        guard let roleARN, let tokenFile else { return nil }
        guard let token = File.read(tokenFile) else {
            throw CredentialError("The web identity token file \"\(tokenFile)\" cannot be read.")
        }
        let form = [
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", roleARN),
            ("RoleSessionName", sessionName), ("WebIdentityToken", SharedConfiguration.trimmed(token[...])),
        ]
        let body = form.map { $0.0 + "=" + CanonicalRequest.percentEncoded($0.1) }.joined(separator: "&")
        let response = try await transport.send(
            OutgoingRequest(
                method: "POST", url: url,
                headers: [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/xml")],
                body: Array(body.utf8), timeout: .seconds(10)))
        let text = String(decoding: response.body, as: UTF8.self)
        guard response.status == 200, let id = Self.element("AccessKeyId", in: text),
            let secret = Self.element("SecretAccessKey", in: text), let session = Self.element("SessionToken", in: text)
        else {
            let reason = Self.element("Message", in: text) ?? "status \(response.status)"
            throw CredentialError("STS refused the web identity: \(reason)")
        }
        return Credentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: session,
            expirySeconds: Self.element("Expiration", in: text).flatMap(CredentialDocument.seconds))
    }

    /// The text of the first element of this name. Keys and tokens have no characters that XML escapes.
    static func element(_ name: String, in text: String) -> String? {
        let open = Array("<\(name)>".utf8)
        let close = Array("</\(name)>".utf8)
        let bytes = Array(text.utf8)
        guard let start = bytes.firstRange(of: open)?.upperBound,
            let end = bytes[start...].firstRange(of: close)?.lowerBound
        else { return nil }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}

extension CredentialChain {
    /// The sources that AWS's SDKs ask, in their order: environment, web identity, shared files, container, instance.
    ///
    /// A plain-HTTP endpoint is a stand-in that needs no real keys: there what is at hand without asking anybody is used, else a made-up key.
    public static func standard(
        environment: [String: String], configuration: SharedConfiguration, endpoint: Endpoint,
        transport: any HTTPTransport, nowSeconds: @escaping @Sendable () -> Int64
    ) -> CredentialChain {
        let asked = environment["AWS_PROFILE"].map { !$0.isEmpty } ?? false
        let profile = ProfileCredentials(configuration: configuration, wasAskedFor: asked)
        guard !endpoint.isPlainHTTP else {
            return CredentialChain(
                [
                    EnvironmentCredentials(environment: environment), OptionalCredentials(profile),
                    StaticCredentials(Credentials(accessKeyID: "local", secretAccessKey: "local")),
                ], nowSeconds: nowSeconds)
        }
        let providers: [any CredentialProvider] = [
            EnvironmentCredentials(environment: environment),
            WebIdentityCredentials(
                environment: environment, profile: configuration.profile, region: endpoint.region,
                transport: transport),
            profile, ContainerCredentials(environment: environment, transport: transport),
            InstanceCredentials(environment: environment, transport: transport),
        ]
        return CredentialChain(providers, nowSeconds: nowSeconds)
    }
}
