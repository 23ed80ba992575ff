"""Clients that are slow, broken or lying, many at once: each comes to its end in bounded time and memory, and a second client is answered within 50 ms.

LOAD_FULL=1 takes more of them, for longer (`make soak`).
"""

import socket
import struct
import time
import urllib.parse

import pytest

from kafka_wire import frame, kafka_socket
from nestbox_process import Nestbox
from second_client import IS_FULL, SecondClient, resident_mib

CLIENTS = 200 if IS_FULL else 20
SECONDS = 5.0 if IS_FULL else 1.0
GROWTH_MIB_MAX = 64

LIST = (b"POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n"
        b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\n\r\n{}")
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
TLS_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(512)


@pytest.fixture(scope="module")
def nestbox(tmp_path_factory):
    """One of its own: what it takes of memory is looked at."""
    nestbox = Nestbox(tmp_path_factory.mktemp("hostile"), ["--only", "aws,kafka", "--data", "memory"]).start()
    yield nestbox
    assert nestbox.stop() == 0, nestbox.output


def connect(nestbox, port):
    if port == "kafka":
        return kafka_socket(nestbox)
    address = urllib.parse.urlparse(nestbox.aws_url)
    return socket.create_connection((address.hostname, address.port), timeout=5)


def connect_all(nestbox, port, count=CLIENTS):
    return [connect(nestbox, port) for _ in range(count)]


def end_of(connection, within=10.0):
    """Everything until the server closes; None when it does not."""
    connection.settimeout(within)
    data = b""
    try:
        while piece := connection.recv(65536):
            data += piece
    except TimeoutError:
        return None
    except ConnectionError:
        pass
    return data


def send(connection, data):
    """False when the server has closed meanwhile."""
    try:
        connection.sendall(data)
        return True
    except OSError:
        return False


@pytest.fixture(scope="module", autouse=True)
def a_second_client_goes_on(nestbox):
    """On both ports all the while: it is answered in time."""
    with SecondClient(nestbox, "beside hostile clients"):
        yield


@pytest.fixture(autouse=True)
def memory_stays_bounded(nestbox):
    before = resident_mib(nestbox)
    yield
    grown = resident_mib(nestbox) - before
    assert grown < GROWTH_MIB_MAX, f"grew by {grown:.0f} MiB"


# What ends at once: (port, bytes, beginning of the answer). On Kafka's port nothing is answered to what is no request.
CLOSED = {
    "http: no request": ("aws", b"NONSENSE\r\n\r\n", b"HTTP/1.1 400"),
    "http: a TLS hello": ("aws", TLS_HELLO, b"HTTP/1.1 400"),
    "http: a Kafka frame": ("aws", frame(18, 0) + frame(18, 0), b"HTTP/1.1 400"),
    "http: a large Kafka frame": ("aws", frame(0, 3, bytes(20_000)), b"HTTP/1.1 400"),
    "http: two content lengths": ("aws", LIST.replace(b"Length: 2\r\n", b"Length: 2\r\nContent-Length: 3\r\n"), b"HTTP/1.1 400"),
    "http: a content length and chunks": ("aws", CHUNKED.replace(b"Host", b"Content-Length: 3\r\nHost") + b"0\r\n\r\n", b"HTTP/1.1 400"),
    "http: a chunk with a size that is none": ("aws", CHUNKED + b"xyz\r\n", b"HTTP/1.1 400"),
    "http: a chunk longer than its size": ("aws", CHUNKED + b"3\r\nabcdef\r\n0\r\n\r\n", b"HTTP/1.1 400"),
    "http: a chunk with more than a body may have": ("aws", CHUNKED + b"fffffff\r\n", b"HTTP/1.1 413"),
    "http: a chunk with a size that overflows": ("aws", CHUNKED + b"f" * 40 + b"\r\n", b"HTTP/1.1 4"),
    "http: a chunk's extension without end": ("aws", CHUNKED + b"1;" + b"x" * 5000, b"HTTP/1.1 400"),
    "http: a trailer without end": ("aws", CHUNKED + b"0\r\n" + b"x: y\r\n" * 10_000, b"HTTP/1.1 4"),
    "http: a head without end": ("aws", b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 10_000, b"HTTP/1.1 400"),
    "kafka: HTTP": ("kafka", LIST, b""),
    "kafka: a TLS hello": ("kafka", TLS_HELLO, b""),
    "kafka: an unknown API": ("kafka", frame(9999, 0), b""),
    "kafka: an array of two thousand million": ("kafka", frame(3, 1, struct.pack(">i", 2**31 - 1)), b""),
}


@pytest.mark.parametrize("name", CLOSED)
def test_what_is_no_request_is_closed_at_once_however_many_send_it(nestbox, name):
    port, data, beginning = CLOSED[name]
    for connection in connect_all(nestbox, port):
        with connection:
            send(connection, data)
            began = time.monotonic()
            answer = end_of(connection)
            assert answer is not None, "it is not closed"
            assert answer.startswith(beginning) and (beginning or not answer), answer[:100]
            assert time.monotonic() - began < 5


# What comes in small pieces: (port, head, what follows again and again).
SLOW = {
    # In one field: more than a hundred of them are refused.
    "http: a slow head": ("aws", b"POST / HTTP/1.1\r\nHost: a\r\nx: y", b"y"),
    "http: a slow body": ("aws", LIST.replace(b"Length: 2\r\n", b"Length: 90000\r\n"), b" "),
    "http: slow chunks": ("aws", CHUNKED, b"1\r\n \r\n"),
    "kafka: a slow frame": ("kafka", struct.pack(">i", 90_000), b"\x00"),
    "kafka: a slow size": ("kafka", b"\x00", b""),
}


@pytest.mark.parametrize("name", SLOW)
def test_slow_clients_keep_nobody_waiting(nestbox, name):
    port, head, piece = SLOW[name]
    connections = connect_all(nestbox, port)
    for connection in connections:
        send(connection, head)
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for connection in connections:
            assert send(connection, piece), "closed though it is only slow"
        time.sleep(0.02)
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("port, request_bytes", [("aws", LIST), ("kafka", frame(18, 0))])
def test_a_half_closed_client_gets_its_answers_and_then_the_end(nestbox, port, request_bytes):
    for connection in connect_all(nestbox, port):
        with connection:
            send(connection, 3 * request_bytes)
            connection.shutdown(socket.SHUT_WR)
            answer = end_of(connection)
            assert answer is not None
            if port == "aws":
                assert answer.count(b"HTTP/1.1 200") == 3
            else:
                size, = struct.unpack(">i", answer[:4])
                assert len(answer) == 3 * (4 + size)


@pytest.mark.parametrize("port, part", [("aws", LIST[:40]), ("aws", LIST[:-1]), ("kafka", frame(18, 0)[:3]), ("kafka", frame(18, 0)[:-1])])
def test_a_client_that_ends_within_a_request_is_closed(nestbox, port, part):
    for connection in connect_all(nestbox, port):
        with connection:
            send(connection, part)
            connection.shutdown(socket.SHUT_WR)
            assert end_of(connection) is not None


@pytest.mark.parametrize("port, request_bytes", [("aws", LIST), ("kafka", frame(18, 0)), ("kafka", frame(3, 1, struct.pack(">i", -1)))])
def test_resets_at_any_moment_harm_nobody(nestbox, port, request_bytes):
    deadline, number = time.monotonic() + SECONDS, 0
    while time.monotonic() < deadline:
        connection = connect(nestbox, port)
        number += 1
        send(connection, (5 * request_bytes)[:number % (5 * len(request_bytes))])
        if number % 3 == 0:
            connection.recv(1) if number % (5 * len(request_bytes)) >= len(request_bytes) else None
        # On close the peer gets a reset instead of an end.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    assert number > 50


@pytest.mark.parametrize("port, request_bytes", [("aws", LIST), ("kafka", frame(18, 0))])
def test_pipelined_requests_are_all_answered_and_wait_their_turn(nestbox, port, request_bytes):
    connections = connect_all(nestbox, port, 20)
    for connection in connections:
        send(connection, 300 * request_bytes)
    for connection in connections:
        with connection:
            connection.shutdown(socket.SHUT_WR)
            answer = end_of(connection, 30)
            assert answer is not None
            if port == "aws":
                assert answer.count(b"HTTP/1.1 200") == 300
            else:
                assert len(answer) == 300 * (4 + struct.unpack(">i", answer[:4])[0])


@pytest.mark.skipif(not IS_FULL, reason="it takes half a minute: make soak")
@pytest.mark.parametrize("name", ["http: a slow head", "http: a slow body"])
def test_a_request_that_does_not_end_is_refused_after_half_a_minute(nestbox, name):
    """A head has its time in all; a body only between two arrivals, so nothing more comes of this one."""
    port, head, piece = SLOW[name]
    connections = connect_all(nestbox, port, 20)
    began = time.monotonic()
    for connection in connections:
        send(connection, head)
    while name == "http: a slow head" and time.monotonic() - began < 28:
        for connection in connections:
            send(connection, piece)
        time.sleep(0.5)
    for connection in connections:
        with connection:
            answer = end_of(connection, 10 if "head" in name else 40)
            assert answer is not None and answer.startswith(b"HTTP/1.1 408"), answer
    assert 29 < time.monotonic() - began < 36
