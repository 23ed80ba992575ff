/// Metadata, key 3: the brokers, topics and partitions.
package enum Metadata: KafkaAPI {
    package static let key: Int16 = 3
    package static let versions: ClosedRange<Int16> = 0...13
    package static let flexibleFrom: Int16 = 9

    package struct Request: WireStructure, Equatable, Sendable {
        package var topics: [Topic]? = []
        package var allowAutoTopicCreation: Bool = true
        package var includeClusterAuthorizedOperations: Bool = false
        package var includeTopicAuthorizedOperations: Bool = false

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&topics, nullable: w.version >= 1)
            if w.version >= 4 { try w.field(&allowAutoTopicCreation) }
            if (8...10).contains(w.version) { try w.field(&includeClusterAuthorizedOperations) }
            if w.version >= 8 { try w.field(&includeTopicAuthorizedOperations) }
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Hashable, Sendable {
            package var topicID: UUID = .zero
            package var name: String? = nil

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version >= 10 { try w.field(&topicID) }
                try w.field(&name, nullable: w.version >= 10)
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var brokers: [Broker] = []
        package var clusterID: String? = nil
        package var controllerID: Int32 = -1
        package var topics: [Topic] = []
        package var clusterAuthorizedOperations: Int32 = -2147483648
        package var errorCode: KafkaError = .none

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 3 { try w.field(&throttleTimeMs) }
            try w.field(&brokers)
            if w.version >= 2 { try w.field(&clusterID) }
            if w.version >= 1 { try w.field(&controllerID) }
            try w.field(&topics)
            if (8...10).contains(w.version) { try w.field(&clusterAuthorizedOperations) }
            if w.version >= 13 { try w.field(&errorCode) }
            try w.endOfStructure()
        }

        package struct Broker: WireStructure, Equatable, Sendable {
            package var nodeID: Int32 = 0
            package var host: String = ""
            package var port: Int32 = 0
            package var rack: String? = nil

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&nodeID)
                try w.field(&host)
                try w.field(&port)
                if w.version >= 1 { try w.field(&rack) }
                try w.endOfStructure()
            }
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
                try w.field(&name, nullable: w.version >= 12)
                if w.version >= 10 { try w.field(&topicID) }
                if w.version >= 1 { try w.field(&isInternal) }
                try w.field(&partitions)
                if w.version >= 8 { try w.field(&topicAuthorizedOperations) }
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var errorCode: KafkaError = .none
                package var partitionIndex: Int32 = 0
                package var leaderID: Int32 = 0
                package var leaderEpoch: Int32 = -1
                package var replicaNodes: [Int32] = []
                package var isrNodes: [Int32] = []
                package var offlineReplicas: [Int32] = []

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&errorCode)
                    try w.field(&partitionIndex)
                    try w.field(&leaderID)
                    if w.version >= 7 { try w.field(&leaderEpoch) }
                    try w.field(&replicaNodes)
                    try w.field(&isrNodes)
                    if w.version >= 5 { try w.field(&offlineReplicas) }
                    try w.endOfStructure()
                }
            }
        }
    }
}
