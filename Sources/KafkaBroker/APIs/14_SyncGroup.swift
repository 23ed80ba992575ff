import KafkaWire

extension SyncGroup: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        // From version 5 a member has to say what it was told the group's protocol is (KIP-559).
        guard context.version < 5 || (request.protocolType != nil && request.protocolName != nil) else {
            var response = Response()
            response.errorCode = .inconsistentGroupProtocol
            return .now(response)
        }
        let sync = GroupRequest.SyncRequest(
            memberID: request.memberID, instanceID: request.groupInstanceID, generation: request.generationID,
            protocolType: request.protocolType, protocolName: request.protocolName,
            assignments: request.assignments.map { ($0.memberID, $0.assignment) })
        return broker.groups.submit(SyncGroup.self, .sync(sync), to: request.groupID, context) { reply in
            guard case .sync(let reply) = reply else { preconditionFailure("a sync has a sync's answer") }
            var response = Response()
            response.errorCode = reply.error
            response.protocolType = reply.protocolType
            response.protocolName = reply.protocolName
            response.assignment = reply.assignment
            return response
        }
    }
}
