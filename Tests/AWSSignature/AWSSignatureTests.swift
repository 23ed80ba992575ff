import Testing

@testable import AWSSignature

/// The figures are those that AWS publishes: the Signature Version 4 test suite (AKIDEXAMPLE, 2015-08-30T12:36:00Z, us-east-1,
/// service) and the documentation's examples.
@Suite struct AWSSignatureTests {
    let credentials = SigningCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    let time = SigningTime(epochSeconds: 1_440_938_160)

    func signature(
        _ method: String = "GET", path: String = "/", query: String = "",
        headers: [(name: String, value: String)] = [], body: [UInt8] = [], token: String? = nil
    ) -> String {
        var signer = RequestSigner(region: "us-east-1", service: "service")
        let request = SignableRequest(
            method: method, path: path, query: query,
            headers: [(name: "Host", value: "example.amazonaws.com")] + headers, body: body)
        var credentials = credentials
        credentials.sessionToken = token
        let authorization = signer.headers(signing: request, credentials: credentials, at: time).last
        return String(authorization?.value.split(separator: "=").last ?? "")
    }

    @Test("get-vanilla: the canonical request, the string to sign and the header are the suite's")
    func vanilla() {
        let request = SignableRequest(
            method: "GET", path: "/",
            headers: [("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")], body: [])
        let canonical = CanonicalRequest(request)
        #expect(
            canonical.text == """
                GET
                /

                host:example.amazonaws.com
                x-amz-date:20150830T123600Z

                host;x-amz-date
                e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
                """)
        let scope = CredentialScope(date: time.date, region: "us-east-1", service: "service")
        #expect(
            AWSSignature.stringToSign(canonicalRequest: canonical, time: time, scope: scope) == """
                AWS4-HMAC-SHA256
                20150830T123600Z
                20150830/us-east-1/service/aws4_request
                bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63
                """)
        var signer = RequestSigner(region: "us-east-1", service: "service")
        let added = signer.headers(
            signing: SignableRequest(
                method: "GET", path: "/", headers: [("Host", "example.amazonaws.com")], body: []),
            credentials: credentials, at: time)
        #expect(added.map(\.name) == ["X-Amz-Date", "Authorization"])
        #expect(
            added.last?.value == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=host;x-amz-date, "
                + "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
    }

    @Test("post-vanilla")
    func post() {
        #expect(signature("POST") == "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")
    }

    @Test("get-vanilla-query-order-key-case: parameters are sorted by name")
    func queryOrder() {
        #expect(
            signature(query: "Param2=value2&Param1=value1")
                == "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")
    }

    @Test("get-header-key-duplicate and get-header-value-trim: values of one name are joined, blanks collapsed")
    func headerValues() {
        #expect(
            signature(headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")])
                == "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea")
        #expect(
            signature(headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")])
                == "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736")
    }

    @Test("post-x-www-form-urlencoded: the body is signed")
    func formBody() {
        #expect(
            signature(
                "POST", headers: [("Content-Type", "application/x-www-form-urlencoded")],
                body: Array("Param1=value1".utf8))
                == "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a")
    }

    @Test("get-unreserved, get-relative-relative, get-slashes: the path is normalised")
    func paths() {
        #expect(CanonicalRequest.normalized("/example1/example2/../..") == "/")
        // As AWS's SDKs have it; the RFC would keep a slash.
        #expect(CanonicalRequest.normalized("/a/b/..") == "/a")
        #expect(CanonicalRequest.normalized("//example//") == "/example/")
        #expect(CanonicalRequest.normalized("/./example") == "/example")
        #expect(
            signature(path: "/-._~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
                == "98964e1079ce472101899439653197a4f6e602f30cd6aaf6c76d81b4fd9866fe")
    }

    @Test("post-sts-header-before: a session token is sent and signed")
    func sessionToken() {
        let token =
            "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
        #expect(
            signature("POST", token: token) == "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead")
    }

    @Test("The signing key is the one that AWS's documentation derives")
    func signingKey() {
        let scope = CredentialScope(date: "20150830", region: "us-east-1", service: "iam")
        let key = AWSSignature.signingKey(secretAccessKey: credentials.secretAccessKey, scope: scope)
        #expect(Hexadecimal.encode(key) == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
    }

    @Test("A cached signing key is not used for another day or another secret")
    func cachedKey() {
        var signer = RequestSigner(region: "us-east-1", service: "service")
        let request = SignableRequest(method: "GET", path: "/", headers: [("Host", "example.amazonaws.com")], body: [])
        func fresh(_ credentials: SigningCredentials, _ time: SigningTime) -> String? {
            var fresh = RequestSigner(region: "us-east-1", service: "service")
            return fresh.headers(signing: request, credentials: credentials, at: time).last?.value
        }
        let other = SigningCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "another")
        let tomorrow = SigningTime(epochSeconds: time.epochSeconds + 86400)
        for (credentials, time) in [(credentials, time), (other, time), (other, tomorrow), (credentials, time)] {
            let value = signer.headers(signing: request, credentials: credentials, at: time).last?.value
            #expect(value == fresh(credentials, time))
        }
    }

    @Test("A time reads back from its text, and a text that names no moment is refused")
    func times() {
        #expect(time.timestamp == "20150830T123600Z")
        #expect(time.date == "20150830")
        #expect(SigningTime(timestamp: "20150830T123600Z") == time)
        #expect(SigningTime(timestamp: "20160229T000000Z")?.epochSeconds == 1_456_704_000)
        for text in ["20150631T000000Z", "20150830T123600", "2015-08-30T12:36Z", "20150830T256000Z", ""] {
            #expect(SigningTime(timestamp: text) == nil)
        }
    }
}
