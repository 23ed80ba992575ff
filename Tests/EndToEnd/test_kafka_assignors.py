"""Producers with every codec and acks and over cut connections, seeks by time, and groups with every assignor under members that come, go and
stall: by confluent-kafka, kafka-python and aiokafka."""

import asyncio
import concurrent.futures
import json
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import uuid

import aiokafka
import confluent_kafka
import confluent_kafka.admin
import kafka
import pytest

from nestbox_process import Nestbox, wait_until

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
CLIENTS = ["confluent-kafka", "kafka-python", "aiokafka"]


@pytest.fixture(scope="module")
def emulators(tmp_path_factory):
    """Kafka alone, in memory, with short sessions, so that who stalls is soon given up."""
    nestbox = Nestbox(tmp_path_factory.mktemp("kafka"), [
        "--only", "kafka", "--data", "memory", "--kafka-property", "group.min.session.timeout.ms=1000"]).start()
    yield nestbox
    assert nestbox.stop() == 0, nestbox.output


def make_topic(broker, partitions):
    name = f"t-{uuid.uuid4().hex[:8]}"
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": broker})  # It must outlive the future.
    admin.create_topics([confluent_kafka.admin.NewTopic(name, partitions, 1)])[name].result(10)
    return name


def records(broker, topic, partition, count, within=15):
    """The first `count` values of a partition in order, and whatever has come behind them by then."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker, "group.id": "reader", "enable.auto.commit": False})
    consumer.assign([confluent_kafka.TopicPartition(topic, partition, 0)])
    values, deadline = [], time.monotonic() + within
    while len(values) < count and time.monotonic() < deadline:
        values += [m.value() for m in consumer.consume(10_000, 0.1) if not m.error()]
    values += [m.value() for m in consumer.consume(10_000, 0.05) if not m.error()]
    consumer.close()
    return values


# Producers


def send_by_confluent_kafka(broker, topic, partition, values, pace=0.0, **settings):
    errors = []
    producer = confluent_kafka.Producer({
        "bootstrap.servers": broker, "compression.type": settings["codec"], "acks": settings["acks"], "linger.ms": 5,
        "enable.idempotence": settings.get("idempotent", False), "reconnect.backoff.ms": 10,
        "reconnect.backoff.max.ms": 50, "retry.backoff.ms": 10, "retry.backoff.max.ms": 20, "log_level": 0})
    for value in values:
        producer.produce(topic, value, partition=partition, on_delivery=lambda error, _: error and errors.append(error))
        producer.poll(pace)
    assert producer.flush(30) == 0
    assert not errors


def send_by_kafka_python(broker, topic, partition, values, pace=0.0, **settings):
    codec = settings["codec"]
    producer = kafka.KafkaProducer(
        bootstrap_servers=broker, compression_type=None if codec == "none" else codec, acks=settings["acks"], linger_ms=5,
        enable_idempotence=settings.get("idempotent", False), reconnect_backoff_ms=10, reconnect_backoff_max_ms=50,
        retry_backoff_ms=10)
    sent = []
    for value in values:
        sent.append(producer.send(topic, value, partition=partition))
        time.sleep(pace)
    producer.flush(30)
    for each in sent:
        each.get(30)
    producer.close()


def send_by_aiokafka(broker, topic, partition, values, pace=0.0, **settings):
    codec = settings["codec"]

    async def send():
        producer = aiokafka.AIOKafkaProducer(
            bootstrap_servers=broker, compression_type=None if codec == "none" else codec, acks=settings["acks"], linger_ms=5,
            enable_idempotence=settings.get("idempotent", False), retry_backoff_ms=10)
        await producer.start()
        try:
            sent = []
            for value in values:
                sent.append(await producer.send(topic, value, partition=partition))
                await asyncio.sleep(pace)
            await asyncio.wait_for(asyncio.gather(*sent), 30)
        finally:
            await producer.stop()

    asyncio.run(send())


SEND = {"confluent-kafka": send_by_confluent_kafka, "kafka-python": send_by_kafka_python, "aiokafka": send_by_aiokafka}


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("client", CLIENTS)
def test_every_codec_with_every_acks(emulators, client, codec):
    topic = make_topic(emulators.kafka, 3)
    for partition, acks in enumerate([0, 1, "all"]):
        values = [b"%d %d " % (partition, number) * 20 for number in range(50)]
        SEND[client](emulators.kafka, topic, partition, values, codec=codec, acks=acks)
        assert records(emulators.kafka, topic, partition, 50) == values, acks


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class CuttingProxy:
    """Passes bytes between clients and the broker until it is told to cut all connections, as a network does."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.target, self.pairs, self.cuts = None, [], 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                broker = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self.pairs.append((client, broker))
            for source, drain in [(client, broker), (broker, client)]:
                threading.Thread(target=self.pump, args=(source, drain), daemon=True).start()

    def pump(self, source, drain):
        try:
            while data := source.recv(16_384):
                drain.sendall(data)
        except OSError:
            pass
        for end in (source, drain):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        """Whatever is under way is lost, in both directions."""
        pairs, self.pairs = self.pairs, []
        self.cuts += bool(pairs)
        for pair in pairs:
            for end in pair:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                end.close()

    def close(self):
        self.cut()
        self.listener.close()


@pytest.mark.parametrize("client", CLIENTS)
def test_an_idempotent_producer_over_cut_connections_writes_everything_once_and_in_order(tmp_path, client):
    proxy = CuttingProxy()
    proxy.target, proxied = free_port(), f"127.0.0.1:{proxy.port}"
    broker = Nestbox(tmp_path, [
        "--only", "kafka", "--data", "memory", "--kafka-property", f"listeners=PLAINTEXT://127.0.0.1:{proxy.target}",
        "--kafka-property", f"advertised.listeners=PLAINTEXT://{proxied}"], any_port=False).start()
    done = threading.Event()

    def cut_again_and_again():
        # Not for ever: on a busy machine a client may never come as far as its first record between two cuts.
        while proxy.cuts < 8 and not done.wait(0.15):
            proxy.cut()

    try:
        topic = make_topic(proxied, 1)
        values = [b"%06d" % number for number in range(600)]
        threading.Thread(target=cut_again_and_again, daemon=True).start()
        SEND[client](proxied, topic, 0, values, pace=0.002, codec="none", acks="all", idempotent=True)
        done.set()
        assert proxy.cuts >= 3
        assert records(proxied, topic, 0, len(values)) == values
    finally:
        done.set()
        broker.kill()
        proxy.close()


# Seeks by time


@pytest.mark.parametrize("client", CLIENTS)
def test_a_seek_by_time_finds_the_first_record_that_is_not_earlier(emulators, client):
    topic = make_topic(emulators.kafka, 1)
    start = int(time.time() * 1000) - 100_000
    producer = confluent_kafka.Producer({"bootstrap.servers": emulators.kafka})
    for number in range(100):
        producer.produce(topic, b"%d" % number, partition=0, timestamp=start + number * 1000)
    producer.flush(10)
    times = [0, start, start + 1, start + 41_500, start + 99_000, start + 99_001]

    if client == "confluent-kafka":
        consumer = confluent_kafka.Consumer({"bootstrap.servers": emulators.kafka, "group.id": "by-time"})
        found = [consumer.offsets_for_times([confluent_kafka.TopicPartition(topic, 0, t)], timeout=10)[0].offset for t in times]
        found = [None if offset == confluent_kafka.OFFSET_END else offset for offset in found]
        consumer.assign([confluent_kafka.TopicPartition(topic, 0, found[3])])
        value = consumer.consume(1, 10)[0].value()
        consumer.close()
    elif client == "kafka-python":
        consumer, partition = kafka.KafkaConsumer(bootstrap_servers=emulators.kafka), kafka.TopicPartition(topic, 0)
        answers = [consumer.offsets_for_times({partition: t})[partition] for t in times]
        found = [answer and answer.offset for answer in answers]
        consumer.assign([partition])
        consumer.seek(partition, found[3])
        value = next(iter(consumer.poll(10_000, max_records=1).values()))[0].value
        consumer.close()
    else:
        async def seek():
            consumer, partition = aiokafka.AIOKafkaConsumer(bootstrap_servers=emulators.kafka), aiokafka.TopicPartition(topic, 0)
            await consumer.start()
            try:
                answers = [(await consumer.offsets_for_times({partition: t}))[partition] for t in times]
                found = [answer and answer.offset for answer in answers]
                consumer.assign([partition])
                consumer.seek(partition, found[3])
                return found, (await asyncio.wait_for(consumer.getone(), 10)).value
            finally:
                await consumer.stop()

        found, value = asyncio.run(seek())
    assert found == [0, 0, 1, 42, 99, None]
    assert value == b"42"


# Groups: a member says what it owns when that changes and what it reads, and commits after every look.

CONFLUENT_KAFKA_MEMBER = """
import json, signal, sys, confluent_kafka
broker, topic, group, assignor = sys.argv[1:]
leaving = []
signal.signal(signal.SIGTERM, lambda *_: leaving.append(True))
consumer = confluent_kafka.Consumer({"bootstrap.servers": broker, "group.id": group, "auto.offset.reset": "earliest",
    "session.timeout.ms": 1500, "heartbeat.interval.ms": 200, "enable.auto.commit": False,
    "partition.assignment.strategy": assignor})
consumer.subscribe([topic])
owned = None
while not leaving:
    for message in consumer.consume(100, 0.05):
        if not message.error():
            print("message", message.partition(), message.offset(), flush=True)
    owns = sorted(p.partition for p in consumer.assignment())
    if owns != owned:
        print("owns", *owns, flush=True)
        owned = owns
    try:
        consumer.commit(asynchronous=False)
    except confluent_kafka.KafkaException:
        pass
consumer.close()
print("left", flush=True)
"""

KAFKA_PYTHON_MEMBER = """
import signal, sys, kafka, kafka.errors
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
broker, topic, group, assignor = sys.argv[1:]
leaving = []
signal.signal(signal.SIGTERM, lambda *_: leaving.append(True))
assignors = {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor, "sticky": StickyPartitionAssignor,
    "cooperative-sticky": CooperativeStickyAssignor}
consumer = kafka.KafkaConsumer(bootstrap_servers=broker, group_id=group, auto_offset_reset="earliest",
    session_timeout_ms=1500, heartbeat_interval_ms=200, enable_auto_commit=False,
    partition_assignment_strategy=[assignors[assignor]])
# A leader that has no metadata yet when it assigns gives nobody anything, and may not look again for minutes.
while not consumer.partitions_for_topic(topic):
    pass
consumer.subscribe([topic])
owned = None
while not leaving:
    # A poll that times out while it joins (3.0.12) may never finish joining: this one is longer than that takes.
    for batch in consumer.poll(1500).values():
        for record in batch:
            print("message", record.partition, record.offset, flush=True)
    owns = sorted(p.partition for p in consumer.assignment())
    if owns != owned:
        print("owns", *owns, flush=True)
        owned = owns
    try:
        consumer.commit()
    except kafka.errors.KafkaError:
        pass
consumer.close()
print("left", flush=True)
"""

AIOKAFKA_MEMBER = """
import asyncio, logging, signal, sys, aiokafka, aiokafka.errors
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
broker, topic, group, assignor = sys.argv[1:]
assignors = {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor, "sticky": StickyPartitionAssignor}
async def main():
    leaving = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leaving.set)
    consumer = aiokafka.AIOKafkaConsumer(topic, bootstrap_servers=broker, group_id=group, auto_offset_reset="earliest",
        session_timeout_ms=1500, heartbeat_interval_ms=200, enable_auto_commit=False, retry_backoff_ms=50,
        partition_assignment_strategy=(assignors[assignor],))
    await consumer.start()
    owned = None
    while not leaving.is_set():
        for batch in (await consumer.getmany(timeout_ms=50)).values():
            for record in batch:
                print("message", record.partition, record.offset, flush=True)
        owns = sorted(p.partition for p in consumer.assignment())
        if owns != owned:
            print("owns", *owns, flush=True)
            owned = owns
        try:
            await consumer.commit()
        except aiokafka.errors.KafkaError:
            pass
    await consumer.stop()
    print("left", flush=True)
asyncio.run(main())
"""

PROGRAMS = {"confluent-kafka": CONFLUENT_KAFKA_MEMBER, "kafka-python": KAFKA_PYTHON_MEMBER, "aiokafka": AIOKAFKA_MEMBER}
PARTITIONS = 6


class Member:
    """A consumer in a process of its own, so that it can stall and die."""

    def __init__(self, client, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAMS[client], *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.lines = []
        threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")), daemon=True).start()

    def seen(self, what):
        return [tuple(map(int, line.split()[1:])) for line in list(self.lines) if line.split()[:1] == [what]]

    @property
    def owned(self):
        return (self.seen("owns") or [()])[-1]

    def die(self):
        self.process.kill()
        self.process.wait()


def committed(broker, group, topic):
    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker, "group.id": group})
    found = consumer.committed([confluent_kafka.TopicPartition(topic, p) for p in range(PARTITIONS)], timeout=10)
    consumer.close()
    return [max(partition.offset, 0) for partition in found]


def live_through(broker, clients, assignor):
    """A group whose members come, leave, stall longer than their session, come back and die; `clients` names each member's."""
    topic = make_topic(broker, PARTITIONS)
    group = f"g-{topic}"
    members = []

    def join(client):
        members.append(Member(client, broker, topic, group, assignor))
        return members[-1]

    def share(among, what):
        wait_until(lambda: all(m.owned for m in among)
                   and sorted(p for m in among for p in m.owned) == list(range(PARTITIONS)), 30, f"{assignor} {clients}: {what}")

    def read_all(per_partition, what):
        wait_until(lambda: committed(broker, group, topic) == [per_partition] * PARTITIONS, 20, f"{assignor} {clients}: {what}")

    def produce():
        producer = confluent_kafka.Producer({"bootstrap.servers": broker})
        for number in range(10 * PARTITIONS):
            producer.produce(topic, b"%d" % number, partition=number % PARTITIONS)
        assert producer.flush(10) == 0

    try:
        one, two = join(clients[0]), join(clients[1])
        share([one, two], "two share")
        three = join(clients[2])
        share([one, two, three], "three share")
        produce()
        read_all(10, "three read all")
        two.process.send_signal(signal.SIGTERM)
        share([one, three], "the others take what one leaves")
        three.process.send_signal(signal.SIGSTOP)
        share([one], "the survivor takes what a stalled one had")
        produce()
        read_all(20, "the survivor reads all")
        three.process.send_signal(signal.SIGCONT)
        share([one, three], "the one that had stalled comes back")
        three.die()
        share([one], "the survivor takes what a dead one had")
        produce()
        read_all(30, "and reads all")
        produced = {(partition, offset) for partition in range(PARTITIONS) for offset in range(30)}
        wait_until(lambda: {message for member in members for message in member.seen("message")} == produced, 5,
                   f"{assignor} {clients}: nothing is left out")
        assert two.lines[-1] == "left\n"
    finally:
        for member in members:
            member.die()


LIVES = {
    **{f"{client}-{assignor}": ([client] * 3, assignor) for client, assignors in {
        "confluent-kafka": ["range", "roundrobin", "cooperative-sticky"],
        "kafka-python": ["range", "roundrobin", "sticky", "cooperative-sticky"],
        "aiokafka": ["range", "roundrobin", "sticky"]}.items() for assignor in assignors},
    "all-range": (CLIENTS, "range"),
    "all-roundrobin": (CLIENTS, "roundrobin"),
}


@pytest.fixture(scope="module")
def lives(emulators, request):
    """What comes of the selected lives, which are mostly waiting, and so are lived side by side."""
    selected = [item.callspec.params["life"] for item in request.session.items
                if item.originalname == "test_members_that_come_go_and_stall_share_all_partitions"]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        yield {life: pool.submit(live_through, emulators.kafka, *LIVES[life]) for life in selected}


@pytest.mark.parametrize("life", LIVES)
def test_members_that_come_go_and_stall_share_all_partitions(lives, life):
    lives[life].result()
