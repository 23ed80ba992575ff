/// DeleteRecords, key 21: deletes the records before an offset.
package enum DeleteRecords: KafkaAPI {
    package static let key: Int16 = 21
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleFrom: Int16 = 2

    package struct Request: WireStructure, Equatable, Sendable {
        package var topics: [Topic] = []
        package var timeoutMs: Int32 = 0

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&topics)
            try w.field(&timeoutMs)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var partitions: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                try w.field(&partitions)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partitionIndex: Int32 = 0
                package var offset: Int64 = 0

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&offset)
                    try w.endOfStructure()
                }
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var topics: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&topics)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var partitions: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                try w.field(&partitions)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partitionIndex: Int32 = 0
                package var lowWatermark: Int64 = 0
                package var errorCode: KafkaError = .none

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&lowWatermark)
                    try w.field(&errorCode)
                    try w.endOfStructure()
                }
            }
        }
    }
}
