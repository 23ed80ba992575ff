/// The keys that requests are signed with.
public struct SigningCredentials: Hashable, Sendable {
    /// The public part, sent with each request.
    public var accessKeyID: String
    /// The secret part, never sent.
    public var secretAccessKey: String
    /// What temporary credentials carry besides; sent as `X-Amz-Security-Token`.
    public var sessionToken: String?

    /// Long-lived keys, or temporary ones with their token.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

/// What a signature is valid for: a day, a region and a service.
public struct CredentialScope: Hashable, Sendable {
    /// `20150830`.
    public var date: String
    /// Such as `ap-northeast-2`.
    public var region: String
    /// The service's signing name, such as `dynamodb`.
    public var service: String

    /// The scope of one day in one region for one service.
    public init(date: String, region: String, service: String) {
        self.date = date
        self.region = region
        self.service = service
    }

    /// `20150830/us-east-1/service/aws4_request`.
    public var description: String { "\(date)/\(region)/\(service)/aws4_request" }
}

/// Signature Version 4 in its pure steps: both the signer and a verifier are made of these.
public enum AWSSignature {
    /// The only algorithm: HMAC with SHA-256.
    public static let algorithm = "AWS4-HMAC-SHA256"

    /// Step 2: the string to sign.
    public static func stringToSign(
        canonicalRequest: CanonicalRequest, time: SigningTime, scope: CredentialScope
    ) -> String {
        algorithm + "\n" + time.timestamp + "\n" + scope.description + "\n"
            + Hexadecimal.encode(SHA256.hash(canonicalRequest.text.utf8))
    }

    /// The key of a scope, derived from the secret key; 32 bytes, good for a whole day.
    public static func signingKey(secretAccessKey: String, scope: CredentialScope) -> [UInt8] {
        var key = SHA256.hmac(key: Array(("AWS4" + secretAccessKey).utf8), scope.date)
        key = SHA256.hmac(key: key, scope.region)
        key = SHA256.hmac(key: key, scope.service)
        return SHA256.hmac(key: key, "aws4_request")
    }

    /// Step 3: the signature, 64 hexadecimal digits.
    public static func signature(stringToSign: String, signingKey: [UInt8]) -> String {
        Hexadecimal.encode(SHA256.hmac(key: signingKey, stringToSign))
    }
}

/// Signs requests for one region and service. The key of the last day and secret is kept, since deriving it costs four hashes.
public struct RequestSigner: Sendable {
    /// The region that is signed for.
    public let region: String
    /// The service's signing name.
    public let service: String

    private var cached: (secret: String, scope: CredentialScope, key: [UInt8])?

    /// A signer for `service` in `region`.
    public init(region: String, service: String) {
        self.region = region
        self.service = service
    }

    /// The headers to add to `request`: `X-Amz-Date`, `X-Amz-Security-Token` when there is one, and `Authorization`.
    ///
    /// `request` must have its `Host` header, and every header that it has is signed.
    public mutating func headers(
        signing request: SignableRequest, credentials: SigningCredentials, at time: SigningTime
    ) -> [(name: String, value: String)] {
        var added = [(name: "X-Amz-Date", value: time.timestamp)]
        if let token = credentials.sessionToken { added.append((name: "X-Amz-Security-Token", value: token)) }
        var request = request
        request.headers += added
        let canonical = CanonicalRequest(request)
        let scope = CredentialScope(date: time.date, region: region, service: service)
        let signature = AWSSignature.signature(
            stringToSign: AWSSignature.stringToSign(canonicalRequest: canonical, time: time, scope: scope),
            signingKey: signingKey(credentials.secretAccessKey, scope))
        added.append(
            (
                name: "Authorization",
                value: "\(AWSSignature.algorithm) Credential=\(credentials.accessKeyID)/\(scope.description), "
                    + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
            ))
        return added
    }

    private mutating func signingKey(_ secret: String, _ scope: CredentialScope) -> [UInt8] {
        if let cached, cached.secret == secret, cached.scope == scope { return cached.key }
        let key = AWSSignature.signingKey(secretAccessKey: secret, scope: scope)
        cached = (secret, scope, key)
        return key
    }
}
