/// ListConfigResources, key 74: the resources that have configs of their own.
package enum ListConfigResources: KafkaAPI {
    package static let key: Int16 = 74
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleFrom: Int16 = 0

    package struct Request: WireStructure, Equatable, Sendable {
        package var resourceTypes: [Int8] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 1 { try w.field(&resourceTypes) }
            try w.endOfStructure()
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var configResources: [ConfigResource] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&errorCode)
            try w.field(&configResources)
            try w.endOfStructure()
        }

        package struct ConfigResource: WireStructure, Equatable, Sendable {
            package var resourceName: String = ""
            package var resourceType: Int8 = 16

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&resourceName)
                if w.version >= 1 { try w.field(&resourceType) }
                try w.endOfStructure()
            }
        }
    }
}
