"""DynamoDB's port below its operations: HTTP, compression, cross-origin requests, checksums, and what AWS says to what is not a request."""

import gzip
import http.client
import json
import pathlib
import re
import socket
import threading
import time
import urllib.parse
import uuid
import zlib

import pytest

from aws_wire import Wire

SERIALIZATION = "com.amazon.coral.service#SerializationException"
UNKNOWN = "com.amazon.coral.service#UnknownOperationException"
SERVER_ERROR = {"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError", "message": "Internal server error"}
NOT_FOUND = b"<UnknownOperationException/>\n"
MEGABYTE = 1 << 20
ORIGIN = {"Origin": "http://example.com"}


@pytest.fixture(scope="module")
def table(wire):
    return wire.table()


@pytest.fixture(scope="module", autouse=True)
def a_second_client_goes_on(emulators):
    """Reads and writes all the while; one failure or an answer that takes longer than two seconds fails the module."""
    failures, stopping = [], threading.Event()

    def drive():
        second = Wire(emulators.aws_url)
        name = second.table()
        while not stopping.is_set():
            begun = time.monotonic()
            try:
                second.ok("PutItem", {"TableName": name, "Item": {"p": {"S": "undisturbed"}}})
                second.ok("GetItem", {"TableName": name, "Key": {"p": {"S": "undisturbed"}}})
            except Exception as error:  # noqa: BLE001 - whatever it is, the test must say it
                failures.append(repr(error))
                return
            if time.monotonic() - begun > 2:
                failures.append("an answer took %.1f s" % (time.monotonic() - begun))
            time.sleep(0.005)

    thread = threading.Thread(target=drive)
    thread.start()
    yield
    stopping.set()
    thread.join(30)
    assert not failures, failures[:3]


def put(table, key, **more):
    return {"TableName": table, "Item": {"p": {"S": key}, **more}}


def is_there(wire, table, key):
    return "Item" in wire.ok("GetItem", {"TableName": table, "Key": {"p": {"S": key}}, "ConsistentRead": True})


def connect(wire):
    connection = socket.create_connection((wire.connection.host, wire.connection.port), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def head(length=None, method="POST", target="/", version="HTTP/1.1", operation="ListTables", **fields):
    lines = [f"{method} {target} {version}", "Host: localhost", "Content-Type: application/x-amz-json-1.0",
             f"X-Amz-Target: DynamoDB_20120810.{operation}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Raw:
    """A connection by hand: bytes out, whole responses in."""

    def __init__(self, wire):
        self.connection = connect(wire)
        self.file = self.connection.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.connection.close()

    def send(self, data):
        self.connection.sendall(data)

    def response(self):
        line = self.file.readline().decode().strip()
        fields = http.client.parse_headers(self.file)
        return line, fields, self.file.read(int(fields.get("Content-Length", 0)))

    def is_closed(self):
        try:
            return self.file.read(1) == b""
        except ConnectionResetError:
            return True


# Compressed requests


@pytest.mark.parametrize("coding, encode", [
    ("gzip", gzip.compress),
    ("GZIP", gzip.compress),
    ("deflate", zlib.compress),
    ("gzip, deflate", lambda data: zlib.compress(gzip.compress(data))),
    ("identity", bytes),
    ("gzip", lambda data: gzip.compress(data[:10]) + gzip.compress(data[10:])),
], ids=["gzip", "any case", "deflate", "one after the other", "identity", "two gzip streams"])
def test_a_compressed_request_is_read(wire, table, coding, encode):
    key = uuid.uuid4().hex
    body = encode(json.dumps(put(table, key)).encode())
    answer = wire.send("PutItem", body, {"Content-Encoding": coding})
    assert (answer.status, answer.body) == (200, {})
    assert is_there(wire, table, key)


@pytest.mark.parametrize("coding, encode", [
    ("garbage", bytes),
    ("br", gzip.compress),
    ("gzip", bytes),
    ("deflate", bytes),
    ("deflate", gzip.compress),
    ("gzip", zlib.compress),
    ("gzip", lambda data: gzip.compress(data)[:-1]),
    ("gzip", lambda data: gzip.compress(data) + b"junk"),
    ("deflate", lambda data: zlib.compress(data)[:-1]),
    ("gzip", lambda data: b""),
    ("deflate", lambda data: b""),
    ("gzip, garbage", gzip.compress),
    ("gzip,gzip,gzip", bytes),
], ids=["unknown", "brotli", "not gzip", "not deflate", "gzip for deflate", "deflate for gzip", "cut", "junk behind",
        "cut deflate", "empty gzip", "empty deflate", "one unknown", "too many"])
def test_a_body_that_is_not_what_its_encoding_says_is_a_server_error(wire, table, coding, encode):
    key = uuid.uuid4().hex
    body = encode(json.dumps(put(table, key)).encode())
    answer = wire.send("PutItem", body, {"Content-Encoding": coding})
    assert (answer.status, answer.body) == (500, SERVER_ERROR)
    assert not is_there(wire, table, key)


def test_a_compressed_request_over_16_mb_is_refused_and_its_rest_not_made(wire, table):
    def padded(size):
        text = json.dumps(put(table, "bomb"))
        return (text[:-1] + " " * (size - len(text)) + "}").encode()

    assert wire.send("PutItem", gzip.compress(padded(16 * MEGABYTE)), {"Content-Encoding": "gzip"}).status == 200
    for bomb in (gzip.compress(padded(16 * MEGABYTE + 1)), gzip.compress(b" " * (64 * MEGABYTE), 1)):
        answer = wire.send("PutItem", bomb, {"Content-Encoding": "gzip"})
        assert (answer.status, answer.body) == (500, SERVER_ERROR)
    twice = gzip.compress(gzip.compress(b"\0" * (32 * MEGABYTE), 1), 1)
    assert wire.send("PutItem", twice, {"Content-Encoding": "gzip, gzip"}).status == 500
    many = gzip.compress(b"") * 100_000
    assert wire.send("PutItem", many, {"Content-Encoding": "gzip"}).status == 500


def test_many_bombs_at_once_cost_little_more_memory_than_one_request(wire, emulators):
    def peak():
        status = pathlib.Path(f"/proc/{emulators.process.pid}/status")
        if not status.exists():
            pytest.skip("the peak of a process's memory is told in /proc only")
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) >> 10

    bomb = gzip.compress(b" " * (32 * MEGABYTE), 1)
    request = head(len(bomb), operation="PutItem", Content_Encoding="gzip") + bomb
    before = peak()
    clients = [Raw(wire) for _ in range(20)]
    for raw in clients:
        raw.send(request)
    for raw in clients:
        assert raw.response()[0] == "HTTP/1.1 500 Internal Server Error"
        raw.__exit__()
    assert peak() - before < 64


# Compressed answers


@pytest.fixture(scope="module")
def long_item(wire, table):
    wire.ok("PutItem", put(table, "long", v={"S": "x" * 5000}))
    return {"TableName": table, "Key": {"p": {"S": "long"}}}


@pytest.mark.parametrize("coding, decode", [("gzip", gzip.decompress), ("deflate", zlib.decompress)])
def test_a_long_answer_is_compressed_and_its_checksum_is_of_the_bytes_that_are_sent(wire, long_item, coding, decode):
    plain = wire.send("GetItem", long_item)
    assert "content-encoding" not in plain.headers
    assert int(plain.headers["x-amz-crc32"]) == zlib.crc32(plain.text)
    answer = wire.send("GetItem", long_item, {"Accept-Encoding": coding})
    assert answer.headers["content-encoding"] == coding
    assert int(answer.headers["x-amz-crc32"]) == zlib.crc32(answer.text)
    assert int(answer.headers["content-length"]) == len(answer.text) < 500
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"
    assert decode(answer.text) == plain.text


def test_answers_are_compressed_from_4096_bytes_on(wire, table):
    def answer(size):
        # {"Item":{"p":{"S":"edge"},"v":{"S":"..."}}}: the order of the attributes does not matter to the length.
        around = len('{"Item":{"p":{"S":"edge"},"v":{"S":""}}}')
        wire.ok("PutItem", put(table, "edge", v={"S": "x" * (size - around)}))
        return wire.send("GetItem", {"TableName": table, "Key": {"p": {"S": "edge"}}}, {"Accept-Encoding": "gzip"})

    short = answer(4095)
    assert len(short.text) == 4095 and "content-encoding" not in short.headers
    long = answer(4096)
    assert len(gzip.decompress(long.text)) == 4096


@pytest.mark.parametrize("field, coding", [
    ("identity", None), ("br", None), ("x-gzip", None), ("*", "gzip"), ("gzip, deflate", "gzip"),
    ("br, deflate, gzip", "deflate"), ("gzip;q=0", None), ("gzip;q=0.2, deflate;q=0.5", "deflate"),
    ("*, gzip;q=0.5", "deflate"), ("gzip;q=0.5, identity;q=0.8", "gzip"), ("*;q=0", None),
])
def test_accept_encoding_says_how_an_answer_may_be_compressed(wire, long_item, field, coding):
    answer = wire.send("GetItem", long_item, {"Accept-Encoding": field})
    assert answer.headers.get("content-encoding") == coding


def test_of_two_accept_encoding_fields_the_first_counts(wire, long_item):
    body = json.dumps(long_item).encode()
    for first, second, coding in [("gzip", "identity", "gzip"), ("identity", "gzip", None)]:
        with Raw(wire) as raw:
            raw.send(head(len(body), operation="GetItem", Accept_Encoding=f"{first}\r\nAccept-Encoding: {second}") + body)
            assert raw.response()[1].get("Content-Encoding") == coding


def test_a_long_read_is_compressed_too(wire):
    name = wire.table()
    for number in range(10):
        wire.ok("PutItem", put(name, str(number), v={"S": "y" * 100_000}))
    answer = wire.send("Scan", {"TableName": name}, {"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip" and len(answer.text) < 100_000
    assert json.loads(gzip.decompress(answer.text))["Count"] == 10


# Cross-origin requests

CORS = ["access-control-allow-origin", "access-control-expose-headers", "access-control-max-age",
        "access-control-allow-methods", "access-control-allow-headers"]


def cors(answer):
    return [answer.headers.get(name) for name in CORS]


EXPOSED = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"


def test_without_an_origin_nothing_is_said_of_cross_origin_requests(wire, table):
    for answer in [wire.send("ListTables", {}), wire.send(None, None, method="GET"),
                   wire.send(None, None, method="OPTIONS")]:
        assert cors(answer) == [None] * 5


def test_every_answer_to_another_origin_may_be_looked_at(wire, table):
    answers = [
        wire.send("ListTables", {}, ORIGIN), wire.send("Nothing", {}, ORIGIN),
        wire.send("PutItem", put(table, "cors"), ORIGIN), wire.send("DescribeTable", {"TableName": "not-there"}, ORIGIN),
        wire.send(None, None, ORIGIN, method="GET"), wire.send(None, None, ORIGIN, method="DELETE"),
    ]
    assert [answer.status for answer in answers] == [200, 400, 200, 400, 200, 404]
    for answer in answers:
        assert cors(answer) == ["*", EXPOSED, None, None, None]


def test_a_preflight_request_is_allowed_what_it_asks_for(wire):
    answer = wire.send(None, None, ORIGIN, method="OPTIONS")
    assert (answer.status, answer.text, answer.headers["content-length"]) == (200, b"", "0")
    assert cors(answer) == ["*", EXPOSED, "172800", None, None]
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-amz-target, authorization"}
    answer = wire.send(None, None, ORIGIN | asked, method="OPTIONS")
    assert cors(answer) == ["*", EXPOSED, "172800", "POST", "x-amz-target, authorization"]


# What is a request


def test_get_says_that_the_host_is_healthy_and_head_only_that_it_would(wire):
    answer = wire.send(None, None, {"Host": "dynamodb.example:1234"}, method="GET")
    assert (answer.status, answer.text) == (200, b"healthy: dynamodb.example:1234 ")
    assert int(answer.headers["x-amz-crc32"]) == zlib.crc32(answer.text)
    assert len(answer.headers["x-amzn-requestid"]) == 52
    again = wire.send(None, None, {"Host": "dynamodb.example:1234"}, method="HEAD")
    assert (again.status, again.text, again.headers["content-length"]) == (200, b"", str(len(answer.text)))


@pytest.mark.parametrize("method, path", [
    ("GET", "/abc"), ("GET", "/-"), ("HEAD", "/abc"), ("PUT", "/"), ("DELETE", "/"), ("PATCH", "/"), ("OPTIONS", "/"),
    ("TRACE", "/"), ("POST", "/abc"), ("POST", "/localnodes"), ("GET", "/localnodes"),
])
def test_anything_else_is_not_found(wire, method, path):
    answer = wire.send("ListTables", b"{}" if method == "POST" else None, method=method, path=path)
    assert answer.status == 404
    if method != "HEAD":
        assert answer.text == NOT_FOUND
        assert (answer.headers["x-amz-crc32"], answer.headers["content-length"]) == ("3552371480", "29")


@pytest.mark.parametrize("path", ["//", "/?a=b", "http://localhost/", "http://localhost"])
def test_other_spellings_of_the_root_are_the_root(wire, path):
    assert wire.send("ListTables", {}, path=path).status == 200


@pytest.mark.parametrize("kind", [
    None, "", "text/plain", "application/x-amz-json-1.1", "application/jsonasdf", "application/x-www-form-urlencoded",
    "Application/JSON", "x" * 8000,
])
def test_a_body_of_another_content_type_is_not_found(wire, kind):
    answer = wire.send("ListTables", b"{}", {"Content-Type": kind})
    assert (answer.status, answer.text) == (404, NOT_FOUND)


@pytest.mark.parametrize("kind, answered", [
    ("application/x-amz-json-1.0", "application/x-amz-json-1.0"),
    ("application/x-amz-json-1.0; charset=utf-8", "application/x-amz-json-1.0"),
    ("application/json", "application/json"),
    ("application/json;", "application/json"),
    ("application/json  ;   asdf", "application/json"),
    ("application/json; " + "x" * 8000, "application/json"),
])
def test_an_answer_has_the_content_type_of_its_request(wire, kind, answered):
    for operation, status in [("ListTables", 200), ("Nothing", 400)]:
        answer = wire.send(operation, {}, {"Content-Type": kind})
        assert (answer.status, answer.headers["content-type"]) == (status, answered)


def test_without_a_body_the_content_type_does_not_matter(wire):
    for kind in (None, "text/plain"):
        answer = wire.send("ListTables", b"", {"Content-Type": kind})
        assert (answer.status, answer.body) == (400, {"__type": SERIALIZATION})
        assert answer.headers["content-type"] == "application/json"
    assert wire.send(None, b"").body == {"__type": UNKNOWN}


@pytest.mark.parametrize("operation, body, kind", [
    ("ListTables", b"hi", SERIALIZATION), ("ListTables", b"{", SERIALIZATION), ("ListTables", b"{}}", SERIALIZATION),
    ("ListTables", b"null", SERIALIZATION), ("ListTables", b"[]", SERIALIZATION), ("ListTables", b" ", SERIALIZATION),
    ("ListTables", b"", SERIALIZATION), ("ListTables", b'{"a":1,}', SERIALIZATION), ("Nothing", b"{", SERIALIZATION),
    (None, b"hi", SERIALIZATION), ("Nothing", b"{}", UNKNOWN), (None, b"{}", UNKNOWN), ("Nothing", b"[]", UNKNOWN),
    ("listtables", b"{}", UNKNOWN),
])
def test_a_body_that_is_not_json_comes_before_an_operation_that_is_not_there(wire, operation, body, kind):
    answer = wire.send(operation, body)
    assert (answer.status, answer.body["__type"]) == (400, kind)


@pytest.mark.parametrize("text", ["fakebase64", "YWJj??!!", "YQ=", "YQ", "Y", "=", "YQ==YQ==", "\\u00ffdog", " YWJj"])
@pytest.mark.parametrize("place", ["key", "attribute", "nested", "set", "expression"])
def test_malformed_base64_is_a_serialization_exception(wire, table, text, place):
    body = {
        "key": '{"TableName": "%s", "Item": {"p": {"B": "%s"}}}',
        "attribute": '{"TableName": "%s", "Item": {"p": {"S": "a"}, "v": {"B": "%s"}}}',
        "nested": '{"TableName": "%s", "Item": {"p": {"S": "a"}, "v": {"M": {"w": {"L": [{"B": "%s"}]}}}}}',
        "set": '{"TableName": "%s", "Item": {"p": {"S": "a"}, "v": {"BS": ["%s"]}}}',
        "expression": '{"TableName": "%s", "Item": {"p": {"S": "a"}}, "ConditionExpression": "v = :v", '
                      '"ExpressionAttributeValues": {":v": {"B": "%s"}}}',
    }[place] % (table, text)
    assert wire.send("PutItem", body.encode()).body["__type"] == SERIALIZATION


def test_malformed_base64_with_byte_255_is_a_serialization_exception(wire, table):
    body = b'{"TableName": "%s", "Item": {"p": {"B": "\xffdog"}}}' % table.encode()
    assert wire.send("PutItem", body).body["__type"] == SERIALIZATION


# Limits


def test_a_body_of_16_mb_is_read_and_one_more_byte_is_413(wire):
    body = b"{}" + b" " * (16 * MEGABYTE - 2)
    assert wire.send("ListTables", body).status == 200
    with Raw(wire) as raw:
        # Refused by its length: the body has not even been sent.
        raw.send(head(16 * MEGABYTE + 1))
        line, fields, text = raw.response()
        assert (line, text, fields["Connection"]) == ("HTTP/1.1 413 Request Entity Too Large", b"", "close")


def test_a_client_that_sends_far_too_much_sees_413(wire):
    for chunked in (False, True):
        connection = http.client.HTTPConnection(wire.connection.host, wire.connection.port, timeout=20)
        piece = b" " * MEGABYTE
        fields = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
        if not chunked:
            fields["Content-Length"] = str(17 * MEGABYTE)
        connection.request("POST", "/", (piece for _ in range(17)), fields, encode_chunked=chunked)
        assert connection.getresponse().status == 413
        connection.close()


def test_a_head_over_16_kb_is_a_bad_request(wire):
    assert wire.send("ListTables", {}, {"X-More": "x" * 15_000}).status == 200
    for data in (head(2, X_One="x" * 8192, X_Two="y" * 8192), head(2, target="/?" + "x" * 17_000)):
        with Raw(wire) as raw:
            raw.send(data + b"{}")
            line, fields, _ = raw.response()
            assert (line, fields["Connection"]) == ("HTTP/1.1 400 Bad Request", "close")


# Connections


def test_a_connection_is_kept_unless_the_client_wants_it_closed(wire):
    with Raw(wire) as raw:
        for _ in range(3):
            raw.send(head(2) + b"{}")
            line, fields, _ = raw.response()
            assert (line, fields["Connection"]) == ("HTTP/1.1 200 OK", "keep-alive")
        raw.send(head(2, Connection="close") + b"{}")
        assert raw.response()[1]["Connection"] == "close"
        assert raw.is_closed()


def test_http_1_0_is_answered_and_closed_unless_it_asks_to_be_kept(wire):
    with Raw(wire) as raw:
        raw.send(head(2, version="HTTP/1.0", Connection="keep-alive") + b"{}")
        line, fields, _ = raw.response()
        assert (line, fields["Connection"]) == ("HTTP/1.1 200 OK", "keep-alive")
        raw.send(head(2, version="HTTP/1.0") + b"{}")
        assert raw.response()[1]["Connection"] == "close"
        assert raw.is_closed()


def test_expect_100_continue_is_told_to_go_on_before_the_body_comes(wire):
    with Raw(wire) as raw:
        raw.send(head(2, Expect="100-continue"))
        assert raw.file.readline() == b"HTTP/1.1 100 Continue\r\n" and raw.file.readline() == b"\r\n"
        raw.send(b"{}")
        assert raw.response()[0] == "HTTP/1.1 200 OK"
        # Whoever sends the body at once needs no word between.
        raw.send(head(2, Expect="100-continue") + b"{}")
        assert raw.response()[0] == "HTTP/1.1 200 OK"
        # A body that would be refused is not asked for.
        raw.send(head(17 * MEGABYTE, Expect="100-continue"))
        assert raw.response()[0] == "HTTP/1.1 413 Request Entity Too Large"


def test_pipelined_requests_are_answered_in_their_order(wire, table):
    data = b""
    for number in range(50):
        body = json.dumps(put(table, f"pipelined-{number}")).encode()
        data += head(len(body), operation="PutItem") + body
        body = json.dumps({"TableName": table, "Key": {"p": {"S": f"pipelined-{number}"}}}).encode()
        data += head(len(body), operation="GetItem") + body
    with Raw(wire) as raw:
        raw.send(data)
        for number in range(50):
            assert raw.response()[2] == b"{}"
            assert json.loads(raw.response()[2]) == {"Item": {"p": {"S": f"pipelined-{number}"}}}


def test_a_chunked_body_is_read_with_extensions_trailers_and_compressed(wire, table):
    def chunked(data, size):
        pieces = [data[at:at + size] for at in range(0, len(data), size)]
        return b"".join(b"%x;name=value\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\nX-Trailer: 1\r\n\r\n"

    body = json.dumps(put(table, "chunked")).encode()
    with Raw(wire) as raw:
        raw.send(head(operation="PutItem", Transfer_Encoding="chunked") + chunked(body, 7))
        assert raw.response()[2] == b"{}"
        packed = chunked(gzip.compress(body), 5)
        raw.send(head(operation="PutItem", Transfer_Encoding="chunked", Content_Encoding="gzip") + packed)
        assert raw.response()[2] == b"{}"
    assert is_there(wire, table, "chunked")


def test_a_request_that_comes_byte_by_byte_is_answered(wire):
    with Raw(wire) as raw:
        for byte in head(2) + b"{}":
            raw.send(bytes([byte]))
        assert raw.response()[0] == "HTTP/1.1 200 OK"


def test_a_client_that_has_ended_its_side_still_gets_its_answers(wire, table):
    body = json.dumps(put(table, "half-closed")).encode()
    with Raw(wire) as raw:
        raw.send((head(len(body), operation="PutItem") + body) * 3)
        raw.connection.shutdown(socket.SHUT_WR)
        for _ in range(3):
            assert raw.response()[2] == b"{}"
        assert raw.is_closed()


@pytest.mark.parametrize("data, status", [
    (head(2, Content_Length="3") + b"{}", 400),
    (head(2, Transfer_Encoding="chunked") + b"2\r\n{}\r\n0\r\n\r\n", 400),
    (head("+2") + b"{}", 400),
    (head("2, 2") + b"{}", 400),
    (head("") + b"{}", 400),
    (head(Transfer_Encoding="gzip, chunked") + b"0\r\n\r\n", 501),
    (head(Transfer_Encoding="chunked\r\nTransfer-Encoding: chunked") + b"0\r\n\r\n", 400),
    (head(Transfer_Encoding="chunked") + b"2\r\n{}x0\r\n\r\n", 400),
    (head(Transfer_Encoding="chunked") + b"-1\r\n{}\r\n0\r\n\r\n", 400),
    (head(Transfer_Encoding="chunked") + b"ffffffffffffffffff\r\n{}\r\n0\r\n\r\n", 400),
    (head(Transfer_Encoding="chunked") + b"7fffffffffffff\r\n{}\r\n0\r\n\r\n", 413),
    (head(Transfer_Encoding="chunked") + b"2" + b";" * 5000 + b"\r\n{}\r\n0\r\n\r\n", 400),
    (head(2, version="HTTP/2.0") + b"{}", 505),
    (head(2, Expect="200-maybe") + b"{}", 417),
    (head(2).replace(b"Host: localhost", b"Host: localhost\r\nHost: elsewhere") + b"{}", 400),
    (head(2).replace(b"Host: localhost\r\n", b"") + b"{}", 400),
    (head(2).replace(b"Content-Type:", b"Content-Type :") + b"{}", 400),
    (head(2).replace(b"localhost", b"local\0host") + b"{}", 400),
], ids=["two lengths", "length and chunks", "signed length", "list of lengths", "empty length", "unknown coding",
        "chunked twice", "lying chunk", "negative chunk", "overflowing chunk", "huge chunk", "endless extension",
        "another version", "another expectation", "two hosts", "no host", "space before colon", "NUL"])
def test_what_could_be_read_in_two_ways_is_refused_and_the_connection_closed(wire, data, status):
    with Raw(wire) as raw:
        raw.send(data)
        line, fields, _ = raw.response()
        assert (int(line.split()[1]), fields["Connection"]) == (status, "close")
        assert raw.is_closed()


def test_clients_that_leave_in_the_middle_leave_nothing(wire, table):
    body = json.dumps(put(table, "left")).encode()
    whole = head(len(body), operation="PutItem") + body
    for count in list(range(0, len(whole), 23)) + [len(whole) - 1]:
        connection = connect(wire)
        connection.sendall(whole[:count])
        connection.close()
    assert not is_there(wire, table, "left")
    assert wire.send("ListTables", {}).status == 200
