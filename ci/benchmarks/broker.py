"""Single requests to the broker against what they cannot cost less than."""
import os
import pathlib
import statistics
import struct
import subprocess
import sys

from . import report
from .kafka import BATCH_RECORDS, Broker, Client, batch, fetch, produce
from .measure import Sample, compare, kafka_load
from .options import options
from .programs import LOAD_CORE, Server, build, file, pinned

FRAMES = 4_000
BATCHES_AS = ("records of 1 KiB without keys, batches of 64 KiB, one partition, one connection with five requests under way; on disk, page "
              "cache warm")


def against_bare(bench, work, limit, broker, run, gate, aim, conditions):
    """A run, which returns a Sample per GB, of the limit and of the broker."""
    found = compare(lambda: run(limit), lambda: run(broker))
    report.add(report.Row(
        bench, work, "bare blocking loop in C", found.ratio, gate, aim, work_unit="GB", measured=found.measured,
        against=found.limit, conditions=conditions))


def bench_produce():
    """Produce of 1 KiB records in 64 KiB batches on one connection, against a bare blocking socket-to-file loop."""
    broker, records = Broker(), batch()
    client = Client(broker.port)
    client.create_topic("bench", 1)
    request = produce("bench", [0], records)
    answered = client.ask(request)
    answer = struct.pack(">i", len(answered)) + answered
    target = broker.directory + "/limit"
    limit = Server("bare loop", [build("kafka-limit"), "produce", target, file(answer)])
    path = file(request)
    size = FRAMES * len(request) / 1e9

    def run(server):
        done = kafka_load(server, path, 1, 5, FRAMES, 60)
        error = struct.unpack_from(">h", done.last, 4 + 4 + 4 + 2 + 5 + 4 + 4)[0]
        if done.received != FRAMES * len(answer) or error:
            sys.exit(f"Produce: {done.last}")
        os.truncate(target, 0)
        return Sample(done.cpu / size, done.requests_per_second * len(request) / 1e9, done.client_share)

    against_bare("kafka-produce", "produce 1 KiB records, acks=1", limit, broker, run, 0.5, 0.7, f"{BATCHES_AS}; no fsync")
    limit.stop()
    broker.remove()


def bench_fetch():
    """Fetch of the same, 15 batches an answer, against a bare blocking file-to-socket loop (sendfile)."""
    broker, records, stored = Broker(), batch(), 4_095
    client = Client(broker.port)
    client.create_topic("bench", 1)
    kafka_load(broker, file(produce("bench", [0], records)), 1, 5, stored, 60)
    request, batches = fetch("bench"), (1 << 20) // len(records)
    answered = client.ask(request)
    head = len(answered) - batches * len(records)
    position = request.index(struct.pack(">iqi", 0, 0, 1 << 20)) + 4
    (log,) = pathlib.Path(broker.directory).glob("data/**/bench-0/*0.log")
    limit = Server("bare loop", [
        build("kafka-limit"), "fetch", str(log), file(struct.pack(">i", len(answered)) + answered[:head]),
        str(batches * len(records))])
    size = FRAMES * (len(answered) + 4) / 1e9
    path = file(request)

    def run(server):
        done = kafka_load(server, path, 1, 5, FRAMES, 60, position, batches * BATCH_RECORDS, stored * BATCH_RECORDS)
        if done.received != FRAMES * (len(answered) + 4):
            sys.exit("Fetch: not as many bytes as asked for")
        return Sample(done.cpu / size, done.requests_per_second * (len(answered) + 4) / 1e9, done.client_share)

    against_bare("kafka-fetch", "fetch the same", limit, broker, run, 0.6, 0.8, f"{BATCHES_AS}; 1 MiB an answer, 270 MB of log")
    limit.stop()
    broker.remove()


def bench_latency():
    """From the Produce of one record until the Fetch that waited for it is answered, against an echo over the same loop."""
    trips, record = 2_000, batch(1, 100)
    program = build("round-trip")
    broker, echo = Broker(), Server("echo", [build("echo-server"), "0"])

    def microseconds(*arguments):
        """Within which half and 99 % of the trips were done."""
        command = [program, str(arguments[0]), str(trips), *arguments[1:]]
        output = subprocess.run(pinned(LOAD_CORE, command), check=True, capture_output=True, text=True).stdout
        return tuple(map(float, output.split()[:2]))

    def through_broker(number):
        """A topic of its own each time, as offsets begin at 0."""
        topic = f"trip-{number}"
        Client(broker.port).create_topic(topic, 1)
        waiting = fetch(topic, wait=10_000)
        position = waiting.index(struct.pack(">iqi", 0, 0, 1 << 20)) + 4
        return microseconds(broker.port, "kafka", file(produce(topic, [0], record)), file(waiting), str(position))

    request = file(produce("trip-0", [0], record))
    rounds = [(microseconds(echo.port, "echo", request), through_broker(number)) for number in range(options.rounds)]
    for column, name in enumerate(("p50", "p99")):
        bare, measured = (statistics.median(each[side][column] for each in rounds) for side in (0, 1))
        report.add(report.Row(
            "kafka-latency", f"produce to consume of single records, {name}", "an echo over the same loop", measured / bare, 4, 2.5,
            unit="x", is_at_most=True,
            conditions=f"{name}: echo {bare:.0f} us, broker {measured:.0f} us; one record of 100 bytes at a time, {trips:,} a round, one "
                       "producer, one consumer whose Fetch waits"))
    echo.stop()
    broker.remove()


BENCHES = {"kafka-produce": bench_produce, "kafka-fetch": bench_fetch, "kafka-latency": bench_latency}
