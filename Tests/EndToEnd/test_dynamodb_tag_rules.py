"""The rules of tags, each by AWS's exact answer at the wire."""

import uuid

import pytest

from aws_wire import validation

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/"
ONE = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "
TOO_MANY = validation("Number of Tags exceed the current limit for the provided ResourceArn")


@pytest.fixture
def table(wire):
    """The ARN of a table without tags."""
    return ARN + wire.table("p:S")


def tag(wire, arn, **tags):
    answer = wire.send("TagResource", {"ResourceArn": arn, "Tags": pairs(tags)})
    assert (answer.status, answer.text) == (200, b""), answer.text


def pairs(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def listed(wire, arn):
    body = wire.ok("ListTagsOfResource", {"ResourceArn": arn})
    assert list(body) == ["Tags"]
    return {tag["Key"]: tag["Value"] for tag in body["Tags"]}


def create(wire, tags):
    return wire.send("CreateTable", {
        "TableName": "t-" + uuid.uuid4().hex[:12], "BillingMode": "PAY_PER_REQUEST", "Tags": tags,
        "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}]})


def test_tags_are_added_and_known_keys_get_the_new_value(wire, table):
    tag(wire, table, a="1", b="2")
    tag(wire, table, b="3", c="")
    assert listed(wire, table) == {"a": "1", "b": "3", "c": ""}


def test_keys_differ_in_case(wire, table):
    tag(wire, table, Env="", env="x")
    assert listed(wire, table) == {"Env": "", "env": "x"}


def test_tags_are_removed_and_unknown_keys_passed_over(wire, table):
    tag(wire, table, a="1", b="2")
    answer = wire.send("UntagResource", {"ResourceArn": table, "TagKeys": ["b", "none"]})
    assert (answer.status, answer.text) == (200, b"")
    assert listed(wire, table) == {"a": "1"}


def test_tags_go_with_their_table(wire, table):
    tag(wire, table, a="1")
    name = table.removeprefix(ARN)
    wire.ok("DeleteTable", {"TableName": name})
    assert wire.refused("ListTagsOfResource", {"ResourceArn": table})[0] == "ResourceNotFoundException"
    wire.table("p:S", name=name)
    assert listed(wire, table) == {}


def test_a_table_is_made_with_tags(wire):
    name = wire.table("p:S", Tags=pairs({"a": "1", "b": ""}))
    assert listed(wire, ARN + name) == {"a": "1", "b": ""}
    assert listed(wire, ARN + wire.table("p:S", Tags=[])) == {}


VALID = ["k" * 128, "ключ", "café", "表", "\u3000\u00a0 x", "a+b-c=d.e_f:g/h@i", "myaws:foo", "٣"]
INVALID_TEXTS = ["🔑", "100%", "a,b", "it's", "(x)", "a&b", "a*b", "a;b", "a?b", "a|b", "a\\b", "<a>", "~a", "bad#char"]


def test_letters_digits_and_spaces_of_any_script_are_valid(wire, table):
    tag(wire, table, **{key: key for key in VALID})
    assert listed(wire, table) == {key: key for key in VALID}


@pytest.mark.parametrize("text", INVALID_TEXTS)
def test_other_characters_are_refused(wire, table, text):
    for tags, message in [({text: "v"}, f"The Tag Key provided is invalid, Key: {text}"),
                          ({"k": text}, f"The Tag Value provided is invalid, Value: {text}")]:
        request = {"ResourceArn": table, "Tags": pairs({"good": "1"} | tags)}
        assert wire.refused("TagResource", request) == validation(message)
        assert create(wire, request["Tags"]).error == validation(message)
    assert listed(wire, table) == {}, "a request with a bad tag set another one"


def test_keys_have_1_to_128_characters_and_values_up_to_256(wire, table):
    tag(wire, table, **{"k" * 128: "v" * 256, "א" * 128: "א" * 256})
    for key in ["", "k" * 129]:
        message = validation(f"The Tag Key provided is invalid, Key: {key}")
        assert wire.refused("TagResource", {"ResourceArn": table, "Tags": pairs({key: "v"})}) == message
        assert wire.refused("UntagResource", {"ResourceArn": table, "TagKeys": [key]}) == message
        assert create(wire, pairs({key: "v"})).error == message
    assert wire.refused("TagResource", {"ResourceArn": table, "Tags": pairs({"k": "v" * 257})}) == validation(
        f"The Tag Value provided is invalid, Value: {'v' * 257}")


@pytest.mark.parametrize("given, message", [
    ({}, "The Tag Key provided is invalid, Key: null"),
    ({"Value": "v"}, "The Tag Key provided is invalid, Key: null"),
    ({"Key": "k"}, "The Tag Value provided is invalid, Value: null")])
def test_a_tag_has_a_key_and_a_value(wire, table, given, message):
    assert wire.refused("TagResource", {"ResourceArn": table, "Tags": [given]}) == validation(message)
    assert create(wire, [given]).error == validation(message)


@pytest.mark.parametrize("key", ["aws:foo", "AWS:foo", "aws:"])
def test_the_prefix_aws_is_reserved_also_when_removing(wire, table, key):
    message = validation(f"Tag Key cannot be prefixed with aws:, Key: {key}")
    assert wire.refused("TagResource", {"ResourceArn": table, "Tags": pairs({key: "v"})}) == message
    assert wire.refused("UntagResource", {"ResourceArn": table, "TagKeys": [key]}) == message
    assert create(wire, pairs({key: "v"})).error == message


def test_a_key_comes_once_in_a_request(wire, table):
    tags = [{"Key": "dup", "Value": "1"}, {"Key": "dup", "Value": "2"}]
    message = validation("Duplicate Tag Keys provided as input: Duplicate Tag Key found dup")
    assert wire.refused("TagResource", {"ResourceArn": table, "Tags": tags}) == message
    assert create(wire, tags).error == message


def test_a_table_has_50_tags(wire, table):
    fifty = {f"k{n:02}": "v" for n in range(50)}
    tag(wire, table, **fifty)
    assert listed(wire, table) == fifty
    tag(wire, table, **{key: "w" for key in fifty})
    for more in [{"k50": "v"}, {"k01": "new", "k50": "v"}]:
        assert wire.refused("TagResource", {"ResourceArn": table, "Tags": pairs(more)}) == TOO_MANY
    assert listed(wire, table) == {key: "w" for key in fifty}
    keys = [f"k{n:02}" for n in range(51)]
    assert wire.refused("UntagResource", {"ResourceArn": table, "TagKeys": keys}) == TOO_MANY
    assert create(wire, pairs(fifty | {"k50": "v"})).error == TOO_MANY
    assert create(wire, pairs(fifty)).status == 200


def test_a_request_has_a_tag_or_a_key_at_least(wire, table):
    assert wire.refused("TagResource", {"ResourceArn": table, "Tags": []}) == validation(
        "Atleast one Tag needs to be provided as Input.")
    assert wire.refused("UntagResource", {"ResourceArn": table, "TagKeys": []}) == validation(
        "Atleast one Tag Key needs to be provided as Input.")
    assert wire.refused("TagResource", {"ResourceArn": table}) == validation(
        ONE + "Value null at 'tags' failed to satisfy constraint: Member must not be null")
    assert wire.refused("UntagResource", {"ResourceArn": table}) == validation(
        ONE + "Value null at 'tagKeys' failed to satisfy constraint: Member must not be null")


REQUESTS = [("TagResource", {"Tags": [{"Key": "k", "Value": "v"}]}), ("UntagResource", {"TagKeys": ["k"]}),
            ("ListTagsOfResource", {})]


@pytest.mark.parametrize("operation, more", REQUESTS)
def test_the_resource_is_a_table_of_this_account_and_region(wire, table, operation, more):
    def refused(arn):
        return wire.refused(operation, {"ResourceArn": arn, **more})

    assert wire.refused(operation, more) == validation("Invalid TableArn")
    name = table.removeprefix(ARN)
    assert refused(name) == validation(INVALID + f"ARNs must start with 'arn:': {name}")
    for arn in ["arn:not/a/good/format", "arn:aws:s3:::bucket", table + "/backup/01791525400213-63b4d36a"]:
        assert refused(arn) == validation(INVALID + f"Provided Arn is not a DynamoDB resource arn: {arn}")
    assert refused(table + "/index/byOwner") == validation(
        INVALID + "Invalid resource arn provided, only table or stream is accepted. Provided resource arn: "
        f"{table}/index/byOwner")
    for arn in [table.replace("us-east-1", "eu-west-1"), ARN + "ab"]:
        assert refused(arn) == validation(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    assert refused(table.replace("000000000000", "123456789012")) == ("AccessDeniedException", "Access is denied")
    for arn in [table + "x", table + "/stream/2026-01-01T00:00:00.000"]:
        assert refused(arn) == (
            "ResourceNotFoundException", f"Requested resource not found: ResourceArn: {arn} not found")


@pytest.mark.parametrize("operation, more", REQUESTS)
def test_a_resources_arn_has_1_to_1283_characters(wire, operation, more):
    at = "at 'resourceArn' failed to satisfy constraint: Member must have length"
    assert wire.refused(operation, {"ResourceArn": "", **more}) == validation(
        ONE + f"Value '' {at} greater than or equal to 1")
    arn = "arn:" + "a" * 1280
    assert wire.refused(operation, {"ResourceArn": arn, **more}) == validation(
        ONE + f"Value '{arn}' {at} less than or equal to 1283")


def test_a_next_token_is_not_looked_at(wire, table):
    tag(wire, table, a="1")
    assert wire.ok("ListTagsOfResource", {"ResourceArn": table, "NextToken": "nonsense"}) == {
        "Tags": [{"Key": "a", "Value": "1"}]}
