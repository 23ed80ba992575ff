"""The one report of a run: a table on the terminal, JSON in a file, a chart."""
import dataclasses
import json
import pathlib
import platform
import subprocess
import time

from . import chart
from .measure import Sample
from .options import options


@dataclasses.dataclass
class Row:
    """One line of the report: a value, the bound that must hold and the one that is aimed at."""
    bench: str
    work: str
    limit: str
    value: float
    gate: float
    aim: float
    unit: str = ""  # of the value; none is a ratio
    is_at_most: bool = False
    conditions: str = ""  # keys, table size, durability, cache
    work_unit: str = ""  # of what is counted a second
    measured: Sample | None = None
    against: Sample | None = None

    def holds(self, bound):
        return self.value <= bound if self.is_at_most else self.value >= bound

    @property
    def verdict(self):
        return "aim" if self.holds(self.aim) else "ok" if self.holds(self.gate) else "FAIL"

    @property
    def rate(self):
        """Nestbox's units a second against the limit's; None where that is void."""
        if not self.measured or not self.against or self.measured.is_void_by_rate or self.against.is_void_by_rate:
            return None
        return self.measured.units_per_second / self.against.units_per_second


rows = []
failures = []
checks = []


def check(is_good, text):
    """A bound of a bench that has no limit to be compared with."""
    checks.append({"holds": bool(is_good), "text": text})
    if not is_good:
        failures.append(text)
    print(f"  {'ok  ' if is_good else 'FAIL'} {text}", flush=True)


def add(row):
    rows.append(row)
    if row.verdict == "FAIL":
        failures.append(row.work)
    bound = "at most" if row.is_at_most else "at least"
    limit = f" against {row.limit}" if row.limit else ""
    print(f"  {row.verdict:<4} {row.work}{limit}: {row.value:.2f}{row.unit and ' '}{row.unit} "
          f"({bound} {row.gate:g}, aim {row.aim:g})", flush=True)
    for name, sample in ((row.limit, row.against), ("nestbox", row.measured)):
        if sample:
            note = "; void by rate: the load was the limit" if sample.is_void_by_rate else ""
            print(f"       {name:<24} {quantity(sample.cpu_per_unit)} of CPU per {row.work_unit}, {count(sample.units_per_second)} a second; "
                  f"the load's core {sample.client_share:.0%}{note}")


def quantity(seconds):
    return f"{seconds:.3f} s" if seconds >= 0.001 else f"{seconds * 1e6:.2f} us"


def count(units):
    return f"{units:,.0f}" if units >= 100 else f"{units:.2f}"


def table():
    """The rows as a table in Markdown, which reads well on a terminal too."""
    head = ["work", "limit", "value", "gate", "aim", "", "CPU a unit: limit", "nestbox", "units/s: limit", "nestbox", "by rate",
            "load's core"]
    body = []
    for row in rows:
        less = "<= " if row.is_at_most else ""
        cells = [row.work, row.limit, f"{row.value:.2f} {row.unit}".strip(), f"{less}{row.gate:g}", f"{less}{row.aim:g}", row.verdict]
        for sample in (row.against, row.measured):
            cells.append(quantity(sample.cpu_per_unit) if sample else "")
        for sample in (row.against, row.measured):
            cells.append(count(sample.units_per_second) if sample else "")
        cells.append("" if not row.measured or not row.against else f"{row.rate:.2f}" if row.rate else "void")
        cells.append(", ".join(f"{sample.client_share:.0%}" for sample in (row.against, row.measured) if sample))
        body.append(cells)
    widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in [head, *body]]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def machine():
    model = next((line.partition(":")[2].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=pathlib.Path(__file__).parent).stdout.strip()
    return {"processor": model, "kernel": platform.release(), "commit": commit, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def write(directory):
    """Prints the table and writes report.json and report.svg."""
    directory.mkdir(parents=True, exist_ok=True)
    report = {
        "machine": machine(),
        "options": {"rounds": options.rounds, "requests": options.requests, "connections": options.connections},
        "rows": [{**dataclasses.asdict(row), "verdict": row.verdict, "by_rate": row.rate} for row in rows], "checks": checks}
    (directory / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    if rows:
        (directory / "report.svg").write_text(chart.draw(rows, report["machine"]))
        print("\n" + table())
        for row in rows:
            if row.conditions:
                print(f"  {row.bench}: {row.conditions}")
    print(f"\nWritten: {directory}/report.json" + (", report.svg" if rows else ""))
