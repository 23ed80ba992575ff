/// What a request says of its signature, in its `Authorization` header or in its query.
struct SignatureClaim {
    /// Whether it stands in the query: a presigned request.
    let isInQuery: Bool
    /// The algorithm.
    let algorithm: String
    /// The credential with its scope, unread.
    let credential: String
    /// The names of the signed headers, in lower case.
    let signedHeaders: Set<String>
    /// The signature.
    let signature: String
    /// The date, unread.
    let date: String
    /// The token of temporary credentials.
    let sessionToken: String?
    /// The lifetime of a presigned request, unread.
    let expires: String?

    /// Reads the claim of a request, or says with AWS's words what is not there.
    init(_ request: ReceivedRequest) throws(SignatureRefusal) {
        let authorization = request.header("authorization")
        let query = Self.parameters(request.query)
        let isInQuery = query["X-Amz-Algorithm"] != nil
        if authorization != nil, isInQuery {
            throw SignatureRefusal(
                .invalidSignature,
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
        }
        if let authorization, authorization.hasPrefix("AWS4-") {
            try self.init(authorization, request)
        } else if isInQuery {
            try self.init(query, request)
        } else {
            throw SignatureRefusal(.missingAuthenticationToken, "Request is missing Authentication Token")
        }
    }

    private init(_ authorization: String, _ request: ReceivedRequest) throws(SignatureRefusal) {
        let words = authorization.split { $0 == "," || $0 == " " || $0 == "\t" }
        var values: [Substring: String] = [:]
        for word in words.dropFirst() {
            guard let equals = word.firstIndex(of: "=") else {
                throw SignatureRefusal(
                    .incompleteSignature,
                    "'\(word)' not a valid key=value pair (missing equal-sign) in Authorization header: "
                        + "'\(authorization)'.")
            }
            let name = word[..<equals]
            if values[name] == nil { values[name] = String(word[word.index(after: equals)...]) }
        }
        let date = request.header("x-amz-date") ?? request.header("date")
        var faults = ""
        for name in ["Credential", "Signature", "SignedHeaders"] where values[Substring(name)]?.isEmpty ?? true {
            faults += "Authorization header requires '\(name)' parameter. "
        }
        if date?.isEmpty ?? true {
            faults += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
        }
        guard faults.isEmpty, let date else {
            throw SignatureRefusal(.incompleteSignature, faults + "Authorization=\(authorization)")
        }
        isInQuery = false
        algorithm = String(words[0])
        credential = values["Credential"] ?? ""
        signedHeaders = Self.names(values["SignedHeaders"] ?? "")
        signature = values["Signature"] ?? ""
        self.date = date
        sessionToken = request.header("x-amz-security-token")
        expires = nil
    }

    private init(_ query: [String: String], _ request: ReceivedRequest) throws(SignatureRefusal) {
        var faults = ""
        for name in ["Algorithm", "Credential", "Signature", "SignedHeaders", "Date"]
        where query["X-Amz-" + name]?.isEmpty ?? true {
            faults += "AWS query-string parameters must include 'X-Amz-\(name)'. "
        }
        guard faults.isEmpty else {
            throw SignatureRefusal(.incompleteSignature, faults + "Re-examine the query-string parameters.")
        }
        isInQuery = true
        algorithm = query["X-Amz-Algorithm"] ?? ""
        credential = query["X-Amz-Credential"] ?? ""
        signedHeaders = Self.names(query["X-Amz-SignedHeaders"] ?? "")
        signature = query["X-Amz-Signature"] ?? ""
        date = query["X-Amz-Date"] ?? ""
        sessionToken = query["X-Amz-Security-Token"] ?? request.header("x-amz-security-token")
        expires = query["X-Amz-Expires"]
    }

    private static func names(_ list: String) -> Set<String> {
        Set(list.lowercased().split(separator: ";").map(String.init))
    }

    /// The parameters of a query, decoded; of a name that stands twice, the first.
    private static func parameters(_ query: String) -> [String: String] {
        var parameters: [String: String] = [:]
        for part in query.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = decoded(pair[0])
            if parameters[name] == nil { parameters[name] = pair.count > 1 ? decoded(pair[1]) : "" }
        }
        return parameters
    }

    /// A query without the signature, which cannot have been signed.
    static func withoutSignature(_ query: String) -> String {
        query.split(separator: "&")
            .filter { part in decoded(part.prefix { $0 != "=" }) != "X-Amz-Signature" }
            .joined(separator: "&")
    }

    private static func decoded(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var result: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                result.append(value)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
