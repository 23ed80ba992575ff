"""Who may come in, and to which tables: signatures checked against keys, and databases of their own for credentials."""

import datetime
import gzip
import hashlib
import http.client
import json
import os
import pathlib
import re
import time
import urllib.parse

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.exceptions
import pytest

from aws_wire import Wire
from nestbox_process import Nestbox, wait_until
from nestbox_process import http as request_of

MISSING = ("MissingAuthenticationTokenException", "Request is missing Authentication Token")
UNRECOGNIZED = ("UnrecognizedClientException", "The security token included in the request is invalid.")
WRONG = ("InvalidSignatureException",
         "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
         "and signing method. Consult the service documentation for details.")
REGION = "eu-west-3"
STACK = f"""
region: {REGION}
verify_signatures: true
credentials:
  - {{ access_key_id: first, secret_access_key: "secret of the first" }}
  - {{ access_key_id: AKIAEXAMPLE, secret_access_key: wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY }}
  - {{ access_key_id: temporary, secret_access_key: "ünïcode sécret", session_token: "token+with/signs==" }}
tables:
  of-the-stack:
    keys: {{ p: S }}
"""
FIRST = botocore.credentials.Credentials("first", "secret of the first")
EXAMPLE = botocore.credentials.Credentials("AKIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
TEMPORARY = botocore.credentials.Credentials("temporary", "ünïcode sécret", "token+with/signs==")


@pytest.fixture
def start(tmp_path):
    """Starts one in the test's directory, as often as need be; all are stopped at the end."""
    started = []

    def start(*arguments, stack=None, environment=None):
        if stack:
            (tmp_path / "nestbox.yaml").write_text(stack)
        started.append(Nestbox(tmp_path, arguments, environment).start())
        return started[-1]

    yield start
    for nestbox in started:
        assert nestbox.process.poll() is not None or nestbox.stop() == 0, nestbox.output


@pytest.fixture(scope="module")
def verifying(tmp_path_factory):
    directory = tmp_path_factory.mktemp("verifying")
    (directory / "nestbox.yaml").write_text(STACK)
    nestbox = Nestbox(directory, ["--only", "aws", "--data", "memory"]).start()
    yield nestbox
    assert nestbox.stop() == 0, nestbox.output


def signed(nestbox, credentials, operation, body=b"{}", at=None, headers=None, path="/", region=REGION,
           service="dynamodb", method="POST"):
    """A request as botocore signs it, at another time if need be."""
    request = botocore.awsrequest.AWSRequest(
        method, nestbox.aws_url + path, data=body,
        headers={"X-Amz-Target": "DynamoDB_20120810." + operation, "Content-Type": "application/x-amz-json-1.0",
                 **(headers or {})})
    with at_time(at):
        botocore.auth.SigV4Auth(credentials, service, region).add_auth(request)
    return request


class at_time:
    """Lets botocore sign at another time."""

    def __init__(self, time):
        self.time = time

    def __enter__(self):
        if self.time:
            self.before = botocore.auth.get_current_datetime
            botocore.auth.get_current_datetime = lambda: self.time

    def __exit__(self, *_):
        if self.time:
            botocore.auth.get_current_datetime = self.before


def send(nestbox, request, change=None):
    """Sends a signed request, after `change` has altered its fields; its error, or its body."""
    parts = urllib.parse.urlsplit(request.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    prepared = request.prepare()
    fields = {k: v.decode() if isinstance(v, bytes) else v for k, v in prepared.headers.items()}
    if change:
        change(fields)
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    connection.request(request.method, target, prepared.body, {k: str(v).encode() for k, v in fields.items()})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    if answer.status == 200:
        return body
    assert answer.status == 400
    return body["__type"].removeprefix("com.amazon.coral.service#"), body.get("message")


def now(seconds=0):
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(seconds=seconds)


# Signatures that hold


@pytest.mark.parametrize("credentials", [FIRST, EXAMPLE, TEMPORARY], ids=["first", "signs in the secret", "token"])
def test_what_botocore_signs_with_a_known_key_is_let_in(verifying, credentials):
    names = {"TableNames": ["of-the-stack"]}
    assert send(verifying, signed(verifying, credentials, "ListTables")) == names
    assert send(verifying, signed(verifying, credentials, "ListTables", region="us-gov-west-1")) == names


def test_a_client_with_a_known_key_works_as_ever(verifying):
    client = boto3.client(
        "dynamodb", endpoint_url=verifying.aws_url, region_name=REGION, aws_access_key_id="temporary",
        aws_secret_access_key="ünïcode sécret", aws_session_token="token+with/signs==")
    item = {"p": {"S": "ключ 鍵 🔑"}, "v": {"B": bytes(range(256))}}
    client.put_item(TableName="of-the-stack", Item=item)
    assert client.get_item(TableName="of-the-stack", Key={"p": item["p"]})["Item"] == item


@pytest.mark.parametrize("body", [b"", "{\"TableName\": \"ключ\"}".encode(), b"{}" + b" " * 100_000],
                         ids=["empty", "unicode", "long"])
def test_the_body_is_signed_whatever_it_is(verifying, body):
    error = send(verifying, signed(verifying, EXAMPLE, "DescribeTable", body))
    assert error[0] not in ("InvalidSignatureException", "UnrecognizedClientException"), error


def test_a_compressed_body_is_signed_as_it_is_sent(verifying):
    request = signed(verifying, EXAMPLE, "ListTables", gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})
    assert send(verifying, request) == {"TableNames": ["of-the-stack"]}


def test_an_unsigned_payload_is_let_in_when_the_request_says_so(verifying):
    def request(body):
        request = botocore.awsrequest.AWSRequest(
            "POST", verifying.aws_url + "/", data=body,
            headers={"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0",
                     "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
        botocore.auth.SigV4Auth(EXAMPLE, "dynamodb", REGION).add_auth(request)
        return request

    assert send(verifying, request(b"{}")) == {"TableNames": ["of-the-stack"]}
    changed = request(b"{}")
    changed.data = b'{"Limit": 1}'
    assert send(verifying, changed) == {"TableNames": ["of-the-stack"]}


def test_a_declared_hash_of_another_body_does_not_let_it_in(verifying):
    request = signed(verifying, EXAMPLE, "ListTables", headers={"X-Amz-Content-SHA256": "0" * 64})
    assert send(verifying, request) == WRONG


@pytest.mark.parametrize("path", ["/?b=2&a=1", "/?a=%20&a=b%2Fc&%C3%A9=", "/?x", "/?z=~&A=1&a=1"])
def test_the_query_is_signed(verifying, path):
    assert send(verifying, signed(verifying, EXAMPLE, "ListTables", path=path)) == {"TableNames": ["of-the-stack"]}
    request = signed(verifying, EXAMPLE, "ListTables", path=path)
    request.url += "&more=1"
    assert send(verifying, request) == WRONG


def test_the_form_of_the_header_does_not_matter(verifying):
    """Commas and blanks between its parts, the order and the case of names, blanks within and around values."""
    def no_blanks(fields):
        first, rest = fields["Authorization"].split(" ", 1)
        fields["Authorization"] = first + " " + rest.replace(" ", "")

    def only_blanks(fields):
        fields["Authorization"] = fields["Authorization"].replace(",", " ")

    def reordered(fields):
        algorithm, credential, headers, signature = fields["Authorization"].replace(",", "").split()
        fields["Authorization"] = f"{algorithm} {signature}, {headers}, {credential}"
        for name in reversed([name for name in fields if name != "Authorization"]):
            fields[name.swapcase()] = fields.pop(name)

    def blanks(fields):
        fields["Meerkat"] = "  a   b  "

    for change in (no_blanks, only_blanks, reordered, blanks):
        request = signed(verifying, EXAMPLE, "ListTables", headers={"Meerkat": "a b"})
        assert send(verifying, request, change) == {"TableNames": ["of-the-stack"]}, change.__name__


class Presigner(botocore.auth.SigV4QueryAuth):
    """Botocore's, for a request that keeps its body."""

    def presign(self, url, headers, body):
        data, request = body, botocore.awsrequest.AWSRequest("POST", url, headers=headers)
        self.payload = lambda _: hashlib.sha256(data).hexdigest()
        self.add_auth(request)
        return request.url


def presigned(nestbox, credentials, operation, body=b"{}", expires=60, at=None):
    headers = {"X-Amz-Target": "DynamoDB_20120810." + operation, "Content-Type": "application/x-amz-json-1.0"}
    with at_time(at):
        url = Presigner(credentials, "dynamodb", REGION, expires=expires).presign(nestbox.aws_url + "/", headers, body)
    return botocore.awsrequest.AWSRequest("POST", url, headers=headers, data=body)


@pytest.mark.parametrize("credentials", [FIRST, EXAMPLE, TEMPORARY], ids=["first", "signs in the secret", "token"])
def test_a_presigned_request_is_let_in_until_it_expires(verifying, credentials):
    assert send(verifying, presigned(verifying, credentials, "ListTables")) == {"TableNames": ["of-the-stack"]}
    late = presigned(verifying, credentials, "ListTables", expires=60, at=now(-120))
    kind, message = send(verifying, late)
    assert kind == "InvalidSignatureException" and message.startswith("Signature expired: "), message
    assert message.endswith(" - 1 min.)")
    long = presigned(verifying, credentials, "ListTables", expires=7200, at=now(-3600))
    assert send(verifying, long) == {"TableNames": ["of-the-stack"]}
    changed = presigned(verifying, credentials, "ListTables")
    changed.data = b'{"Limit": 1}'
    assert send(verifying, changed) == WRONG


# Signatures that do not


def test_a_request_without_a_signature_is_told_so(verifying):
    wire = Wire(verifying.aws_url)
    for headers, path in [({"Authorization": None}, "/"), ({"Authorization": "AWS4"}, "/"),
                          ({"Authorization": "X"}, "/?X-Amz-Algorith"), ({"Authorization": "Bearer x"}, "/"),
                          ({"Authorization": None}, "/?X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-Date=d")]:
        answer = wire.send("ListTables", {}, headers, path=path)
        assert (answer.status, answer.error) == (400, MISSING)
        assert answer.body["__type"] == "com.amazon.coral.service#MissingAuthenticationTokenException"


def test_a_header_and_a_query_at_once_are_refused(verifying):
    answer = Wire(verifying.aws_url).send("ListTables", {}, {"Authorization": "X"}, path="/?X-Amz-Algorithm")
    assert answer.error == (
        "InvalidSignatureException",
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")


NO_CREDENTIAL = "Authorization header requires 'Credential' parameter. "
NO_SIGNATURE = "Authorization header requires 'Signature' parameter. "
NO_HEADERS = "Authorization header requires 'SignedHeaders' parameter. "
NO_DATE = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "


@pytest.mark.parametrize("authorization, date, message", [
    ("AWS4-", None, NO_CREDENTIAL + NO_SIGNATURE + NO_HEADERS + NO_DATE + "Authorization=AWS4-"),
    ("AWS4- Signature=b Credential=a", "a", NO_HEADERS + "Authorization=AWS4- Signature=b Credential=a"),
    ("AWS4- Signature=b,Credential=a", "a", NO_HEADERS + "Authorization=AWS4- Signature=b,Credential=a"),
    ("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=", "a",
     NO_SIGNATURE + "Authorization=AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature="),
    ("AWS4-HMAC-SHA256 Credential= a/b, SignedHeaders=host, Signature=b", "a",
     "'a/b' not a valid key=value pair (missing equal-sign) in Authorization header: "
     "'AWS4-HMAC-SHA256 Credential= a/b, SignedHeaders=host, Signature=b'."),
    ("AWS4-X Credential=a, SignedHeaders=host, Signature=b", "201",
     "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601"),
    ("AWS4-X Credential=a, SignedHeaders=host, Signature=b", "Mon, 23 Nov 2026 10:00:00 GMT",
     "Date must be in ISO-8601 'basic format'. Got 'Mon, 23 Nov 2026 10:00:00 GMT'. See "
     "http://en.wikipedia.org/wiki/ISO_8601"),
    ("AWS4-HMAC-SHA25 Credential=a, SignedHeaders=host, Signature=b", "now",
     "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). "),
    ("AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=b", "now",
     "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'"),
], ids=["nothing", "no signed headers", "commas", "empty signature", "no equal-sign", "no date", "HTTP's date",
        "algorithm", "credential"])
def test_an_incomplete_signature_is_told_what_is_missing(verifying, authorization, date, message):
    date = now().strftime("%Y%m%dT%H%M%SZ") if date == "now" else date
    answer = Wire(verifying.aws_url).send("ListTables", {}, {"Authorization": authorization, "X-Amz-Date": date})
    assert (answer.status, answer.error) == (400, ("IncompleteSignatureException", message))


@pytest.mark.parametrize("query, missing", [
    ("X-Amz-Algorithm", ["Algorithm", "Credential", "Signature", "SignedHeaders", "Date"]),
    ("X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d", ["SignedHeaders"]),
])
def test_an_incomplete_query_is_told_what_is_missing(verifying, query, missing):
    answer = Wire(verifying.aws_url).send("ListTables", {}, {"Authorization": None}, path="/?" + query)
    words = "".join(f"AWS query-string parameters must include 'X-Amz-{name}'. " for name in missing)
    assert answer.error == ("IncompleteSignatureException", words + "Re-examine the query-string parameters.")


def test_a_signature_of_another_time_is_refused(verifying):
    def at(seconds):
        return send(verifying, signed(verifying, EXAMPLE, "ListTables", at=now(seconds)))

    names = {"TableNames": ["of-the-stack"]}
    assert at(-880) == names and at(880) == names
    stamp = r"\d{8}T\d{6}Z"
    kind, message = at(-960)
    assert kind == "InvalidSignatureException"
    assert re.fullmatch(
        rf"Signature expired: {stamp} is now earlier than {stamp} \({stamp} - 15 min\.\)", message), message
    kind, message = at(960)
    assert kind == "InvalidSignatureException"
    assert re.fullmatch(
        rf"Signature not yet current: {stamp} is still later than {stamp} \({stamp} \+ 15 min\.\)", message), message


def test_a_signature_that_leaves_out_the_host_is_refused(verifying):
    date = now().strftime("%Y%m%dT%H%M%SZ")
    answer = Wire(verifying.aws_url).send(
        "ListTables", {}, {"Authorization": "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=x-amz-date, Signature=b",
                           "X-Amz-Date": date})
    assert answer.error == ("InvalidSignatureException",
                            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")


def test_a_signature_of_another_scope_is_refused(verifying):
    date = now().strftime("%Y%m%dT%H%M%SZ")

    def error(scope):
        return Wire(verifying.aws_url).send(
            "ListTables", {}, {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=b",
                               "X-Amz-Date": date}).error

    assert error(f"first/{date[:8]}/{REGION}/s3/aws4_request") == (
        "InvalidSignatureException", "Credential should be scoped to correct service: 'dynamodb'. ")
    assert error("a/b/C/d/e") == (
        "InvalidSignatureException",
        "Credential should be scoped to a valid region, not 'C'. "
        "Credential should be scoped to correct service: 'dynamodb'. "
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. "
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        f"'b' != '{date[:8]}', from '{date}'.")


def test_an_unknown_key_a_wrong_secret_and_a_wrong_token_are_refused(verifying):
    def error(*credentials):
        return send(verifying, signed(verifying, botocore.credentials.Credentials(*credentials), "ListTables"))

    assert error("unknown", "x") == UNRECOGNIZED
    assert error("local", "local") == UNRECOGNIZED
    assert error("AKIAexample", EXAMPLE.secret_key) == UNRECOGNIZED
    assert error("AKIAEXAMPLE", "x") == WRONG
    assert error("temporary", "ünïcode sécret", "another token") == UNRECOGNIZED
    assert error("temporary", "ünïcode sécret") == UNRECOGNIZED
    assert error("first", "secret of the first", "a token that it has not") == UNRECOGNIZED


@pytest.mark.parametrize("change", [
    lambda fields: fields.update({"X-Amz-Target": "DynamoDB_20120810.DescribeLimits"}),
    lambda fields: fields.update({"Host": "elsewhere"}),
    lambda fields: fields.update({"Authorization": fields["Authorization"][:-1] + "z"}),
    lambda fields: fields.update({"Authorization": fields["Authorization"].replace("host;", "host;more;")}),
    lambda fields: fields.pop("Meerkat"),
], ids=["target", "host", "signature", "signed headers", "a header gone"])
def test_what_was_changed_after_signing_is_refused(verifying, change):
    request = signed(verifying, EXAMPLE, "ListTables", headers={"Meerkat": "a"})
    assert send(verifying, request, change) == WRONG


def test_a_body_that_was_changed_after_signing_is_refused_and_does_nothing(verifying):
    body = json.dumps({"TableName": "of-the-stack", "Item": {"p": {"S": "forged"}}}).encode()
    request = signed(verifying, EXAMPLE, "PutItem", b"{}")
    request.data = body
    assert send(verifying, request) == WRONG
    key = json.dumps({"TableName": "of-the-stack", "Key": {"p": {"S": "forged"}}}).encode()
    assert send(verifying, signed(verifying, EXAMPLE, "GetItem", key)) == {}


def test_health_and_preflight_need_no_signature_and_a_request_is_read_first(verifying):
    wire = Wire(verifying.aws_url)
    none = {"Authorization": None}
    assert wire.send(None, None, none, method="GET").status == 200
    assert wire.send(None, None, none | {"Origin": "x"}, method="OPTIONS").status == 200
    assert wire.send("Nothing", {}, none).error[0] == "UnknownOperationException"
    assert wire.send("ListTables", b"{", none).error[0] == "SerializationException"
    answer = wire.send("ListTables", {}, none | {"Origin": "x"})
    assert (answer.error, answer.headers["access-control-allow-origin"]) == (MISSING, "*")


def test_without_keys_in_the_stack_file_the_usual_ones_hold_and_the_skew_is_what_it_is_told(start):
    nestbox = start("--only", "aws", "--data", "memory", "--verify-signatures", "--signature-skew", "90")
    local = botocore.credentials.Credentials("local", "local")
    assert (nestbox.exports["AWS_ACCESS_KEY_ID"], nestbox.exports["AWS_SECRET_ACCESS_KEY"]) == ("local", "local")
    assert "TableNames" in send(nestbox, signed(nestbox, local, "ListTables", at=now(-80)))
    kind, message = send(nestbox, signed(nestbox, local, "ListTables", at=now(-100)))
    assert kind == "InvalidSignatureException" and message.endswith(" - 90 sec.)")
    kind, message = send(nestbox, signed(nestbox, local, "ListTables", at=now(100)))
    assert kind == "InvalidSignatureException" and message.endswith(" + 90 sec.)")


def test_without_the_flag_any_credentials_and_none_are_let_in(wire):
    for authorization in (None, "X", "AWS4-", "AWS4-HMAC-SHA256 Credential=cassandra/2/3/4/aws4_request"):
        assert wire.send("ListTables", {}, {"Authorization": authorization}).status == 200


# Databases of their own


def client(nestbox, key, region=REGION):
    return boto3.client(
        "dynamodb", endpoint_url=nestbox.aws_url, region_name=region, aws_access_key_id=key,
        aws_secret_access_key="any", config=botocore.config.Config(retries={"max_attempts": 0}))


def make(client, name):
    client.create_table(
        TableName=name, KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}])


def names(client):
    return client.list_tables()["TableNames"]


ISOLATED = f"""
region: {REGION}
isolation: credentials
credentials:
  - {{ access_key_id: service, secret_access_key: x }}
tables:
  of-the-stack:
    keys: {{ p: S }}
"""


@pytest.mark.parametrize("data", ["memory", "kept"])
def test_each_key_and_region_has_tables_of_its_own(start, tmp_path, data):
    nestbox = start("--only", "aws", "--data", data, stack=ISOLATED)
    one, other = client(nestbox, "AKIAONE"), client(nestbox, "akiaone")
    there = client(nestbox, "AKIAONE", "us-east-1")
    odd = client(nestbox, "../../x_y%é" + "z" * 200)
    for who, value in [(one, "1"), (other, "2"), (there, "3"), (odd, "4")]:
        assert names(who) == []
        make(who, "same")
        who.put_item(TableName="same", Item={"p": {"S": "key"}, "v": {"S": value}})
    unsigned = Wire(nestbox.aws_url)
    none = {"Authorization": None}
    assert unsigned.send("ListTables", {}, none).body == {"TableNames": []}
    make_body = {"TableName": "of-nobody", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
                 "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST"}
    answer = unsigned.send("CreateTable", make_body, none)
    assert answer.body["TableDescription"]["TableArn"] == f"arn:aws:dynamodb:{REGION}:000000000000:table/of-nobody"

    def check(nestbox):
        for key, region, value in [("AKIAONE", REGION, "1"), ("akiaone", REGION, "2"), ("AKIAONE", "us-east-1", "3"),
                                   ("../../x_y%é" + "z" * 200, REGION, "4")]:
            who = client(nestbox, key, region)
            assert names(who) == ["same"]
            assert who.get_item(TableName="same", Key={"p": {"S": "key"}})["Item"]["v"] == {"S": value}
            arn = who.describe_table(TableName="same")["Table"]["TableArn"]
            assert arn == f"arn:aws:dynamodb:{region}:000000000000:table/same"
        assert names(client(nestbox, "service")) == ["of-the-stack"]
        assert names(client(nestbox, "service", "us-east-1")) == []
        assert Wire(nestbox.aws_url).send("ListTables", {}, none).body == {"TableNames": ["of-nobody"]}

    check(nestbox)
    assert nestbox.exports["AWS_ACCESS_KEY_ID"] == "service"
    if data == "kept":
        nestbox.kill()
        nestbox = start("--only", "aws", "--data", data)
        check(nestbox)
        assert nestbox.stop() == 0, nestbox.output
        kept = sorted(path.name for path in (tmp_path / "kept/dynamodb/credentials").iterdir())
        # Those without a table, as service in us-east-1, have left nothing.
        assert len(kept) == 6 and kept[-1] == f"unsigned.{REGION}"
        assert all(name == name.lower() and len(name) < 100 and "/" not in name for name in kept)


def test_many_more_credentials_than_databases_stay_open(start, tmp_path):
    nestbox = start("--only", "aws", "--data", "memory", "--isolation", "credentials", stack="region: us-east-1\n",
                    environment={"TMPDIR": str(tmp_path)})
    wire = Wire(nestbox.aws_url)

    def fields(key):
        return {"Authorization": f"AWS4-HMAC-SHA256 Credential=key{key}/20260101/us-east-1/dynamodb/aws4_request, "
                                 "SignedHeaders=host, Signature=00"}

    make_body = {"TableName": "of-one", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
                 "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST"}
    for key in range(70):
        assert wire.send("CreateTable", make_body, fields(key)).status == 200
        body = {"TableName": "of-one", "Item": {"p": {"S": "a"}, "v": {"N": str(key)}}}
        assert wire.send("PutItem", body, fields(key)).status == 200
    for key in reversed(range(70)):
        answer = wire.send("GetItem", {"TableName": "of-one", "Key": {"p": {"S": "a"}}}, fields(key))
        assert answer.body["Item"]["v"] == {"N": str(key)}
    for key in range(70, 150):
        assert wire.send("ListTables", {}, fields(key)).body == {"TableNames": []}
    descriptors = pathlib.Path(f"/proc/{nestbox.process.pid}/fd")
    if descriptors.exists():
        names = [os.readlink(path) for path in descriptors.iterdir()]
        assert len([name for name in names if name.endswith("/tables.sqlite")]) == 64
    # Those that were closed without a table have left nothing.
    left = {path.name.split(".")[0] for path in tmp_path.glob("nestbox-*/dynamodb/credentials/*")}
    assert left == {f"key{key}" for key in [*range(70), *range(86, 150)]}


def test_items_expire_in_every_database(start):
    nestbox = start("--only", "aws", "--data", "memory", "--isolation", "credentials", stack="region: us-east-1\n")
    clients = [client(nestbox, key) for key in ("one", "two", "three")]
    for who in clients:
        make(who, "expiring")
        who.update_time_to_live(
            TableName="expiring", TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True})
        for key, seconds in [("goes", 1), ("stays", 3600)]:
            who.put_item(
                TableName="expiring", Item={"p": {"S": key}, "ttl": {"N": str(int(time.time()) + seconds)}})

    def left():
        return [who.scan(TableName="expiring", Select="COUNT")["Count"] for who in clients]

    wait_until(lambda: left() == [1, 1, 1], 5, "one item in each table")


def test_the_services_work_with_signatures_checked_and_tables_of_their_own(start):
    nestbox = start("--data", "memory", "--verify-signatures", "--isolation", "credentials")
    product = {"product_id": "PROD001", "name": "a product", "price": 10, "stock": 10}
    status, _ = request_of("POST", nestbox.product_url + "/api/v1/products", json.dumps(product),
                           {"Content-Type": "application/json"})
    assert status in (200, 201)

    def local(region):
        return boto3.client("dynamodb", endpoint_url=nestbox.aws_url, region_name=region,
                            aws_access_key_id="local", aws_secret_access_key="local")

    assert local(nestbox.exports["AWS_REGION"]).scan(TableName="products-table", Select="COUNT")["Count"] > 0
    assert names(local("us-west-2")) == []


def test_by_default_everybody_has_the_same_tables(wire):
    name = wire.table()
    for key, region in [("other", "us-east-1"), ("local", "eu-west-1")]:
        fields = {"Authorization": f"AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/dynamodb/aws4_request, "
                                   "SignedHeaders=host, Signature=00"}
        assert wire.send("DescribeTable", {"TableName": name}, fields).status == 200
