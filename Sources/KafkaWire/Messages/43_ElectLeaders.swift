/// ElectLeaders, key 43: makes the preferred replicas leaders.
package enum ElectLeaders: KafkaAPI {
    package static let key: Int16 = 43
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleFrom: Int16 = 2

    package struct Request: WireStructure, Equatable, Sendable {
        package var electionType: Int8 = 0
        package var topicPartitions: [Topic]? = []
        package var timeoutMs: Int32 = 60000

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 1 { try w.field(&electionType) }
            try w.field(&topicPartitions)
            try w.field(&timeoutMs)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var topic: String = ""
            package var partitions: [Int32] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&topic)
                try w.field(&partitions)
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var replicaElectionResults: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            if w.version >= 1 { try w.field(&errorCode) }
            try w.field(&replicaElectionResults)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var topic: String = ""
            package var partitionResult: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&topic)
                try w.field(&partitionResult)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partitionID: Int32 = 0
                package var errorCode: KafkaError = .none
                package var errorMessage: String? = nil

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionID)
                    try w.field(&errorCode)
                    try w.field(&errorMessage)
                    try w.endOfStructure()
                }
            }
        }
    }
}
