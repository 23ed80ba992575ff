/// DescribeProducers, key 61: the active producers of partitions.
package enum DescribeProducers: KafkaAPI {
    package static let key: Int16 = 61
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleFrom: Int16 = 0

    package struct Request: WireStructure, Equatable, Sendable {
        package var topics: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&topics)
            try w.endOfStructure()
        }

        package struct Topic: WireStructure, Equatable, Sendable {
            package var name: String = ""
            package var partitionIndexes: [Int32] = []

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                try w.field(&partitionIndexes)
                try w.endOfStructure()
            }
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var topics: [Topic] = []

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&topics)
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
                package var errorCode: KafkaError = .none
                package var errorMessage: String? = nil
                package var activeProducers: [Producer] = []

                package init() {}

                package mutating func layout(_ w: inout Wire) throws(WireError) {
                    try w.field(&partitionIndex)
                    try w.field(&errorCode)
                    try w.field(&errorMessage)
                    try w.field(&activeProducers)
                    try w.endOfStructure()
                }

                package struct Producer: WireStructure, Equatable, Sendable {
                    package var producerID: Int64 = 0
                    package var producerEpoch: Int32 = 0
                    package var lastSequence: Int32 = -1
                    package var lastTimestamp: Int64 = -1
                    package var coordinatorEpoch: Int32 = 0
                    package var currentTxnStartOffset: Int64 = -1

                    package init() {}

                    package mutating func layout(_ w: inout Wire) throws(WireError) {
                        try w.field(&producerID)
                        try w.field(&producerEpoch)
                        try w.field(&lastSequence)
                        try w.field(&lastTimestamp)
                        try w.field(&coordinatorEpoch)
                        try w.field(&currentTxnStartOffset)
                        try w.endOfStructure()
                    }
                }
            }
        }
    }
}
