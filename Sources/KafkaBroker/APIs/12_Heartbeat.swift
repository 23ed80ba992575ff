import KafkaWire

extension Heartbeat: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        let heartbeat = GroupRequest.HeartbeatRequest(
            memberID: request.memberID, instanceID: request.groupInstanceID, generation: request.generationID)
        return broker.groups.submit(Heartbeat.self, .heartbeat(heartbeat), to: request.groupID, context) { reply in
            guard case .heartbeat(let error) = reply else { preconditionFailure("a heartbeat has its answer") }
            var response = Response()
            response.errorCode = error
            return response
        }
    }
}
