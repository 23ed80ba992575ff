/// ApiVersions, key 18: the APIs and versions that a broker has.
package enum ApiVersions: KafkaAPI {
    package static let key: Int16 = 18
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleFrom: Int16 = 3

    package struct Request: WireStructure, Equatable, Sendable {
        package var clientSoftwareName: String = ""
        package var clientSoftwareVersion: String = ""
        package var clusterID: String? = nil
        package var nodeID: Int32 = -1

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version >= 3 {
                try w.field(&clientSoftwareName)
                try w.field(&clientSoftwareVersion)
            }
            if w.version >= 5 {
                try w.field(&clusterID)
                try w.field(&nodeID)
            }
            try w.endOfStructure()
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var errorCode: KafkaError = .none
        package var apiKeys: [API] = []
        package var throttleTimeMs: Int32 = 0
        package var supportedFeatures: [SupportedFeature] = []
        package var finalizedFeaturesEpoch: Int64 = -1
        package var finalizedFeatures: [FinalizedFeature] = []
        package var zkMigrationReady: Bool = false

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&errorCode)
            try w.field(&apiKeys)
            if w.version >= 1 { try w.field(&throttleTimeMs) }
            try w.taggedFields { (tags) throws(WireError) in
                try tags.field(0, isSet: !supportedFeatures.isEmpty) { (w) throws(WireError) in
                    try w.field(&supportedFeatures)
                }
                try tags.field(1, isSet: finalizedFeaturesEpoch != -1) { (w) throws(WireError) in
                    try w.field(&finalizedFeaturesEpoch)
                }
                try tags.field(2, isSet: !finalizedFeatures.isEmpty) { (w) throws(WireError) in
                    try w.field(&finalizedFeatures)
                }
                try tags.field(3, isSet: zkMigrationReady != false) { (w) throws(WireError) in
                    try w.field(&zkMigrationReady)
                }
            }
        }

        package struct API: WireStructure, Equatable, Sendable {
            package var apiKey: Int16 = 0
            package var minVersion: Int16 = 0
            package var maxVersion: Int16 = 0

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&apiKey)
                try w.field(&minVersion)
                try w.field(&maxVersion)
                try w.endOfStructure()
            }
        }

        package struct SupportedFeature: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var minVersion: Int16 = 0
            package var maxVersion: Int16 = 0

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version >= 3 {
                    try w.field(&name)
                    try w.field(&minVersion)
                    try w.field(&maxVersion)
                }
                try w.endOfStructure()
            }
        }

        package struct FinalizedFeature: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var maxVersionLevel: Int16 = 0
            package var minVersionLevel: Int16 = 0

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version >= 3 {
                    try w.field(&name)
                    try w.field(&maxVersionLevel)
                    try w.field(&minVersionLevel)
                }
                try w.endOfStructure()
            }
        }
    }
}
