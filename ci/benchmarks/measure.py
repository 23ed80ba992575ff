"""Loads on servers, in interleaved rounds, and what they are compared by."""
import dataclasses
import statistics
import subprocess
import time

from .options import options
from .programs import BIN, LOAD_CORE, cpu_seconds, pinned

# Above this share of its core the load is the slower side: what it counts a second is then its own limit.
CLIENT_LIMIT = 0.95


@dataclasses.dataclass
class Sample:
    """What one round used, or the median of several."""
    cpu_per_unit: float  # seconds of the server
    units_per_second: float
    client_share: float  # of the load's core

    @property
    def is_void_by_rate(self):
        return self.client_share > CLIENT_LIMIT


def median(samples):
    return Sample(*(statistics.median(column) for column in zip(*map(dataclasses.astuple, samples))))


@dataclasses.dataclass
class Comparison:
    """What two took in the same rounds."""
    limit: Sample
    measured: Sample
    ratio: float  # the limit's CPU for a unit of work to the measured one's: the median of the rounds' ratios


def compare(limit, measured, rounds=None):
    """One run of each to warm up, then so many rounds of one of each, in changing order.

    The machine's speed changes by a third from one second to the next, and both runs of a round have about the same: so ratios are taken
    within a round, and many short rounds say more than a few long ones.
    """
    runs, samples = (limit, measured), []
    for run in runs:
        run()
    for number in range(rounds or options.rounds):
        order = (0, 1) if number % 2 == 0 else (1, 0)
        taken = {index: runs[index]() for index in order}
        samples.append((taken[0], taken[1]))
    return Comparison(
        *map(median, zip(*samples)), statistics.median(bare.cpu_per_unit / own.cpu_per_unit for bare, own in samples))


# Into so many short rounds is a round of a bench parted that leaves nothing to do for later: one that writes to disk does.
PARTS = 10


def compare_short(limit, measured):
    """The same in short rounds: a run does `options.requests // PARTS` of what it does, or as small a part of something else."""
    return compare(limit, measured, options.rounds * PARTS)


def load(server, request, requests, keys=1, *, settle=0.0, connections=None):
    """Sends a request, in a file, again and again. What the server does within `settle` seconds after the last answer counts too."""
    before = cpu_seconds(server.pid)
    command = [str(BIN / "load"), str(server.port), request, str(connections or options.connections), str(requests), str(keys)]
    output = subprocess.run(pinned(LOAD_CORE, command), check=True, capture_output=True, text=True).stdout
    time.sleep(settle)
    count, seconds, own, *_ = map(float, output.split())
    return Sample((cpu_seconds(server.pid) - before) / count, count / seconds, own / seconds)


@dataclasses.dataclass
class KafkaLoad:
    """What `kafka-load` says, and what the server used meanwhile."""
    requests_per_second: float
    cpu: float
    client_share: float
    received: int
    last: bytes  # the first bytes of the last answer


def kafka_load(server, request, connections, under_way, requests, seconds, *offset):
    before = cpu_seconds(server.pid)
    command = [str(BIN / "kafka-load"), *map(str, [server.port, request, connections, under_way, requests, seconds, *offset])]
    output = subprocess.run(pinned(LOAD_CORE, command), check=True, capture_output=True, text=True).stdout.split()
    count, took, own, received = map(float, output[:4])
    return KafkaLoad(count / took, cpu_seconds(server.pid) - before, own / took, received, bytes.fromhex(output[4]))
