import AWSConfiguration
import AWSSignature

/// The two operations of AWS's Security Token Service that lend credentials (API version 2011-06-15).
struct SecurityTokenService: Sendable {
    private let sender: SignedSender

    init(
        _ endpoint: Endpoint, transport: any HTTPTransport, policy: RetryPolicy, clock: ServiceClock,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        sender = SignedSender(
            endpoint, signingName: AWSService.sts.signingName, transport: transport, policy: policy, clock: clock,
            sleep: sleep)
    }

    /// Performs an operation that answers with credentials.
    /// - Parameters:
    ///   - parameters: in order, besides Action and Version
    ///   - credentials: whose keys sign; nil for AssumeRoleWithWebIdentity, which the token vouches for
    ///   - what: what the error's sentence says was refused
    func credentials(
        _ action: String, _ parameters: [(name: String, value: String)], signedBy credentials: CredentialChain?,
        what: String
    ) async throws -> Credentials {
        let form = [("Action", action), ("Version", "2011-06-15")] + parameters
        let body = form.map { $0.0 + "=" + CanonicalRequest.percentEncoded($0.1) }.joined(separator: "&")
        do {
            return try await sender.post(
                Array(body.utf8), headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
                credentials: credentials, repeatable: true, read: Self.read)
        } catch let error as SecurityTokenError {
            throw CredentialError("STS refused \(what): \(error.message)")
        }
    }

    private static func read(_ response: IncomingResponse) throws -> Credentials {
        let text = String(decoding: response.body, as: UTF8.self)
        guard response.status == 200 else { throw SecurityTokenError(response, text) }
        guard let id = element("AccessKeyId", in: text), let secret = element("SecretAccessKey", in: text),
            let session = element("SessionToken", in: text)
        else { throw ResponseError(description: "STS answered with something other than credentials.") }
        return Credentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: session,
            expirySeconds: element("Expiration", in: text).flatMap(CredentialDocument.seconds))
    }

    /// The text of the first element of this name, with XML's five entities resolved.
    static func element(_ name: String, in text: String) -> String? {
        let bytes = Array(text.utf8)
        guard let start = bytes.firstRange(of: Array("<\(name)>".utf8))?.upperBound,
            let end = bytes[start...].firstRange(of: Array("</\(name)>".utf8))?.lowerBound
        else { return nil }
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
        var resolved = ""
        var rest = String(decoding: bytes[start..<end], as: UTF8.self)[...]
        while let first = rest.first {
            if let entity = entities.first(where: { rest.hasPrefix($0.0) }) {
                resolved += entity.1
                rest = rest.dropFirst(entity.0.count)
            } else {
                resolved.append(first)
                rest = rest.dropFirst()
            }
        }
        return resolved
    }
}

/// An error that STS answered with.
struct SecurityTokenError: ServiceError, Hashable {
    var code: String
    var message: String
    var status: Int
    var hints: ResponseHints

    init(_ response: IncomingResponse, _ text: String) {
        status = response.status
        hints = ResponseHints(response)
        code = SecurityTokenService.element("Code", in: text) ?? ""
        message = SecurityTokenService.element("Message", in: text) ?? "status \(response.status)"
    }
}

/// STS AssumeRole: a role that other credentials may assume.
struct AssumeRoleCredentials: CredentialProvider {
    var roleARN: String
    var sessionName: String?
    var externalID: String?
    var durationSeconds: Int?
    /// Whose keys assume the role.
    var source: CredentialChain
    var service: SecurityTokenService

    func credentials() async throws -> Credentials? {
        var parameters = [("RoleArn", roleARN), ("RoleSessionName", sessionName ?? standardSessionName)]
        if let externalID { parameters.append(("ExternalId", externalID)) }
        if let durationSeconds { parameters.append(("DurationSeconds", String(durationSeconds))) }
        return try await service.credentials("AssumeRole", parameters, signedBy: source, what: "the role \(roleARN)")
    }
}

/// STS AssumeRoleWithWebIdentity, as pods of EKS use it.
struct WebIdentityCredentials: CredentialProvider {
    var roleARN: String
    /// The file is rewritten when the token is renewed: it is read anew each time.
    var tokenFile: String
    var sessionName: String?
    var service: SecurityTokenService

    func credentials() async throws -> Credentials? {
        guard let token = TextFile.read(tokenFile) else {
            throw CredentialError("The web identity token file \"\(tokenFile)\" cannot be read.")
        }
        return try await service.credentials(
            "AssumeRoleWithWebIdentity",
            [
                ("RoleArn", roleARN), ("RoleSessionName", sessionName ?? standardSessionName),
                ("WebIdentityToken", SharedConfiguration.trimmed(token[...])),
            ], signedBy: nil, what: "the web identity")
    }
}

/// The web identity that the environment describes: `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN` and `AWS_ROLE_SESSION_NAME`.
struct EnvironmentWebIdentity: CredentialProvider {
    let sources: CredentialSources

    func credentials() async throws -> Credentials? {
        func value(_ name: String) -> String? { sources.environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let file = value("AWS_WEB_IDENTITY_TOKEN_FILE") else { return nil }
        guard let role = value("AWS_ROLE_ARN") else {
            throw CredentialError("AWS_WEB_IDENTITY_TOKEN_FILE is set but no role: set AWS_ROLE_ARN.")
        }
        return try await WebIdentityCredentials(
            roleARN: role, tokenFile: file, sessionName: value("AWS_ROLE_SESSION_NAME"), service: sources.tokens()
        ).credentials()
    }
}

/// What sessions are called unless they are named.
private let standardSessionName = "dynamodb-client"
