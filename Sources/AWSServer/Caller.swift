import AWSSignature
import HTTP

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Who asks. An object, because the requests of a client share it.
final class Caller: Sendable {
    /// Whom the request is signed for: temporary credentials are used in another's stead.
    let credential: SignedCredential
    /// The access key that it is signed with; nil when it is not.
    let signedKey: String?
    /// Why it is not let in, if signatures are checked and its own does not hold.
    let refusal: SignatureRefusal?

    init(credential: SignedCredential, signedKey: String?, refusal: SignatureRefusal? = nil) {
        self.credential = credential
        self.signedKey = signedKey
        self.refusal = refusal
    }

    /// Who signs with a credential of his own.
    convenience init(_ credential: SignedCredential) {
        self.init(credential: credential, signedKey: credential.accessKeyID)
    }
}

/// Reads from requests who asks, whatever the signature is worth.
struct CallerReader {
    /// Who asks in a request that is not signed.
    let unsigned: Caller
    /// The beginning of the field that was read last, up to the credential's end, and whom it names. Clients sign all day with one.
    private var last: (start: [UInt8], caller: Caller)

    /// - Parameter region: where requests belong that are not signed
    init(region: String) {
        unsigned = Caller(SignedCredential(accessKeyID: nil, region: region))
        last = ([], unsigned)
    }

    /// Whom the credential in `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, ...` names, or that in the query of a
    /// presigned request. What cannot be read counts as unsigned.
    mutating func caller(authorization field: UnsafeRawBufferPointer?, target: UnsafeRawBufferPointer) -> Caller {
        guard let field else {
            return target.count > 1 ? Self.presigned(target).map(Caller.init) ?? unsigned : unsigned
        }
        if field.begins(with: last.start) { return last.caller }
        guard let start = Self.end(of: "Credential=", in: field) else { return unsigned }
        let end = field[start...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
        guard let caller = Self.parse(field[start..<(end ?? field.count)]).map(Caller.init) else { return unsigned }
        if let end { last = (Array(field[...end]), caller) }
        return caller
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
