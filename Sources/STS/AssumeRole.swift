import AWSProtocols

/// Hands out temporary credentials of a role. Every role is there, and everybody may assume it.
enum AssumeRole {
    static let action = ServiceAction<STSContext>(
        "AssumeRole",
        supported: [
            "RoleArn", "RoleSessionName", "PolicyArns", "Policy", "DurationSeconds", "Tags", "TransitiveTagKeys",
            "ExternalId", "SerialNumber", "TokenCode", "SourceIdentity", "ProvidedContexts",
        ]
    ) { (input, context) throws(ServiceError) in
        let request = try RoleRequest(input)
        var constraints = Constraints()
        request.check(&constraints)
        constraints.check(
            words: try input.string("ExternalId"), and: "+=,.@:/-", at: "externalId", length: 2...1224)
        let source = try input.string("SourceIdentity")
        constraints.check(words: source, and: "+=,.@-", at: "sourceIdentity", length: 2...64)
        try constraints.check()
        let (session, user) = try request.issue(context, origin: context.origin ?? context.account)
        return .members([
            "Credentials": session.document,
            "AssumedRoleUser": user,
            "PackedPolicySize": request.packedPolicySize.map { .integer(Int64($0)) },
            "SourceIdentity": source.map { .text($0) },
        ])
    }
}

/// Hands out temporary credentials of a role to somebody who has no key, but a token of somebody else. The token is not looked into.
enum AssumeRoleWithWebIdentity {
    static let action = ServiceAction<STSContext>(
        "AssumeRoleWithWebIdentity",
        supported: [
            "RoleArn", "RoleSessionName", "WebIdentityToken", "ProviderId", "PolicyArns", "Policy", "DurationSeconds",
        ], isSigned: false
    ) { (input, context) throws(ServiceError) in
        let request = try RoleRequest(input)
        let token = try input.string("WebIdentityToken")
        let provider = try input.string("ProviderId")
        var constraints = Constraints()
        request.check(&constraints)
        // AWS does not show the token in its message.
        if token == nil { constraints.add(nil, at: "webIdentityToken", "not be null") }
        if let token, !(4...20_000).contains(token.utf8.count) {
            let isShort = token.utf8.count < 4
            let bound = isShort ? "greater than or equal to 4" : "less than or equal to 20000"
            constraints.add("", at: "webIdentityToken", "have length \(bound)")
        }
        constraints.check(provider, at: "providerId", length: 4...2048)
        try constraints.check()
        let (session, user) = try request.issue(context, origin: request.roleARN ?? context.account)
        return .members([
            "SubjectFromWebIdentityToken": .text("system:serviceaccount:default:default"),
            "Credentials": session.document,
            "AssumedRoleUser": user,
            "PackedPolicySize": request.packedPolicySize.map { .integer(Int64($0)) },
            "Provider": .text(provider ?? "arn:aws:iam::\(context.account):oidc-provider/localhost"),
            "Audience": .text("sts.amazonaws.com"),
        ])
    }
}

/// What both ways to a role have in common.
private struct RoleRequest {
    let roleARN: String?
    private let sessionName: String?
    private let duration: Int?
    private let policy: String?

    init(_ input: Input) throws(ServiceError) {
        roleARN = try input.string("RoleArn")
        sessionName = try input.string("RoleSessionName")
        duration = try input.integer("DurationSeconds")
        policy = try input.string("Policy")
    }

    func check(_ constraints: inout Constraints) {
        constraints.check(arn: roleARN, at: "roleArn")
        if sessionName == nil { constraints.add(nil, at: "roleSessionName", "not be null") }
        constraints.check(words: sessionName, and: "+=,.@-", at: "roleSessionName", length: 2...64)
        constraints.check(duration, at: "durationSeconds", in: 900...43_200)
    }

    /// How much of the room for policies the request's own takes, in per cent; nil when it has none.
    var packedPolicySize: Int? { policy.map { min(100, ($0.utf8.count * 100 + 2047) / 2048) } }

    func issue(_ context: STSContext, origin: String) throws(ServiceError) -> (Sessions.Session, Document) {
        let (role, name) = (roleARN ?? "", sessionName ?? "")
        guard let identity = Identity(role: role, session: name) else { throw .validation("\(role) is invalid") }
        let session = context.sessions.issue(
            identity, origin: origin, expirySeconds: context.now + Int64(duration ?? 3600), now: context.now)
        let user = Document.members([
            "AssumedRoleId": .text(identity.userID), "Arn": .text(identity.arn),
        ])
        return (session, user)
    }
}
