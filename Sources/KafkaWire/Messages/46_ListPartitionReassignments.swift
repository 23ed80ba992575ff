/// ListPartitionReassignments, key 46: the partitions that are being moved.
package enum ListPartitionReassignments: KafkaAPI {
    package static let key: Int16 = 46
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleFrom: Int16 = 0

    package struct Request: WireStructure, Equatable, Sendable {
        package var timeoutMs: Int32 = 60000
        package var topics: [Topic]? = nil

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&timeoutMs)
            try w.field(&topics)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var partitionIndexes: [Int32] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                try w.field(&partitionIndexes)
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var errorMessage: String? = nil
        package var topics: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&errorCode)
            try w.field(&errorMessage)
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
                package var replicas: [Int32] = []
                package var addingReplicas: [Int32] = []
                package var removingReplicas: [Int32] = []

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&replicas)
                    try w.field(&addingReplicas)
                    try w.field(&removingReplicas)
                    try w.endOfStructure()
                }
            }
        }
    }
}
