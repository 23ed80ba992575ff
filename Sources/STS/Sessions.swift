import AWSSignature

/// Temporary credentials that were handed out, until they expire. In memory: after a restart they are unknown, as any foreign key.
public final class Sessions {
    /// Temporary credentials.
    public struct Session {
        /// What the client signs with.
        public let credentials: SigningCredentials
        /// Who the client is then.
        let identity: Identity
        /// When they expire, in seconds since 1970.
        public let expirySeconds: Int64
        /// The access key in whose stead they are used: that of the caller, or the role's ARN when the caller had none.
        public let origin: String
    }

    /// So many are kept at most; then the one that was handed out first is forgotten.
    static let countMax = 4096

    private var byKey: [String: Session] = [:]
    private var order: [String] = []
    /// No session expires before this.
    private var nextExpirySeconds = Int64.max
    private let random: () -> UInt64

    /// None yet.
    /// - Parameter random: where keys and tokens come from
    public init(random: @escaping () -> UInt64) { self.random = random }

    /// Whether there is none, so that nobody needs to look for one.
    public var isEmpty: Bool { byKey.isEmpty }

    /// The session of an access key, if it has not expired at `now`, in seconds since 1970.
    public func session(_ accessKeyID: String?, now: Int64) -> Session? {
        guard let accessKeyID, let session = byKey[accessKeyID] else { return nil }
        return session.expirySeconds > now ? session : nil
    }

    /// Hands out credentials.
    func issue(_ identity: Identity, origin: String, expirySeconds: Int64, now: Int64) -> Session {
        forget(expiredBy: now)
        let session = Session(
            credentials: SigningCredentials(
                accessKeyID: "ASIA" + text(16, of: Self.base32), secretAccessKey: text(40, of: Self.base64),
                sessionToken: text(256, of: Self.base64)),
            identity: identity, expirySeconds: expirySeconds, origin: origin)
        byKey[session.credentials.accessKeyID] = session
        order.append(session.credentials.accessKeyID)
        nextExpirySeconds = min(nextExpirySeconds, expirySeconds)
        return session
    }

    private func forget(expiredBy now: Int64) {
        if nextExpirySeconds <= now {
            byKey = byKey.filter { $1.expirySeconds > now }
            order.removeAll { byKey[$0] == nil }
            nextExpirySeconds = byKey.values.map(\.expirySeconds).min() ?? .max
        }
        while order.count >= Self.countMax { byKey[order.removeFirst()] = nil }
    }

    private static let base32 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    private static let base64 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private func text(_ count: Int, of alphabet: [UInt8]) -> String {
        String(decoding: (0..<count).map { _ in alphabet[Int(random() >> 32) % alphabet.count] }, as: UTF8.self)
    }
}

/// Who signs a request, as STS names it.
struct Identity: Hashable {
    /// The ARN.
    let arn: String
    /// The unique id.
    let userID: String

    /// The account's root user: whoever signs with a key that was not handed out here.
    static func root(of account: String) -> Identity { .init(arn: "arn:aws:iam::\(account):root", userID: account) }

    /// A session of a role; nil when the ARN is none, in STS's sense: it must have six parts, and of these a partition, a service and a
    /// resource.
    init?(role arn: String, session: String) {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", !parts[1].isEmpty, !parts[2].isEmpty, !parts[5].isEmpty else {
            return nil
        }
        let name = parts[5].split(separator: "/").last ?? parts[5]
        self.init(
            arn: "arn:\(parts[1]):sts::\(parts[4]):assumed-role/\(name)/\(session)",
            userID: Self.roleID(arn) + ":" + session)
    }

    private init(arn: String, userID: String) {
        self.arn = arn
        self.userID = userID
    }

    /// The id of a role: always the same for one ARN.
    private static func roleID(_ arn: String) -> String {
        let digest = SHA256.hash(Array(arn.utf8))
        return "AROA" + String(decoding: digest.prefix(17).map { UInt8(ascii: "A") + $0 % 26 }, as: UTF8.self)
    }
}
