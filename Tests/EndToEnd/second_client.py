"""Clients that behave, in processes of their own, while others do not; and what all of it may cost."""

import json
import os
import pathlib
import subprocess
import sys

# In full: what `make soak` asks for. Otherwise a form that is quick, and lets one answer in a hundred be late.
IS_FULL = bool(os.environ.get("LOAD_FULL"))
LATENCY_MS_MAX = 50.0


class Process:
    """A script that says `ready`, works until its input is closed, and then prints JSON."""

    def __init__(self, script, *arguments):
        script = pathlib.Path(__file__).with_name(script)
        self.process = subprocess.Popen(
            [sys.executable, str(script), *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line == "ready\n", f"{script.name} does not begin: {line}"

    def finish(self):
        self.process.stdin.close()
        text = self.process.stdout.read()
        assert self.process.wait(30) == 0, text
        return json.loads(text)


class SecondClient:
    """Asks on both ports all the while; `with` checks in the end that it was answered in time."""

    def __init__(self, nestbox, what, ports="aws,kafka"):
        self.what = what
        aws = nestbox.aws_url.split("//")[1].rstrip("/") if "aws" in ports else "-"
        self.arguments = (aws, nestbox.kafka.split(",")[0] if "kafka" in ports else "-", nestbox.process.pid)

    def __enter__(self):
        self.probe = Process("latency_probe.py", *self.arguments)
        return self

    def __exit__(self, kind, value, trace):
        result = self.probe.finish()
        if kind is not None:
            return
        assert not result["failures"], f"{self.what}: {result['failures'][:3]}"
        for port, waited in result["found"].items():
            waited.sort()
            assert waited, f"{self.what}, {port}: nothing was asked"
            slow = sum(ms > LATENCY_MS_MAX for ms in waited)
            print(f"\n{self.what}, {port}: {len(waited)} requests, p50 {waited[len(waited) // 2]:.1f} ms, "
                  f"p99 {waited[len(waited) * 99 // 100]:.1f} ms, max {waited[-1]:.1f} ms", end="")
            allowed = 0 if IS_FULL else max(2, len(waited) // 100)
            assert slow <= allowed, f"{self.what}, {port}: {slow} of {len(waited)} waited over {LATENCY_MS_MAX} ms: {waited[-5:]}"


def resident_mib(nestbox):
    """The memory of nestbox that is resident now, in MiB."""
    for line in pathlib.Path(f"/proc/{nestbox.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")
