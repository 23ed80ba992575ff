import KafkaWire

extension JoinGroup: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        let clientID = context.clientID ?? ""
        let join = GroupRequest.JoinRequest(
            memberID: request.memberID,
            newMemberID: request.memberID.isEmpty
                ? broker.groups.newMemberID(request.groupInstanceID ?? clientID) : "",
            instanceID: request.groupInstanceID, clientID: clientID, clientHost: "/\(context.client.host)",
            sessionTimeoutMillis: request.sessionTimeoutMs,
            // Version 0 has no rebalance timeout: the session's stands for it.
            rebalanceTimeoutMillis: context.version == 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs,
            protocolType: request.protocolType,
            protocols: request.protocols.map { GroupProtocol(name: $0.name, metadata: $0.metadata) },
            requiresKnownMemberID: context.version >= 4, supportsSkippingAssignment: context.version >= 9)
        let version = context.version
        return broker.groups.submit(JoinGroup.self, .join(join), to: request.groupID, context) { reply in
            guard case .join(let reply) = reply else { preconditionFailure("a join has a join's answer") }
            return response(reply, version)
        }
    }

    private static func response(_ reply: GroupReply.JoinReply, _ version: Int16) -> Response {
        var response = Response()
        response.errorCode = reply.error
        response.generationID = reply.generation
        response.protocolType = reply.protocolType
        // Null only from version 7 on.
        response.protocolName = version >= 7 ? reply.protocolName : reply.protocolName ?? ""
        response.leader = reply.leader
        response.skipAssignment = reply.skipAssignment
        response.memberID = reply.memberID
        response.members = reply.members.map {
            var member = Response.Member()
            member.memberID = $0.id
            member.groupInstanceID = $0.instanceID
            member.metadata = $0.metadata
            return member
        }
        return response
    }
}
