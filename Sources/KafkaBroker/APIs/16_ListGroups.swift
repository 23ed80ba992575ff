import KafkaWire

extension ListGroups: ServedAPI {
    /// The kind of all groups that the broker has so far.
    private static let classicType = "classic"

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        let states = request.statesFilter.map { $0.lowercased() }
        let types = request.typesFilter.map { $0.lowercased() }
        var response = Response()
        let coordinator = broker.groups.coordinator
        response.groups = coordinator.groupIDs.compactMap { id in
            guard let group = coordinator.group(id) else { return nil }
            guard states.isEmpty || states.contains(group.state.rawValue.lowercased()) else { return nil }
            guard types.isEmpty || types.contains(classicType) else { return nil }
            var listed = Response.Group()
            listed.groupID = id.description
            listed.protocolType = group.protocolType ?? ""
            listed.groupState = group.state.rawValue
            listed.groupType = classicType
            return listed
        }
        return .now(response)
    }
}
