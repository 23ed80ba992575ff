"""What every operation consumes, at every level, of a table and its indexes."""

import uuid

import pytest

from aws_wire import validation


def item(key, size, **more):
    """An item of so many bytes: p, its key, f and its filling, and what else it is given."""
    rest = size - 1 - len(key) - 1 - sum(len(name) + len(value["S"]) for name, value in more.items())
    return {"p": {"S": key}, "f": {"S": "x" * rest}, **more}


def key(text):
    return {"p": {"S": text}}


@pytest.fixture
def table(wire):
    return wire.table("p:S")


def put(wire, table, attributes):
    wire.ok("PutItem", {"TableName": table, "Item": attributes})


def units(wire, operation, body):
    """CapacityUnits in the answer's ConsumedCapacity, which has nothing else besides the table's name."""
    consumed = wire.ok(operation, body | {"ReturnConsumedCapacity": "TOTAL"})["ConsumedCapacity"]
    assert set(consumed) == {"TableName", "CapacityUnits"}
    assert consumed["TableName"] == body["TableName"]
    return consumed["CapacityUnits"]


def arms(consumed):
    """(total, table's, {index: units}) of a ConsumedCapacity at the level INDEXES."""
    indexes = {}
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        indexes |= {name: arm["CapacityUnits"] for name, arm in consumed.get(kind, {}).items()}
    return consumed["CapacityUnits"], consumed["Table"]["CapacityUnits"], indexes


def test_capacity_is_told_when_it_is_asked_for(wire, table):
    request = {"TableName": table, "Item": key("a")}
    assert wire.ok("PutItem", request) == {}
    assert wire.ok("PutItem", request | {"ReturnConsumedCapacity": "NONE"}) == {}
    assert wire.ok("PutItem", request | {"ReturnConsumedCapacity": "TOTAL"}) == {
        "ConsumedCapacity": {"TableName": table, "CapacityUnits": 1.0}}
    assert wire.ok("PutItem", request | {"ReturnConsumedCapacity": "INDEXES"}) == {
        "ConsumedCapacity": {"TableName": table, "CapacityUnits": 1.0, "Table": {"CapacityUnits": 1.0}}}


def test_an_arn_is_told_as_the_tables_name(wire, table):
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/" + table
    consumed = wire.ok("GetItem", {"TableName": arn, "Key": key("a"), "ReturnConsumedCapacity": "TOTAL"})
    assert consumed["ConsumedCapacity"]["TableName"] == table


# Single items


@pytest.mark.parametrize("size, half_units", [(None, 1), (10, 1), (4096, 1), (4097, 2), (8192, 2), (8193, 3)])
def test_a_read_costs_a_unit_for_4_kb_and_half_of_it_when_eventually_consistent(wire, table, size, half_units):
    if size:
        put(wire, table, item("a", size))
    request = {"TableName": table, "Key": key("a")}
    assert units(wire, "GetItem", request) == half_units / 2
    assert units(wire, "GetItem", request | {"ConsistentRead": True}) == half_units
    assert units(wire, "GetItem", request | {"ProjectionExpression": "p"}) == half_units / 2


@pytest.mark.parametrize("size, expected", [(10, 1), (1024, 1), (1025, 2), (2048, 2), (2049, 3)])
def test_a_write_costs_a_unit_for_1_kb_of_the_larger_of_before_and_after(wire, table, size, expected):
    large, small = item("a", size), item("a", 10)
    request = {"TableName": table}
    assert units(wire, "PutItem", request | {"Item": large}) == expected
    assert units(wire, "PutItem", request | {"Item": large}) == expected
    assert units(wire, "PutItem", request | {"Item": small}) == expected
    assert units(wire, "PutItem", request | {"Item": small}) == 1
    update = request | {"Key": key("a"), "UpdateExpression": "SET f = :f"}
    assert units(wire, "UpdateItem", update | {"ExpressionAttributeValues": {":f": large["f"]}}) == expected
    assert units(wire, "UpdateItem", update | {"ExpressionAttributeValues": {":f": small["f"]}}) == expected
    put(wire, table, large)
    assert units(wire, "DeleteItem", request | {"Key": key("a")}) == expected


def test_a_write_that_changes_nothing_costs_the_same(wire, table):
    request = {"TableName": table, "Key": key("a")}
    assert units(wire, "DeleteItem", request) == 1
    assert units(wire, "UpdateItem", request | {"UpdateExpression": "REMOVE nothing"}) == 1
    put(wire, table, item("a", 3000))
    assert units(wire, "UpdateItem", request | {"UpdateExpression": "REMOVE nothing"}) == 3
    assert units(wire, "UpdateItem", request) == 3


# Indexes


@pytest.fixture(scope="module")
def indexed(wire):
    definitions = [{"AttributeName": name, "AttributeType": "S"} for name in ("g", "l")]
    return wire.table(
        "p:S c:S", AttributeDefinitions=definitions,
        GlobalSecondaryIndexes=[
            {"IndexName": "keys", "Projection": {"ProjectionType": "KEYS_ONLY"},
             "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]},
            {"IndexName": "all", "Projection": {"ProjectionType": "ALL"},
             "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]}],
        LocalSecondaryIndexes=[
            {"IndexName": "local", "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["i"]},
             "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]}])


STEPS = [
    # (attributes beside the key, the units of table and indexes when the item becomes this)
    ({"f": "x"}, 1, {}),
    ({"f": "x", "g": "1"}, 1, {"keys": 1, "all": 1}),
    ({"f": "y", "g": "1"}, 1, {"all": 1}),
    ({"f": "y", "g": "1", "l": "1"}, 1, {"all": 1, "local": 1}),
    ({"f": "y", "g": "1", "l": "1", "i": "1"}, 1, {"all": 1, "local": 1}),
    ({"f": "y", "g": "1", "l": "1", "i": "1"}, 1, {}),
    ({"f": "y", "g": "2", "l": "1", "i": "1"}, 1, {"keys": 2, "all": 2}),
    ({"f": "y", "g": "2", "l": "2", "i": "1"}, 1, {"all": 1, "local": 2}),
    ({"f": "y" * 3000, "g": "2", "l": "2", "i": "1"}, 3, {"all": 3}),
    ({"f": "y" * 3000, "g": "3", "l": "2", "i": "1"}, 3, {"keys": 2, "all": 6}),
    ({"f": "y", "g": "3"}, 3, {"all": 3, "local": 1}),
    ({"f": "y"}, 1, {"keys": 1, "all": 1}),
]


def test_an_index_costs_what_changes_in_it_and_two_writes_when_the_entry_moves(wire, indexed):
    for attributes, of_table, of_indexes in STEPS:
        values = {name: {"S": value} for name, value in attributes.items()}
        answer = wire.ok("PutItem", {
            "TableName": indexed, "Item": {"p": {"S": "a"}, "c": {"S": "c"}, **values},
            "ReturnConsumedCapacity": "INDEXES"})
        total = of_table + sum(of_indexes.values())
        assert arms(answer["ConsumedCapacity"]) == (total, of_table, of_indexes), attributes


def test_a_delete_costs_every_index_that_has_the_item(wire, indexed):
    wire.ok("PutItem", {"TableName": indexed, "Item": {
        "p": {"S": "d"}, "c": {"S": "c"}, "g": {"S": "1"}, "f": {"S": "x" * 1500}}})
    answer = wire.ok("DeleteItem", {
        "TableName": indexed, "Key": {"p": {"S": "d"}, "c": {"S": "c"}}, "ReturnConsumedCapacity": "INDEXES"})
    assert arms(answer["ConsumedCapacity"]) == (5, 2, {"keys": 1, "all": 2})
    answer = wire.ok("DeleteItem", {
        "TableName": indexed, "Key": {"p": {"S": "d"}, "c": {"S": "c"}}, "ReturnConsumedCapacity": "INDEXES"})
    assert arms(answer["ConsumedCapacity"]) == (1, 1, {})


def test_a_transaction_costs_the_table_twice_and_indexes_once(wire, indexed):
    put_one = {"Put": {"TableName": indexed, "Item": {
        "p": {"S": uuid.uuid4().hex}, "c": {"S": "c"}, "g": {"S": "1"}, "f": {"S": "x" * 1500}}}}
    answer = wire.ok("TransactWriteItems", {"TransactItems": [put_one], "ReturnConsumedCapacity": "INDEXES"})
    assert answer["ConsumedCapacity"] == [{
        "TableName": indexed, "CapacityUnits": 7.0, "WriteCapacityUnits": 7.0,
        "Table": {"CapacityUnits": 4.0, "WriteCapacityUnits": 4.0},
        "GlobalSecondaryIndexes": {"keys": {"CapacityUnits": 1.0, "WriteCapacityUnits": 1.0},
                                   "all": {"CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}}}]


# Query and Scan


@pytest.fixture(scope="module")
def pages(wire, indexed):
    """Items of 1,500 bytes in one partition, all of them in the indexes."""
    for number in range(10):
        wire.ok("PutItem", {"TableName": indexed, "Item": {
            "p": {"S": "q"}, "c": {"S": f"{number}"}, "g": {"S": "q"}, "l": {"S": f"{number}"},
            "f": {"S": "x" * (1500 - 1 - 1 - 2 - 2 - 2 - 1)}}})
    return indexed


def query(wire, table, **more):
    name = more.pop("by", "p")
    return wire.ok("Query", {
        "TableName": table, "KeyConditionExpression": f"{name} = :q", "ExpressionAttributeValues": {":q": {"S": "q"}},
        "ReturnConsumedCapacity": "INDEXES", **more})["ConsumedCapacity"]


def test_a_query_costs_what_it_evaluates_together(wire, pages):
    assert arms(query(wire, pages)) == (2, 2, {}), "15,000 bytes are 4 half units"
    assert arms(query(wire, pages, ConsistentRead=True)) == (4, 4, {})
    assert arms(query(wire, pages, Limit=2)) == (0.5, 0.5, {})
    assert arms(query(wire, pages, Limit=3)) == (1, 1, {})
    assert arms(query(wire, pages, Select="COUNT")) == (2, 2, {})
    assert arms(query(wire, pages, ProjectionExpression="p")) == (2, 2, {})
    assert arms(query(wire, pages, FilterExpression="attribute_exists(nothing)")) == (2, 2, {})


def test_a_query_that_finds_nothing_costs_the_least(wire, pages):
    nothing = {"ExpressionAttributeValues": {":q": {"S": "nothing"}}}
    assert arms(query(wire, pages, **nothing)) == (0.5, 0.5, {})
    assert arms(query(wire, pages, **nothing, ConsistentRead=True)) == (1, 1, {})


def test_an_index_costs_what_it_holds_of_the_items(wire, pages):
    def of_index(**more):
        consumed = query(wire, pages, **more)
        consumed.setdefault("Table", {"CapacityUnits": 0})
        return arms(consumed)

    assert of_index(IndexName="all", by="g") == (2, 0, {"all": 2})
    assert of_index(IndexName="keys", by="g") == (0.5, 0, {"keys": 0.5})
    assert of_index(IndexName="local") == (0.5, 0, {"local": 0.5})
    assert of_index(IndexName="local", ConsistentRead=True) == (1, 0, {"local": 1})
    # What a local index does not hold comes from the table, item by item.
    assert of_index(IndexName="local", Select="ALL_ATTRIBUTES") == (5.5, 5, {"local": 0.5})
    assert of_index(IndexName="local", ProjectionExpression="f", ConsistentRead=True) == (11, 10, {"local": 1})


def test_a_scan_costs_every_storage_partition_that_it_reads(wire):
    table = wire.table("p:S")
    request = {"TableName": table}
    assert units(wire, "Scan", request) == 2, "an empty table on demand has four partitions"
    put(wire, table, item("a", 9000))
    assert units(wire, "Scan", request) == 1.5 + 1.5
    assert units(wire, "Scan", request | {"ConsistentRead": True}) == 3 + 3
    assert units(wire, "Scan", request | {"Limit": 1}) == 1.5
    halves = [units(wire, "Scan", request | {"Segment": n, "TotalSegments": 4}) for n in range(4)]
    assert sorted(halves) == [0.5, 0.5, 0.5, 1.5]


def test_a_provisioned_table_has_one_partition(wire):
    table = wire.table(
        "p:S", BillingMode="PROVISIONED", ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5})
    assert units(wire, "Scan", {"TableName": table}) == 0.5
    put(wire, table, item("a", 9000))
    assert units(wire, "Scan", {"TableName": table}) == 1.5


# Batches and transactions


def test_a_batch_of_reads_costs_each_item_by_itself_and_half_a_unit_for_none(wire, table):
    put(wire, table, item("a", 4097))
    other = wire.table("p:S")
    request = {"RequestItems": {table: {"Keys": [key("a"), key("none")]}, other: {
        "Keys": [key("none")], "ConsistentRead": True}}, "ReturnConsumedCapacity": "TOTAL"}
    consumed = wire.ok("BatchGetItem", request)["ConsumedCapacity"]
    assert sorted(consumed, key=lambda c: c["TableName"] != table) == [
        {"TableName": table, "CapacityUnits": 1.5}, {"TableName": other, "CapacityUnits": 1.0}]


def test_a_batch_of_writes_costs_each_item_by_itself_and_a_unit_for_none(wire, table):
    put(wire, table, item("large", 2500))
    consumed = wire.ok("BatchWriteItem", {"RequestItems": {table: [
        {"PutRequest": {"Item": item("a", 1025)}}, {"DeleteRequest": {"Key": key("none")}},
        {"DeleteRequest": {"Key": key("large")}}]}, "ReturnConsumedCapacity": "INDEXES"})["ConsumedCapacity"]
    assert consumed == [{"TableName": table, "CapacityUnits": 6.0, "Table": {"CapacityUnits": 6.0}}]


def test_a_transaction_of_writes_costs_twice_also_where_it_only_looks(wire, table):
    put(wire, table, item("check", 1500))
    actions = [
        {"Put": {"TableName": table, "Item": item("a", 1025)}},
        {"Delete": {"TableName": table, "Key": key("none")}},
        {"ConditionCheck": {"TableName": table, "Key": key("check"), "ConditionExpression": "attribute_exists(p)"}}]
    consumed = wire.ok("TransactWriteItems", {"TransactItems": actions, "ReturnConsumedCapacity": "TOTAL"})
    assert consumed["ConsumedCapacity"] == [
        {"TableName": table, "CapacityUnits": 10.0, "WriteCapacityUnits": 10.0}]


def test_a_token_seen_before_costs_reads(wire, table):
    request = {"TransactItems": [{"Put": {"TableName": table, "Item": item("a", 5000)}}],
               "ClientRequestToken": uuid.uuid4().hex, "ReturnConsumedCapacity": "TOTAL"}
    assert wire.ok("TransactWriteItems", request)["ConsumedCapacity"] == [
        {"TableName": table, "CapacityUnits": 10.0, "WriteCapacityUnits": 10.0}]
    assert wire.ok("TransactWriteItems", request)["ConsumedCapacity"] == [
        {"TableName": table, "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}]


def test_a_transaction_of_reads_costs_twice_and_2_units_for_none(wire, table):
    put(wire, table, item("a", 4097))
    gets = [{"Get": {"TableName": table, "Key": key(text)}} for text in ("a", "none")]
    consumed = wire.ok("TransactGetItems", {"TransactItems": gets, "ReturnConsumedCapacity": "INDEXES"})
    assert consumed["ConsumedCapacity"] == [{
        "TableName": table, "CapacityUnits": 6.0, "ReadCapacityUnits": 6.0,
        "Table": {"CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}}]


@pytest.mark.parametrize("operation, body", [
    ("GetItem", {"Key": key("a")}), ("DeleteItem", {"Key": key("a")}), ("Scan", {}),
    ("Query", {"KeyConditionExpression": "p = :q", "ExpressionAttributeValues": {":q": {"S": "q"}}})])
def test_another_level_is_refused(wire, table, operation, body):
    kind, message = wire.refused(operation, {"TableName": table, **body, "ReturnConsumedCapacity": "ALL"})
    assert (kind, message.split("satisfy")[-1]) == (
        "ValidationException", " enum value set: [INDEXES, TOTAL, NONE]")
