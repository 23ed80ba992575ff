/// DescribeQuorum, key 55: the state of the controllers' quorum.
package enum DescribeQuorum: KafkaAPI {
    package static let key: Int16 = 55
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleFrom: Int16 = 0

    package struct Request: WireStructure, Equatable, Sendable {
        package var topics: [TopicData] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&topics)
            try w.endOfStructure()
        }

        package struct TopicData: WireStructure, Equatable, Sendable {
            package var topicName: String = ""
            package var partitions: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&topicName)
                try w.field(&partitions)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partitionIndex: Int32 = 0

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.endOfStructure()
                }
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var errorCode: KafkaError = .none
        package var errorMessage: String? = nil
        package var topics: [TopicData] = []
        package var nodes: [Node] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&errorCode)
            if w.version >= 2 { try w.field(&errorMessage) }
            try w.field(&topics)
            if w.version >= 2 { try w.field(&nodes) }
            try w.endOfStructure()
        }

        package struct TopicData: WireStructure, Equatable, Sendable {
            package var topicName: String = ""
            package var partitions: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&topicName)
                try w.field(&partitions)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partitionIndex: Int32 = 0
                package var errorCode: KafkaError = .none
                package var errorMessage: String? = nil
                package var leaderID: Int32 = 0
                package var leaderEpoch: Int32 = 0
                package var highWatermark: Int64 = 0
                package var currentVoters: [ReplicaState] = []
                package var observers: [ReplicaState] = []

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&errorCode)
                    if w.version >= 2 { try w.field(&errorMessage) }
                    try w.field(&leaderID)
                    try w.field(&leaderEpoch)
                    try w.field(&highWatermark)
                    try w.field(&currentVoters)
                    try w.field(&observers)
                    try w.endOfStructure()
                }
            }
        }

        package struct Node: WireStructure, Equatable, Sendable {
            package var nodeID: Int32 = 0
            package var listeners: [Listener] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version >= 2 {
                    try w.field(&nodeID)
                    try w.field(&listeners)
                }
                try w.endOfStructure()
            }

            package struct Listener: WireStructure, Equatable, Sendable {
                package var name: String = ""
                package var host: String = ""
                package var port: UInt16 = 0

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    if w.version >= 2 {
                        try w.field(&name)
                        try w.field(&host)
                        try w.field(&port)
                    }
                    try w.endOfStructure()
                }
            }
        }

        package struct ReplicaState: WireStructure, Equatable, Sendable {
            package var replicaID: Int32 = 0
            package var replicaDirectoryID: UUID = .zero
            package var logEndOffset: Int64 = 0
            package var lastFetchTimestamp: Int64 = -1
            package var lastCaughtUpTimestamp: Int64 = -1

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&replicaID)
                if w.version >= 2 { try w.field(&replicaDirectoryID) }
                try w.field(&logEndOffset)
                if w.version >= 1 {
                    try w.field(&lastFetchTimestamp)
                    try w.field(&lastCaughtUpTimestamp)
                }
                try w.endOfStructure()
            }
        }
    }
}
