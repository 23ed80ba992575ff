import KafkaWire

extension AlterConfigs: ServedAPI {
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
                try broker.replaceConfigs(
                    resource.resourceType, resource.resourceName, resource.configs.map { ($0.name, $0.value) },
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

/// What AlterConfigs and IncrementalAlterConfigs share.
enum ConfigAnswer {
    /// Names a resource, also one of a kind that is not known.
    struct Key: Hashable {
        let type: Int8
        let name: String

        init(_ type: Int8, _ name: String) {
            self.type = type
            self.name = name
        }
    }

    /// Refuses a resource that a request names more than once.
    static func check(_ count: Int?) throws(Broker.TopicRefusal) {
        guard count == 1 else {
            throw .init(error: .invalidRequest, message: "Each resource must appear at most once.")
        }
    }
}
