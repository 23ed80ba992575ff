import Testing

@testable import AWSSignature

@Suite("Signatures are checked") struct SignatureVerifierTests {
    private let credentials = SigningCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG")
    private let temporary = SigningCredentials(accessKeyID: "ASIA", secretAccessKey: "sécret", sessionToken: "t/o+k==")
    private let now: Int64 = 1_440_938_160
    private var verifier: SignatureVerifier {
        SignatureVerifier(credentials: [credentials, temporary], skewSeconds: 900)
    }

    /// A request that the signer of this module has signed.
    private func signed(
        _ credentials: SigningCredentials, at time: Int64? = nil, region: String = "eu-west-3", body: String = "{}",
        headers: [(name: String, value: String)] = [], query: String = ""
    ) -> (ReceivedRequest, [UInt8]) {
        let bytes = Array(body.utf8)
        var signer = RequestSigner(region: region, service: "dynamodb")
        let headers = [(name: "Host", value: "localhost:8000")] + headers
        let added = signer.headers(
            signing: SignableRequest(method: "POST", path: "/", query: query, headers: headers, body: bytes),
            credentials: credentials, at: SigningTime(epochSeconds: time ?? now))
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        return (
            ReceivedRequest(method: "POST", path: "/", query: query, headers: headers + added, body: nothing), bytes
        )
    }

    /// Why a request is not let in.
    private func refusal(
        _ request: (ReceivedRequest, [UInt8]), at now: Int64? = nil, change: (inout ReceivedRequest) -> Void = { _ in }
    ) -> SignatureRefusal? {
        var (received, body) = request
        change(&received)
        var verifier = verifier
        return body.withUnsafeBytes { body in
            received.body = body
            do throws(SignatureRefusal) {
                _ = try verifier.verify(received, service: "dynamodb", now: now ?? self.now)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test("What the signer signs is let in, with a session token, a query, an odd value, and in every region")
    func accepted() {
        #expect(refusal(signed(credentials)) == nil)
        #expect(refusal(signed(credentials, region: "us-gov-west-1")) == nil)
        #expect(refusal(signed(temporary)) == nil)
        #expect(refusal(signed(credentials, body: "")) == nil)
        #expect(
            refusal(signed(credentials, headers: [("X-Odd", "  ü   b "), ("X-Odd", "c")], query: "b=%20&a&A=1")) == nil)
    }

    @Test("A key that is kept for one key is not used for another, nor for another region")
    func cachedKey() {
        var verifier = verifier
        for (credentials, region) in [
            (credentials, "r"), (temporary, "r"), (credentials, "r"), (credentials, "r2"), (credentials, "r"),
        ] {
            var (request, body) = signed(credentials, region: region)
            body.withUnsafeBytes {
                request.body = $0
                let verified = try? verifier.verify(request, service: "dynamodb", now: now)
                #expect(verified?.accessKeyID == credentials.accessKeyID)
                #expect(verified?.scope.region == region)
            }
        }
    }

    @Test("A date is good to the second of the skew, on both sides")
    func skew() {
        #expect(refusal(signed(credentials, at: now - 900)) == nil)
        #expect(refusal(signed(credentials, at: now + 900)) == nil)
        #expect(
            refusal(signed(credentials, at: now - 901))?.message
                == "Signature expired: 20150830T122059Z is now earlier than 20150830T122100Z (20150830T123600Z - 15 min.)"
        )
        #expect(
            refusal(signed(credentials, at: now + 901))?.message
                == "Signature not yet current: 20150830T125101Z is still later than 20150830T125100Z "
                + "(20150830T123600Z + 15 min.)")
    }

    @Test("A change of what was signed is seen")
    func changed() {
        let wrong: (SignatureRefusal?) -> Bool = { $0?.kind == .invalidSignature }
        #expect(wrong(refusal(signed(credentials)) { $0.method = "PUT" }))
        #expect(wrong(refusal(signed(credentials)) { $0.path = "/x" }))
        #expect(wrong(refusal(signed(credentials)) { $0.query = "a=b" }))
        #expect(wrong(refusal(signed(credentials)) { $0.headers[0].value = "elsewhere" }))
        #expect(wrong(refusal((signed(credentials).0, Array("{ }".utf8)))))
        // What was not signed may change on the way.
        #expect(refusal(signed(credentials)) { $0.headers.append(("X-Proxy", "1")) } == nil)
    }

    @Test("The session token is the key's own, no other and not none")
    func token() {
        for token in ["other", nil] as [String?] {
            var wrong = temporary
            wrong.sessionToken = token
            #expect(refusal(signed(wrong))?.kind == .unrecognizedClient)
        }
        var wrong = credentials
        wrong.sessionToken = "more"
        #expect(refusal(signed(wrong))?.kind == .unrecognizedClient)
    }

    @Test(
        "What claims a signature and has none harms nothing",
        arguments: [
            "AWS4-", "AWS4-HMAC-SHA256", "AWS4-,,,", "AWS4- =", "AWS4- Credential=////,Signature=,SignedHeaders=;;;",
            "AWS4-HMAC-SHA256 Credential=/////, SignedHeaders=host, Signature=x",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f/g, SignedHeaders=host;;, Signature=x", "AWS4-\u{FFFD}", "",
        ])
    func odd(_ authorization: String) {
        let request = ReceivedRequest(
            method: "POST", path: "/", query: "%&=&%=%25%", headers: [("Authorization", authorization), ("Host", "")],
            body: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(refusal((request, [])) != nil)
    }
}
