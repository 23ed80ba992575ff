"""What the loop and HTTP cost before anything is done."""
from . import report
from .measure import PARTS, compare_short, load
from .options import options
from .programs import Server, build, file


def bench_limit():
    """A 300-byte POST, answered with 300 bytes: bare epoll in C against the empty server on Reactor and HTTP."""
    body = b'{"x":"' + b"x" * 292 + b'"}'
    head = (
        "POST / HTTP/1.1\r\nHost: localhost:8000\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\n"
        f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n\r\n")
    request = file(head.encode() + body)
    response = file(
        f"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    servers = [
        Server("bare epoll", [build("epoll-limit"), "0", response]),
        Server("empty server", [build("empty-server"), "0", response])]
    found = compare_short(*[lambda server=server: load(server, request, options.requests // PARTS) for server in servers])
    report.add(report.Row(
        "limit", "empty server on the Reactor", "bare epoll loop in C", found.ratio, 0.9, 0.97,
        work_unit="request", measured=found.measured, against=found.limit,
        conditions=f"POST of 300 bytes, answer of 300 bytes, {options.connections} connections"))
    for server in servers:
        server.stop()


BENCHES = {"limit": bench_limit}
