/// DescribeGroups, key 15: the state and members of classic groups.
package enum DescribeGroups: KafkaAPI {
    package static let key: Int16 = 15
    package static let versions: ClosedRange<Int16> = 0...6
    package static let flexibleFrom: Int16 = 5

    package struct Request: WireStructure, Equatable, Sendable {
        package var groups: [String] = []
        package var includeAuthorizedOperations: Bool = false

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&groups)
            if w.version >= 3 { try w.field(&includeAuthorizedOperations) }
            try w.endOfStructure()
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var groups: [Group] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 1 { try w.field(&throttleTimeMs) }
            try w.field(&groups)
            try w.endOfStructure()
        }

        package struct Group: WireStructure, Equatable, Sendable {
            package var errorCode: KafkaError = .none
            package var errorMessage: String? = nil
            package var groupID: String = ""
            package var groupState: String = ""
            package var protocolType: String = ""
            package var protocolData: String = ""
            package var members: [Member] = []
            package var authorizedOperations: Int32 = -2147483648

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&errorCode)
                if w.version >= 6 { try w.field(&errorMessage) }
                try w.field(&groupID)
                try w.field(&groupState)
                try w.field(&protocolType)
                try w.field(&protocolData)
                try w.field(&members)
                if w.version >= 3 { try w.field(&authorizedOperations) }
                try w.endOfStructure()
            }

            package struct Member: WireStructure, Equatable, Sendable {
                package var memberID: String = ""
                package var groupInstanceID: String? = nil
                package var clientID: String = ""
                package var clientHost: String = ""
                package var memberMetadata: [UInt8] = []
                package var memberAssignment: [UInt8] = []

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&memberID)
                    if w.version >= 4 { try w.field(&groupInstanceID) }
                    try w.field(&clientID)
                    try w.field(&clientHost)
                    try w.field(&memberMetadata)
                    try w.field(&memberAssignment)
                    try w.endOfStructure()
                }
            }
        }
    }
}
