/// OffsetDelete, key 47: deletes a group's committed offsets.
package enum OffsetDelete: KafkaAPI {
    package static let key: Int16 = 47
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleFrom: Int16 = .max

    package struct Request: WireStructure, Equatable, Sendable {
        package var groupID: String = ""
        package var topics: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&groupID)
            try w.field(&topics)
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var partitions: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                try w.field(&partitions)
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partitionIndex: Int32 = 0

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                }
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var errorCode: KafkaError = .none
        package var throttleTimeMs: Int32 = 0
        package var topics: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&errorCode)
            try w.field(&throttleTimeMs)
            try w.field(&topics)
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var partitions: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                try w.field(&partitions)
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partitionIndex: Int32 = 0
                package var errorCode: KafkaError = .none

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&errorCode)
                }
            }
        }
    }
}
