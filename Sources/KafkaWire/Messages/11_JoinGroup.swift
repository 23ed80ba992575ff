/// JoinGroup, key 11: joins a classic group.
package enum JoinGroup: KafkaAPI {
    package static let key: Int16 = 11
    package static let versions: ClosedRange<Int16> = 0...9
    package static let flexibleFrom: Int16 = 6

    package struct Request: WireStructure, Equatable, Sendable {
        package var groupID: String = ""
        package var sessionTimeoutMs: Int32 = 0
        package var rebalanceTimeoutMs: Int32 = -1
        package var memberID: String = ""
        package var groupInstanceID: String? = nil
        package var protocolType: String = ""
        package var protocols: [SupportedProtocol] = []
        package var reason: String? = nil

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&groupID)
            try w.field(&sessionTimeoutMs)
            if w.version >= 1 { try w.field(&rebalanceTimeoutMs) }
            try w.field(&memberID)
            if w.version >= 5 { try w.field(&groupInstanceID) }
            try w.field(&protocolType)
            try w.field(&protocols)
            if w.version >= 8 { try w.field(&reason) }
            try w.endOfStructure()
        }

        package struct SupportedProtocol: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var metadata: [UInt8] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                try w.field(&metadata)
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var generationID: Int32 = -1
        package var protocolType: String? = nil
        package var protocolName: String? = nil
        package var leader: String = ""
        package var skipAssignment: Bool = false
        package var memberID: String = ""
        package var members: [Member] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 2 { try w.field(&throttleTimeMs) }
            try w.field(&errorCode)
            try w.field(&generationID)
            if w.version >= 7 { try w.field(&protocolType) }
            try w.field(&protocolName, nullable: w.version >= 7)
            try w.field(&leader)
            if w.version >= 9 { try w.field(&skipAssignment) }
            try w.field(&memberID)
            try w.field(&members)
            try w.endOfStructure()
        }

        package struct Member: WireStructure, Equatable, Sendable {
            package var memberID: String = ""
            package var groupInstanceID: String? = nil
            package var metadata: [UInt8] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&memberID)
                if w.version >= 5 { try w.field(&groupInstanceID) }
                try w.field(&metadata)
                try w.endOfStructure()
            }
        }
    }
}
