/// Fetch, key 1: reads record batches from partitions.
package enum Fetch: KafkaAPI {
    package static let key: Int16 = 1
    package static let versions: ClosedRange<Int16> = 4...18
    package static let flexibleFrom: Int16 = 12

    package struct Request: WireStructure, Equatable, Sendable {
        package var clusterID: String? = nil
        package var replicaID: Int32 = -1
        package var replicaState: ReplicaState = ReplicaState()
        package var maxWaitMs: Int32 = 0
        package var minBytes: Int32 = 0
        package var maxBytes: Int32 = .max
        package var isolationLevel: Int8 = 0
        package var sessionID: Int32 = 0
        package var sessionEpoch: Int32 = -1
        package var topics: [Topic] = []
        package var forgottenTopicsData: [ForgottenTopic] = []
        package var rackID: String = ""

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            if w.version <= 14 { try w.field(&replicaID) }
            try w.field(&maxWaitMs)
            try w.field(&minBytes)
            try w.field(&maxBytes)
            try w.field(&isolationLevel)
            if w.version >= 7 {
                try w.field(&sessionID)
                try w.field(&sessionEpoch)
            }
            try w.field(&topics)
            if w.version >= 7 { try w.field(&forgottenTopicsData) }
            if w.version >= 11 { try w.field(&rackID) }
            let version = w.version
            try w.taggedFields { (tags) throws(WireError) in
                try tags.field(0, isSet: clusterID != nil) { (w) throws(WireError) in try w.field(&clusterID) }
                if version >= 15 {
                    try tags.field(1, isSet: replicaState != ReplicaState()) { (w) throws(WireError) in
                        try w.field(&replicaState)
                    }
                }
            }
        }

        package struct ReplicaState: WireStructure, Equatable, Sendable {
            package var replicaID: Int32 = -1
            package var replicaEpoch: Int64 = -1

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version >= 15 {
                    try w.field(&replicaID)
                    try w.field(&replicaEpoch)
                }
                try w.endOfStructure()
            }
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var topic: String = ""
            package var topicID: UUID = .zero
            package var partitions: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version <= 12 { try w.field(&topic) }
                if w.version >= 13 { try w.field(&topicID) }
                try w.field(&partitions)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partition: Int32 = 0
                package var currentLeaderEpoch: Int32 = -1
                package var fetchOffset: Int64 = 0
                package var lastFetchedEpoch: Int32 = -1
                package var logStartOffset: Int64 = -1
                package var partitionMaxBytes: Int32 = 0
                package var replicaDirectoryID: UUID = .zero
                package var highWatermark: Int64 = .max

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partition)
                    if w.version >= 9 { try w.field(&currentLeaderEpoch) }
                    try w.field(&fetchOffset)
                    if w.version >= 12 { try w.field(&lastFetchedEpoch) }
                    if w.version >= 5 { try w.field(&logStartOffset) }
                    try w.field(&partitionMaxBytes)
                    let version = w.version
                    try w.taggedFields { (tags) throws(WireError) in
                        if version >= 17 {
                            try tags.field(0, isSet: replicaDirectoryID != .zero) { (w) throws(WireError) in
                                try w.field(&replicaDirectoryID)
                            }
                        }
                        if version >= 18 {
                            try tags.field(1, isSet: highWatermark != .max) { (w) throws(WireError) in
                                try w.field(&highWatermark)
                            }
                        }
                    }
                }
            }
        }

        package struct ForgottenTopic: WireStructure, Equatable, Sendable {
            package var topic: String = ""
            package var topicID: UUID = .zero
            package var partitions: [Int32] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if (7...12).contains(w.version) { try w.field(&topic) }
                if w.version >= 13 { try w.field(&topicID) }
                if w.version >= 7 { try w.field(&partitions) }
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var sessionID: Int32 = 0
        package var responses: [Topic] = []
        package var nodeEndpoints: [NodeEndpoint] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            if w.version >= 7 {
                try w.field(&errorCode)
                try w.field(&sessionID)
            }
            try w.field(&responses)
            let version = w.version
            try w.taggedFields { (tags) throws(WireError) in
                if version >= 16 {
                    try tags.field(0, isSet: !nodeEndpoints.isEmpty) { (w) throws(WireError) in
                        try w.field(&nodeEndpoints)
                    }
                }
            }
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var topic: String = ""
            package var topicID: UUID = .zero
            package var partitions: [Partition] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                if w.version <= 12 { try w.field(&topic) }
                if w.version >= 13 { try w.field(&topicID) }
                try w.field(&partitions)
                try w.endOfStructure()
            }

            package struct Partition: WireStructure, Equatable, Sendable {
                package var partitionIndex: Int32 = 0
                package var errorCode: KafkaError = .none
                package var highWatermark: Int64 = 0
                package var lastStableOffset: Int64 = -1
                package var logStartOffset: Int64 = -1
                package var divergingEpoch: EpochEndOffset = EpochEndOffset()
                package var currentLeader: LeaderIDAndEpoch = LeaderIDAndEpoch()
                package var snapshotID: SnapshotID = SnapshotID()
                package var abortedTransactions: [AbortedTransaction]? = []
                package var preferredReadReplica: Int32 = -1
                package var records: RecordData = .null

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&errorCode)
                    try w.field(&highWatermark)
                    try w.field(&lastStableOffset)
                    if w.version >= 5 { try w.field(&logStartOffset) }
                    try w.field(&abortedTransactions)
                    if w.version >= 11 { try w.field(&preferredReadReplica) }
                    try w.field(&records)
                    try w.taggedFields { (tags) throws(WireError) in
                        try tags.field(0, isSet: divergingEpoch != EpochEndOffset()) { (w) throws(WireError) in
                            try w.field(&divergingEpoch)
                        }
                        try tags.field(1, isSet: currentLeader != LeaderIDAndEpoch()) { (w) throws(WireError) in
                            try w.field(&currentLeader)
                        }
                        try tags.field(2, isSet: snapshotID != SnapshotID()) { (w) throws(WireError) in
                            try w.field(&snapshotID)
                        }
                    }
                }

                package struct EpochEndOffset: WireStructure, Equatable, Sendable {
                    package var epoch: Int32 = -1
                    package var endOffset: Int64 = -1

                    package init() {}

                    package mutating func layout(_ w: inout Wire) throws(WireError) {
                        if w.version >= 12 {
                            try w.field(&epoch)
                            try w.field(&endOffset)
                        }
                        try w.endOfStructure()
                    }
                }

                package struct LeaderIDAndEpoch: WireStructure, Equatable, Sendable {
                    package var leaderID: Int32 = -1
                    package var leaderEpoch: Int32 = -1

                    package init() {}

                    package mutating func layout(_ w: inout Wire) throws(WireError) {
                        if w.version >= 12 {
                            try w.field(&leaderID)
                            try w.field(&leaderEpoch)
                        }
                        try w.endOfStructure()
                    }
                }

                package struct SnapshotID: WireStructure, Equatable, Sendable {
                    package var endOffset: Int64 = -1
                    package var epoch: Int32 = -1

                    package init() {}

                    package mutating func layout(_ w: inout Wire) throws(WireError) {
                        try w.field(&endOffset)
                        try w.field(&epoch)
                        try w.endOfStructure()
                    }
                }

                package struct AbortedTransaction: WireStructure, Equatable, Sendable {
                    package var producerID: Int64 = 0
                    package var firstOffset: Int64 = 0

                    package init() {}

                    package mutating func layout(_ w: inout Wire) throws(WireError) {
                        try w.field(&producerID)
                        try w.field(&firstOffset)
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
                if w.version >= 16 {
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
