import KafkaWire

extension DescribeGroups: ServedAPI {
    /// What a client may do with a group where nothing is forbidden: the bits of READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS and
    /// ALTER_CONFIGS (org.apache.kafka.common.acl.AclOperation).
    private static let allGroupOperations: Int32 = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        // A group that is named many times is described once: the description is much longer than the name.
        var seen: Set<String> = []
        response.groups = request.groups.compactMap { id in
            guard seen.insert(id).inserted else { return nil }
            var described = describe(id, context, broker)
            if request.includeAuthorizedOperations, described.errorCode == .none {
                described.authorizedOperations = allGroupOperations
            }
            return described
        }
        return .now(response)
    }

    private static func describe(_ id: String, _ context: RequestContext, _ broker: Broker) -> Response.Group {
        var described = Response.Group()
        described.groupID = id
        guard let group = broker.groups.coordinator.group(GroupID(id)) else {
            described.groupState = KafkaBroker.Group.State.dead.rawValue
            if context.version >= 6 {
                described.errorCode = .groupIDNotFound
                described.errorMessage = "Group \(id) not found."
            }
            return described
        }
        described.groupState = group.state.rawValue
        described.protocolType = group.protocolType ?? ""
        let isStable = group.state == .stable
        if isStable { described.protocolData = group.protocolName ?? "" }
        described.members = group.members.map { member in
            var shown = Response.Group.Member()
            shown.memberID = member.id
            shown.groupInstanceID = member.instanceID
            shown.clientID = member.clientID
            shown.clientHost = member.clientHost
            // Between generations nobody has an assignment.
            if isStable {
                shown.memberMetadata = member.metadata(for: group.protocolName)
                shown.memberAssignment = member.assignment
            }
            return shown
        }
        return described
    }
}
