"""What topics keep: compaction, retention by time and size, DeleteRecords, timestamps; seen by confluent-kafka and on disk."""

import random
import socket
import time
import uuid

import confluent_kafka
import confluent_kafka.admin
import pytest
from confluent_kafka import TopicPartition

from nestbox_process import Nestbox, wait_until

QUICK = ["log.initial.task.delay.ms=50", "log.retention.check.interval.ms=50", "log.cleaner.backoff.ms=50"]


def start(directory, *properties):
    arguments = ["--only", "kafka", "--data", str(directory / "data")]
    for line in [*QUICK, *properties]:
        arguments += ["--kafka-property", line]
    return Nestbox(directory, arguments).start()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """A broker that looks after its logs all the time."""
    nestbox = start(tmp_path_factory.mktemp("storage"))
    yield nestbox
    assert nestbox.stop() == 0, nestbox.output


@pytest.fixture(scope="module")
def admin(broker):
    return confluent_kafka.admin.AdminClient({"bootstrap.servers": broker.kafka})


def make(admin, partitions=1, **configs):
    name = f"s-{uuid.uuid4().hex[:8]}"
    config = {key.replace("_", "."): str(value) for key, value in configs.items()}
    admin.create_topics([confluent_kafka.admin.NewTopic(name, partitions, 1, config=config)])[name].result(10)
    return name


class Sender:
    """Sends each record as a batch of its own, acknowledged."""

    def __init__(self, broker, **settings):
        self.producer = confluent_kafka.Producer({"bootstrap.servers": broker.kafka, "linger.ms": 0, **settings})

    def __call__(self, topic, key, value, **more):
        placed = []
        self.producer.produce(
            topic, key=key, value=value, on_delivery=lambda error, message: placed.append((error, message)), **more)
        assert self.producer.flush(10) == 0
        error, message = placed[0]
        if error is not None:
            raise confluent_kafka.KafkaException(error)
        return message


def read(broker, topic, first=confluent_kafka.OFFSET_BEGINNING):
    """Everything that the topic's partition 0 has, to its end."""
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": broker.kafka, "group.id": "none", "enable.auto.commit": False, "enable.partition.eof": True,
        "auto.offset.reset": "error", "fetch.wait.max.ms": 10})
    consumer.assign([TopicPartition(topic, 0, first)])
    messages, deadline = [], time.monotonic() + 10
    while time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is None:
            continue
        if message.error():
            consumer.close()
            if message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                return messages
            raise confluent_kafka.KafkaException(message.error())
        messages.append(message)
    raise AssertionError("the end was not reached")


def watermarks(broker, topic):
    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker.kafka, "group.id": "none"})
    try:
        return consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)
    finally:
        consumer.close()


def files(broker, topic):
    return sorted(path.name for path in (broker.directory / "data").rglob(f"{topic}-0/*"))


def test_a_compacted_topic_keeps_the_last_value_of_each_key(broker, admin):
    topic = make(
        admin, cleanup_policy="compact", segment_ms=50, min_cleanable_dirty_ratio=0.01, file_delete_delay_ms=0)
    send, now = Sender(broker), int(time.time() * 1000)
    for number in range(30):
        send(topic, f"k{number % 3}", f"v{number}", timestamp=now - 10_000 + number * 100)
    send(topic, "k0", None, timestamp=now)
    wait_until(lambda: len(read(broker, topic)) <= 5, 10, "the old values are gone")
    messages = read(broker, topic)
    newest = {message.key(): message.value() for message in messages}
    assert newest == {b"k0": None, b"k1": b"v28", b"k2": b"v29"}
    assert all(message.offset() == 30 or message.value() == b"v%d" % message.offset() for message in messages)
    assert watermarks(broker, topic) == (0, 31)
    wait_until(lambda: not [name for name in files(broker, topic) if ".deleted" in name], 10, "the old files are gone")


def test_a_tombstone_goes_after_delete_retention_ms(broker, admin):
    topic = make(
        admin, cleanup_policy="compact", segment_ms=50, min_cleanable_dirty_ratio=0.01, delete_retention_ms=100)
    send, now = Sender(broker), int(time.time() * 1000)
    send(topic, "gone", "v", timestamp=now - 5000)
    send(topic, "gone", None, timestamp=now - 4000)
    end = time.monotonic() + 10
    while any(message.key() == b"gone" for message in read(broker, topic)):
        assert time.monotonic() < end
        now += 100
        send(topic, "other", "v", timestamp=now)


def test_a_compacted_topic_refuses_records_without_a_key(broker, admin):
    topic = make(admin, cleanup_policy="compact")
    with pytest.raises(confluent_kafka.KafkaException) as refusal:
        Sender(broker)(topic, None, "v")
    assert refusal.value.args[0].code() == confluent_kafka.KafkaError.INVALID_RECORD


def test_an_idempotent_producer_goes_on_after_compaction_and_restart(tmp_path):
    nestbox = start(tmp_path)
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": nestbox.kafka})
    topic = make(admin, cleanup_policy="compact", segment_ms=50, min_cleanable_dirty_ratio=0.01)
    send, now = Sender(nestbox, **{"enable.idempotence": True}), int(time.time() * 1000) - 100_000
    for number in range(10):
        send(topic, "k", f"{number}", timestamp=now + number * 100)
    wait_until(lambda: len(read(nestbox, topic)) <= 2, 10, "the old values are gone")
    nestbox.kill()
    nestbox.start()
    messages = read(nestbox, topic)
    assert [message.value() for message in messages][-1] == b"9" and len(messages) <= 2
    again = Sender(nestbox, **{"enable.idempotence": True})
    assert again(topic, "k", "new", timestamp=now + 2000).offset() == 10
    assert nestbox.stop() == 0


def test_old_segments_go_by_time_and_the_topic_begins_behind_them(broker, admin):
    topic = make(admin, retention_ms=5000, segment_ms=1000, file_delete_delay_ms=0)
    send, now = Sender(broker), int(time.time() * 1000)
    for number in range(4):
        send(topic, None, f"old {number}", timestamp=now - 100_000 + number * 2000)
    send(topic, None, "new", timestamp=now)
    wait_until(lambda: watermarks(broker, topic) == (4, 5), 10, "the old segments are gone")
    assert [message.value() for message in read(broker, topic)] == [b"new"]
    with pytest.raises(confluent_kafka.KafkaException):
        read(broker, topic, 2)
    wait_until(lambda: [name for name in files(broker, topic) if ".log" in name] == [f"{4:020}.log"], 10, "the old files are gone")


def test_a_change_of_configs_holds_at_once(broker, admin):
    topic = make(admin)
    Sender(broker)(topic, None, "old", timestamp=int(time.time() * 1000) - 100_000)
    resource = confluent_kafka.admin.ConfigResource(confluent_kafka.admin.ResourceType.TOPIC, topic)
    resource.add_incremental_config(confluent_kafka.admin.ConfigEntry(
        "retention.ms", "5000", incremental_operation=confluent_kafka.admin.AlterConfigOpType.SET))
    resource.add_incremental_config(confluent_kafka.admin.ConfigEntry(
        "max.message.bytes", "200", incremental_operation=confluent_kafka.admin.AlterConfigOpType.SET))
    admin.incremental_alter_configs([resource])[resource].result(10)
    wait_until(lambda: watermarks(broker, topic) == (1, 1), 10, "the old record is gone")
    with pytest.raises(confluent_kafka.KafkaException) as refusal:
        Sender(broker)(topic, None, "x" * 300)
    assert refusal.value.args[0].code() == confluent_kafka.KafkaError.MSG_SIZE_TOO_LARGE


def test_old_segments_go_by_size(broker, admin):
    topic = make(admin, retention_bytes=1_200_000, segment_bytes=1 << 20, file_delete_delay_ms=0)
    send = Sender(broker, **{"message.max.bytes": 2_000_000})
    for _ in range(8):
        send(topic, None, "x" * 500_000)
    wait_until(lambda: watermarks(broker, topic) == (4, 8), 10, "the log has shrunk")
    assert [message.offset() for message in read(broker, topic)] == [4, 5, 6, 7]


def test_delete_records_lasts(tmp_path):
    nestbox = start(tmp_path)
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": nestbox.kafka})
    topic = make(admin)
    send = Sender(nestbox)
    for number in range(10):
        send(topic, None, f"{number}")
    (future,) = admin.delete_records([TopicPartition(topic, 0, 4)]).values()
    assert future.result(10).low_watermark == 4
    nestbox.kill()
    nestbox.start()
    assert watermarks(nestbox, topic) == (4, 10)
    assert [message.offset() for message in read(nestbox, topic)] == [4, 5, 6, 7, 8, 9]
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": nestbox.kafka})
    (future,) = admin.delete_records([TopicPartition(topic, 0, confluent_kafka.OFFSET_END)]).values()
    assert future.result(10).low_watermark == 10
    assert read(nestbox, topic) == []
    (future,) = admin.delete_records([TopicPartition(topic, 0, 11)]).values()
    with pytest.raises(confluent_kafka.KafkaException) as refusal:
        future.result(10)
    assert refusal.value.args[0].code() == confluent_kafka.KafkaError.OFFSET_OUT_OF_RANGE
    assert nestbox.stop() == 0


def test_log_append_time_is_the_brokers(broker, admin):
    topic = make(admin, message_timestamp_type="LogAppendTime")
    before = int(time.time() * 1000)
    sent = Sender(broker)(topic, None, "v", timestamp=5)
    kind, stamp = sent.timestamp()
    assert before <= stamp <= before + 10_000
    (message,) = read(broker, topic)
    assert message.timestamp() == (confluent_kafka.TIMESTAMP_LOG_APPEND_TIME, stamp)


def test_timestamps_out_of_their_bounds_are_refused(broker, admin):
    topic = make(admin, message_timestamp_before_max_ms=10_000, message_timestamp_after_max_ms=10_000)
    send, now = Sender(broker), int(time.time() * 1000)
    send(topic, None, "v", timestamp=now - 5000)
    for wrong in (now - 60_000, now + 60_000):
        with pytest.raises(confluent_kafka.KafkaException) as refusal:
            send(topic, None, "v", timestamp=wrong)
        assert refusal.value.args[0].code() == confluent_kafka.KafkaError.INVALID_TIMESTAMP


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd", "uncompressed"])
def test_compression_type_is_what_the_disk_has(broker, admin, codec):
    topic = make(admin, compression_type=codec)
    Sender(broker, **{"compression.type": "zstd" if codec != "zstd" else "gzip"})(topic, None, "x" * 1000)
    (path,) = (broker.directory / "data").rglob(f"{topic}-0/*.log")
    attributes = int.from_bytes(path.read_bytes()[21:23], "big")
    assert attributes & 7 == ["uncompressed", "gzip", "snappy", "lz4", "zstd"].index(codec)
    assert [message.value() for message in read(broker, topic)] == [b"x" * 1000]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_kill_during_compaction_loses_nothing_and_brings_nothing_back(tmp_path):
    arguments = ["--only", "kafka", "--data", str(tmp_path / "data"), "--kafka-port", str(free_port())]
    for line in [*QUICK, "log.cleaner.backoff.ms=5"]:
        arguments += ["--kafka-property", line]
    nestbox = Nestbox(tmp_path, arguments, any_port=False).start()
    topic = make(
        confluent_kafka.admin.AdminClient({"bootstrap.servers": nestbox.kafka}), cleanup_policy="compact", segment_ms=10,
        min_cleanable_dirty_ratio=0.01, delete_retention_ms=50, file_delete_delay_ms=20)
    producer = confluent_kafka.Producer({
        "bootstrap.servers": nestbox.kafka, "linger.ms": 1, "enable.idempotence": True, "batch.num.messages": 5,
        "reconnect.backoff.max.ms": 100})
    newest, errors, numbers = {}, [], random.Random(5)

    def delivered(error, message):
        if error is not None:
            errors.append(error)
        elif message.offset() >= newest.get(message.key(), (-1, None))[0]:
            newest[message.key()] = (message.offset(), message.value())

    for _ in range(3):
        end = time.monotonic() + numbers.uniform(0.2, 0.5)
        while time.monotonic() < end:
            value = None if numbers.random() < 0.2 else "x" * numbers.randint(0, 300)
            producer.produce(topic, key=f"k{numbers.randint(0, 20)}", value=value, on_delivery=delivered)
            producer.poll(0.002)
        nestbox.kill()
        nestbox.start()
    assert producer.flush(30) == 0 and not errors
    messages = read(nestbox, topic)
    assert all(first.offset() < second.offset() for first, second in zip(messages, messages[1:]))
    assert len(messages) < messages[-1].offset() / 2, "it was compacted"
    found = {message.key(): (message.offset(), message.value()) for message in messages}
    for key, (offset, value) in newest.items():
        assert found.get(key) == (offset, value) or value is None and key not in found
    assert nestbox.stop() == 0
