/// SyncGroup, key 14: hands out the leader's assignment.
package enum SyncGroup: KafkaAPI {
    package static let key: Int16 = 14
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleFrom: Int16 = 4

    package struct Request: WireStructure, Equatable, Sendable {
        package var groupID: String = ""
        package var generationID: Int32 = 0
        package var memberID: String = ""
        package var groupInstanceID: String? = nil
        package var protocolType: String? = nil
        package var protocolName: String? = nil
        package var assignments: [Assignment] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&groupID)
            try w.field(&generationID)
            try w.field(&memberID)
            if w.version >= 3 { try w.field(&groupInstanceID) }
            if w.version >= 5 {
                try w.field(&protocolType)
                try w.field(&protocolName)
            }
            try w.field(&assignments)
            try w.endOfStructure()
        }

        package struct Assignment: WireStructure, Equatable, Sendable {
            package var memberID: String = ""
            package var assignment: [UInt8] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&memberID)
                try w.field(&assignment)
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var protocolType: String? = nil
        package var protocolName: String? = nil
        package var assignment: [UInt8] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 1 { try w.field(&throttleTimeMs) }
            try w.field(&errorCode)
            if w.version >= 5 {
                try w.field(&protocolType)
                try w.field(&protocolName)
            }
            try w.field(&assignment)
            try w.endOfStructure()
        }
    }
}
