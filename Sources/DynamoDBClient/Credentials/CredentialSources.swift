import AWSConfiguration

/// What sources of credentials are made of, and the order in which they are asked.
struct CredentialSources: Sendable {
    var environment: [String: String]
    var configuration: SharedConfiguration
    var transport: any HTTPTransport
    var retryPolicy: RetryPolicy
    var clock: ServiceClock
    /// The endpoint of the Security Token Service.
    var tokenService: Endpoint
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// The sources that AWS's SDKs ask, in their order: environment, web identity, shared files, container, instance.
    ///
    /// A plain-HTTP endpoint is a stand-in that needs no real keys: there what is at hand without asking anybody is used, else a made-up key.
    func chain(for endpoint: Endpoint) -> CredentialChain {
        let environmentKeys = EnvironmentCredentials(environment: environment)
        guard !endpoint.isPlainHTTP else {
            return CredentialChain(
                [
                    environmentKeys, KeysOfProfile(configuration: configuration),
                    StaticCredentials(Credentials(accessKeyID: "local", secretAccessKey: "local")),
                ], clock: clock)
        }
        return CredentialChain(
            [
                environmentKeys, EnvironmentWebIdentity(sources: self),
                ProfileCredentials(name: configuration.profileName, sources: self), container, instance,
            ], clock: clock)
    }

    /// The endpoint that ECS and EKS give a container.
    var container: ContainerCredentials {
        ContainerCredentials(environment: environment, transport: transport, sleep: sleep)
    }

    /// The instance metadata service.
    var instance: InstanceCredentials {
        InstanceCredentials(environment: environment, transport: transport, clock: clock)
    }

    /// The Security Token Service.
    func tokens() -> SecurityTokenService {
        SecurityTokenService(
            tokenService, transport: transport, policy: retryPolicy.forTokenService, clock: clock, sleep: sleep)
    }
}

/// The keys that the profile in use has itself; nothing else of it is looked at.
private struct KeysOfProfile: CredentialProvider {
    let configuration: SharedConfiguration

    func credentials() -> Credentials? { ProfileCredentials.keys(configuration.profile) }
}
