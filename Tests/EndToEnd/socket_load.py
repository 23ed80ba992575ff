"""Thousands of connections from one loop, in a process of its own: idle ones, and busy ones that send their next request as soon as the last one is
answered. Arguments: address, idle, busy, `http` or `kafka`, the request in hexadecimal. Prints `ready`, works until its input ends, prints JSON.
"""

import json
import select
import socket
import struct
import sys
import time


class Connection:
    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=10)
        self.socket.setblocking(False)
        self.received = b""
        self.sent_at = 0.0

    def send(self, request):
        self.sent_at = time.perf_counter()
        self.socket.send(request)


def is_whole(kind, data):
    if kind == "kafka":
        return len(data) >= 4 and len(data) >= 4 + struct.unpack(">i", data[:4])[0]
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = data[:end].lower()
    return len(data) >= end + 4 + int(head.split(b"content-length:")[1].split(b"\r\n")[0])


def main(address, idle, busy, kind, request):
    host, port = address.rsplit(":", 1)
    request = bytes.fromhex(request)
    connections = [Connection((host, int(port))) for _ in range(int(idle) + int(busy))]
    poll = select.epoll()
    poll.register(sys.stdin.fileno(), select.EPOLLIN)
    by_descriptor = {connection.socket.fileno(): connection for connection in connections}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.EPOLLIN)
    print("ready", flush=True)
    waited, closed, began = [], 0, time.perf_counter()
    for connection in connections[int(idle):]:
        connection.send(request)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == sys.stdin.fileno():
                seconds = time.perf_counter() - began
                waited.sort()
                print(json.dumps({
                    "answers": len(waited), "per_second": round(len(waited) / seconds), "closed": closed,
                    "p50": round(waited[len(waited) // 2], 1) if waited else None,
                    "p99": round(waited[len(waited) * 99 // 100], 1) if waited else None}))
                return
            connection = by_descriptor[descriptor]
            try:
                data = connection.socket.recv(1 << 18)
            except OSError:
                data = b""
            if not data:
                closed += 1
                poll.unregister(descriptor)
                continue
            connection.received += data
            if is_whole(kind, connection.received):
                waited.append((time.perf_counter() - connection.sent_at) * 1000)
                connection.received = b""
                connection.send(request)


if __name__ == "__main__":
    main(*sys.argv[1:])
