/// A record of `__consumer_offsets`: a group's committed offset of one partition.
package enum OffsetCommitRecord {
    /// The number that a record of this kind has in front of its key.
    package static let keyType: Int16 = 1
    /// The versions of its value.
    package static let valueVersions: ClosedRange<Int16> = 0...4
    /// The first value version with compact lengths and tagged fields.
    package static let flexibleFrom: Int16 = 4

    package struct Key: WireStructure, Equatable, Sendable {
        package var group: String = ""
        package var topic: String = ""
        package var partition: Int32 = 0

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&group)
            try w.field(&topic)
            try w.field(&partition)
        }
    }

    package struct Value: WireStructure, Equatable, Sendable {
        package var offset: Int64 = 0
        package var leaderEpoch: Int32 = -1
        package var metadata: String = ""
        package var commitTimestamp: Int64 = 0
        package var expireTimestamp: Int64 = -1
        package var topicID: UUID = .zero

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&offset)
            if w.version >= 3 { try w.field(&leaderEpoch) }
            try w.field(&metadata)
            try w.field(&commitTimestamp)
            if w.version == 1 { try w.field(&expireTimestamp) }
            try w.taggedFields { (tags) throws(WireError) in
                try tags.field(0, isSet: topicID != .zero) { (w) throws(WireError) in try w.field(&topicID) }
            }
        }
    }
}
