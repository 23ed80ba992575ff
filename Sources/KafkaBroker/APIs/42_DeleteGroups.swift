import KafkaWire

extension DeleteGroups: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        var deleted: [(index: Int, id: GroupID)] = []
        // A group that is named twice is deleted once.
        var seen: Set<GroupID> = []
        for name in request.groupsNames where seen.insert(GroupID(name)).inserted {
            let id = GroupID(name)
            var result = Response.Group()
            result.groupID = name
            result.errorCode = broker.groups.coordinator.delete(id, at: broker.moment)
            if context.version >= 3, result.errorCode == .groupIDNotFound {
                result.errorMessage = "Group \(name) not found."
            }
            if result.errorCode == .none { deleted.append((response.results.count, id)) }
            response.results.append(result)
        }
        return answerWhenDurable(response, deleted, context, broker)
    }

    private static func answerWhenDurable(
        _ response: Response, _ deleted: [(index: Int, id: GroupID)], _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = response
        var left = deleted.count
        var isParked = false
        for (index, id) in deleted {
            broker.groups.offsetsTopic.whenDurable(id) { [unowned broker] isDurable in
                if !isDurable { response.results[index].errorCode = .notCoordinator }
                left -= 1
                if left == 0, isParked { broker.answer(DeleteGroups.self, context.token, response) }
            }
        }
        guard left > 0 else { return .now(response) }
        isParked = true
        return .parked
    }
}
