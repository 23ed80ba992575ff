import KafkaWire

/// Before version 4 a request has one key, from then on several.
extension FindCoordinator: ServedAPI {
    private enum KeyType {
        static let group: Int8 = 0
        static let transaction: Int8 = 1
        static let share: Int8 = 2
    }

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        if context.version >= 4 {
            response.coordinators = request.coordinatorKeys.map { coordinator($0, request.keyType, context, broker) }
            return .now(response)
        }
        let found = coordinator(request.key, request.keyType, context, broker)
        response.errorCode = found.errorCode
        // Kafka sends the error's name where it has no text.
        response.errorMessage = found.errorCode == .none ? "NONE" : found.errorMessage
        response.nodeID = found.nodeID
        response.host = found.host
        response.port = found.port
        return .now(response)
    }

    private static func coordinator(
        _ key: String, _ keyType: Int8, _ context: RequestContext, _ broker: Broker
    ) -> Response.Coordinator {
        var coordinator = Response.Coordinator()
        coordinator.key = key
        coordinator.nodeID = -1
        coordinator.port = -1
        coordinator.errorMessage = ""
        switch keyType {
        case KeyType.group:
            guard (try? broker.consumerOffsetsTopic()) != nil else {
                coordinator.errorCode = .coordinatorNotAvailable
                coordinator.errorMessage = "The coordinator is not available."
                break
            }
            coordinator.nodeID = broker.configuration.nodeID
            coordinator.host = context.client.advertisedHost
            coordinator.port = context.client.advertisedPort
        case KeyType.transaction:
            // Clients retry most errors for ever; this one is fatal to librdkafka's and to Java's producers alike.
            coordinator.errorCode = .transactionalIDAuthorizationFailed
            coordinator.errorMessage = "Transactional ids are not supported by this broker."
        default:
            // So does Kafka with the feature of share groups off, and with a type that it does not know.
            coordinator.errorCode = .invalidRequest
            coordinator.errorMessage = "The coordinator type \(keyType) is not supported by this broker."
        }
        return coordinator
    }
}
