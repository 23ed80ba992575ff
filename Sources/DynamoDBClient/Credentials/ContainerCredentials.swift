import AWSConfiguration

/// The endpoint that ECS and EKS give a container.
public struct ContainerCredentials: CredentialProvider {
    private let environment: [String: String]
    private let transport: any HTTPTransport
    private let sleep: @Sendable (Duration) async throws -> Void

    /// How often the endpoint is asked before it counts as away.
    static let attemptsMax = 3

    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `..._FULL_URI`, asked through `transport`.
    public init(
        environment: [String: String], transport: any HTTPTransport,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.environment = environment
        self.transport = transport
        self.sleep = sleep
    }

    /// The container's keys; nil when the environment names no endpoint.
    /// - Throws: ``CredentialError`` or ``TransportError`` when the endpoint may not be asked, or gives none.
    public func credentials() async throws -> Credentials? {
        guard let url = try url() else { return nil }
        let request = OutgoingRequest(
            method: "GET", url: url, headers: [("Accept", "application/json")] + (try authorization()),
            connectTimeout: .seconds(2), timeout: .seconds(5), usesProxy: url.hasPrefix("https://"))
        var attempt = 1
        while true {
            do {
                let response = try await transport.send(request)
                guard response.status == 200 else {
                    throw CredentialError(
                        "The container's credentials endpoint answered with status \(response.status).")
                }
                return try CredentialDocument.read(response.body, from: "The container's credentials endpoint")
            } catch {
                guard attempt < Self.attemptsMax, !(error is CancellationError) else { throw error }
                try await sleep(.seconds(1))
                attempt += 1
            }
        }
    }

    private func url() throws(CredentialError) -> String? {
        if let relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"], !relative.isEmpty {
            return "http://169.254.170.2" + relative
        }
        guard let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"], !full.isEmpty else { return nil }
        guard Self.isAllowed(full) else {
            throw CredentialError(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI \"\(full)\" is neither https nor an address of this host.")
        }
        return full
    }

    private func authorization() throws(CredentialError) -> [(name: String, value: String)] {
        var token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] ?? ""
        var source = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
        if let file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], !file.isEmpty {
            // The file is rewritten when the token is renewed: it is read anew each time.
            guard let text = TextFile.read(file) else {
                throw CredentialError("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE \"\(file)\" cannot be read.")
            }
            token = SharedConfiguration.trimmed(text[...])
            source = file
        }
        guard !token.contains(where: \.isNewline) else {
            throw CredentialError("The token in \(source) has a line break and cannot be a header.")
        }
        return token.isEmpty ? [] : [("Authorization", token)]
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
