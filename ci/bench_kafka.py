"""The broker's part of `make bench`: see ci/bench, whose tools it uses."""
import os
import pathlib
import re
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

from __main__ import BIN, LOAD_CORE, Server, build, file, free_port, options, pinned, resident_bytes, verdict

BATCH_RECORDS, RECORD_BYTES = 64, 1024
CREATE_TOPICS, PRODUCE, FETCH, LIST_OFFSETS, METADATA, JOIN_GROUP, SYNC_GROUP, OFFSET_COMMIT = 19, 0, 1, 2, 3, 11, 14, 8


# Frames, in versions without flexible fields

def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def array(items):
    return struct.pack(">i", len(items)) + b"".join(items)


def frame(key, version, body, correlation=1):
    head = struct.pack(">hhi", key, version, correlation) + text("bench")
    return struct.pack(">i", len(head) + len(body)) + head + body


def crc32c(data, table=[]):
    if not table:
        for byte in range(256):
            for _ in range(8):
                byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
            table.append(byte)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def varint(value):
    value = value << 1 ^ value >> 63
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def batch(count=BATCH_RECORDS, size=RECORD_BYTES):
    """A record batch of `count` records, with values that bring each to about `size` bytes."""
    records = b""
    for index in range(count):
        body = b"\0" + varint(0) + varint(index) + varint(-1) + varint(size - 8) + b"x" * (size - 8) + b"\0"
        records += varint(len(body)) + body
    now = int(time.time() * 1000)
    checked = struct.pack(">hiqqqhii", 0, count - 1, now, now, -1, -1, -1, count) + records
    return struct.pack(">qiibI", 0, len(checked) + 9, -1, 2, crc32c(checked)) + checked


def produce(topic, partitions, records, acks=1):
    each = [struct.pack(">ii", partition, len(records)) + records for partition in partitions]
    return frame(PRODUCE, 3, struct.pack(">hhi", -1, acks, 30_000) + array([text(topic) + array(each)]))


def fetch(topic, offset=0, wait=500, limit=1 << 20):
    asked = struct.pack(">iqi", 0, offset, limit)
    return frame(FETCH, 4, struct.pack(">iiiib", -1, wait, 1, 50 << 20, 0) + array([text(topic) + array([asked])]))


class Client:
    """One connection that asks and waits."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            data += self.socket.recv(count - len(data)) or sys.exit("the broker closed the connection")
        return data

    def answer(self):
        return self.exactly(*struct.unpack(">i", self.exactly(4)))

    def ask(self, request):
        self.socket.sendall(request)
        return self.answer()

    def create_topic(self, name, partitions):
        topic = text(name) + struct.pack(">ih", partitions, 1) + array([]) + array([])
        answer = self.ask(frame(CREATE_TOPICS, 2, array([topic]) + struct.pack(">ib", 30_000, 0)))
        if not answer.endswith(text(name) + b"\0\0\xff\xff"):
            sys.exit(f"CreateTopics: {answer}")

    def end_offsets(self, topic, partitions):
        asked = array([struct.pack(">iq", partition, -1) for partition in range(partitions)])
        answer = self.ask(frame(LIST_OFFSETS, 1, struct.pack(">i", -1) + array([text(topic) + asked])))
        found = [struct.unpack_from(">ihqq", answer, 4 + 4 + 2 + len(topic) + 4 + 22 * n) for n in range(partitions)]
        if any(error for _, error, _, _ in found):
            sys.exit(f"ListOffsets: {found}")
        return [offset for _, _, _, offset in found]


class Broker:
    """`nestbox up --only kafka` on a port of its own, in a directory that stays until `remove`."""

    name = "nestbox"

    def __init__(self, pin=True):
        self.directory = tempfile.mkdtemp(prefix="nestbox-bench-")
        self.pin = pin
        self.start()

    def start(self):
        """Returns the seconds until Metadata is answered."""
        self.port = free_port()
        command = [str(BIN / "nestbox"), "up", "--only", "kafka", "--kafka-port", str(self.port), "--data", "data"]
        began = time.monotonic()
        self.process = subprocess.Popen(
            pinned("0", command) if self.pin else command, cwd=self.directory, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        while True:
            try:
                Client(self.port).ask(frame(METADATA, 1, struct.pack(">i", 0)))
                return time.monotonic() - began
            except OSError:
                if self.process.poll() is not None or time.monotonic() - began > 60:
                    sys.exit("nestbox did not start")
                time.sleep(0.0005)

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def remove(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def cpu_seconds(pid):
    """Of all threads, to the nanosecond."""
    tasks = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def load(server, request, connections, under_way, requests, seconds, *offset):
    """Runs the load; returns requests a second, the server's CPU seconds per GB, the load's share of its core, and what it received."""
    before = cpu_seconds(server.pid)
    command = [str(BIN / "kafka-load"), *map(str, [server.port, request, connections, under_way, requests, seconds, *offset])]
    output = subprocess.run(pinned(LOAD_CORE, command), check=True, capture_output=True, text=True).stdout.split()
    count, took, own, received = map(float, output[:4])
    return count / took, cpu_seconds(server.pid) - before, own / took, received, bytes.fromhex(output[4])


def compare(limit, measured, size, run, minimum):
    """Interleaved rounds of two servers, each moving `size` GB a round; prints medians and their ratio."""
    results = {limit.name: [], measured.name: []}
    for server in (limit, measured):
        run(server)
    for _ in range(options.rounds):
        for server in (limit, measured):
            results[server.name].append(run(server))
    medians = {}
    for name, rounds in results.items():
        rate, cpu, share = (statistics.median(column) for column in zip(*rounds))
        medians[name] = rate, cpu
        print(f"  {name:<14} {rate:8.2f} GB/s   {cpu / size:6.3f} CPU s a GB   (load's core {share:4.0%})")
    by_cpu, by_rate = medians[limit.name][1] / medians[measured.name][1], medians[measured.name][0] / medians[limit.name][0]
    verdict(by_cpu >= minimum, f"nestbox against {limit.name} by CPU: {by_cpu:.2f} (at least {minimum})")
    print(f"       nestbox against {limit.name} by GB/s: {by_rate:.2f}")


def bench_produce():
    """Produce of 1 KiB records in 64 KiB batches on one connection, against a bare blocking socket-to-file loop."""
    broker, records, count = Broker(), batch(), 4_000
    client = Client(broker.port)
    client.create_topic("bench", 1)
    request = produce("bench", [0], records)
    answer = struct.pack(">i", 60) + b"\0" * 60
    answered = client.ask(request)
    answer = struct.pack(">i", len(answered)) + answered
    target = broker.directory + "/limit"
    limit = Server("bare loop", [build("kafka-limit"), "produce", target, file(answer)])
    path = file(request)
    size = count * len(request) / 1e9

    def run(server):
        rate, cpu, share, received, last = load(server, path, 1, 5, count, 60)
        error = struct.unpack_from(">h", last, 4 + 4 + 4 + 2 + 5 + 4 + 4)[0]
        if received != count * len(answer) or error:
            sys.exit(f"Produce: {last}")
        os.truncate(target, 0)
        return rate * len(request) / 1e9, cpu, share

    compare(limit, broker, size, run, minimum=0.5)
    limit.stop()
    broker.remove()


def bench_fetch():
    """Fetch of the same, 15 batches an answer, against a bare blocking file-to-socket loop (sendfile)."""
    broker, records, stored = Broker(), batch(), 4_095
    client = Client(broker.port)
    client.create_topic("bench", 1)
    load(broker, file(produce("bench", [0], records)), 1, 5, stored, 60)
    request, batches = fetch("bench"), (1 << 20) // len(records)
    answered = client.ask(request)
    head = len(answered) - batches * len(records)
    position = request.index(struct.pack(">iqi", 0, 0, 1 << 20)) + 4
    (log,) = pathlib.Path(broker.directory).glob("data/**/bench-0/*0.log")
    limit = Server("bare loop", [
        build("kafka-limit"), "fetch", str(log), file(struct.pack(">i", len(answered)) + answered[:head]),
        str(batches * len(records))])
    count = 4_000
    size = count * (len(answered) + 4) / 1e9
    path = file(request)

    def run(server):
        rate, cpu, share, received, _ = load(
            server, path, 1, 5, count, 60, position, batches * BATCH_RECORDS, stored * BATCH_RECORDS)
        if received != count * (len(answered) + 4):
            sys.exit("Fetch: not as many bytes as asked for")
        return rate * (len(answered) + 4) / 1e9, cpu, share

    compare(limit, broker, size, run, minimum=0.5)
    limit.stop()
    broker.remove()


def bench_idle():
    """1,000 partitions, 500 groups and 2,000 connections that do nothing: CPU and memory."""
    broker, one = Broker(pin=False), batch(1)
    client = Client(broker.port)
    for number in range(10):
        client.create_topic(f"t{number}", 100)
        client.ask(produce(f"t{number}", range(100), one))
    for number in range(500):
        group, nobody = text(f"g{number}"), text("")
        joined = client.ask(frame(JOIN_GROUP, 1, group + struct.pack(">ii", 1_800_000, 60_000) + nobody + text("consumer") + array(
            [text("range") + struct.pack(">i", 0)])))
        error, generation = struct.unpack_from(">hi", joined, 4)
        member = joined[4 + 6 + 2 + len("range"):]
        member = member[:2 + struct.unpack(">h", member[:2])[0]]
        synced = client.ask(frame(SYNC_GROUP, 0, group + struct.pack(">i", generation) + member + array(
            [member + struct.pack(">i", 0)])))
        offset = struct.pack(">iq", number % 100, 1) + text("")
        committed = client.ask(frame(OFFSET_COMMIT, 2, group + struct.pack(">i", generation) + member + struct.pack(">q", -1) + array(
            [text(f"t{number % 10}") + array([offset])])))
        if error or synced[4:6] != b"\0\0" or committed[-2:] != b"\0\0":
            sys.exit(f"groups: {joined} {synced} {committed}")
    idle = [Client(broker.port) for _ in range(2_000)]
    for connection in idle:
        connection.ask(frame(METADATA, 1, struct.pack(">i", 0)))
    time.sleep(2)
    before = cpu_seconds(broker.pid)
    time.sleep(10)
    share, resident = (cpu_seconds(broker.pid) - before) / 10, resident_bytes(broker.pid) / 1e6
    verdict(share < 0.02, f"CPU while idle: {share:.2%} (under 2 %)")
    verdict(resident < 120, f"resident while idle: {resident:.1f} MB (under 120)")
    broker.remove()


def bench_restart():
    """Start with 1,000 partitions and 5 GB of log, after a clean stop and after kill -9: until Metadata and until all partitions answer."""
    broker, records = Broker(), batch()
    client = Client(broker.port)
    for number in range(10):
        client.create_topic(f"t{number}", 100)
        load(broker, file(produce(f"t{number}", range(100), records)), 1, 2, 76, 120)
    for how, bound in (("a clean stop", 0.3), ("kill -9", 3)):
        if bound < 1:
            broker.stop()
        else:
            Client(broker.port).ask(produce("t0", range(100), records))
            broker.kill()
        began = time.monotonic()
        took = broker.start()
        client = Client(broker.port)
        ends = [end for number in range(10) for end in client.end_offsets(f"t{number}", 100)]
        all_took = time.monotonic() - began
        if min(ends) != 76 * BATCH_RECORDS:
            sys.exit(f"after {how} records are missing: {sorted(set(ends))}")
        verdict(took < bound, f"after {how}, until Metadata: {took * 1000:.0f} ms (under {bound} s)")
        verdict(all_took < bound, f"after {how}, until all 1,000 partitions told their ends: {all_took * 1000:.0f} ms (under {bound} s)")
    broker.remove()


def bench_wake():
    """A long poll that waits, and a record that comes: from the Produce until the Fetch is answered."""
    broker, one = Broker(), batch(1, 100)
    reader, writer = Client(broker.port), Client(broker.port)
    writer.create_topic("bench", 1)
    times, request = [], produce("bench", [0], one)
    for offset in range(300):
        reader.socket.sendall(fetch("bench", offset, wait=10_000))
        time.sleep(0.005)
        began = time.monotonic()
        writer.socket.sendall(request)
        reader.answer()
        times.append((time.monotonic() - began) * 1000)
        writer.answer()
    times.sort()
    median, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    verdict(p99 < 5, f"from Produce to the waiting Fetch's answer: {median:.2f} ms median, {p99:.2f} ms p99 (under 5)")
    broker.remove()


def bench_consumers():
    """One hundred consumers that read a 1 GB topic from the start at once, for 20 s, and a producer beside them."""
    broker, records = Broker(pin=False), batch()
    client = Client(broker.port)
    client.create_topic("bench", 1)
    client.create_topic("other", 1)
    stored = 15_270
    load(broker, file(produce("bench", [0], records)), 1, 5, stored, 120)
    request, batches = fetch("bench"), (1 << 20) // len(records)
    position = request.index(struct.pack(">iqi", 0, 0, 1 << 20)) + 4
    seen, times, one, done = [], [], produce("other", [0], batch(1)), threading.Event()

    def watch():
        while not done.wait(0.1):
            seen.append(resident_bytes(broker.pid) / 1e6)

    def write():
        writer = Client(broker.port)
        while not done.wait(0.01):
            began = time.monotonic()
            writer.ask(one)
            times.append((time.monotonic() - began) * 1000)

    threads = [threading.Thread(target=each) for each in (watch, write)]
    for thread in threads:
        thread.start()
    rate, cpu, _, received, _ = load(
        broker, file(request), 100, 1, 10**9, 20, position, batches * BATCH_RECORDS, stored * BATCH_RECORDS)
    done.set()
    for thread in threads:
        thread.join()
    times.sort()
    p99 = times[len(times) * 99 // 100]
    print(f"  {received / 1e9:.1f} GB in 20 s ({received / 20e9:.2f} GB/s), {cpu / received * 1e9:.3f} CPU s a GB, {len(times)} records written")
    verdict(max(seen) < 100, f"resident at most: {max(seen):.1f} MB (under 100)")
    verdict(p99 < 50, f"a producer's p99 beside them: {p99:.1f} ms (under 50)")
    broker.remove()


BENCHES = {
    "kafka-produce": bench_produce, "kafka-fetch": bench_fetch, "kafka-idle": bench_idle, "kafka-restart": bench_restart,
    "kafka-wake": bench_wake, "kafka-consumers": bench_consumers}
