import KafkaWire

extension DescribeCluster: ServedAPI {
    /// What is asked of: the brokers, or the controllers, which have a listener of their own.
    private enum EndpointType {
        static let broker: Int8 = 1
        static let controller: Int8 = 2
    }

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        guard request.endpointType == EndpointType.broker else {
            let isController = request.endpointType == EndpointType.controller
            response.errorCode = isController ? .mismatchedEndpointType : .unsupportedEndpointType
            response.errorMessage =
                isController
                ? "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER"
                : "Unsupported endpoint type \(request.endpointType)"
            return .now(response)
        }
        var node = Response.Broker()
        node.brokerID = broker.configuration.nodeID
        node.host = context.client.advertisedHost
        node.port = context.client.advertisedPort
        node.rack = broker.configuration.properties["broker.rack"]
        response.brokers = [node]
        response.clusterID = broker.configuration.clusterID
        response.controllerID = broker.configuration.nodeID
        if request.includeClusterAuthorizedOperations {
            response.clusterAuthorizedOperations = Metadata.allClusterOperations
        }
        return .now(response)
    }
}
