/// UpdateFeatures, key 57: changes the levels of features.
package enum UpdateFeatures: KafkaAPI {
    package static let key: Int16 = 57
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleFrom: Int16 = 0

    package struct Request: WireStructure, Equatable, Sendable {
        package var timeoutMs: Int32 = 60000
        package var featureUpdates: [FeatureUpdate] = []
        package var validateOnly: Bool = false

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&timeoutMs)
            try w.field(&featureUpdates)
            if w.version >= 1 { try w.field(&validateOnly) }
            try w.endOfStructure()
        }

        package struct FeatureUpdate: WireStructure, Equatable, Sendable {
            package var feature: String = ""
            package var maxVersionLevel: Int16 = 0
            package var allowDowngrade: Bool = false
            package var upgradeType: Int8 = 1

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&feature)
                try w.field(&maxVersionLevel)
                if w.version <= 0 { try w.field(&allowDowngrade) }
                if w.version >= 1 { try w.field(&upgradeType) }
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var errorMessage: String? = nil
        package var results: [FeatureResult] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&errorCode)
            try w.field(&errorMessage)
            if w.version <= 1 { try w.field(&results) }
            try w.endOfStructure()
        }

        package struct FeatureResult: WireStructure, Equatable, Sendable {
            package var feature: String = ""
            package var errorCode: KafkaError = .none
            package var errorMessage: String? = nil

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&feature)
                try w.field(&errorCode)
                try w.field(&errorMessage)
                try w.endOfStructure()
            }
        }
    }
}
