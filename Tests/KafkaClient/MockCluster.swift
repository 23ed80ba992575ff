import CRdKafka
import Testing

@testable import KafkaClient

/// librdkafka's own stand-in for a cluster: one broker on a free loopback port.
final class MockCluster: @unchecked Sendable {
    private let client: OpaquePointer
    private let cluster: OpaquePointer
    let brokers: String

    init(topics: [String: Int32] = [:]) throws {
        client = try #require(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nil, 0))
        cluster = try #require(rd_kafka_mock_cluster_new(client, 1))
        brokers = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
        for (topic, partitions) in topics { create(topic, partitions: partitions) }
    }

    deinit {
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(client)
    }

    func create(_ topic: String, partitions: Int32) { rd_kafka_mock_topic_create(cluster, topic, partitions, 1) }

    func setDown() { rd_kafka_mock_broker_set_down(cluster, 1) }

    func setUp() { rd_kafka_mock_broker_set_up(cluster, 1) }
}
