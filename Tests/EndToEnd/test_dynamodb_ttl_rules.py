"""The rules of time to live, each by AWS's exact answer at the wire, and what expires when."""

import time
import uuid

import pytest

from aws_wire import Wire, validation
from nestbox_process import Nestbox, wait_until

ONE = "1 validation error detected: "
FIVE_YEARS = 5 * 365 * 86400


def enable(wire, table, attribute="ttl", enabled=True):
    specification = {"AttributeName": attribute, "Enabled": enabled}
    answer = wire.ok("UpdateTimeToLive", {"TableName": table, "TimeToLiveSpecification": specification})
    assert answer == {"TimeToLiveSpecification": specification}


def described(wire, table):
    return wire.ok("DescribeTimeToLive", {"TableName": table})["TimeToLiveDescription"]


def number(value):
    return {"N": str(value)}


def now(more=0):
    return number(int(time.time()) + more)


def keys(wire, table, **more):
    return sorted(item["p"]["S"] for item in wire.ok("Scan", {"TableName": table, **more})["Items"])


def put(wire, table, key, **attributes):
    wire.ok("PutItem", {"TableName": table, "Item": {"p": {"S": key}, **attributes}})


def await_keys(wire, table, expected, within=3):
    wait_until(lambda: keys(wire, table) == sorted(expected), within, f"only {expected} left in {keys(wire, table)}")


@pytest.fixture
def table(wire):
    name = wire.table("p:S")
    enable(wire, name)
    return name


# The operations


def test_time_to_live_is_disabled_at_first_and_after_it_was_disabled(wire):
    table = wire.table("p:S")
    assert described(wire, table) == {"TimeToLiveStatus": "DISABLED"}
    enable(wire, table)
    assert described(wire, table) == {"AttributeName": "ttl", "TimeToLiveStatus": "ENABLED"}
    enable(wire, table, enabled=False)
    assert described(wire, table) == {"TimeToLiveStatus": "DISABLED"}


def test_what_changes_nothing_is_refused(wire, table):
    def refused(attribute, enabled):
        return wire.refused("UpdateTimeToLive", {
            "TableName": table, "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": enabled}})

    other = validation("TimeToLive is active on a different AttributeName: current AttributeName is ttl")
    assert refused("ttl", True) == validation("TimeToLive is already enabled")
    assert refused("dog", True) == other
    assert refused("dog", False) == other
    enable(wire, table, enabled=False)
    assert refused("ttl", False) == validation("TimeToLive is already disabled")


def test_it_may_be_changed_again_at_once(wire, table):
    """AWS refuses a second change within half an hour, for the sake of its own machines."""
    enable(wire, table, enabled=False)
    enable(wire, table, "other")
    assert described(wire, table)["AttributeName"] == "other"


@pytest.mark.parametrize("specification, violations", [
    (None, ["Value null at 'timeToLiveSpecification' failed to satisfy constraint: Member must not be null"]),
    ({}, ["Value null at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must not be null",
          "Value null at 'timeToLiveSpecification.enabled' failed to satisfy constraint: Member must not be null"]),
    ({"Enabled": True}, [
        "Value null at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must not be null"]),
    ({"AttributeName": "a"}, [
        "Value null at 'timeToLiveSpecification.enabled' failed to satisfy constraint: Member must not be null"]),
    ({"AttributeName": "", "Enabled": True}, [
        "Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"]),
    ({"AttributeName": "a" * 256, "Enabled": True}, [
        f"Value '{'a' * 256}' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: "
        "Member must have length less than or equal to 255"])])
def test_a_specification_has_a_name_and_whether(wire, specification, violations):
    count = "1 validation error" if len(violations) == 1 else f"{len(violations)} validation errors"
    request = {"TableName": "nowhere", "TimeToLiveSpecification": specification}
    assert wire.refused("UpdateTimeToLive", request) == validation(f"{count} detected: {'; '.join(violations)}")


def test_values_of_other_types_are_refused(wire, table):
    kind, _ = wire.refused("UpdateTimeToLive", {
        "TableName": table, "TimeToLiveSpecification": {"AttributeName": "a", "Enabled": "dog"}})
    assert kind == "SerializationException"


def test_a_table_that_is_not_there(wire):
    missing = ("ResourceNotFoundException", "Requested resource not found: Table: nowhere not found")
    assert wire.refused("DescribeTimeToLive", {"TableName": "nowhere"}) == missing
    assert wire.refused("UpdateTimeToLive", {
        "TableName": "nowhere", "TimeToLiveSpecification": {"AttributeName": "a", "Enabled": True}}) == missing
    for operation in ["DescribeTimeToLive", "UpdateTimeToLive"]:
        assert wire.refused(operation, {}) == validation(
            "The parameter 'TableName' is required but was not present in the request")


def test_a_tables_arn_may_stand_for_its_name(wire, table):
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/" + table
    assert described(wire, arn) == described(wire, table)
    enable(wire, arn, enabled=False)


def test_a_table_of_the_same_name_begins_without(wire, table):
    wire.ok("DeleteTable", {"TableName": table})
    wire.table("p:S", name=table)
    assert described(wire, table) == {"TimeToLiveStatus": "DISABLED"}
    put(wire, table, "a", ttl=now(-60))
    time.sleep(0.2)
    assert keys(wire, table) == ["a"]


# What expires


def test_items_whose_time_is_past_expire_and_others_do_not(wire, table):
    put(wire, table, "past", ttl=now(-60))
    put(wire, table, "exponent", ttl=number(f"{(int(time.time()) - 60) // 10}e1"))
    put(wire, table, "fraction", ttl=number(time.time() - 60))
    put(wire, table, "nearly five years", ttl=now(60 - FIVE_YEARS))
    kept = {
        "none": {}, "later": {"ttl": now(3600)}, "milliseconds": {"ttl": number(int(time.time() * 1000))},
        "string": {"ttl": {"S": now(-60)["N"]}}, "set": {"ttl": {"NS": [now(-60)["N"]]}}, "zero": {"ttl": number(0)},
        "negative": {"ttl": number(-5)}, "small": {"ttl": number("1e-130")}, "huge": {"ttl": number("9e125")},
        "five years": {"ttl": now(-60 - FIVE_YEARS)}, "nested": {"m": {"M": {"ttl": now(-60)}}}}
    for key, attributes in kept.items():
        put(wire, table, key, **attributes)
    await_keys(wire, table, list(kept))
    time.sleep(0.15)
    assert keys(wire, table) == sorted(kept)


def soon():
    """A second that begins in half a second at least."""
    return int(time.time() + 1.5)


def test_an_item_expires_within_a_second_of_its_time(wire, table):
    expires = soon()
    put(wire, table, "a", ttl=number(expires))
    assert keys(wire, table) == ["a"]
    wait_until(lambda: keys(wire, table) == [], 4, "the item's expiry")
    assert 0 <= time.time() - expires < 1


def test_items_that_were_there_before_expire_too(wire):
    table = wire.table("p:S")
    for batch in range(12):
        wire.ok("BatchWriteItem", {"RequestItems": {table: [
            {"PutRequest": {"Item": {"p": {"S": f"{batch:02}-{n:02}"}, "ttl": now(-60 if n % 2 else 3600)}}}
            for n in range(25)]}})
    enable(wire, table)
    assert described(wire, table)["TimeToLiveStatus"] in ("ENABLING", "ENABLED")
    await_keys(wire, table, [f"{batch:02}-{n:02}" for batch in range(12) for n in range(0, 25, 2)])
    wait_until(lambda: described(wire, table)["TimeToLiveStatus"] == "ENABLED", 3, "ENABLED")


def test_a_write_that_moves_the_time_counts(wire, table):
    def update(key, expression, value):
        request = {"TableName": table, "Key": {"p": {"S": key}}, "UpdateExpression": expression,
                   "ExpressionAttributeNames": {"#t": "ttl"}}
        return request | {"ExpressionAttributeValues": {":t": value}} if value else request

    first = soon()
    for key in ["moved", "removed", "replaced"]:
        put(wire, table, key, ttl=number(first))
    put(wire, table, "sooner", ttl=now(3600))
    wire.ok("UpdateItem", update("moved", "SET #t = :t", now(3600)))
    wire.ok("UpdateItem", update("removed", "REMOVE #t", None))
    put(wire, table, "replaced", other={"S": "no time"})
    wire.ok("TransactWriteItems", {"TransactItems": [{"Update": update("sooner", "SET #t = :t", now(-60))}]})
    await_keys(wire, table, ["moved", "removed", "replaced"])
    time.sleep(max(0, first - time.time()) + 0.3)
    assert keys(wire, table) == ["moved", "removed", "replaced"]


def test_a_key_may_be_the_time_of_expiry(wire):
    table = wire.table("p:S c:N")
    enable(wire, table, "c")
    for more in [-60, 3600]:
        put(wire, table, f"{more}", c=now(more))
    await_keys(wire, table, ["3600"])


def test_nothing_expires_once_it_is_disabled_and_all_that_is_due_when_it_is_enabled_again(wire, table):
    enable(wire, table, enabled=False)
    put(wire, table, "a", ttl=now(-60))
    time.sleep(0.2)
    assert keys(wire, table) == ["a"]
    enable(wire, table, "other")
    put(wire, table, "b", other=now(-60))
    await_keys(wire, table, ["a"])
    enable(wire, table, "other", enabled=False)
    enable(wire, table)
    await_keys(wire, table, [])


def test_indexes_counts_and_sizes_follow(wire):
    definitions = [{"AttributeName": name, "AttributeType": kind} for name, kind in [("g", "S"), ("l", "N")]]
    table = wire.table(
        "p:S c:S", AttributeDefinitions=definitions,
        GlobalSecondaryIndexes=[{
            "IndexName": "byG", "Projection": {"ProjectionType": "KEYS_ONLY"},
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]}],
        LocalSecondaryIndexes=[{
            "IndexName": "byL", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]}])
    for key, more in [("past", -60), ("later", 3600)]:
        put(wire, table, key, c={"S": "c"}, g={"S": "g"}, l=number(1), ttl=now(more))
    enable(wire, table)
    await_keys(wire, table, ["later"])
    assert keys(wire, table, IndexName="byG") == keys(wire, table, IndexName="byL") == ["later"]
    size = len("p" + "later" + "c" + "c" + "g" + "g") + len("l") + 2 + len("ttl") + 6
    shown = wire.ok("DescribeTable", {"TableName": table})["Table"]
    assert (shown["ItemCount"], shown["TableSizeBytes"]) == (1, size)
    assert [(i["ItemCount"], i["IndexSizeBytes"]) for i in shown["GlobalSecondaryIndexes"]] == [(1, 10)]
    assert [(i["ItemCount"], i["IndexSizeBytes"]) for i in shown["LocalSecondaryIndexes"]] == [(1, size)]


def test_many_expire_while_others_are_written(wire, table):
    """Slices take turns with requests; what a request writes meanwhile stays."""
    written = set()
    for batch in range(20):
        wire.ok("BatchWriteItem", {"RequestItems": {table: [
            {"PutRequest": {"Item": {"p": {"S": f"{batch}-{n}"}, "ttl": now(-5)}}} for n in range(25)]}})
        key = f"{batch}-{batch}"
        put(wire, table, key, ttl=now(3600))
        written.add(key)
    await_keys(wire, table, list(written))


def test_time_to_live_outlives_a_restart(tmp_path):
    nestbox = Nestbox(tmp_path, ["--only", "aws"]).start()
    own = Wire(nestbox.aws_url)
    table = own.table("p:S", name="t-" + uuid.uuid4().hex[:8])
    enable(own, table)
    put(own, table, "soon", ttl=now(1))
    put(own, table, "later", ttl=now(3600))
    assert nestbox.stop() == 0
    time.sleep(1.1)
    nestbox.start()
    own = Wire(nestbox.aws_url)
    assert described(own, table) == {"AttributeName": "ttl", "TimeToLiveStatus": "ENABLED"}
    await_keys(own, table, ["later"])
    assert nestbox.stop() == 0


# With --table-delay, tables take their time as AWS's do, and so does this.


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    nestbox = Nestbox(
        tmp_path_factory.mktemp("slow"), ["--only", "aws", "--data", "memory", "--table-delay", "300ms"]).start()
    yield Wire(nestbox.aws_url)
    assert nestbox.stop() == 0, nestbox.output


def await_active(wire, table):
    wait_until(lambda: wire.ok("DescribeTable", {"TableName": table})["Table"]["TableStatus"] == "ACTIVE", 3, "ACTIVE")


def test_a_table_that_is_being_made_or_deleted_has_no_time_to_live_yet_and_no_tags(slow):
    table = slow.table("p:S", Tags=[{"Key": "k", "Value": "v"}])
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/" + table
    specification = {"TableName": table, "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True}}
    assert slow.refused("DescribeTimeToLive", {"TableName": table}) == validation(
        "Cannot describe time to live while table is in CREATING state: Current table state is CREATING")
    assert slow.refused("UpdateTimeToLive", specification) == (
        "ResourceInUseException",
        f"Attempt to change a resource which is still in use: Table {table} is being created")
    assert slow.refused("ListTagsOfResource", {"ResourceArn": arn}) == (
        "ResourceNotFoundException", f"Requested resource not found: ResourceArn: {arn} not found")
    assert slow.refused("DescribeContinuousBackups", {"TableName": table}) == (
        "TableNotFoundException", f"Table not found: {table}")
    await_active(slow, table)
    assert slow.ok("ListTagsOfResource", {"ResourceArn": arn}) == {"Tags": [{"Key": "k", "Value": "v"}]}
    slow.ok("DeleteTable", {"TableName": table})
    assert slow.refused("DescribeTimeToLive", {"TableName": table}) == validation(
        "Cannot describe time to live while table is in DELETING state: Current table state is DELETING")
    assert slow.refused("TagResource", {"ResourceArn": arn, "Tags": [{"Key": "k", "Value": "w"}]}) == (
        "ResourceInUseException",
        f"Attempt to change a resource which is still in use: Table is being deleted: {table}")


def test_a_change_shows_that_it_is_going_on_and_is_refused_another_meanwhile(slow):
    table = slow.table("p:S")
    await_active(slow, table)
    enable(slow, table)
    assert described(slow, table) == {"AttributeName": "ttl", "TimeToLiveStatus": "ENABLING"}
    assert slow.refused("UpdateTimeToLive", {
        "TableName": table, "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": False}}) == validation(
        "Time to live has been modified multiple times within a fixed interval")
    assert slow.ok("DescribeTable", {"TableName": table})["Table"]["TableStatus"] == "ACTIVE"
    wait_until(lambda: described(slow, table)["TimeToLiveStatus"] == "ENABLED", 3, "ENABLED")
    enable(slow, table, enabled=False)
    assert described(slow, table) == {"AttributeName": "ttl", "TimeToLiveStatus": "DISABLING"}
    wait_until(lambda: described(slow, table) == {"TimeToLiveStatus": "DISABLED"}, 3, "DISABLED")
