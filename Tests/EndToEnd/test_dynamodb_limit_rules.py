"""The rules of numbers, sizes and lengths, to the byte, each by AWS's exact answer at the wire."""

import base64

import pytest

from aws_wire import validation

ONE = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "
ITEM_BYTES = 409_600
TOO_LARGE = validation("Item size has exceeded the maximum allowed size")
UPDATE_TOO_LARGE = validation("Item size to update has exceeded the maximum allowed size")
KEY = {"p": {"S": "a"}}


@pytest.fixture(scope="module")
def table(wire):
    return wire.table("p:S")


def filler(count):
    return {"S": "x" * count}


def put(wire, table, **attributes):
    return wire.send("PutItem", {"TableName": table, "Item": KEY | attributes})


# Numbers


@pytest.mark.parametrize("given, canonical", [
    ("0", "0"), ("-0", "0"), ("0.0", "0"), ("00042", "42"), ("1.50", "1.5"), ("1.5E2", "150"), ("+7", "7"),
    ("1e-3", "0.001"), ("1" * 38, "1" * 38), ("-" + "9" * 38, "-" + "9" * 38), ("0." + "1" * 38, "0." + "1" * 38),
    ("1" * 20 + "." + "2" * 18, "1" * 20 + "." + "2" * 18), ("1" + "0" * 60, "1" + "0" * 60),
    ("9.9999999999999999999999999999999999999E+125", "9" * 38 + "0" * 88), ("1E-130", "0." + "0" * 129 + "1"),
    ("1e125", "1" + "0" * 125), ("0.1e126", "1" + "0" * 125), ("0e125", "0"), ("0.0e126", "0")])
def test_numbers_are_kept_exactly_and_given_back_in_canonical_form(wire, table, given, canonical):
    assert put(wire, table, n={"N": given}).status == 200
    assert wire.ok("GetItem", {"TableName": table, "Key": KEY})["Item"]["n"] == {"N": canonical}


OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
DIGITS = "Attempting to store more than 38 significant digits in a Number"


@pytest.mark.parametrize("given, message", [
    ("1" * 39, DIGITS), ("1." + "0" * 37 + "1", DIGITS), ("1E126", OVERFLOW), ("-1E126", OVERFLOW),
    ("1E-131", UNDERFLOW), ("-1E-131", UNDERFLOW), ("0e126", OVERFLOW), ("0e-131", UNDERFLOW),
    ("1e99999999999", OVERFLOW), ("1e-99999999999", UNDERFLOW), ("1e2147483648", OVERFLOW),
    ("1e9223372036854775808", "The parameter cannot be converted to a numeric value: 1e9223372036854775808"),
    ("", "The parameter cannot be converted to a numeric value: "),
    ("a", "The parameter cannot be converted to a numeric value: a"),
    ("1 ", "The parameter cannot be converted to a numeric value: 1 "),
    ("0x1", "The parameter cannot be converted to a numeric value: 0x1"),
    ("NaN", "The parameter cannot be converted to a numeric value: NaN")])
def test_what_is_no_number_of_38_digits_in_range_is_refused(wire, table, given, message):
    assert put(wire, table, n={"N": given}).error == validation(ONE + message)
    assert put(wire, table, n={"NS": ["1", given]}).error == validation(ONE + message)


def test_one_number_is_one_key_in_every_writing(wire):
    table = wire.table("p:N")
    wire.ok("PutItem", {"TableName": table, "Item": {"p": {"N": "1"}, "v": {"S": "first"}}})
    for writing in ["1.0", "1e0", "01", "0.1e1", "+1"]:
        found = wire.ok("GetItem", {"TableName": table, "Key": {"p": {"N": writing}}})["Item"]
        assert found == {"p": {"N": "1"}, "v": {"S": "first"}}
    wire.ok("PutItem", {"TableName": table, "Item": {"p": {"N": "1.000"}, "v": {"S": "second"}}})
    assert wire.ok("Scan", {"TableName": table, "Select": "COUNT"})["Count"] == 1


def test_a_number_comes_once_in_a_set_in_every_writing(wire, table):
    assert put(wire, table, n={"NS": ["1", "1.0"]}).error == validation(
        ONE + "One or more parameter values were invalid: Input collection contains duplicates.")


@pytest.mark.parametrize("old, change, message", [
    ("1" * 38, "n + :v", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
    ("9.9e125", "n + n", OVERFLOW)])
def test_a_sum_that_needs_more_digits_or_range_is_an_error(wire, table, old, change, message):
    assert put(wire, table, n={"N": old}).status == 200
    request = {"TableName": table, "Key": KEY, "UpdateExpression": f"SET n = {change}"}
    if ":v" in change:
        request["ExpressionAttributeValues"] = {":v": {"N": "0.1"}}
    assert wire.refused("UpdateItem", request) == validation(message)


# The size of an item


def test_an_item_has_409600_bytes_names_included(wire, table):
    assert put(wire, table, f=filler(ITEM_BYTES - 3)).status == 200
    assert put(wire, table, f=filler(ITEM_BYTES - 2)).error == TOO_LARGE
    assert put(wire, table, ff=filler(ITEM_BYTES - 3)).error == TOO_LARGE
    assert put(wire, table, f=filler(ITEM_BYTES - 4), é={"S": ""}).error == TOO_LARGE, "é has two bytes"


@pytest.mark.parametrize("value, size", [
    ({"N": "0"}, 1), ({"N": "1"}, 2), ({"N": "12"}, 2), ({"N": "123"}, 3), ({"N": "-12"}, 3), ({"N": "100"}, 2),
    ({"N": "0.0000001"}, 2), ({"N": "1.5"}, 3), ({"N": "123.456"}, 5), ({"N": "-0.5"}, 3), ({"N": "1e125"}, 2),
    ({"N": "1" * 38}, 20), ({"BOOL": True}, 1), ({"NULL": True}, 1), ({"B": "AAEC"}, 3), ({"S": "é"}, 2),
    ({"SS": ["a", "bc"]}, 3), ({"NS": ["1", "-12"]}, 5), ({"BS": ["AA==", "AAE="]}, 3),
    ({"L": []}, 3), ({"L": [{"S": "ab"}, {"N": "1"}]}, 9), ({"M": {}}, 3), ({"M": {"k": {"S": "ab"}}}, 7),
    ({"M": {"k": {"L": [{"M": {}}]}}}, 12)])
def test_every_value_has_its_size(wire, table, value, size):
    rest = ITEM_BYTES - 2 - 1 - 1 - size
    assert put(wire, table, v=value, f=filler(rest)).status == 200
    assert put(wire, table, v=value, f=filler(rest + 1)).error == TOO_LARGE


def test_a_put_in_a_batch_is_measured_alike(wire, table):
    def write(count):
        return wire.send("BatchWriteItem", {"RequestItems": {table: [
            {"PutRequest": {"Item": KEY | {"f": filler(count)}}}]}})

    assert write(ITEM_BYTES - 3).status == 200
    assert write(ITEM_BYTES - 2).error == validation("Item size has exceeded the maximum allowed size")


def transact(wire, action):
    return wire.send("TransactWriteItems", {"TransactItems": [action]})


def test_a_put_in_a_transaction_is_measured_alike(wire, table):
    def write(count):
        return transact(wire, {"Put": {"TableName": table, "Item": KEY | {"f": filler(count)}}})

    assert write(ITEM_BYTES - 3).status == 200
    assert write(ITEM_BYTES - 2).error == validation("Item size has exceeded the maximum allowed size")


def test_an_update_in_a_transaction_is_measured_by_its_statement_first_and_by_its_outcome_then(wire, table):
    def write(key, count):
        return transact(wire, {"Update": {
            "TableName": table, "Key": {"p": {"S": key}}, "UpdateExpression": "SET f = :f",
            "ExpressionAttributeValues": {":f": filler(count)}}})

    assert write("k", ITEM_BYTES - 23).status == 200
    assert write("k", ITEM_BYTES - 22).error == UPDATE_TOO_LARGE, "known before the transaction begins"
    key = "k" * 30
    assert write(key, ITEM_BYTES - 32).status == 200
    answer = write(key, ITEM_BYTES - 31)
    assert answer.error[0] == "TransactionCanceledException"
    assert answer.body["CancellationReasons"] == [
        {"Code": "ValidationError", "Message": UPDATE_TOO_LARGE[1]}]


# What a clause beside `SET b = :pad` adds to the size of the statement, as measured on AWS: 19 for a value given, 1 for what is
# taken away, and the clause's parts; a target is its names, 4 more for each step into it.
CLAUSES = [
    ("SET c = :c", 19 + 1 + 500, {":c": {"S": "y" * 500}}, {}),
    ("SET m.f = :c", 19 + 1 + 5 + 2, {":c": {"S": "yy"}}, {"m": {"M": {}}}),
    ("SET l[10] = :c", 19 + 1 + 6 + 2, {":c": {"S": "yy"}}, {"l": {"L": []}}),
    ("SET c = abcdefghij", 19 + 1 + 1 + 24, {}, {"abcdefghij": {"S": "z" * 400}}),
    ("SET c = m.a.z", 19 + 1 + 1 + 15 * 3, {}, {"m": {"M": {"a": {"M": {"z": {"S": "z"}}}}}}),
    ("SET c = l[10]", 19 + 1 + 1 + 15 + 16, {}, {"l": {"L": [{"S": "e"}] * 11}}),
    ("SET l = list_append(l, :c)", 19 + 1 + 37 + 16 + 14, {":c": {"L": [{"S": "y" * 10}]}}, {"l": {"L": [{"S": "e"}]}}),
    ("SET c = if_not_exists(c, :c)", 19 + 1 + 39 + 16 + 10, {":c": {"S": "y" * 10}}, {}),
    ("SET c = if_not_exists(c, :c)", 19 + 1 + 39 + 16 + 10, {":c": {"S": "y" * 10}}, {"c": {"S": "there"}}),
    ("SET c = if_not_exists(c, :m)", 19 + 1 + 39 + 16 + 3 + 2 + 100, {":m": {"M": {"a": {"S": "y" * 100}}}}, {}),
    ("SET n = n + :one", 19 + 1 + 34 + 16 + 2, {":one": {"N": "1"}}, {"n": {"N": "12345678901234567890"}}),
    ("SET n = n - :one", 19 + 1 + 37 + 16 + 2, {":one": {"N": "1"}}, {"n": {"N": "1"}}),
    ("ADD abcdefghij :one", 19 + 10 + 2, {":one": {"N": "1"}}, {}),
    ("ADD ss :new", 19 + 2 + 500, {":new": {"SS": ["s" * 500]}}, {"ss": {"SS": ["p"]}}),
    ("REMOVE r", 1 + 1, {}, {"r": {"S": "z" * 100}}),
    ("REMOVE m.yyyyyyyyyy", 1 + 1 + 14, {}, {"m": {"M": {"yyyyyyyyyy": {"S": "r"}}}}),
    ("REMOVE l[10]", 1 + 1 + 6, {}, {"l": {"L": [{"S": "e"}] * 11}}),
    ("DELETE ss :rm", 1 + 2, {":rm": {"SS": ["q" * 20]}}, {"ss": {"SS": ["p", "q" * 20]}})]


@pytest.mark.parametrize("clause, charge, values, before", CLAUSES)
def test_an_update_is_measured_by_its_statement_too(wire, table, clause, charge, values, before):
    expression = f"SET b = :pad, {clause[4:]}" if clause.startswith("SET ") else f"SET b = :pad {clause}"
    pad = ITEM_BYTES - (3 + 19 + 1) - charge

    def write(count, **more):
        put(wire, table, **before)
        return wire.send("UpdateItem", {
            "TableName": table, "Key": KEY, "UpdateExpression": expression,
            "ExpressionAttributeValues": {":pad": filler(count), **values}, **more})

    assert write(pad + 1).error == UPDATE_TOO_LARGE
    # The statement is looked at before the condition, which adds nothing to it.
    assert write(pad + 1, ConditionExpression="attribute_exists(nothing)").error == UPDATE_TOO_LARGE


@pytest.mark.parametrize("clause, charge, values, before", [c for c in CLAUSES if "z" * 100 not in str(c[3])])
def test_an_update_is_accepted_to_the_last_byte_of_its_statement(wire, table, clause, charge, values, before):
    expression = f"SET b = :pad, {clause[4:]}" if clause.startswith("SET ") else f"SET b = :pad {clause}"
    put(wire, table, **before)
    answer = wire.send("UpdateItem", {
        "TableName": table, "Key": KEY, "UpdateExpression": expression,
        "ExpressionAttributeValues": {":pad": filler(ITEM_BYTES - 23 - charge), **values}})
    assert answer.status == 200, answer.text


def test_what_an_update_leaves_alone_is_not_measured_with_its_statement(wire, table):
    put(wire, table, u=filler(10))
    update = {"TableName": table, "Key": KEY, "UpdateExpression": "SET b = :pad"}
    wire.ok("UpdateItem", update | {"ExpressionAttributeValues": {":pad": filler(ITEM_BYTES - 23)}})
    assert wire.refused(
        "UpdateItem", update | {"ExpressionAttributeValues": {":pad": filler(ITEM_BYTES - 22)}}) == UPDATE_TOO_LARGE


def test_attribute_updates_are_measured_by_their_outcome_alone(wire, table):
    def write(count):
        return wire.send("UpdateItem", {"TableName": table, "Key": KEY, "AttributeUpdates": {
            "b": {"Action": "PUT", "Value": filler(count)}}})

    wire.ok("DeleteItem", {"TableName": table, "Key": KEY})
    assert write(ITEM_BYTES - 3).status == 200
    assert write(ITEM_BYTES - 2).error == UPDATE_TOO_LARGE


def test_no_update_makes_an_item_larger_than_any_item_however_long_its_key(wire, table):
    key = {"p": {"S": "k" * 1000}}

    def write(count):
        return wire.send("UpdateItem", {
            "TableName": table, "Key": key, "UpdateExpression": "SET f = :f",
            "ExpressionAttributeValues": {":f": filler(count)}})

    assert write(ITEM_BYTES - 1002).status == 200
    assert write(ITEM_BYTES - 1001).error == UPDATE_TOO_LARGE


# Keys


PARTITION = validation(INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes")
SORT = validation(INVALID + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes")


@pytest.mark.parametrize("kind", ["S", "B"])
def test_a_partition_key_has_2048_bytes_and_a_sort_key_1024(wire, kind):
    table = wire.table(f"p:{kind} c:{kind}")

    def text(count):
        return "x" * count if kind == "S" else base64.b64encode(b"x" * count).decode()

    def key(partition, sort):
        return {"p": {kind: text(partition)}, "c": {kind: text(sort)}}

    for operation, member in [("PutItem", "Item"), ("GetItem", "Key"), ("UpdateItem", "Key"), ("DeleteItem", "Key")]:
        wire.ok(operation, {"TableName": table, member: key(2048, 1024)})
        assert wire.refused(operation, {"TableName": table, member: key(2049, 1)}) == PARTITION
        assert wire.refused(operation, {"TableName": table, member: key(1, 1025)}) == SORT


def test_index_keys_have_the_same_limits(wire):
    table = wire.table("p:S", GlobalSecondaryIndexes=[{
        "IndexName": "gsi", "Projection": {"ProjectionType": "ALL"},
        "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "h", "KeyType": "RANGE"}]}],
        AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}, {"AttributeName": "h", "AttributeType": "S"}])
    assert put(wire, table, g=filler(2048), h=filler(1024)).status == 200
    assert put(wire, table, g=filler(2049), h=filler(1)).error == PARTITION
    assert put(wire, table, g=filler(1), h=filler(1025)).error == SORT
    request = {"TableName": table, "Key": KEY, "UpdateExpression": "SET g = :g"}
    assert wire.refused("UpdateItem", request | {"ExpressionAttributeValues": {":g": filler(2049)}}) == validation(
        "The update expression attempted to update the secondary index key beyond allowed size limits")


def definitions(name):
    return {"AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}


def test_names_of_keys_and_of_projected_attributes_have_255_bytes(wire):
    at = "failed to satisfy constraint: Member must have length less than or equal to 255"
    name = "n" * 256
    assert wire.refused("CreateTable", {"TableName": "long-key", **definitions(name)}) == validation(
        f"2 validation errors detected: Value '{name}' at 'keySchema.1.member.attributeName' {at}; "
        f"Value '{name}' at 'attributeDefinitions.1.member.attributeName' {at}")
    index = {"IndexName": "gsi", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
             "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", name]}}
    assert wire.refused("CreateTable", {
        "TableName": "long-name", **definitions("p"), "GlobalSecondaryIndexes": [index]}) == validation(
        ONE + f"Value '{name}' at 'globalSecondaryIndexes.1.member.projection.nonKeyAttributes.2.member' {at}")
    table = wire.table(f"{name[1:]}:S")
    wire.ok("PutItem", {"TableName": table, "Item": {name[1:]: {"S": "a"}, name: {"S": "longer than a key's"}}})


def test_attribute_names_have_1_to_65535_bytes(wire, table):
    assert put(wire, table, **{"n" * 65535: {"S": "v"}}).status == 200
    large = "Attribute name is too large, must be less than 65536 bytes"
    for name, message in [("n" * 65536, large), ("", "Empty attribute name")]:
        assert put(wire, table, **{name: {"S": "v"}}).error == validation(ONE + message)
        assert wire.refused("GetItem", {"TableName": table, "Key": KEY, "AttributesToGet": [name]}) == validation(message)


def test_table_names_have_3_to_255_characters(wire):
    at = "at 'tableName' failed to satisfy constraint: Member must"
    assert wire.refused("CreateTable", {"TableName": "ab", **definitions("p")}) == validation(
        ONE + f"Value 'ab' {at} have length greater than or equal to 3")
    assert wire.refused("CreateTable", {"TableName": "a" * 256, **definitions("p")}) == validation(
        ONE + f"Value '{'a' * 256}' {at} have length less than or equal to 255")
    assert wire.refused("CreateTable", {"TableName": "x!", **definitions("p")}) == validation(
        f"2 validation errors detected: Value 'x!' {at} satisfy regular expression pattern: [a-zA-Z0-9_.-]+; "
        f"Value 'x!' {at} have length greater than or equal to 3")
    for name in ["A_z", "9.-", "n" * 255]:
        wire.table("p:S", name=name)
        wire.ok("DeleteTable", {"TableName": name})


# Nesting and expressions


def nested(levels):
    """A value of so many levels; the innermost is a string."""
    value = {"S": "end"}
    for level in range(levels - 1):
        value = {"L": [value]} if level % 2 else {"M": {"a": value}}
    return value


NESTING = ("Nesting Levels have exceeded supported limits: "
           "Attributes in the item have nested levels beyond supported limit")


def test_values_nest_32_levels(wire, table):
    assert put(wire, table, v=nested(32)).status == 200
    assert wire.ok("GetItem", {"TableName": table, "Key": KEY})["Item"]["v"] == nested(32)
    assert put(wire, table, v=nested(33)).error == validation(ONE + NESTING)
    update = {"TableName": table, "Key": KEY, "UpdateExpression": "SET v = :v"}
    assert wire.refused("UpdateItem", update | {"ExpressionAttributeValues": {":v": nested(33)}})[1].endswith(NESTING)


def test_an_update_cannot_nest_deeper_either(wire, table):
    assert put(wire, table, v=nested(32)).status == 200
    path, value = "v", nested(32)
    while "S" not in value:
        path, value = (path + "[0]", value["L"][0]) if "L" in value else (path + ".a", value["M"]["a"])
    update = {"TableName": table, "Key": KEY, "UpdateExpression": f"SET {path} = :v"}
    wire.ok("UpdateItem", update | {"ExpressionAttributeValues": {":v": {"S": "other"}}})
    assert wire.refused("UpdateItem", update | {"ExpressionAttributeValues": {":v": {"L": [{"S": "x"}]}}})[1].endswith(
        NESTING)


@pytest.mark.parametrize("operation, parameter", [
    ("PutItem", "ConditionExpression"), ("UpdateItem", "UpdateExpression"), ("UpdateItem", "ConditionExpression"),
    ("DeleteItem", "ConditionExpression"), ("GetItem", "ProjectionExpression"), ("Scan", "FilterExpression"),
    ("Query", "KeyConditionExpression")])
def test_an_expression_has_4096_bytes(wire, table, operation, parameter):
    prefix = {"UpdateExpression": "SET f = :v", "ProjectionExpression": "f", "KeyConditionExpression": "p = :v",
              "ConditionExpression": "f = :v", "FilterExpression": "f = :v"}[parameter]
    body = {"TableName": table, parameter: prefix.ljust(4096)}
    if operation == "PutItem":
        body["Item"] = KEY
    elif operation in ("UpdateItem", "DeleteItem", "GetItem"):
        body["Key"] = KEY
    if ":v" in prefix:
        body["ExpressionAttributeValues"] = {":v": {"S": "v"}}
    answer = wire.send(operation, body)
    assert answer.status == 200 or answer.error[0] == "ConditionalCheckFailedException"
    body[parameter] += " "
    kind, message = wire.refused(operation, body)
    # Only conditions say how long they are.
    size = " expression size: 4097" if parameter in ("ConditionExpression", "FilterExpression") else ""
    assert (kind, message.removeprefix(ONE)) == validation(
        f"Invalid {parameter}: Expression size has exceeded the maximum allowed size;{size}")
