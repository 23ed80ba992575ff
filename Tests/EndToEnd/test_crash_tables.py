"""kill -9 in the middle of what goes on between requests: the deletion of a table, the expiry of items, the building of an index.
Moments are drawn from a seed; after each restart nothing is half done, and in the end the work is.

CRASH_SEED and CRASH_KILLS set the seed and the number of kills of each test.
"""

import http.client
import os
import pathlib
import random
import shutil
import sqlite3
import tempfile
import threading
import time

from aws_wire import Wire
from crash_journal import Register, check_index, check_items
from nestbox_process import Nestbox, wait_until

SEED = int(os.environ.get("CRASH_SEED") or 1)
KILLS = int(os.environ.get("CRASH_KILLS") or 3)
ITEMS = 3000
GONE = (OSError, http.client.HTTPException)

DEFINITION = {
    "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}]}
OWNERS = {"IndexName": "byOwner", "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
          "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["version"]}}
OWNER = {"AttributeName": "owner", "AttributeType": "S"}


def with_index(definition):
    return definition | {"AttributeDefinitions": definition["AttributeDefinitions"] + [OWNER],
                         "GlobalSecondaryIndexes": [OWNERS]}


def start(directory):
    nestbox = Nestbox(directory, ["--only", "aws"])
    return nestbox.start(), Wire(nestbox.aws_url)


def load(wire, table, items):
    """Puts items: attributes by key."""
    keys = list(items)
    for first in range(0, len(keys), 25):
        puts = [{"PutRequest": {"Item": {"p": {"S": key}, **items[key]}}} for key in keys[first:first + 25]]
        assert wire.ok("BatchWriteItem", {"RequestItems": {table: puts}})["UnprocessedItems"] == {}


def read(wire, table, **more):
    """All attributes but the key, by key."""
    items, page = {}, {}
    while True:
        page = wire.ok("Scan", {"TableName": table, "ConsistentRead": not more, **more, **page})
        for item in page["Items"]:
            items[item.pop("p")["S"]] = item
        if "LastEvaluatedKey" not in page:
            return items
        page = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def entry_of(item):
    """What the index holds of an item."""
    if "owner" not in item:
        return None
    return {name: item[name] for name in ("owner", "version") if name in item}


def complaints_of_counts(wire, table, items):
    """The index is its table, and the counts are those of what is there."""
    shown = wire.ok("DescribeTable", {"TableName": table})["Table"]
    index = read(wire, table, IndexName="byOwner")
    complaints = check_index(items, entry_of, index)
    for what, counted, there in [("items", shown["ItemCount"], len(items)),
                                 ("entries", shown["GlobalSecondaryIndexes"][0]["ItemCount"], len(index))]:
        if counted != there:
            complaints.append(f"{counted} {what} are counted, {there} are there")
    return complaints


def copy_of_database(directory):
    """A copy of the database of a nestbox that has ended, opened: what a restart would find."""
    files = [path for path in pathlib.Path(directory, ".nestbox").rglob("tables.sqlite*") if path.suffix != ".sqlite-shm"]
    copy = tempfile.mkdtemp(dir=directory)
    for path in files:
        shutil.copy(path, copy)
    return sqlite3.connect(pathlib.Path(copy, "tables.sqlite"))


def rows_left_over(directory):
    """What it holds of tables that are not there."""
    database = copy_of_database(directory)
    try:
        names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        live = {f"items_{n}" for (n,) in database.execute("SELECT id FROM tables")}
        for n, name in database.execute("SELECT id, name FROM indexes"):
            live.add(f"expiry_{n}" if name == ":expiry" else f"index_{n}")
        waiting = [name for (name,) in database.execute("SELECT name FROM discarded")]
        return sorted({n for n in names if n.startswith(("items_", "index_", "expiry_"))} - live) + waiting
    finally:
        database.close()


def settled(nestbox, directory):
    """Stops and starts until the database has nothing left over: what goes on in the background has come to its end."""
    def is_clean():
        assert nestbox.stop() == 0, nestbox.output
        if not rows_left_over(directory):
            return True
        nestbox.start()
        time.sleep(0.3)
        return False

    wait_until(is_clean, 20, "a database without rows of deleted tables")


def test_a_table_whose_deletion_is_cut_off_is_there_or_gone_and_leaves_no_rows(tmp_path):
    source = random.Random(f"{SEED}-delete")
    nestbox, wire = start(tmp_path)
    other = {f"{n}": {"version": {"N": str(n)}, "owner": {"S": "o"}} for n in range(50)}
    wire.ok("CreateTable", with_index(DEFINITION) | {"TableName": "other"})
    load(wire, "other", other)
    cut_off = 0
    for kill in range(KILLS):
        wire.ok("CreateTable", with_index(DEFINITION) | {"TableName": "going"})
        wire.ok("UpdateTimeToLive", {
            "TableName": "going", "TimeToLiveSpecification": {"AttributeName": "end", "Enabled": True}})
        load(wire, "going", {f"{n}": {"owner": {"S": f"u{n % 7}"}, "end": {"N": "9999999999"}} for n in range(ITEMS)})
        wire.ok("DeleteTable", {"TableName": "going"})
        time.sleep(source.uniform(0.03, 0.12))
        nestbox.kill()
        cut_off += bool(rows_left_over(tmp_path))
        nestbox.start()
        wire = Wire(nestbox.aws_url)
        assert "going" not in wire.ok("ListTables", {})["TableNames"], f"seed {SEED}, kill {kill}"
        assert read(wire, "other") == other
        assert complaints_of_counts(wire, "other", other) == []
        # The name is free at once, and what is made under it is new.
        wire.ok("CreateTable", with_index(DEFINITION) | {"TableName": "going"})
        assert read(wire, "going") == {}
        load(wire, "going", {"new": {"owner": {"S": "u"}}})
        assert read(wire, "going", IndexName="byOwner") == {"new": {"owner": {"S": "u"}}}
        wire.ok("DeleteTable", {"TableName": "going"})
    settled(nestbox, tmp_path)
    print(f"seed {SEED}: {cut_off} of {KILLS} deletions were cut off")
    assert cut_off > 0, "no deletion was cut off"


class Prolonger(threading.Thread):
    """Gives items a later time of expiry while they expire, if they are there still, and keeps what it was told."""

    def __init__(self, url, keys, later):
        super().__init__(daemon=True)
        self.wire, self.keys, self.later = Wire(url), keys, later
        self.kept, self.gone, self.in_doubt = {}, set(), set()

    def run(self):
        for number, key in enumerate(self.keys):
            item = {"version": {"N": str(number)}, "owner": {"S": "kept"}, "end": {"N": str(self.later)}}
            try:
                answer = self.wire.send("PutItem", {
                    "TableName": "expiring", "Item": {"p": {"S": key}, **item},
                    "ConditionExpression": "attribute_exists(p)"})
            except GONE:
                self.in_doubt.add(key)
                return
            if answer.status == 200:
                self.kept[key] = item
            else:
                assert answer.error[0] == "ConditionalCheckFailedException", answer.text
                self.gone.add(key)


def test_an_expiry_that_is_cut_off_loses_nothing_and_brings_nothing_back(tmp_path):
    source = random.Random(f"{SEED}-expiry")
    nestbox, wire = start(tmp_path)
    wire.ok("CreateTable", with_index(DEFINITION) | {"TableName": "expiring"})
    later = int(time.time()) + 3600
    staying = {f"stays-{n}": {"version": {"N": str(n)}, "owner": {"S": f"u{n % 5}"}, "end": {"N": str(later)}}
               for n in range(100)}
    load(wire, "expiring", staying)
    cut_off = 0
    for kill in range(KILLS):
        going = {f"{kill}-{n}": {"version": {"N": str(n)}, "owner": {"S": f"u{n % 5}"}, "end": {"N": str(later - 7200)}}
                 for n in range(ITEMS)}
        load(wire, "expiring", going)
        # Now they begin to expire, those that were there as well as those that the writer touches.
        wire.ok("UpdateTimeToLive", {
            "TableName": "expiring", "TimeToLiveSpecification": {"AttributeName": "end", "Enabled": True}})
        writer = Prolonger(nestbox.aws_url, source.sample(list(going), 400), later)
        writer.start()
        time.sleep(source.uniform(0.06, 0.16))
        seen = None
        try:
            seen = read(wire, "expiring")
        except GONE:
            pass
        nestbox.kill()
        writer.join(20)
        assert not writer.is_alive(), "a client hangs"

        nestbox.start()
        wire = Wire(nestbox.aws_url)
        found = read(wire, "expiring")
        cut_off += any(key in found for key in going if key not in writer.kept and key not in writer.in_doubt)
        problems = [f"{key} is lost" for key, item in (staying | writer.kept).items() if found.get(key) != item]
        problems += [f"{key} is back" for key in writer.gone & set(found)]
        if seen is not None:
            problems += [f"{key} is back" for key in set(going) - set(seen) - writer.in_doubt if key in found]
        assert not problems, f"seed {SEED}, kill {kill}: " + "\n".join(problems[:10])
        staying |= {key: found[key] for key in writer.kept}
        staying |= {key: found[key] for key in writer.in_doubt & set(found) if found[key]["end"]["N"] == str(later)}
        wait_until(lambda: len(read(wire, "expiring")) == len(staying), 10, "the rest's expiry")
        assert read(wire, "expiring") == staying, f"seed {SEED}, kill {kill}"
        assert complaints_of_counts(wire, "expiring", staying) == [], f"seed {SEED}, kill {kill}"
        wire.ok("UpdateTimeToLive", {
            "TableName": "expiring", "TimeToLiveSpecification": {"AttributeName": "end", "Enabled": False}})
    settled(nestbox, tmp_path)
    print(f"seed {SEED}: {cut_off} of {KILLS} expiries were cut off")
    assert cut_off > 0, "no expiry was cut off"


class Changer(threading.Thread):
    """Writes items while an index is being built, one request at a time, and keeps their registers until the server is gone."""

    def __init__(self, url, registers, random_source):
        super().__init__(daemon=True)
        self.wire, self.registers, self.random = Wire(url), registers, random_source

    def run(self):
        keys = sorted(self.registers)
        while True:
            key = self.random.choice(keys)
            item = None
            if self.random.random() < 0.8:
                item = {"version": {"N": str(self.random.randrange(10**6))}}
                if self.random.random() < 0.7:
                    item["owner"] = {"S": f"new{self.random.randrange(5)}"}
            self.registers[key].attempt(item)
            try:
                if item is None:
                    self.wire.ok("DeleteItem", {"TableName": "building", "Key": {"p": {"S": key}}})
                else:
                    self.wire.ok("PutItem", {"TableName": "building", "Item": {"p": {"S": key}, **item}})
            except GONE:
                return
            self.registers[key].acknowledge(item)


def index_status(wire):
    indexes = wire.ok("DescribeTable", {"TableName": "building"})["Table"].get("GlobalSecondaryIndexes", [])
    return indexes[0]["IndexStatus"] if indexes else None


def indexes_being_built(directory):
    """How many indexes the database of a nestbox that has ended has begun and not finished."""
    database = copy_of_database(directory)
    try:
        return database.execute("SELECT count(*) FROM indexes WHERE backfill IS NOT NULL").fetchone()[0]
    finally:
        database.close()


def test_a_backfill_that_is_cut_off_goes_on_and_the_index_is_its_table(tmp_path):
    source = random.Random(f"{SEED}-backfill")
    nestbox, wire = start(tmp_path)
    wire.ok("CreateTable", DEFINITION | {"TableName": "building"})
    items = {f"{n:05}": {"version": {"N": str(n)}} | ({"owner": {"S": f"u{n % 50}"}} if n % 3 else {})
             for n in range(4 * ITEMS)}
    load(wire, "building", items)
    registers = {key: Register() for key in items}
    for key, item in items.items():
        registers[key].acknowledge(item)
    cut_off = 0
    for kill in range(KILLS):
        wire.ok("UpdateTable", {
            "TableName": "building", "AttributeDefinitions": DEFINITION["AttributeDefinitions"] + [OWNER],
            "GlobalSecondaryIndexUpdates": [{"Create": OWNERS}]})
        changer = Changer(nestbox.aws_url, registers, random.Random(f"{SEED}-{kill}"))
        changer.start()
        time.sleep(source.uniform(0.06, 0.2))
        nestbox.kill()
        changer.join(20)
        assert not changer.is_alive(), "a client hangs"
        cut_off += indexes_being_built(tmp_path)

        nestbox.start()
        wire = Wire(nestbox.aws_url)
        found = read(wire, "building")
        complaints = check_items(registers, found)
        wait_until(lambda: index_status(wire) == "ACTIVE", 20, "the index to be built")
        complaints += complaints_of_counts(wire, "building", found)
        assert not complaints, f"seed {SEED}, kill {kill}: " + "\n".join(complaints[:10])
        for key, register in registers.items():
            register.settle(found.get(key))
        wire.ok("UpdateTable", {
            "TableName": "building", "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "byOwner"}}]})
        wait_until(lambda: index_status(wire) is None, 5, "the index to be gone")
    settled(nestbox, tmp_path)
    print(f"seed {SEED}: {cut_off} of {KILLS} backfills were cut off")
    assert cut_off > 0, "no backfill was cut off"
