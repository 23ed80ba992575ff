"""Requests to DynamoDB as bytes, as SDKs send them."""
import http.client
import json
import re
import socket
import sys

TARGET = "DynamoDB_20120810."


def aws_request(operation, body, port=8000):
    body = json.dumps(body, separators=(",", ":")).encode()
    head = (
        "POST / HTTP/1.1\r\n"
        f"Host: localhost:{port}\r\n"
        "Accept-Encoding: identity\r\n"
        f"X-Amz-Target: {TARGET}{operation}\r\n"
        "Content-Type: application/x-amz-json-1.0\r\n"
        "User-Agent: Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.11\r\n"
        "X-Amz-Date: 20261123T000000Z\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=nestbox/20261123/us-east-1/dynamodb/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
        f"Signature={'0123456789abcdef' * 4}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n")
    return head.encode() + body


def exchange(port, request):
    """One request over a connection of its own; the whole response."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(1 << 16) or sys.exit("no answer: " + repr(answer))
        head, _, rest = answer.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        while len(rest) < length:
            rest += connection.recv(1 << 16)
        return head + b"\r\n\r\n" + rest


def call(port, operation, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(
        "POST", "/", json.dumps(body), {"X-Amz-Target": TARGET + operation, "Content-Type": "application/x-amz-json-1.0"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    if response.status != 200:
        sys.exit(f"{operation}: {answer}")
    return answer


def create_table(port, table, key, *, index=None):
    """A table with these string attributes as its key, and perhaps a global index with a name and a key."""
    keys = [key, *([index[1]] if index else [])]
    request = {
        "TableName": table, "BillingMode": "PAY_PER_REQUEST", "KeySchema": schema(key),
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in dict.fromkeys(sum(keys, ()))]}
    if index:
        request["GlobalSecondaryIndexes"] = [
            {"IndexName": index[0], "KeySchema": schema(index[1]), "Projection": {"ProjectionType": "ALL"}}]
    call(port, "CreateTable", request)


def schema(key):
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(key, ("HASH", "RANGE"))]
