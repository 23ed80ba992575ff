/// The instance metadata service of EC2, version 2.
public struct InstanceCredentials: CredentialProvider {
    private let environment: [String: String]
    private let transport: any HTTPTransport
    private let clock: ServiceClock

    /// When the service itself has only keys that are about to end, they are asked for again after this long and used meanwhile: it is
    /// known to be late at times, and the keys to be good all the same.
    static let extensionSeconds: Int64 = 900

    /// Asked through `transport`, unless `AWS_EC2_METADATA_DISABLED` is true.
    public init(environment: [String: String], transport: any HTTPTransport, clock: ServiceClock = ServiceClock()) {
        self.environment = environment
        self.transport = transport
        self.clock = clock
    }

    /// The instance's keys; nil when this is no instance, or one without a role.
    public func credentials() async throws -> Credentials? {
        guard environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
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
        var found = try CredentialDocument.read(document.body, from: "The instance metadata service")
        let now = clock.nowSeconds
        if let expiry = found.expirySeconds, expiry <= now + CredentialChain.refreshAheadSeconds {
            found.expirySeconds = now + Self.extensionSeconds
        }
        return found
    }

    private var base: String {
        if let endpoint = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"], !endpoint.isEmpty {
            var base = endpoint
            while base.hasSuffix("/") { base.removeLast() }
            return base
        }
        let isIPv6 = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() == "ipv6"
        return isIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
    }

    private func ask(
        _ method: String, _ path: String, _ header: (name: String, value: String)
    ) async throws -> IncomingResponse {
        try await transport.send(
            OutgoingRequest(
                method: method, url: base + path, headers: [header], connectTimeout: .seconds(1), timeout: .seconds(2),
                usesProxy: false))
    }
}
