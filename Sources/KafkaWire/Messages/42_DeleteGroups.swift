/// DeleteGroups, key 42: deletes groups.
package enum DeleteGroups: KafkaAPI {
    package static let key: Int16 = 42
    package static let versions: ClosedRange<Int16> = 0...3
    package static let flexibleFrom: Int16 = 2

    package struct Request: WireStructure, Equatable, Sendable {
        package var groupsNames: [String] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&groupsNames)
            try w.endOfStructure()
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var results: [Group] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&results)
            try w.endOfStructure()
        }

        package struct Group: WireStructure, Equatable, Sendable {
            package var groupID: String = ""
            package var errorCode: KafkaError = .none
            package var errorMessage: String? = nil

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&groupID)
                try w.field(&errorCode)
                if w.version >= 3 { try w.field(&errorMessage) }
                try w.endOfStructure()
            }
        }
    }
}
