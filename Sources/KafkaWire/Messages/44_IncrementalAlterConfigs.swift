/// IncrementalAlterConfigs, key 44: changes single configs of resources.
package enum IncrementalAlterConfigs: KafkaAPI {
    package static let key: Int16 = 44
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleFrom: Int16 = 1

    package struct Request: WireStructure, Equatable, Sendable {
        package var resources: [Resource] = []
        package var validateOnly: Bool = false

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&resources)
            try w.field(&validateOnly)
            try w.endOfStructure()
        }

        package struct Resource: WireStructure, Equatable, Sendable {
            package var resourceType: Int8 = 0
            package var resourceName: String = ""
            package var configs: [Config] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&resourceType)
                try w.field(&resourceName)
                try w.field(&configs)
                try w.endOfStructure()
            }

            package struct Config: WireStructure, Equatable, Sendable {
                package var name: String = ""
                package var configOperation: Int8 = 0
                package var value: String? = nil

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&name)
                    try w.field(&configOperation)
                    try w.field(&value)
                    try w.endOfStructure()
                }
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var responses: [Resource] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&responses)
            try w.endOfStructure()
        }

        package struct Resource: WireStructure, Equatable, Sendable {
            package var errorCode: KafkaError = .none
            package var errorMessage: String? = nil
            package var resourceType: Int8 = 0
            package var resourceName: String = ""

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&errorCode)
                try w.field(&errorMessage)
                try w.field(&resourceType)
                try w.field(&resourceName)
                try w.endOfStructure()
            }
        }
    }
}
