"""Loads on servers, in interleaved rounds."""
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


def interleaved(runs):
    """The median of each of several runs: one round to warm up, then five or so of each, in turns."""
    for run in runs:
        run()
    samples = [[] for _ in runs]
    for _ in range(options.rounds):
        for run, taken in zip(runs, samples):
            taken.append(run())
    return [median(taken) for taken in samples]


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
