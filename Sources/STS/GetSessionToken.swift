import AWSProtocols

/// Hands out temporary credentials of the caller's own.
enum GetSessionToken {
    static let action = ServiceAction<STSContext>(
        "GetSessionToken", supported: ["DurationSeconds", "SerialNumber", "TokenCode"]
    ) { (input, context) throws(ServiceError) in
        let duration = try input.integer("DurationSeconds")
        var constraints = Constraints()
        constraints.check(duration, at: "durationSeconds", in: 900...129_600)
        constraints.check(
            words: try input.string("SerialNumber"), and: "+=/:,.@-", at: "serialNumber", length: 9...256)
        constraints.check(words: try input.string("TokenCode"), and: "", at: "tokenCode", length: 6...6)
        try constraints.check()
        let session = context.sessions.issue(
            context.caller, origin: context.origin ?? context.account,
            expirySeconds: context.now + Int64(duration ?? 43_200), now: context.now)
        return .members(["Credentials": session.document])
    }
}
