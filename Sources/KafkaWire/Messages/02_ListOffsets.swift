/// ListOffsets, key 2: finds offsets by timestamp.
package enum ListOffsets: KafkaAPI {
    package static let key: Int16 = 2
    package static let versions: ClosedRange<Int16> = 0...11
    package static let flexibleFrom: Int16 = 6

    package struct Request: WireStructure, Equatable, Sendable {
        package var replicaID: Int32 = 0
        package var isolationLevel: Int8 = 0
        package var topics: [Topic] = []
        package var timeoutMs: Int32 = 0

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&replicaID)
            if w.version >= 2 { try w.field(&isolationLevel) }
            try w.field(&topics)
            if w.version >= 10 { try w.field(&timeoutMs) }
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
                package var currentLeaderEpoch: Int32 = -1
                package var timestamp: Int64 = 0
                package var maxNumOffsets: Int32 = 1

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    if w.version >= 4 { try w.field(&currentLeaderEpoch) }
                    try w.field(&timestamp)
                    if w.version <= 0 { try w.field(&maxNumOffsets) }
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
                package var oldStyleOffsets: [Int64] = []
                package var timestamp: Int64 = -1
                package var offset: Int64 = -1
                package var leaderEpoch: Int32 = -1

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&errorCode)
                    if w.version <= 0 { try w.field(&oldStyleOffsets) }
                    if w.version >= 1 {
                        try w.field(&timestamp)
                        try w.field(&offset)
                    }
                    if w.version >= 4 { try w.field(&leaderEpoch) }
                    try w.endOfStructure()
                }
            }
        }
    }
}
