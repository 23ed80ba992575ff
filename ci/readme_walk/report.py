"""The walk itself: line by line, each with its verdict, and the counts at the end."""

import collections
import pathlib
import re
import signal
import sys
import tempfile
import time

from readme_walk import shell
from readme_walk.answers import Run
from readme_walk.readme import blocks
from readme_walk.stack import PORTS, PRODUCT_URL, ROOT, Stack
from readme_walk.table import FRESH, SETUP, NotRun, Row, Setting, matched

README = ROOT / "Tests" / "EndToEnd" / "seed" / "README.ko.md"
ENDLESS_SECONDS = 30.0
# The commands of a chapter that are typed again for fresh tables: those that make something, and where they are typed.
MAKES = re.compile(r"create|^cd ")


class Walk:
    """One reader of the README, from its first line to its last."""

    def __init__(self, steps, directory):
        self.steps = steps
        self.parent = directory
        self.stacks = 0
        self.stack = None
        self.waiting = []
        self.counts = collections.Counter()
        self.faults = []

    def run(self):
        self._new_stack()
        block, chapter, directory = None, None, None
        try:
            for step_block, line, row in self.steps:
                if step_block.chapter != chapter:
                    self._settle()
                    chapter = step_block.chapter
                    print(f"\n{chapter}")
                    if chapter in FRESH:
                        self._fresh()
                if step_block is not block:
                    block, directory = step_block, str(self.stack.directory)
                    if block.file:
                        self._write(block)
                directory = self._step(line, row, directory)
            self._settle()
        finally:
            for _, _, endless in self.waiting:
                endless.interrupt()
            self.stack.stop()

    # What is under the lines

    def _new_stack(self):
        if self.stack:
            self.stack.stop()
        self.stacks += 1
        directory = self.parent / f"stack-{self.stacks}"
        directory.mkdir()
        self.stack = Stack(directory)
        self.stack.start_emulators()

    def _fresh(self):
        """A new stack, with the README's own commands typed again, and its services started."""
        self._new_stack()
        directory, block = None, None
        for step_block, line, row in self.steps:
            if step_block.chapter != SETUP:
                continue
            if step_block is not block:
                block, directory = step_block, str(self.stack.directory)
                if block.file:
                    self._write(block)
            if isinstance(row, Row) and MAKES.search(line.text):
                fault, directory = self._answer(line, row, directory)
                if fault:
                    raise SystemExit(f"readme-walk: on fresh tables `{line.text}`: {fault}")
            elif isinstance(row, NotRun) and row.service:
                self.stack.start_service(row.service)
        print("  (new tables and topics, made by the commands above)")

    def _write(self, block):
        """A file of the README. One that is for an environment is for both services, on top of their own: they start from it."""
        path = pathlib.Path(block.file)
        (self.stack.directory / path).write_text(block.text)
        if path.parent == pathlib.Path("."):
            more = dict(line.text.split("=", 1) for line in block.lines)
            self.stack.stop(*PORTS)
            for name in PORTS:
                self.stack.start_service(name, more)

    # Lines

    def _step(self, line, row, directory):
        if isinstance(row, NotRun):
            instead = ""
            if row.service:
                self.stack.start_service(row.service)
                instead = f" ({row.service} starts)"
            self._say(line, "not run", row.reason + instead)
        elif isinstance(row, Setting):
            self._say(line, "ok", "in the file that services start from")
        elif row.endless:
            endless = shell.Endless(line.text, directory, self.stack.environment)
            self.waiting.append((line, row, endless))
            # A consumer that is there before the next line is typed; its own line comes when there is something to print.
            endless.has_printed(row.endless, 0.5)
        else:
            fault, directory = self._answer(line, row, directory)
            self._say(line, "FAULT" if fault else "ok", fault or "")
        return directory

    def _answer(self, line, row, directory):
        """Runs a line, again if its answer may take a moment; returns what is wrong, and where the shell is then."""
        deadline = time.monotonic() + row.within
        while True:
            run, after = shell.run(line.text, directory, self.stack.environment)
            fault = row.check(run)
            if not fault or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        if fault:
            fault = f"{fault}\n      code {run.code}\n      printed {run.output!r}\n      errors {run.errors[-2000:]!r}"
        return fault or self._later(row), after

    def _later(self, row):
        """What the line brings about in the end."""
        if not row.after:
            return None
        deadline = time.monotonic() + 3.0
        while True:
            run = Run(self.stack.get(PRODUCT_URL), "200", 0)
            fault = row.after(run)
            if not fault or time.monotonic() > deadline:
                return fault and f"afterwards: {fault}, not {run.output}"
            time.sleep(0.05)

    def _settle(self):
        """The lines of this chapter that never end must have printed theirs; Ctrl-C ends them."""
        for line, row, endless in self.waiting:
            fault = None
            if not endless.has_printed(row.endless, ENDLESS_SECONDS):
                fault = f"expected a match of {row.endless!r} within {ENDLESS_SECONDS:.0f} s, printed {endless.output!r}"
            if not endless.interrupt():
                fault = fault or "Ctrl-C did not end it"
            self._say(line, "FAULT" if fault else "ok", fault or self._later(row) or "ended by Ctrl-C after its line")
        self.waiting = []

    def _say(self, line, verdict, remark):
        self.counts[verdict] += 1
        text = " ".join(line.text.split())
        print(f"  {line.number:4} {verdict:7} {text[:96]}{'…' if len(text) > 96 else ''}{'  # ' + remark if remark else ''}", flush=True)
        if verdict == "FAULT":
            self.faults.append(line)


def main():
    """Walks; the exit code is 0 when every line gave its answer."""
    try:
        steps = matched(blocks(README.read_text()))
    except ValueError as error:
        print(f"readme-walk: {error}", file=sys.stderr)
        return 2
    began = time.monotonic()
    # What the walk has started ends with it, also when it is stopped.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="readme-walk-") as directory:
        walk = Walk(steps, pathlib.Path(directory))
        walk.run()
    counts = walk.counts
    print(f"\nreadme-walk: {len(steps)} lines: {counts['ok']} right, {counts['FAULT']} wrong, {counts['not run']} not run "
          f"({time.monotonic() - began:.0f} s)")
    return 1 if walk.faults else 0
