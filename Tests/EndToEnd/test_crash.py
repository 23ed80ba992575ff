"""kill -9 in the middle of writes, again and again, at moments drawn from a seed: nothing acknowledged is ever lost.

CRASH_SEED and CRASH_KILLS set the seed and the number of kills (`make soak` makes many).
"""

import os
import pathlib
import random
import subprocess
import sys
import threading
import time

import confluent_kafka
import confluent_kafka.admin
from botocore.exceptions import BotoCoreError, ClientError

import topic_records
from conftest import dynamodb_client
from crash_journal import Register, check_index, check_items, check_offsets, check_records
from nestbox_process import Nestbox, wait_until
from test_dynamodb_clients import ORDERS

SEED = int(os.environ.get("CRASH_SEED") or 1)
KILLS = int(os.environ.get("CRASH_KILLS") or 20)
TABLE, TOPIC, GROUP = "crash-items", "crash-records", "crash-group"
WRITERS, KEYS, PARTITIONS = 6, 40, 3


def key_of(key):
    return {"PK": {"S": key[0]}, "SK": {"S": key[1]}}


def item_of(key, value, filling=200):
    """An item's whole content is a version and, in some, an index key."""
    version, owner = value
    item = {**key_of(key), "version": {"N": str(version)}, "filling": {"S": "x" * filling}}
    if owner is not None:
        item |= {"GSI1PK": {"S": owner}, "GSI1SK": {"S": f"{version:010}"}}
    return item


def value_of(item):
    return int(item["version"]["N"]), item.get("GSI1PK", {}).get("S")


class ItemWriter(threading.Thread):
    """Writes to keys that are its own, one request at a time, and keeps their registers, until the server is gone."""

    # Characters in each item beside what is compared.
    filling = 200

    def __init__(self, nestbox, number, registers, random_source):
        super().__init__(daemon=True)
        self.client = dynamodb_client(nestbox)
        self.registers, self.random = registers, random_source
        self.number = number
        self.stopping = False
        self.acknowledged = 0

    def run(self):
        while not self.stopping:
            writes = self.draw()
            for key, value in writes:
                self.registers.setdefault(key, Register()).attempt(value)
            try:
                self.send(writes)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                    raise
                if self.goes_on(error, writes):
                    continue
                return
            except BotoCoreError:
                return
            for key, value in writes:
                self.registers[key].acknowledge(value)
            self.acknowledged += len(writes)

    def goes_on(self, error, writes):
        """After an error of the server's own."""
        return False

    def draw(self):
        """One write, or the two of a transaction: (key, new value or None for a delete)."""
        draw = self.random
        keys = draw.sample(range(KEYS), draw.choice([1, 1, 1, 2]))
        writes = []
        for key in keys:
            owner = f"user{draw.randrange(5)}" if draw.random() < 0.6 else None
            value = None if draw.random() < 0.15 else (draw.randrange(10**9), owner)
            writes.append(((f"w{self.number}", f"{key:03}"), value))
        return writes

    def send(self, writes):
        if len(writes) == 2:
            self.client.transact_write_items(TransactItems=[
                {"Delete": {"TableName": TABLE, "Key": key_of(key)}} if value is None else
                {"Put": {"TableName": TABLE, "Item": item_of(key, value, self.filling)}} for key, value in writes])
            return
        ((key, value),) = writes
        if value is None:
            self.client.delete_item(TableName=TABLE, Key=key_of(key))
        elif self.random.random() < 0.5:
            self.client.put_item(TableName=TABLE, Item=item_of(key, value, self.filling))
        else:
            version, owner = value
            names = {":v": {"N": str(version)}, ":f": {"S": "x" * self.filling}}
            change = "SET version = :v, filling = :f"
            if owner is None:
                change += " REMOVE GSI1PK, GSI1SK"
            else:
                change += ", GSI1PK = :o, GSI1SK = :s"
                names |= {":o": {"S": owner}, ":s": {"S": f"{version:010}"}}
            self.client.update_item(
                TableName=TABLE, Key=key_of(key), UpdateExpression=change, ExpressionAttributeValues=names)


class KafkaWriter:
    """crash_kafka_writer.py while it runs, and its journal when it is over."""

    def __init__(self, nestbox, directory, name, first_offset):
        self.path = directory / f"journal-{name}"
        self.process = subprocess.Popen([
            sys.executable, str(pathlib.Path(__file__).with_name("crash_kafka_writer.py")), str(self.path), nestbox.kafka,
            TOPIC, GROUP, name, str(PARTITIONS), str(first_offset)])
        wait_until(lambda: self.path.exists() and self.path.stat().st_size > 0, 20, "a Kafka client that writes")

    def stop(self):
        """Lets answers that have arrived come through, then ends it."""
        time.sleep(0.1)
        assert self.process.poll() is None, "the Kafka client has failed"
        self.process.kill()
        self.process.wait()

    def read_journal(self, sent, attempted, offsets):
        """Adds the journal to what all rounds know; returns how many records and commits were acknowledged."""
        records = commits = 0
        for line in self.path.read_text().splitlines():
            match line.split(" "):
                case ["send", value]:
                    attempted.add(value)
                case ["sent", partition, offset, value]:
                    sent[(int(partition), int(offset))] = value
                    records += 1
                case ["commit", partition, offset]:
                    offsets.setdefault(int(partition), Register()).attempt(int(offset))
                case ["committed", partition, offset]:
                    offsets[int(partition)].acknowledge(int(offset))
                    commits += 1
        return records, commits


def read_items(client, **index):
    items, start = {}, {}
    while True:
        page = client.scan(TableName=TABLE, **index, **start)
        items.update({(item["PK"]["S"], item["SK"]["S"]): value_of(item) for item in page["Items"]})
        if "LastEvaluatedKey" not in page:
            return items
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def test_no_acknowledged_write_is_lost_by_kill_9(tmp_path):
    source = random.Random(SEED)
    items, sent, attempted, offsets = {}, {}, set(), {}
    nestbox = Nestbox(tmp_path, ["--only", "aws,kafka"]).start()
    dynamodb_client(nestbox).create_table(TableName=TABLE, **ORDERS)
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": nestbox.kafka})
    admin.create_topics([confluent_kafka.admin.NewTopic(TOPIC, PARTITIONS, 1)])[TOPIC].result(10)

    totals = {"items": 0, "records": 0, "offsets": 0}
    for kill in range(KILLS):
        first_offset = max([register.acknowledged or 0 for register in offsets.values()], default=0) + 1
        kafka_writer = KafkaWriter(nestbox, tmp_path, f"{kill}", first_offset)
        writers = [ItemWriter(nestbox, n, items, random.Random(f"{SEED}-{kill}-{n}")) for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(source.uniform(0.3, 1.2))
        nestbox.kill()
        kafka_writer.stop()
        for writer in writers:
            writer.stopping = True
        for writer in writers:
            writer.join(30)
            assert not writer.is_alive(), "a client hangs"
        records, commits = kafka_writer.read_journal(sent, attempted, offsets)
        totals["items"] += sum(writer.acknowledged for writer in writers)
        totals["records"] += records
        totals["offsets"] += commits

        nestbox.start()
        client = dynamodb_client(nestbox)
        table, index = read_items(client), read_items(client, IndexName="GSI1")
        found, committed = topic_records.read_all(nestbox.kafka, TOPIC, PARTITIONS, GROUP, 30)
        complaints = check_items(items, table)
        complaints += check_index(table, lambda value: value if value[1] is not None else None, index)
        complaints += check_records(sent, attempted, found)
        complaints += check_offsets(offsets, committed)
        assert not complaints, f"seed {SEED}, kill {kill}: " + "\n".join(complaints[:20])
        for key, register in items.items():
            register.settle(table.get(key))
        for partition, register in offsets.items():
            register.settle(committed[partition])
        sent.update(found)
    assert nestbox.stop() == 0, nestbox.output
    print(f"seed {SEED}: {KILLS} kills; acknowledged and found again: {totals}")
    assert min(totals.values()) > 20 * KILLS, f"too little was written to prove anything: {totals}"
