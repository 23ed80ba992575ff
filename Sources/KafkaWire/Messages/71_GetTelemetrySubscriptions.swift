/// GetTelemetrySubscriptions, key 71: the metrics that a client is to push.
package enum GetTelemetrySubscriptions: KafkaAPI {
    package static let key: Int16 = 71
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleFrom: Int16 = 0

    package struct Request: WireStructure, Equatable, Sendable {
        package var clientInstanceID: UUID = .zero

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&clientInstanceID)
            try w.endOfStructure()
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var clientInstanceID: UUID = .zero
        package var subscriptionID: Int32 = 0
        package var acceptedCompressionTypes: [Int8] = []
        package var pushIntervalMs: Int32 = 0
        package var telemetryMaxBytes: Int32 = 0
        package var deltaTemporality: Bool = false
        package var requestedMetrics: [String] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&errorCode)
            try w.field(&clientInstanceID)
            try w.field(&subscriptionID)
            try w.field(&acceptedCompressionTypes)
            try w.field(&pushIntervalMs)
            try w.field(&telemetryMaxBytes)
            try w.field(&deltaTemporality)
            try w.field(&requestedMetrics)
            try w.endOfStructure()
        }
    }
}
