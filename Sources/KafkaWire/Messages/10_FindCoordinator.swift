/// FindCoordinator, key 10: the broker that coordinates a group or a transactional id.
package enum FindCoordinator: KafkaAPI {
    package static let key: Int16 = 10
    package static let versions: ClosedRange<Int16> = 0...6
    package static let flexibleFrom: Int16 = 3

    package struct Request: WireStructure, Equatable, Sendable {
        package var key: String = ""
        package var keyType: Int8 = 0
        package var coordinatorKeys: [String] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version <= 3 { try w.field(&key) }
            if w.version >= 1 { try w.field(&keyType) }
            if w.version >= 4 { try w.field(&coordinatorKeys) }
            try w.endOfStructure()
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var errorMessage: String? = nil
        package var nodeID: Int32 = 0
        package var host: String = ""
        package var port: Int32 = 0
        package var coordinators: [Coordinator] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 1 { try w.field(&throttleTimeMs) }
            if w.version <= 3 { try w.field(&errorCode) }
            if (1...3).contains(w.version) { try w.field(&errorMessage) }
            if w.version <= 3 {
                try w.field(&nodeID)
                try w.field(&host)
                try w.field(&port)
            }
            if w.version >= 4 { try w.field(&coordinators) }
            try w.endOfStructure()
        }

        package struct Coordinator: WireStructure, Equatable, Sendable {
            package var key: String = ""
            package var nodeID: Int32 = 0
            package var host: String = ""
            package var port: Int32 = 0
            package var errorCode: KafkaError = .none
            package var errorMessage: String? = nil

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version >= 4 {
                    try w.field(&key)
                    try w.field(&nodeID)
                    try w.field(&host)
                    try w.field(&port)
                    try w.field(&errorCode)
                    try w.field(&errorMessage)
                }
                try w.endOfStructure()
            }
        }
    }
}
