"""The rules of global indexes, each by AWS's exact answer at the wire: made, changed and deleted by UpdateTable, and keys of several
attributes."""

import time

import pytest

from aws_wire import validation

INVALID = "One or more parameter values were invalid: "


def key(text):
    """A KeySchema: "a b | c" is HASH a, HASH b, RANGE c."""
    hashes, _, ranges = text.partition("|")
    return [{"AttributeName": n, "KeyType": kind} for names, kind in ((hashes, "HASH"), (ranges, "RANGE"))
            for n in names.split()]


def index(name, keys, projection="ALL", **more):
    return {"IndexName": name, "KeySchema": key(keys), "Projection": {"ProjectionType": projection}, **more}


def defined(*names):
    """Attribute definitions: "g" is a string, "g:N" a number."""
    return [{"AttributeName": n.split(":")[0], "AttributeType": (n.split(":") + ["S"])[1]} for n in names]


def units(read, write):
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def create(wire, table, keys, *definitions, name="idx", **more):
    return {"TableName": table, "AttributeDefinitions": defined(*definitions),
            "GlobalSecondaryIndexUpdates": [{"Create": index(name, keys, **more)}]}


def indexes(wire, table):
    return wire.ok("DescribeTable", {"TableName": table})["Table"].get("GlobalSecondaryIndexes", [])


def built(wire, table):
    for _ in range(500):
        if all(i["IndexStatus"] == "ACTIVE" for i in indexes(wire, table)):
            return
        time.sleep(0.01)
    raise AssertionError("the index is not built")


def add(wire, table, keys, *definitions, **more):
    answer = wire.ok("UpdateTable", create(wire, table, keys, *definitions, **more))["TableDescription"]
    built(wire, table)
    return answer


def s(**values):
    return {n: {"S": v} for n, v in values.items()}


def test_an_index_is_added_to_a_table_and_holds_its_items(wire):
    table = wire.table()
    for number in range(5):
        wire.ok("PutItem", {"TableName": table, "Item": s(p=f"{number}", g="x")})
    answer = add(wire, table, "g", "g", "unused")
    assert answer["TableStatus"] == "UPDATING"
    made = answer["GlobalSecondaryIndexes"][0]
    assert (made["IndexStatus"], made["Backfilling"]) == ("CREATING", False)
    # What no key uses is dropped.
    assert answer["AttributeDefinitions"] == defined("g", "p")
    described = indexes(wire, table)[0]
    assert "Backfilling" not in described
    assert described["ItemCount"] == 5
    assert wire.ok("Query", {
        "TableName": table, "IndexName": "idx", "KeyConditionExpression": "g = :g",
        "ExpressionAttributeValues": {":g": {"S": "x"}}})["Count"] == 5


def test_items_whose_keys_no_index_can_have_are_left_out(wire):
    table = wire.table()
    for number, value in enumerate(({"S": "x"}, {"N": "1"}, {"S": ""}, {"S": "x" * 2049}, {"S": "x" * 2048})):
        wire.ok("PutItem", {"TableName": table, "Item": {"p": {"S": f"{number}"}, "g": value}})
    add(wire, table, "g", "g")
    assert wire.ok("Scan", {"TableName": table, "IndexName": "idx", "Select": "COUNT"})["Count"] == 2
    assert wire.refused("PutItem", {"TableName": table, "Item": {"p": {"S": "9"}, "g": {"N": "1"}}}) == validation(
        INVALID + "Type mismatch for Index Key g Expected: S Actual: N IndexName: idx")


def test_an_index_is_deleted_with_the_definitions_that_only_it_used(wire):
    table = wire.table()
    add(wire, table, "g", "g")
    answer = wire.ok("UpdateTable", {
        "TableName": table, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "idx"}}]})["TableDescription"]
    assert (answer["TableStatus"], answer["GlobalSecondaryIndexes"][0]["IndexStatus"]) == ("UPDATING", "DELETING")
    described = wire.ok("DescribeTable", {"TableName": table})["Table"]
    assert "GlobalSecondaryIndexes" not in described
    assert described["AttributeDefinitions"] == defined("p")
    assert wire.refused("Scan", {"TableName": table, "IndexName": "idx"}) == validation(
        "The table does not have the specified index: idx")
    wire.ok("PutItem", {"TableName": table, "Item": {"p": {"S": "9"}, "g": {"N": "1"}}})


@pytest.mark.parametrize("updates", [
    [{"Create": index("ix1", "g")}, {"Create": index("ix2", "g")}],
    [{"Delete": {"IndexName": "ix1"}}, {"Delete": {"IndexName": "ix2"}}],
    [{"Create": index("ix1", "g")}, {"Delete": {"IndexName": "ix2"}}],
])
def test_one_index_is_made_or_deleted_at_a_time(wire, updates):
    assert wire.refused("UpdateTable", {
        "TableName": wire.table(), "AttributeDefinitions": defined("g"), "GlobalSecondaryIndexUpdates": updates,
    }) == ("LimitExceededException",
           "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")


@pytest.mark.parametrize("updates, message", [
    ([{}], INVALID + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
     "GlobalSecondaryIndexUpdate.Delete must not be null"),
    ([{"Create": index("idx", "g"), "Delete": {"IndexName": "other"}}],
     INVALID + "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"),
    ([{"Delete": {"IndexName": "idx"}}, {"Delete": {"IndexName": "idx"}}],
     INVALID + "Only one global secondary index update per index is allowed simultaneously. Index: idx"),
    ([{"Update": {"IndexName": "a", "ProvisionedThroughput": {}}}],
     "3 validation errors detected: Value 'a' at 'globalSecondaryIndexUpdates.1.member.update.indexName' failed to "
     "satisfy constraint: Member must have length greater than or equal to 3; Value null at "
     "'globalSecondaryIndexUpdates.1.member.update.provisionedThroughput.writeCapacityUnits' failed to satisfy "
     "constraint: Member must not be null; Value null at "
     "'globalSecondaryIndexUpdates.1.member.update.provisionedThroughput.readCapacityUnits' failed to satisfy "
     "constraint: Member must not be null"),
])
def test_updates_of_a_wrong_shape_are_refused_before_the_table_is_looked_for(wire, updates, message):
    assert wire.refused("UpdateTable", {
        "TableName": "no-such-table", "AttributeDefinitions": defined("g"), "GlobalSecondaryIndexUpdates": updates,
    }) == validation(message)


def test_an_empty_list_of_updates_beside_another_change_is_refused(wire):
    assert wire.refused("UpdateTable", {
        "TableName": wire.table(), "GlobalSecondaryIndexUpdates": [], "BillingMode": "PAY_PER_REQUEST",
    }) == validation(INVALID + "List of GlobalSecondaryIndexUpdates is empty")


def test_an_index_needs_the_definitions_of_its_keys_in_the_same_request(wire):
    table = wire.table()
    request = create(wire, table, "g", "g")
    del request["AttributeDefinitions"]
    assert wire.refused("UpdateTable", request) == validation(
        INVALID + "AttributeDefinitions is not specified for index: idx")
    assert wire.refused("UpdateTable", create(wire, table, "g", "x")) == validation(
        INVALID + "Some index key attributes are not defined in AttributeDefinitions. Keys: [g], "
        "AttributeDefinitions: [x]")


def test_an_attribute_keeps_its_type(wire):
    table = wire.table()
    add(wire, table, "g", "g")
    assert wire.refused("UpdateTable", create(wire, table, "g", "g:N", name="other")) == validation(
        INVALID + "Attributes cannot be redefined. Please check that your attribute has the same type as previously "
        "defined. Existing schema: Schema:[SchemaElement: key{g:S:HASH}] New schema: Schema:[SchemaElement: "
        "key{g:N:HASH}]")


def test_the_name_of_an_index_is_taken_by_local_ones_too(wire):
    table = wire.table("p:S c:S", AttributeDefinitions=defined("x"), LocalSecondaryIndexes=[index("local", "p|x")])
    for name in ("local", "idx"):
        if name == "idx":
            add(wire, table, "x", "x")
        assert wire.refused("UpdateTable", create(wire, table, "x", "x", name=name)) == validation(
            "Attempting to create an index which already exists")
    assert wire.refused("UpdateTable", {
        "TableName": table, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "local"}}]}) == validation(
        "Cannot delete an index that is not a GlobalSecondaryIndex: local")


def test_an_index_that_is_not_there_cannot_be_changed(wire):
    table = wire.table()
    for action in ({"Delete": {"IndexName": "none"}},
                   {"Update": {"IndexName": "none", "OnDemandThroughput": {"MaxReadRequestUnits": 1}}}):
        assert wire.refused("UpdateTable", {"TableName": table, "GlobalSecondaryIndexUpdates": [action]}) == (
            "ResourceNotFoundException", f"Requested resource not found: Index none for table {table}")


def test_a_table_has_twenty_global_indexes_at_most(wire):
    many = [index(f"idx-{n}", "g") for n in range(21)]
    keys = {"BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": defined("p", "g"), "KeySchema": key("p")}
    assert wire.refused("CreateTable", {**keys, "TableName": "never", "GlobalSecondaryIndexes": many}) == validation(
        INVALID + "GlobalSecondaryIndex count exceeds the per-table limit of 20")
    table = wire.table(AttributeDefinitions=defined("g"), GlobalSecondaryIndexes=many[:20])
    assert wire.refused("UpdateTable", create(wire, table, "g", "g", name="one-more")) == (
        "LimitExceededException",
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20")


def provisioned(wire, **more):
    return wire.table(
        BillingMode="PROVISIONED", ProvisionedThroughput=units(5, 5), AttributeDefinitions=defined("g"),
        GlobalSecondaryIndexes=[index("idx", "g", ProvisionedThroughput=units(2, 3))], **more)


def update_index(table, name="idx", **changes):
    return {"TableName": table, "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": name, **changes}}]}


def test_the_throughput_of_an_index_changes_and_the_answer_shows_it_as_it_was(wire):
    table = provisioned(wire)
    answer = wire.ok("UpdateTable", update_index(table, ProvisionedThroughput=units(4, 3)))["TableDescription"]
    changed = answer["GlobalSecondaryIndexes"][0]
    assert (answer["TableStatus"], changed["IndexStatus"]) == ("ACTIVE", "UPDATING")
    assert changed["ProvisionedThroughput"]["ReadCapacityUnits"] == 2
    assert indexes(wire, table)[0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 4
    assert wire.refused("UpdateTable", update_index(table, ProvisionedThroughput=units(4, 3))) == validation(
        "The provisioned throughput for the index idx will not change. The requested value equals the current value. "
        "Current ReadCapacityUnits provisioned for index idx: 4. Requested ReadCapacityUnits: 4. Current "
        "WriteCapacityUnits provisioned for index idx: 3. Requested WriteCapacityUnits: 3. Refer to the Amazon DynamoDB "
        "Developer Guide for current limits and how to request higher limits.")


def test_the_throughput_of_an_index_goes_with_the_billing_mode(wire):
    on_demand = wire.table(AttributeDefinitions=defined("g"), GlobalSecondaryIndexes=[index("idx", "g")])
    assert wire.refused("UpdateTable", update_index(on_demand, ProvisionedThroughput=units(1, 1))) == validation(
        INVALID + "The only Updates for index: idx when TableThroughputMode is PAY_PER_REQUEST can be to "
        "OnDemandThroughput, WarmThroughput")
    assert wire.refused("UpdateTable", create(
        wire, on_demand, "h", "h", name="other", ProvisionedThroughput=units(1, 1))) == validation(
        INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: other when BillingMode "
        "is PAY_PER_REQUEST")
    switch = {"TableName": on_demand, "BillingMode": "PROVISIONED", "ProvisionedThroughput": units(5, 5)}
    assert wire.refused("UpdateTable", switch) == validation(
        INVALID + "ProvisionedThroughput must be specified for index: idx")
    wire.ok("UpdateTable", {**switch, **update_index(on_demand, ProvisionedThroughput=units(7, 8))})
    assert indexes(wire, on_demand)[0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 7
    assert wire.refused("UpdateTable", create(wire, on_demand, "h", "h", name="other")) == validation(
        INVALID + "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: other")


def test_on_demand_throughput_of_an_index(wire):
    table = wire.table(AttributeDefinitions=defined("g"), GlobalSecondaryIndexes=[index("idx", "g")])
    wire.ok("UpdateTable", update_index(table, OnDemandThroughput={"MaxReadRequestUnits": 9}))
    assert indexes(wire, table)[0]["OnDemandThroughput"] == {"MaxReadRequestUnits": 9}
    assert wire.refused("UpdateTable", update_index(provisioned(wire), OnDemandThroughput={"MaxReadRequestUnits": 9})) \
        == validation(INVALID + "MaxReadRequestUnits for OnDemandThroughput for index : idx cannot be specified when the "
                      "table BillingMode is PROVISIONED")


# Keys of several attributes

@pytest.fixture(scope="module")
def matches(wire):
    table = wire.table(
        AttributeDefinitions=defined("h", "g:N", "a", "b", "c"), GlobalSecondaryIndexes=[index("many", "h g | a b c")])
    for name, values in {"p1": ("T", "live", "b"), "p2": ("T", "live", "a"), "p3": ("T", "draft", "c"),
                         "p4": ("F", "live", "a"), "p5": ("T", "live", None)}.items():
        item = {**s(p=name, h="o"), "g": {"N": "7"}}
        item.update({n: {"S": v} for n, v in zip("abc", values) if v is not None})
        wire.ok("PutItem", {"TableName": table, "Item": item})
    return table


VALUES = {":h": {"S": "o"}, ":g": {"N": "7.0"}, ":a": {"S": "T"}, ":b": {"S": "live"}, ":c": {"S": "a"}}


def query(table, condition, **more):
    return {"TableName": table, "IndexName": "many", "KeyConditionExpression": condition,
            "ExpressionAttributeValues": {n: v for n, v in VALUES.items() if n in condition}, **more}


@pytest.mark.parametrize("condition, found", [
    ("h = :h AND g = :g", ["p4", "p3", "p2", "p1"]),
    ("h = :h AND g = :g AND a = :a", ["p3", "p2", "p1"]),
    ("a = :a AND g = :g AND b = :b AND h = :h", ["p2", "p1"]),
    ("h = :h AND g = :g AND a = :a AND b < :b", ["p3"]),
    ("h = :h AND g = :g AND a = :a AND b = :b AND c > :c", ["p1"]),
    ("h = :h AND g = :g AND a = :a AND b = :b AND begins_with(c, :c)", ["p2"]),
    ("h = :h AND g = :g AND a BETWEEN :a AND :a", ["p3", "p2", "p1"]),
])
def test_a_query_takes_the_whole_partition_key_and_the_sort_key_from_the_left(wire, matches, condition, found):
    answer = wire.ok("Query", query(matches, condition))
    assert [i["p"]["S"] for i in answer["Items"]] == found
    backward = wire.ok("Query", query(matches, condition, ScanIndexForward=False))
    assert [i["p"]["S"] for i in backward["Items"]] == found[::-1]


@pytest.mark.parametrize("condition, message", [
    ("h = :h", "HASH key attributes g must have equality conditions specified in the query"),
    ("h = :h AND g > :g", "HASH key attributes g must have equality conditions specified in the query"),
    ("h = :h AND g = :g AND b = :b",
     "RANGE key attributes a must have equality conditions specified in the query because a condition is present on key "
     "attribute b"),
    ("h = :h AND g = :g AND a = :a AND c = :c",
     "RANGE key attributes b must have equality conditions specified in the query because a condition is present on key "
     "attribute c"),
    ("h = :h AND g = :g AND a > :a AND b = :b",
     "RANGE key attributes a must have equality conditions specified in the query because a condition is present on key "
     "attribute b"),
    ("h = :g AND g = :g", INVALID + "Condition parameter type does not match schema type"),
    ("h = :h AND g = :g AND a = :a AND b = :b AND c = :c AND x = :h",
     "The number of query conditions (6) exceeds the number of key attributes defined in the schema (5)"),
])
def test_a_condition_that_the_key_does_not_take_is_refused(wire, matches, condition, message):
    assert wire.refused("Query", query(matches, condition)) == validation(message)


def test_pages_carry_every_key_attribute_and_meet(wire, matches):
    pages, start = [], {}
    while True:
        answer = wire.ok("Query", query(matches, "h = :h AND g = :g", Limit=1, **start))
        pages += [i["p"]["S"] for i in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            break
        assert sorted(answer["LastEvaluatedKey"]) == ["a", "b", "c", "g", "h", "p"]
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    assert pages == ["p4", "p3", "p2", "p1"]
    less = {n: v for n, v in start["ExclusiveStartKey"].items() if n != "b"}
    assert wire.refused("Query", query(matches, "h = :h AND g = :g", ExclusiveStartKey=less)) == validation(
        "The provided starting key is invalid")


def test_a_filter_on_any_key_attribute_is_refused(wire, matches):
    assert wire.refused("Query", query(matches, "h = :h AND g = :g", FilterExpression="c = :h")) == validation(
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: c")


def test_segments_of_a_scan_keep_a_partition_together(wire):
    table = wire.table(AttributeDefinitions=defined("h", "g"), GlobalSecondaryIndexes=[index("many", "h g")])
    for number in range(60):
        wire.ok("PutItem", {"TableName": table, "Item": s(p=f"{number}", h=f"{number % 4}", g=f"{number % 3}")})
    segments = {}
    for segment in range(5):
        for item in wire.ok("Scan", {
                "TableName": table, "IndexName": "many", "Segment": segment, "TotalSegments": 5})["Items"]:
            segments.setdefault((item["h"]["S"], item["g"]["S"]), set()).add(segment)
    assert len(segments) == 12
    assert all(len(found) == 1 for found in segments.values())
    assert len(set.union(*segments.values())) > 1


@pytest.mark.parametrize("keys, definitions, message", [
    ("a b c d e", "abcde", INVALID + "The KeySchema exceeds the maximum allowed number of HASH key attributes"),
    ("a | b c d e f", "abcdef", INVALID + "The KeySchema exceeds the maximum allowed number of RANGE key attributes"),
    ("a a", "ab", "The KeySchema contains multiple key attributes with the same name"),
    ("a b | a", "ab", "The KeySchema contains multiple key attributes with the same name"),
    ("a b", "a", INVALID + "Some index key attributes are not defined in AttributeDefinitions. Keys: [a, b], "
     "AttributeDefinitions: [p, a]"),
])
def test_a_key_of_more_than_four_and_four_attributes_or_of_one_twice_is_refused(wire, keys, definitions, message):
    assert wire.refused("CreateTable", {
        "TableName": "never-made", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": defined("p", *definitions),
        "KeySchema": key("p"), "GlobalSecondaryIndexes": [index("many", keys)]}) == validation(message)


def test_hash_attributes_come_before_range_attributes(wire):
    mixed = [{"AttributeName": n, "KeyType": kind} for n, kind in (("a", "HASH"), ("b", "RANGE"), ("c", "HASH"))]
    request = create(wire, wire.table(), "a", "a", "b", "c")
    request["GlobalSecondaryIndexUpdates"][0]["Create"]["KeySchema"] = mixed
    assert wire.refused("UpdateTable", request) == validation(
        INVALID + "All HASH key attributes must precede RANGE key attributes in the KeySchema")


def test_the_sizes_of_a_key_s_attributes_count_together(wire):
    table = wire.table(AttributeDefinitions=defined("h", "g"), GlobalSecondaryIndexes=[index("many", "h g")])
    wire.ok("PutItem", {"TableName": table, "Item": s(p="1", h="x" * 1024, g="y" * 1024)})
    assert wire.refused("PutItem", {"TableName": table, "Item": s(p="2", h="x" * 1024, g="y" * 1025)}) == validation(
        INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes")
