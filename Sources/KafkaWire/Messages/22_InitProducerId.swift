/// InitProducerId, key 22: gives a producer its id and epoch.
package enum InitProducerId: KafkaAPI {
    package static let key: Int16 = 22
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleFrom: Int16 = 2

    package struct Request: WireStructure, Equatable, Sendable {
        package var transactionalID: String? = nil
        package var transactionTimeoutMs: Int32 = 0
        package var producerID: Int64 = -1
        package var producerEpoch: Int16 = -1

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&transactionalID)
            try w.field(&transactionTimeoutMs)
            if w.version >= 3 {
                try w.field(&producerID)
                try w.field(&producerEpoch)
            }
            try w.endOfStructure()
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var producerID: Int64 = -1
        package var producerEpoch: Int16 = 0

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&errorCode)
            try w.field(&producerID)
            try w.field(&producerEpoch)
            try w.endOfStructure()
        }
    }
}
