"""The moment of a kill: at random, or while the program is at work and not waiting for it. A program that is stopped shows where each of its threads
is; who is then killed never goes on from there.
"""

import os
import pathlib
import platform
import signal
import time

# The system calls in which a thread waits for something to do, by machine.
WAITING = {
    "x86_64": {7, 23, 35, 128, 202, 230, 232, 270, 271, 281, 441},
    "aarch64": {22, 72, 73, 98, 101, 115, 137, 441},
}.get(platform.machine())


def at_work(pid, threads=None):
    """The names of the threads of a stopped process that were at work: inside a turn, as between two waits there is nothing else. `threads`: the
    names of those that count. None where the system does not tell."""
    if WAITING is None:
        return None
    names = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
        try:
            name = (task / "comm").read_text().strip()
            call = (task / "syscall").read_text().split()[0]
        except OSError:
            return None
        # -1 is a thread that computes, outside any call.
        if (threads is None or name in threads) and call != "running" and int(call) not in WAITING:
            names.append(name)
    return names


def stop(pid):
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        states = {(task / "stat").read_text().rsplit(") ", 1)[1][0] for task in pathlib.Path(f"/proc/{pid}/task").glob("*")}
        if states <= {"T", "t"}:
            return
        time.sleep(0.0002)


def kill(pid, source, inside, threads=None, within=2.0):
    """Kills a process; with `inside`, at a moment when one of `threads` is at work, if there is one within so many seconds. Returns whether one
    was; None where the system does not tell."""
    deadline = time.monotonic() + within
    while True:
        try:
            stop(pid)
            busy = at_work(pid, threads)
        except OSError:
            busy = None
        if busy or busy is None or not inside or time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            return None if busy is None else bool(busy)
        os.kill(pid, signal.SIGCONT)
        time.sleep(source.uniform(0.0002, 0.004))
