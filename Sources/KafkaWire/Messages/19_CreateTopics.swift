/// CreateTopics, key 19: makes topics.
package enum CreateTopics: KafkaAPI {
    package static let key: Int16 = 19
    package static let versions: ClosedRange<Int16> = 0...7
    package static let flexibleFrom: Int16 = 5

    package struct Request: WireStructure, Equatable, Sendable {
        package var topics: [Topic] = []
        package var timeoutMs: Int32 = 60000
        package var validateOnly: Bool = false

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&topics)
            try w.field(&timeoutMs)
            if w.version >= 1 { try w.field(&validateOnly) }
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var numPartitions: Int32 = 0
            package var replicationFactor: Int16 = 0
            package var assignments: [Assignment] = []
            package var configs: [Config] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                try w.field(&numPartitions)
                try w.field(&replicationFactor)
                try w.field(&assignments)
                try w.field(&configs)
                try w.endOfStructure()
            }

            package struct Assignment: WireStructure, Equatable, Sendable {
                package var partitionIndex: Int32 = 0
                package var brokerIDs: [Int32] = []

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&brokerIDs)
                    try w.endOfStructure()
                }
            }

            package struct Config: WireStructure, Equatable, Sendable {
                package var name: String = ""
                package var value: String? = nil

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&name)
                    try w.field(&value)
                    try w.endOfStructure()
                }
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var topics: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 2 { try w.field(&throttleTimeMs) }
            try w.field(&topics)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var topicID: UUID = .zero
            package var errorCode: KafkaError = .none
            package var errorMessage: String? = nil
            package var topicConfigErrorCode: Int16 = 0
            package var numPartitions: Int32 = -1
            package var replicationFactor: Int16 = -1
            package var configs: [Config]? = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                if w.version >= 7 { try w.field(&topicID) }
                try w.field(&errorCode)
                if w.version >= 1 { try w.field(&errorMessage) }
                if w.version >= 5 {
                    try w.field(&numPartitions)
                    try w.field(&replicationFactor)
                    try w.field(&configs)
                }
                try w.taggedFields { (tags) throws(WireError) in
                    try tags.field(0, isSet: topicConfigErrorCode != 0) { (w) throws(WireError) in
                        try w.field(&topicConfigErrorCode)
                    }
                }
            }

            package struct Config: WireStructure, Equatable, Sendable {
                package var name: String = ""
                package var value: String? = nil
                package var readOnly: Bool = false
                package var configSource: Int8 = -1
                package var isSensitive: Bool = false

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    if w.version >= 5 {
                        try w.field(&name)
                        try w.field(&value)
                        try w.field(&readOnly)
                        try w.field(&configSource)
                        try w.field(&isSensitive)
                    }
                    try w.endOfStructure()
                }
            }
        }
    }
}
