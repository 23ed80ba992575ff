/// OffsetCommit, key 8: stores a group's offsets.
package enum OffsetCommit: KafkaAPI {
    package static let key: Int16 = 8
    package static let versions: ClosedRange<Int16> = 0...10
    package static let flexibleFrom: Int16 = 8

    package struct Request: WireStructure, Equatable, Sendable {
        package var groupID: String = ""
        package var generationIDOrMemberEpoch: Int32 = -1
        package var memberID: String = ""
        package var groupInstanceID: String? = nil
        package var retentionTimeMs: Int64 = -1
        package var topics: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&groupID)
            if w.version >= 1 {
                try w.field(&generationIDOrMemberEpoch)
                try w.field(&memberID)
            }
            if w.version >= 7 { try w.field(&groupInstanceID) }
            if (2...4).contains(w.version) { try w.field(&retentionTimeMs) }
            try w.field(&topics)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var topicID: UUID = .zero
            package var partitions: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version <= 9 { try w.field(&name) }
                if w.version >= 10 { try w.field(&topicID) }
                try w.field(&partitions)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partitionIndex: Int32 = 0
                package var committedOffset: Int64 = 0
                package var committedLeaderEpoch: Int32 = -1
                package var commitTimestamp: Int64 = -1
                package var committedMetadata: String? = nil

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&committedOffset)
                    if w.version >= 6 { try w.field(&committedLeaderEpoch) }
                    if w.version == 1 { try w.field(&commitTimestamp) }
                    try w.field(&committedMetadata)
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
            if w.version >= 3 { try w.field(&throttleTimeMs) }
            try w.field(&topics)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var topicID: UUID = .zero
            package var partitions: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version <= 9 { try w.field(&name) }
                if w.version >= 10 { try w.field(&topicID) }
                try w.field(&partitions)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partitionIndex: Int32 = 0
                package var errorCode: KafkaError = .none

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&errorCode)
                    try w.endOfStructure()
                }
            }
        }
    }
}
