"""What a line must answer: small checks that the table is written in. Each takes a finished run, and returns what is wrong, or None."""

import dataclasses
import json
import re
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Run:
    """A line that was run to its end, or to its deadline."""

    output: str
    errors: str
    code: int

    @property
    def status(self):
        """The HTTP status of a curl line; curl's own configuration has it printed to standard error."""
        return int(self.errors[-3:]) if self.errors[-3:].isdigit() else None


Check = Callable[[Run], str | None]


def prints(text: str) -> Check:
    """Exactly this on standard output, and a code of 0."""
    return lambda run: None if (run.output, run.code) == (text, 0) else f"expected {text!r}"


def has(pattern: str) -> Check:
    """A match of this pattern in the output."""
    return lambda run: None if re.search(pattern, run.output, re.MULTILINE) else f"expected a match of {pattern!r}"


def is_json(check: Callable[[dict], object], what: str) -> Check:
    """One JSON value for which `check` holds."""
    def run_check(run):
        try:
            holds = check(json.loads(run.output))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            return f"expected {what}; {type(error).__name__}: {error}"
        return None if holds and run.code == 0 else f"expected {what}"
    return run_check


def http(status: int, body: dict | Callable[[dict], object], what: str | None = None) -> Check:
    """An HTTP answer with this status, and this JSON or JSON for which `body` holds."""
    check = body if callable(body) else lambda answer: answer == body
    inner = is_json(check, what or json.dumps(body))
    return lambda run: inner(run) or (None if run.status == status else f"expected status {status}, got {run.status}")


def both(*checks: Check) -> Check:
    """All of them."""
    return lambda run: next((wrong for check in checks if (wrong := check(run))), None)


def offsets(topic: str, partitions: int, total: int) -> Check:
    """`topic:partition:offset` for each partition, with this many records in all."""
    def check(run):
        found = re.findall(rf"^{re.escape(topic)}:(\d+):(\d+)$", run.output, re.MULTILINE)
        if [int(p) for p, _ in found] != list(range(partitions)) or sum(int(n) for _, n in found) != total:
            return f"expected {partitions} partitions with {total} records in all"
        return None if run.code == 0 else f"expected code 0, not {run.code}"
    return check


def group(name: str, topic: str, partitions: int, total: int) -> Check:
    """The group's table: a member has each partition, nothing is left to read."""
    columns = "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST CLIENT-ID".split()

    def check(run):
        table = [line.split() for line in run.output.splitlines() if line.strip()]
        if not table or table[0] != columns:
            return f"expected the header {' '.join(columns)}"
        rows = [dict(zip(columns, cells)) for cells in table[1:]]
        if [(r["GROUP"], r["TOPIC"], r["PARTITION"]) for r in rows] != [(name, topic, str(p)) for p in range(partitions)]:
            return f"expected a row for each of the {partitions} partitions"
        if any(not row["HOST"].startswith("/") or row["CONSUMER-ID"] == "-" for row in rows):
            return "expected a member on each partition"
        if sum(int(row["LOG-END-OFFSET"]) for row in rows) != total:
            return f"expected {total} records in all"
        lag = [row["LAG"] for row in rows if row["LOG-END-OFFSET"] != "0"]
        return None if set(lag) <= {"0"} else f"expected no lag, not {lag}"
    return check
