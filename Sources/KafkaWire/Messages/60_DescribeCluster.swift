/// DescribeCluster, key 60: the brokers of the cluster.
package enum DescribeCluster: KafkaAPI {
    package static let key: Int16 = 60
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleFrom: Int16 = 0

    package struct Request: WireStructure, Equatable, Sendable {
        package var includeClusterAuthorizedOperations: Bool = false
        package var endpointType: Int8 = 1
        package var includeFencedBrokers: Bool = false

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&includeClusterAuthorizedOperations)
            if w.version >= 1 { try w.field(&endpointType) }
            if w.version >= 2 { try w.field(&includeFencedBrokers) }
            try w.endOfStructure()
        }
    }

    package struct Response: WireStructure, Equatable, Sendable {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: KafkaError = .none
        package var errorMessage: String? = nil
        package var endpointType: Int8 = 1
        package var clusterID: String = ""
        package var controllerID: Int32 = -1
        package var brokers: [Broker] = []
        package var clusterAuthorizedOperations: Int32 = -2147483648

        package init() {}

        package mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&throttleTimeMs)
            try w.field(&errorCode)
            try w.field(&errorMessage)
            if w.version >= 1 { try w.field(&endpointType) }
            try w.field(&clusterID)
            try w.field(&controllerID)
            try w.field(&brokers)
            try w.field(&clusterAuthorizedOperations)
            try w.endOfStructure()
        }

        package struct Broker: WireStructure, Equatable, Sendable {
            package var brokerID: Int32 = 0
            package var host: String = ""
            package var port: Int32 = 0
            package var rack: String? = nil
            package var isFenced: Bool = false

            package init() {}

            package mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&brokerID)
                try w.field(&host)
                try w.field(&port)
                try w.field(&rack)
                if w.version >= 2 { try w.field(&isFenced) }
                try w.endOfStructure()
            }
        }
    }
}
