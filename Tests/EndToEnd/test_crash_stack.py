"""kill -9 of everything, again and again, under load: the whole stack with its services, and clients of Kafka that live through all of it. What
clients were told is compared in the end with all tables, indexes, topics and offsets.

CRASH_SEED and CRASH_ROUNDS set the seed and the number of rounds (`make soak` makes a hundred); a round kills nestbox, then each service.
"""

import os
import pathlib
import random
import socket
import subprocess
import sys
import time

import confluent_kafka
import confluent_kafka.admin

import crash_moment
import topic_records
from conftest import dynamodb_client
from crash_journal import Register, check_offsets, check_reads, check_records
from crash_orders import check_stack, service_processes, start_customers, stock_up, unsettled
from nestbox_process import Nestbox, wait_until

SEED = int(os.environ.get("CRASH_SEED") or 1)
ROUNDS = int(os.environ.get("CRASH_ROUNDS") or 10)
CUSTOMERS, PRODUCERS, MEMBERS, PARTITIONS = 8, 4, 2, 3
# About half of what will be asked for, so that there are both ends.
STOCK = {"PROD001": 150 * ROUNDS, "PROD002": 30 * ROUNDS}
TOPIC, GROUP = "crash-records", "crash-readers"
# The threads of nestbox that answer requests.
LOOPS = ("tables", "broker")

STACK = """
tables:
  orders:
    keys: { PK: S, SK: S }
    global_indexes: { GSI1: { keys: { GSI1PK: S, GSI1SK: S }, projection: ALL } }
  products-table:
    keys: { PK: S, SK: S }
topics:
  order-events: { partitions: 3 }
  order-compensation: { partitions: 3 }
  order-confirmation: { partitions: 3 }
services:
  order-service: { command: order-service, port: %d, ready: /api/v1/ready }
  product-service: { command: product-service, port: %d, ready: /api/v1/ready }
"""


def free_ports(count):
    """Ports below those that outgoing connections get: none of these takes one while nestbox is down."""
    ports = []
    for port in random.sample(range(20_000, 32_000), 1000):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise AssertionError("no free ports")


def start_stack(directory):
    """The stack on ports that it has again after a restart, so that its clients find it."""
    aws, kafka, orders, products = free_ports(4)
    (directory / "nestbox.yaml").write_text(STACK % (orders, products))
    return Nestbox(directory, ["--aws-port", str(aws), "--kafka-port", str(kafka)], any_port=False).start()


class Journal:
    """A client of Kafka in a process of its own, and what it wrote down."""

    def __init__(self, directory, script, name, *arguments):
        self.path = directory / f"journal-{name}"
        script = pathlib.Path(__file__).with_name(script)
        self.process = subprocess.Popen([sys.executable, str(script), str(self.path), *map(str, arguments)])

    def end(self):
        assert self.process.poll() is None, f"{self.path.name}: the client has failed"
        self.process.kill()
        self.process.wait()

    def lines(self):
        return [line.split(" ") for line in self.path.read_text().splitlines()]


def ended(stack):
    assert stack.process.poll() is None, "nestbox has ended:\n" + stack.output
    return []


def kill_and_wait(stack, source, name, inside, moments):
    """One kill, `inside` a turn or wherever it falls, and the way back. Notes whether the moment was inside a turn."""
    if name == "nestbox":
        moments.append(crash_moment.kill(stack.process.pid, source, inside, LOOPS))
        stack.kill()
        # Not until it is ready: a service that was killed with it is a member of its group until its session ends, and until then there is
        # nobody to take its place. (Kafka's way, too.)
        stack.begin()
        return
    (pid,) = wait_until(lambda: service_processes(stack, name) or ended(stack), 30, f"{name} to run")[:1]
    # A consumer has nothing to do until the session of the one before it has ended, six seconds after that was killed.
    moments.append(crash_moment.kill(pid, source, inside, within=10))
    wait_until(lambda: [p for p in service_processes(stack, name) if p != pid], 15, f"{name} to be started again")


def check_kafka(found, committed, producers, members):
    """Complaints about the topic and the group's offsets, and how much was acknowledged."""
    sent, attempted, failed = {}, set(), []
    for line in [line for producer in producers for line in producer.lines()]:
        match line:
            case ["send", value]:
                attempted.add(value)
            case ["sent", partition, offset, value]:
                sent[(int(partition), int(offset))] = value
            case ["failed", *what]:
                failed.append(" ".join(what))
    offsets, read, commits = {p: Register() for p in range(PARTITIONS)}, {}, 0
    complaints = [f"a producer gave up: {what}" for what in failed]
    for line in sorted((line for member in members for line in member.lines()), key=lambda line: int(line[0])):
        match line[1:]:
            case ["read", partition, offset, value]:
                place = (int(partition), int(offset))
                if read.setdefault(place, value) != value:
                    complaints.append(f"record {place} was read as {read[place]} and as {value}")
            case ["commit", partition, offset]:
                offsets[int(partition)].attempt(int(offset))
            case ["committed", partition, offset]:
                offsets[int(partition)].acknowledge(int(offset))
                commits += 1
    complaints += check_records(sent, attempted, found) + check_offsets(offsets, committed)
    complaints += check_reads(read, found, committed)
    return complaints, {"records": len(sent), "commits": commits}


def test_whatever_is_killed_no_order_event_or_offset_is_lost_or_doubled(tmp_path):
    source = random.Random(SEED)
    stack = start_stack(tmp_path)
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": stack.kafka})
    admin.create_topics([confluent_kafka.admin.NewTopic(TOPIC, PARTITIONS, 1)])[TOPIC].result(10)
    stock_up(stack, STOCK)
    producers = [Journal(tmp_path, "crash_kafka_writer.py", f"producer-{n}", stack.kafka, TOPIC, "", f"p{n}", PARTITIONS, 0)
                 for n in range(PRODUCERS)]
    members = [Journal(tmp_path, "crash_kafka_consumer.py", f"member-{n}", stack.kafka, TOPIC, GROUP) for n in range(MEMBERS)]
    customers, finish = start_customers(stack, CUSTOMERS, SEED, pause=0.3)
    moments, waiting = {"nestbox": [], "order-service": [], "product-service": []}, 0
    try:
        for number in range(ROUNDS):
            for name, found in moments.items():
                time.sleep(source.uniform(0.3, 1.0))
                waiting += any(customer.is_waiting for customer in customers)
                # Every other one, and of the rest one in four, waits for a turn.
                kill_and_wait(stack, source, name, number % 2 == 0 or source.random() < 0.25, found)
        stack.wait_ready()
        answered = finish()
    finally:
        for client in producers + members:
            client.end()
    dynamodb = dynamodb_client(stack)
    wait_until(lambda: not unsettled(dynamodb), 120.0 + 5 * ROUNDS, "every order settled and every outbox empty")
    complaints = check_stack(stack, dynamodb, STOCK, answered)
    found, committed = topic_records.read_all(stack.kafka, TOPIC, PARTITIONS, GROUP, 30)
    kafka, totals = check_kafka(found, committed, producers, members)
    assert stack.stop() == 0, stack.output
    inside = {name: f"{sum(filter(None, known))} of {len(known)}" for name, known in moments.items()}
    print(f"seed {SEED}: {3 * ROUNDS} kills, inside a turn {inside}, with an order under way {waiting}; {len(answered)} orders, {totals}")
    assert not complaints + kafka, f"seed {SEED}: " + "\n".join((complaints + kafka)[:20])
    assert len(answered) > 3 * ROUNDS and totals["records"] > 100 * ROUNDS and totals["commits"] > ROUNDS, "too little was done"
    known = sum(moments.values(), [])
    assert None in known or 2 * sum(known) >= len(known), f"less than half of the kills fell inside a turn: {moments}"
