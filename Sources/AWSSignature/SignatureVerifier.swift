/// A request as it arrived, with what Signature Version 4 may have signed of it.
public struct ReceivedRequest {
    /// The method, in upper case.
    public var method: String
    /// The absolute path as sent, without the query.
    public var path: String
    /// The query as sent, without `?`; empty when there is none.
    public var query: String
    /// All header fields as sent, in their order.
    public var headers: [(name: String, value: String)]
    /// The body as sent. Valid while the request is checked.
    public var body: UnsafeRawBufferPointer

    /// A request of these parts.
    public init(
        method: String, path: String, query: String, headers: [(name: String, value: String)],
        body: UnsafeRawBufferPointer
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The value of the first field of this name, given in lower case.
    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
}

/// Why a request is not let in: one of AWS's exceptions, and its message.
public struct SignatureRefusal: Error, Hashable, Sendable {
    /// The exceptions.
    public enum Kind: Sendable {
        /// Nothing of a signature is there.
        case missingAuthenticationToken
        /// A part of the signature is not there or cannot be read.
        case incompleteSignature
        /// The signature is of another time, another place, or of other content.
        case invalidSignature
        /// The access key or its session token is not known.
        case unrecognizedClient
    }

    /// The exception.
    public let kind: Kind
    /// The message.
    public let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

/// Checks that requests are signed with one of a few keys, in AWS's order and with AWS's messages. Without a clock: the time of arrival
/// comes with each request.
public struct SignatureVerifier: Sendable {
    /// How far a request's date may be from the time of arrival unless it is said otherwise, in seconds: AWS's quarter of an hour.
    public static let standardSkewSeconds = 900

    private let credentials: [String: SigningCredentials]
    private let skewSeconds: Int64
    /// Deriving a key costs four hashes, and clients sign with one key all day.
    private var cached: (accessKeyID: String, scope: CredentialScope, key: [UInt8])?

    /// A verifier.
    /// - Parameters:
    ///   - credentials: the keys that are known; of those with one id the last
    ///   - skewSeconds: how far a request's date may be from the time of arrival
    public init(credentials: [SigningCredentials], skewSeconds: Int = SignatureVerifier.standardSkewSeconds) {
        self.credentials = Dictionary(credentials.map { ($0.accessKeyID, $0) }, uniquingKeysWith: { $1 })
        self.skewSeconds = Int64(skewSeconds)
    }

    /// Checks a request to a service, by its signing name, and returns whose it is and what it is signed for.
    /// - Parameters:
    ///   - now: when it arrived, in seconds since 1970
    ///   - temporary: finds the temporary credentials of a key that is not one of the known
    public mutating func verify(
        _ request: ReceivedRequest, service: String, now: Int64,
        temporary: (_ accessKeyID: String) -> SigningCredentials? = { _ in nil }
    ) throws(SignatureRefusal) -> (accessKeyID: String, scope: CredentialScope) {
        let claim = try SignatureClaim(request)
        let time = try Self.time(claim.date)
        try checkTime(time, claim, now)
        guard claim.signedHeaders.contains("host") else {
            throw SignatureRefusal(
                .invalidSignature, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
        }
        guard claim.algorithm == AWSSignature.algorithm else {
            throw SignatureRefusal(
                .incompleteSignature,
                "Unsupported AWS 'algorithm': '\(claim.algorithm)' (only AWS4-HMAC-SHA256 for now). ")
        }
        let (accessKeyID, scope) = try self.scope(claim, time, service)
        guard let known = credentials[accessKeyID] ?? temporary(accessKeyID) else { throw Self.unrecognized }
        let signature = AWSSignature.signature(
            stringToSign: AWSSignature.stringToSign(
                canonicalRequest: canonical(request, claim), time: time, scope: scope),
            signingKey: signingKey(known, scope))
        guard signature == claim.signature else {
            throw SignatureRefusal(
                .invalidSignature,
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                    + "Access Key and signing method. Consult the service documentation for details.")
        }
        guard claim.sessionToken == known.sessionToken else { throw Self.unrecognized }
        return (accessKeyID, scope)
    }

    private static let unrecognized = SignatureRefusal(
        .unrecognizedClient, "The security token included in the request is invalid.")

    private static func time(_ text: String) throws(SignatureRefusal) -> SigningTime {
        guard let time = SigningTime(timestamp: text) else {
            throw SignatureRefusal(
                .incompleteSignature,
                "Date must be in ISO-8601 'basic format'. Got '\(text)'. See http://en.wikipedia.org/wiki/ISO_8601")
        }
        return time
    }

    private func checkTime(_ time: SigningTime, _ claim: SignatureClaim, _ now: Int64) throws(SignatureRefusal) {
        let arrival = SigningTime(epochSeconds: now).timestamp
        let lifetime = try claim.expires.map { (text) throws(SignatureRefusal) in try Self.lifetime(text) }
        let past = lifetime ?? skewSeconds
        if time.epochSeconds < now - past {
            let bound = SigningTime(epochSeconds: now - past).timestamp
            throw SignatureRefusal(
                .invalidSignature,
                "Signature expired: \(time.timestamp) is now earlier than \(bound) (\(arrival) - \(Self.span(past)).)")
        }
        if time.epochSeconds > now + skewSeconds {
            let bound = SigningTime(epochSeconds: now + skewSeconds).timestamp
            throw SignatureRefusal(
                .invalidSignature,
                "Signature not yet current: \(time.timestamp) is still later than \(bound) "
                    + "(\(arrival) + \(Self.span(skewSeconds)).)")
        }
    }

    /// How long a presigned request is good for, a week at most.
    private static func lifetime(_ text: String) throws(SignatureRefusal) -> Int64 {
        guard let seconds = Int64(text), (1...604_800).contains(seconds) else {
            throw SignatureRefusal(
                .incompleteSignature, "X-Amz-Expires must be a number of seconds from 1 to 604800. Got '\(text)'.")
        }
        return seconds
    }

    private static func span(_ seconds: Int64) -> String {
        seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) sec"
    }

    /// The access key and what it is signed for. Every region will do: which one a request is for is what its scope says.
    private func scope(
        _ claim: SignatureClaim, _ time: SigningTime, _ service: String
    ) throws(SignatureRefusal) -> (String, CredentialScope) {
        var parts = claim.credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        while parts.last?.isEmpty == true { parts.removeLast() }
        guard parts.count == 5 else {
            throw SignatureRefusal(
                .incompleteSignature,
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
                    + "'\(claim.credential)'")
        }
        var faults = ""
        if !Self.isRegion(parts[2]) { faults += "Credential should be scoped to a valid region, not '\(parts[2])'. " }
        if parts[3] != service { faults += "Credential should be scoped to correct service: '\(service)'. " }
        if parts[4] != "aws4_request" {
            faults += "Credential should be scoped with a valid terminator: 'aws4_request', not '\(parts[4])'. "
        }
        if parts[1] != time.date {
            faults += "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            faults += "'\(parts[1])' != '\(time.date)', from '\(time.timestamp)'."
        }
        guard faults.isEmpty else { throw SignatureRefusal(.invalidSignature, faults) }
        return (parts[0], CredentialScope(date: parts[1], region: parts[2], service: parts[3]))
    }

    private static func isRegion(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...32).contains(bytes.count)
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private mutating func signingKey(_ credentials: SigningCredentials, _ scope: CredentialScope) -> [UInt8] {
        if let cached, cached.accessKeyID == credentials.accessKeyID, cached.scope == scope { return cached.key }
        let key = AWSSignature.signingKey(secretAccessKey: credentials.secretAccessKey, scope: scope)
        cached = (credentials.accessKeyID, scope, key)
        return key
    }

    /// What the client should have signed: a signed header that did not arrive counts as empty.
    private func canonical(_ request: ReceivedRequest, _ claim: SignatureClaim) -> CanonicalRequest {
        let unsigned = request.header("x-amz-content-sha256") == "UNSIGNED-PAYLOAD"
        var signable = SignableRequest(
            method: request.method, path: request.path,
            query: claim.isInQuery ? SignatureClaim.withoutSignature(request.query) : request.query,
            headers: request.headers,
            payloadHash: unsigned ? "UNSIGNED-PAYLOAD" : Hexadecimal.encode(SHA256.hash(request.body)))
        var missing = claim.signedHeaders
        for header in request.headers { missing.remove(header.name.lowercased()) }
        for name in missing { signable.headers.append((name, "")) }
        return CanonicalRequest(signable, signing: claim.signedHeaders)
    }
}
