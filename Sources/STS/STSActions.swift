import AWSProtocols
import AWSSignature

/// What an action of STS knows besides its request.
public struct STSContext {
    /// The sessions that there are; new ones are added.
    public let sessions: Sessions
    /// The account.
    public let account: String
    /// The access key that the request is signed with; nil when it is not signed.
    public let accessKeyID: String?
    /// Seconds since 1970.
    public let now: Int64

    /// A context.
    public init(sessions: Sessions, account: String, accessKeyID: String?, now: Int64) {
        self.sessions = sessions
        self.account = account
        self.accessKeyID = accessKeyID
        self.now = now
    }

    /// Who asks.
    var caller: Identity { sessions.session(accessKeyID, now: now)?.identity ?? .root(of: account) }

    /// In whose stead the asker's credentials are used.
    var origin: String? { sessions.session(accessKeyID, now: now)?.origin ?? accessKeyID }
}

/// AWS's Security Token Service: identities and credentials of the right shape. There are no users, roles and policies behind them: every
/// role can be assumed, and no policy takes anything away.
public enum STSActions {
    /// The API's version.
    public static let version = "2011-06-15"
    /// The namespace of its answers.
    public static let namespace = "https://sts.amazonaws.com/doc/2011-06-15/"

    /// By name, ascending.
    public static let all: [ServiceAction<STSContext>] = [
        AssumeRole.action,
        AssumeRoleWithWebIdentity.action,
        GetAccessKeyInfo.action,
        GetCallerIdentity.action,
        GetSessionToken.action,
    ]

    /// AWS's other actions, which are not there yet: they are answered as AWS answers a name that it does not know.
    public static let absent: [String] = [
        "AssumeRoleWithSAML", "AssumeRoot", "DecodeAuthorizationMessage", "GetDelegatedAccessToken",
        "GetFederationToken", "GetScopedCredentials", "GetWebIdentityToken",
    ]
}

extension Sessions.Session {
    /// The structure Credentials.
    var document: Document {
        .members([
            "AccessKeyId": .text(credentials.accessKeyID),
            "SecretAccessKey": .text(credentials.secretAccessKey),
            "SessionToken": .text(credentials.sessionToken ?? ""),
            "Expiration": .timestamp(Double(expirySeconds)),
        ])
    }
}

extension Constraints {
    /// What the model says of ARNs.
    mutating func check(arn: String?, at path: String) {
        guard let arn else { return add(nil, at: path, "not be null") }
        let isText = arn.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...: true
            default: false
            }
        }
        if arn.isEmpty || !isText { add(arn, at: path, "satisfy regular expression pattern: \(Self.arnPattern)") }
        check(arn, at: path, length: 20...2048)
    }

    private static let arnPattern =
        #"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+"#

    /// What the model says of a string of word characters and a few others.
    mutating func check(words: String?, and others: String, at path: String, length: ClosedRange<Int>) {
        guard let words else { return }
        let isMade = words.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: others.utf8.contains(byte)
            }
        }
        if !isMade { add(words, at: path, #"satisfy regular expression pattern: [\w\#(others)]*"#) }
        check(words, at: path, length: length)
    }
}
