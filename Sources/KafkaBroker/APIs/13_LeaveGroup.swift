import KafkaWire

/// Before version 3 one member leaves, and its error is the response's; from then on any number, each with its own error.
extension LeaveGroup: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        let isBatch = context.version >= 3
        guard !request.groupID.isEmpty else {
            var response = Response()
            response.errorCode = .invalidGroupID
            return .now(response)
        }
        let identities =
            isBatch
            ? request.members.map { MemberIdentity(memberID: $0.memberID, instanceID: $0.groupInstanceID) }
            : [MemberIdentity(memberID: request.memberID, instanceID: nil)]
        return broker.groups.submit(LeaveGroup.self, .leave(identities), to: request.groupID, context) { reply in
            guard case .leave(let outcomes) = reply else { preconditionFailure("a leave has a leave's answer") }
            var response = Response()
            if !isBatch { response.errorCode = outcomes.first?.error ?? .none }
            response.members = outcomes.map { outcome in
                var member = Response.Member()
                member.memberID = outcome.identity.memberID
                member.groupInstanceID = outcome.identity.instanceID
                member.errorCode = outcome.error
                return member
            }
            return response
        }
    }
}
