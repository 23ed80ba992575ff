"""One running `nestbox up`: starts it on free ports, reads where it listens from its banner, stops it or kills it."""

import atexit
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


def program() -> str:
    """The binary under test: NESTBOX_BIN, else the newest build of this checkout."""
    if given := os.environ.get("NESTBOX_BIN"):
        return given
    for build in ("release", "debug"):
        path = ROOT / ".build" / build / "nestbox"
        if path.exists():
            return str(path)
    raise SystemExit("No nestbox to test: run `make build`, or set NESTBOX_BIN.")


RUNNING = []


@atexit.register
def kill_what_is_left():
    """A test that has failed leaves its nestbox behind: one that outlives its directory would work on the files of the next that gets the same name."""
    for nestbox in RUNNING:
        if nestbox.process.poll() is None:
            nestbox.process.kill()


class Nestbox:
    """`nestbox up ARGUMENTS` in a working directory of its own. Ports are free ones unless given; `command` is put in front."""

    def __init__(self, directory, arguments=(), environment=None, any_port=True, command=()):
        self.command = list(command)
        self.directory = pathlib.Path(directory)
        self.arguments = list(arguments) + (["--any-port"] if any_port else [])
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("NESTBOX_", "AWS_", "KAFKA_"))}
        self.environment.update(environment or {})
        self.process = None
        self.lines = []
        self.exports = {}

    def start(self, ready_within=30.0):
        """Starts and waits for `Ready.`; fails with everything that was printed."""
        self.begin()
        return self.wait_ready(ready_within)

    def begin(self):
        """Starts, and waits for nothing."""
        self.lines, self.exports = [], {}
        self._ready = threading.Event()
        self.process = subprocess.Popen(
            [*self.command, program(), "up", *self.arguments],
            cwd=self.directory, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        if self not in RUNNING:
            RUNNING.append(self)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_ready(self, within=30.0):
        deadline = time.monotonic() + within
        while not self._ready.wait(0.01):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError("nestbox did not become ready:\n" + self.output)
        return self

    def _read(self):
        for line in self.process.stdout:
            line = line.rstrip("\n")
            self.lines.append(line)
            if match := re.match(r"\s*export (\w+)=(.*)$", line):
                self.exports[match[1]] = match[2].strip("'\"")
            if line == "Ready.":
                self._ready.set()

    @property
    def output(self):
        return "\n".join(self.lines)

    @property
    def aws_url(self):
        return self.exports["AWS_ENDPOINT_URL"]

    @property
    def kafka(self):
        return self.exports["KAFKA_BOOTSTRAP_SERVERS"]

    @property
    def order_url(self):
        return self.exports["ORDER_SERVICE_URL"]

    @property
    def product_url(self):
        return self.exports["PRODUCT_SERVICE_URL"]

    def client_environment(self):
        """What a user's shell has after copying the banner's environment."""
        return {**self.environment, **self.exports}

    def stop(self, number=signal.SIGTERM, within=20.0):
        """The clean stop; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(within)
        self._reader.join(5)
        return code

    def kill(self):
        """kill -9, as power users and CI do."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self._reader.join(5)


def wait_until(condition, within, what):
    """Polls `condition` until it gives something true, and returns that; fails after `within` seconds, naming `what`."""
    deadline = time.monotonic() + within
    while True:
        last = condition()
        if last:
            return last
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what}; last seen: {last!r}")
        time.sleep(0.02)


def http(method, url, body=None, headers=None):
    """One HTTP request; (status, body text), whatever the status."""
    data = body.encode() if isinstance(body, str) else body
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
