"""The program as a whole: how soon it is there, and what it holds."""
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time

from . import report
from .aws import aws_request, call, exchange
from .kafka import Client, batch, fetch, produce
from .options import options
from .programs import BIN, Nestbox, directory, free_port, resident_bytes


def knows_metadata(port):
    """Asks for all topics; whether the broker answered."""
    body = struct.pack(">hhi", 3, 1, 7) + struct.pack(">h", 5) + b"bench" + struct.pack(">i", -1)
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(struct.pack(">i", len(body)) + body)
        answer = connection.recv(4096)
        return len(answer) > 8 and struct.unpack(">i", answer[4:8])[0] == 7


def start_once():
    """Seconds from exec to both ports answering DescribeTable and Metadata, on a fresh data directory, all tables and topics made."""
    place, aws, kafka = directory(), free_port(), free_port()
    describe = aws_request("DescribeTable", {"TableName": "orders"})
    began = time.monotonic()
    process = subprocess.Popen(
        [str(BIN / "nestbox"), "up", "--only", "aws,kafka", "--aws-port", str(aws), "--kafka-port", str(kafka), "--data", place + "/data"],
        cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    described = answered = False
    while not (described and answered):
        if process.poll() is not None or time.monotonic() - began > 10:
            sys.exit("nestbox did not start")
        try:
            described = described or exchange(aws, describe).startswith(b"HTTP/1.1 200 ")
            answered = answered or knows_metadata(kafka)
        except OSError:
            time.sleep(0.0005)
    took = time.monotonic() - began
    process.terminate()
    process.wait()
    shutil.rmtree(place, ignore_errors=True)
    return took


def bench_start():
    """From exec to both ports answering DescribeTable and Metadata, on a fresh data directory, all tables and topics made."""
    times = [start_once() * 1000 for _ in range(20)]
    print("  " + " ".join(f"{each:.0f}" for each in times) + " ms")
    report.add(report.Row(
        "start", "exec to ready", "", statistics.median(times), 40, 20, unit="ms", is_at_most=True,
        conditions="fresh directory on disk, the seed's tables and topics made, both ports answer; median of 20"))


def resident(nestbox, work, gate, aim, conditions):
    report.add(report.Row(
        "memory", f"resident memory {work}", "", resident_bytes(nestbox.pid) / 1e6, gate, aim, unit="MB", is_at_most=True,
        conditions=f"{work}: {conditions}"))


def bench_memory():
    """Resident memory 5 s after ready, 60 s after 200 MB were read, and 5 s after a mixed load; beside it, at that load's end."""
    nestbox = Nestbox("--only", "aws,kafka", "--any-port", pin=False)
    time.sleep(5)
    resident(nestbox, "5 s after ready", 20, 10, "the seed's tables and topics, in memory")
    for number in range(0, 500):
        call(nestbox.port, "PutItem", {"TableName": "orders", "Item": {
            "PK": {"S": "bench"}, "SK": {"S": f"{number:05}"}, "text": {"S": "x" * 40_000}}})
    read = 0
    while read < 200e6:
        query = {"TableName": "orders", "KeyConditionExpression": "PK = :p", "ExpressionAttributeValues": {":p": {"S": "bench"}}}
        answer = {"LastEvaluatedKey": None}
        while "LastEvaluatedKey" in answer:
            if answer["LastEvaluatedKey"]:
                query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
            answer = call(nestbox.port, "Query", query)
            read += sum(len(item["text"]["S"]) for item in answer["Items"])
    time.sleep(60)
    resident(nestbox, "60 s after 200 MB read", 30, 15, "500 items of 40 KB, read by Query page after page")
    mixed_load(nestbox, options.mixed_seconds)
    print(f"  {resident_bytes(nestbox.pid) / 1e6:.0f} MB at the end of the mixed load")
    time.sleep(5)
    resident(
        nestbox, "5 s after mixed load", 40, 20,
        f"{options.mixed_seconds} s of PutItem, GetItem and Query by 4 clients, Produce and Fetch by 2 each, as fast as they can")
    nestbox.stop()


def mixed_load(nestbox, seconds):
    """Clients of both ports, for so long."""
    end = time.monotonic() + seconds

    def tables(client):
        number = 0
        while time.monotonic() < end:
            number += 1
            key = {"PK": {"S": f"mixed-{client}-{number % 500}"}, "SK": {"S": f"{number % 7}"}}
            call(nestbox.port, "PutItem", {"TableName": "orders", "Item": {**key, "text": {"S": "x" * (number * 37 % 4_000)}}})
            call(nestbox.port, "GetItem", {"TableName": "orders", "Key": key})
            call(nestbox.port, "Query", {
                "TableName": "orders", "KeyConditionExpression": "PK = :p", "ExpressionAttributeValues": {":p": key["PK"]}})

    def producer(client):
        connection, records = Client(nestbox.kafka_port), batch(16)
        connection.create_topic(f"mixed-{client}", 1)
        while time.monotonic() < end:
            connection.ask(produce(f"mixed-{client}", [0], records))
            time.sleep(0.01)

    def consumer(client):
        connection, number = Client(nestbox.kafka_port), 0
        time.sleep(1)
        while time.monotonic() < end:
            number += 1
            connection.ask(fetch(f"mixed-{client}", number % 64 * 16))
            time.sleep(0.05)

    threads = [threading.Thread(target=work, args=(client,)) for work, clients in ((tables, 4), (producer, 2), (consumer, 2))
               for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


BENCHES = {"start": bench_start, "memory": bench_memory}
