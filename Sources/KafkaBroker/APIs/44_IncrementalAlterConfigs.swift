import KafkaWire

extension IncrementalAlterConfigs: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        var counts: [ConfigAnswer.Key: Int] = [:]
        for resource in request.resources {
            counts[.init(resource.resourceType, resource.resourceName), default: 0] += 1
        }
        response.responses = request.resources.map { resource in
            var result = Response.Resource()
            result.resourceType = resource.resourceType
            result.resourceName = resource.resourceName
            do throws(Broker.TopicRefusal) {
                try ConfigAnswer.check(counts[.init(resource.resourceType, resource.resourceName)])
                try broker.alter(
                    resource.resourceType, resource.resourceName,
                    resource.configs.map { .init($0.name, $0.configOperation, $0.value) },
                    validateOnly: request.validateOnly)
            } catch {
                result.errorCode = error.error
                result.errorMessage = error.message
            }
            return result
        }
        return .now(response)
    }
}
