import KafkaWire

extension ListConfigResources: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        // Version 0 lists client metrics subscriptions only.
        let known = context.version == 0 ? [ConfigResource.Kind.clientMetrics] : ConfigResource.Kind.allCases
        let asked = Set(request.resourceTypes.isEmpty ? known.map(\.rawValue) : request.resourceTypes)
        guard asked.allSatisfy({ type in known.contains { $0.rawValue == type } }) else {
            response.errorCode = .unsupportedVersion
            return .now(response)
        }
        let node = "\(broker.configuration.nodeID)"
        for kind in [ConfigResource.Kind.group, .clientMetrics, .brokerLogger, .broker, .topic]
        where asked.contains(kind.rawValue) {
            let names =
                switch kind {
                case .group, .clientMetrics: broker.catalog.configured(kind)
                case .brokerLogger, .broker: [node]
                case .topic: broker.catalog.topics.map(\.name)
                }
            response.configResources += names.map { name in
                var resource = Response.ConfigResource()
                resource.resourceName = name
                resource.resourceType = kind.rawValue
                return resource
            }
        }
        return .now(response)
    }
}
