"""The rules of BatchWriteItem and BatchGetItem, each by AWS's exact answer at the wire."""

import json
import re

import pytest

from aws_wire import validation

ENUM_CAPACITY = ("Value 'X' at 'returnConsumedCapacity' failed to satisfy constraint: "
                 "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]")
ENUM_METRICS = ("Value 'Y' at 'returnItemCollectionMetrics' failed to satisfy constraint: "
                "Member must satisfy enum value set: [SIZE, NONE]")
MAP_KEYS = ("at 'requestItems' failed to satisfy constraint: Map keys must satisfy constraint: "
            "[Member must have length less than or equal to 255, Member must have length greater than or equal to 3, "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]")
MISMATCH = "The provided key element does not match the schema"
DUPLICATES = "Provided list of item keys contains duplicates"
NOT_FOUND = "ResourceNotFoundException", "Requested resource not found"


def one(message):
    return validation("1 validation error detected: " + message)


def S(text):
    return {"S": text}


def put(**attributes):
    return {"PutRequest": {"Item": {n: S(v) if isinstance(v, str) else v for n, v in attributes.items()}}}


def delete(**attributes):
    return {"DeleteRequest": {"Key": {n: S(v) if isinstance(v, str) else v for n, v in attributes.items()}}}


def batch(table, *writes, **more):
    return {"RequestItems": {table: list(writes)}, **more}


def keys(table, *names, **more):
    return {"RequestItems": {table: {"Keys": [{"p": S(n)} for n in names], **more}}}


@pytest.fixture
def table(wire):
    return wire.table("p:S")


@pytest.fixture(scope="module")
def sorted_table(wire):
    return wire.table("p:S c:N")


@pytest.fixture(scope="module")
def indexed(wire):
    return wire.table("p:S c:S", AttributeDefinitions=[
        {"AttributeName": "g", "AttributeType": "S"}, {"AttributeName": "l", "AttributeType": "S"}],
        GlobalSecondaryIndexes=[{
            "IndexName": "byG", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"}}],
        LocalSecondaryIndexes=[{
            "IndexName": "byL",
            "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"}}])


def get(wire, table, **key):
    return wire.ok("GetItem", {"TableName": table, "Key": {n: S(v) for n, v in key.items()}}).get("Item")


# BatchWriteItem


def test_a_batch_puts_and_deletes_and_leaves_nothing_unprocessed(wire, table):
    wire.ok("PutItem", {"TableName": table, "Item": {"p": S("old"), "x": S("1")}})
    assert wire.ok("BatchWriteItem", batch(table, put(p="new", x="2"), delete(p="old"), delete(p="never"))) == {
        "UnprocessedItems": {}}
    assert get(wire, table, p="new") == {"p": S("new"), "x": S("2")}
    assert get(wire, table, p="old") is None


def test_a_batch_put_replaces_the_whole_item(wire, table):
    wire.ok("BatchWriteItem", batch(table, put(p="a", x="1")))
    wire.ok("BatchWriteItem", batch(table, put(p="a", y="2")))
    assert get(wire, table, p="a") == {"p": S("a"), "y": S("2")}


def test_one_batch_writes_to_several_tables_where_equal_keys_are_no_duplicates(wire, table):
    other = wire.table("p:S")
    wire.ok("BatchWriteItem", {"RequestItems": {table: [put(p="k", x="1")], other: [put(p="k", x="2")]}})
    assert get(wire, table, p="k")["x"] == S("1")
    assert get(wire, other, p="k")["x"] == S("2")


def test_a_table_may_be_named_by_its_arn_in_a_batch(wire, table):
    arn = wire.ok("DescribeTable", {"TableName": table})["Table"]["TableArn"]
    wire.ok("BatchWriteItem", batch(arn, put(p="arn")))
    answer = wire.ok("BatchGetItem", keys(arn, "arn"))
    assert answer["Responses"] == {arn: [{"p": S("arn")}]}


def test_a_batch_without_tables_is_refused(wire):
    text = "Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or equal to 1"
    assert wire.refused("BatchWriteItem", {"RequestItems": {}}) == one(text)
    assert wire.refused("BatchGetItem", {"RequestItems": {}}) == one(text)


def test_a_batch_without_request_items_is_refused(wire):
    text = "Value null at 'requestItems' failed to satisfy constraint: Member must not be null"
    assert wire.refused("BatchWriteItem", {}) == one(text)
    assert wire.refused("BatchGetItem", {}) == one(text)


def test_more_than_25_writes_to_one_table_are_refused(wire, table):
    assert wire.refused("BatchWriteItem", batch(table, *(put(p=str(i)) for i in range(26)))) == one(
        f"Value at 'RequestItems.{table}.member' failed to satisfy constraint: "
        "Member must have length less than or equal to 25")
    assert get(wire, table, p="0") is None


def test_more_than_25_writes_to_several_tables_are_refused(wire, table, sorted_table):
    request = {"RequestItems": {
        table: [put(p=str(i)) for i in range(25)], sorted_table: [put(p="a", c={"N": "1"})]}}
    assert wire.refused("BatchWriteItem", request) == validation(
        "Too many items requested for the BatchWriteItem call")


def test_25_writes_are_accepted(wire, table):
    wire.ok("BatchWriteItem", batch(table, *(put(p=str(i)) for i in range(25))))
    assert wire.ok("Scan", {"TableName": table, "Select": "COUNT"})["Count"] == 25


def test_a_table_with_no_writes_is_refused(wire, table):
    assert wire.refused("BatchWriteItem", batch(table)) == one(
        f"Value '{{{table}=[]}}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "
        "[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]")


def test_a_malformed_table_name_in_a_batch_write_is_refused_with_the_request_in_javas_words(wire):
    kind, message = wire.refused("BatchWriteItem", batch("bad!name", put(p="x")))
    assert kind == "ValidationException"
    assert re.fullmatch(
        r"1 validation error detected: Value '\{bad!name=\[WriteRequest\(putRequest=PutRequest\(item=\{p="
        r"com\.amazonaws\.dynamodb\.v20120810\.AttributeValue@[0-9a-f]+\}, workloadProfileName=null\), "
        r"deleteRequest=null\)\]\}' " + re.escape(MAP_KEYS), message)


def test_unknown_enums_of_a_batch_write_are_reported_together_and_before_all_else(wire, table):
    more = {"ReturnConsumedCapacity": "X", "ReturnItemCollectionMetrics": "Y"}
    for request in (batch(table, put(p="enum"), **more), batch("bad!name", put(p="enum"), **more),
                    batch("no-such-table", put(p="enum"), **more)):
        assert wire.refused("BatchWriteItem", request) == validation(
            f"2 validation errors detected: {ENUM_CAPACITY}; {ENUM_METRICS}")
    assert get(wire, table, p="enum") is None


def test_a_write_needs_its_item_or_key(wire, table):
    request = batch(table, {"PutRequest": {}}, {"DeleteRequest": {}})
    assert wire.refused("BatchWriteItem", request) == validation(
        "2 validation errors detected: "
        f"Value null at 'requestItems.{table}.member.1.member.putRequest.item' failed to satisfy constraint: "
        "Member must not be null; "
        f"Value null at 'requestItems.{table}.member.2.member.deleteRequest.key' failed to satisfy constraint: "
        "Member must not be null")


@pytest.mark.parametrize("write", [{}, {**put(p="a"), **delete(p="b")}], ids=["neither", "both"])
def test_an_element_is_one_put_or_one_delete(wire, table, write):
    assert wire.refused("BatchWriteItem", batch(table, write)) == validation(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")


@pytest.mark.parametrize("first, second", [(put, put), (put, delete), (delete, put), (delete, delete)])
def test_two_writes_of_one_item_are_refused(wire, table, first, second):
    assert wire.refused("BatchWriteItem", batch(table, first(p="twice"), second(p="twice"))) == validation(DUPLICATES)
    assert get(wire, table, p="twice") is None


def test_equal_numbers_are_one_key_in_a_batch(wire, sorted_table):
    assert wire.refused("BatchWriteItem", batch(
        sorted_table, put(p="a", c={"N": "1000"}), put(p="a", c={"N": "1e3"}))) == validation(DUPLICATES)


def test_a_missing_table_is_found_missing_before_duplicates(wire):
    assert wire.refused("BatchWriteItem", batch("no-such-table", put(p="a"), put(p="a"))) == NOT_FOUND


@pytest.mark.parametrize("write", [
    put(p={"N": "5"}), put(p={"L": [{"S": "x"}]}), put(q="x"), delete(q="x"), delete(p={"N": "1"}),
    delete(p="a", q="b")], ids=["number", "list", "put-without", "delete-without", "delete-number", "delete-more"])
def test_a_key_that_does_not_fit_the_table_is_refused_without_details(wire, table, write):
    assert wire.refused("BatchWriteItem", batch(table, put(p="good"), write)) == validation(MISMATCH)
    assert get(wire, table, p="good") is None, "nothing of a refused batch may be written"


def test_an_empty_key_in_a_batch_is_refused(wire, table):
    text = ("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: p")
    assert wire.refused("BatchWriteItem", batch(table, put(p=""))) == validation(text)
    assert wire.refused("BatchWriteItem", batch(table, delete(p=""))) == validation(text)
    assert wire.refused("BatchGetItem", keys(table, "")) == validation(text)


def test_keys_that_are_too_long_are_refused_in_a_batch(wire, table):
    text = "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"
    assert wire.refused("BatchWriteItem", batch(table, put(p="x" * 2049))) == validation(text)
    assert wire.refused("BatchGetItem", keys(table, "x" * 2049)) == validation(text)


def test_an_index_key_of_the_wrong_type_is_refused_in_a_batch(wire, indexed):
    assert wire.refused("BatchWriteItem", batch(indexed, put(p="a", c="b", g={"N": "1"}))) == validation(
        "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: byG")


def test_an_item_of_a_batch_has_409600_bytes_at_most(wire, table):
    wire.ok("BatchWriteItem", batch(table, put(p="a", x="x" * (409_600 - 3))))
    assert wire.refused("BatchWriteItem", batch(table, put(p="a", x="x" * (409_600 - 2)))) == validation(
        "Item size has exceeded the maximum allowed size")
    assert wire.refused("BatchWriteItem", batch("no-such-table", put(p="a", x="x" * 409_600))) == validation(
        "Item size has exceeded the maximum allowed size")


def test_25_items_of_400_kb_are_one_batch(wire, table):
    items = [put(p=f"{i:02}", x="x" * 409_500) for i in range(25)]
    assert wire.ok("BatchWriteItem", batch(table, *items)) == {"UnprocessedItems": {}}


@pytest.mark.parametrize("value, message", [
    ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    ({"S": "a", "N": "1"},
     "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"),
    ({"N": "b"}, "The parameter cannot be converted to a numeric value: b"),
    ({"SS": []}, "One or more parameter values were invalid: An string set  may not be empty"),
])
def test_a_value_that_is_none_is_refused_before_the_table_is_looked_up(wire, value, message):
    assert wire.refused("BatchWriteItem", batch("no-such-table", put(p="a", x=value))) == validation(message)


# What is wrong with a value, in the words of AWS's two checks: the older one is BatchWriteItem's and Scan's.
SENT = {"SS": ["b", "a", "b"], "BS": ["/w==", "AA==", "AA=="], "NS": ["2", "1", "2"], "N": ""}
INVALID = "One or more parameter values were invalid: "
NEWER = {
    "SS": INVALID + 'Input collection ["a", "b", "b"] contains duplicates.',
    "BS": INVALID + 'Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.',
    "NS": INVALID + "Input collection contains duplicates.",
    "N": "The parameter cannot be converted to a numeric value: "}
OLDER = {
    "SS": INVALID + "Input collection [b, a, b] contains duplicates.",
    "BS": INVALID + "Input collection [/w==, AA==, AA==]of type BS contains duplicates.",
    "NS": "Input collection contains duplicates",
    "N": "The parameter cannot be converted to a numeric value"}


@pytest.mark.parametrize("kind", SENT)
def test_a_value_that_is_none_is_told_in_the_words_of_its_operations_check(wire, kind):
    value = {kind: SENT[kind]}
    name = "no-such-table"
    assert wire.refused("BatchWriteItem", batch(name, put(p="a", x=value))) == validation(OLDER[kind])
    assert wire.refused("BatchGetItem", {"RequestItems": {name: {"Keys": [{"p": value}]}}}) == validation(NEWER[kind])
    assert wire.refused("TransactGetItems", {"TransactItems": [
        {"Get": {"TableName": name, "Key": {"p": value}}}]}) == validation(NEWER[kind])
    assert wire.refused("TransactWriteItems", {"TransactItems": [
        {"Put": {"TableName": name, "Item": {"p": S("a"), "x": value}}}]}) == validation(NEWER[kind])
    assert wire.refused("PutItem", {"TableName": name, "Item": {"p": S("a"), "x": value}}) == one(NEWER[kind])
    assert wire.refused("GetItem", {"TableName": name, "Key": {"p": value}}) == validation(NEWER[kind])


def test_each_table_of_a_batch_write_reports_its_capacity_in_the_requests_order(wire, table, indexed):
    wire.ok("PutItem", {"TableName": table, "Item": {"p": S("big"), "x": S("x" * 3000)}})
    request = {"RequestItems": {
        indexed: [put(p="cap", c="1", g="g", l="l"), put(p="cap", c="2")],
        table: [put(p="a"), delete(p="big"), delete(p="missing")]}, "ReturnConsumedCapacity": "INDEXES"}
    assert wire.ok("BatchWriteItem", request)["ConsumedCapacity"] == [
        {"TableName": indexed, "CapacityUnits": 4.0, "Table": {"CapacityUnits": 2.0},
         "GlobalSecondaryIndexes": {"byG": {"CapacityUnits": 1.0}},
         "LocalSecondaryIndexes": {"byL": {"CapacityUnits": 1.0}}},
        {"TableName": table, "CapacityUnits": 5.0, "Table": {"CapacityUnits": 5.0}}]
    request["ReturnConsumedCapacity"] = "TOTAL"
    assert [set(one) for one in wire.ok("BatchWriteItem", request)["ConsumedCapacity"]] == [
        {"TableName", "CapacityUnits"}] * 2


def test_a_batch_reports_item_collections_of_tables_that_have_them(wire, table, indexed):
    request = {"RequestItems": {table: [put(p="m")], indexed: [put(p="m", c="1"), delete(p="n", c="1")]},
               "ReturnItemCollectionMetrics": "SIZE"}
    assert wire.ok("BatchWriteItem", request)["ItemCollectionMetrics"] == {indexed: [
        {"ItemCollectionKey": {"p": S(name)}, "SizeEstimateRangeGB": [0.0, 1.0]} for name in ("m", "n")]}


@pytest.mark.parametrize("body, message", [
    ({"RequestItems": "x"}, "Unexpected field type"),
    ({"RequestItems": {"abc": "x"}}, "Unexpected field type"),
    ({"RequestItems": {"abc": ["x"]}}, "Unexpected value type in payload"),
    ({"RequestItems": {"abc": [{"PutRequest": "x"}]}}, "Unexpected field type"),
])
def test_a_batch_of_the_wrong_json_types_is_no_request(wire, body, message):
    assert wire.refused("BatchWriteItem", body) == ("SerializationException", message)


# BatchGetItem


def test_a_batch_get_answers_what_there_is_under_each_tables_name(wire, table, sorted_table):
    wire.ok("BatchWriteItem", batch(table, put(p="a", x="1"), put(p="b", x="2")))
    request = keys(table, "a", "none", "b")
    request["RequestItems"][sorted_table] = {"Keys": [{"p": S("none"), "c": {"N": "1"}}]}
    assert wire.ok("BatchGetItem", request) == {
        "Responses": {table: [{"p": S("a"), "x": S("1")}, {"p": S("b"), "x": S("2")}], sorted_table: []},
        "UnprocessedKeys": {}}


def test_a_batch_get_projects_each_table_by_itself_and_adds_no_keys(wire, table):
    other = wire.table("p:S")
    item = {"p": S("a"), "x": S("1"), "y": {"M": {"z": S("2"), "w": S("3")}}}
    for name in (table, other):
        wire.ok("PutItem", {"TableName": name, "Item": item})
    request = keys(table, "a", ProjectionExpression="#y.z", ExpressionAttributeNames={"#y": "y"})
    request["RequestItems"].update(keys(other, "a", ProjectionExpression="x, nothing")["RequestItems"])
    assert wire.ok("BatchGetItem", request)["Responses"] == {
        table: [{"y": {"M": {"z": S("2")}}}], other: [{"x": S("1")}]}
    assert wire.ok("BatchGetItem", keys(table, "a", AttributesToGet=["x", "p"]))["Responses"] == {
        table: [{"p": S("a"), "x": S("1")}]}


def test_more_than_100_keys_of_one_table_are_refused(wire, table):
    assert wire.refused("BatchGetItem", keys(table, *map(str, range(101)))) == one(
        f"Value at 'RequestItems.{table}.member.Keys' failed to satisfy constraint: "
        "Member must have length less than or equal to 100")


def test_more_than_100_keys_of_several_tables_are_refused(wire, table):
    request = keys(table, *map(str, range(100)))
    request["RequestItems"].update(keys("other-table", "a")["RequestItems"])
    assert wire.refused("BatchGetItem", request) == validation("Too many items requested for the BatchGetItem call")


def test_a_table_with_no_keys_is_refused(wire, table):
    assert wire.refused("BatchGetItem", keys(table)) == one(
        f"Value at 'RequestItems.{table}.member.Keys' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1")
    assert wire.refused("BatchGetItem", {"RequestItems": {table: {}}}) == one(
        f"Value null at 'requestItems.{table}.member.keys' failed to satisfy constraint: Member must not be null")


def test_a_malformed_table_name_in_a_batch_get_is_refused_with_the_request_as_json(wire):
    body = b'{"RequestItems": { "bad!name" : {"Keys": [ {"p": {"S": "a"}} ]}}, "ReturnConsumedCapacity": "X"}'
    assert wire.refused("BatchGetItem", body) == validation(
        "2 validation errors detected: "
        f"Value '{json.dumps(json.loads(body)['RequestItems'], separators=(',', ':'))}' {MAP_KEYS}; {ENUM_CAPACITY}")


def test_two_equal_keys_in_a_batch_get_are_refused_before_the_table_is_looked_up(wire, table):
    for name in (table, "no-such-table"):
        assert wire.refused("BatchGetItem", keys(name, "a", "b", "a")) == validation(DUPLICATES)


def test_a_batch_get_of_a_missing_table_is_refused(wire, table):
    request = keys(table, "a")
    request["RequestItems"].update(keys("no-such-table", "a")["RequestItems"])
    assert wire.refused("BatchGetItem", request) == NOT_FOUND


def test_a_batch_get_key_that_does_not_fit_is_refused(wire, table):
    for key in ({}, {"q": S("a")}, {"p": {"N": "1"}}, {"p": S("a"), "q": S("b")}):
        assert wire.refused("BatchGetItem", {"RequestItems": {table: {"Keys": [key]}}}) == validation(MISMATCH)


def test_both_kinds_of_projection_may_not_meet_in_a_batch_get(wire, table, sorted_table):
    text = ("Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
            "{AttributesToGet} Expression parameters: {ProjectionExpression}")
    assert wire.refused(
        "BatchGetItem", keys(table, "a", AttributesToGet=["p"], ProjectionExpression="p")) == validation(text)
    request = keys(table, "a", ProjectionExpression="p")
    request["RequestItems"][sorted_table] = {"Keys": [{"p": S("a"), "c": {"N": "1"}}], "AttributesToGet": ["p"]}
    assert wire.refused("BatchGetItem", request) == validation(text)


@pytest.mark.parametrize("more, message", [
    ({"ExpressionAttributeNames": {"#a": "a"}},
     "ExpressionAttributeNames can only be specified when using expressions"),
    ({"ExpressionAttributeNames": {}, "ProjectionExpression": "a"}, "ExpressionAttributeNames must not be empty"),
    ({"ExpressionAttributeNames": {"a": "a"}, "ProjectionExpression": "a"},
     'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"'),
    ({"ProjectionExpression": ""}, "Invalid ProjectionExpression: The expression can not be empty;"),
    ({"ProjectionExpression": "a, a"},
     "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these "
     "paths; path one: [a], path two: [a]"),
    ({"ProjectionExpression": "#a", "ExpressionAttributeNames": {"#a": "a", "#b": "b"}},
     "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}"),
    ({"ProjectionExpression": "#c", "ExpressionAttributeNames": {"#a": "a"}},
     "Invalid ProjectionExpression: An expression attribute name used in the document path is not defined; "
     "attribute name: #c"),
    ({"AttributesToGet": ["a", "a"]},
     "One or more parameter values were invalid: Duplicate value in attribute name: a"),
])
def test_a_projection_of_a_batch_get_is_checked_before_the_table_is_looked_up(wire, more, message):
    assert wire.refused("BatchGetItem", keys("no-such-table", "a", "a", **more)) == validation(message)


def test_a_batch_get_answers_16_mb_and_gives_back_the_keys_that_are_left(wire, table):
    size = 409_600
    for start in range(0, 45, 15):
        wire.ok("BatchWriteItem", batch(
            table, *(put(p=f"{i:03}", x="x" * (size - 5)) for i in range(start, start + 15))))
    names = [f"{i:03}" for i in range(45)]
    more = {"ProjectionExpression": "#p", "ExpressionAttributeNames": {"#p": "p"}, "ConsistentRead": True}
    fitting = (16 << 20) // size
    request = {**keys(table, *names, **more), "ReturnConsumedCapacity": "TOTAL"}
    answer = wire.ok("BatchGetItem", request)
    assert answer["Responses"] == {table: [{"p": S(name)} for name in names[:fitting]]}
    assert answer["UnprocessedKeys"] == keys(table, *names[fitting:], **more)["RequestItems"]
    assert answer["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 100.0 * fitting}]
    rest = wire.ok("BatchGetItem", {"RequestItems": answer["UnprocessedKeys"]})
    assert rest == {"Responses": {table: [{"p": S(name)} for name in names[fitting:]]}, "UnprocessedKeys": {}}


def test_keys_left_over_name_only_what_the_request_had(wire, table):
    names = [f"{i:03}" for i in range(45)]
    for start in range(0, 45, 15):
        wire.ok("BatchWriteItem", batch(table, *(put(p=n, x="x" * 409_000) for n in names[start:start + 15])))
    other = wire.table("p:S")
    request = keys(table, *names)
    request["RequestItems"].update(keys(other, "a", AttributesToGet=["p"])["RequestItems"])
    answer = wire.ok("BatchGetItem", request)
    read = len(answer["Responses"][table])
    assert 0 < read < 45 and answer["Responses"][other] == []
    assert answer["UnprocessedKeys"] == {
        table: {"Keys": [{"p": S(n)} for n in names[read:]]},
        other: {"Keys": [{"p": S("a")}], "AttributesToGet": ["p"]}}


def test_a_missing_item_costs_a_batch_get_half_a_unit(wire, table, sorted_table):
    wire.ok("PutItem", {"TableName": table, "Item": {"p": S("big"), "x": S("x" * 5000)}})
    request = {"RequestItems": {
        sorted_table: {"Keys": [{"p": S("no"), "c": {"N": "1"}}], "ConsistentRead": True},
        **keys(table, "big", "no", ProjectionExpression="p")["RequestItems"]}, "ReturnConsumedCapacity": "INDEXES"}
    assert wire.ok("BatchGetItem", request)["ConsumedCapacity"] == [
        {"TableName": sorted_table, "CapacityUnits": 1.0, "Table": {"CapacityUnits": 1.0}},
        {"TableName": table, "CapacityUnits": 1.5, "Table": {"CapacityUnits": 1.5}}]
