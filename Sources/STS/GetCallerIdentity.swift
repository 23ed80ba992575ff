import AWSProtocols

/// Says who signs the request.
enum GetCallerIdentity {
    static let action = ServiceAction<STSContext>("GetCallerIdentity", supported: []) { (_, context) in
        let caller = context.caller
        return .members([
            "Arn": .text(caller.arn), "UserId": .text(caller.userID), "Account": .text(context.account),
        ])
    }
}

/// Says whose an access key is: all are of the one account.
enum GetAccessKeyInfo {
    static let action = ServiceAction<STSContext>("GetAccessKeyInfo", supported: ["AccessKeyId"]) {
        (input, context) throws(ServiceError) in
        let key = try input.string("AccessKeyId")
        var constraints = Constraints()
        if key == nil { constraints.add(nil, at: "accessKeyId", "not be null") }
        constraints.check(words: key, and: "", at: "accessKeyId", length: 16...128)
        try constraints.check()
        return .members(["Account": .text(context.account)])
    }
}
