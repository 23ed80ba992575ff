"""A file system of a few megabytes, so that it can be filled: a tmpfs in a mount namespace of its own, which goes with the test."""

import errno
import os
import pathlib
import signal
import subprocess

import pytest


class SmallDisk:
    """An empty disk at `path`, as those see it that are started with `command`."""

    def __init__(self, path, megabytes):
        self.path = pathlib.Path(path)
        self.path.mkdir()
        script = 'mount -t tmpfs -o size="$1" none "$2" && echo mounted && exec sleep infinity'
        flags = "-m" if os.geteuid() == 0 else "-rm"
        try:
            self.holder = subprocess.Popen(
                ["unshare", flags, "sh", "-c", script, "sh", f"{megabytes}m", str(self.path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except FileNotFoundError:
            pytest.skip("no unshare(1): a small disk needs Linux")
        if self.holder.stdout.readline() != b"mounted\n":
            self.holder.wait(10)
            pytest.skip(f"no small disk may be mounted here: {self.holder.stderr.read().decode().strip()}")

    @property
    def command(self):
        """What to put before a command that is to see the disk."""
        user = [] if os.geteuid() == 0 else ["-U", "--preserve-credentials"]
        enter = ["nsenter", "-t", str(self.holder.pid), *user, "-m", "--"]
        return [*enter, "sh", "-c", 'cd "$0" && exec "$@"', str(self.path)]

    @property
    def ballast(self):
        return f"/proc/{self.holder.pid}/root{self.path}/ballast"

    def fill(self, leaving=0):
        """Takes all room but so many bytes."""
        file = os.open(self.ballast, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            for size in (1 << 20, 4096):
                while True:
                    try:
                        os.write(file, bytes(size))
                    except OSError as error:
                        assert error.errno == errno.ENOSPC, error
                        break
            if leaving:
                os.ftruncate(file, max(0, os.fstat(file).st_size - leaving))
        finally:
            os.close(file)

    def free(self):
        os.unlink(self.ballast)

    def close(self):
        self.holder.send_signal(signal.SIGKILL)
        self.holder.wait(10)
