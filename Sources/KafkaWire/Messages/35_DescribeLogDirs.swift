/// DescribeLogDirs, key 35: the sizes of the partitions in the log directories.
package enum DescribeLogDirs: KafkaAPI {
    package static let key: Int16 = 35
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleFrom: Int16 = 2

    package struct Request: WireStructure, Equatable, Sendable {
        package var topics: [Topic]? = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&topics)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var topic: String = ""
            package var partitions: [Int32] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&topic)
                try w.field(&partitions)
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var results: [LogDir] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            if w.version >= 3 { try w.field(&errorCode) }
            try w.field(&results)
            try w.endOfStructure()
        }

        package struct LogDir: WireStructure, Equatable, Sendable {
            package var errorCode: KafkaError = .none
            package var logDir: String = ""
            package var topics: [Topic] = []
            package var totalBytes: Int64 = -1
            package var usableBytes: Int64 = -1
            package var isCordoned: Bool = false

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&errorCode)
                try w.field(&logDir)
                try w.field(&topics)
                if w.version >= 4 {
                    try w.field(&totalBytes)
                    try w.field(&usableBytes)
                }
                if w.version >= 5 { try w.field(&isCordoned) }
                try w.endOfStructure()
            }

            package struct Topic: WireStructure, Equatable, Sendable {
                package var name: String = ""
                package var partitions: [Partition] = []

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&name)
                    try w.field(&partitions)
                    try w.endOfStructure()
                }

                package struct Partition: WireStructure, Equatable, Sendable {
                    package var partitionIndex: Int32 = 0
                    package var partitionSize: Int64 = 0
                    package var offsetLag: Int64 = 0
                    package var isFutureKey: Bool = false

                    package init() {}

                    package mutating func layout(_ w: inout Wire) throws(WireError) {
                        try w.field(&partitionIndex)
                        try w.field(&partitionSize)
                        try w.field(&offsetLag)
                        try w.field(&isFutureKey)
                        try w.endOfStructure()
                    }
                }
            }
        }
    }
}
