"""Kafka by confluent-kafka (librdkafka), kafka-python and kcat, as services and people use it."""

import signal
import subprocess
import sys
import time
import uuid

import confluent_kafka
import confluent_kafka.admin
import kafka
import kafka.admin
import pytest

from nestbox_process import wait_until

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


@pytest.fixture
def topic(emulators):
    """A fresh topic of 3 partitions."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": emulators.kafka})
    admin.create_topics([confluent_kafka.admin.NewTopic(name, 3, 1)])[name].result(10)
    yield name
    admin.delete_topics([name])[name].result(10)


def produce(emulators, topic, messages, **settings):
    """Sends (key, value) pairs and returns (partition, offset) of each, all acknowledged."""
    placed = []

    def delivered(error, message):
        assert error is None, error
        placed.append((message.partition(), message.offset()))

    producer = confluent_kafka.Producer({"bootstrap.servers": emulators.kafka, "linger.ms": 5, **settings})
    for key, value in messages:
        producer.produce(topic, key=key, value=value, on_delivery=delivered)
        producer.poll(0)
    assert producer.flush(30) == 0
    return placed


def consume(emulators, topic, count, group=None, **settings):
    """The first `count` messages of a topic, by a consumer of its own group."""
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": emulators.kafka, "group.id": group or f"g-{uuid.uuid4().hex[:8]}",
        "auto.offset.reset": "earliest", "enable.auto.commit": False, **settings})
    consumer.subscribe([topic])
    messages, deadline = [], time.monotonic() + 30
    while len(messages) < count and time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is not None and not message.error():
            messages.append(message)
    return consumer, messages


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_passes_through_confluent_kafka(emulators, topic, codec):
    sent = [(f"k{i}", f"value {i} " * 20) for i in range(200)]
    produce(emulators, topic, sent, **{"compression.type": codec, "enable.idempotence": True})
    consumer, messages = consume(emulators, topic, len(sent))
    consumer.close()
    assert sorted((m.key().decode(), m.value().decode()) for m in messages) == sorted(sent)


def test_kafka_python_produces_and_consumes(emulators, topic):
    producer = kafka.KafkaProducer(bootstrap_servers=emulators.kafka, acks="all")
    for i in range(100):
        producer.send(topic, key=str(i).encode(), value=b"v%d" % i, headers=[("h", b"1")])
    producer.flush(10)
    producer.close()
    consumer = kafka.KafkaConsumer(
        topic, bootstrap_servers=emulators.kafka, group_id=f"kp-{topic}", auto_offset_reset="earliest",
        enable_auto_commit=False, consumer_timeout_ms=5000)
    got = []
    for record in consumer:
        got.append((record.key, record.value, record.headers))
        if len(got) == 100:
            break
    consumer.commit()
    consumer.close()
    assert sorted(got) == sorted((str(i).encode(), b"v%d" % i, [("h", b"1")]) for i in range(100))
    offsets = kafka.admin.KafkaAdminClient(bootstrap_servers=emulators.kafka).list_group_offsets(f"kp-{topic}") \
        if hasattr(kafka.admin.KafkaAdminClient, "list_group_offsets") else None
    if offsets is not None:
        flat = str(offsets)
        assert "offset" in flat


def test_kcat_produces_lists_and_consumes(emulators, topic):
    subprocess.run(["kcat", "-b", emulators.kafka, "-P", "-t", topic, "-K", ":", "-H", "a=b"],
                   input="k1:v1\nk2:v2\n", text=True, check=True, timeout=20)
    listing = subprocess.run(["kcat", "-b", emulators.kafka, "-L", "-t", topic],
                             capture_output=True, text=True, check=True, timeout=20).stdout
    assert f'topic "{topic}" with 3 partitions' in listing
    out = subprocess.run(["kcat", "-b", emulators.kafka, "-C", "-t", topic, "-e", "-q", "-f", "%k=%s %h\n"],
                         capture_output=True, text=True, check=True, timeout=20).stdout
    assert sorted(out.splitlines()) == ["k1=v1 a=b", "k2=v2 a=b"]


def test_kcat_consumes_in_a_group(emulators, topic):
    produce(emulators, topic, [("k", "v")] * 5)
    run = subprocess.run(["kcat", "-b", emulators.kafka, "-G", f"kcat-{topic}", "-c", "5", "-X", "auto.offset.reset=earliest",
                          "-q", topic], capture_output=True, text=True, timeout=30)
    assert run.stdout.splitlines() == ["v"] * 5, run.stderr


def test_offsets_are_found_by_timestamp(emulators, topic):
    producer = confluent_kafka.Producer({"bootstrap.servers": emulators.kafka})
    now = int(time.time() * 1000)
    for i in range(10):
        producer.produce(topic, value=str(i), partition=0, timestamp=now - 10_000 + i * 1000)
    producer.flush(10)
    consumer = confluent_kafka.Consumer({"bootstrap.servers": emulators.kafka, "group.id": "by-time"})
    (found,) = consumer.offsets_for_times([confluent_kafka.TopicPartition(topic, 0, now - 5_500)], timeout=10)
    assert found.offset == 5
    assert consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, 0), timeout=10) == (0, 10)
    consumer.close()


def test_committed_offsets_are_where_a_new_consumer_begins(emulators, topic):
    produce(emulators, topic, [("same", str(i)) for i in range(10)])
    first, messages = consume(emulators, topic, 4, group=f"c-{topic}")
    assert [m.value() for m in messages] == [b"0", b"1", b"2", b"3"]
    first.commit(messages[-1], asynchronous=False)
    first.close()
    second, messages = consume(emulators, topic, 6, group=f"c-{topic}")
    second.close()
    assert [m.value() for m in messages] == [str(i).encode() for i in range(4, 10)]


MEMBER = """
import sys, confluent_kafka
consumer = confluent_kafka.Consumer({"bootstrap.servers": sys.argv[1], "group.id": sys.argv[3], "client.id": sys.argv[4],
    "auto.offset.reset": "earliest", "session.timeout.ms": 6000, "heartbeat.interval.ms": 500})
show = lambda _, parts: print("assigned", *sorted(p.partition for p in parts), flush=True)
consumer.subscribe([sys.argv[2]], on_assign=show)
while True:
    message = consumer.poll(0.2)
    if message is not None and not message.error():
        print("message", message.partition(), message.offset(), flush=True)
"""


class Member:
    """A consumer of a group in a process of its own, so that it can die."""

    def __init__(self, nestbox, topic, group, name):
        self.process = subprocess.Popen([sys.executable, "-c", MEMBER, nestbox.kafka, topic, group, name],
                                        stdout=subprocess.PIPE, text=True)
        self.lines = []
        import threading
        threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")), daemon=True).start()

    @property
    def partitions(self):
        assigned = [line.split()[1:] for line in list(self.lines) if line.startswith("assigned")]
        return [int(p) for p in assigned[-1]] if assigned else []

    def die(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def test_two_members_share_the_partitions_and_one_takes_over_when_the_other_dies(emulators, topic):
    group = f"share-{topic}"
    one = Member(emulators, topic, group, "one")
    wait_until(lambda: one.partitions == [0, 1, 2], 15, "the only member has all partitions")
    two = Member(emulators, topic, group, "two")
    try:
        wait_until(lambda: one.partitions and two.partitions and sorted(one.partitions + two.partitions) == [0, 1, 2],
                   15, "two members share the partitions")
        two.die()
        wait_until(lambda: one.partitions == [0, 1, 2], 20, "the survivor has all partitions")
        produce(emulators, topic, [(f"k{i}", "v") for i in range(30)])
        wait_until(lambda: sum(line.startswith("message") for line in list(one.lines)) == 30, 10, "the survivor reads all")
    finally:
        one.die()
        if two.process.poll() is None:
            two.die()


def test_an_unknown_topic_is_made_with_the_brokers_partitions(emulators):
    name = f"auto-{uuid.uuid4().hex[:8]}"
    assert len(produce(emulators, name, [("k", "v")])) == 1
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": emulators.kafka})
    assert len(admin.list_topics(timeout=10).topics[name].partitions) == 1


def test_a_topics_configs_are_described(emulators, topic):
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": emulators.kafka})
    resource = confluent_kafka.admin.ConfigResource(confluent_kafka.admin.RESOURCE_TOPIC, topic)
    configs = admin.describe_configs([resource])[resource].result(10)
    assert configs["cleanup.policy"].value == "delete"
    assert configs["retention.ms"].value == "604800000" and configs["retention.ms"].is_default


def test_creating_a_topic_twice_is_refused(emulators, topic):
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": emulators.kafka})
    with pytest.raises(confluent_kafka.KafkaException) as refused:
        admin.create_topics([confluent_kafka.admin.NewTopic(topic, 1, 1)])[topic].result(10)
    assert refused.value.args[0].code() == confluent_kafka.KafkaError.TOPIC_ALREADY_EXISTS
    assert refused.value.args[0].str() == f"Topic '{topic}' already exists."


def test_a_transactional_producer_is_refused_fatally_and_at_once(emulators):
    producer = confluent_kafka.Producer({"bootstrap.servers": emulators.kafka, "transactional.id": "tx-1"})
    began = time.monotonic()
    with pytest.raises(confluent_kafka.KafkaException) as refused:
        producer.init_transactions(30)
    assert refused.value.args[0].fatal(), refused.value
    assert time.monotonic() - began < 10
