"""A million items: reads cost as among ten thousand, and what goes over all of them leaves other clients their time."""
import pathlib
import subprocess
import sys
import time

from . import report
from .aws import aws_request, call, create_table
from .measure import PARTS, compare_short, load
from .options import options
from .programs import BIN, LOAD_CORE, Nestbox, bytes_written, file, pinned, seconds_without_core, until_idle


class Bystander:
    """A client that gets items one after the other while something large goes on; `stop` says how long it had to wait."""

    def __init__(self, server, request, keys):
        self.server = server
        self.waited = seconds_without_core(server.pid)
        self.process = subprocess.Popen(
            pinned(LOAD_CORE, [str(BIN / "load"), str(server.port), request, "1", "5000000", str(keys)]),
            stdout=subprocess.PIPE, text=True)
        time.sleep(0.2)

    def stop(self):
        self.process.terminate()
        output, _ = self.process.communicate()
        self.waited = seconds_without_core(self.server.pid) - self.waited
        count, seconds, _, _, median, p99, longest = map(float, output.split())
        return count / seconds, median, p99, longest

    def judge(self, what, seconds, bound=20):
        rate, median, p99, longest = self.stop()
        text = f"another client's GetItem while {what} ({seconds:.1f} s): p99 {p99:.2f} ms"
        if bound is None:
            print(f"       {text}")
        else:
            report.check(p99 < bound, f"{text} (under {bound})")
        print(f"       median {median:.2f} ms, longest {longest:.1f} ms, {rate:,.0f} requests/s; "
              f"the server waited {self.waited:.2f} s for its core")


SORT_KEYS = 25
SMALL, LARGE = 400, 40_000  # partitions


def fill(server, table, partitions):
    """A table of partitions with 25 items each, by BatchWriteItem over several connections."""
    create_table(server.port, table, ("pk", "sk"))
    request = aws_request("BatchWriteItem", {"RequestItems": {table: [
        {"PutRequest": {"Item": {"pk": {"S": "part-#####"}, "sk": {"S": f"{number:02}"}, "group": {"S": f"group-{number}"},
                                 "text": {"S": "x" * 40}}}} for number in range(SORT_KEYS)]}})
    began = time.monotonic()
    subprocess.run(
        pinned(LOAD_CORE, [str(BIN / "load"), str(server.port), file(request), "8", str(partitions), f"+{partitions}"]),
        check=True, capture_output=True)
    seconds = time.monotonic() - began
    count = call(server.port, "DescribeTable", {"TableName": table})["Table"]["ItemCount"]
    if count != partitions * SORT_KEYS:
        sys.exit(f"{table} has {count} items")
    print(f"  {count:,} items written in {seconds:.1f} s", flush=True)
    return seconds


def scan_all(port, table):
    """A scan whose filter matches nothing, over all pages."""
    request = {
        "TableName": table, "FilterExpression": "#t = :none", "ExpressionAttributeNames": {"#t": "text"},
        "ExpressionAttributeValues": {":none": {"S": "none"}}}
    scanned = 0
    while True:
        answer = call(port, "Scan", request)
        scanned += answer["ScannedCount"]
        if answer["Count"]:
            sys.exit("the filter matched")
        if "LastEvaluatedKey" not in answer:
            return scanned
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def wait_alone(nestbox, get):
    """Nothing else goes on."""
    bystander = Bystander(nestbox, get, SMALL)
    time.sleep(2)
    bystander.judge("nothing else goes on", 2, bound=None)


def wait_scan(nestbox, get):
    """A scan whose filter matches nothing."""
    bystander = Bystander(nestbox, get, SMALL)
    began = time.monotonic()
    scanned = scan_all(nestbox.port, "large")
    bystander.judge(f"a filter looks at {scanned:,} items", time.monotonic() - began)


def wait_batch(nestbox, get):
    """Batches of 16 MB."""
    for number in range(100):
        call(nestbox.port, "PutItem", {"TableName": "small", "Item": {
            "pk": {"S": "large"}, "sk": {"S": f"{number:02}"}, "text": {"S": "x" * 409_000}}})
    keys = [{"pk": {"S": "large"}, "sk": {"S": f"{number:02}"}} for number in range(100)]
    bystander = Bystander(nestbox, get, SMALL)
    began = time.monotonic()
    for _ in range(20):
        call(nestbox.port, "BatchGetItem", {"RequestItems": {"small": {"Keys": keys}}})
    # Reading goes in steps; the checksum and the sending of 16 MB are one piece, and that is what is waited for here.
    bystander.judge("a batch reads 16 MB, twenty times", time.monotonic() - began, bound=None)


def wait_index(nestbox, get):
    """An index on all items."""
    bystander = Bystander(nestbox, get, SMALL)
    began = time.monotonic()
    call(nestbox.port, "UpdateTable", {
        "TableName": "large", "AttributeDefinitions": [{"AttributeName": "group", "AttributeType": "S"}],
        "GlobalSecondaryIndexUpdates": [{"Create": {
            "IndexName": "byGroup", "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"}}}]})
    while True:
        index = call(nestbox.port, "DescribeTable", {"TableName": "large"})["Table"]["GlobalSecondaryIndexes"][0]
        if index["IndexStatus"] == "ACTIVE":
            break
        time.sleep(0.1)
    bystander.judge(f"an index of {index['ItemCount']:,} items is made", time.monotonic() - began)


def wait_delete(nestbox, get):
    """The table and its index go."""
    bystander = Bystander(nestbox, get, SMALL)
    began = time.monotonic()
    call(nestbox.port, "DeleteTable", {"TableName": "large"})
    database = next(pathlib.Path(nestbox.directory).rglob("tables.sqlite"))
    # How far it is can only be seen from its writing.
    written = bytes_written(nestbox.pid)
    while time.monotonic() - began < 300:
        time.sleep(1)
        written, before = bytes_written(nestbox.pid), written
        if written == before:
            break
    bystander.judge("a table with its index is deleted", time.monotonic() - began)
    print(f"  the database's file: {database.stat().st_size / 1e6:.0f} MB")


def bench_million():
    """A million items: reads cost as among ten thousand, and what goes over all of them leaves other clients their time."""
    nestbox = Nestbox("--only", "aws", "--any-port", data="data")
    fill(nestbox, "small", SMALL)
    seconds = fill(nestbox, "large", LARGE)
    report.check(seconds < 120, f"a million items written in {seconds:.1f} s (under 120)")
    until_idle(nestbox)
    get = {table: file(aws_request("GetItem", {
        "TableName": table, "Key": {"pk": {"S": "part-#####"}, "sk": {"S": "07"}}})) for table in ("small", "large")}
    query = {table: file(aws_request("Query", {
        "TableName": table, "Limit": 10, "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "part-#####"}}})) for table in ("small", "large")}
    for name, requests in (("GetItem", get), ("Query of 10 items", query)):
        found = compare_short(*[
            lambda table=table, keys=keys: load(nestbox, requests[table], options.requests // PARTS, keys)
            for table, keys in (("small", SMALL), ("large", LARGE))])
        report.add(report.Row(
            "million", f"{name} on a million items", "the same on ten thousand", found.ratio, 0.75, 0.9, work_unit="request",
            measured=found.measured, against=found.limit,
            conditions="items of 100 bytes, 25 a partition, partitions drawn at random; on disk (synchronous=NORMAL), SQLite's cache 64 MB, "
                       f"file mapped; {options.connections} connections"))
    for wait in (wait_alone, wait_scan, wait_batch, wait_index, wait_delete):
        wait(nestbox, get["small"])
    nestbox.stop()


BENCHES = {"million": bench_million}
