"""Consumer groups under members that come, go, stall and die, and under a broker that is killed; by the clients themselves."""

import signal
import socket
import subprocess
import sys
import threading
import time
import uuid

import confluent_kafka
import confluent_kafka.admin
import pytest

from nestbox_process import Nestbox, wait_until

CONFLUENT_MEMBER = """
import json, sys, confluent_kafka
settings = json.loads(sys.argv[1])
topic = sys.argv[2]
consumer = confluent_kafka.Consumer({"auto.offset.reset": "earliest", "session.timeout.ms": 6000,
    "heartbeat.interval.ms": 500, "enable.auto.commit": False, **settings})
def show(what):
    def shown(consumer, parts):
        print(what, *sorted(p.partition for p in parts), flush=True)
    return shown
def lost(consumer, parts):
    print("lost", *sorted(p.partition for p in parts), flush=True)
consumer.subscribe([topic], on_assign=show("assigned"), on_revoke=show("revoked"), on_lost=lost)
while True:
    message = consumer.poll(0.2)
    if message is None:
        continue
    if message.error():
        print("error", message.error().name(), message.error().fatal(), flush=True)
        continue
    print("message", message.partition(), message.offset(), flush=True)
    try:
        consumer.commit(message, asynchronous=False)
        print("committed", message.partition(), message.offset() + 1, flush=True)
    except confluent_kafka.KafkaException as refused:
        print("refused", refused.args[0].name(), flush=True)
"""

KAFKA_PYTHON_MEMBER = """
import json, sys, kafka
settings = json.loads(sys.argv[1])
topic = sys.argv[2]
class Show(kafka.ConsumerRebalanceListener):
    def on_partitions_assigned(self, parts):
        print("assigned", *sorted(p.partition for p in parts), flush=True)
    def on_partitions_revoked(self, parts):
        print("revoked", *sorted(p.partition for p in parts), flush=True)
consumer = kafka.KafkaConsumer(bootstrap_servers=settings["bootstrap.servers"], group_id=settings["group.id"],
    auto_offset_reset="earliest", session_timeout_ms=6000, heartbeat_interval_ms=500, enable_auto_commit=False)
consumer.subscribe([topic], listener=Show())
while True:
    for batch in consumer.poll(200).values():
        for record in batch:
            print("message", record.partition, record.offset, flush=True)
        consumer.commit()
"""


class Member:
    """A consumer in a process of its own, so that it can stall and die. It commits after every message."""

    def __init__(self, kafka, topic, program=CONFLUENT_MEMBER, **settings):
        import json
        settings = {key.replace("_", "."): value for key, value in settings.items()}
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, json.dumps({"bootstrap.servers": kafka, **settings}), topic],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.lines = []
        threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")), daemon=True).start()

    def seen(self, what):
        """What followed each line that begins with `what`."""
        return [line.split()[1:] for line in list(self.lines) if line.split()[:1] == [what]]

    @property
    def owned(self):
        """The partitions it has now, by eager and by incremental assignments alike."""
        owned = set()
        for line in list(self.lines):
            what, *partitions = line.split()
            if what == "assigned":
                owned |= {int(p) for p in partitions}
            elif what in ("revoked", "lost"):
                owned -= {int(p) for p in partitions}
        return sorted(owned)

    def signal(self, number):
        self.process.send_signal(number)

    def die(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Members(list):
    """The members of a test, which end with it."""

    def join(self, *arguments, **settings):
        self.append(Member(*arguments, **settings))
        return self[-1]

    def share(self, partitions, among, within=20):
        wait_until(lambda: all(m.owned for m in among) and sorted(p for m in among for p in m.owned) == list(range(partitions)),
                   within, f"{len(among)} members share {partitions} partitions")


@pytest.fixture(scope="module")
def emulators(tmp_path_factory):
    """Kafka alone, in memory, shared by the tests that make their own topics."""
    nestbox = Nestbox(tmp_path_factory.mktemp("kafka"), ["--only", "kafka", "--data", "memory"]).start()
    yield nestbox
    assert nestbox.stop() == 0, nestbox.output


@pytest.fixture
def members():
    members = Members()
    yield members
    for member in members:
        member.die()


def admin_client(kafka):
    return confluent_kafka.admin.AdminClient({"bootstrap.servers": kafka})


def make_topic(kafka, partitions=6):
    name = f"t-{uuid.uuid4().hex[:8]}"
    admin = admin_client(kafka)  # It must outlive the future.
    admin.create_topics([confluent_kafka.admin.NewTopic(name, partitions, 1)])[name].result(10)
    return name


@pytest.fixture
def topic(emulators):
    return make_topic(emulators.kafka)


def produce(kafka, topic, count, partitions=6):
    producer = confluent_kafka.Producer({"bootstrap.servers": kafka})
    for i in range(count):
        producer.produce(topic, value=str(i), partition=i % partitions)
    assert producer.flush(20) == 0


def committed(kafka, group, topic, partitions=6):
    wanted = [confluent_kafka.TopicPartition(topic, p) for p in range(partitions)]
    request = confluent_kafka.ConsumerGroupTopicPartitions(group, wanted)
    admin = admin_client(kafka)
    found = admin.list_consumer_group_offsets([request])[group].result(10)
    return [p.offset for p in found.topic_partitions]


@pytest.mark.parametrize("program", [CONFLUENT_MEMBER, KAFKA_PYTHON_MEMBER], ids=["confluent-kafka", "kafka-python"])
def test_members_share_and_the_survivor_takes_over_within_the_session_timeout(emulators, topic, members, program):
    group = f"g-{topic}"
    one = members.join(emulators.kafka, topic, program, group_id=group)
    wait_until(lambda: one.owned == list(range(6)), 20, "one member has all")
    two = members.join(emulators.kafka, topic, program, group_id=group)
    members.share(6, [one, two])
    two.die()
    began = time.monotonic()
    wait_until(lambda: one.owned == list(range(6)), 15, "the survivor has all")
    assert time.monotonic() - began < 10
    produce(emulators.kafka, topic, 60)
    wait_until(lambda: len(one.seen("message")) == 60, 15, "the survivor reads all")
    wait_until(lambda: committed(emulators.kafka, group, topic) == [10] * 6, 10, "everything is committed")


@pytest.mark.parametrize("assignor", ["range", "roundrobin", "cooperative-sticky"])
def test_every_assignor_shares_under_members_that_come_and_go(emulators, topic, members, assignor):
    settings = {"group_id": f"g-{topic}", "partition_assignment_strategy": assignor}
    one = members.join(emulators.kafka, topic, **settings)
    two = members.join(emulators.kafka, topic, **settings)
    three = members.join(emulators.kafka, topic, **settings)
    members.share(6, [one, two, three], within=30)
    three.signal(signal.SIGTERM)
    members.share(6, [one, two], within=20)
    four = members.join(emulators.kafka, topic, **settings)
    members.share(6, [one, two, four], within=30)


def test_a_cooperative_member_keeps_its_partitions_while_others_come(emulators, topic, members):
    settings = {"group_id": f"g-{topic}", "partition_assignment_strategy": "cooperative-sticky"}
    one = members.join(emulators.kafka, topic, **settings)
    wait_until(lambda: one.owned == list(range(6)), 20, "one member has all")
    two = members.join(emulators.kafka, topic, **settings)
    members.share(6, [one, two])
    given_up = [p for line in one.seen("revoked") for p in line]
    assert len(given_up) == 3, "only what the other gets is given up"


def test_members_without_a_common_assignor_are_refused(emulators, topic, members):
    group = f"g-{topic}"
    one = members.join(emulators.kafka, topic, group_id=group, partition_assignment_strategy="range")
    wait_until(lambda: one.owned == list(range(6)), 20, "one member has all")
    other = members.join(emulators.kafka, topic, group_id=group, partition_assignment_strategy="roundrobin")
    wait_until(lambda: any(error[0] == "INCONSISTENT_GROUP_PROTOCOL" for error in other.seen("error")), 15,
               "the other is told")
    assert one.owned == list(range(6))


def test_a_static_member_comes_back_to_its_partitions_without_a_rebalance(emulators, topic, members):
    group = f"g-{topic}"
    settings = {"group_id": group, "session_timeout_ms": 20_000}
    one = members.join(emulators.kafka, topic, group_instance_id="one", **settings)
    two = members.join(emulators.kafka, topic, group_instance_id="two", **settings)
    members.share(6, [one, two], within=30)
    had, rebalances = two.owned, len(one.seen("assigned"))
    two.die()
    back = members.join(emulators.kafka, topic, group_instance_id="two", **settings)
    wait_until(lambda: back.owned == had, 15, "the member that comes back has what it had")
    assert len(one.seen("assigned")) == rebalances, "the other was not disturbed"
    produce(emulators.kafka, topic, 12)
    wait_until(lambda: committed(emulators.kafka, group, topic) == [2] * 6, 15, "both go on")


def test_a_second_member_of_the_same_instance_fences_the_first(emulators, topic, members):
    settings = {"group_id": f"g-{topic}", "group_instance_id": "only"}
    one = members.join(emulators.kafka, topic, **settings)
    wait_until(lambda: one.owned == list(range(6)), 20, "one member has all")
    two = members.join(emulators.kafka, topic, **settings)
    wait_until(lambda: two.owned == list(range(6)), 20, "the second has all")
    wait_until(lambda: any(error[0] == "_FATAL" for error in one.seen("error")), 20, "the first is fenced")
    assert two.owned == list(range(6))


def test_a_stalled_member_loses_its_partitions_and_may_not_commit(emulators, topic, members):
    group = f"g-{topic}"
    one = members.join(emulators.kafka, topic, group_id=group)
    two = members.join(emulators.kafka, topic, group_id=group)
    members.share(6, [one, two], within=30)
    two.signal(signal.SIGSTOP)
    wait_until(lambda: one.owned == list(range(6)), 15, "the other has all")
    produce(emulators.kafka, topic, 60)
    wait_until(lambda: committed(emulators.kafka, group, topic) == [10] * 6, 15, "and reads all")
    two.signal(signal.SIGCONT)
    members.share(6, [one, two], within=30)
    assert committed(emulators.kafka, group, topic) == [10] * 6


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_group_survives_a_killed_broker(tmp_path, members):
    arguments = ["--only", "kafka", "--kafka-port", str(free_port())]
    broker = Nestbox(tmp_path, arguments, any_port=False).start()
    try:
        topic = make_topic(broker.kafka)
        group = f"g-{topic}"
        one = members.join(broker.kafka, topic, group_id=group, group_instance_id="one", session_timeout_ms=30_000)
        two = members.join(broker.kafka, topic, group_id=group, session_timeout_ms=30_000)
        members.share(6, [one, two], within=40)
        produce(broker.kafka, topic, 60)
        wait_until(lambda: committed(broker.kafka, group, topic) == [10] * 6, 20, "everything is committed")
        rebalances = len(one.seen("assigned")) + len(two.seen("assigned"))

        broker.kill()
        broker = Nestbox(tmp_path, arguments, any_port=False).start()
        assert committed(broker.kafka, group, topic) == [10] * 6
        produce(broker.kafka, topic, 60)
        wait_until(lambda: committed(broker.kafka, group, topic) == [20] * 6, 30, "the members go on")
        read = [tuple(m) for member in (one, two) for m in member.seen("message")]
        assert len(read) == len(set(read)) == 120, "nothing is read twice"
        assert len(one.seen("assigned")) + len(two.seen("assigned")) == rebalances, "the generation goes on"
    finally:
        broker.kill()


def test_no_acknowledged_offset_is_lost_when_the_broker_is_killed_again_and_again(tmp_path):
    arguments = ["--only", "kafka", "--kafka-port", str(free_port())]
    running = [Nestbox(tmp_path, arguments, any_port=False).start()]
    kafka, kills = running[0].kafka, 5
    topic = make_topic(kafka)
    done = threading.Event()

    def kill_again_and_again():
        for turn in range(kills):
            time.sleep(0.7 + 0.13 * turn)
            running[0].kill()
            running[0] = Nestbox(tmp_path, arguments, any_port=False).start()
        done.set()

    killer = threading.Thread(target=kill_again_and_again)
    acknowledged, sent = {}, {}
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": kafka, "group.id": "steady", "log_level": 0, "socket.timeout.ms": 3000,
        "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 100, "retry.backoff.ms": 20})
    try:
        killer.start()
        while not done.is_set():
            for partition in range(6):
                offset = sent[partition] = sent.get(partition, 0) + 1
                try:
                    consumer.commit(
                        offsets=[confluent_kafka.TopicPartition(topic, partition, offset)], asynchronous=False)
                    acknowledged[partition] = offset
                except confluent_kafka.KafkaException:
                    pass
        found = committed(kafka, "steady", topic)
        for partition, offset in acknowledged.items():
            assert offset <= found[partition] <= sent[partition], partition
    finally:
        killer.join()
        running[0].kill()
    assert sum(acknowledged.values()) > 100


def test_administrators_list_describe_change_and_delete_groups(emulators, topic, members):
    group, admin = f"g-{topic}", admin_client(emulators.kafka)
    member = members.join(emulators.kafka, topic, group_id=group, client_id="me")
    wait_until(lambda: member.owned == list(range(6)), 20, "the member has all")
    described = admin.describe_consumer_groups([group])[group].result(10)
    assert described.state == confluent_kafka.ConsumerGroupState.STABLE
    assert described.partition_assignor == "range"
    (shown,) = described.members
    assert shown.client_id == "me"
    assert sorted(p.partition for p in shown.assignment.topic_partitions) == list(range(6))
    listed = {g.group_id: g for g in admin.list_consumer_groups().result(10).valid}
    assert listed[group].state == confluent_kafka.ConsumerGroupState.STABLE

    place = confluent_kafka.ConsumerGroupTopicPartitions(group, [confluent_kafka.TopicPartition(topic, 0, 7)])
    (altered,) = admin.alter_consumer_group_offsets([place])[group].result(10).topic_partitions
    assert altered.error.code() == confluent_kafka.KafkaError.UNKNOWN_MEMBER_ID
    with pytest.raises(confluent_kafka.KafkaException) as refused:
        admin.delete_consumer_groups([group])[group].result(10)
    assert refused.value.args[0].code() == confluent_kafka.KafkaError.NON_EMPTY_GROUP

    member.die()
    wait_until(lambda: admin.describe_consumer_groups([group])[group].result(10).state
               == confluent_kafka.ConsumerGroupState.EMPTY, 15, "the group is empty")
    admin.alter_consumer_group_offsets([place])[group].result(10)
    assert committed(emulators.kafka, group, topic, 1) == [7]
    admin.delete_consumer_groups([group])[group].result(10)
    assert group not in {g.group_id for g in admin.list_consumer_groups().result(10).valid}
    assert committed(emulators.kafka, group, topic, 1) == [-1001]


def test_deleting_a_topic_deletes_what_groups_committed_for_it(emulators):
    topic, admin = make_topic(emulators.kafka, 1), admin_client(emulators.kafka)
    place = confluent_kafka.ConsumerGroupTopicPartitions(f"g-{topic}", [confluent_kafka.TopicPartition(topic, 0, 7)])
    admin.alter_consumer_group_offsets([place])[f"g-{topic}"].result(10)
    assert committed(emulators.kafka, f"g-{topic}", topic, 1) == [7]
    admin.delete_topics([topic])[topic].result(10)
    admin.create_topics([confluent_kafka.admin.NewTopic(topic, 1, 1)])[topic].result(10)
    assert committed(emulators.kafka, f"g-{topic}", topic, 1) == [-1001]
