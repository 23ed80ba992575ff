import AWSSignature
import HTTP

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

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

/// Reads credentials from requests.
struct CredentialReader {
    /// What a request that is not signed has.
    let unsigned: SignedCredential
    /// The beginning of the field that was read last, up to the credential's end, and what it says. Clients sign all day with one.
    private var last: (start: [UInt8], credential: SignedCredential)

    /// - Parameter region: where requests belong that are not signed
    init(region: String) {
        unsigned = SignedCredential(accessKeyID: nil, region: region)
        last = ([], unsigned)
    }

    /// The credential in `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, ...`, or that in the query of a presigned
    /// request. What cannot be read counts as unsigned.
    mutating func credential(
        authorization field: UnsafeRawBufferPointer?, target: UnsafeRawBufferPointer
    ) -> SignedCredential {
        guard let field else { return target.count > 1 ? Self.presigned(target) ?? unsigned : unsigned }
        if field.begins(with: last.start) { return last.credential }
        guard let start = Self.end(of: "Credential=", in: field) else { return unsigned }
        let end = field[start...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
        guard let credential = Self.parse(field[start..<(end ?? field.count)]) else { return unsigned }
        if let end { last = (Array(field[...end]), credential) }
        return credential
    }

    private static func presigned(_ target: UnsafeRawBufferPointer) -> SignedCredential? {
        guard let start = end(of: "X-Amz-Credential=", in: target) else { return nil }
        let value = target[start...].prefix { $0 != UInt8(ascii: "&") }
        // What is percent-encoded in a credential is its slashes.
        var bytes: [UInt8] = []
        var at = value.startIndex
        while at < value.endIndex {
            let isSlash =
                value[at] == UInt8(ascii: "%") && at + 2 < value.endIndex && value[at + 1] == UInt8(ascii: "2")
                && value[at + 2] | 0x20 == UInt8(ascii: "f")
            bytes.append(isSlash ? UInt8(ascii: "/") : value[at])
            at += isSlash ? 3 : 1
        }
        return bytes.withUnsafeBytes { parse($0[...]) }
    }

    /// Regions are short names of lower-case letters, digits and hyphens; anything else must not get into an ARN.
    private static let regionLengthMax = 32

    private static func parse(_ bytes: Slice<UnsafeRawBufferPointer>) -> SignedCredential? {
        let slashes = bytes.indices.filter { bytes[$0] == UInt8(ascii: "/") }
        // The key may have slashes of its own: the scope is read from the end.
        guard slashes.count >= 4 else { return nil }
        let region = bytes[slashes[slashes.count - 3] + 1..<slashes[slashes.count - 2]]
        let isName = region.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        let key = bytes[bytes.startIndex..<slashes[slashes.count - 4]]
        guard !region.isEmpty, region.count <= regionLengthMax, isName, !key.isEmpty else { return nil }
        return SignedCredential(
            accessKeyID: String(decoding: key, as: UTF8.self), region: String(decoding: region, as: UTF8.self))
    }

    /// Where a word ends in a field for the first time; nil when it does not stand there.
    private static func end(of word: StaticString, in field: UnsafeRawBufferPointer) -> Int? {
        let count = word.utf8CodeUnitCount
        var start = 0
        while start + count <= field.count {
            if UnsafeRawBufferPointer(rebasing: field[start..<start + count]).isEqual(word) { return start + count }
            start += 1
        }
        return nil
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func begins(with start: [UInt8]) -> Bool {
        guard !start.isEmpty, count >= start.count else { return false }
        return start.withUnsafeBytes { memcmp(baseAddress!, $0.baseAddress!, start.count) == 0 }
    }
}
