import AWSConfiguration
import AWSSignature
import Testing

@testable import DynamoDBClient

@Suite struct ProfileCredentialTests {
    let lent = """
        <R><Credentials><AccessKeyId>LENT</AccessKeyId><SecretAccessKey>S</SecretAccessKey>\
        <SessionToken>T</SessionToken><Expiration>2026-11-23T20:00:00Z</Expiration></Credentials></R>
        """

    /// What the profile `p` of this config file gives.
    func found(
        _ config: String, _ transport: ScriptedTransport = ScriptedTransport([]), _ more: [String: String] = [:]
    ) async throws -> Credentials? {
        let environment = more.merging(["AWS_PROFILE": "p"]) { $1 }
        let configuration = SharedConfiguration(environment: environment) { $0.hasSuffix("config") ? config : nil }
        return try await ProfileCredentials(
            name: "p", sources: try sources(transport, environment, configuration)
        ).credentials()
    }

    func sentence(_ config: String) async throws -> String {
        do {
            _ = try await found(config)
            return ""
        } catch let error as CredentialError {
            return error.description
        }
    }

    @Test("A role is assumed with the keys of its source, and the request to STS is signed by them")
    func assumeRole() async throws {
        let transport = ScriptedTransport([ok(lent)])
        let config = """
            [profile p]
            role_arn = arn:aws:iam::1:role/r
            source_profile = base
            external_id = x y
            duration_seconds = 900
            role_session_name = me
            [profile base]
            aws_access_key_id = BASE
            aws_secret_access_key = B
            """
        #expect(try await found(config, transport)?.keys.accessKeyID == "LENT")
        let asked = try #require(transport.asked.first)
        #expect(asked.url == "https://sts.eu-west-1.amazonaws.com/")
        #expect(
            String(decoding: asked.body, as: UTF8.self)
                == "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=me"
                + "&ExternalId=x%20y&DurationSeconds=900")
        let authorization = asked.headers.first { $0.name == "Authorization" }?.value ?? ""
        #expect(authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=BASE/20150830/eu-west-1/sts/aws4_request"))
    }

    @Test("Roles follow one another, and a profile may be its own source")
    func chains() async throws {
        let transport = ScriptedTransport([ok(lent), ok(lent)])
        let config = """
            [profile p]
            role_arn = arn:outer
            source_profile = inner
            [profile inner]
            role_arn = arn:inner
            source_profile = inner
            aws_access_key_id = BASE
            aws_secret_access_key = B
            """
        // A profile that is another's source gives its own keys rather than its role.
        #expect(try await found(config, transport)?.keys.accessKeyID == "LENT")
        #expect(transport.asked.count == 1)
        let itself = """
            [profile p]
            role_arn = arn:p
            source_profile = p
            aws_access_key_id = BASE
            aws_secret_access_key = B
            """
        #expect(try await found(itself, transport)?.keys.accessKeyID == "LENT")
        let twice = """
            [profile p]
            role_arn = arn:outer
            source_profile = inner
            [profile inner]
            role_arn = arn:inner
            credential_source = Environment
            """
        let two = ScriptedTransport([ok(lent), ok(lent)])
        let environment = ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "E"]
        #expect(try await found(twice, two, environment)?.keys.accessKeyID == "LENT")
        let signers = two.asked.map { request in
            request.headers.first { $0.name == "Authorization" }?.value.split(separator: "/").first ?? ""
        }
        #expect(signers == ["AWS4-HMAC-SHA256 Credential=ENV", "AWS4-HMAC-SHA256 Credential=LENT"])
    }

    @Test("A web identity is sent unsigned; what STS refuses is told in its words")
    func webIdentity() async throws {
        let config = "[profile p]\nrole_arn = arn:aws:iam::1:role/r\nweb_identity_token_file = /dev/null\n"
        let refusal = "<E><Error><Code>AccessDenied</Code><Message>Not &quot;r&quot;</Message></Error></E>"
        let transport = ScriptedTransport([ok(lent), ok(refusal, status: 403)])
        let keys = try await found(config, transport)
        #expect(keys?.keys.sessionToken == "T")
        #expect(keys?.expirySeconds == 1_795_464_000)
        #expect(transport.asked.first?.headers.contains { $0.name == "Authorization" } == false)
        await #expect(throws: CredentialError("STS refused the web identity: Not \"r\"")) {
            try await found(config, transport)
        }
    }

    @Test("STS that is down or throttles is asked again")
    func tokenServiceRetries() async throws {
        let config = "[profile p]\nrole_arn = arn:r\nweb_identity_token_file = /dev/null\n"
        let idp = "<E><Error><Code>IDPCommunicationError</Code><Message>m</Message></Error></E>"
        let transport = ScriptedTransport([ok("", status: 503), ok(idp, status: 400), ok(lent)])
        #expect(try await found(config, transport)?.keys.accessKeyID == "LENT")
        let down = ScriptedTransport(Array(repeating: ok("", status: 503), count: 9))
        await #expect(throws: CredentialError.self) { try await found(config, down) }
        #expect(down.asked.count == 3)
    }

    @Test("A program's document is read, and its failures are told")
    func process() async throws {
        func given(_ command: String) async throws -> Credentials? {
            try await found("[profile p]\ncredential_process = \(command)\n")
        }
        let document =
            #"{"Version":1,"AccessKeyId":"ID","SecretAccessKey":"S","SessionToken":"T","Expiration":"2026-11-23T20:00:00+00:00"}"#
        #expect(
            try await given("printf '%s' '\(document)'")
                == Credentials(
                    accessKeyID: "ID", secretAccessKey: "S", sessionToken: "T", expirySeconds: 1_795_464_000))
        for wrong in [
            "exit 3", "kill -9 $$", "echo {}", "echo nothing", "head -c 100000 /dev/zero", #"echo '{"Version":2}'"#,
        ] {
            await #expect(throws: CredentialError.self, "\(wrong)") { try await given(wrong) }
        }
        let slow = ProcessCredentials(command: "sleep 60 & sleep 60", profile: "p", timeout: .milliseconds(50))
        await #expect(throws: CredentialError.self) { try await slow.credentials() }
    }

    @Test(
        "A profile that cannot be used is refused with the mend",
        arguments: [
            ("", "does not exist"), ("[profile p]\nsso_session = x\n", "sso_session"),
            ("[profile p]\nlogin_session = x\n", "login_session"),
            ("[profile p]\nrole_arn = r\n", "either source_profile or credential_source"),
            ("[profile p]\nrole_arn = r\nsource_profile = a\ncredential_source = Environment\n", "either"),
            ("[profile p]\nrole_arn = r\nsource_profile = a\n", "does not exist"),
            ("[profile p]\nrole_arn = r\nsource_profile = p\n", "has no credentials"),
            ("[profile p]\nrole_arn = r\nsource_profile = a\n[profile a]\nregion = r\n", "has no credentials"),
            (
                "[profile p]\nrole_arn = r\nsource_profile = a\n[profile a]\nrole_arn = r\nsource_profile = p\n",
                "leads back to itself"
            ),
            ("[profile p]\nrole_arn = r\ncredential_source = Magic\n", "must be Environment"),
            ("[profile p]\nrole_arn = r\nsource_profile = p\nmfa_serial = m\n", "mfa_serial"),
            ("[profile p]\nweb_identity_token_file = /x\n", "role_arn"),
            ("[profile p]\nrole_arn = r\nweb_identity_token_file = /nowhere/x\n", "cannot be read"),
        ])
    func refused(config: String, word: String) async throws {
        let sentence = try await sentence(config)
        #expect(sentence.contains(word), "\(sentence)")
    }

    @Test("The environment's web identity needs its role")
    func environmentWebIdentity() async throws {
        let none = sharedFiles()
        let half = try sources(ScriptedTransport([]), ["AWS_WEB_IDENTITY_TOKEN_FILE": "/dev/null"], none)
        await #expect(throws: CredentialError.self) { try await EnvironmentWebIdentity(sources: half).credentials() }
        let unset = try sources(ScriptedTransport([]), ["AWS_ROLE_ARN": "r"], none)
        #expect(try await EnvironmentWebIdentity(sources: unset).credentials() == nil)
    }
}

@Suite struct ProxySettingsTests {
    @Test("The lower-case variable wins, each scheme has its own proxy, and all_proxy is for both")
    func variables() {
        let both = ProxySettings(environment: ["HTTPS_PROXY": "a:1", "https_proxy": "b:2", "NO_PROXY": "x"])
        #expect(both.proxy(for: "https://h/") == "b:2")
        #expect(both.proxy(for: "http://h/") == nil)
        #expect(both.exceptions == "x")
        let all = ProxySettings(environment: ["ALL_PROXY": "c:3", "http_proxy": "d:4"])
        #expect(all.proxy(for: "https://h/") == "c:3")
        #expect(all.proxy(for: "http://h/") == "d:4")
        #expect(ProxySettings.none.proxy(for: "https://h/") == nil)
    }
}
