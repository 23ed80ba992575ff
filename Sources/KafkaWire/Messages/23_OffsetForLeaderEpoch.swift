/// OffsetForLeaderEpoch, key 23: where leader epochs end.
package enum OffsetForLeaderEpoch: KafkaAPI {
    package static let key: Int16 = 23
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleFrom: Int16 = 4

    package struct Request: WireStructure, Equatable, Sendable {
        package var replicaID: Int32 = -2
        package var topics: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 3 { try w.field(&replicaID) }
            try w.field(&topics)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var topic: String = ""
            package var partitions: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&topic)
                try w.field(&partitions)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partition: Int32 = 0
                package var currentLeaderEpoch: Int32 = -1
                package var leaderEpoch: Int32 = 0

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partition)
                    if w.version >= 2 { try w.field(&currentLeaderEpoch) }
                    try w.field(&leaderEpoch)
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
            if w.version >= 2 { try w.field(&throttleTimeMs) }
            try w.field(&topics)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var topic: String = ""
            package var partitions: [EpochEndOffset] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&topic)
                try w.field(&partitions)
                try w.endOfStructure()
            }

            package struct EpochEndOffset: WireStructure, Equatable, Sendable {
                package var errorCode: KafkaError = .none
                package var partition: Int32 = 0
                package var leaderEpoch: Int32 = -1
                package var endOffset: Int64 = -1

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&errorCode)
                    try w.field(&partition)
                    if w.version >= 1 { try w.field(&leaderEpoch) }
                    try w.field(&endOffset)
                    try w.endOfStructure()
                }
            }
        }
    }
}
