/// OffsetFetch, key 9: reads a group's offsets.
package enum OffsetFetch: KafkaAPI {
    package static let key: Int16 = 9
    package static let versions: ClosedRange<Int16> = 0...10
    package static let flexibleFrom: Int16 = 6

    package struct Request: WireStructure, Equatable, Sendable {
        package var groupID: String = ""
        package var topics: [Topic]? = []
        package var groups: [Group] = []
        package var requireStable: Bool = false

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version <= 7 {
                try w.field(&groupID)
                try w.field(&topics, nullable: w.version >= 2)
            }
            if w.version >= 8 { try w.field(&groups) }
            if w.version >= 7 { try w.field(&requireStable) }
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var partitionIndexes: [Int32] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version <= 7 {
                    try w.field(&name)
                    try w.field(&partitionIndexes)
                }
                try w.endOfStructure()
            }
        }

        package struct Group: WireStructure, Hashable, Sendable {
            package var groupID: String = ""
            package var memberID: String? = nil
            package var memberEpoch: Int32 = -1
            package var topics: [GroupTopic]? = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version >= 8 { try w.field(&groupID) }
                if w.version >= 9 {
                    try w.field(&memberID)
                    try w.field(&memberEpoch)
                }
                if w.version >= 8 { try w.field(&topics) }
                try w.endOfStructure()
            }

            package struct GroupTopic: WireStructure, Hashable, Sendable {
                package var name: String = ""
                package var topicID: UUID = .zero
                package var partitionIndexes: [Int32] = []

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    if (8...9).contains(w.version) { try w.field(&name) }
                    if w.version >= 10 { try w.field(&topicID) }
                    if w.version >= 8 { try w.field(&partitionIndexes) }
                    try w.endOfStructure()
                }
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var topics: [Topic] = []
        package var errorCode: KafkaError = .none
        package var groups: [Group] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 3 { try w.field(&throttleTimeMs) }
            if w.version <= 7 { try w.field(&topics) }
            if (2...7).contains(w.version) { try w.field(&errorCode) }
            if w.version >= 8 { try w.field(&groups) }
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var partitions: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version <= 7 {
                    try w.field(&name)
                    try w.field(&partitions)
                }
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partitionIndex: Int32 = 0
                package var committedOffset: Int64 = 0
                package var committedLeaderEpoch: Int32 = -1
                package var metadata: String? = nil
                package var errorCode: KafkaError = .none

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    if w.version <= 7 {
                        try w.field(&partitionIndex)
                        try w.field(&committedOffset)
                    }
                    if (5...7).contains(w.version) { try w.field(&committedLeaderEpoch) }
                    if w.version <= 7 {
                        try w.field(&metadata)
                        try w.field(&errorCode)
                    }
                    try w.endOfStructure()
                }
            }
        }

        package struct Group: WireStructure, Equatable, Sendable {
            package var groupID: String = ""
            package var topics: [GroupTopic] = []
            package var errorCode: KafkaError = .none

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version >= 8 {
                    try w.field(&groupID)
                    try w.field(&topics)
                    try w.field(&errorCode)
                }
                try w.endOfStructure()
            }

            package struct GroupTopic: WireStructure, Equatable, Sendable {
                package var name: String = ""
                package var topicID: UUID = .zero
                package var partitions: [GroupPartition] = []

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    if (8...9).contains(w.version) { try w.field(&name) }
                    if w.version >= 10 { try w.field(&topicID) }
                    if w.version >= 8 { try w.field(&partitions) }
                    try w.endOfStructure()
                }

                package struct GroupPartition: WireStructure, Equatable, Sendable {
                    package var partitionIndex: Int32 = 0
                    package var committedOffset: Int64 = 0
                    package var committedLeaderEpoch: Int32 = -1
                    package var metadata: String? = nil
                    package var errorCode: KafkaError = .none

                    package init() {}

                    package mutating func layout(_ w: inout Wire) throws(WireError) {
                        if w.version >= 8 {
                            try w.field(&partitionIndex)
                            try w.field(&committedOffset)
                            try w.field(&committedLeaderEpoch)
                            try w.field(&metadata)
                            try w.field(&errorCode)
                        }
                        try w.endOfStructure()
                    }
                }
            }
        }
    }
}
