"""Kafka's frames, a client that asks and waits, and the broker in a process of its own."""
import shutil
import socket
import struct
import subprocess
import sys
import time

from .programs import BIN, Started, directory, free_port, pinned

BATCH_RECORDS, RECORD_BYTES = 64, 1024
CREATE_TOPICS, PRODUCE, FETCH, LIST_OFFSETS, METADATA, JOIN_GROUP, SYNC_GROUP, OFFSET_COMMIT = 19, 0, 1, 2, 3, 11, 14, 8


# Frames, in versions without flexible fields

def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def array(items):
    return struct.pack(">i", len(items)) + b"".join(items)


def frame(key, version, body, correlation=1):
    head = struct.pack(">hhi", key, version, correlation) + text("bench")
    return struct.pack(">i", len(head) + len(body)) + head + body


def crc32c(data, table=[]):
    if not table:
        for byte in range(256):
            for _ in range(8):
                byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
            table.append(byte)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def varint(value):
    value = value << 1 ^ value >> 63
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def batch(count=BATCH_RECORDS, size=RECORD_BYTES):
    """A record batch of `count` records, with values that bring each to about `size` bytes."""
    records = b""
    for index in range(count):
        body = b"\0" + varint(0) + varint(index) + varint(-1) + varint(size - 8) + b"x" * (size - 8) + b"\0"
        records += varint(len(body)) + body
    now = int(time.time() * 1000)
    checked = struct.pack(">hiqqqhii", 0, count - 1, now, now, -1, -1, -1, count) + records
    return struct.pack(">qiibI", 0, len(checked) + 9, -1, 2, crc32c(checked)) + checked


def produce(topic, partitions, records, acks=1):
    each = [struct.pack(">ii", partition, len(records)) + records for partition in partitions]
    return frame(PRODUCE, 3, struct.pack(">hhi", -1, acks, 30_000) + array([text(topic) + array(each)]))


def fetch(topic, offset=0, wait=500, limit=1 << 20):
    asked = struct.pack(">iqi", 0, offset, limit)
    return frame(FETCH, 4, struct.pack(">iiiib", -1, wait, 1, 50 << 20, 0) + array([text(topic) + array([asked])]))


class Client:
    """One connection that asks and waits."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            data += self.socket.recv(count - len(data)) or sys.exit("the broker closed the connection")
        return data

    def answer(self):
        return self.exactly(*struct.unpack(">i", self.exactly(4)))

    def ask(self, request):
        self.socket.sendall(request)
        return self.answer()

    def create_topic(self, name, partitions):
        topic = text(name) + struct.pack(">ih", partitions, 1) + array([]) + array([])
        answer = self.ask(frame(CREATE_TOPICS, 2, array([topic]) + struct.pack(">ib", 30_000, 0)))
        if not answer.endswith(text(name) + b"\0\0\xff\xff"):
            sys.exit(f"CreateTopics: {answer}")

    def end_offsets(self, topic, partitions):
        asked = array([struct.pack(">iq", partition, -1) for partition in range(partitions)])
        answer = self.ask(frame(LIST_OFFSETS, 1, struct.pack(">i", -1) + array([text(topic) + asked])))
        found = [struct.unpack_from(">ihqq", answer, 4 + 4 + 2 + len(topic) + 4 + 22 * n) for n in range(partitions)]
        if any(error for _, error, _, _ in found):
            sys.exit(f"ListOffsets: {found}")
        return [offset for _, _, _, offset in found]


class Broker(Started):
    """`nestbox up --only kafka` on a port of its own, in a directory that stays until `remove`."""

    name = "nestbox"

    def __init__(self, pin=True):
        self.directory = directory()
        self.pin = pin
        self.start()

    def start(self):
        """Returns the seconds until Metadata is answered."""
        self.port = free_port()
        command = [str(BIN / "nestbox"), "up", "--only", "kafka", "--kafka-port", str(self.port), "--data", "data"]
        began = time.monotonic()
        self.process = subprocess.Popen(
            pinned("0", command) if self.pin else command, cwd=self.directory, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        while True:
            try:
                Client(self.port).ask(frame(METADATA, 1, struct.pack(">i", 0)))
                return time.monotonic() - began
            except OSError:
                if self.process.poll() is not None or time.monotonic() - began > 60:
                    sys.exit("nestbox did not start")
                time.sleep(0.0005)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def remove(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
