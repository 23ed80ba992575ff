"""The parameters from before expressions, each rule by AWS's exact answer at the wire."""

import pytest

from aws_wire import validation

INVALID = "One or more parameter values were invalid: "
ONE = "1 validation error detected: "
CONFLICT = "ConditionalCheckFailedException", "The conditional request failed"


def invalid(message):
    return validation(INVALID + message)


def enveloped(message):
    """PutItem, UpdateItem and DeleteItem say so of what is wrong with a request before they look at the table."""
    return validation(ONE + message)


def condition(operator, *values):
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


@pytest.fixture(scope="module")
def table(wire):
    return wire.table("p:S")


@pytest.fixture(scope="module")
def sorted_table(wire):
    """Ten items of one partition, and a few of another."""
    name = wire.table("p:S c:N")
    for number in range(10):
        item = {"p": {"S": "x"}, "c": {"N": str(number)}, "even": {"BOOL": number % 2 == 0}, "s": {"S": f"s{number}"}}
        wire.ok("PutItem", {"TableName": name, "Item": item})
    return name


@pytest.fixture
def update(wire, table, request):
    """Updates an item of the test's own by AttributeUpdates; returns its attributes besides the key."""
    key = {"p": {"S": request.node.name}}

    def run(updates, before=None, **more):
        if before is not None:
            wire.ok("PutItem", {"TableName": table, "Item": {**key, **before}})
        wire.ok("UpdateItem", {"TableName": table, "Key": key, "AttributeUpdates": updates, **more})
        item = wire.ok("GetItem", {"TableName": table, "Key": key}).get("Item")
        return item and {name: value for name, value in item.items() if name != "p"}

    run.refused = lambda updates, **more: wire.refused(
        "UpdateItem", {"TableName": table, "Key": key, "AttributeUpdates": updates, **more})
    return run


# AttributeUpdates


def test_put_is_the_action_when_none_is_given(update):
    assert update({"a": {"Value": {"S": "x"}}}) == {"a": {"S": "x"}}


def test_put_replaces_a_value_of_another_type(update):
    assert update({"a": {"Action": "PUT", "Value": {"N": "1"}}}, before={"a": {"S": "x"}}) == {"a": {"N": "1"}}


def test_add_adds_to_a_number_and_makes_one(update):
    add = {"a": {"Action": "ADD", "Value": {"N": "2.5"}}}
    assert update(add) == {"a": {"N": "2.5"}}
    assert update(add) == {"a": {"N": "5"}}


def test_add_joins_sets(update):
    add = {"a": {"Action": "ADD", "Value": {"SS": ["b", "c"]}}}
    assert update(add, before={"a": {"SS": ["a", "b"]}}) == {"a": {"SS": ["a", "b", "c"]}}


def test_add_appends_to_a_list(update):
    add = {"a": {"Action": "ADD", "Value": {"L": [{"S": "x"}]}}}
    assert update(add) == {"a": {"L": [{"S": "x"}]}}
    assert update(add) == {"a": {"L": [{"S": "x"}, {"S": "x"}]}}


def test_delete_without_a_value_removes_the_attribute(update):
    assert update({"a": {"Action": "DELETE"}}, before={"a": {"S": "x"}, "b": {"S": "y"}}) == {"b": {"S": "y"}}


def test_delete_with_a_value_takes_elements_out_and_the_last_takes_the_attribute(update):
    delete = {"a": {"Action": "DELETE", "Value": {"NS": ["1.0"]}}}
    assert update(delete, before={"a": {"NS": ["1", "2"]}}) == {"a": {"NS": ["2"]}}
    assert update({"a": {"Action": "DELETE", "Value": {"NS": ["2", "3"]}}}) == {}


def test_a_delete_of_an_item_that_is_not_there_makes_none(update):
    assert update({"a": {"Action": "DELETE"}}) is None
    assert update({"a": {"Action": "DELETE", "Value": {"SS": ["x"]}}}) is None


def test_no_updates_at_all_make_an_item_of_the_key(update):
    assert update({}) == {}


def test_a_dot_in_an_attribute_s_name_is_no_path(update):
    assert update({"a.b": {"Value": {"S": "x"}}}) == {"a.b": {"S": "x"}}


def test_the_updated_attributes_are_returned(wire, table):
    request = {
        "TableName": table, "Key": {"p": {"S": "returned"}}, "ReturnValues": "UPDATED_NEW",
        "AttributeUpdates": {"a": {"Value": {"S": "x"}}, "b": {"Action": "ADD", "Value": {"N": "1"}}}}
    assert wire.ok("UpdateItem", request)["Attributes"] == {"a": {"S": "x"}, "b": {"N": "1"}}


@pytest.mark.parametrize("value", [{"S": "1"}, {"N": "1"}, {"B": "Yg=="}, {"NULL": True}, {"BOOL": True}, {"M": {}},
                                   {"L": []}])
def test_delete_takes_sets_only(update, value):
    assert update.refused({"a": {"Action": "DELETE", "Value": value}}) == enveloped(
        f"{INVALID}DELETE action with value is not supported for the type {list(value)[0]}")


@pytest.mark.parametrize("value", [{"S": "1"}, {"B": "Yg=="}, {"NULL": True}, {"BOOL": True}, {"M": {}}])
def test_add_takes_numbers_sets_and_lists_only(update, value):
    assert update.refused({"a": {"Action": "ADD", "Value": value}}) == enveloped(
        f"{INVALID}ADD action is not supported for the type {list(value)[0]}")


@pytest.mark.parametrize("value", [{}, {"Action": "PUT"}, {"Action": "ADD"}])
def test_only_a_delete_may_lack_a_value(update, value):
    assert update.refused({"a": value}) == enveloped(
        INVALID + "Only DELETE action is allowed when no attribute value is specified")


@pytest.mark.parametrize("before, change", [
    ({"SS": ["1"]}, {"Action": "DELETE", "Value": {"NS": ["1"]}}),
    ({"N": "1"}, {"Action": "DELETE", "Value": {"NS": ["1"]}}),
    ({"SS": ["1"]}, {"Action": "ADD", "Value": {"NS": ["1"]}}),
    ({"NS": ["1"]}, {"Action": "ADD", "Value": {"N": "1"}}),
    ({"S": "1"}, {"Action": "ADD", "Value": {"L": []}}),
])
def test_what_is_there_must_be_of_the_value_s_type(update, before, change):
    update({"a": {"Value": before}})
    assert update.refused({"a": change}) == validation("Type mismatch for attribute to update")


def test_the_key_cannot_be_updated(update):
    assert update.refused({"p": {"Value": {"S": "x"}}}) == invalid(
        "Cannot update attribute p. This attribute is part of the key")


def test_an_unknown_action_is_refused(update):
    assert update.refused({"a": {"Action": "put", "Value": {"S": "x"}}}) == enveloped(
        "Value 'put' at 'attributeUpdates.a.member.action' failed to satisfy constraint: "
        "Member must satisfy enum value set: [ADD, DELETE, PUT]")


def test_an_attribute_without_a_name_is_refused(update):
    assert update.refused({"": {"Value": {"S": "x"}}}) == enveloped("Empty attribute name")


def test_an_update_s_value_is_checked(update):
    assert update.refused({"a": {"Value": {"SS": []}}}) == enveloped(INVALID + "An string set  may not be empty")


def test_an_index_key_of_the_wrong_type_is_refused_before_the_item_is_looked_at(wire):
    index = {"IndexName": "by-a", "Projection": {"ProjectionType": "ALL"},
             "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]}
    table = wire.table("p:S", AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
                       GlobalSecondaryIndexes=[index])
    assert wire.refused("UpdateItem", {
        "TableName": table, "Key": {"p": {"S": "x"}}, "AttributeUpdates": {"a": {"Value": {"N": "1"}}},
        "Expected": {"nothing": {"Value": {"S": "x"}}}}) == invalid(
            "Type mismatch for Index Key a Expected: S Actual: N IndexName: by-a")


@pytest.mark.parametrize("member, message", [
    ('"AttributeUpdates":1', "Unexpected field type"),
    ('"AttributeUpdates":[]', "Unrecognized collection type java.util.Map<java.lang.String, "
                              "com.amazonaws.dynamodb.v20120810.AttributeValueUpdate>"),
    ('"AttributeUpdates":{"a":1}', "Unexpected value type in payload"),
    ('"AttributeUpdates":{"a":{"Value":"x"}}', "Unexpected field type"),
    ('"AttributeUpdates":{"a":{"Value":[]}}',
     "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue"),
    ('"AttributeUpdates":{"a":{"Action":1}}', "NUMBER_VALUE cannot be converted to String"),
    ('"Expected":{"a":{"AttributeValueList":{}}}', "Start of structure or map found where not expected"),
    ('"Expected":{"a":{"Exists":"x"}}', "Unexpected token received from parser"),
])
def test_other_json_types_are_no_such_structures(wire, member, message):
    body = '{"TableName":"abc","Key":{"p":{"S":"x"}},%s}' % member
    assert wire.send("UpdateItem", body.encode()).error == ("SerializationException", message)


# Expected


@pytest.fixture(scope="module")
def expect(wire, table):
    """Whether an expectation holds for an item with attributes of many types."""
    key = {"p": {"S": "expected"}}
    item = {**key, "s": {"S": "hello"}, "n": {"N": "5"}, "b": {"B": "aGVsbG8="}, "l": {"L": [{"N": "5"}]},
            "ss": {"SS": ["x", "y"]}, "nu": {"NULL": True}, "m": {"M": {"k": {"S": "v"}}}, "t": {"BOOL": True}}
    wire.ok("PutItem", {"TableName": table, "Item": item})

    def holds(expected, **more):
        answer = wire.send("PutItem", {"TableName": table, "Item": item, "Expected": expected, **more})
        if answer.status == 200:
            return True
        assert answer.error == CONFLICT
        return False

    holds.refused = lambda expected, **more: wire.refused(
        "PutItem", {"TableName": table, "Item": item, "Expected": expected, **more})
    return holds


@pytest.mark.parametrize("attribute, operator, values, holds", [
    ("n", "EQ", [{"N": "5.0"}], True), ("n", "EQ", [{"S": "5"}], False), ("none", "EQ", [{"S": "5"}], False),
    ("ss", "EQ", [{"SS": ["y", "x"]}], True), ("l", "EQ", [{"L": [{"N": "5"}]}], True),
    ("m", "EQ", [{"M": {"k": {"S": "v"}}}], True), ("t", "EQ", [{"BOOL": True}], True), ("nu", "EQ", [{"NULL": True}], True),
    ("n", "NE", [{"N": "4"}], True), ("n", "NE", [{"S": "5"}], True), ("n", "NE", [{"N": "5"}], False),
    ("none", "NE", [{"S": "5"}], True),
    ("n", "LT", [{"N": "6"}], True), ("n", "LT", [{"N": "5"}], False), ("n", "LT", [{"S": "6"}], False),
    ("s", "LE", [{"S": "hello"}], True), ("s", "GT", [{"S": "hell"}], True), ("b", "GE", [{"B": "aGVsbG8="}], True),
    ("n", "BETWEEN", [{"N": "5"}, {"N": "5"}], True), ("n", "BETWEEN", [{"N": "6"}, {"N": "7"}], False),
    ("n", "IN", [{"N": "4"}, {"N": "5"}], True), ("n", "IN", [{"N": "4"}], False),
    ("s", "BEGINS_WITH", [{"S": "he"}], True), ("b", "BEGINS_WITH", [{"B": "aGU="}], True),
    ("n", "BEGINS_WITH", [{"S": "5"}], False),
    ("s", "CONTAINS", [{"S": "ell"}], True), ("ss", "CONTAINS", [{"S": "x"}], True), ("l", "CONTAINS", [{"N": "5"}], True),
    ("l", "CONTAINS", [{"BOOL": True}], False), ("none", "CONTAINS", [{"S": "x"}], False),
    ("s", "NOT_CONTAINS", [{"S": "x"}], True), ("ss", "NOT_CONTAINS", [{"S": "x"}], False),
    # Not there at all, it neither contains nor does not.
    ("none", "NOT_CONTAINS", [{"S": "x"}], False),
    ("nu", "NOT_NULL", [], True), ("none", "NOT_NULL", [], False),
    ("none", "NULL", [], True), ("nu", "NULL", [], False),
])
def test_a_comparison_holds(expect, attribute, operator, values, holds):
    assert expect({attribute: condition(operator, *values)}) is holds


def test_the_oldest_form_is_a_value_or_absence(expect):
    assert expect({"n": {"Value": {"N": "5"}}})
    assert expect({"n": {"Value": {"N": "5"}, "Exists": True}})
    assert not expect({"n": {"Value": {"N": "6"}}})
    assert expect({"none": {"Exists": False}})
    assert not expect({"n": {"Exists": False}})


def test_a_value_beside_an_operator_stands_for_a_list_of_one(expect):
    assert expect({"n": {"ComparisonOperator": "GT", "Value": {"N": "4"}}})


def test_all_must_hold_unless_one_is_enough(expect):
    both = {"n": {"Value": {"N": "5"}}, "s": {"Value": {"S": "other"}}}
    assert not expect(both)
    assert not expect(both, ConditionalOperator="AND")
    assert expect(both, ConditionalOperator="OR")


def test_nothing_expected_is_no_condition(expect):
    assert expect({})


@pytest.mark.parametrize("expected, message", [
    ({}, "Value must be provided when Exists is null for Attribute: a"),
    ({"Exists": True}, "Value must be provided when Exists is true for Attribute: a"),
    ({"Exists": False, "Value": {"S": "x"}}, "Value cannot be used when Exists is false for Attribute: a"),
    ({"Value": {"S": "x"}, **condition("EQ", {"S": "x"})},
     "Value and AttributeValueList cannot be used together for Attribute: a"),
    ({"Exists": True, "ComparisonOperator": "LT"},
     "Exists and ComparisonOperator cannot be used together for Attribute: a"),
    ({"AttributeValueList": []}, "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"),
    ({"Exists": True, "AttributeValueList": []},
     "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"),
    ({"ComparisonOperator": "LT"},
     "Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: a"),
    ({"Value": {"S": "x"}, "ComparisonOperator": "NULL"},
     "Invalid number of argument(s) for the NULL ComparisonOperator"),
    ({"Value": {"S": "x"}, "ComparisonOperator": "BETWEEN"},
     "Invalid number of argument(s) for the BETWEEN ComparisonOperator"),
    (condition("IN"), "Invalid number of argument(s) for the IN ComparisonOperator"),
    (condition("EQ"), "Invalid number of argument(s) for the EQ ComparisonOperator"),
    (condition("IN", {"S": "x"}, {"N": "1"}), "AttributeValues inside AttributeValueList must be of same type"),
    (condition("LE", {"L": []}), "ComparisonOperator LE is not valid for L AttributeValue type"),
])
@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem", "DeleteItem"])
def test_what_is_expected_must_make_sense(wire, operation, expected, message):
    target = "Item" if operation == "PutItem" else "Key"
    request = {"TableName": "no-such-table", target: {"p": {"S": "x"}}, "Expected": {"a": expected}}
    assert wire.refused(operation, request) == enveloped(INVALID + message)


def test_an_unknown_comparison_is_refused(expect):
    assert expect.refused({"a": {"ComparisonOperator": "eq", "AttributeValueList": [{"S": "x"}]}}) == enveloped(
        "Value 'eq' at 'expected.a.member.comparisonOperator' failed to satisfy constraint: Member must satisfy enum value "
        "set: [IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]")


def test_a_failed_expectation_can_show_the_item(wire, table):
    wire.ok("PutItem", {"TableName": table, "Item": {"p": {"S": "shown"}, "a": {"S": "x"}}})
    answer = wire.send("DeleteItem", {
        "TableName": table, "Key": {"p": {"S": "shown"}}, "Expected": {"a": {"Exists": False}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD"})
    assert answer.error == CONFLICT
    assert answer.body["Item"] == {"p": {"S": "shown"}, "a": {"S": "x"}}


# ConditionalOperator


@pytest.mark.parametrize("expected, message", [
    (None, "ConditionalOperator cannot be used without Filter or Expected"),
    ({}, "ConditionalOperator cannot be used without Filter or Expected"),
    ({"a": {"Exists": False}}, "ConditionalOperator can only be used when Filter or Expected has two or more elements"),
])
def test_a_conditional_operator_joins_two_expectations_at_least(expect, expected, message):
    assert expect.refused(expected, ConditionalOperator="AND") == enveloped(message)


def test_a_conditional_operator_joins_two_filters_at_least(wire, sorted_table):
    scan = {"TableName": sorted_table, "ConditionalOperator": "OR"}
    assert wire.refused("Scan", scan) == validation("ConditionalOperator cannot be used without Filter or Expected")
    assert wire.refused("Scan", {**scan, "ScanFilter": {"s": condition("NULL")}}) == validation(
        "ConditionalOperator can only be used when Filter or Expected has two or more elements")


def test_an_unknown_conditional_operator_is_refused_in_each_operation_s_words(wire, expect, sorted_table):
    newer = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]"
    two = {"a": {"Exists": False}, "b": {"Exists": False}}
    assert expect.refused(two, ConditionalOperator="XOR") == enveloped(newer)
    filters = {"a": condition("NULL"), "b": condition("NULL")}
    assert wire.refused("Query", {
        "TableName": "no-such-table", "KeyConditions": {"p": condition("EQ", {"S": "x"})}, "QueryFilter": filters,
        "ConditionalOperator": "XOR", "Select": "BOGUS"}) == validation(newer)
    assert wire.refused("Scan", {
        "TableName": sorted_table, "ScanFilter": filters, "ConditionalOperator": "XOR"}) == enveloped(
            "Value 'XOR' at 'conditionalOperator' failed to satisfy constraint: "
            "Member must satisfy enum value set: [OR, AND]")


def test_an_unknown_conditional_operator_is_told_with_the_missing_key(wire):
    assert wire.refused("UpdateItem", {
        "TableName": "no-such-table", "AttributeUpdates": {"x": {"Value": {"S": "1"}}},
        "Expected": {"a": {"Exists": False}, "b": {"Exists": False}}, "ConditionalOperator": "XOR"}) == validation(
            "2 validation errors detected: Value 'XOR' at 'conditionalOperator' failed to satisfy constraint: Member must "
            "satisfy enum value set: [OR, AND]; Value null at 'key' failed to satisfy constraint: Member must not be null")


# Older parameters and expressions


def mixed(older, newer):
    return ("Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
            f"{{{older}}} Expression parameters: {{{newer}}}")


@pytest.mark.parametrize("operation, more, message", [
    ("PutItem", {"Expected": {}, "ConditionExpression": ""}, ONE + mixed("Expected", "ConditionExpression")),
    ("PutItem", {"ConditionalOperator": "AND", "ConditionExpression": ""},
     ONE + mixed("ConditionalOperator", "ConditionExpression")),
    ("DeleteItem", {"Expected": {}, "ConditionExpression": ""}, ONE + mixed("Expected", "ConditionExpression")),
    ("UpdateItem", {"AttributeUpdates": {}, "Expected": {}, "ConditionalOperator": "OR", "UpdateExpression": "",
                    "ConditionExpression": ""},
     ONE + mixed("AttributeUpdates, Expected, ConditionalOperator", "UpdateExpression, ConditionExpression")),
    ("GetItem", {"AttributesToGet": ["a"], "ProjectionExpression": "a"},
     mixed("AttributesToGet", "ProjectionExpression")),
    ("Query", {"AttributesToGet": ["a"], "QueryFilter": {}, "ConditionalOperator": "OR", "KeyConditions": {},
               "ProjectionExpression": "", "FilterExpression": "", "KeyConditionExpression": ""},
     mixed("AttributesToGet, QueryFilter, ConditionalOperator, KeyConditions",
           "ProjectionExpression, FilterExpression, KeyConditionExpression")),
    # KeyConditions goes with all expressions but its own successor.
    ("Query", {"QueryFilter": {}, "KeyConditions": {}, "ProjectionExpression": "", "FilterExpression": ""},
     mixed("QueryFilter", "ProjectionExpression, FilterExpression")),
    ("Scan", {"AttributesToGet": ["a"], "ScanFilter": {}, "ConditionalOperator": "OR", "ProjectionExpression": "",
              "FilterExpression": ""},
     mixed("AttributesToGet, ScanFilter, ConditionalOperator", "ProjectionExpression, FilterExpression")),
])
def test_older_parameters_and_expressions_exclude_each_other(wire, operation, more, message):
    target = {"PutItem": "Item", "GetItem": "Key", "UpdateItem": "Key", "DeleteItem": "Key"}.get(operation)
    request = {"TableName": "no-such-table", **({target: {"p": {"S": "x"}}} if target else {}), **more}
    assert wire.refused(operation, request) == validation(message)


def test_key_conditions_go_with_the_other_expressions(wire, sorted_table):
    answer = wire.ok("Query", {
        "TableName": sorted_table, "KeyConditions": {"p": condition("EQ", {"S": "x"})}, "FilterExpression": "s = :s",
        "ProjectionExpression": "c", "ExpressionAttributeValues": {":s": {"S": "s4"}}})
    assert answer["Items"] == [{"c": {"N": "4"}}]


@pytest.mark.parametrize("operation, enveloping", [("PutItem", ONE), ("UpdateItem", ONE), ("DeleteItem", ONE)])
def test_placeholders_do_not_go_with_older_parameters(wire, operation, enveloping):
    target = "Item" if operation == "PutItem" else "Key"
    request = {"TableName": "no-such-table", target: {"p": {"S": "x"}}, "Expected": {"a": {"Exists": False}}}
    assert wire.refused(operation, {**request, "ExpressionAttributeNames": {"#a": "a"}}) == validation(
        enveloping + "ExpressionAttributeNames can only be specified when using expressions")
    assert wire.refused(operation, {**request, "ExpressionAttributeValues": {":a": {"S": "a"}}}) == validation(
        enveloping + "ExpressionAttributeValues can only be specified when using expressions")


# AttributesToGet


def test_whole_attributes_are_got_and_no_others_not_even_the_key(wire, table):
    wire.ok("PutItem", {"TableName": table, "Item": {"p": {"S": "got"}, "a": {"S": "x"}, "b.c": {"S": "y"}, "d": {"N": "1"}}})
    request = {"TableName": table, "Key": {"p": {"S": "got"}}}
    assert wire.ok("GetItem", {**request, "AttributesToGet": ["a", "b.c", "none"]}) == {
        "Item": {"a": {"S": "x"}, "b.c": {"S": "y"}}}
    assert wire.ok("GetItem", {**request, "AttributesToGet": ["none"]}) == {"Item": {}}


def test_a_query_and_a_scan_get_attributes(wire, sorted_table):
    query = {"TableName": sorted_table, "KeyConditions": {"p": condition("EQ", {"S": "x"})}, "Limit": 1}
    assert wire.ok("Query", {**query, "AttributesToGet": ["s"]})["Items"] == [{"s": {"S": "s0"}}]
    scan = {"TableName": sorted_table, "AttributesToGet": ["c"], "Select": "SPECIFIC_ATTRIBUTES", "Limit": 1}
    assert wire.ok("Scan", scan)["Items"] == [{"c": {"N": "0"}}]


@pytest.mark.parametrize("operation", ["GetItem", "Query", "Scan"])
@pytest.mark.parametrize("names, message", [
    (["a", "b", "a"], INVALID + "Duplicate value in attribute name: a"),
    ([""], "Empty attribute name"),
    (["x" * 65536], "Attribute name is too large, must be less than 65536 bytes"),
    ([], ONE + "Value '[]' at 'attributesToGet' failed to satisfy constraint: "
               "Member must have length greater than or equal to 1"),
])
def test_attributes_to_get_are_checked(wire, operation, names, message):
    request = {"TableName": "no-such-table", "AttributesToGet": names}
    if operation == "GetItem":
        request["Key"] = {"p": {"S": "x"}}
    assert wire.refused(operation, request) == validation(message)


def test_attributes_to_get_exclude_other_selects(wire):
    query = {"TableName": "no-such-table", "KeyConditions": {"p": condition("EQ", {"S": "x"})}, "AttributesToGet": ["a"]}
    assert wire.refused("Query", {**query, "Select": "COUNT"}) == validation(
        ONE + "Cannot specify the AttributesToGet when choosing to get only the Count")
    assert wire.refused("Scan", {
        "TableName": "no-such-table", "AttributesToGet": ["a"], "Select": "ALL_ATTRIBUTES"}) == validation(
            "Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES")


# KeyConditions


@pytest.mark.parametrize("sort, numbers", [
    (None, range(10)), (condition("EQ", {"N": "3.0"}), [3]), (condition("LT", {"N": "2"}), [0, 1]),
    (condition("LE", {"N": "2"}), [0, 1, 2]), (condition("GT", {"N": "8"}), [9]), (condition("GE", {"N": "8"}), [8, 9]),
    (condition("BETWEEN", {"N": "2"}, {"N": "4"}), [2, 3, 4]),
])
def test_key_conditions_choose_a_range(wire, sorted_table, sort, numbers):
    conditions = {"p": condition("EQ", {"S": "x"}), **({"c": sort} if sort else {})}
    answer = wire.ok("Query", {"TableName": sorted_table, "KeyConditions": conditions})
    assert [int(item["c"]["N"]) for item in answer["Items"]] == list(numbers)


EQ = condition("EQ", {"S": "x"})


@pytest.mark.parametrize("conditions, message", [
    ({"c": condition("EQ", {"N": "1"})}, "Query condition missed key schema element: p"),
    ({"p": condition("LT", {"S": "x"})}, "Query key condition not supported"),
    ({"p": EQ, "s": EQ}, "Query condition missed key schema element: c"),
    ({"p": condition("EQ", {"N": "1"})}, INVALID + "Condition parameter type does not match schema type"),
    ({"p": EQ, "c": condition("NE", {"N": "1"})}, "Attempted conditional constraint is not an indexable operation"),
    ({"p": EQ, "c": condition("IN", {"N": "1"})}, "Attempted conditional constraint is not an indexable operation"),
    ({"p": condition("NOT_NULL")}, "Attempted conditional constraint is not an indexable operation"),
])
def test_key_conditions_fit_the_key(wire, sorted_table, conditions, message):
    assert wire.refused("Query", {"TableName": sorted_table, "KeyConditions": conditions}) == validation(message)


def test_a_condition_s_operator_is_required_and_known(wire):
    many = "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS"
    assert wire.refused("Query", {"TableName": "abc", "KeyConditions": {"a": {}}, "QueryFilter": {
        "b": {"ComparisonOperator": "x"}}}) == validation(
            "2 validation errors detected: Value 'x' at 'queryFilter.b.member.comparisonOperator' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{many}]; Value null at "
            "'keyConditions.a.member.comparisonOperator' failed to satisfy constraint: Member must not be null")


# QueryFilter and ScanFilter

COUNTS = {"NULL": 1, "NOT_NULL": 1, "EQ": 0, "NE": 2, "LE": 2, "LT": 0, "GE": 2, "GT": 0, "CONTAINS": 2,
          "NOT_CONTAINS": 0, "BEGINS_WITH": 2, "IN": 0, "BETWEEN": 3}


@pytest.mark.parametrize("operator", COUNTS)
@pytest.mark.parametrize("parameter", ["KeyConditions", "QueryFilter", "ScanFilter"])
def test_each_comparison_takes_its_number_of_values(wire, parameter, operator):
    values = [{"S": "a"}] * COUNTS[operator]
    operation = "Scan" if parameter == "ScanFilter" else "Query"
    request = {"TableName": "no-such-table", parameter: {"a": condition(operator, *values)}}
    assert wire.refused(operation, request) == invalid(
        f"Invalid number of argument(s) for the {operator} ComparisonOperator")


SAMPLES = {"S": "a", "N": "1", "B": "YQ==", "BOOL": True, "NULL": True, "SS": ["a"], "NS": ["1"], "BS": ["YQ=="], "M": {},
           "L": []}
REFUSED_TYPES = {
    **{operator: "BOOL NULL SS NS BS M L" for operator in ("LT", "LE", "GT", "GE", "IN", "BETWEEN")},
    "CONTAINS": "SS NS BS M L", "NOT_CONTAINS": "SS NS BS M L", "BEGINS_WITH": "N BOOL NULL SS NS BS M L"}


@pytest.mark.parametrize("operator", REFUSED_TYPES)
def test_each_comparison_takes_its_types(wire, operator):
    for kind in SAMPLES:
        values = [{kind: SAMPLES[kind]}] * (2 if operator == "BETWEEN" else 1)
        answer = wire.refused("Scan", {"TableName": "no-such-table", "ScanFilter": {"a": condition(operator, *values)}})
        if kind in REFUSED_TYPES[operator].split():
            assert answer == invalid(f"ComparisonOperator {operator} is not valid for {kind} AttributeValue type")
        else:
            assert answer == ("ResourceNotFoundException", "Requested resource not found")


def test_between_needs_its_bounds_in_order(wire):
    assert wire.refused("Scan", {
        "TableName": "no-such-table", "ScanFilter": {"a": condition("BETWEEN", {"S": "b"}, {"S": "a"})}}) == validation(
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")


def test_a_filter_s_values_are_checked(wire):
    assert wire.refused("Scan", {
        "TableName": "no-such-table", "ScanFilter": {"a": condition("EQ", {"N": "1"}, {})}}) == validation(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")


def test_filters_are_joined_by_and_unless_by_or(wire, sorted_table):
    query = {"TableName": sorted_table, "KeyConditions": {"p": EQ},
             "QueryFilter": {"even": condition("EQ", {"BOOL": True}), "s": condition("GE", {"S": "s7"})}}
    answer = wire.ok("Query", query)
    assert ([item["c"]["N"] for item in answer["Items"]], answer["Count"], answer["ScannedCount"]) == (["8"], 1, 10)
    answer = wire.ok("Query", {**query, "ConditionalOperator": "OR"})
    assert [item["c"]["N"] for item in answer["Items"]] == ["0", "2", "4", "6", "7", "8", "9"]


def test_a_scan_filters_by_its_key_too_and_a_query_does_not(wire, sorted_table):
    answer = wire.ok("Scan", {"TableName": sorted_table, "ScanFilter": {"c": condition("EQ", {"N": "7"})}})
    assert [item["s"]["S"] for item in answer["Items"]] == ["s7"]
    assert wire.refused("Query", {
        "TableName": sorted_table, "KeyConditions": {"p": EQ}, "QueryFilter": {"c": condition("NOT_NULL")}}) == validation(
            "QueryFilter can only contain non-primary key attributes: Primary key attribute: c")
