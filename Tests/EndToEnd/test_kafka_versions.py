"""Every version of every API that the broker tells: asked and read by kafka-python's own encoder, byte for byte."""

import socket
import struct
import time
import uuid

import confluent_kafka.admin
import kafka.protocol.admin
import kafka.protocol.consumer
import kafka.protocol.metadata
import kafka.protocol.producer
import pytest
from kafka.record.default_records import DefaultRecordBatchBuilder

MODULES = [kafka.protocol.admin, kafka.protocol.consumer, kafka.protocol.metadata, kafka.protocol.producer]
NO_ID = uuid.UUID(int=0)


def message(name):
    return next(getattr(module, name) for module in MODULES if hasattr(module, name))


class Asking:
    """A connection that asks in a given version."""

    def __init__(self, address):
        host, port = address.split(",")[0].rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=10)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise ConnectionError("closed")
            data += piece
        return data

    def __call__(self, name, version, **fields):
        request = message(name + "Request")(version=version, **fields)
        request.with_header(correlation_id=5, client_id="versions")
        self.socket.sendall(request.encode(header=True, framed=True))
        size, correlation_id = struct.unpack(">ii", self.exactly(8))
        assert correlation_id == 5
        body = self.exactly(size - 4)
        if request.flexible_version_q(version) and name != "ApiVersions":
            assert body[0] == 0, "tagged fields in the header"
            body = body[1:]
        response = message(name + "Response").decode(body, version=version)
        object.__setattr__(response, "_header", None)
        assert bytes(response.encode(version=version)) == body
        return response.to_dict()


def batch():
    builder = DefaultRecordBatchBuilder(2, 0, False, -1, -1, -1, 100_000)
    builder.append(0, int(time.time() * 1000), b"k", b"v", [])
    return bytes(builder.build())


def requests(topic, topic_id, group, version):
    """A small request of each API, with the fields of all versions."""
    r = lambda name: message(name + "Request")
    new = f"{topic}-{version}"
    return {
        "Produce": lambda: dict(
            transactional_id=None, acks=1, timeout_ms=1000, topic_data=[r("Produce").TopicProduceData(
                name=topic, topic_id=topic_id, partition_data=[
                    r("Produce").TopicProduceData.PartitionProduceData(index=0, records=batch())])]),
        "Fetch": lambda: dict(max_wait_ms=10, min_bytes=1, max_bytes=1 << 20, session_epoch=-1, topics=[
            r("Fetch").FetchTopic(topic=topic, topic_id=topic_id, partitions=[r("Fetch").FetchTopic.FetchPartition(
                partition=0, current_leader_epoch=-1, fetch_offset=0, last_fetched_epoch=-1, log_start_offset=-1,
                partition_max_bytes=1 << 20)])]),
        "ListOffsets": lambda: dict(replica_id=-1, topics=[r("ListOffsets").ListOffsetsTopic(name=topic, partitions=[
            r("ListOffsets").ListOffsetsTopic.ListOffsetsPartition(
                partition_index=0, current_leader_epoch=-1, timestamp=-1, max_num_offsets=1)])]),
        "Metadata": lambda: dict(topics=[r("Metadata").MetadataRequestTopic(name=topic, topic_id=NO_ID)]),
        "OffsetCommit": lambda: dict(
            group_id=group, generation_id_or_member_epoch=-1, member_id="", retention_time_ms=-1, topics=[
                r("OffsetCommit").OffsetCommitRequestTopic(name=topic, topic_id=topic_id, partitions=[
                    r("OffsetCommit").OffsetCommitRequestTopic.OffsetCommitRequestPartition(
                        partition_index=0, committed_offset=3, committed_leader_epoch=-1, committed_metadata="note",
                        commit_timestamp=-1)])]),
        "OffsetFetch": lambda: dict(
            group_id=group, topics=[r("OffsetFetch").OffsetFetchRequestTopic(name=topic, partition_indexes=[0])],
            groups=[r("OffsetFetch").OffsetFetchRequestGroup(group_id=group, topics=[
                r("OffsetFetch").OffsetFetchRequestGroup.OffsetFetchRequestTopics(
                    name=topic, topic_id=topic_id, partition_indexes=[0])])]),
        "FindCoordinator": lambda: dict(key=group, key_type=0, coordinator_keys=[group]),
        "JoinGroup": lambda: dict(
            group_id=f"{group}-{version}", session_timeout_ms=10_000, rebalance_timeout_ms=10_000, member_id="",
            protocol_type="consumer",
            protocols=[r("JoinGroup").JoinGroupRequestProtocol(name="range", metadata=b"\x00\x00" + b"\x00" * 8)]),
        "Heartbeat": lambda: dict(group_id="none", generation_id=1, member_id="m"),
        "LeaveGroup": lambda: dict(
            group_id="none", member_id="m", members=[r("LeaveGroup").MemberIdentity(member_id="m")]),
        "SyncGroup": lambda: dict(
            group_id="none", generation_id=1, member_id="m", protocol_type="consumer", protocol_name="range"),
        "DescribeGroups": lambda: dict(groups=[group], include_authorized_operations=True),
        "ListGroups": lambda: dict(states_filter=[], types_filter=[]),
        "ApiVersions": lambda: dict(client_software_name="versions", client_software_version="1"),
        "CreateTopics": lambda: dict(timeout_ms=1000, topics=[r("CreateTopics").CreatableTopic(
            name=new, num_partitions=2, replication_factor=1, assignments=[], configs=[])]),
        "DeleteTopics": lambda: dict(timeout_ms=1000, topic_names=[new], topics=[
            r("DeleteTopics").DeleteTopicState(name=new, topic_id=NO_ID)]),
        "InitProducerId": lambda: dict(
            transactional_id=None, transaction_timeout_ms=1000, producer_id=-1, producer_epoch=-1),
        "DescribeConfigs": lambda: dict(include_synonyms=True, include_documentation=True, resources=[
            r("DescribeConfigs").DescribeConfigsResource(
                resource_type=2, resource_name=topic, configuration_keys=None)]),
        "DeleteGroups": lambda: dict(groups_names=["none"]),
        "AlterConfigs": lambda: dict(validate_only=True, resources=[r("AlterConfigs").AlterConfigsResource(
            resource_type=2, resource_name=topic, configs=[])]),
        "IncrementalAlterConfigs": lambda: dict(
            validate_only=True, resources=[r("IncrementalAlterConfigs").AlterConfigsResource(
                resource_type=2, resource_name=topic, configs=[])]),
        "CreatePartitions": lambda: dict(timeout_ms=1000, validate_only=True, topics=[
            r("CreatePartitions").CreatePartitionsTopic(name=topic, count=9, assignments=None)]),
        "ElectLeaders": lambda: dict(election_type=0, topic_partitions=None, timeout_ms=1000),
        "AlterPartitionReassignments": lambda: dict(timeout_ms=1000, topics=[]),
        "ListPartitionReassignments": lambda: dict(timeout_ms=1000, topics=None),
        "OffsetDelete": lambda: dict(group_id="none", topics=[]),
        "DescribeQuorum": lambda: dict(topics=[r("DescribeQuorum").TopicData(
            topic_name="__cluster_metadata", partitions=[
                r("DescribeQuorum").TopicData.PartitionData(partition_index=0)])]),
        "UpdateFeatures": lambda: dict(timeout_ms=1000, feature_updates=[]),
        "DescribeCluster": lambda: dict(include_cluster_authorized_operations=True, endpoint_type=1),
        "ListConfigResources": lambda: dict(resource_types=[]),
        "DescribeTopicPartitions": lambda: dict(topics=[], response_partition_limit=10, cursor=None),
        "DeleteRecords": lambda: dict(timeout_ms=1000, topics=[r("DeleteRecords").DeleteRecordsTopic(
            name=topic, partitions=[r("DeleteRecords").DeleteRecordsTopic.DeleteRecordsPartition(
                partition_index=0, offset=0)])]),
        "OffsetForLeaderEpoch": lambda: dict(replica_id=-1, topics=[r("OffsetForLeaderEpoch").OffsetForLeaderTopic(
            topic=topic, partitions=[r("OffsetForLeaderEpoch").OffsetForLeaderTopic.OffsetForLeaderPartition(
                partition=0, current_leader_epoch=-1, leader_epoch=0)])]),
        "DescribeLogDirs": lambda: dict(topics=[r("DescribeLogDirs").DescribableLogDirTopic(
            topic=topic, partitions=[0])]),
        "DescribeProducers": lambda: dict(topics=[r("DescribeProducers").TopicRequest(
            name=topic, partition_indexes=[0])]),
    }


# What is not NONE: members of no group, and a first join that has to come again with the id it is given (KIP-394).
UNKNOWN_MEMBER_ID, GROUP_ID_NOT_FOUND, MEMBER_ID_REQUIRED = 25, 69, 79
ERRORS = {"Heartbeat": {UNKNOWN_MEMBER_ID}, "SyncGroup": {UNKNOWN_MEMBER_ID}, "LeaveGroup": {0, UNKNOWN_MEMBER_ID},
          "DeleteGroups": {GROUP_ID_NOT_FOUND}, "OffsetDelete": {GROUP_ID_NOT_FOUND}, "JoinGroup": {0, MEMBER_ID_REQUIRED}}


def error_codes(value):
    if isinstance(value, dict):
        return [code for key, inner in value.items()
                for code in ([inner] if key == "error_code" else error_codes(inner))]
    if isinstance(value, (list, tuple)):
        return [code for inner in value for code in error_codes(inner)]
    return []


def test_every_version_of_every_api_is_answered(emulators):
    ask = Asking(emulators.kafka)
    topic, group = f"v-{uuid.uuid4().hex[:8]}", f"g-{uuid.uuid4().hex[:8]}"
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": emulators.kafka})
    admin.create_topics([confluent_kafka.admin.NewTopic(topic, 1, 1)])[topic].result(10)
    topics = ask("Metadata", 12, topics=None)["topics"]
    topic_id = next(uuid.UUID(str(t["topic_id"])) for t in topics if t["name"] == topic)
    names = {message(name + "Request").API_KEY: name for name in requests(topic, topic_id, group, 0)}
    told = {api["api_key"]: api for api in ask("ApiVersions", 0)["api_keys"]}
    assert set(names) <= set(told)
    for key, name in names.items():
        api, codec = told[key], message(name + "Request")
        # Versions of Produce below 3 are told and not served; some newest versions are newer than this encoder.
        first, last = max(api["min_version"], 3 if name == "Produce" else 0), min(api["max_version"], codec.max_version)
        assert last >= first
        for version in range(first, last + 1):
            answer = ask(name, version, **requests(topic, topic_id, group, version)[name]())
            wrong = set(error_codes(answer)) - ERRORS.get(name, {0})
            assert not wrong, (name, version, answer)


@pytest.mark.parametrize("version", [0, 1, 2])
def test_produce_with_message_sets_is_closed(emulators, version):
    ask = Asking(emulators.kafka)
    ask.socket.sendall(struct.pack(">ihhih", 10, 0, version, 1, -1))
    with pytest.raises(ConnectionError):
        ask.exactly(1)
