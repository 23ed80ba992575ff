/// DescribeTopicPartitions, key 75: topics and partitions, a page at a time.
package enum DescribeTopicPartitions: KafkaAPI {
    package static let key: Int16 = 75
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleFrom: Int16 = 0

    package struct Request: WireStructure, Equatable, Sendable {
        package var topics: [Topic] = []
        package var responsePartitionLimit: Int32 = 2000
        package var cursor: Cursor? = nil

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&topics)
            try w.field(&responsePartitionLimit)
            try w.field(&cursor)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                try w.endOfStructure()
            }
        }

        package struct Cursor: WireStructure, Equatable, Sendable {
            package var topicName: String = ""
            package var partitionIndex: Int32 = 0

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&topicName)
                try w.field(&partitionIndex)
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var topics: [Topic] = []
        package var nextCursor: Cursor? = nil

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&topics)
            try w.field(&nextCursor)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var errorCode: KafkaError = .none
            package var name: String? = nil
            package var topicID: UUID = .zero
            package var isInternal: Bool = false
            package var partitions: [Partition] = []
            package var topicAuthorizedOperations: Int32 = -2147483648

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&errorCode)
                try w.field(&name)
                try w.field(&topicID)
                try w.field(&isInternal)
                try w.field(&partitions)
                try w.field(&topicAuthorizedOperations)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var errorCode: KafkaError = .none
                package var partitionIndex: Int32 = 0
                package var leaderID: Int32 = 0
                package var leaderEpoch: Int32 = -1
                package var replicaNodes: [Int32] = []
                package var isrNodes: [Int32] = []
                package var eligibleLeaderReplicas: [Int32]? = nil
                package var lastKnownElr: [Int32]? = nil
                package var offlineReplicas: [Int32] = []

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&errorCode)
                    try w.field(&partitionIndex)
                    try w.field(&leaderID)
                    try w.field(&leaderEpoch)
                    try w.field(&replicaNodes)
                    try w.field(&isrNodes)
                    try w.field(&eligibleLeaderReplicas)
                    try w.field(&lastKnownElr)
                    try w.field(&offlineReplicas)
                    try w.endOfStructure()
                }
            }
        }

        package struct Cursor: WireStructure, Equatable, Sendable {
            package var topicName: String = ""
            package var partitionIndex: Int32 = 0

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&topicName)
                try w.field(&partitionIndex)
                try w.endOfStructure()
            }
        }
    }
}
