"""Many connections, large items, many topics, readers that never read: bounded memory, and a second client that is answered within 50 ms; what waits for
time comes on time.

LOAD_FULL=1 does it in full size and counts every late answer (`make soak`); otherwise sizes are smaller, as is said at each.
"""

import bisect
import socket
import struct
import threading
import time

import confluent_kafka
import confluent_kafka.admin
import pytest

from aws_wire import Wire
from kafka_wire import frame, kafka_socket, read_exactly
from nestbox_process import Nestbox
from run_delay import RunDelay
from second_client import IS_FULL, Process, SecondClient, resident_mib

API_VERSIONS = frame(18, 0)
LIST_TABLES = (b"POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n"
               b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\n\r\n{}")


@pytest.fixture
def nestbox(tmp_path):
    nestbox = Nestbox(tmp_path, [
        "--only", "aws,kafka", "--data", "memory", "--kafka-property", "group.min.session.timeout.ms=100"]).start()
    yield nestbox
    # A thousand topics are thousands of files to remove, which some file systems take their time for.
    assert nestbox.stop(within=90) == 0, nestbox.output


def addresses(nestbox):
    return {"http": nestbox.aws_url.split("//")[1].rstrip("/"), "kafka": nestbox.kafka.split(",")[0]}


def make_topics(nestbox, names):
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": nestbox.kafka})
    for made in admin.create_topics([confluent_kafka.admin.NewTopic(name, 1, 1) for name in names]).values():
        made.result(30)


@pytest.mark.parametrize("kind, request_bytes", [("http", LIST_TABLES), ("kafka", API_VERSIONS)])
def test_thousands_of_idle_connections_and_hundreds_of_busy_ones_keep_nobody_waiting(nestbox, kind, request_bytes):
    # In the quick form half of the busy ones: the client needs a processor, and others use them too.
    idle, busy, seconds = 5000, 500 if IS_FULL else 250, 10 if IS_FULL else 2
    before = resident_mib(nestbox)
    load = Process("socket_load.py", addresses(nestbox)[kind], idle, busy, kind, request_bytes.hex())
    with SecondClient(nestbox, f"{idle} idle and {busy} busy connections, {kind}"):
        time.sleep(seconds)
        grown = resident_mib(nestbox) - before
    result = load.finish()
    print(f"\n{kind}: {result}, {grown:.0f} MiB more", end="")
    assert result["closed"] == 0 and result["answers"] > busy
    assert grown < 100


def pour(connection, data, seconds):
    """Sends until the server takes no more, or for so long; how much it took."""
    connection.setblocking(False)
    sent, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            sent += connection.send(data)
        except BlockingIOError:
            time.sleep(0.005)
        except OSError:
            break
    return sent


def test_readers_that_never_read_cost_bounded_memory(nestbox):
    wire = Wire(nestbox.aws_url)
    table = wire.table()
    wire.ok("PutItem", {"TableName": table, "Item": {"p": {"S": "a"}, "f": {"S": "x" * 399_000}}})
    make_topics(nestbox, ["unread"])
    producer = confluent_kafka.Producer({"bootstrap.servers": nestbox.kafka})
    for _ in range(8):
        producer.produce("unread", b"x" * 900_000)
    assert producer.flush(20) == 0
    body = b'{"TableName": "%s", "Key": {"p": {"S": "a"}}}' % table.encode()
    get = (b"POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\n"
           b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n" % len(body)) + body
    # Fetch 4: all that partition 0 has, from the beginning, at most 50 MB.
    fetch = frame(1, 4, struct.pack(">iiiib", -1, 0, 1, 50 << 20, 0) + struct.pack(">ih", 1, 6) + b"unread"
                  + struct.pack(">iiqi", 1, 0, 0, 50 << 20))
    host, port = addresses(nestbox)["http"].rsplit(":", 1)
    count = 100 if IS_FULL else 40
    before = resident_mib(nestbox)
    with SecondClient(nestbox, f"{count} readers on each port that never read"):
        connections = [(socket.create_connection((host, int(port))), 50 * get) for _ in range(count)]
        connections += [(kafka_socket(nestbox), 20 * fetch) for _ in range(count)]
        for connection, data in connections:
            pour(connection, data, 0.02)
        time.sleep(2 if IS_FULL else 0.5)
        grown = resident_mib(nestbox) - before
    for connection, _ in connections:
        connection.close()
    print(f"\n{count} readers on each port that never read: {grown:.0f} MiB more", end="")
    # An answer or two of 400 KB wait for each reader of items; of records only what the socket has not taken is read from the file.
    assert grown < 2.5 * count


@pytest.mark.parametrize("port", ["kafka", "http"])
def test_a_hundred_large_frames_at_once_share_one_budget(nestbox, port):
    """100 MiB is what a frame of Kafka may have, 16 MiB the body of a request of AWS."""
    size = 100 << 20 if port == "kafka" else 16 << 20
    head = struct.pack(">ihhih", size, 0, 3, 1, -1) if port == "kafka" else (
        LIST_TABLES.split(b"Content-Length")[0] + b"Content-Length: %d\r\n\r\n" % size)
    host, number = addresses(nestbox)[port].rsplit(":", 1)
    before, seconds = resident_mib(nestbox), 4 if IS_FULL else 1.5
    with SecondClient(nestbox, f"100 frames of {size >> 20} MiB on {port}"):
        connections = [socket.create_connection((host, int(number)), timeout=5) for _ in range(100)]
        for connection in connections:
            connection.sendall(head)
        announced = resident_mib(nestbox) - before
        deadline, poured = time.monotonic() + seconds, 0
        while time.monotonic() < deadline:
            for connection in connections:
                poured += pour(connection, bytes(1 << 18), 0.002)
        grown = resident_mib(nestbox) - before
    print(f"\n{port}: announced {announced:.0f} MiB more, {poured >> 20} MiB poured {grown:.0f} MiB more", end="")
    for connection in connections:
        connection.close()
    assert announced < 16
    # The budget of all, one frame over it, and what is copied while it grows.
    assert grown < 256 + 2 * (size >> 20) + 64


def test_a_thousand_topics_keep_nobody_waiting(nestbox):
    names = [f"many-{n}" for n in range(1000)]
    before = resident_mib(nestbox)
    with SecondClient(nestbox, "1,000 topics made and written"):
        for first in range(0, 1000, 50):
            make_topics(nestbox, names[first:first + 50])
        producer = confluent_kafka.Producer({"bootstrap.servers": nestbox.kafka, "linger.ms": 5})
        failures = []
        for name in names:
            producer.produce(name, b"x" * 100, on_delivery=lambda error, _: failures.append(error) if error else None)
        assert producer.flush(30) == 0 and not failures
        grown = resident_mib(nestbox) - before
    print(f"\n1,000 topics: {grown:.0f} MiB more", end="")
    assert grown < 100


def test_what_requests_took_of_memory_goes_back_when_they_have_ended(nestbox):
    wire = Wire(nestbox.aws_url)
    wire.ok("CreateTable", {
        "TableName": "read", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]})
    time.sleep(3)
    before = resident_mib(nestbox)
    for number in range(100):
        wire.ok("PutItem", {"TableName": "read", "Item": {"pk": {"S": f"{number}"}, "text": {"S": "x" * 390_000}}})
    for number in range(100):
        wire.ok("GetItem", {"TableName": "read", "Key": {"pk": {"S": f"{number}"}}})
    taken = resident_mib(nestbox) - before
    # A second without a request, and some time for a machine that does other things.
    deadline = time.monotonic() + 10
    while (kept := resident_mib(nestbox) - before) > 8 and time.monotonic() < deadline:
        time.sleep(0.1)
    print(f"\n39 MB written and read: {taken:.0f} MiB more, {kept:.0f} MiB after a rest", end="")
    assert taken > 20, "the test holds nothing: what it reads is not kept"
    assert kept <= 8


def test_items_of_400_kilobytes_keep_nobody_waiting(nestbox):
    wire = Wire(nestbox.aws_url)
    table = wire.table("p:S c:N")
    clients, seconds, failures = 8 if IS_FULL else 4, 6 if IS_FULL else 2, []
    stopping = threading.Event()
    counts = [0] * clients

    def work(number):
        own = Wire(nestbox.aws_url)
        try:
            while not stopping.is_set():
                key = {"p": {"S": f"p{number}"}, "c": {"N": str(counts[number] % 5)}}
                own.ok("PutItem", {"TableName": table, "Item": {**key, "f": {"S": "x" * 399_000}}})
                assert len(own.ok("GetItem", {"TableName": table, "Key": key})["Item"]["f"]["S"]) == 399_000
                own.ok("UpdateItem", {"TableName": table, "Key": key, "UpdateExpression": "SET g = :g",
                                      "ExpressionAttributeValues": {":g": {"N": "1"}}})
                own.ok("Query", {"TableName": table, "KeyConditionExpression": "p = :p",
                                 "ExpressionAttributeValues": {":p": key["p"]}})
                counts[number] += 1
        except Exception as failure:  # noqa: BLE001 - told below
            failures.append(failure)

    before = resident_mib(nestbox)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    with SecondClient(nestbox, f"{clients} clients with items of 400 KB"):
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        stopping.set()
        for thread in threads:
            thread.join(30)
        grown = resident_mib(nestbox) - before
    print(f"\n400 KB: {sum(counts)} rounds, {grown:.0f} MiB more", end="")
    assert not failures, failures[:1]
    # SQLite's cache and its log are part of it.
    assert sum(counts) > clients and grown < 250


# What waits for time

class Member:
    """A member of a group over one connection, by hand: JoinGroup 0 and SyncGroup 0, so that its last request is known to the millisecond."""

    def __init__(self, nestbox, group, session_ms):
        self.connection = kafka_socket(nestbox)
        self.connection.settimeout(20)
        self.group = struct.pack(">h", len(group)) + group.encode()
        protocol = struct.pack(">h", 8) + b"consumer"
        metadata = struct.pack(">hii", 0, 0, 0)
        answer = self.ask(11, self.group + struct.pack(">ih", session_ms, 0) + protocol + struct.pack(">ih", 1, 1) + b"r"
                          + struct.pack(">i", len(metadata)) + metadata)
        error, self.generation = struct.unpack(">hi", answer[:6])
        assert error == 0, error
        at = 6
        for _ in range(3):
            length, = struct.unpack(">h", answer[at:at + 2])
            self.id = answer[at:at + 2 + length]
            at += 2 + length
        # Protocol, leader, and last the member's own id.
        # The session's last beginning is somewhere between these two.
        self.asked = time.monotonic()
        answer = self.ask(14, self.group + struct.pack(">i", self.generation) + self.id + struct.pack(">i", 1) + self.id
                          + struct.pack(">i", 0))
        assert struct.unpack(">h", answer[:2])[0] == 0
        self.answered = time.monotonic()

    def ask(self, key, body):
        self.connection.sendall(frame(key, 0, body))
        size, = struct.unpack(">i", read_exactly(self.connection, 4))
        return read_exactly(self.connection, size)[4:]


def members_of(connection, group):
    """How many members the group has (DescribeGroups 0)."""
    connection.sendall(frame(15, 0, struct.pack(">ih", 1, len(group)) + group.encode()))
    size, = struct.unpack(">i", read_exactly(connection, 4))
    answer = read_exactly(connection, size)[4:]
    at = 6
    for _ in range(4):
        at += 2 + max(0, struct.unpack(">h", answer[at:at + 2])[0])
    return struct.unpack(">i", answer[at:at + 4])[0]


class Delays(threading.Thread):
    """What nestbox's broker and this process have waited for a processor, again and again, so that it can be told for any while."""

    def __init__(self, nestbox):
        super().__init__(daemon=True)
        self.delay, self.stopping = RunDelay(nestbox.process.pid, ["broker"]), threading.Event()
        self.times, self.seconds = [time.monotonic()], [self.delay.seconds()]

    def run(self):
        own = 0.0
        while not self.stopping.is_set():
            time.sleep(0.002)
            before = time.monotonic()
            self.times.append(before)
            # A thread that sleeps and is late waits for what this process waits for, its interpreter's lock too.
            own += max(0.0, before - self.times[-2] - 0.004)
            self.seconds.append(self.delay.seconds() + own)

    def between(self, start, end):
        """Seconds in the while, and in the samples on both sides of it."""
        first = max(0, bisect.bisect_left(self.times, start) - 1)
        last = min(len(self.times) - 1, bisect.bisect_right(self.times, end))
        return self.seconds[last] - self.seconds[first]


def check_on_time(what, waits, delays):
    """Within 50 ms, less what was waited for a processor. `waits`: (not before, not after, seen). In the quick form one in ten may be late."""
    assert all(seen > first - 0.01 for first, _, seen in waits), f"{what}: too early"
    late = sorted(round((seen - last - delays.between(last, seen)) * 1000, 1) for _, last, seen in waits)
    print(f"\n{what}: late by {late} ms", end="")
    assert sum(ms > 50 for ms in late) <= (0 if IS_FULL else len(late) // 10), f"{what}: late by {late} ms"


def test_long_polls_and_sessions_end_on_time_under_load(nestbox):
    make_topics(nestbox, ["empty"])
    members_of(kafka_socket(nestbox), "warm")
    load = Process("socket_load.py", addresses(nestbox)["kafka"], 100, 20, "kafka", API_VERSIONS.hex())
    polls, sessions, delays = [], [], Delays(nestbox)
    delays.start()

    def poll():
        connection = kafka_socket(nestbox)
        connection.settimeout(20)
        request = frame(1, 4, struct.pack(">iiiib", -1, 500, 1, 1 << 20, 0) + struct.pack(">ih", 1, 5) + b"empty"
                        + struct.pack(">iiqi", 1, 0, 0, 1 << 20))
        for _ in range(10 if IS_FULL else 4):
            began = time.monotonic()
            connection.sendall(request)
            size, = struct.unpack(">i", read_exactly(connection, 4))
            read_exactly(connection, size)
            now = time.monotonic()
            polls.append((began + 0.5, began + 0.5, now))

    def session(number):
        looking = kafka_socket(nestbox)
        for round_number in range(6 if IS_FULL else 2):
            group = f"g-{number}-{round_number}"
            member = Member(nestbox, group, 700)
            while members_of(looking, group) == 1:
                assert time.monotonic() - member.answered < 10, "the session does not end"
                time.sleep(0.002)
            sessions.append((member.asked + 0.7, member.answered + 0.7, time.monotonic()))

    threads = [threading.Thread(target=poll) for _ in range(5)]
    threads += [threading.Thread(target=session, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    load.finish()
    delays.stopping.set()
    assert len(polls) == 5 * (10 if IS_FULL else 4) and len(sessions) == 3 * (6 if IS_FULL else 2)
    check_on_time("long polls of 500 ms", polls, delays)
    check_on_time("sessions of 700 ms", sessions, delays)
