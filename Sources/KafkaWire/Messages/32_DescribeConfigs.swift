/// DescribeConfigs, key 32: the configuration of topics and brokers.
package enum DescribeConfigs: KafkaAPI {
    package static let key: Int16 = 32
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleFrom: Int16 = 4

    package struct Request: WireStructure, Equatable, Sendable {
        package var resources: [Resource] = []
        package var includeSynonyms: Bool = false
        package var includeDocumentation: Bool = false

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&resources)
            if w.version >= 1 { try w.field(&includeSynonyms) }
            if w.version >= 3 { try w.field(&includeDocumentation) }
            try w.endOfStructure()
        }

        package struct Resource: WireStructure, Hashable, Sendable {
            package var resourceType: Int8 = 0
            package var resourceName: String = ""
            package var configurationKeys: [String]? = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&resourceType)
                try w.field(&resourceName)
                try w.field(&configurationKeys)
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var results: [Resource] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&results)
            try w.endOfStructure()
        }

        package struct Resource: WireStructure, Equatable, Sendable {
            package var errorCode: KafkaError = .none
            package var errorMessage: String? = nil
            package var resourceType: Int8 = 0
            package var resourceName: String = ""
            package var configs: [Config] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&errorCode)
                try w.field(&errorMessage)
                try w.field(&resourceType)
                try w.field(&resourceName)
                try w.field(&configs)
                try w.endOfStructure()
            }

            package struct Config: WireStructure, Equatable, Sendable {
                package var name: String = ""
                package var value: String? = nil
                package var readOnly: Bool = false
                package var isDefault: Bool = false
                package var configSource: Int8 = -1
                package var isSensitive: Bool = false
                package var synonyms: [Synonym] = []
                package var configType: Int8 = 0
                package var documentation: String? = nil

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&name)
                    try w.field(&value)
                    try w.field(&readOnly)
                    if w.version <= 0 { try w.field(&isDefault) }
                    if w.version >= 1 { try w.field(&configSource) }
                    try w.field(&isSensitive)
                    if w.version >= 1 { try w.field(&synonyms) }
                    if w.version >= 3 {
                        try w.field(&configType)
                        try w.field(&documentation)
                    }
                    try w.endOfStructure()
                }

                package struct Synonym: WireStructure, Equatable, Sendable {
                    package var name: String = ""
                    package var value: String? = nil
                    package var source: Int8 = 0

                    package init() {}

                    package mutating func layout(_ w: inout Wire) throws(WireError) {
                        if w.version >= 1 {
                            try w.field(&name)
                            try w.field(&value)
                            try w.field(&source)
                        }
                        try w.endOfStructure()
                    }
                }
            }
        }
    }
}
