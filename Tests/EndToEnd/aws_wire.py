"""DynamoDB's JSON protocol by hand: one request, the whole answer, so that a test can hold AWS's exact words."""

import http.client
import json
import urllib.parse
import uuid
from dataclasses import dataclass

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00")


@dataclass
class Answer:
    status: int
    headers: dict
    text: bytes

    @property
    def body(self):
        return json.loads(self.text)

    @property
    def error(self):
        """(exception's name, message), as a client shows them."""
        assert self.status >= 400, (self.status, self.text)
        body = self.body
        return body["__type"].split("#")[-1], body.get("message", body.get("Message"))


class Wire:
    """Requests over one kept connection."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)

    def send(self, operation, body, headers=None, method="POST", path="/"):
        """Any request; `body` is a structure or the raw bytes."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        fields = {"Content-Type": "application/x-amz-json-1.0", "Authorization": AUTHORIZATION}
        if operation:
            fields["X-Amz-Target"] = "DynamoDB_20120810." + operation
        fields.update(headers or {})
        self.connection.request(method, path, data, {k: v for k, v in fields.items() if v is not None})
        response = self.connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())

    def ok(self, operation, body):
        """The answer's structure of a request that has to succeed."""
        answer = self.send(operation, body)
        assert answer.status == 200, (operation, body, answer.status, answer.text)
        return answer.body

    def refused(self, operation, body):
        """(exception's name, message) of a request that has to be refused."""
        answer = self.send(operation, body)
        assert answer.status >= 400, (operation, body, answer.text)
        return answer.error

    def table(self, keys="p:S", name=None, **more):
        """Makes a table; `keys` like "p:S c:N": partition key, sort key. Returns its name."""
        name = name or "t-" + uuid.uuid4().hex[:12]
        pairs = [key.split(":") for key in keys.split()]
        more.setdefault("BillingMode", "PAY_PER_REQUEST")
        definitions = [{"AttributeName": n, "AttributeType": t} for n, t in pairs]
        definitions += more.pop("AttributeDefinitions", [])
        self.ok("CreateTable", {
            "TableName": name, "AttributeDefinitions": definitions,
            "KeySchema": [{"AttributeName": n, "KeyType": kind} for (n, _), kind in zip(pairs, ("HASH", "RANGE"))],
            **more})
        return name


def validation(message):
    """What `Wire.refused` gives for AWS's most common exception."""
    return "ValidationException", message
