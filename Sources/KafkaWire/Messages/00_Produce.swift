/// Produce, key 0: appends record batches to partitions.
package enum Produce: KafkaAPI {
    package static let key: Int16 = 0
    package static let versions: ClosedRange<Int16> = 3...13
    package static let flexibleFrom: Int16 = 9

    package struct Request: WireStructure, Equatable, Sendable {
        package var transactionalID: String? = nil
        package var acks: Int16 = 0
        package var timeoutMs: Int32 = 0
        package var topicData: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&transactionalID)
            try w.field(&acks)
            try w.field(&timeoutMs)
            try w.field(&topicData)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var topicID: UUID = .zero
            package var partitionData: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version <= 12 { try w.field(&name) }
                if w.version >= 13 { try w.field(&topicID) }
                try w.field(&partitionData)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var index: Int32 = 0
                package var records: RecordData = .null

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&index)
                    try w.field(&records)
                    try w.endOfStructure()
                }
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var responses: [Topic] = []
        package var throttleTimeMs: Int32 = 0
        package var nodeEndpoints: [NodeEndpoint] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&responses)
            try w.field(&throttleTimeMs)
            let version = w.version
            try w.taggedFields { (tags) throws(WireError) in
                if version >= 10 {
                    try tags.field(0, isSet: !nodeEndpoints.isEmpty) { (w) throws(WireError) in
                        try w.field(&nodeEndpoints)
                    }
                }
            }
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var topicID: UUID = .zero
            package var partitionResponses: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version <= 12 { try w.field(&name) }
                if w.version >= 13 { try w.field(&topicID) }
                try w.field(&partitionResponses)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var index: Int32 = 0
                package var errorCode: KafkaError = .none
                package var baseOffset: Int64 = 0
                package var logAppendTimeMs: Int64 = -1
                package var logStartOffset: Int64 = -1
                package var recordErrors: [RecordError] = []
                package var errorMessage: String? = nil
                package var currentLeader: LeaderIDAndEpoch = LeaderIDAndEpoch()

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&index)
                    try w.field(&errorCode)
                    try w.field(&baseOffset)
                    try w.field(&logAppendTimeMs)
                    if w.version >= 5 { try w.field(&logStartOffset) }
                    if w.version >= 8 {
                        try w.field(&recordErrors)
                        try w.field(&errorMessage)
                    }
                    let version = w.version
                    try w.taggedFields { (tags) throws(WireError) in
                        if version >= 10 {
                            try tags.field(0, isSet: currentLeader != LeaderIDAndEpoch()) { (w) throws(WireError) in
                                try w.field(&currentLeader)
                            }
                        }
                    }
                }

                package struct RecordError: WireStructure, Equatable, Sendable {
                    package var batchIndex: Int32 = 0
                    package var batchIndexErrorMessage: String? = nil

                    package init() {}

                    package mutating func layout(_ w: inout Wire) throws(WireError) {
                        if w.version >= 8 {
                            try w.field(&batchIndex)
                            try w.field(&batchIndexErrorMessage)
                        }
                        try w.endOfStructure()
                    }
                }

                package struct LeaderIDAndEpoch: WireStructure, Equatable, Sendable {
                    package var leaderID: Int32 = -1
                    package var leaderEpoch: Int32 = -1

                    package init() {}

                    package mutating func layout(_ w: inout Wire) throws(WireError) {
                        if w.version >= 10 {
                            try w.field(&leaderID)
                            try w.field(&leaderEpoch)
                        }
                        try w.endOfStructure()
                    }
                }
            }
        }

        package struct NodeEndpoint: WireStructure, Equatable, Sendable {
            package var nodeID: Int32 = 0
            package var host: String = ""
            package var port: Int32 = 0
            package var rack: String? = nil

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version >= 10 {
                    try w.field(&nodeID)
                    try w.field(&host)
                    try w.field(&port)
                    try w.field(&rack)
                }
                try w.endOfStructure()
            }
        }
    }
}
