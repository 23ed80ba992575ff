/// CreatePartitions, key 37: adds partitions to topics.
package enum CreatePartitions: KafkaAPI {
    package static let key: Int16 = 37
    package static let versions: ClosedRange<Int16> = 0...3
    package static let flexibleFrom: Int16 = 2

    package struct Request: WireStructure, Equatable, Sendable {
        package var topics: [Topic] = []
        package var timeoutMs: Int32 = 0
        package var validateOnly: Bool = false

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&topics)
            try w.field(&timeoutMs)
            try w.field(&validateOnly)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var count: Int32 = 0
            package var assignments: [Assignment]? = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                try w.field(&count)
                try w.field(&assignments)
                try w.endOfStructure()
            }

            package struct Assignment: WireStructure, Equatable, Sendable {
                package var brokerIDs: [Int32] = []

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&brokerIDs)
                    try w.endOfStructure()
                }
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var results: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&results)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var errorCode: KafkaError = .none
            package var errorMessage: String? = nil

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                try w.field(&errorCode)
                try w.field(&errorMessage)
                try w.endOfStructure()
            }
        }
    }
}
