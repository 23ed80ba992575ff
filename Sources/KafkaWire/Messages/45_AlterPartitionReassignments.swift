/// AlterPartitionReassignments, key 45: moves partitions to other brokers.
package enum AlterPartitionReassignments: KafkaAPI {
    package static let key: Int16 = 45
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleFrom: Int16 = 0

    package struct Request: WireStructure, Equatable, Sendable {
        package var timeoutMs: Int32 = 60000
        package var allowReplicationFactorChange: Bool = true
        package var topics: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&timeoutMs)
            if w.version >= 1 { try w.field(&allowReplicationFactorChange) }
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
                package var replicas: [Int32]? = nil

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&replicas)
                    try w.endOfStructure()
                }
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var allowReplicationFactorChange: Bool = true
        package var errorCode: KafkaError = .none
        package var errorMessage: String? = nil
        package var responses: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            if w.version >= 1 { try w.field(&allowReplicationFactorChange) }
            try w.field(&errorCode)
            try w.field(&errorMessage)
            try w.field(&responses)
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
                package var errorCode: KafkaError = .none
                package var errorMessage: String? = nil

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&errorCode)
                    try w.field(&errorMessage)
                    try w.endOfStructure()
                }
            }
        }
    }
}
