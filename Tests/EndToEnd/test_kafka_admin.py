"""Administration as confluent-kafka's and kafka-python's admin clients do it, and configs byte by byte at the wire."""

import struct
import uuid

import confluent_kafka
import confluent_kafka.admin as ck
import kafka.admin
import pytest
from confluent_kafka import KafkaError, KafkaException

from test_kafka_versions import Asking, message

TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP = 2, 4, 8, 16, 32
SET, DELETE, APPEND, SUBTRACT = range(4)
NONE, UNKNOWN_TOPIC, INVALID_TOPIC, INVALID_PARTITIONS, INVALID_CONFIG, INVALID_REQUEST = 0, 3, 17, 37, 40, 42
INVALID_REPLICA_ASSIGNMENT, UNSUPPORTED_VERSION, INVALID_REPLICATION_FACTOR = 39, 35, 38
# Sources of a config's value.
FROM_TOPIC, FROM_BROKER, FROM_CLUSTER, FROM_SETUP, FROM_DEFAULT, FROM_METRICS, FROM_GROUP = 1, 2, 3, 4, 5, 7, 8


@pytest.fixture
def admin(emulators):
    return ck.AdminClient({"bootstrap.servers": emulators.kafka})


@pytest.fixture
def python_admin(emulators):
    client = kafka.admin.KafkaAdminClient(bootstrap_servers=emulators.kafka)
    yield client
    client.close()


@pytest.fixture
def ask(emulators):
    return Asking(emulators.kafka)


@pytest.fixture
def topic(admin):
    name = f"admin-{uuid.uuid4().hex[:8]}"
    admin.create_topics([ck.NewTopic(name, 2, 1)])[name].result(10)
    yield name
    admin.delete_topics([name])


def describe(ask, kind, name, keys=None):
    r = message("DescribeConfigsRequest").DescribeConfigsResource
    answer = ask("DescribeConfigs", 4, include_synonyms=True, include_documentation=True, resources=[
        r(resource_type=kind, resource_name=name, configuration_keys=keys)])["results"][0]
    return answer if answer["error_code"] else {c["name"]: c for c in answer["configs"]}


def alter(ask, kind, name, *changes, validate_only=False):
    """Each change is a name, an operation and a value; returns the error's code and text."""
    r = message("IncrementalAlterConfigsRequest").AlterConfigsResource
    answer = ask("IncrementalAlterConfigs", 1, validate_only=validate_only, resources=[
        r(resource_type=kind, resource_name=name, configs=[
            r.AlterableConfig(name=n, config_operation=o, value=v) for n, o, v in changes])])["responses"][0]
    return answer["error_code"], answer["error_message"]


def replace(ask, kind, name, configs, validate_only=False):
    r = message("AlterConfigsRequest").AlterConfigsResource
    answer = ask("AlterConfigs", 2, validate_only=validate_only, resources=[
        r(resource_type=kind, resource_name=name, configs=[
            r.AlterableConfig(name=n, value=v) for n, v in configs.items()])])["responses"][0]
    return answer["error_code"], answer["error_message"]


def synonyms(config):
    return [(s["name"], s["value"], s["source"]) for s in config["synonyms"]]


# Describing


def test_a_topic_has_every_topic_config_with_its_source_and_synonyms(ask, topic):
    configs = describe(ask, TOPIC, topic)
    assert len(configs) == 36
    assert all(c["documentation"] and not c["read_only"] and not c["is_sensitive"] for c in configs.values())
    segment = configs["segment.bytes"]
    assert (segment["value"], segment["config_source"], segment["config_type"]) == ("1073741824", FROM_DEFAULT, 3)
    assert synonyms(segment) == [("log.segment.bytes", "1073741824", FROM_DEFAULT)]
    # What the broker says in hours has no synonym in milliseconds.
    assert synonyms(configs["retention.ms"]) == [] and configs["retention.ms"]["value"] == "604800000"


def test_a_broker_has_every_broker_config(ask):
    configs = describe(ask, BROKER, "1")
    assert len(configs) > 300
    assert configs["log.retention.hours"]["value"] == "168" and configs["log.retention.ms"]["value"] is None
    assert synonyms(configs["log.retention.hours"]) == [("log.retention.hours", "168", FROM_DEFAULT)]
    assert configs["node.id"]["config_source"] == FROM_SETUP and configs["node.id"]["read_only"]
    assert not configs["message.max.bytes"]["read_only"] and configs["num.partitions"]["read_only"]
    assert configs["ssl.keystore.password"]["is_sensitive"] and configs["ssl.keystore.password"]["config_type"] == 9
    assert configs["advertised.listeners"]["value"].startswith("PLAINTEXT://localhost:")
    assert configs["log.cleaner.io.max.bytes.per.second"]["value"] == "1.7976931348623157E308"


def test_only_the_keys_asked_for_are_told_and_none_means_all(ask, topic):
    assert set(describe(ask, TOPIC, topic, ["retention.ms", "unknown"])) == {"retention.ms"}
    assert len(describe(ask, TOPIC, topic, [])) == 36


@pytest.mark.parametrize("kind, name, code, text", [
    (TOPIC, "no-such-topic", UNKNOWN_TOPIC, ""),
    (TOPIC, "a b", INVALID_TOPIC, "Topic name is invalid: 'a b' contains one or more characters other than ASCII "
     "alphanumerics, '.', '_' and '-'"),
    (BROKER, "7", INVALID_REQUEST, "Unexpected broker id, expected 1 or empty string, but received 7"),
    (BROKER, "x", INVALID_REQUEST, "Broker id must be an integer, but it is: x"),
    (BROKER_LOGGER, "", INVALID_REQUEST, "Broker id must not be empty"),
    (BROKER_LOGGER, "7", INVALID_REQUEST, "Unexpected broker id, expected 1 but received 7"),
    (CLIENT_METRICS, "", INVALID_REQUEST, "Client metrics subscription name must not be empty"),
    (GROUP, "", INVALID_REQUEST, "Group name must not be empty"),
    (3, "x", INVALID_REQUEST, "Unexpected resource type UNKNOWN for resource x"),
])
def test_configs_of_what_is_not_there_are_refused(ask, kind, name, code, text):
    answer = describe(ask, kind, name)
    assert (answer["error_code"], answer["error_message"]) == (code, text)


# Changing


def test_configs_of_a_topic_are_set_appended_to_and_deleted(ask, topic):
    assert alter(ask, TOPIC, topic, ("retention.ms", SET, "1000"), ("cleanup.policy", APPEND, "compact")) == (NONE, None)
    configs = describe(ask, TOPIC, topic)
    assert (configs["retention.ms"]["value"], configs["retention.ms"]["config_source"]) == ("1000", FROM_TOPIC)
    assert configs["cleanup.policy"]["value"] == "delete,compact"
    assert synonyms(configs["cleanup.policy"]) == [
        ("cleanup.policy", "delete,compact", FROM_TOPIC), ("log.cleanup.policy", "delete", FROM_DEFAULT)]
    assert alter(ask, TOPIC, topic, ("cleanup.policy", SUBTRACT, "delete"), ("retention.ms", DELETE, None)) == (NONE, None)
    configs = describe(ask, TOPIC, topic)
    assert configs["cleanup.policy"]["value"] == "compact" and configs["retention.ms"]["config_source"] == FROM_DEFAULT


def test_validate_only_changes_nothing(ask, topic):
    assert alter(ask, TOPIC, topic, ("retention.ms", SET, "1000"), validate_only=True) == (NONE, None)
    assert replace(ask, TOPIC, topic, {"retention.ms": "1000"}, validate_only=True) == (NONE, None)
    assert describe(ask, TOPIC, topic)["retention.ms"]["config_source"] == FROM_DEFAULT


def test_alter_configs_takes_away_what_it_does_not_name(ask, topic):
    assert replace(ask, TOPIC, topic, {"retention.ms": "1000", "segment.bytes": "2000000"}) == (NONE, None)
    assert replace(ask, TOPIC, topic, {"retention.ms": "2000"}) == (NONE, None)
    configs = describe(ask, TOPIC, topic)
    assert configs["retention.ms"]["value"] == "2000" and configs["segment.bytes"]["config_source"] == FROM_DEFAULT


@pytest.mark.parametrize("changes, code, text", [
    ([("no.such", SET, "1")], INVALID_CONFIG, "Unknown topic config name: no.such"),
    ([("retention.ms", SET, "-2")], INVALID_CONFIG,
     "Invalid value -2 for configuration retention.ms: Value must be at least -1"),
    ([("retention.ms", SET, "soon")], INVALID_CONFIG,
     "Invalid value soon for configuration retention.ms: Not a number of type LONG"),
    ([("cleanup.policy", SET, "shred")], INVALID_CONFIG,
     "Invalid value shred for configuration cleanup.policy: String must be one of: compact, delete"),
    ([("retention.ms", APPEND, "1")], INVALID_CONFIG,
     "Can't APPEND to key retention.ms because its type is not LIST."),
    ([("retention.ms", SUBTRACT, "1")], INVALID_CONFIG,
     "Can't SUBTRACT to key retention.ms because its type is not LIST."),
    ([("retention.ms", SET, None)], INVALID_REQUEST, "Null value not supported for : retention.ms"),
    ([("retention.ms", SET, "1"), ("retention.ms", SET, "2")], INVALID_REQUEST, "Error due to duplicate config keys"),
    ([("retention.ms", 9, "1")], INVALID_REQUEST, "Unknown operations type 9"),
    ([("min.compaction.lag.ms", SET, "5"), ("max.compaction.lag.ms", SET, "4")], INVALID_CONFIG,
     "conflict topic config setting min.compaction.lag.ms (5) > max.compaction.lag.ms (4)"),
    ([("remote.storage.enable", SET, "true")], INVALID_CONFIG,
     "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage."),
])
def test_bad_changes_of_a_topic_are_refused_and_change_nothing(ask, topic, changes, code, text):
    assert alter(ask, TOPIC, topic, ("segment.ms", SET, "77"), *changes) == (code, text)
    assert describe(ask, TOPIC, topic)["segment.ms"]["config_source"] == FROM_DEFAULT


def test_changes_of_what_is_not_there_are_refused(ask):
    change = ("retention.ms", SET, "1")
    assert alter(ask, TOPIC, "nope", change) == (UNKNOWN_TOPIC, "The topic 'nope' does not exist.")
    assert alter(ask, TOPIC, "", change) == (INVALID_REQUEST, "Default topic resources are not allowed.")
    assert alter(ask, BROKER, "x", change) == (INVALID_REQUEST, "Node id must be an integer, but it is: x")
    assert alter(ask, BROKER, "7", change) == (INVALID_REQUEST, "Unexpected broker id, expected 1, but received 7")
    assert alter(ask, GROUP, "", change) == (INVALID_REQUEST, "Default group resources are not allowed.")
    assert alter(ask, CLIENT_METRICS, "", change) == (INVALID_REQUEST, "Subscription name can't be empty")
    assert alter(ask, 3, "x", change) == (INVALID_REQUEST, "Unknown resource type 3")
    assert alter(ask, BROKER_LOGGER, "1", ("root", SET, "INFO")) == (INVALID_CONFIG, "Logger root does not exist!")


def test_a_resource_may_appear_once(ask, topic):
    r = message("IncrementalAlterConfigsRequest").AlterConfigsResource
    answer = ask("IncrementalAlterConfigs", 1, validate_only=False, resources=2 * [
        r(resource_type=TOPIC, resource_name=topic, configs=[
            r.AlterableConfig(name="retention.ms", config_operation=SET, value="1")])])
    assert [(a["error_code"], a["error_message"]) for a in answer["responses"]] == 2 * [
        (INVALID_REQUEST, "Each resource must appear at most once.")]


def test_a_brokers_default_becomes_its_topics_default(ask, topic):
    try:
        assert alter(ask, BROKER, "", ("log.retention.ms", SET, "5000")) == (NONE, None)
        assert alter(ask, BROKER, "1", ("log.segment.bytes", SET, "3000000")) == (NONE, None)
        configs = describe(ask, TOPIC, topic)
        assert (configs["retention.ms"]["value"], configs["retention.ms"]["config_source"]) == ("5000", FROM_CLUSTER)
        assert synonyms(configs["segment.bytes"]) == [
            ("log.segment.bytes", "3000000", FROM_BROKER), ("log.segment.bytes", "1073741824", FROM_DEFAULT)]
        assert set(describe(ask, BROKER, "")) == {"log.retention.ms"}
    finally:
        assert replace(ask, BROKER, "", {}) == replace(ask, BROKER, "1", {}) == (NONE, None)
    assert describe(ask, TOPIC, topic)["retention.ms"]["value"] == "604800000"


@pytest.mark.parametrize("name, change, text", [
    ("1", ("num.partitions", SET, "3"), "Cannot update these configs dynamically: [num.partitions]"),
    ("1", ("message.max.bytes", SET, "x"),
     "Invalid value x for configuration message.max.bytes: Not a number of type INT"),
    ("1", ("ssl.keystore.type", SET, "PEM"), "These security configs can be dynamically updated only per-listener "
     "using the listener prefix: [ssl.keystore.type]"),
    ("1", ("listeners", SET, "PLAINTEXT://:1"), "Cannot update these configs dynamically: [listeners]"),
    ("", ("ssl.protocol", SET, "TLSv1.2"),
     "Cannot update these configs at default cluster level, broker id must be specified: [ssl.protocol]"),
])
def test_bad_changes_of_a_broker_are_refused(ask, name, change, text):
    assert alter(ask, BROKER, name, change) == (INVALID_REQUEST, text)


def test_a_group_and_a_metrics_subscription_have_configs(ask):
    group, metrics = f"g-{uuid.uuid4().hex[:6]}", f"m-{uuid.uuid4().hex[:6]}"
    assert alter(ask, GROUP, group, ("consumer.session.timeout.ms", SET, "50000")) == (NONE, None)
    configs = describe(ask, GROUP, group)
    assert synonyms(configs["consumer.session.timeout.ms"]) == [
        ("consumer.session.timeout.ms", "50000", FROM_GROUP),
        ("group.consumer.session.timeout.ms", "45000", FROM_DEFAULT)]
    assert alter(ask, GROUP, group, ("consumer.session.timeout.ms", SET, "1")) == (
        INVALID_CONFIG, "consumer.session.timeout.ms must be in the range 45000 to 60000 inclusive.")
    assert alter(ask, GROUP, group, ("x", SET, "1")) == (INVALID_CONFIG, "Unknown group config name: x")
    assert alter(ask, CLIENT_METRICS, metrics, ("interval.ms", SET, "100"), ("metrics", SET, "*")) == (NONE, None)
    assert describe(ask, CLIENT_METRICS, metrics)["interval.ms"]["config_source"] == FROM_METRICS
    listed = {(r["resource_type"], r["resource_name"]) for r in
              ask("ListConfigResources", 1, resource_types=[])["config_resources"]}
    assert {(GROUP, group), (CLIENT_METRICS, metrics), (BROKER, "1"), (BROKER_LOGGER, "1")} <= listed
    assert ask("ListConfigResources", 1, resource_types=[3])["error_code"] == UNSUPPORTED_VERSION
    assert replace(ask, GROUP, group, {}) == replace(ask, CLIENT_METRICS, metrics, {}) == (NONE, None)
    assert ask("ListConfigResources", 1, resource_types=[GROUP])["config_resources"] == []


# What was changed takes effect on topics that are in use


def send(emulators, topic, value, key=None, **settings):
    """Produces one record; returns its timestamp's type, or the error's code."""
    outcome = []
    producer = confluent_kafka.Producer({"bootstrap.servers": emulators.kafka, **settings})
    producer.produce(topic, value, key=key, partition=0, on_delivery=lambda error, message: outcome.append(
        error.code() if error else message.timestamp()[0]))
    assert producer.flush(10) == 0
    return outcome[0]


def test_the_largest_message_changes_with_its_config(ask, emulators, topic):
    assert send(emulators, topic, b"x" * 3000) == confluent_kafka.TIMESTAMP_CREATE_TIME
    assert alter(ask, TOPIC, topic, ("max.message.bytes", SET, "2000")) == (NONE, None)
    assert send(emulators, topic, b"x" * 3000) == KafkaError.MSG_SIZE_TOO_LARGE
    assert alter(ask, TOPIC, topic, ("max.message.bytes", DELETE, None)) == (NONE, None)
    assert send(emulators, topic, b"x" * 3000) == confluent_kafka.TIMESTAMP_CREATE_TIME
    try:
        assert alter(ask, BROKER, "", ("message.max.bytes", SET, "2000")) == (NONE, None)
        assert send(emulators, topic, b"x" * 3000) == KafkaError.MSG_SIZE_TOO_LARGE
    finally:
        assert replace(ask, BROKER, "", {}) == (NONE, None)
    assert send(emulators, topic, b"x" * 3000) == confluent_kafka.TIMESTAMP_CREATE_TIME


def test_a_topic_becomes_compacted_and_wants_keys(ask, emulators, topic):
    assert send(emulators, topic, b"v") == confluent_kafka.TIMESTAMP_CREATE_TIME
    assert alter(ask, TOPIC, topic, ("cleanup.policy", SET, "compact")) == (NONE, None)
    assert send(emulators, topic, b"v") == KafkaError.INVALID_RECORD
    assert send(emulators, topic, b"v", key=b"k") == confluent_kafka.TIMESTAMP_CREATE_TIME


def test_the_brokers_clock_becomes_a_topics_clock(ask, emulators, topic):
    assert alter(ask, TOPIC, topic, ("message.timestamp.type", SET, "LogAppendTime")) == (NONE, None)
    assert send(emulators, topic, b"v") == confluent_kafka.TIMESTAMP_LOG_APPEND_TIME


# Partitions


def test_a_topic_gets_more_partitions(admin, topic):
    admin.create_partitions([ck.NewPartitions(topic, 5)])[topic].result(10)
    assert len(admin.list_topics(topic).topics[topic].partitions) == 5


def create_partitions(ask, topic, count, assignments=None, validate_only=False):
    r = message("CreatePartitionsRequest").CreatePartitionsTopic
    answer = ask("CreatePartitions", 3, timeout_ms=1000, validate_only=validate_only, topics=[
        r(name=topic, count=count, assignments=assignments and [
            r.CreatePartitionsAssignment(broker_ids=ids) for ids in assignments])])["results"][0]
    return answer["error_code"], answer["error_message"]


def test_bad_numbers_of_partitions_are_refused(ask, topic):
    assert create_partitions(ask, "nope", 3)[0] == UNKNOWN_TOPIC
    assert create_partitions(ask, topic, 2) == (INVALID_PARTITIONS, "Topic already has 2 partition(s).")
    assert create_partitions(ask, topic, 1) == (
        INVALID_PARTITIONS, f"The topic {topic} currently has 2 partition(s); 1 would not be an increase.")
    assert create_partitions(ask, topic, 4, [[1]]) == (
        INVALID_REPLICA_ASSIGNMENT,
        "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.")
    assert create_partitions(ask, topic, 3, [[2]]) == (
        INVALID_REPLICA_ASSIGNMENT,
        "The manual partition assignment includes broker 2, but no such broker is registered.")
    assert create_partitions(ask, topic, 3, [[1]], validate_only=True) == (NONE, None)
    assert create_partitions(ask, topic, 2)[1] == "Topic already has 2 partition(s)."


# One node: leaders, reassignments, the quorum, features


def elect(ask, kind, partitions):
    r = message("ElectLeadersRequest").TopicPartitions
    answer = ask("ElectLeaders", 2, election_type=kind, timeout_ms=1000, topic_partitions=partitions and [
        r(topic=t, partitions=ps) for t, ps in partitions.items()])
    assert answer["error_code"] == NONE
    return {t["topic"]: [(p["partition_id"], p["error_code"], p["error_message"]) for p in t["partition_result"]]
            for t in answer["replica_election_results"]}


@pytest.mark.parametrize("kind", [0, 1])
def test_no_election_is_needed(ask, topic, kind):
    assert elect(ask, kind, {topic: [0, 7], "nope": [0]}) == {
        topic: [(0, 84, "Leader election not needed for topic partition."),
                (7, UNKNOWN_TOPIC, f"No such partition as {topic}-7")],
        "nope": [(0, UNKNOWN_TOPIC, "No such topic as nope")]}
    assert elect(ask, kind, None)[topic] == []


def test_partitions_stay_where_they_are(ask, topic):
    r = message("AlterPartitionReassignmentsRequest").ReassignableTopic
    def reassign(name, partition, replicas):
        answer = ask("AlterPartitionReassignments", 1, timeout_ms=1000, topics=[r(name=name, partitions=[
            r.ReassignablePartition(partition_index=partition, replicas=replicas)])])
        result = answer["responses"][0]["partitions"][0]
        return result["error_code"], result["error_message"]
    assert reassign(topic, 0, [1]) == (NONE, None)
    assert reassign(topic, 0, None) == (85, "No partition reassignment is in progress.")
    assert reassign(topic, 0, [1, 2]) == (
        INVALID_REPLICA_ASSIGNMENT,
        "The manual partition assignment includes broker 2, but no such broker is registered.")
    assert reassign(topic, 0, []) == (
        INVALID_REPLICA_ASSIGNMENT, "The manual partition assignment includes an empty replica list.")
    assert reassign(topic, 7, [1]) == (UNKNOWN_TOPIC, f"Unable to find partition {topic}:7.")
    assert reassign("nope", 0, [1]) == (UNKNOWN_TOPIC, "Unable to find a topic named nope.")
    assert ask("ListPartitionReassignments", 0, timeout_ms=1000, topics=None)["topics"] == []


def test_the_quorum_is_this_node(ask):
    r = message("DescribeQuorumRequest").TopicData
    def quorum(topic):
        return ask("DescribeQuorum", 2, topics=[r(topic_name=topic, partitions=[
            r.PartitionData(partition_index=0)])])["topics"][0]["partitions"][0]
    partition = quorum("__cluster_metadata")
    assert partition["leader_id"] == 1 and [v["replica_id"] for v in partition["current_voters"]] == [1]
    assert partition["high_watermark"] == partition["current_voters"][0]["log_end_offset"] >= 0
    assert quorum("other")["error_code"] == UNKNOWN_TOPIC


def test_features_cannot_be_changed(ask):
    r = message("UpdateFeaturesRequest").FeatureUpdateKey
    answer = ask("UpdateFeatures", 1, timeout_ms=1000, validate_only=False, feature_updates=[
        r(feature="transaction.version", max_version_level=2, upgrade_type=1)])
    assert (answer["error_code"], answer["error_message"]) == (
        95, "The update failed for all features since the following feature had an error: Invalid update version 2 for "
        "feature transaction.version. Local controller 1 does not support this feature.")


def test_the_cluster_is_described_and_controllers_are_not_here(ask):
    answer = ask("DescribeCluster", 1, include_cluster_authorized_operations=True, endpoint_type=1)
    assert answer["controller_id"] == 1 and [b["broker_id"] for b in answer["brokers"]] == [1]
    assert answer["cluster_id"]
    answer = ask("DescribeCluster", 1, include_cluster_authorized_operations=False, endpoint_type=2)
    assert (answer["error_code"], answer["error_message"]) == (
        114, "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER")
    answer = ask("DescribeCluster", 1, include_cluster_authorized_operations=False, endpoint_type=5)
    assert (answer["error_code"], answer["error_message"]) == (115, "Unsupported endpoint type 5")


def test_topics_are_described_a_page_at_a_time(ask, admin):
    names = sorted(f"page-{uuid.uuid4().hex[:8]}-{i}" for i in range(3))
    for future in admin.create_topics([ck.NewTopic(n, 3, 1) for n in names]).values():
        future.result(10)
    request = message("DescribeTopicPartitionsRequest")
    def pages():
        cursor = None
        while True:
            answer = ask("DescribeTopicPartitions", 0, topics=[request.TopicRequest(name=n) for n in names],
                         response_partition_limit=4, cursor=cursor)
            yield [(t["name"], p["partition_index"]) for t in answer["topics"] for p in t["partitions"]]
            if not answer["next_cursor"]:
                return
            cursor = request.Cursor(topic_name=answer["next_cursor"]["topic_name"],
                                    partition_index=answer["next_cursor"]["partition_index"])
    found = list(pages())
    assert [len(page) for page in found] == [4, 4, 1]
    assert sum(found, []) == [(n, p) for n in names for p in range(3)]
    answer = ask("DescribeTopicPartitions", 0, topics=[request.TopicRequest(name=n) for n in ("no", "a b")],
                 response_partition_limit=4, cursor=None)
    assert {t["name"]: t["error_code"] for t in answer["topics"]} == {"no": UNKNOWN_TOPIC, "a b": INVALID_TOPIC}
    answer = ask("DescribeTopicPartitions", 0, topics=[request.TopicRequest(name=names[0])],
                 response_partition_limit=4, cursor=request.Cursor(topic_name="zz", partition_index=0))
    assert answer["topics"][0]["error_code"] == INVALID_REQUEST
    for index in (3, 4, 2**31 - 1):
        answer = ask("DescribeTopicPartitions", 0, topics=[request.TopicRequest(name=names[0])],
                     response_partition_limit=4, cursor=request.Cursor(topic_name=names[0], partition_index=index))
        assert answer["topics"][0]["partitions"] == [] and answer["next_cursor"] is None


def flexible(ask, key, body):
    """Asks in version 0 of an API whose first version is flexible."""
    frame = struct.pack(">hhih", key, 0, 5, -1) + b"\0" + body
    ask.socket.sendall(struct.pack(">i", len(frame)) + frame)
    size, _ = struct.unpack(">ii", ask.exactly(8))
    return ask.exactly(size - 4)[1:]


def test_no_client_is_asked_for_metrics(ask):
    answer = flexible(ask, 71, bytes(16) + b"\0")
    throttle, error, instance, subscription = struct.unpack(">ih16si", answer[:26])
    assert (throttle, error) == (0, NONE) and instance != bytes(16)
    compression, interval, longest, delta, metrics = answer[26:31], *struct.unpack(">ii?B", answer[31:41])
    assert compression == bytes([5, 4, 3, 1, 2]) and (interval, longest, metrics) == (300_000, 1 << 20, 1)
    again = flexible(ask, 71, instance + b"\0")
    assert again[6:22] == instance

    def push(instance, subscription, compression=0, metrics=b""):
        return struct.unpack(">ih", flexible(
            ask, 72, instance + struct.pack(">i?b", subscription, False, compression) + bytes([len(metrics) + 1])
            + metrics + b"\0")[:6])[1]
    assert push(instance, subscription, metrics=b"m") == NONE
    assert push(bytes(16), subscription) == INVALID_REQUEST
    assert push(instance, subscription + 1) == 117
    assert push(instance, subscription, compression=9) == 76


def test_committed_offsets_are_deleted_unless_members_read_the_topic(admin, emulators, topic):
    group = f"g-{uuid.uuid4().hex[:8]}"
    consumer = confluent_kafka.Consumer({"bootstrap.servers": emulators.kafka, "group.id": group})
    offsets = [confluent_kafka.TopicPartition(topic, p, 5 + p) for p in (0, 1)]
    consumer.commit(offsets=offsets, asynchronous=False)
    ask = Asking(emulators.kafka)
    def delete(group, topic, *partitions):
        # kafka-python has no definition of OffsetDelete.
        return offset_delete(ask, group, topic, partitions)
    assert delete(group, topic, 0, 9) == (NONE, {0: NONE, 9: UNKNOWN_TOPIC})
    assert [p.offset for p in consumer.committed(offsets, 10)] == [confluent_kafka.OFFSET_INVALID, 6]
    assert delete("no-such-group", topic, 0)[0] == 69
    assert delete("", topic, 0)[0] == 24
    consumer.subscribe([topic])
    while not consumer.assignment():
        consumer.poll(0.1)
    assert delete(group, topic, 1) == (NONE, {1: 86})
    consumer.close()
    assert delete(group, topic, 1) == (NONE, {1: NONE})


def offset_delete(ask, group, topic, partitions):
    text = lambda t: struct.pack(">h", len(t)) + t.encode()
    body = text(group) + struct.pack(">i", 1) + text(topic) + struct.pack(">i", len(partitions))
    body += b"".join(struct.pack(">i", p) for p in partitions)
    frame = struct.pack(">hhi", 47, 0, 5) + text("admin") + body
    ask.socket.sendall(struct.pack(">i", len(frame)) + frame)
    size, _ = struct.unpack(">ii", ask.exactly(8))
    answer = ask.exactly(size - 4)
    error, _, topics = struct.unpack(">hii", answer[:10])
    if not topics:
        return error, {}
    length = struct.unpack(">h", answer[10:12])[0]
    rest = answer[12 + length:]
    count = struct.unpack(">i", rest[:4])[0]
    return error, dict(struct.unpack(">ih", rest[4 + 6 * i:10 + 6 * i]) for i in range(count))


# Clients


def test_confluents_admin_client_reads_and_changes_configs(admin, topic):
    resource = ck.ConfigResource(ck.ConfigResource.Type.TOPIC, topic, incremental_configs=[
        ck.ConfigEntry("retention.ms", "4000", incremental_operation=ck.AlterConfigOpType.SET)])
    admin.incremental_alter_configs([resource])[resource].result(10)
    asked = ck.ConfigResource(ck.ConfigResource.Type.TOPIC, topic)
    assert admin.describe_configs([asked])[asked].result(10)["retention.ms"].value == "4000"
    unknown = ck.ConfigResource(ck.ConfigResource.Type.TOPIC, topic, incremental_configs=[
        ck.ConfigEntry("no.such", "1", incremental_operation=ck.AlterConfigOpType.SET)])
    with pytest.raises(KafkaException) as error:
        admin.incremental_alter_configs([unknown])[unknown].result(10)
    assert error.value.args[0].code() == KafkaError.INVALID_CONFIG


def test_kafka_pythons_admin_client_reads_and_changes_configs(python_admin, topic):
    resource = kafka.admin.ConfigResource(kafka.admin.ConfigResourceType.TOPIC, topic, {"retention.ms": "4000"})
    python_admin.alter_configs([resource])
    asked = kafka.admin.ConfigResource(kafka.admin.ConfigResourceType.TOPIC, topic)
    assert "4000" in str(python_admin.describe_configs([asked]))


def produce(emulators, topic, count, partition=0):
    producer = confluent_kafka.Producer({"bootstrap.servers": emulators.kafka})
    for i in range(count):
        producer.produce(topic, f"{i}", partition=partition)
    assert producer.flush(10) == 0


def commit(emulators, group, topic, offset):
    consumer = confluent_kafka.Consumer({"bootstrap.servers": emulators.kafka, "group.id": group})
    consumer.commit(offsets=[confluent_kafka.TopicPartition(topic, 0, offset)], asynchronous=False)
    consumer.close()


def test_confluents_admin_client_describes_the_cluster_and_topics(admin, topic):
    cluster = admin.describe_cluster(include_authorized_operations=True).result(10)
    assert cluster.controller.id == 1 and [n.id for n in cluster.nodes] == [1] and cluster.authorized_operations
    described = admin.describe_topics(confluent_kafka.TopicCollection([topic]))[topic].result(10)
    assert [p.leader.id for p in described.partitions] == [1, 1] and not described.is_internal


def test_confluents_admin_client_reads_and_deletes_records(admin, emulators, topic):
    produce(emulators, topic, 5)
    partition = confluent_kafka.TopicPartition(topic, 0)
    latest = admin.list_offsets({partition: ck.OffsetSpec.latest()})[partition].result(10)
    assert latest.offset == 5
    deleted = admin.delete_records([confluent_kafka.TopicPartition(topic, 0, 3)])[
        confluent_kafka.TopicPartition(topic, 0, 3)].result(10)
    assert deleted.low_watermark == 3
    assert admin.list_offsets({partition: ck.OffsetSpec.earliest()})[partition].result(10).offset == 3


def test_confluents_admin_client_elects_no_leader(admin, topic):
    partition = confluent_kafka.TopicPartition(topic, 0)
    outcome = admin.elect_leaders(confluent_kafka.ElectionType.PREFERRED, [partition]).result(10)
    assert outcome[partition].code() == 84


def test_confluents_admin_client_moves_and_deletes_a_groups_offsets(admin, emulators, topic):
    group = f"g-{uuid.uuid4().hex[:8]}"
    commit(emulators, group, topic, 2)
    listed = admin.list_consumer_group_offsets([confluent_kafka.ConsumerGroupTopicPartitions(group)])[group].result(10)
    assert [(p.topic, p.partition, p.offset) for p in listed.topic_partitions] == [(topic, 0, 2)]
    moved = confluent_kafka.ConsumerGroupTopicPartitions(group, [confluent_kafka.TopicPartition(topic, 0, 7)])
    admin.alter_consumer_group_offsets([moved])[group].result(10)
    listed = admin.list_consumer_group_offsets([confluent_kafka.ConsumerGroupTopicPartitions(group)])[group].result(10)
    assert [p.offset for p in listed.topic_partitions] == [7]
    assert group in [g.group_id for g in admin.list_consumer_groups().result(10).valid]
    admin.delete_consumer_groups([group])[group].result(10)
    assert group not in [g.group_id for g in admin.list_consumer_groups().result(10).valid]


def test_kafka_pythons_admin_client_describes_node_quorum_and_resources(python_admin, topic):
    assert python_admin.describe_cluster()["controller_id"] == 1
    assert "__cluster_metadata" in str(python_admin.describe_metadata_quorum())
    assert topic in str(python_admin.list_config_resources())
    assert topic in str(python_admin.describe_topic_partitions([topic]))
    assert topic in str(python_admin.describe_log_dirs())
    assert python_admin.list_partition_reassignments() in ({}, [])


def test_kafka_pythons_admin_client_adds_partitions_and_resets_configs(python_admin, topic):
    python_admin.create_partitions({topic: kafka.admin.NewPartitions(4)})
    assert len(python_admin.describe_topics([topic])[0]["partitions"]) == 4
    resource = kafka.admin.ConfigResource(kafka.admin.ConfigResourceType.TOPIC, topic, {"retention.ms": "4321"})
    python_admin.alter_configs([resource])
    python_admin.reset_configs([kafka.admin.ConfigResource(kafka.admin.ConfigResourceType.TOPIC, topic, ["retention.ms"])])
    asked = kafka.admin.ConfigResource(kafka.admin.ConfigResourceType.TOPIC, topic)
    assert "4321" not in str(python_admin.describe_configs([asked], config_filter="all"))


def test_kafka_pythons_admin_client_deletes_a_groups_offsets(python_admin, emulators, topic):
    group = f"g-{uuid.uuid4().hex[:8]}"
    commit(emulators, group, topic, 2)
    partition = kafka.TopicPartition(topic, 0)
    assert python_admin.list_group_offsets({group: None})[group][partition].offset == 2
    python_admin.delete_group_offsets(group, [partition])
    assert not [o for o in python_admin.list_group_offsets({group: None}).get(group, {}).values() if o.offset >= 0]
