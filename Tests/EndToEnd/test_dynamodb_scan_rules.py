"""The rules of Scan, each by AWS's exact answer at the wire."""

import pytest

from aws_wire import validation

ONE = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "
BAD = "The provided starting key is invalid"
MISMATCH = "The provided key element does not match the schema"
COUNT = 60


@pytest.fixture(scope="module")
def table(wire):
    """Sixty items of as many partitions; half of them are in a global index, all in a local one."""
    name = wire.table(
        "p:S c:N", AttributeDefinitions=[{"AttributeName": "l", "AttributeType": "S"},
                                         {"AttributeName": "g", "AttributeType": "S"}],
        GlobalSecondaryIndexes=[{"IndexName": "half", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                                 "Projection": {"ProjectionType": "KEYS_ONLY"}}],
        LocalSecondaryIndexes=[{"IndexName": "local", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"},
                                                                    {"AttributeName": "l", "KeyType": "RANGE"}],
                                "Projection": {"ProjectionType": "KEYS_ONLY"}}])
    for number in range(COUNT):
        item = {"p": {"S": f"p{number}"}, "c": {"N": str(number)}, "l": {"S": "l"}, "v": {"S": "v"}}
        if number % 2:
            item["g"] = {"S": f"g{number % 3}"}
        wire.ok("PutItem", {"TableName": name, "Item": item})
    return name


def pages(wire, request):
    """All pages of a scan."""
    start = {}
    while True:
        page = wire.ok("Scan", {**request, **start})
        yield page
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def numbers(all_pages):
    return [int(item["c"]["N"]) for page in all_pages for item in page["Items"]]


@pytest.mark.parametrize("index, expected, names", [
    (None, range(COUNT), ["c", "p"]), ("half", range(1, COUNT, 2), ["c", "g", "p"]), ("local", range(COUNT), ["c", "l", "p"])])
@pytest.mark.parametrize("total", [1, 2, 7, 1_000_000])
def test_segments_are_disjoint_and_together_everything(wire, table, index, expected, names, total):
    request = {"TableName": table, "Limit": 4, **({"IndexName": index} if index else {})}
    found = []
    # With a million segments the sixty items lie in sixty of them or so: these are looked into one by one elsewhere.
    for segment in range(total if total < 10 else 3):
        all_pages = list(pages(wire, {**request, "Segment": segment, "TotalSegments": total}))
        assert all(page["ScannedCount"] <= 4 for page in all_pages)
        assert all(sorted(page["LastEvaluatedKey"]) == names for page in all_pages[:-1])
        found += numbers(all_pages)
    assert len(found) == len(set(found))
    if total < 10:
        assert sorted(found) == list(expected)


def test_a_segment_holds_the_same_items_every_time(wire, table):
    request = {"TableName": table, "Segment": 1, "TotalSegments": 3}
    assert numbers([wire.ok("Scan", request)]) == numbers([wire.ok("Scan", request)])
    assert numbers(pages(wire, {**request, "Limit": 1})) == numbers([wire.ok("Scan", request)])


def test_a_segment_is_not_started_in_another(wire, table):
    request = {"TableName": table, "TotalSegments": 2}
    key = wire.ok("Scan", {**request, "Segment": 1, "Limit": 1})["LastEvaluatedKey"]
    assert wire.refused("Scan", {**request, "Segment": 0, "ExclusiveStartKey": key}) == validation(
        f"{BAD}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: 2 Segment: 0")


@pytest.mark.parametrize("more, message", [
    ({"Segment": 0}, "The TotalSegments parameter is required but was not present in the request when Segment parameter is "
                     "present"),
    ({"TotalSegments": 1}, "The Segment parameter is required but was not present in the request when parameter "
                           "TotalSegments is present"),
    ({"Segment": 5, "TotalSegments": 5}, "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
                                         "Segment: 5 is not less than TotalSegments: 5"),
    ({"Segment": -1, "TotalSegments": 5},
     ONE + "Value '-1' at 'segment' failed to satisfy constraint: Member must have value greater than or equal to 0"),
    ({"Segment": 1_000_000, "TotalSegments": 1_000_000},
     ONE + "Value '1000000' at 'segment' failed to satisfy constraint: Member must have value less than or equal to 999999"),
    ({"Segment": 0, "TotalSegments": 0},
     ONE + "Value '0' at 'totalSegments' failed to satisfy constraint: Member must have value greater than or equal to 1"),
    ({"Segment": 0, "TotalSegments": 1_000_001},
     ONE + "Value '1000001' at 'totalSegments' failed to satisfy constraint: Member must have value less than or equal to "
           "1000000"),
    ({"Limit": 0}, ONE + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to "
                         "1"),
    ({"Select": "SPECIFIC_ATTRIBUTES"},
     "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"),
    ({"Select": "COUNT", "ProjectionExpression": "c"},
     "Cannot specify the ProjectionExpression when choosing to get only the Count"),
    ({"Select": "ALL_ATTRIBUTES", "ProjectionExpression": "c"},
     "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES"),
    # In these words of a scan too.
    ({"Select": "ALL_PROJECTED_ATTRIBUTES"},
     "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"),
    ({"FilterExpression": "a +"}, 'Invalid FilterExpression: Syntax error; token: "+", near: "a +"'),
    ({"ExpressionAttributeValues": {":a": {"S": "a"}}},
     "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null"),
    # The older check names the placeholder of a value that it refuses.
    ({"FilterExpression": "a = :a", "ExpressionAttributeValues": {":a": {}}},
     "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, must contain exactly one of the "
     "supported datatypes for key :a"),
])
def test_a_scan_is_checked_before_its_table_is_known(wire, more, message):
    assert wire.refused("Scan", {"TableName": "no-such-table", **more}) == validation(message)


def test_several_violated_constraints_are_told_together(wire):
    assert wire.refused("Scan", {"TableName": "no-such-table", "Limit": 0, "Segment": -1, "Select": "x"}) == validation(
        "3 validation errors detected: Value 'x' at 'select' failed to satisfy constraint: Member must satisfy enum value set: "
        "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]; Value '0' at 'limit' failed to satisfy "
        "constraint: Member must have value greater than or equal to 1; Value '-1' at 'segment' failed to satisfy constraint: "
        "Member must have value greater than or equal to 0")


P, C, L, G = {"p": {"S": "x"}}, {"c": {"N": "1"}}, {"l": {"S": "l"}}, {"g": {"S": "g"}}


@pytest.mark.parametrize("index, start, message", [
    (None, {}, f"{BAD}: {MISMATCH}"), (None, P, f"{BAD}: {MISMATCH}"), (None, {**P, **C, **G}, f"{BAD}: {MISMATCH}"),
    (None, {**P, "x": {"N": "1"}}, f"{BAD}: {MISMATCH}"), (None, {**P, "c": {"S": "1"}}, f"{BAD}: {MISMATCH}"),
    ("half", {**P, **C}, BAD), ("half", {**P, **C, **L}, BAD), ("half", {**P, **C, "g": {"N": "1"}}, MISMATCH),
    ("half", {**P, "c": {"S": "x"}, **G}, f"{BAD}: {MISMATCH}"), ("half", {**P, **C, **G, **L}, BAD),
    ("local", {**P, **C, "l": {"N": "1"}}, MISMATCH), ("local", {**P, "c": {"S": "1"}, **L}, f"{BAD}: {MISMATCH}"),
    (None, {**P, "c": {"N": "x"}}, "The parameter cannot be converted to a numeric value: x"),
])
def test_a_scan_starts_at_a_key_of_what_it_reads(wire, table, index, start, message):
    request = {"TableName": table, "ExclusiveStartKey": start, **({"IndexName": index} if index else {})}
    assert wire.refused("Scan", request) == validation(message)


def test_a_scan_of_an_index_has_what_the_index_has(wire, table):
    request = {"TableName": table, "IndexName": "half", "Limit": 1}
    assert set(wire.ok("Scan", request)["Items"][0]) == {"p", "c", "g"}
    assert wire.refused("Scan", {**request, "Select": "ALL_ATTRIBUTES"}) == validation(
        f"{INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index half because its projection type is "
        "not ALL")
    assert wire.refused("Scan", {**request, "ProjectionExpression": "v"}) == validation(
        f"{INVALID}Global secondary index half does not project [v]")
    assert wire.refused("Scan", {**request, "ConsistentRead": True}) == validation(
        "Consistent reads are not supported on global secondary indexes")


def test_a_scan_of_a_local_index_reads_from_the_table_what_the_index_lacks(wire, table):
    request = {"TableName": table, "IndexName": "local", "ReturnConsumedCapacity": "INDEXES"}
    answer = wire.ok("Scan", {**request, "ProjectionExpression": "v"})
    assert answer["Items"] == [{"v": {"S": "v"}}] * COUNT
    assert answer["ConsumedCapacity"]["Table"] == {"CapacityUnits": COUNT / 2}
    assert wire.ok("Scan", {**request, "Select": "COUNT"})["ConsumedCapacity"]["CapacityUnits"] == 0.5


def test_a_scan_filters_by_keys_too_and_pays_for_what_it_reads(wire, table):
    answer = wire.ok("Scan", {
        "TableName": table, "FilterExpression": "p = :p", "ExpressionAttributeValues": {":p": {"S": "p7"}},
        "ReturnConsumedCapacity": "TOTAL", "ConsistentRead": True})
    # Of each of the four partitions of a new table on demand.
    assert (numbers([answer]), answer["ScannedCount"], answer["ConsumedCapacity"]["CapacityUnits"]) == ([7], COUNT, 4)


def test_a_filter_that_matches_nothing_still_has_pages(wire):
    table = wire.table("p:S")
    for number in range(5):
        wire.ok("PutItem", {"TableName": table, "Item": {"p": {"S": str(number)}, "v": {"S": "x" * 300_000}}})
    found = list(pages(wire, {"TableName": table, "FilterExpression": "attribute_exists(w)"}))
    assert [(page["Count"], page["ScannedCount"]) for page in found] == [(0, 4), (0, 1)]


def test_an_empty_table_has_one_empty_page(wire):
    assert wire.ok("Scan", {"TableName": wire.table("p:S")}) == {"Count": 0, "Items": [], "ScannedCount": 0}
