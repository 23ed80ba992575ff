/// Heartbeat, key 12: keeps a member's session alive.
package enum Heartbeat: KafkaAPI {
    package static let key: Int16 = 12
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleFrom: Int16 = 4

    package struct Request: WireStructure, Equatable, Sendable {
        package var groupID: String = ""
        package var generationID: Int32 = 0
        package var memberID: String = ""
        package var groupInstanceID: String? = nil

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&groupID)
            try w.field(&generationID)
            try w.field(&memberID)
            if w.version >= 3 { try w.field(&groupInstanceID) }
            try w.endOfStructure()
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 1 { try w.field(&throttleTimeMs) }
            try w.field(&errorCode)
            try w.endOfStructure()
        }
    }
}
