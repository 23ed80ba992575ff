import KafkaWire

/// What was not asked for is checked as Kafka checks it, and goes nowhere.
extension PushTelemetry: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        if request.clientInstanceID == .zero || request.clientInstanceID == .metadataTopic {
            response.errorCode = .invalidRequest
        } else if request.subscriptionID != GetTelemetrySubscriptions.subscriptionID {
            response.errorCode = .unknownSubscriptionID
        } else if !(0...4).contains(request.compressionType) {
            response.errorCode = .unsupportedCompressionType
        } else if request.metrics.count > Int(broker.configuration.telemetryMaxBytes) {
            response.errorCode = .telemetryTooLarge
        }
        return .now(response)
    }
}
