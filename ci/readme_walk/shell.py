"""Runs lines as they stand: those that end, and those that never do, in a terminal of their own."""

import os
import pty
import re
import select
import signal
import subprocess
import tempfile
import time

from readme_walk.answers import Run

# The tools run beside the broker, as inside its container.
IN_CONTAINER = re.compile(r"^docker compose exec kafka ")


def typed(text: str) -> str:
    """What is typed for a line of the README."""
    return IN_CONTAINER.sub("", text)


def run(text, directory, environment, seconds=120):
    """Runs one line to its end; returns what it did and the directory that the shell is in afterwards."""
    with tempfile.TemporaryFile() as where:
        os.set_inheritable(where.fileno(), True)
        command = ["bash", "-c", f'trap "pwd >&{where.fileno()}" EXIT; eval "$1"', "bash", typed(text)]
        try:
            shell = subprocess.run(command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                   timeout=seconds, pass_fds=[where.fileno()])
        except subprocess.TimeoutExpired:
            return Run("", f"no end after {seconds} s", -1), directory
        where.seek(0)
        after = where.read().decode().strip()
    return Run(shell.stdout, shell.stderr, shell.returncode), after or directory


class Endless:
    """A line that ends only by Ctrl-C, in a terminal, as people have it: grep and the like hold their output back from a pipe."""

    def __init__(self, text, directory, environment):
        self.output = ""
        self.process, self.terminal = self._spawn(typed(text), directory, environment)

    @staticmethod
    def _spawn(text, directory, environment):
        process, terminal = pty.fork()
        if process == 0:
            # A walk in the background ignores Ctrl-C, and would hand that on.
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            os.chdir(directory)
            os.execvpe("bash", ["bash", "-c", text], {**environment, "TERM": "dumb"})
        return process, terminal

    def has_printed(self, pattern, seconds):
        """Waits for a match of the pattern in what the line prints."""
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.output, re.MULTILINE):
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                return False
        return True

    def _read(self, seconds):
        if not select.select([self.terminal], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self.terminal, 1 << 16)
        except OSError:
            return False
        self.output += piece.decode(errors="replace")
        return bool(piece)

    def interrupt(self, seconds=5):
        """Ctrl-C; returns whether the line ended of it."""
        os.write(self.terminal, b"\x03")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._read(0.02)
            if os.waitpid(self.process, os.WNOHANG)[0]:
                os.close(self.terminal)
                return True
        os.killpg(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.terminal)
        return False
