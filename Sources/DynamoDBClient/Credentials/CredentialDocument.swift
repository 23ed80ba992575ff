import AWSSignature

/// The JSON that container and instance endpoints answer with, and that credential processes print.
enum CredentialDocument {
    /// Reads a document.
    /// - Parameters:
    ///   - tokenName: what the source calls the session token
    ///   - source: what the error's sentence begins with
    static func read(
        _ body: [UInt8], tokenName: String = "Token", from source: String
    ) throws(CredentialError) -> Credentials {
        guard let json = try? JSON(parsing: body) else {
            throw CredentialError("\(source) answered with something other than JSON.")
        }
        guard let id = json["AccessKeyId"]?.string, let secret = json["SecretAccessKey"]?.string else {
            let message = json["Message"]?.string ?? json["message"]?.string ?? json["Code"]?.string
            throw CredentialError(
                message.map { "\(source) has refused: \($0)" } ?? "\(source) answered without credentials.")
        }
        var expiry: Int64?
        if let text = json["Expiration"]?.string {
            guard let seconds = seconds(text) else {
                throw CredentialError("\(source) answered with an Expiration that is no time: \"\(text)\".")
            }
            expiry = seconds
        }
        return Credentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: json[tokenName]?.string, expirySeconds: expiry)
    }

    /// Seconds since 1970 of `2026-11-23T19:00:00Z` or `2026-11-23T20:00:00+01:00`; fractions are dropped.
    static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54, bytes[13] == 0x3A,
            bytes[16] == 0x3A
        else { return nil }
        let digits = bytes[..<19].filter { $0 != 0x2D && $0 != 0x3A }
        guard let local = SigningTime(timestamp: String(decoding: digits, as: UTF8.self) + "Z")?.epochSeconds else {
            return nil
        }
        var zone = bytes[19...]
        if zone.first == UInt8(ascii: ".") {
            zone = zone.dropFirst().drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        if zone.elementsEqual([UInt8(ascii: "Z")]) { return local }
        let sign: Int64 = zone.first == UInt8(ascii: "-") ? -1 : 1
        let offset = zone.dropFirst().filter { $0 != UInt8(ascii: ":") }
        guard zone.first == UInt8(ascii: "+") || sign < 0, offset.count == 4,
            let number = Int64(String(decoding: offset, as: UTF8.self)), number >= 0
        else { return nil }
        return local - sign * (number / 100 * 3600 + number % 100 * 60)
    }
}
