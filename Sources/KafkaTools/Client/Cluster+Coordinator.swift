import KafkaWire

extension Cluster {
    /// What a coordinator answers while it is not ready, or is not the coordinator any more.
    static let coordinatorErrors: Set<KafkaError> = [
        .coordinatorLoadInProgress, .coordinatorNotAvailable, .notCoordinator,
    ]

    /// Kafka's retry.backoff.ms.
    static let retryMillis: Int64 = 100

    /// The broker that coordinates a group. Waits until there is one. Throws as `call` does, or the broker's reason.
    func coordinator(of group: String, by deadline: Deadline) throws(ToolError) -> Node {
        var request = FindCoordinator.Request()
        request.key = group
        request.coordinatorKeys = [group]
        while true {
            let response = try call(FindCoordinator.self, request, by: deadline, call: "findCoordinator")
            let found =
                response.coordinators.first.map { ($0.errorCode, $0.errorMessage, $0.nodeID, $0.host, $0.port) }
                ?? (response.errorCode, response.errorMessage, response.nodeID, response.host, response.port)
            switch found.0 {
            case .none:
                guard let port = UInt16(exactly: found.4) else { throw .exception(.init(.coordinatorNotAvailable)) }
                let node = Node(id: found.2, address: Address(host: found.3, port: port), rack: nil)
                keep(node)
                return node
            case let error where Self.coordinatorErrors.contains(error) && !deadline.hasPassed:
                try pause(millis: Self.retryMillis, by: deadline)
            default: throw .exception(.init(found.0, found.1))
            }
        }
    }
}

extension Cluster {
    /// The broker that coordinates a group: the one that is `known`, or else it is found and kept there.
    func coordinator(of group: String, known: inout Node?, by deadline: Deadline) throws(ToolError) -> Node {
        if let known { return known }
        let found = try coordinator(of: group, by: deadline)
        known = found
        return found
    }
}
