"""The broker with much on it: partitions, groups, connections, log."""
import os
import struct
import sys
import threading
import time

from . import report
from .kafka import (
    BATCH_RECORDS, JOIN_GROUP, METADATA, OFFSET_COMMIT, SYNC_GROUP, Broker, Client, array, batch, fetch, frame, produce, text)
from .measure import kafka_load
from .programs import cpu_seconds, file, resident_bytes


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
    report.check(share < 0.02, f"CPU while idle: {share:.2%} (under 2 %)")
    report.check(resident < 120, f"resident while idle: {resident:.1f} MB (under 120)")
    broker.remove()


def bench_restart():
    """Start with 1,000 partitions and 5 GB of log, after a clean stop and after kill -9: until Metadata and until all partitions answer."""
    broker, records = Broker(), batch()
    client = Client(broker.port)
    for number in range(10):
        client.create_topic(f"t{number}", 100)
        kafka_load(broker, file(produce(f"t{number}", range(100), records)), 1, 2, 76, 120)
    for how, bound in (("a clean stop", 0.3), ("kill -9", 3)):
        if bound < 1:
            broker.stop()
        else:
            Client(broker.port).ask(produce("t0", range(100), records))
            broker.kill()
        # What was written for this is more than the system takes without making writers wait: not a part of the start.
        os.sync()
        began = time.monotonic()
        took = broker.start()
        client = Client(broker.port)
        ends = [end for number in range(10) for end in client.end_offsets(f"t{number}", 100)]
        all_took = time.monotonic() - began
        if min(ends) != 76 * BATCH_RECORDS:
            sys.exit(f"after {how} records are missing: {sorted(set(ends))}")
        report.check(took < bound, f"after {how}, until Metadata: {took * 1000:.0f} ms (under {bound} s)")
        report.check(all_took < bound, f"after {how}, until all 1,000 partitions told their ends: {all_took * 1000:.0f} ms (under {bound} s)")
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
    report.check(p99 < 5, f"from Produce to the waiting Fetch's answer: {median:.2f} ms median, {p99:.2f} ms p99 (under 5)")
    broker.remove()


def bench_consumers():
    """One hundred consumers that read a 1 GB topic from the start at once, for 20 s, and a producer beside them."""
    broker, records = Broker(pin=False), batch()
    client = Client(broker.port)
    client.create_topic("bench", 1)
    client.create_topic("other", 1)
    stored = 15_270
    kafka_load(broker, file(produce("bench", [0], records)), 1, 5, stored, 120)
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
    read = kafka_load(
        broker, file(request), 100, 1, 10**9, 20, position, batches * BATCH_RECORDS, stored * BATCH_RECORDS)
    done.set()
    for thread in threads:
        thread.join()
    times.sort()
    p99 = times[len(times) * 99 // 100]
    print(f"  {read.received / 1e9:.1f} GB in 20 s ({read.received / 20e9:.2f} GB/s), {read.cpu / read.received * 1e9:.3f} CPU s a GB, {len(times)} records written")
    report.check(max(seen) < 100, f"resident at most: {max(seen):.1f} MB (under 100)")
    report.check(p99 < 50, f"a producer's p99 beside them: {p99:.1f} ms (under 50)")
    broker.remove()


BENCHES = {
    "kafka-idle": bench_idle, "kafka-restart": bench_restart, "kafka-wake": bench_wake, "kafka-consumers": bench_consumers}
