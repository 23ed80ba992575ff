"""Kafka's protocol by hand: frames over a socket, for exact answers to right and wrong requests."""

import socket
import struct


def frame(key, version, body=b"", correlation=7, client=b"\x00\x01c"):
    payload = struct.pack(">hhi", key, version, correlation) + client + body
    return struct.pack(">i", len(payload)) + payload


def kafka_socket(emulators):
    host, port = emulators.kafka.split(",")[0].rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=5)


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        chunk = connection.recv(count - len(data))
        if not chunk:
            raise ConnectionError("closed")
        data += chunk
    return data


def ask(emulators, data):
    """The body of the one answer, without its size and correlation id; None when the connection is closed instead."""
    with kafka_socket(emulators) as connection:
        connection.sendall(data)
        try:
            size, = struct.unpack(">i", read_exactly(connection, 4))
            return read_exactly(connection, size)[4:]
        except (ConnectionError, ConnectionResetError):
            return None


def crc32c_of_byte(byte):
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 & -(byte & 1))
    return byte


CRC32C = [crc32c_of_byte(byte) for byte in range(256)]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC32C[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def varint(value):
    value = (value << 1) ^ (value >> 63)
    out = b""
    while True:
        if value < 0x80:
            return out + bytes([value])
        out += bytes([value & 0x7F | 0x80])
        value >>= 7


def batch(values=(b"v",), count=None, crc_change=0, magic=2, attributes=0):
    records = b""
    for i, value in enumerate(values):
        body = b"\x00" + varint(0) + varint(i) + varint(-1) + varint(len(value)) + value + varint(0)
        records += varint(len(body)) + body
    count = len(values) if count is None else count
    checked = struct.pack(">hiqqqhii", attributes, count - 1, 1_700_000_000_000, 1_700_000_000_000, -1, -1, -1, count) + records
    crc = (crc32c(checked) + crc_change) & 0xFFFFFFFF
    rest = struct.pack(">ibI", -1, magic, crc) + checked
    return struct.pack(">qi", 0, len(rest)) + rest


def produce(emulators, topic, records):
    body = struct.pack(">h", -1) + struct.pack(">hi", 1, 5000)
    body += struct.pack(">i", 1) + struct.pack(">h", len(topic)) + topic.encode()
    body += struct.pack(">i", 1) + struct.pack(">i", 0) + struct.pack(">i", len(records)) + records
    answer = ask(emulators, frame(0, 3, body))
    if answer is None:
        return None
    offset = 4 + 2 + len(topic) + 4 + 4
    return struct.unpack(">h", answer[offset:offset + 2])[0]
