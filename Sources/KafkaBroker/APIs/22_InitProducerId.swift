import KafkaWire

extension InitProducerId: ServedAPI {
    /// Idempotent producers get an id of their own. Transactions are not there yet: a transactional id is refused with the one error
    /// that every client takes as final, and not as a coordinator to wait for.
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        response.producerEpoch = -1
        switch request.transactionalID {
        case "": response.errorCode = .invalidRequest
        case .some: response.errorCode = .transactionalIDAuthorizationFailed
        case nil:
            do throws(StorageError) {
                response.producerID = try broker.catalog.takeProducerID()
                response.producerEpoch = 0
            } catch {
                response.errorCode = .kafkaStorageError
            }
        }
        return .now(response)
    }
}
