"""Single requests to DynamoDB against what they cannot cost less than."""
import json
import subprocess

from . import report
from .aws import aws_request, call, create_table, exchange
from .measure import PARTS, Sample, compare, compare_short, load
from .options import options
from .programs import SERVER_CORE, Nestbox, Server, build, directory, file, pinned

ITEMS, GROUPS = 10_000, 1_000
ITEMS_AS = "10,000 items of 300 bytes (3.3 MB), keys drawn at random; in memory (synchronous=OFF), SQLite's cache 64 MB, file mapped"


def filled(*, index=None):
    """Nestbox with a table of 10,000 items, ten of which have one group."""
    nestbox = Nestbox("--only", "aws", "--any-port")
    create_table(nestbox.port, "bench", ("pk",), index=index)
    for number in range(0, ITEMS, 100):
        call(nestbox.port, "TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "bench", "Item": {
            "pk": {"S": f"item-{key:05}"}, "group": {"S": f"group-{key % GROUPS:05}"}, "number": {"N": str(key)},
            "text": {"S": "x" * 240}}}} for key in range(number, number + 100)]})
    return nestbox


def against_empty(bench, work, nestbox, request, gate, aim, keys, conditions, settle=0.0):
    """A request to nestbox against the empty server that gets and sends the same bytes."""
    response = exchange(nestbox.port, request.replace(b"#####", b"00000"))
    print(f"  the answer: {len(response)} bytes, the request: {len(request)} bytes")
    path = file(request)
    servers = [Server("empty server", [build("empty-server"), "0", file(response)]), nestbox]
    found = compare_short(*[
        lambda server=server: load(server, path, options.requests // PARTS, keys, settle=settle) for server in servers])
    report.add(report.Row(
        bench, work, "empty server, same bytes", found.ratio, gate, aim, work_unit="request", measured=found.measured, against=found.limit,
        conditions=f"{conditions}; {options.connections} connections"))
    for server in servers:
        server.stop()


def bench_get_item():
    """GetItem of 300 bytes from 10,000 items, against the empty server that gets and sends the same bytes."""
    request = aws_request("GetItem", {"TableName": "bench", "Key": {"pk": {"S": "item-#####"}}})
    against_empty("get-item", "GetItem, 300 bytes, one of 10,000", filled(), request, 0.60, 0.75, ITEMS, ITEMS_AS)


def bench_query():
    """A Query of ten items on a global index, against the empty server that gets and sends the same bytes."""
    request = aws_request("Query", {
        "TableName": "bench", "IndexName": "byGroup", "KeyConditionExpression": "#g = :g", "ExpressionAttributeNames": {"#g": "group"},
        "ExpressionAttributeValues": {":g": {"S": "group-#####"}}})
    against_empty(
        "query", "Query of 10 items on a GSI", filled(index=("byGroup", ("group", "pk"))), request, 0.40, 0.55, GROUPS,
        f"{ITEMS_AS}, the index projects ALL")


def bench_update_item():
    """UpdateItem with a condition, against the empty server that gets and sends the same bytes."""
    request = aws_request("UpdateItem", {
        "TableName": "bench", "Key": {"pk": {"S": "item-#####"}}, "UpdateExpression": "SET #n = #n + :one",
        "ConditionExpression": "attribute_exists(pk) AND #n >= :zero", "ExpressionAttributeNames": {"#n": "number"},
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":zero": {"N": "0"}}})
    against_empty(
        "update-item", "UpdateItem with a condition", filled(), request, 0.30, 0.45, ITEMS, f"{ITEMS_AS}, no index", settle=0.3)


class SQLiteLimit:
    """Rows into SQLite by a program in C, 16 a transaction."""

    def __init__(self, item):
        program = build("sqlite-limit")
        self.process = subprocess.Popen(
            pinned(SERVER_CORE, [program, directory() + "/limit.sqlite", file(item), str(options.connections)]),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def put(self, rows):
        self.process.stdin.write(f"{rows}\n")
        self.process.stdin.flush()
        count, seconds, cpu = map(float, self.process.stdout.readline().split())
        return Sample(cpu / count, count / seconds, 0)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def bench_put_item():
    """PutItem of new items with random keys, against the same rows put into SQLite by C, 16 a transaction."""
    rows, digits = options.requests // 4, "#" * 20
    item = {"number": {"N": "7"}, "pk": {"S": digits}, "text": {"S": "x" * 240}}
    stored = json.dumps(item, separators=(",", ":")).encode()
    nestbox = Nestbox("--only", "aws", "--any-port", data="data")
    create_table(nestbox.port, "bench", ("pk",))
    request = file(aws_request("PutItem", {"TableName": "bench", "Item": item}))
    limit = SQLiteLimit(stored)
    put = iter(range(10**6))
    found = compare(lambda: limit.put(rows), lambda: load(nestbox, request, rows, f"new:{next(put) * rows}", settle=0.5))
    items = call(nestbox.port, "DescribeTable", {"TableName": "bench"})["Table"]["ItemCount"]
    if items != rows * (options.rounds + 1):
        raise SystemExit(f"{items} items")
    report.add(report.Row(
        "put-item", "PutItem, new random keys", "bare SQLite in C, 16 rows a transaction", found.ratio, 0.40, 0.55, work_unit="row",
        measured=found.measured, against=found.limit,
        conditions=f"items of 300 bytes with keys of 20 random digits, {rows:,} a round into one table, {items:,} in the end; on disk "
                   f"(synchronous=NORMAL), SQLite's cache 64 MB, file mapped, log copied from 16,384 pages on; {options.connections} "
                   "connections, so that many requests a transaction at most"))
    limit.stop()
    nestbox.stop()


BENCHES = {"get-item": bench_get_item, "query": bench_query, "update-item": bench_update_item, "put-item": bench_put_item}
