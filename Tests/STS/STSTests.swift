import AWSProtocols
import AWSSignature
import Testing

@testable import STS

@Suite("STS") struct STSTests {
    private let account = "000000000000"

    /// The answer of an action to a request of these members.
    private func ask(
        _ name: String, _ members: KeyValuePairs<String, Document?> = [:], sessions: Sessions? = nil,
        key: String? = "local", now: Int64 = 1_754_956_800
    ) throws -> Input {
        let action = try #require(STSActions.all.first { $0.name == name })
        let context = STSContext(
            sessions: sessions ?? Self.sessions(), account: account, accessKeyID: key, now: now)
        let input = try #require(Input(Document.members(members)))
        return try #require(Input(try action.handle(input, context)))
    }

    private static func sessions() -> Sessions {
        var state: UInt64 = 1
        return Sessions {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    private func message(_ name: String, _ members: KeyValuePairs<String, Document?>) -> String? {
        do {
            _ = try ask(name, members)
            return nil
        } catch {
            let error = error as? ServiceError
            #expect(error?.code == "ValidationError")
            return error?.message
        }
    }

    @Test("The caller is the account's root user, and with a session's key the session")
    func identity() throws {
        let root = try ask("GetCallerIdentity")
        #expect(try root.string("Arn") == "arn:aws:iam::000000000000:root")
        #expect(try root.string("Account") == account)
        let sessions = Self.sessions()
        let assumed = try ask(
            "AssumeRole",
            ["RoleArn": .text("arn:aws:iam::111122223333:role/path/of/reader"), "RoleSessionName": .text("me@x")],
            sessions: sessions)
        let user = try #require(try assumed.structure("AssumedRoleUser"))
        #expect(try user.string("Arn") == "arn:aws:sts::111122223333:assumed-role/reader/me@x")
        let credentials = try #require(try assumed.structure("Credentials"))
        #expect(try credentials.timestamp("Expiration") == 1_754_956_800 + 3600)
        let key = try #require(try credentials.string("AccessKeyId"))
        #expect(key.hasPrefix("ASIA") && key.count == 20)
        #expect(try credentials.string("SecretAccessKey")?.count == 40)
        let session = try ask("GetCallerIdentity", sessions: sessions, key: key)
        #expect(try session.string("Arn") == user.string("Arn"))
        #expect(try session.string("UserId") == user.string("AssumedRoleId"))
        let later = try ask("GetCallerIdentity", sessions: sessions, key: key, now: 1_754_956_800 + 3600)
        #expect(try later.string("Arn") == "arn:aws:iam::000000000000:root")
    }

    @Test("A session of a session is used in the first caller's stead")
    func origins() throws {
        let sessions = Self.sessions()
        func key(_ answer: Input) throws -> String? { try answer.structure("Credentials")?.string("AccessKeyId") }
        let first = try key(try ask("GetSessionToken", sessions: sessions, key: "local"))
        let second = try key(try ask("GetSessionToken", sessions: sessions, key: first))
        #expect(sessions.session(second, now: 1_754_956_800)?.origin == "local")
        let role = "arn:aws:iam::000000000000:role/web"
        let web = try ask(
            "AssumeRoleWithWebIdentity",
            ["RoleArn": .text(role), "RoleSessionName": .text("pod"), "WebIdentityToken": .text("a.b.c")],
            sessions: sessions, key: nil)
        let webKey = try key(web)
        #expect(sessions.session(webKey, now: 1_754_956_800)?.origin == role)
    }

    @Test("What is missing or breaks the model is told in AWS's words, together")
    func validation() {
        let pattern = #"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+"#
        #expect(
            message("AssumeRole", [:])
                == "2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be "
                + "null; Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null")
        #expect(
            message("AssumeRole", ["RoleArn": .text(""), "RoleSessionName": .text("me")])
                == "2 validation errors detected: Value '' at 'roleArn' failed to satisfy constraint: Member must satisfy "
                + "regular expression pattern: \(pattern); Value '' at 'roleArn' failed to satisfy constraint: Member must "
                + "have length greater than or equal to 20")
        let role = Document.text("arn:aws:iam::000000000000:role/r")
        #expect(
            message("AssumeRole", ["RoleArn": role, "RoleSessionName": .text("Session1:2")])
                == "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: "
                + #"Member must satisfy regular expression pattern: [\w+=,.@-]*"#)
        #expect(
            message("AssumeRole", ["RoleArn": role, "RoleSessionName": .text("me"), "DurationSeconds": .integer(899)])
                == "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member "
                + "must have value greater than or equal to 900")
        for arn in [
            "nothing-valid-in-here", "arn::b:::something/test-role", "arn:a::::something/test-role",
            "arn:a:::something/test-role", "arn:a:a::aaaaaaaaaa:",
        ] {
            let request: KeyValuePairs<String, Document?> = [
                "RoleArn": .text(arn), "RoleSessionName": .text("me"),
            ]
            #expect(message("AssumeRole", request) == "\(arn) is invalid")
        }
        #expect(message("GetAccessKeyInfo", ["AccessKeyId": .text("short")])?.contains("length") == true)
        #expect(message("AssumeRoleWithWebIdentity", ["RoleArn": role])?.contains("'webIdentityToken'") == true)
    }

    @Test("Sessions are bounded: the first one goes")
    func bound() {
        let sessions = Self.sessions()
        let first = sessions.issue(.root(of: account), origin: "a", expirySeconds: 100, now: 0)
        for _ in 0..<Sessions.countMax {
            _ = sessions.issue(.root(of: account), origin: "a", expirySeconds: 100, now: 0)
        }
        #expect(sessions.session(first.credentials.accessKeyID, now: 0) == nil)
    }

    @Test("An action is there or absent, not both, and the names are in order")
    func lists() {
        let names = STSActions.all.map(\.name)
        #expect(names == names.sorted() && STSActions.absent == STSActions.absent.sorted())
        #expect(Set(names).isDisjoint(with: STSActions.absent) && names.count + STSActions.absent.count == 12)
    }
}
