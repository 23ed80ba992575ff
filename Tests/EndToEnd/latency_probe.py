"""How long a second client waits for an answer on each port, measured by a process of its own, as if the server and itself had got a processor
whenever they wanted one: what they waited for that, by the kernel's count, is taken off. Prints one JSON object when its input ends.

Arguments: the address of each port, `-` for none, and the server's process.
"""

import json
import select
import socket
import struct
import sys
import time

from run_delay import RunDelay

LIST_TABLES = (b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n"
               b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\n\r\n{}")
API_VERSIONS = struct.pack(">ihhih", 11, 18, 0, 1, 1) + b"p"


def connect(address):
    host, port = address.rsplit(":", 1)
    connection = socket.create_connection((host, int(port)), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read_http(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536) or fail("closed")
    head, body = data.split(b"\r\n\r\n", 1)
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536) or fail("closed")
    if not head.startswith(b"HTTP/1.1 200"):
        fail(head[:60].decode())


def read_kafka(connection):
    data = b""
    while len(data) < 4 or len(data) < 4 + struct.unpack(">i", data[:4])[0]:
        data += connection.recv(65536) or fail("closed")


def fail(what):
    raise ConnectionError(what)


def timed(connection, request, read, delay):
    """Milliseconds to the answer, less what was waited for a processor."""
    delayed, began = delay.seconds(), time.perf_counter()
    connection.sendall(request)
    read(connection)
    waited = time.perf_counter() - began
    return max(0.0, waited - (delay.seconds() - delayed)) * 1000


def main(aws, kafka, pid):
    ports = {}
    if aws != "-":
        ports["aws"] = (connect(aws), LIST_TABLES, read_http, RunDelay(pid, ["tables"]))
    if kafka != "-":
        ports["kafka"] = (connect(kafka), API_VERSIONS, read_kafka, RunDelay(pid, ["broker"]))
    found, failures = {name: [] for name in ports}, []
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0.003)[0]:
        for name, (connection, *how) in ports.items():
            try:
                found[name].append(timed(connection, *how))
            except OSError as failure:
                failures.append(f"{name}: {failure!r}")
                ports[name] = (connect(aws if name == "aws" else kafka), *how)
    print(json.dumps({"found": found, "failures": failures}))


if __name__ == "__main__":
    main(*sys.argv[1:])
