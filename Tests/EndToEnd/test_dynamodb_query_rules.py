"""The rules of Query, each by AWS's exact answer at the wire."""

import pytest

from aws_wire import validation

ONE = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "
INDEXES = {
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("l", "g")],
    "LocalSecondaryIndexes": [
        {"IndexName": f"local-{kind.lower()}", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"},
                                                             {"AttributeName": "l", "KeyType": "RANGE"}],
         "Projection": {"ProjectionType": kind, **({"NonKeyAttributes": ["kept"]} if kind == "INCLUDE" else {})}}
        for kind in ("ALL", "KEYS_ONLY", "INCLUDE")],
    "GlobalSecondaryIndexes": [
        {"IndexName": f"global-{kind.lower()}", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"},
                                                              {"AttributeName": "l", "KeyType": "RANGE"}],
         "Projection": {"ProjectionType": kind, **({"NonKeyAttributes": ["kept"]} if kind == "INCLUDE" else {})}}
        for kind in ("ALL", "KEYS_ONLY", "INCLUDE")],
}


def item(number):
    return {"p": {"S": "x"}, "c": {"N": str(number)}, "l": {"S": f"l{9 - number}"}, "g": {"S": "y"},
            "kept": {"S": f"kept{number}"}, "rest": {"S": f"rest{number}"}}


@pytest.fixture(scope="module")
def table(wire):
    """Ten items of one partition, of another partition one, with indexes of every kind."""
    name = wire.table("p:S c:N", **INDEXES)
    for number in range(10):
        wire.ok("PutItem", {"TableName": name, "Item": item(number)})
    wire.ok("PutItem", {"TableName": name, "Item": {"p": {"S": "other"}, "c": {"N": "0"}}})
    return name


@pytest.fixture
def query(wire, table):
    def request(condition, values, more):
        body = {"TableName": table, "KeyConditionExpression": condition}
        if values:
            body["ExpressionAttributeValues"] = values
        return {**body, **more}

    def run(condition="p = :p", values=None, **more):
        return wire.ok("Query", request(condition, values or {":p": {"S": "x"}}, more))

    run.refused = lambda condition="p = :p", values=None, **more: wire.refused(
        "Query", request(condition, {":p": {"S": "x"}} if values is None else values, more))
    return run


def numbers(answer):
    return [int(item["c"]["N"]) for item in answer["Items"]]


# KeyConditionExpression


@pytest.mark.parametrize("sort, expected", [
    ("c = :a", [2]), ("c < :a", [0, 1]), (":a > c", [0, 1]), ("c <= :a", [0, 1, 2]), ("c > :b", [8, 9]), (":b < c", [8, 9]),
    ("c >= :b", [7, 8, 9]), ("c BETWEEN :a AND :b", [2, 3, 4, 5, 6, 7]), ("(c) = (:a)", [2])])
def test_a_sort_key_condition_chooses_a_range(query, sort, expected):
    values = {":p": {"S": "x"}, **{name: {"N": number} for name, number in ((":a", "2.0"), (":b", "7")) if name in sort}}
    assert numbers(query(f"(p = :p) AND {sort}", values)) == expected
    assert numbers(query(f"{sort} AND :p = p", values, ScanIndexForward=False)) == expected[::-1]


KEY_CONDITION = "Invalid KeyConditionExpression: "
OPERATOR = KEY_CONDITION + "Invalid operator used in KeyConditionExpression: "
CONDITION = KEY_CONDITION + "Invalid condition in KeyConditionExpression: "


@pytest.mark.parametrize("condition, message", [
    ("p = :p OR c = :c", OPERATOR + "OR"), ("NOT p = :p AND c = :c", OPERATOR + "NOT"), ("p <> :p AND c = :c", OPERATOR + "<>"),
    ("p IN (:p, :c)", OPERATOR + "IN"), ("p = :p AND attribute_exists(c) AND c = :c", OPERATOR + "attribute_exists"),
    ("p = :p AND contains(c, :c)", OPERATOR + "contains"),
    ("p = :p AND c.d = :c", KEY_CONDITION + "KeyConditionExpressions cannot have conditions on nested attributes"),
    ("p[0] = :p AND c = :c", KEY_CONDITION + "KeyConditionExpressions cannot have conditions on nested attributes"),
    ("p = :p AND size(c) = :c", KEY_CONDITION + "KeyConditionExpressions cannot contain nested operations"),
    ("p = :p AND c > :c AND c < :c", KEY_CONDITION + "KeyConditionExpressions must only contain one condition per key"),
    ("p = c AND l = :p AND g = :c", CONDITION + "Multiple attribute names used in one condition"),
    (":p = :c", CONDITION + "No key attribute specified"),
    ("p = :p AND :c BETWEEN c AND l", CONDITION + "BETWEEN operator must have the key attribute as its first operand"),
    ("c = :c AND begins_with(:p, p)", CONDITION + "begins_with operator must have the key attribute as its first operand"),
    ("p = :p AND begins_with(c, :c)",
     KEY_CONDITION + "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"),
    ("p == :p AND c = :c", KEY_CONDITION + 'Syntax error; token: "=", near: "== :p"'),
    ("", KEY_CONDITION + "The expression can not be empty;"),
    ("p = :p AND ((c = :c))", KEY_CONDITION + "The expression has redundant parentheses;"),
    ("status = :p AND c = :c", KEY_CONDITION + "Attribute name is a reserved keyword; reserved keyword: status"),
    ("begins_with(c, :c) AND p = :missing",
     KEY_CONDITION + "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"),
    ("p = :missing AND begins_with(c, :c)",
     KEY_CONDITION + "An expression attribute value used in expression is not defined; attribute value: :missing"),
])
def test_a_key_condition_s_form_is_checked_before_the_table_is_known(query, condition, message):
    values = {":p": {"S": "x"}, ":c": {"N": "1"}}
    assert query.refused(condition, values, TableName="no-such-table") == validation(message)


@pytest.mark.parametrize("condition, message", [
    ("c = :c", "Query condition missed key schema element: p"),
    ("kept = :p", "Query condition missed key schema element: p"),
    ("p = :p AND kept = :c", "Query condition missed key schema element: c"),
    ("p > :p", "Query key condition not supported"),
    ("p = :c", INVALID + "Condition parameter type does not match schema type"),
    ("p = :p AND c = :p", INVALID + "Condition parameter type does not match schema type"),
    ("p = :p AND begins_with(c, :p)", INVALID + "Condition parameter type does not match schema type"),
    ("p = :empty", "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                   "empty string value. Key: p"),
])
def test_a_key_condition_fits_the_key(query, condition, message):
    values = {":p": {"S": "x"}, ":c": {"N": "1"}, ":empty": {"S": ""}}
    used = {name: value for name, value in values.items() if name in condition.replace(")", " ").split()}
    assert query.refused(condition, used) == validation(message)


def test_a_query_needs_a_key_condition(wire, table):
    assert wire.refused("Query", {"TableName": table}) == validation(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")


def test_begins_with_stops_before_what_comes_after_its_prefix(wire):
    table = wire.table("p:S c:B")
    for key in ("/w==", "//8=", "//8A", "AA=="):
        wire.ok("PutItem", {"TableName": table, "Item": {"p": {"S": "x"}, "c": {"B": key}}})
    answer = wire.ok("Query", {
        "TableName": table, "KeyConditionExpression": "p = :p AND begins_with(c, :c)",
        "ExpressionAttributeValues": {":p": {"S": "x"}, ":c": {"B": "/w=="}}})
    assert [item["c"]["B"] for item in answer["Items"]] == ["/w==", "//8=", "//8A"]


# FilterExpression


def test_a_filter_comes_after_the_limit(query):
    answer = query(FilterExpression="kept > :s", ExpressionAttributeValues={":p": {"S": "x"}, ":s": {"S": "kept2"}}, Limit=4)
    assert (numbers(answer), answer["Count"], answer["ScannedCount"]) == ([3], 1, 4)
    assert answer["LastEvaluatedKey"] == {"p": {"S": "x"}, "c": {"N": "3"}}


@pytest.mark.parametrize("index, attribute", [(None, "p"), (None, "c"), ("local-all", "l"), ("global-all", "g")])
def test_a_filter_leaves_out_the_key_that_is_queried(query, index, attribute):
    more = {"IndexName": index} if index else {}
    condition = "g = :p" if index == "global-all" else "p = :p"
    assert query.refused(condition, FilterExpression=f"attribute_exists({attribute}) AND attribute_exists(kept)", **more) == (
        validation(f"Filter Expression can only contain non-primary key attributes: Primary key attribute: {attribute}"))


def test_a_filter_may_ask_for_the_table_s_key_on_an_index(query):
    values = {":p": {"S": "y"}, ":c": {"N": "3"}}
    assert numbers(query("g = :p", values, IndexName="global-keys_only", FilterExpression="c < :c")) == [2, 1, 0]


# Select

WHOLE, KEYS = set(item(0)), {"p", "c", "l", "g"}


@pytest.mark.parametrize("index, select, attributes", [
    (None, None, WHOLE), (None, "ALL_ATTRIBUTES", WHOLE),
    ("local-all", None, WHOLE), ("local-all", "ALL_PROJECTED_ATTRIBUTES", WHOLE),
    ("local-keys_only", None, KEYS - {"g"}), ("local-keys_only", "ALL_PROJECTED_ATTRIBUTES", KEYS - {"g"}),
    ("local-keys_only", "ALL_ATTRIBUTES", WHOLE), ("local-include", None, KEYS - {"g"} | {"kept"}),
    ("global-all", None, WHOLE), ("global-all", "ALL_ATTRIBUTES", WHOLE), ("global-keys_only", None, KEYS),
    ("global-keys_only", "ALL_PROJECTED_ATTRIBUTES", KEYS), ("global-include", None, KEYS | {"kept"})])
def test_select_says_which_attributes(query, index, select, attributes):
    more = {name: value for name, value in (("IndexName", index), ("Select", select)) if value}
    condition, value = ("g = :p", "y") if "global" in (index or "") else ("p = :p", "x")
    answer = query(condition, {":p": {"S": value}}, Limit=1, **more)
    assert set(answer["Items"][0]) == attributes


def test_count_has_no_items(query):
    assert query(Select="COUNT") == {"Count": 10, "ScannedCount": 10}


@pytest.mark.parametrize("more, message", [
    ({"Select": "SPECIFIC_ATTRIBUTES"},
     "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"),
    ({"Select": "COUNT", "ProjectionExpression": "c"},
     "Cannot specify the ProjectionExpression when choosing to get only the Count"),
    ({"Select": "ALL_ATTRIBUTES", "ProjectionExpression": "c"},
     "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES"),
    ({"Select": "ALL_PROJECTED_ATTRIBUTES", "ProjectionExpression": "c", "IndexName": "local-all"},
     "Cannot specify the ProjectionExpression when choosing to get ALL_PROJECTED_ATTRIBUTES"),
    ({"Select": "ALL_PROJECTED_ATTRIBUTES"},
     "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"),
    ({"Select": "SOME"}, "Value 'SOME' at 'select' failed to satisfy constraint: Member must satisfy enum value set: "
                         "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"),
    ({"Limit": 0}, "Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1"),
])
def test_select_and_limit_are_enveloped_in_a_query(query, more, message):
    assert query.refused(**more) == validation(ONE + message)


@pytest.mark.parametrize("index", ["global-keys_only", "global-include"])
def test_a_global_index_has_only_what_it_projects(query, index):
    assert query.refused("g = :p", IndexName=index, Select="ALL_ATTRIBUTES") == validation(
        f"{INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index {index} because its projection "
        "type is not ALL")
    assert query.refused("g = :p", IndexName=index, ProjectionExpression="c, rest") == validation(
        f"{INVALID}Global secondary index {index} does not project [rest]")


def test_a_global_index_is_not_read_consistently(query):
    assert query.refused("g = :p", IndexName="global-all", ConsistentRead=True) == validation(
        "Consistent reads are not supported on global secondary indexes")


def test_an_index_must_be_there(query):
    assert query.refused(IndexName="no-such-index") == validation(
        "The table does not have the specified index: no-such-index")


def test_a_local_index_reads_from_the_table_what_it_lacks_and_pays_for_it(query):
    more = {"IndexName": "local-keys_only", "ReturnConsumedCapacity": "INDEXES", "ConsistentRead": True}
    own = query(ProjectionExpression="l", **more)
    assert own["ConsumedCapacity"]["CapacityUnits"] == 1
    assert own["ConsumedCapacity"]["Table"] == {"CapacityUnits": 0}
    fetched = query(ProjectionExpression="kept", **more)
    assert [one["kept"]["S"] for one in fetched["Items"]] == [f"kept{9 - number}" for number in range(10)]
    # Each item that is fetched is a read of its own.
    assert fetched["ConsumedCapacity"]["Table"] == {"CapacityUnits": 10}
    assert fetched["ConsumedCapacity"]["LocalSecondaryIndexes"] == {"local-keys_only": {"CapacityUnits": 1}}
    assert fetched["ConsumedCapacity"]["CapacityUnits"] == 11
    halved = query(Select="ALL_ATTRIBUTES", **{**more, "ConsistentRead": False})
    assert halved["ConsumedCapacity"]["CapacityUnits"] == 5.5


# Pages


def test_a_page_that_is_full_has_a_key_even_when_nothing_follows(query):
    answer = query(Limit=10)
    assert answer["LastEvaluatedKey"] == {"p": {"S": "x"}, "c": {"N": "9"}}
    assert query(ExclusiveStartKey=answer["LastEvaluatedKey"]) == {"Count": 0, "Items": [], "ScannedCount": 0}
    assert "LastEvaluatedKey" not in query(Limit=11)


@pytest.mark.parametrize("index, names", [
    (None, ["c", "p"]), ("local-keys_only", ["c", "l", "p"]), ("global-keys_only", ["c", "g", "l", "p"])])
@pytest.mark.parametrize("forward", [True, False])
def test_pages_go_on_where_they_stopped(query, index, names, forward):
    more = {"IndexName": index} if index else {}
    condition, value = ("g = :p", "y") if index == "global-keys_only" else ("p = :p", "x")
    expected = numbers(query(condition, {":p": {"S": value}}, ScanIndexForward=forward, **more))
    seen, start = [], None
    while True:
        page = query(condition, {":p": {"S": value}}, ScanIndexForward=forward, Limit=3, **more,
                     **({"ExclusiveStartKey": start} if start else {}))
        seen += numbers(page)
        start = page.get("LastEvaluatedKey")
        if not start:
            break
        assert sorted(start) == names
    assert seen == expected and len(seen) == 10


def test_a_page_has_the_item_that_makes_it_a_megabyte_and_no_more(wire):
    table = wire.table("p:S c:N")
    # Each is 1,048,576 / 8 bytes: its names, its values, and 2 for a number of one digit.
    value = "x" * (131_072 - 1 - 1 - 1 - 2 - 1)
    for number in range(1, 10):
        wire.ok("PutItem", {"TableName": table, "Item": {"p": {"S": "x"}, "c": {"N": str(number)}, "v": {"S": value}}})
    request = {"TableName": table, "KeyConditionExpression": "p = :p", "ExpressionAttributeValues": {":p": {"S": "x"}},
               "Select": "COUNT", "ReturnConsumedCapacity": "TOTAL"}
    answer = wire.ok("Query", request)
    assert (answer["Count"], answer["LastEvaluatedKey"]["c"]) == (8, {"N": "8"})
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 128
    # A byte less, and the ninth is needed too. The size is taken before any filter.
    wire.ok("PutItem", {"TableName": table, "Item": {"p": {"S": "x"}, "c": {"N": "5"}, "v": {"S": value[1:]}}})
    answer = wire.ok("Query", {**request, "FilterExpression": "attribute_not_exists(v)"})
    assert (answer["Count"], answer["ScannedCount"], answer["LastEvaluatedKey"]["c"]) == (0, 9, {"N": "9"})


def test_a_page_of_an_index_is_measured_by_what_the_index_holds(wire):
    table = wire.table("p:S", AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}], GlobalSecondaryIndexes=[
        {"IndexName": "keys", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
         "Projection": {"ProjectionType": "KEYS_ONLY"}}])
    for number in range(6):
        wire.ok("PutItem", {"TableName": table, "Item": {
            "p": {"S": str(number)}, "g": {"S": "y"}, "v": {"S": "x" * 300_000}}})
    answer = wire.ok("Query", {
        "TableName": table, "IndexName": "keys", "KeyConditionExpression": "g = :g",
        "ExpressionAttributeValues": {":g": {"S": "y"}}, "ReturnConsumedCapacity": "TOTAL"})
    assert (answer["Count"], "LastEvaluatedKey" in answer) == (6, False)
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 0.5


# ExclusiveStartKey

P, C, L, G = {"p": {"S": "x"}}, {"c": {"N": "1"}}, {"l": {"S": "l1"}}, {"g": {"S": "x"}}
BAD = "The provided starting key is invalid"
MISMATCH = "The provided key element does not match the schema"


@pytest.mark.parametrize("index, start, message", [
    (None, {}, BAD), (None, P, BAD), (None, {**P, **C, "x": {"S": "x"}}, BAD), (None, {**P, "x": {"N": "1"}}, BAD),
    (None, {**P, "c": {"S": "1"}}, MISMATCH), (None, {"p": {"N": "1"}, **C}, MISMATCH),
    (None, {"p": {"S": "other"}, **C}, "The provided starting key is outside query boundaries based on provided conditions"),
    ("local-all", {**P, **C}, BAD), ("local-all", {**P, **C, **G}, BAD), ("local-all", {**P, **C, "l": {"N": "1"}}, MISMATCH),
    ("local-all", {**P, "c": {"S": "x"}, **L}, f"{BAD}: {MISMATCH}"),
    ("local-all", {"p": {"S": "other"}, **C, **L},
     "The provided starting key is outside query boundaries based on provided conditions"),
    ("global-all", {**P, **C, **G}, BAD), ("global-all", {**P, **C, **L, "g": {"N": "1"}}, MISMATCH),
    ("global-all", {"p": {"N": "1"}, **C, **L, **G}, f"{BAD}: {MISMATCH}"),
    ("global-all", {**P, "x": {"N": "1"}, **L, **G}, f"{BAD}: {MISMATCH}"),
    ("global-all", {**P, **C, **L, "g": {"S": "other"}},
     "The provided starting key is outside query boundaries based on provided conditions"),
    (None, {**P, "c": {}}, f"{BAD}: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    (None, {**P, "c": {"N": "x"}}, "The parameter cannot be converted to a numeric value: x"),
])
def test_a_query_starts_at_a_key_of_its_partition(query, index, start, message):
    more = {"IndexName": index} if index else {}
    condition = "g = :p" if index == "global-all" else "p = :p"
    assert query.refused(condition, ExclusiveStartKey=start, **more) == validation(message)


@pytest.mark.parametrize("condition, start, message", [
    ("p = :p AND c > :c", {**P, **C}, "The provided starting key does not match the range key predicate"),
    ("p = :p AND c > :c", {"p": {"S": "other"}, **C}, "The provided starting key does not match the range key predicate"),
    ("p = :p AND c < :c", {"p": {"S": "other"}, "c": {"N": "0"}},
     "The query can return at most one row and cannot be restarted"),
    # The partition's part of the key comes before the condition, the rest after it.
    ("c = :c", {"p": {"N": "1"}, **C}, MISMATCH),
    ("c = :c", {**P, "c": {"S": "x"}}, "Query condition missed key schema element: p"),
])
def test_a_query_starts_within_its_range(query, condition, start, message):
    values = {name: value for name, value in ((":p", {"S": "x"}), (":c", {"N": "1"})) if name in condition}
    assert query.refused(condition, values, ExclusiveStartKey=start) == validation(message)


def test_a_query_within_a_range_goes_on(query):
    values = {":p": {"S": "x"}, ":c": {"N": "3"}}
    start = {**P, "c": {"N": "6"}}
    assert numbers(query("p = :p AND c > :c", values, ExclusiveStartKey=start)) == [7, 8, 9]
    assert numbers(query("p = :p AND c > :c", values, ExclusiveStartKey=start, ScanIndexForward=False)) == [5, 4]
    # The start need not be there.
    assert numbers(query("p = :p AND c > :c", values, ExclusiveStartKey={**P, "c": {"N": "6.5"}})) == [7, 8, 9]


def test_a_partition_of_one_item_is_not_started_in_and_never_continued(wire):
    table = wire.table("p:S")
    wire.ok("PutItem", {"TableName": table, "Item": P})
    request = {"TableName": table, "KeyConditionExpression": "p = :p", "ExpressionAttributeValues": {":p": P["p"]}}
    assert wire.ok("Query", {**request, "Limit": 1}) == {"Count": 1, "Items": [P], "ScannedCount": 1}
    assert wire.refused("Query", {**request, "ExclusiveStartKey": P}) == validation(
        "The provided exclusive start key is invalid: ExclusiveStartKey: {p=AttributeValue: {S:x}}")


# Placeholders


@pytest.mark.parametrize("more, message", [
    ({"ExpressionAttributeNames": {"#a": "a"}},
     "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}"),
    ({"ExpressionAttributeValues": {":p": {"S": "x"}, ":q": {"S": "x"}}},
     "Value provided in ExpressionAttributeValues unused in expressions: keys: {:q}"),
    ({"FilterExpression": "#a = :p"}, "Invalid FilterExpression: An expression attribute name used in the document path is "
                                      "not defined; attribute name: #a"),
    ({"ExpressionAttributeValues": {":p": {"SS": []}}}, INVALID + "An string set  may not be empty"),
])
def test_a_query_s_errors_are_bare(query, more, message):
    assert query.refused(**more) == validation(message)


def test_values_need_an_expression_that_takes_them(wire):
    assert wire.refused("Query", {
        "TableName": "no-such-table", "ProjectionExpression": "a", "ExpressionAttributeValues": {":a": {"S": "a"}}}) == (
            validation("ExpressionAttributeValues can only be specified when using expressions: "
                       "FilterExpression and KeyConditionExpression are null"))
