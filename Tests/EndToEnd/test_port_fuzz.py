"""Changed requests on both ports, as wholes: after each a second connection is answered within 50 ms, the process lives and its memory is bounded.

Valid frames come from the project's own lists: Kafka's from the frames that every API and version must have in Tests/KafkaWire, AWS's from the
operations and parameters in docs/COVERAGE.md. What is added there is fuzzed without being named. PORT_FUZZ_SEED and PORT_FUZZ_INPUTS set the seed and
the number of inputs of each port (`make fuzz` sends many).
"""

import os
import random
import re
import socket
import struct
import time
import urllib.parse

import pytest

from aws_wire import Wire
from kafka_wire import kafka_socket
from latency_probe import API_VERSIONS, LIST_TABLES, read_http, read_kafka, timed
from nestbox_process import ROOT, Nestbox
from run_delay import RunDelay
from second_client import LATENCY_MS_MAX, resident_mib

SEED = int(os.environ.get("PORT_FUZZ_SEED") or 1)
INPUTS = int(os.environ.get("PORT_FUZZ_INPUTS") or 1500)
GROWTH_MIB_MAX = 150
BOUNDS = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF]


def definition_frames():
    """Requests with their headers, by the text `KEY request VERSION` and lines of hexadecimal in Tests/KafkaWire/DefinitionFrames*.swift."""
    flexible_from = {}
    for path in (ROOT / "Sources/KafkaWire/Messages").glob("[0-9]*.swift"):
        first = re.search(r"flexibleFrom: Int16 = (\.max|\d+)", path.read_text())[1]
        flexible_from[int(path.name[:2])] = 1 << 15 if first == ".max" else int(first)
    frames, taking = [], False
    for path in sorted((ROOT / "Tests/KafkaWire").glob("DefinitionFrames*.swift")):
        for line in path.read_text().splitlines():
            line = line.strip()
            if match := re.fullmatch(r"(\d+) request (\d+)", line):
                key, version = int(match[1]), int(match[2])
                header = struct.pack(">hhihc", key, version, 7, 1, b"c") + (b"\0" if version >= flexible_from[key] else b"")
                frames.append(header)
                taking = True
            elif taking and re.fullmatch(r"[0-9a-f]+", line):
                frames[-1] += bytes.fromhex(line)
            elif " " in line or not line:
                taking = False
    assert len(frames) > 300
    return frames


VALUES = [
    '"fuzz-table"', '"GSI1"', '{"p":{"S":"a"}}', '{"p":{"S":"a"},"x":{"L":[{"N":"1"},{"M":{"y":{"B":"AQ=="}}}]}}', '{"#a":"x"}', '{":a":{"N":"1"}}',
    '"attribute_exists(#a) AND x = :a"', '"SET x = :a REMOVE y"', '"p = :a"', '"x, #a"', "true", "1", '"ALL_OLD"', '"TOTAL"',
    '[{"AttributeName":"p","KeyType":"HASH"}]', '[{"AttributeName":"p","AttributeType":"S"}]', '"PAY_PER_REQUEST"',
    '{"fuzz-table":[{"PutRequest":{"Item":{"p":{"S":"a"}}}}]}', '[{"Put":{"TableName":"fuzz-table","Item":{"p":{"S":"a"}}}}]', "null", "[]", "{}"]


def operations():
    """Operations and their parameters, as docs/COVERAGE.md shows them."""
    rows = re.findall(r"^\| ([A-Z]\w+) \| ([^|]*)\|", (ROOT / "docs/COVERAGE.md").read_text(), re.M)
    assert len(rows) > 20
    return [(name, re.findall(r"[A-Z]\w+", re.sub(r"\([^)]*\)", "", parameters))) for name, parameters in rows]


def aws_request(operation, parameters, source):
    members = [f'"{name}":{source.choice(VALUES)}' for name in parameters if source.random() < 0.4]
    if "TableName" in parameters and source.random() < 0.9:
        members.append('"TableName":"fuzz-table"')
    body = ("{" + ",".join(members) + "}").encode()
    return (b"POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: DynamoDB_20120810.%s\r\nContent-Type: application/x-amz-json-1.0\r\n"
            b"Content-Length: %d\r\n\r\n" % (operation.encode(), len(body))) + body


def changed(data, source):
    """Some bytes set, lost, doubled, or replaced by a number at a bound."""
    data = bytearray(data)
    for _ in range(source.choice([0, 1, 1, 2, 3, 8])):
        at = source.randrange(len(data) + 1)
        match source.randrange(6):
            case 0: data[at:at + 1] = bytes([source.randrange(256)])
            case 1: del data[at:at + source.randrange(1, 9)]
            case 2: data[at:at] = data[at:at + source.randrange(1, 40)] * source.choice([1, 1, 50])
            case 3: data[at:at] = source.randbytes(source.randrange(1, 5))
            case 4:
                width = source.choice([1, 2, 4, 8])
                data[at:at + width] = (source.choice(BOUNDS) & (1 << 8 * width) - 1).to_bytes(width, "big")
            case _: del data[source.randrange(len(data) + 1):]
        if not data:
            data = bytearray(b"\0")
    return bytes(data)


@pytest.fixture(scope="module")
def nestbox(tmp_path_factory):
    nestbox = Nestbox(tmp_path_factory.mktemp("fuzz"), ["--only", "aws,kafka", "--data", "memory"]).start()
    Wire(nestbox.aws_url).table("p:S", name="fuzz-table")
    yield nestbox
    assert nestbox.stop() == 0, nestbox.output


def connect_aws(nestbox):
    address = urllib.parse.urlparse(nestbox.aws_url)
    return socket.create_connection((address.hostname, address.port), timeout=5)


def kafka_inputs(source):
    frames = definition_frames()
    while True:
        payload = changed(source.choice(frames), source)
        # Most with the size that they have, so that they reach the decoders.
        size = len(payload) if source.random() < 0.95 else source.choice(BOUNDS)
        yield struct.pack(">I", size & 0xFFFFFFFF) + payload


def aws_inputs(source):
    rows = operations()
    while True:
        request = aws_request(*source.choice(rows), source)
        if source.random() < 0.2:
            yield changed(request, source)
        else:
            head, body = request.split(b"\r\n\r\n", 1)
            body = changed(body, source)
            yield head[:head.rindex(b":") + 1] + b" %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize("port", ["kafka", "aws"])
def test_whatever_comes_to_a_port_the_next_client_is_answered(nestbox, port):
    source = random.Random(f"{SEED}-{port}")
    inputs = kafka_inputs(source) if port == "kafka" else aws_inputs(source)
    connect = kafka_socket if port == "kafka" else connect_aws
    request, read = (API_VERSIONS, read_kafka) if port == "kafka" else (LIST_TABLES, read_http)
    second, connection = connect(nestbox), connect(nestbox)
    delay = RunDelay(nestbox.process.pid, ["broker" if port == "kafka" else "tables"])
    before, began, slow = None, time.monotonic(), []
    for number in range(INPUTS):
        data = next(inputs)
        try:
            connection.sendall(data)
            # What is answered is not read: a new connection comes before too much waits.
            if source.random() < 0.1:
                raise ConnectionError
        except OSError:
            connection.close()
            connection = connect(nestbox)
        try:
            waited = timed(second, request, read, delay)
        except OSError as failure:
            raise AssertionError(f"seed {SEED}, input {number} on {port}: {failure!r} after {data.hex()}") from failure
        if waited > LATENCY_MS_MAX:
            slow.append((number, round(waited), data.hex()[:400]))
        if number == INPUTS // 10:
            before = resident_mib(nestbox)
        assert nestbox.process.poll() is None, f"seed {SEED}, input {number} on {port}: nestbox has ended after {data.hex()}"
    grown = resident_mib(nestbox) - before
    print(f"\nseed {SEED}, {port}: {INPUTS} inputs, {INPUTS / (time.monotonic() - began):.0f}/s, {len(slow)} slow, {grown:.0f} MiB more", end="")
    assert grown < GROWTH_MIB_MAX
    assert len(slow) <= INPUTS // 500, f"seed {SEED}, {port}: a second client waited: {slow[:5]}"
