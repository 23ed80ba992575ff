import AWSSignature

/// Whom a request is signed for and where; what is behind the signature is another matter.
public struct SignedCredential: Hashable, Sendable {
    /// The access key; nil for requests that are not signed.
    public let accessKeyID: String?
    /// The region.
    public let region: String

    /// Of an access key in a region.
    public init(accessKeyID: String?, region: String) {
        self.accessKeyID = accessKeyID
        self.region = region
    }

    /// A name for its directory that differs from every other's on every file system: the key for people to recognise, the region, and a
    /// digest of both.
    public var directoryName: String {
        guard let accessKeyID else { return "unsigned.\(region)" }
        let plain = accessKeyID.utf8.prefix(40).map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): byte
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            default: UInt8(ascii: "_")
            }
        }
        let digest = Hexadecimal.encode(SHA256.hash(Array((accessKeyID + "/" + region).utf8)))
        return "\(String(decoding: plain, as: UTF8.self)).\(region).\(digest.prefix(16))"
    }
}
