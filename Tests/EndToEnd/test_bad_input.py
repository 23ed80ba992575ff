"""Bad input on both ports: the real system's answer or a closed connection, while a second client goes on undisturbed."""

import json
import socket
import struct
import threading
import urllib.parse
import uuid

import confluent_kafka
import confluent_kafka.admin
import pytest

from kafka_wire import ask, batch, frame, kafka_socket, produce
from nestbox_process import http

TARGET = "DynamoDB_20120810."
JSON_10 = "application/x-amz-json-1.0"
SERIALIZATION = "com.amazon.coral.service#SerializationException"
UNKNOWN = "com.amazon.coral.service#UnknownOperationException"
VALIDATION = "com.amazon.coral.validate#ValidationException"


@pytest.fixture(scope="module", autouse=True)
def a_second_client_goes_on(emulators):
    """Reads and writes on both ports all the while; one failure or one slow answer fails the module."""
    failures, stopping = [], threading.Event()

    def drive():
        address = urllib.parse.urlparse(emulators.aws_url)
        try:
            producer = confluent_kafka.Producer({"bootstrap.servers": emulators.kafka, "message.timeout.ms": 5000})
            delivered = lambda error, _: failures.append(str(error)) if error else None
            while not stopping.is_set():
                status, text = http("POST", f"http://{address.netloc}/", "{}",
                                    {"X-Amz-Target": TARGET + "ListTables", "Content-Type": JSON_10})
                if status != 200:
                    failures.append(text)
                producer.produce("undisturbed", b"x", on_delivery=delivered)
                producer.poll(0.01)
            if producer.flush(10):
                failures.append("records were not delivered")
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must say it
            failures.append(repr(error))

    thread = threading.Thread(target=drive)
    thread.start()
    yield
    stopping.set()
    thread.join(30)
    assert not failures, failures[:3]


def aws(emulators, target, body, content_type=JSON_10):
    headers = {"Content-Type": content_type} | ({"X-Amz-Target": target} if target else {})
    status, text = http("POST", emulators.aws_url + "/", body, headers)
    return status, json.loads(text)


@pytest.mark.parametrize("target, body, kind", [
    ("PutItem", "{", SERIALIZATION),
    ("PutItem", "", SERIALIZATION),
    ("PutItem", "[]", SERIALIZATION),
    ("PutItem", '{"TableName": 5}', SERIALIZATION),
    ("PutItem", '{"TableName": "undisturbed-table", "Item": []}', SERIALIZATION),
    ("PutItem", '{"TableName": "undisturbed-table", "Item": {"a": {"S": 5}}}', SERIALIZATION),
    ("PutItem", '{"TableName": "undisturbed-table", "Item": {"a": "x"}}', SERIALIZATION),
    ("GetItem", '{"TableName": "abc"', SERIALIZATION),
    ("GetItem", b'{"TableName": "\xff\xfe"}', SERIALIZATION),
    ("NoSuchOperation", "{}", UNKNOWN),
    ("PutItem", '{"TableName": "t", "Item": {"a": {"N": "abc"}}}', VALIDATION),
    ("GetItem", '{"TableName": "a"}', VALIDATION),
])
def test_a_bad_request_gets_awss_error(emulators, target, body, kind):
    status, answer = aws(emulators, TARGET + target, body)
    assert (status, answer["__type"]) == (400, kind), answer


@pytest.mark.parametrize("target", [None, "", "Nonsense", "DynamoDB_20111205.GetItem", "DynamoDB_20120810."])
def test_an_unknown_target_is_an_unknown_operation(emulators, target):
    status, answer = aws(emulators, target, "{}")
    assert (status, answer["__type"]) == (400, UNKNOWN), answer


def test_deep_nesting_is_refused_and_harms_nothing(emulators):
    deep = '{"L": [' * 100_000 + '{"NULL": true}' + "]}" * 100_000
    status, answer = aws(emulators, TARGET + "PutItem", '{"TableName": "undisturbed-table", "Item": {"a": %s}}' % deep)
    assert status == 400 and answer["__type"] in (SERIALIZATION, VALIDATION), answer


def raw_http(emulators, data, read=65536):
    """Sends bytes and returns what comes until the server closes or goes quiet."""
    address = urllib.parse.urlparse(emulators.aws_url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        try:
            connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return connection.recv(read)


@pytest.mark.parametrize("data, status", [
    (b"NONSENSE\r\n\r\n", b"400"),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", b"400"),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"400"),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", b"4"),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 17000000\r\n\r\n", b"413"),
    (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", b"400"),
])
def test_bad_http_gets_its_status(emulators, data, status):
    answer = raw_http(emulators, data)
    assert answer.startswith(b"HTTP/1.1 " + status), answer[:200]


def test_health_answers(emulators):
    assert http("GET", emulators.aws_url + "/")[1].startswith("healthy: ")


# Kafka

@pytest.mark.parametrize("data", [
    struct.pack(">i", -1) + b"x" * 10,
    struct.pack(">i", -2**31),
    struct.pack(">i", 100 * 1024 * 1024 + 1),
    struct.pack(">i", 2**31 - 1),
    struct.pack(">i", 3) + b"abc",
    struct.pack(">i", 0),
    frame(9999, 0),
    frame(-1, 0),
    frame(4, 0),
    frame(3, 99),
    frame(3, -1),
    frame(0, 2),
    frame(11, 5, b"\x00\x10short"),
    frame(3, 1, struct.pack(">i", 2**31 - 1)),
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 32,
], ids=lambda data: data[:12].hex())
def test_an_impossible_frame_closes_the_connection(emulators, data):
    assert ask(emulators, data) is None


def test_a_lying_size_costs_no_memory_and_no_answer(emulators):
    with kafka_socket(emulators) as connection:
        connection.sendall(struct.pack(">i", 90 * 1024 * 1024) + b"\x00" * 100)
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_an_unknown_version_of_api_versions_is_answered_in_version_0_with_error_35(emulators):
    body = ask(emulators, frame(18, 99))
    error, count = struct.unpack(">hi", body[:6])
    assert error == 35 and count >= 1
    ranges = [struct.unpack(">hhh", body[6 + i * 6:12 + i * 6]) for i in range(count)]
    assert 18 in [key for key, _, _ in ranges]


# Each faulty batch gets Kafka's error code for its partition.

@pytest.fixture(scope="module")
def topic(emulators):
    name = f"bad-{uuid.uuid4().hex[:8]}"
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": emulators.kafka})
    admin.create_topics([confluent_kafka.admin.NewTopic(name, 1, 1)])[name].result(10)
    return name


CORRUPT_MESSAGE, INVALID_RECORD, UNSUPPORTED_FORMAT = 2, 87, 43


@pytest.mark.parametrize("records, error", [
    (batch(), 0),
    (batch(crc_change=1), CORRUPT_MESSAGE),
    (batch()[:-3], INVALID_RECORD),
    (batch()[:30], INVALID_RECORD),
    (batch(count=2), INVALID_RECORD),
    (batch(values=(b"a", b"b"), count=1), INVALID_RECORD),
    (batch(count=2**31 - 1), INVALID_RECORD),
], ids=["good", "bad crc", "truncated", "truncated header", "count too high", "count too low", "count huge"])
def test_a_bad_batch_gets_kafkas_error_and_is_not_stored(emulators, topic, records, error):
    consumer = confluent_kafka.Consumer({"bootstrap.servers": emulators.kafka, "group.id": "bad"})
    place = confluent_kafka.TopicPartition(topic, 0)
    before = consumer.get_watermark_offsets(place, timeout=10)[1]
    assert produce(emulators, topic, records) == error
    after = consumer.get_watermark_offsets(place, timeout=10)[1]
    consumer.close()
    assert after - before == (1 if error == 0 else 0)
