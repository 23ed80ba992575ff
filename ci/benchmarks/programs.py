"""Programs that are built, run on cores of their own, and looked at while they run."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from .options import options

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / ".build" / "release"
SERVER_CORE, LOAD_CORE = "0", "1"

# Everything that a run leaves behind, removed at its end.
scratch = tempfile.TemporaryDirectory(prefix="nestbox-bench-", ignore_cleanup_errors=True)


def build(product):
    """The path of a product, built; where that is not wanted, only if it never was."""
    if options.build or not (BIN / product).exists():
        subprocess.run(
            ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", product],
            cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return str(BIN / product)


def pinned(core, command):
    return ["taskset", "-c", core, *command] if shutil.which("taskset") else command


def file(content):
    """The path of a file with this content."""
    handle, path = tempfile.mkstemp(dir=scratch.name)
    with os.fdopen(handle, "wb") as opened:
        opened.write(content)
    return path


def directory():
    """The path of an empty directory."""
    return tempfile.mkdtemp(dir=scratch.name)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def cpu_seconds(pid):
    """Of all threads, to the nanosecond."""
    tasks = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def seconds_without_core(pid):
    """How long the process' threads were ready to run and others ran instead: the machine's part in what is measured."""
    tasks = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[1]) for task in tasks) / 1e9


def resident_bytes(pid):
    return int(re.search(r"VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def bytes_written(pid):
    return int(re.search(r"wchar: (\d+)", pathlib.Path(f"/proc/{pid}/io").read_text())[1])


def until_idle(server, quiet=0.02, within=120):
    """Waits until the server uses next to no CPU; the seconds that it took."""
    began = time.monotonic()
    while time.monotonic() - began < within:
        before = cpu_seconds(server.pid)
        time.sleep(1)
        if cpu_seconds(server.pid) - before <= quiet:
            break
    return time.monotonic() - began


class Started:
    """What has a `process`."""

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Server(Started):
    """A server process that says its port in its first line."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(pinned(SERVER_CORE, command), stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())


class Nestbox(Started):
    """`nestbox up` on free ports, in a directory of its own."""

    def __init__(self, *arguments, data="memory", pin=True):
        self.name = "nestbox"
        self.directory = directory()
        command = [str(BIN / "nestbox"), "up", "--data", data, *arguments]
        self.process = subprocess.Popen(
            pinned(SERVER_CORE, command) if pin else command, cwd=self.directory, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        banner = []
        for line in self.process.stdout:
            banner.append(line)
            if line.strip() == "Ready.":
                break
        else:
            sys.exit("nestbox did not become ready:\n" + "".join(banner))
        text = "".join(banner)
        self.port = self.find(r"AWS_ENDPOINT_URL=http://[^:\s]+:(\d+)", text)
        self.kafka_port = self.find(r"KAFKA_BROKERS=[^:\s]+:(\d+)", text)

    @staticmethod
    def find(pattern, text):
        found = re.search(pattern, text)
        return int(found[1]) if found else None

    def stop(self):
        super().stop()
        shutil.rmtree(self.directory, ignore_errors=True)
