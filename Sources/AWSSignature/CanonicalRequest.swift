/// An HTTP request as Signature Version 4 looks at it: what is sent, before or after signing.
public struct SignableRequest: Sendable {
    /// The method, in upper case.
    public var method: String
    /// The absolute path as sent (percent-encoded), without the query.
    public var path: String
    /// The query as sent (percent-encoded), without `?`; empty when there is none.
    public var query: String
    /// Names in any case; a name may come more than once.
    public var headers: [(name: String, value: String)]
    /// The body's SHA-256 in lower-case hexadecimal, or one of AWS's words such as `UNSIGNED-PAYLOAD`.
    public var payloadHash: String

    /// A request whose body hashes to `payloadHash`.
    public init(
        method: String, path: String, query: String = "", headers: [(name: String, value: String)], payloadHash: String
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.payloadHash = payloadHash
    }

    /// A request with this body.
    public init(
        method: String, path: String, query: String = "", headers: [(name: String, value: String)], body: [UInt8]
    ) {
        self.init(
            method: method, path: path, query: query, headers: headers,
            payloadHash: Hexadecimal.encode(SHA256.hash(body)))
    }
}

/// The canonical form of a request ("Create a signed AWS API request", step 1).
public struct CanonicalRequest: Sendable {
    /// The text that is hashed into the string to sign.
    public let text: String
    /// The signed headers' names: lower case, sorted, joined by `;`.
    public let signedHeaders: String

    /// The canonical form of `request` over the headers in `names` (lower case), or over all of them.
    /// - Parameter normalizingPath: whether `.`, `..` and `//` are resolved and the path encoded once more; every service but S3.
    public init(_ request: SignableRequest, signing names: Set<String>? = nil, normalizingPath: Bool = true) {
        var grouped: [(name: String, values: [String])] = []
        var positions: [String: Int] = [:]
        for header in request.headers {
            let name = header.name.lowercased()
            guard names?.contains(name) ?? true else { continue }
            let value = Self.collapsed(header.value)
            if let position = positions[name] {
                grouped[position].values.append(value)
            } else {
                positions[name] = grouped.count
                grouped.append((name, [value]))
            }
        }
        grouped.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        signedHeaders = grouped.map(\.name).joined(separator: ";")
        var text = request.method + "\n"
        text += (normalizingPath ? Self.encodedPath(Self.normalized(request.path)) : request.path) + "\n"
        text += Self.sortedQuery(request.query) + "\n"
        for header in grouped { text += header.name + ":" + header.values.joined(separator: ",") + "\n" }
        text += "\n" + signedHeaders + "\n" + request.payloadHash
        self.text = text
    }

    /// A header value without blanks at its ends and with each run of blanks inside as one.
    static func collapsed(_ value: String) -> String {
        var result: [UInt8] = []
        var blank = false
        for byte in value.utf8 {
            if byte == 0x20 || byte == 0x09 {
                blank = !result.isEmpty
            } else {
                if blank { result.append(0x20) }
                blank = false
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// A path without `.`, `..` and empty segments (RFC 3986, 5.2.4), where a slash at the end stays; after a last `.` or `..` AWS's SDKs
    /// set none, unlike the RFC.
    static func normalized(_ path: String) -> String {
        var segments: [Substring] = []
        for segment in path.split(separator: "/", omittingEmptySubsequences: true) {
            switch segment {
            case ".": continue
            case "..": _ = segments.popLast()
            default: segments.append(segment)
            }
        }
        let joined = "/" + segments.joined(separator: "/")
        return path.hasSuffix("/") && joined != "/" ? joined + "/" : joined
    }

    /// The path with every byte but the unreserved ones and `/` percent-encoded.
    static func encodedPath(_ path: String) -> String {
        percentEncoded(path) { $0 == UInt8(ascii: "/") }
    }

    /// Percent-encodes all but RFC 3986's unreserved characters and those that `keeping` names.
    public static func percentEncoded(_ text: String, keeping: (UInt8) -> Bool = { _ in false }) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            case _ where keeping(byte):
                result.append(byte)
            default:
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The query's parameters sorted by encoded name, then encoded value; a name without `=` gets one.
    static func sortedQuery(_ query: String) -> String {
        guard !query.isEmpty else { return "" }
        return query.split(separator: "&", omittingEmptySubsequences: true)
            .map { parameter -> (name: String, value: String) in
                let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let percent: (UInt8) -> Bool = { $0 == UInt8(ascii: "%") }
                return (
                    percentEncoded(String(parts[0]), keeping: percent),
                    parts.count > 1 ? percentEncoded(String(parts[1]), keeping: percent) : ""
                )
            }
            .sorted { left, right in
                left.name == right.name
                    ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
                    : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
            }
            .map { $0.name + "=" + $0.value }.joined(separator: "&")
    }
}
