"""Broker configs given by KAFKA_* variables and --kafka-property, listeners with their advertised names, and the cluster's id."""

import socket
import subprocess
import uuid

import confluent_kafka.admin as ck
import pytest
from confluent_kafka import KafkaError, KafkaException

from nestbox_process import Nestbox, program
from test_kafka_admin import BROKER, FROM_SETUP, describe
from test_kafka_versions import NO_ID, Asking, message

KAFKA = ["--only", "kafka", "--data", "memory"]


@pytest.fixture
def start(tmp_path):
    running = []

    def run(*arguments, environment=None, data="memory", any_port=True):
        nestbox = Nestbox(tmp_path, ["--only", "kafka", "--data", data, *arguments], environment, any_port).start()
        running.append(nestbox)
        return nestbox

    yield run
    for nestbox in running:
        if nestbox.process.poll() is None:
            assert nestbox.stop() == 0, nestbox.output


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def metadata(address, *topics, create=True):
    topic = message("MetadataRequest").MetadataRequestTopic
    return Asking(address)("Metadata", 12, topics=[topic(name=t, topic_id=NO_ID) for t in topics],
                           allow_auto_topic_creation=create)


def create(nestbox, name, replicas):
    admin = ck.AdminClient({"bootstrap.servers": nestbox.kafka})
    admin.create_topics([ck.NewTopic(name, 1, replicas)])[name].result(10)
    return admin.list_topics(name).topics[name].partitions[0].replicas


def test_variables_and_flags_set_broker_configs_and_flags_win(start):
    nestbox = start(
        "--kafka-property", "num.partitions=3", "--kafka-property", "log.retention.hours=1",
        environment={"KAFKA_NUM_PARTITIONS": "7", "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS": "10",
                     "KAFKA_HEAP_OPTS": "-Xmx1g", "KAFKA_MESSAGE_MAX_BYTES": ""})
    admin = ck.AdminClient({"bootstrap.servers": nestbox.kafka})
    name = f"auto-{uuid.uuid4().hex[:6]}"
    assert len(metadata(nestbox.kafka, name)["topics"][0]["partitions"]) == 3
    configs = describe(Asking(nestbox.kafka), BROKER, "1")
    assert configs["num.partitions"]["value"] == "3" and configs["num.partitions"]["config_source"] == FROM_SETUP
    assert configs["group.min.session.timeout.ms"]["value"] == "10"
    asked = ck.ConfigResource(ck.ConfigResource.Type.TOPIC, name)
    assert admin.describe_configs([asked])[asked].result(10)["retention.ms"].value == "3600000"
    assert not [line for line in nestbox.lines if "no broker config" in line]


def test_unknown_configs_are_named_in_one_sentence(start):
    nestbox = start("--kafka-property", "no.such=1", environment={"KAFKA_NEITHER_THIS": "2"})
    assert [line for line in nestbox.lines if "no broker config" in line] == [
        line for line in nestbox.lines if "neither.this, no.such are no broker configs of Kafka and changed nothing." in line]
    assert "are no broker configs" in nestbox.output


@pytest.mark.parametrize("arguments, environment, text", [
    ([], {"KAFKA_NUM_PARTITIONS": "some"},
     "KAFKA_NUM_PARTITIONS: Invalid value some for configuration num.partitions: Not a number of type INT; correct "
     "num.partitions"),
    (["--kafka-property", "num.partitions"], {}, "`--kafka-property` must be NAME=VALUE, not `num.partitions`"),
    (["--kafka-property", "listeners=PLAINTEXT:9092"], {},
     "listeners has `PLAINTEXT:9092`, which is not NAME://host:port; correct it"),
    (["--kafka-property", "listeners=SSL://:0"], {},
     "listener SSL asks for SSL, and there is only PLAINTEXT; change listener.security.protocol.map"),
    (["--kafka-property", "listeners=OTHER://:0"], {},
     "no security protocol is defined for listener OTHER; name it in listener.security.protocol.map"),
    (["--kafka-property", "listeners=PLAINTEXT://:0", "--kafka-property", "advertised.listeners=SSL://a:1"], {},
     "advertised.listeners names SSL, which listeners does not have; make them agree"),
])
def test_what_cannot_be_is_refused_in_one_sentence(tmp_path, arguments, environment, text):
    nestbox = Nestbox(tmp_path, KAFKA, environment)
    ended = subprocess.run([program(), "up", *KAFKA, "--any-port", *arguments], cwd=tmp_path, env=nestbox.environment,
                           capture_output=True, text=True, timeout=20)
    assert ended.returncode in (2, 3) and ended.stderr.strip() == "nestbox: " + text


def own_address():
    """An address of this machine that is not loopback; peers that have it come, as far as the broker knows, through a published port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
            return probe.getsockname()[0]
        except OSError:
            pytest.skip("this machine has no address besides loopback")


def brokers(host, port):
    return [(b["host"], b["port"]) for b in metadata(f"{host}:{port}")["brokers"]]


def test_each_listener_tells_its_own_advertised_name_and_loopback_peers_localhost(start):
    inside, outside, controller = free_ports(3)
    nestbox = start(any_port=False, environment={
        "KAFKA_LISTENERS": f"INSIDE://0.0.0.0:{inside},OUTSIDE://0.0.0.0:{outside},CONTROLLER://localhost:{controller}",
        "KAFKA_ADVERTISED_LISTENERS": f"INSIDE://broker:{inside},OUTSIDE://my.host:19092",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT"})
    assert nestbox.kafka == f"localhost:{inside}"
    for port in inside, outside, controller:
        assert brokers("127.0.0.1", port) == [("localhost", port)]
    configs = describe(Asking(f"127.0.0.1:{inside}"), BROKER, "1")
    assert configs["advertised.listeners"]["value"] == f"INSIDE://broker:{inside},OUTSIDE://my.host:19092"
    assert brokers(own_address(), inside) == [("broker", inside)]
    assert brokers(own_address(), outside) == [("my.host", 19092)]


def test_without_listeners_the_ports_are_those_of_the_advertised_ones(start):
    inside, outside = free_ports(2)
    nestbox = start(any_port=False, environment={
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://kafka:{inside},PLAINTEXT_HOST://localhost:{outside}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT",
        "KAFKA_BROKER_ID": "1", "KAFKA_ZOOKEEPER_CONNECT": "zookeeper:2181"})
    assert brokers("127.0.0.1", outside) == [("localhost", outside)]
    assert brokers(own_address(), inside) == [("kafka", inside)]
    assert len([line for line in nestbox.lines if "KAFKA_ZOOKEEPER_CONNECT" in line]) == 1


def test_topics_of_a_variable_are_there_from_the_start(start):
    nestbox = start(environment={"KAFKA_CREATE_TOPICS": "orders:3:1,audit:1:1:compact"})
    admin = ck.AdminClient({"bootstrap.servers": nestbox.kafka})
    topics = admin.list_topics().topics
    assert {name: len(topics[name].partitions) for name in ("orders", "audit")} == {"orders": 3, "audit": 1}
    asked = ck.ConfigResource(ck.ConfigResource.Type.TOPIC, "audit")
    assert admin.describe_configs([asked])[asked].result(10)["cleanup.policy"].value == "compact"


def test_a_port_given_by_a_flag_wins_over_listeners_given_by_a_variable(start):
    port, other = free_ports(2)
    nestbox = start("--kafka-port", str(port), any_port=False,
                    environment={"KAFKA_LISTENERS": f"PLAINTEXT://127.0.0.1:{other}"})
    assert nestbox.kafka == f"localhost:{port}" and metadata(nestbox.kafka)["brokers"][0]["port"] == port


def test_topics_are_not_made_by_asking_when_that_is_off(start):
    nestbox = start("--kafka-property", "auto.create.topics.enable=false")
    assert metadata(nestbox.kafka, "nope")["topics"][0]["error_code"] == 3


def test_topics_are_not_deleted_when_that_is_off(start):
    nestbox = start("--kafka-property", "delete.topic.enable=false")
    create(nestbox, "kept", 1)
    admin = ck.AdminClient({"bootstrap.servers": nestbox.kafka})
    with pytest.raises(KafkaException) as error:
        admin.delete_topics(["kept"])["kept"].result(10)
    assert error.value.args[0].code() == KafkaError.TOPIC_DELETION_DISABLED


def test_a_replication_factor_of_three_needs_lenient_replication(start, emulators):
    with pytest.raises(KafkaException) as error:
        create(emulators, "three", 3)
    assert error.value.args[0].code() == KafkaError.INVALID_REPLICATION_FACTOR
    assert "because only 1 broker(s) are registered" in error.value.args[0].str()
    assert create(start("--lenient-replication"), "three", 3) == [1]
    assert create(start(environment={"NESTBOX_LENIENT_REPLICATION": "1"}), "three", 3) == [1]


def test_the_cluster_has_an_id_of_its_own_that_lasts(start, tmp_path):
    def cluster_id(**settings):
        nestbox = start(**settings)
        cluster = metadata(nestbox.kafka)["cluster_id"]
        assert nestbox.stop() == 0
        return cluster
    first = cluster_id(data=str(tmp_path / "one"))
    assert len(first) == 22 and cluster_id(data=str(tmp_path / "one")) == first
    assert f"cluster.id={first}\n" in (tmp_path / "one" / "kafka" / "meta.properties").read_text()
    assert cluster_id(data=str(tmp_path / "two")) != first
    wanted = "4L6g3nShT-eMCtK--X86sw"
    assert cluster_id(data=str(tmp_path / "three"), environment={"CLUSTER_ID": wanted}) == wanted
