import KafkaWire

/// No client is asked for metrics: subscriptions are kept as configs, but nothing here takes metrics.
extension GetTelemetrySubscriptions: ServedAPI {
    /// The numbers of zstd, lz4, gzip and snappy, the best first.
    private static let compressionTypes: [Int8] = [4, 3, 1, 2]
    /// How often a client asks again, as in Kafka without subscriptions: 5 minutes.
    private static let pushIntervalMillis: Int32 = 300_000
    /// The number of the empty subscription.
    static let subscriptionID: Int32 = 0

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        response.clientInstanceID = request.clientInstanceID
        if request.clientInstanceID == .zero {
            response.clientInstanceID = UUID(
                randomHigh: broker.configuration.random(), randomLow: broker.configuration.random())
        }
        response.subscriptionID = subscriptionID
        response.acceptedCompressionTypes = compressionTypes
        response.pushIntervalMs = pushIntervalMillis
        response.telemetryMaxBytes = broker.configuration.telemetryMaxBytes
        response.deltaTemporality = true
        return .now(response)
    }
}
