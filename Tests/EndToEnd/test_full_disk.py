"""A disk that fills up while tables and topics are written: the real systems' errors, nothing of what was refused is there, and the work goes on once
there is room.

FULL_DISK_SEED and FULL_DISK_ROUNDS set the seed and how often each disk is filled (`make soak` does it ten times).
"""

import os
import pathlib
import random
import time

import confluent_kafka
import confluent_kafka.admin
import pytest
from confluent_kafka import KafkaError

import test_crash
from conftest import dynamodb_client
from crash_journal import check_index, check_items
from kafka_wire import batch, produce
from nestbox_process import Nestbox
from small_disk import SmallDisk
from test_dynamodb_clients import ORDERS

SEED = int(os.environ.get("FULL_DISK_SEED") or 1)
ROUNDS = int(os.environ.get("FULL_DISK_ROUNDS") or 1)
WRITERS = 4


@pytest.fixture
def disk(tmp_path):
    disk = SmallDisk(tmp_path / "disk", 64)
    yield disk
    disk.close()


def start(disk, tmp_path, only):
    return Nestbox(tmp_path, ["--only", only, "--data", str(disk.path / "data")], command=disk.command).start()


class Writer(test_crash.ItemWriter):
    """Goes on when a write is refused, and keeps what it was told."""
    # Much, so that the log of SQLite needs more room all the time.
    filling = 30_000

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.errors = []

    def goes_on(self, error, writes):
        self.errors.append((error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]))
        for key, value in writes:
            self.registers[key].refuse(value)
        time.sleep(0.002)
        return True


def write(nestbox, registers, name, writes, then=None, refusals=0):
    """Writers at work until so many writes are acknowledged, then what is to come, and on until so many are refused. How many were acknowledged, and
    the errors."""
    writers = [Writer(nestbox, n, registers, random.Random(f"{SEED}-{name}-{n}")) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    until(lambda: sum(writer.acknowledged for writer in writers) >= writes, f"{writes} writes")
    if then:
        then()
        until(lambda: sum(len(writer.errors) for writer in writers) >= refusals, f"{refusals} refusals")
    for writer in writers:
        writer.stopping = True
    for writer in writers:
        writer.join(30)
        assert not writer.is_alive(), "a client hangs"
    return sum(writer.acknowledged for writer in writers), [error for writer in writers for error in writer.errors]


def until(condition, what, seconds=60):
    """Waits for it."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"seed {SEED}: {what} have not come within {seconds} s"
        time.sleep(0.005)


def rest(disk):
    """Waits until nestbox, at rest, has cut its log back, so that it has no room there for what comes."""
    log = pathlib.Path(f"/proc/{disk.holder.pid}/root{disk.path}/data/dynamodb/tables.sqlite-wal")
    until(lambda: log.stat().st_size == 0, "bytes fewer in the log")


def check(nestbox, registers, what):
    """Table and index are what was acknowledged."""
    client = dynamodb_client(nestbox)
    table, index = test_crash.read_items(client), test_crash.read_items(client, IndexName="GSI1")
    complaints = check_items(registers, table)
    complaints += check_index(table, lambda value: value if value[1] is not None else None, index)
    assert not complaints, f"seed {SEED}, {what}: " + "\n".join(complaints[:20])
    for key, register in registers.items():
        register.settle(table.get(key))


def test_a_write_that_finds_no_room_is_an_internal_server_error_and_leaves_nothing(tmp_path, disk):
    nestbox, registers, refused = start(disk, tmp_path, "aws"), {}, 0
    dynamodb_client(nestbox).create_table(TableName=test_crash.TABLE, **ORDERS)
    for number in range(ROUNDS):
        _, errors = write(nestbox, registers, f"{number}-filling", 100, then=disk.fill, refusals=50)
        assert set(errors) == {("InternalServerError", 500)}, f"round {number}: {set(errors)}"
        refused += len(errors)
        check(nestbox, registers, f"round {number}, while the disk is full")
        disk.free()
        _, errors = write(nestbox, registers, f"{number}-room", 100)
        assert not errors, f"round {number}: with room again {errors[:3]}"
        check(nestbox, registers, f"round {number}, with room again")
        # Ended while the disk is full, and started again with room.
        write(nestbox, registers, f"{number}-killed", 100, then=lambda: (disk.fill(), time.sleep(0.2), nestbox.kill()))
        disk.free()
        nestbox.start()
        check(nestbox, registers, f"round {number}, after the end on a full disk")
        rest(disk)
    assert nestbox.stop() == 0, nestbox.output
    print(f"seed {SEED}: {ROUNDS} full disks, {refused} writes refused")


def test_tables_can_be_read_by_a_nestbox_that_starts_on_a_full_disk(tmp_path, disk):
    nestbox, registers = start(disk, tmp_path, "aws"), {}
    dynamodb_client(nestbox).create_table(TableName=test_crash.TABLE, **ORDERS)
    write(nestbox, registers, "before", 100)
    nestbox.kill()
    disk.fill()
    nestbox.start()
    check(nestbox, registers, "started on a full disk")
    disk.free()
    _, errors = write(nestbox, registers, "room", 100)
    assert not errors
    check(nestbox, registers, "with room")
    assert nestbox.stop() == 0, nestbox.output


# Kafka. A broker of Kafka whose only log directory fails answers KAFKA_STORAGE_ERROR, and NOT_COORDINATOR for a group's offsets.

TOPIC, GROUP = "full", "full-readers"
STORAGE_ERROR = 56


def values_of(nestbox, topic):
    """What the topic's partition has, in its order, and its offsets."""
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": nestbox.kafka, "group.id": "none", "enable.auto.commit": False, "log_level": 0})
    end = consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, 0), timeout=10)[1]
    consumer.assign([confluent_kafka.TopicPartition(topic, 0, 0)])
    found, deadline = [], time.monotonic() + 30
    while len(found) < end and time.monotonic() < deadline:
        for message in consumer.consume(1000, 0.2):
            assert not message.error(), message.error()
            found.append((message.offset(), message.value()))
    consumer.close()
    return found


def commit(consumer, offset):
    try:
        consumer.commit(offsets=[confluent_kafka.TopicPartition(TOPIC, 0, offset)], asynchronous=False)
        return None
    except confluent_kafka.KafkaException as error:
        return error.args[0].code()


def create_until_refused(nestbox, prefix):
    """Makes topics on a full disk until one is refused: the last page of a file has room for some. Those made, and the one refused."""
    admin, made = confluent_kafka.admin.AdminClient({"bootstrap.servers": nestbox.kafka}), []
    for number in range(300):
        name = f"{prefix}-{number}"
        try:
            admin.create_topics([confluent_kafka.admin.NewTopic(name, 1, 1)])[name].result(10)
        except confluent_kafka.KafkaException as error:
            assert error.args[0].code() == STORAGE_ERROR, error
            return made, name
        made.append(name)
    raise AssertionError("topics are made on a disk without room")


def test_a_record_that_finds_no_room_is_a_storage_error_and_is_not_in_the_log(tmp_path, disk):
    nestbox = start(disk, tmp_path, "kafka")
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": nestbox.kafka})
    admin.create_topics([confluent_kafka.admin.NewTopic(TOPIC, 1, 1)])[TOPIC].result(10)
    source, acknowledged, refused, committed, number = random.Random(SEED), [], 0, None, 0

    def send(count):
        """Batches of one to three records; what was said to each. Where one finds no room, no longer one finds any after it."""
        nonlocal number, acknowledged, refused
        codes, shortest_refused = [], None
        for _ in range(count):
            values = [f"{number + i}-".encode() + bytes(source.randrange(6000)) for i in range(source.choice([1, 1, 3]))]
            number += len(values)
            sent = batch(values)
            codes.append(produce(nestbox, TOPIC, sent))
            if codes[-1] == 0:
                assert shortest_refused is None or len(sent) < shortest_refused, (codes, len(sent), shortest_refused)
                acknowledged += values
            else:
                refused += 1
                shortest_refused = min(len(sent), shortest_refused or len(sent))
        return codes

    def verify(what):
        found = values_of(nestbox, TOPIC)
        assert [offset for offset, _ in found] == list(range(len(found))), what
        assert [value for _, value in found] == acknowledged, f"seed {SEED}, {what}: {len(found)} there, {len(acknowledged)} acknowledged"

    for round_number in range(ROUNDS):
        consumer = confluent_kafka.Consumer({
            "bootstrap.servers": nestbox.kafka, "group.id": GROUP, "enable.auto.commit": False, "log_level": 0})
        assert set(send(20)) == {0}
        assert commit(consumer, len(acknowledged)) is None
        committed = len(acknowledged)
        disk.fill(leaving=source.randrange(0, 40_000))
        codes = send(40)
        # A short batch may still find room where a longer one did not.
        assert set(codes) <= {0, STORAGE_ERROR} and codes.count(STORAGE_ERROR) >= 10, f"round {round_number}: {codes}"
        verify(f"round {round_number}, while the disk is full")
        made, refused_topic = create_until_refused(nestbox, f"topic-{round_number}")
        disk.free()
        assert set(send(20)) == {0}, "with room again"
        assert commit(consumer, len(acknowledged)) is None
        committed = len(acknowledged)
        verify(f"round {round_number}, with room again")
        consumer.close()
        # Ended while the disk is full, and started again with room.
        disk.fill(leaving=source.randrange(0, 40_000))
        send(20)
        nestbox.kill()
        disk.free()
        nestbox.start()
        verify(f"round {round_number}, after the end on a full disk")
        reader = confluent_kafka.Consumer({"bootstrap.servers": nestbox.kafka, "group.id": GROUP, "log_level": 0})
        assert reader.committed([confluent_kafka.TopicPartition(TOPIC, 0)], timeout=10)[0].offset == committed
        topics = set(reader.list_topics(timeout=10).topics)
        assert set(made) <= topics and refused_topic not in topics
        reader.close()
    assert nestbox.stop() == 0, nestbox.output
    print(f"seed {SEED}: {ROUNDS} full disks, {refused} batches refused, {len(acknowledged)} records stored")


def test_a_commit_that_finds_no_room_is_refused_and_the_offset_stays(tmp_path, disk):
    nestbox = start(disk, tmp_path, "kafka")
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": nestbox.kafka})
    admin.create_topics([confluent_kafka.admin.NewTopic(TOPIC, 1, 1)])[TOPIC].result(10)
    assert produce(nestbox, TOPIC, batch([b"x"] * 3000)) == 0
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": nestbox.kafka, "group.id": GROUP, "enable.auto.commit": False, "log_level": 0})
    assert commit(consumer, 1) is None
    disk.fill()
    # The file's last page has room for some.
    last, code = 1, None
    for offset in range(2, 200):
        code = commit(consumer, offset)
        if code is not None:
            break
        last = offset
    assert code in (KafkaError.NOT_COORDINATOR, KafkaError._TIMED_OUT, KafkaError.REQUEST_TIMED_OUT), code
    assert consumer.committed([confluent_kafka.TopicPartition(TOPIC, 0)], timeout=10)[0].offset == last
    disk.free()
    assert commit(consumer, 2500) is None
    assert consumer.committed([confluent_kafka.TopicPartition(TOPIC, 0)], timeout=10)[0].offset == 2500
    consumer.close()
    assert nestbox.stop() == 0, nestbox.output
