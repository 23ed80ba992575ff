"""The rules of TransactWriteItems and TransactGetItems, each by AWS's exact answer at the wire."""

import uuid

import pytest

from aws_wire import validation

ENUM_CAPACITY = ("Value 'X' at 'returnConsumedCapacity' failed to satisfy constraint: "
                 "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]")
ENUM_METRICS = ("Value 'Y' at 'returnItemCollectionMetrics' failed to satisfy constraint: "
                "Member must satisfy enum value set: [SIZE, NONE]")
MISMATCH = "The provided key element does not match the schema"
NOT_FOUND = "ResourceNotFoundException", "Requested resource not found"
FAILED = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
NONE = {"Code": "None"}
SYNTAX = 'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "("'
NESTING = ("Nesting Levels have exceeded supported limits: "
           "Attributes in the item have nested levels beyond supported limit")


def one(message):
    return validation("1 validation error detected: " + message)


def S(text):
    return {"S": text}


def values(attributes):
    return {n: S(v) if isinstance(v, str) else v for n, v in attributes.items()}


class Actions:
    """Makes actions on one table."""

    def __init__(self, table):
        self.table = table

    def put(self, item, **more):
        return {"Put": {"TableName": self.table, "Item": values(item), **more}}

    def delete(self, key, **more):
        return {"Delete": {"TableName": self.table, "Key": values(key), **more}}

    def update(self, key, expression="SET x = :x", **more):
        if ":x" in expression:
            more.setdefault("ExpressionAttributeValues", {":x": S("new")})
        return {"Update": {"TableName": self.table, "Key": values(key), "UpdateExpression": expression, **more}}

    def check(self, key, condition="attribute_exists(p)", **more):
        return {"ConditionCheck": {
            "TableName": self.table, "Key": values(key), "ConditionExpression": condition, **more}}

    def get(self, key, **more):
        return {"Get": {"TableName": self.table, "Key": values(key), **more}}


def nested(levels):
    value = S("leaf")
    for _ in range(levels):
        value = {"M": {"n": value}}
    return value


@pytest.fixture
def on(wire):
    """Actions on a fresh table."""
    return Actions(wire.table("p:S"))


@pytest.fixture(scope="module")
def absent():
    return Actions("no-such-table")


@pytest.fixture(scope="module")
def on_indexed(wire):
    return Actions(wire.table(
        "p:S c:S", AttributeDefinitions=[
            {"AttributeName": "g", "AttributeType": "S"}, {"AttributeName": "l", "AttributeType": "S"}],
        GlobalSecondaryIndexes=[{
            "IndexName": "byG", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["shown"]}}],
        LocalSecondaryIndexes=[{
            "IndexName": "byL",
            "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"}}]))


@pytest.fixture
def transact(wire):
    """Sends a TransactWriteItems that has to succeed."""
    return lambda *actions, **more: wire.ok("TransactWriteItems", {"TransactItems": list(actions), **more})


@pytest.fixture
def refused(wire):
    """(exception's name, message) of a TransactWriteItems that has to be refused."""
    return lambda *actions, **more: wire.refused("TransactWriteItems", {"TransactItems": list(actions), **more})


@pytest.fixture
def cancelled(wire):
    """The reasons of a transaction that has to be cancelled."""
    def send(*actions, operation="TransactWriteItems"):
        answer = wire.send(operation, {"TransactItems": list(actions)})
        assert answer.status == 400, answer.text
        body = answer.body
        reasons = body["CancellationReasons"]
        codes = ", ".join(reason["Code"] for reason in reasons)
        assert answer.error == (
            "TransactionCanceledException",
            f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]")
        return reasons
    return send


def item(wire, on, **key):
    return wire.ok("GetItem", {"TableName": on.table, "Key": values(key)}).get("Item")


# What a transaction does


def test_all_four_actions_take_effect_together(wire, on, transact):
    for name in ("updated", "deleted", "checked"):
        wire.ok("PutItem", {"TableName": on.table, "Item": values({"p": name})})
    assert transact(on.put({"p": "put"}), on.update({"p": "updated"}), on.delete({"p": "deleted"}),
                    on.check({"p": "checked"})) == {}
    assert item(wire, on, p="put") == {"p": S("put")}
    assert item(wire, on, p="updated") == {"p": S("updated"), "x": S("new")}
    assert item(wire, on, p="deleted") is None
    assert item(wire, on, p="checked") == {"p": S("checked")}


def test_one_failed_condition_leaves_everything_as_it_was_and_reasons_stand_in_order(wire, on, cancelled):
    wire.ok("PutItem", {"TableName": on.table, "Item": values({"p": "there"})})
    assert cancelled(
        on.put({"p": "new"}), on.put({"p": "there"}, ConditionExpression="attribute_not_exists(p)"),
        on.check({"p": "missing"}), on.update({"p": "there2"})) == [NONE, FAILED, FAILED, NONE]
    assert item(wire, on, p="new") is None
    assert item(wire, on, p="there2") is None


def test_the_item_that_failed_the_condition_is_in_the_reason_when_asked_for(wire, on, cancelled):
    wire.ok("PutItem", {"TableName": on.table, "Item": values({"p": "a", "x": "1"})})
    old = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    no = "attribute_not_exists(p)"
    with_item = {**FAILED, "Item": values({"p": "a", "x": "1"})}
    for action in (on.put({"p": "a"}, ConditionExpression=no, **old), on.delete({"p": "a"}, ConditionExpression=no, **old),
                   on.update({"p": "a"}, ConditionExpression=no, **old), on.check({"p": "a"}, no, **old)):
        assert cancelled(action, on.put({"p": "b"})) == [with_item, NONE]
    assert cancelled(on.check({"p": "a"}, no, ReturnValuesOnConditionCheckFailure="NONE")) == [FAILED]
    assert cancelled(on.check({"p": "none"}, **old)) == [FAILED], "there is no item to return"


def test_a_transaction_writes_to_several_tables_also_by_arn(wire, on, transact):
    other = Actions(wire.table("p:S"))
    by_arn = Actions(wire.ok("DescribeTable", {"TableName": other.table})["Table"]["TableArn"])
    transact(on.put({"p": "k"}), by_arn.put({"p": "k"}))
    assert item(wire, on, p="k") == item(wire, other, p="k") == {"p": S("k")}


def test_an_update_that_only_makes_a_key_is_written(wire, on, transact):
    transact(on.update({"p": "made"}, "SET x = :x"))
    assert item(wire, on, p="made") == {"p": S("made"), "x": S("new")}


def test_100_actions_are_one_transaction(wire, on, transact):
    transact(*(on.put({"p": str(i)}) for i in range(100)))
    assert wire.ok("Scan", {"TableName": on.table, "Select": "COUNT"})["Count"] == 100


# Reasons: what does not fit the table


@pytest.mark.parametrize("make, message", [
    (lambda on: on.put({"p": {"N": "5"}}),
     "One or more parameter values were invalid: Type mismatch for key p expected: S actual: N"),
    (lambda on: on.put({"p": {"L": [S("x")]}}),
     "One or more parameter values were invalid: Type mismatch for key p expected: S actual: L"),
    (lambda on: on.put({"q": "x"}), "One or more parameter values were invalid: Missing the key p in the item"),
    (lambda on: on.update({"p": {"N": "5"}}), MISMATCH),
    (lambda on: on.update({"p": "a", "q": "b"}), MISMATCH),
    (lambda on: on.delete({"p": {"N": "5"}}), MISMATCH),
    (lambda on: on.delete({}), MISMATCH),
    (lambda on: on.check({"p": {"L": [S("x")]}}), MISMATCH),
    (lambda on: on.update({"p": "a"}, "SET p = :x"),
     "One or more parameter values were invalid: Cannot update attribute p. This attribute is part of the key"),
    (lambda on: on.put({"p": "x" * 2049}),
     "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"),
])
def test_a_key_that_does_not_fit_the_table_is_the_actions_validation_error(on, cancelled, make, message):
    assert cancelled(on.put({"p": "other"}), make(on)) == [NONE, {"Code": "ValidationError", "Message": message}]


def test_of_several_actions_that_do_not_fit_only_the_first_is_reported_and_no_condition_is_looked_at(on, cancelled):
    assert cancelled(on.put({"p": {"N": "7"}}), on.put({"p": {"N": "8"}}), on.check({"p": "missing"})) == [
        {"Code": "ValidationError",
         "Message": "One or more parameter values were invalid: Type mismatch for key p expected: S actual: N"},
        NONE, NONE]


def test_an_index_key_of_the_wrong_type_is_the_actions_validation_error(on_indexed, cancelled):
    reason = {"Code": "ValidationError", "Message": (
        "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: byG")}
    key = {"p": "a", "c": "b"}
    assert cancelled(on_indexed.put({**key, "g": {"N": "1"}})) == [reason]
    assert cancelled(on_indexed.update(
        key, "SET g = :n", ExpressionAttributeValues={":n": {"N": "1"}})) == [reason]


def test_an_empty_key_is_the_whole_requests_error(on, on_indexed, refused):
    text = ("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: p")
    for action in (on.put({"p": ""}), on.update({"p": ""}), on.delete({"p": ""}), on.check({"p": ""})):
        assert refused(action) == validation(text)
    assert refused(on_indexed.put({"p": "a", "c": "b", "g": ""})) == validation(
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
        "The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byG, IndexKey: g")
    assert refused(on_indexed.update({"p": "a", "c": "b"}, "SET g = :x", ExpressionAttributeValues={":x": S("")})) == (
        validation(
            "One or more parameter values are not valid. The update expression attempted to update a secondary index "
            "key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty "
            "string value."))


def test_what_an_update_cannot_do_with_the_item_is_a_reason_beside_others(wire, on, cancelled):
    wire.ok("PutItem", {"TableName": on.table, "Item": values({"p": "text", "x": "1"})})
    add = {"ExpressionAttributeValues": {":n": {"N": "1"}}}
    assert cancelled(
        on.update({"p": "text"}, "SET x = x + :n", **add), on.check({"p": "missing"}),
        on.update({"p": "none"}, "SET x = x + :n", **add)) == [
        {"Code": "ValidationError", "Message": "An operand in the update expression has an incorrect data type"},
        FAILED,
        {"Code": "ValidationError",
         "Message": "The provided expression refers to an attribute that does not exist in the item"}]


def test_an_update_that_makes_the_item_too_large_is_a_reason_but_a_large_put_is_not(wire, on, cancelled, refused):
    wire.ok("PutItem", {"TableName": on.table, "Item": values({"p": "a", "y": "x" * 300_000})})
    assert cancelled(on.update({"p": "a"}, ExpressionAttributeValues={":x": S("x" * 110_000)})) == [
        {"Code": "ValidationError", "Message": "Item size to update has exceeded the maximum allowed size"}]
    assert refused(on.put({"p": "b", "y": "x" * 410_000})) == validation(
        "Item size has exceeded the maximum allowed size")


# The request's shape


def test_a_transaction_has_1_to_100_actions(wire, on, refused):
    assert refused() == one(
        "Value at 'TransactItems' failed to satisfy constraint: Member must have length greater than or equal to 1")
    assert refused(*(on.put({"p": str(i)}) for i in range(101))) == one(
        "Value at 'TransactItems' failed to satisfy constraint: Member must have length less than or equal to 100")
    assert wire.refused("TransactWriteItems", {}) == one(
        "Value null at 'transactItems' failed to satisfy constraint: Member must not be null")


def test_an_element_without_an_action_is_refused(on, refused):
    assert refused(on.put({"p": "a"}), {}) == one(
        "Value '' at 'transactItems' failed to satisfy constraint: "
        "TransactWriteRequest should contain Delete or Put or Update or ConditionCheck")


def test_an_element_with_several_actions_is_refused(on, refused):
    assert refused({**on.put({"p": "a"}), **on.delete({"p": "b"})}) == validation(
        "TransactItems can only contain one of Check, Put, Update or Delete")


def test_unknown_enums_of_a_transaction_are_reported_together_and_before_all_else(on, absent, refused):
    more = {"ReturnConsumedCapacity": "X", "ReturnItemCollectionMetrics": "Y"}
    for actions in ([absent.put({"p": "a"})], [on.put({"p": "a"}), on.delete({"p": "a"})]):
        assert refused(*actions, **more) == validation(f"2 validation errors detected: {ENUM_CAPACITY}; {ENUM_METRICS}")


@pytest.mark.parametrize("member, make", [
    ("put", lambda on: on.put({"p": "a"})), ("update", lambda on: on.update({"p": "a"})),
    ("delete", lambda on: on.delete({"p": "a"})), ("conditionCheck", lambda on: on.check({"p": "a"}))])
def test_a_malformed_table_name_is_refused_at_its_place(on, refused, member, make):
    assert refused(on.put({"p": "a"}), make(Actions("bad!name"))) == one(
        f"Value 'bad!name' at 'transactItems.2.member.{member}.tableName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")


def test_an_action_needs_its_members(on, refused):
    table = {"TableName": on.table}
    null = "failed to satisfy constraint: Member must not be null"
    for action, member in [
            ({"Put": table}, "put.item"), ({"Delete": table}, "delete.key"),
            ({"Put": {"Item": values({"p": "a"})}}, "put.tableName"),
            ({"Update": {**table, "Key": values({"p": "a"})}}, "update.updateExpression"),
            ({"ConditionCheck": {**table, "Key": values({"p": "a"})}}, "conditionCheck.conditionExpression")]:
        assert refused(action) == one(f"Value null at 'transactItems.1.member.{member}' {null}")


def test_an_unknown_return_values_on_condition_check_failure_is_refused(on, refused):
    assert refused(on.delete({"p": "a"}, ReturnValuesOnConditionCheckFailure="none")) == one(
        "Value 'none' at 'transactItems.1.member.delete.returnValuesOnConditionCheckFailure' failed to satisfy "
        "constraint: Member must satisfy enum value set: [ALL_OLD, NONE]")


def test_two_actions_on_one_item_are_refused(wire, on, refused):
    for actions in ([on.put({"p": "a"}), on.put({"p": "a"})], [on.put({"p": "a"}), on.check({"p": "a"})],
                    [on.check({"p": "a"}), on.check({"p": "a"})]):
        assert refused(*actions) == validation("Transaction request cannot include multiple operations on one item")
    assert item(wire, on, p="a") is None


def test_a_table_that_is_missing_is_the_whole_requests_error(on, absent, refused):
    assert refused(on.put({"p": "a"}), absent.put({"p": "a"})) == NOT_FOUND


def test_the_items_of_a_transaction_have_4_mb_at_most(on, transact, refused):
    transact(*(on.put({"p": str(i), "x": "x" * 350_000}) for i in range(11)))
    assert refused(*(on.put({"p": str(i), "x": "x" * 350_000}) for i in range(12))) == validation(
        "Transaction payload size cannot exceed 4 MB")
    transact(*(on.delete({"p": str(i)}) for i in range(11)))


def test_expressions_are_checked_action_by_action_before_any_table_is_looked_up(on, absent, refused):
    malformed = on.check({"p": "a"}, "attribute_not_exists(")
    deep = on.put({"p": "b", "d": nested(32)})
    unused = on.check({"p": "a"}, ExpressionAttributeValues={":v": S("x")})
    unused_text = "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}"
    assert refused(absent.put({"p": "x"}), malformed) == validation(SYNTAX)
    assert refused(malformed, deep) == validation(SYNTAX)
    assert refused(deep, malformed) == validation(NESTING)
    assert refused(absent.put({"p": "x"}), unused) == validation(unused_text)
    assert refused(on.put({"p": "a"}), unused) == validation(unused_text)
    assert refused(absent.delete({"p": nested(100)}, ConditionExpression="attribute_not_exists(")) == validation(SYNTAX)


@pytest.mark.parametrize("more, message", [
    ({"ConditionExpression": ""}, "Invalid ConditionExpression: The expression can not be empty;"),
    ({"ConditionExpression": "attribute_exists(#x)"},
     "Invalid ConditionExpression: An expression attribute name used in the document path is not defined; "
     "attribute name: #x"),
    ({"ConditionExpression": "p = :x"},
     "Invalid ConditionExpression: An expression attribute value used in expression is not defined; "
     "attribute value: :x"),
    ({"ConditionExpression": "attribute_exists(p)", "ExpressionAttributeNames": {"#x": "x"}},
     "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}"),
    ({"ExpressionAttributeNames": {"#x": "x"}},
     "ExpressionAttributeNames can only be specified when using expressions"),
    ({"ExpressionAttributeValues": {":x": {"S": "x"}}},
     "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null"),
])
def test_a_wrong_expression_is_the_whole_requests_error(absent, refused, more, message):
    assert refused(absent.put({"p": "a"}, **more)) == validation(message)


# Tokens


def token():
    return uuid.uuid4().hex


def test_a_token_has_1_to_36_characters_and_is_reported_alone(on, refused, transact):
    assert refused(on.put({"p": "a"}), ClientRequestToken="x" * 37, ReturnConsumedCapacity="X") == one(
        "Value at 'ClientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36")
    assert refused(on.put({"p": "a"}), ClientRequestToken="") == one(
        "Value at 'ClientRequestToken' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1")
    transact(on.put({"p": "a"}), ClientRequestToken=str(uuid.uuid4()))


def test_a_request_with_a_known_token_succeeds_and_changes_nothing(wire, on, transact):
    wire.ok("PutItem", {"TableName": on.table, "Item": values({"p": "a", "n": {"N": "1"}})})
    increment = on.update({"p": "a"}, "SET n = n + :n", ExpressionAttributeValues={":n": {"N": "1"}})
    mine = token()
    for _ in range(3):
        transact(increment, ClientRequestToken=mine)
    assert item(wire, on, p="a")["n"] == {"N": "2"}
    transact(increment, ClientRequestToken=token())
    assert item(wire, on, p="a")["n"] == {"N": "3"}


def test_a_known_token_with_other_parameters_is_a_mismatch(on, refused, transact):
    mine = token()
    transact(on.put({"p": "a"}), ClientRequestToken=mine)
    for other in (on.put({"p": "b"}), on.delete({"p": "a"}), on.put({"p": "a"}, ConditionExpression="attribute_exists(p)")):
        assert refused(other, ClientRequestToken=mine)[0] == "IdempotentParameterMismatchException"
    assert refused(on.put({"p": "a"}), on.put({"p": "c"}), ClientRequestToken=mine)[0] == (
        "IdempotentParameterMismatchException")


def test_a_cancelled_transaction_does_not_use_up_its_token(wire, on, transact, cancelled):
    mine = token()
    check = on.update({"p": "a"}, ConditionExpression="attribute_exists(p)")
    refused = wire.refused("TransactWriteItems", {"TransactItems": [check], "ClientRequestToken": mine})
    assert refused[0] == "TransactionCanceledException"
    wire.ok("PutItem", {"TableName": on.table, "Item": values({"p": "a"})})
    transact(check, ClientRequestToken=mine)
    assert item(wire, on, p="a")["x"] == S("new")


def capacity(answer):
    return [{k: v for k, v in one.items() if k != "TableName"} for one in answer["ConsumedCapacity"]]


def units(value, direction="Write"):
    return {"CapacityUnits": value, f"{direction}CapacityUnits": value}


@pytest.mark.parametrize("prepare, act, first, again", [
    ("x" * 8700, lambda on: on.put({"p": "a"}), 18.0, 6.0),
    (None, lambda on: on.put({"p": "a", "x": "x" * 8700}), 18.0, 6.0),
    ("x" * 8700, lambda on: on.delete({"p": "a"}), 18.0, 6.0),
    ("x" * 8700, lambda on: on.check({"p": "a"}), 18.0, 6.0),
], ids=["shrinking-put", "growing-put", "delete", "check"])
def test_a_token_seen_before_is_charged_as_reads_of_what_the_first_request_was_charged_for(
        wire, on, transact, prepare, act, first, again):
    if prepare:
        wire.ok("PutItem", {"TableName": on.table, "Item": values({"p": "a", "x": prepare})})
    more = {"ClientRequestToken": token(), "ReturnConsumedCapacity": "TOTAL"}
    assert capacity(transact(act(on), **more)) == [units(first)]
    assert capacity(transact(act(on), **more)) == [units(again, "Read")]
    assert capacity(transact(act(on), **{**more, "ReturnConsumedCapacity": "INDEXES"})) == [
        {**units(again, "Read"), "Table": units(again, "Read")}]


# Capacity and item collections


def test_a_transaction_costs_the_table_twice_and_its_indexes_once(on_indexed, transact):
    key = {"p": "cap", "c": "1"}
    full = {**key, "g": "g", "l": "l", "shown": "s"}

    def cost(action):
        return capacity(transact(action, ReturnConsumedCapacity="INDEXES"))

    def expected(table, byG=0.0, byL=0.0):
        result = {**units(table + byG + byL), "Table": units(table)}
        if byG:
            result["GlobalSecondaryIndexes"] = {"byG": units(byG)}
        if byL:
            result["LocalSecondaryIndexes"] = {"byL": units(byL)}
        return [result]

    assert cost(on_indexed.put(full)) == expected(2.0, 1.0, 1.0)
    assert cost(on_indexed.put(full)) == expected(2.0), "nothing changed in an index"
    assert cost(on_indexed.update(key)) == expected(2.0, byL=1.0), "x is not in byG"
    assert cost(on_indexed.update(key, "SET g = :x")) == expected(2.0, 2.0, 1.0), "moved in byG"
    assert cost(on_indexed.check(key)) == expected(2.0)
    assert cost(on_indexed.delete(key)) == expected(2.0, 1.0, 1.0)
    assert cost(on_indexed.delete(key)) == expected(2.0), "a missing item costs the least"


def test_capacity_is_one_sum_for_each_table_in_the_order_of_the_actions(wire, on, transact):
    other = Actions(wire.table("p:S"))
    answer = transact(other.put({"p": "a"}), on.put({"p": "a", "x": "x" * 1500}), other.put({"p": "b"}),
                      ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == [
        {"TableName": other.table, **units(4.0)}, {"TableName": on.table, **units(4.0)}]


def test_item_collections_of_a_transaction_are_those_of_its_writes(on, on_indexed, transact):
    answer = transact(
        on.put({"p": "m"}), on_indexed.put({"p": "m", "c": "1"}), on_indexed.delete({"p": "n", "c": "1"}),
        on_indexed.check({"p": "o", "c": "1"}, "attribute_not_exists(p)"), ReturnItemCollectionMetrics="SIZE")
    assert answer == {"ItemCollectionMetrics": {on_indexed.table: [
        {"ItemCollectionKey": {"p": S(name)}, "SizeEstimateRangeGB": [0.0, 1.0]} for name in ("m", "n")]}}


# TransactGetItems


@pytest.fixture
def gets(wire):
    return lambda *actions, **more: wire.ok("TransactGetItems", {"TransactItems": list(actions), **more})


@pytest.fixture
def gets_refused(wire):
    return lambda *actions, **more: wire.refused("TransactGetItems", {"TransactItems": list(actions), **more})


def test_gets_are_answered_in_order_with_nothing_for_what_is_missing(wire, on, transact, gets):
    other = Actions(wire.table("p:S c:N"))
    transact(on.put({"p": "a", "x": "1"}), other.put({"p": "a", "c": {"N": "1"}, "x": "2"}))
    assert gets(on.get({"p": "a"}), on.get({"p": "none"}), other.get({"p": "a", "c": {"N": "1.0"}})) == {"Responses": [
        {"Item": values({"p": "a", "x": "1"})}, {}, {"Item": values({"p": "a", "c": {"N": "1"}, "x": "2"})}]}


def test_gets_project_without_keys_and_leave_out_an_item_of_which_nothing_is_left(on, transact, gets):
    transact(on.put({"p": "a", "x": "1", "y": {"M": {"z": S("2"), "w": S("3")}}}))
    names = {"ProjectionExpression": "#y.z, x", "ExpressionAttributeNames": {"#y": "y"}}
    assert gets(on.get({"p": "a"}, **names))["Responses"] == [{"Item": {"x": S("1"), "y": {"M": {"z": S("2")}}}}]
    assert gets(on.get({"p": "a"}, ProjectionExpression="nothing"))["Responses"] == [{}]


def test_gets_cost_twice_also_for_what_is_missing_and_say_that_they_are_reads(on, transact, gets):
    transact(on.put({"p": "a", "x": "x" * 5000}))
    answer = gets(on.get({"p": "a"}, ProjectionExpression="p"), on.get({"p": "none"}), ReturnConsumedCapacity="INDEXES")
    assert answer["ConsumedCapacity"] == [
        {"TableName": on.table, **units(6.0, "Read"), "Table": units(6.0, "Read")}]


def test_a_read_transaction_has_1_to_100_gets(wire, on, gets, gets_refused):
    assert len(gets(*(on.get({"p": str(i)}) for i in range(100)))["Responses"]) == 100
    assert gets_refused(*(on.get({"p": str(i)}) for i in range(101))) == one(
        "Value at 'TransactItems' failed to satisfy constraint: Member must have length less than or equal to 100")
    assert gets_refused() == one(
        "Value at 'TransactItems' failed to satisfy constraint: Member must have length greater than or equal to 1")
    assert wire.refused("TransactGetItems", {}) == one(
        "Value null at 'transactItems' failed to satisfy constraint: Member must not be null")


def test_the_shape_of_gets_is_checked_first(on, absent, gets_refused):
    for actions in ([absent.get({"p": "a"})], [on.get({"p": "a"}), on.get({"p": "a"})]):
        assert gets_refused(*actions, ReturnConsumedCapacity="X") == one(ENUM_CAPACITY)
    assert gets_refused(on.get({"p": "a"}), Actions("bad!name").get({"p": "a"})) == one(
        "Value 'bad!name' at 'transactItems.2.member.get.tableName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
    assert gets_refused({"Get": {"TableName": on.table}}, {}) == validation(
        "2 validation errors detected: "
        "Value null at 'transactItems.1.member.get.key' failed to satisfy constraint: Member must not be null; "
        "Value null at 'transactItems.2.member.get' failed to satisfy constraint: Member must not be null")


@pytest.mark.parametrize("more, message", [
    ({"ProjectionExpression": "!!!"}, 'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"'),
    ({"ProjectionExpression": "#a", "ExpressionAttributeNames": {"#a": "a", "#b": "b"}},
     "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}"),
    ({"ProjectionExpression": "#a, #c", "ExpressionAttributeNames": {"#a": "a"}},
     "Invalid ProjectionExpression: An expression attribute name used in the document path is not defined; "
     "attribute name: #c"),
    ({"ExpressionAttributeNames": {"#a": "a"}},
     "ExpressionAttributeNames can only be specified when using expressions"),
])
def test_a_wrong_projection_of_a_get_is_the_whole_requests_error(absent, gets_refused, more, message):
    assert gets_refused(absent.get({"p": "a"}, **more)) == validation(message)


def test_a_get_of_a_missing_table_is_refused(on, absent, gets_refused):
    assert gets_refused(on.get({"p": "a"}), absent.get({"p": "a"})) == NOT_FOUND


def test_two_gets_of_one_item_are_refused(on, gets_refused):
    assert gets_refused(on.get({"p": "a"}), on.get({"p": "a"})) == validation(
        "Transaction request cannot include multiple operations on one item")


def test_a_get_key_that_does_not_fit_cancels_the_transaction(on, cancelled):
    reason = {"Code": "ValidationError", "Message": MISMATCH}
    for key in ({}, {"p": {"N": "1"}}, {"p": "a", "q": "b"}):
        assert cancelled(on.get({"p": "z"}), on.get(key), operation="TransactGetItems") == [NONE, reason]
    assert cancelled(on.get({"p": ""}), operation="TransactGetItems") == [{"Code": "ValidationError", "Message": (
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
        "string value. Key: p")}]


def test_the_items_of_a_read_transaction_have_4_mb_at_most(wire, on, gets, gets_refused):
    for i in range(12):
        wire.ok("PutItem", {"TableName": on.table, "Item": values({"p": str(i), "x": "x" * 350_000})})
    assert len(gets(*(on.get({"p": str(i)}) for i in range(11)))["Responses"]) == 11
    assert gets_refused(*(on.get({"p": str(i)}) for i in range(12))) == validation(
        "Transaction payload size cannot exceed 4 MB")
