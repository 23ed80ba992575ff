/// LeaveGroup, key 13: takes members out of a group.
package enum LeaveGroup: KafkaAPI {
    package static let key: Int16 = 13
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleFrom: Int16 = 4

    package struct Request: WireStructure, Equatable, Sendable {
        package var groupID: String = ""
        package var memberID: String = ""
        package var members: [Member] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&groupID)
            if w.version <= 2 { try w.field(&memberID) }
            if w.version >= 3 { try w.field(&members) }
            try w.endOfStructure()
        }

        package struct Member: WireStructure, Equatable, Sendable {
            package var memberID: String = ""
            package var groupInstanceID: String? = nil
            package var reason: String? = nil

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version >= 3 {
                    try w.field(&memberID)
                    try w.field(&groupInstanceID)
                }
                if w.version >= 5 { try w.field(&reason) }
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var members: [Member] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 1 { try w.field(&throttleTimeMs) }
            try w.field(&errorCode)
            if w.version >= 3 { try w.field(&members) }
            try w.endOfStructure()
        }

        package struct Member: WireStructure, Equatable, Sendable {
            package var memberID: String = ""
            package var groupInstanceID: String? = nil
            package var errorCode: KafkaError = .none

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version >= 3 {
                    try w.field(&memberID)
                    try w.field(&groupInstanceID)
                    try w.field(&errorCode)
                }
                try w.endOfStructure()
            }
        }
    }
}
