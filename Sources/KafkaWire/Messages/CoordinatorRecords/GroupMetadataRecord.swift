/// A record of `__consumer_offsets`: a classic group's generation, members and assignment.
package enum GroupMetadataRecord {
    /// The number that a record of this kind has in front of its key.
    package static let keyType: Int16 = 2
    /// The versions of its value.
    package static let valueVersions: ClosedRange<Int16> = 0...4
    /// The first value version with compact lengths and tagged fields.
    package static let flexibleFrom: Int16 = 4

    package struct Key: WireStructure, Equatable, Sendable {
        package var group: String = ""

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&group)
        }
    }

    package struct Value: WireStructure, Equatable, Sendable {
        package var protocolType: String = ""
        package var generation: Int32 = 0
        package var `protocol`: String? = nil
        package var leader: String? = nil
        package var currentStateTimestamp: Int64 = -1
        package var members: [Member] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&protocolType)
            try w.field(&generation)
            try w.field(&`protocol`)
            try w.field(&leader)
            if w.version >= 2 { try w.field(&currentStateTimestamp) }
            try w.field(&members)
            try w.endOfStructure()
        }

        package struct Member: WireStructure, Equatable, Sendable {
            package var memberID: String = ""
            package var groupInstanceID: String? = nil
            package var clientID: String = ""
            package var clientHost: String = ""
            package var rebalanceTimeout: Int32 = -1
            package var sessionTimeout: Int32 = 0
            package var subscription: [UInt8] = []
            package var assignment: [UInt8] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&memberID)
                if w.version >= 3 { try w.field(&groupInstanceID) }
                try w.field(&clientID)
                try w.field(&clientHost)
                if w.version >= 1 { try w.field(&rebalanceTimeout) }
                try w.field(&sessionTimeout)
                try w.field(&subscription)
                try w.field(&assignment)
                try w.endOfStructure()
            }
        }
    }
}
