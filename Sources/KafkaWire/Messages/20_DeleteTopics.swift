/// DeleteTopics, key 20: deletes topics.
package enum DeleteTopics: KafkaAPI {
    package static let key: Int16 = 20
    package static let versions: ClosedRange<Int16> = 0...6
    package static let flexibleFrom: Int16 = 4

    package struct Request: WireStructure, Equatable, Sendable {
        package var topics: [Topic] = []
        package var topicNames: [String] = []
        package var timeoutMs: Int32 = 0

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 6 { try w.field(&topics) }
            if w.version <= 5 { try w.field(&topicNames) }
            try w.field(&timeoutMs)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Hashable, Sendable {
            package var name: String? = nil
            package var topicID: UUID = .zero

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version >= 6 {
                    try w.field(&name)
                    try w.field(&topicID)
                }
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var responses: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 1 { try w.field(&throttleTimeMs) }
            try w.field(&responses)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String? = nil
            package var topicID: UUID = .zero
            package var errorCode: KafkaError = .none
            package var errorMessage: String? = nil

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name, nullable: w.version >= 6)
                if w.version >= 6 { try w.field(&topicID) }
                try w.field(&errorCode)
                if w.version >= 5 { try w.field(&errorMessage) }
                try w.endOfStructure()
            }
        }
    }
}
