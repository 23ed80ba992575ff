/// ListGroups, key 16: the groups that a broker coordinates.
package enum ListGroups: KafkaAPI {
    package static let key: Int16 = 16
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleFrom: Int16 = 3

    package struct Request: WireStructure, Equatable, Sendable {
        package var statesFilter: [String] = []
        package var typesFilter: [String] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 4 { try w.field(&statesFilter) }
            if w.version >= 5 { try w.field(&typesFilter) }
            try w.endOfStructure()
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var groups: [Group] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 1 { try w.field(&throttleTimeMs) }
            try w.field(&errorCode)
            try w.field(&groups)
            try w.endOfStructure()
        }

        package struct Group: WireStructure, Equatable, Sendable {
            package var groupID: String = ""
            package var protocolType: String = ""
            package var groupState: String = ""
            package var groupType: String = ""

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&groupID)
                try w.field(&protocolType)
                if w.version >= 4 { try w.field(&groupState) }
                if w.version >= 5 { try w.field(&groupType) }
                try w.endOfStructure()
            }
        }
    }
}
