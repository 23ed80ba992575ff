/// PushTelemetry, key 72: takes a client's metrics.
package enum PushTelemetry: KafkaAPI {
    package static let key: Int16 = 72
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleFrom: Int16 = 0

    package struct Request: WireStructure, Equatable, Sendable {
        package var clientInstanceID: UUID = .zero
        package var subscriptionID: Int32 = 0
        package var terminating: Bool = false
        package var compressionType: Int8 = 0
        package var metrics: [UInt8] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&clientInstanceID)
            try w.field(&subscriptionID)
            try w.field(&terminating)
            try w.field(&compressionType)
            try w.field(&metrics)
            try w.endOfStructure()
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&errorCode)
            try w.endOfStructure()
        }
    }
}
