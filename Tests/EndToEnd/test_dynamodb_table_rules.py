"""The rules of tables, each by AWS's exact answer at the wire: CreateTable, UpdateTable, DeleteTable, and what DescribeTable shows."""

import time

import pytest

from aws_wire import Wire, validation
from nestbox_process import Nestbox

INVALID = "One or more parameter values were invalid: "


def in_use(message):
    return "ResourceInUseException", message


def limit(message):
    return "LimitExceededException", message


def describe(wire, table):
    return wire.ok("DescribeTable", {"TableName": table})["Table"]


def units(read, write):
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def update(wire, table, **changes):
    return wire.ok("UpdateTable", {"TableName": table, **changes})["TableDescription"]


def refused_update(wire, table, **changes):
    return wire.refused("UpdateTable", {"TableName": table, **changes})


def refused_table(wire, keys="p:S", **more):
    pairs = [key.split(":") for key in keys.split()]
    return wire.refused("CreateTable", {
        "TableName": "never-made", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": t} for n, t in pairs],
        "KeySchema": [{"AttributeName": n, "KeyType": kind} for (n, _), kind in zip(pairs, ("HASH", "RANGE"))], **more})


def provisioned(wire, read=5, write=6):
    return wire.table(BillingMode="PROVISIONED", ProvisionedThroughput=units(read, write))


# CreateTable

def test_attribute_definitions_are_shown_sorted_by_name(wire):
    name = wire.table("z:S a:N")
    assert [d["AttributeName"] for d in describe(wire, name)["AttributeDefinitions"]] == ["a", "z"]


def test_an_attribute_defined_twice_is_refused(wire):
    twice = [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "p", "AttributeType": "N"}]
    assert refused_table(wire, AttributeDefinitions=twice) == validation("Attribute Name is duplicated: p")


def test_an_unknown_table_class_is_refused(wire):
    text = ("Invalid table-class parameter provided. Please try again with a valid table-class value: "
            "[STANDARD, STANDARD_INFREQUENT_ACCESS].")
    assert refused_table(wire, TableClass="COLD") == validation(text)
    assert refused_update(wire, wire.table(), TableClass="COLD") == validation(text)


def test_more_units_than_an_account_has_are_refused(wire):
    assert refused_table(
        wire, BillingMode="PROVISIONED", ProvisionedThroughput=units(40001, 1)) == limit(
        "The requested ReadCapacityUnits, 40001, is above the per table maximum for the account in us-east-1. Per table "
        "maximum: 40000. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.")


def test_on_demand_throughput_is_kept_and_checked(wire):
    name = wire.table(OnDemandThroughput={"MaxReadRequestUnits": 10})
    assert describe(wire, name)["OnDemandThroughput"] == {"MaxReadRequestUnits": 10}
    assert refused_table(wire, OnDemandThroughput={"MaxWriteRequestUnits": 0}) == validation(
        INVALID + "Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range")
    assert refused_table(
        wire, BillingMode="PROVISIONED", ProvisionedThroughput=units(1, 1),
        OnDemandThroughput={"MaxReadRequestUnits": 1}) == validation(
        INVALID + "MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED.")


def test_warm_throughput_is_shown_while_it_is_made_and_kept(wire):
    created = wire.ok("CreateTable", {
        "TableName": "warm-table", "BillingMode": "PROVISIONED", "ProvisionedThroughput": units(5, 5),
        "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
        "WarmThroughput": {"ReadUnitsPerSecond": 1000, "WriteUnitsPerSecond": 1200}})["TableDescription"]
    assert created["WarmThroughput"] == {
        "ReadUnitsPerSecond": 1000, "WriteUnitsPerSecond": 1200, "Status": "UPDATING"}
    assert describe(wire, "warm-table")["WarmThroughput"] == {
        "ReadUnitsPerSecond": 1000, "WriteUnitsPerSecond": 1200, "Status": "ACTIVE"}


def test_warm_throughput_below_what_there_is_anyway_is_refused(wire):
    assert refused_table(wire, WarmThroughput={"ReadUnitsPerSecond": 11999}) == validation(
        INVALID + "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than initial throughput for "
        "OnDemand. See: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
        "on-demand-capacity-mode.html#on-demand-capacity-mode-initial")
    assert refused_table(
        wire, BillingMode="PROVISIONED", ProvisionedThroughput=units(5, 6),
        WarmThroughput={"WriteUnitsPerSecond": 5}) == validation(
        INVALID + "Requested WriteUnitsPerSecond for WarmThroughput for table is lower than WriteCapacityUnits of "
        "ProvisionedThroughput")


def test_encryption_with_a_key_is_shown_and_its_parameters_checked(wire):
    name = wire.table(SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/mine"})
    assert describe(wire, name)["SSEDescription"] == {
        "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": "arn:aws:kms:us-east-1:000000000000:alias/mine"}
    assert refused_table(wire, SSESpecification={"Enabled": False, "SSEType": "KMS"}) == validation(
        INVALID + "SSEType can not be specified if Enabled is false")
    assert refused_table(wire, SSESpecification={"Enabled": True, "KMSMasterKeyId": "k"}) == validation(
        INVALID + "SSEType KMS is required if KMSMasterKeyId is specified")
    assert refused_table(wire, SSESpecification={"Enabled": True, "SSEType": "AES256"}) == validation(
        INVALID + "SSEType AES256 is not supported")


def test_streams_are_refused_until_they_are_there(wire):
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert refused_table(wire, StreamSpecification=stream) == validation(
        "Nestbox does not support the parameter StreamSpecification of CreateTable yet: leave it out")
    assert refused_update(wire, wire.table(), StreamSpecification=stream) == validation(
        "Nestbox does not support the parameter StreamSpecification of UpdateTable yet: leave it out")


# UpdateTable

def test_an_update_of_nothing_is_refused(wire):
    text = ("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
            "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
            "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required")
    name = wire.table()
    assert refused_update(wire, name) == validation(text)
    assert refused_update(wire, name, GlobalSecondaryIndexUpdates=[]) == validation(text)
    assert refused_update(wire, "no-such-table") == validation(text)


def test_an_update_of_a_table_that_is_not_there_is_refused(wire):
    assert refused_update(wire, "no-such-table", BillingMode="PAY_PER_REQUEST") == (
        "ResourceNotFoundException", "Requested resource not found: Table: no-such-table not found")


@pytest.mark.parametrize("changes, change", [
    ({"SSESpecification": {"Enabled": True}, "TableClass": "STANDARD"}, "Server-Side Encryption modification"),
    ({"TableClass": "STANDARD", "DeletionProtectionEnabled": True}, "TableClass modification"),
    ({"DeletionProtectionEnabled": True, "WarmThroughput": {"ReadUnitsPerSecond": 1}}, "DeletionProtection modification"),
    ({"DeletionProtectionEnabled": True, "BillingMode": "PAY_PER_REQUEST"}, "DeletionProtection modification"),
    ({"WarmThroughput": {"ReadUnitsPerSecond": 1}, "BillingMode": "PAY_PER_REQUEST"}, "WarmThroughput"),
])
def test_changes_that_must_be_alone_are_refused_together(wire, changes, change):
    assert refused_update(wire, wire.table(), **changes) == validation(
        INVALID + change + " must be the only operation in the request")


def test_on_demand_throughput_goes_with_a_billing_mode_only(wire):
    assert refused_update(
        wire, wire.table(), OnDemandThroughput={"MaxReadRequestUnits": 5},
        GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "idx"}}]) == validation(
        INVALID + "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request")
    name = provisioned(wire)
    update(wire, name, BillingMode="PAY_PER_REQUEST", OnDemandThroughput={"MaxReadRequestUnits": 5})
    assert describe(wire, name)["OnDemandThroughput"] == {"MaxReadRequestUnits": 5}


def test_throughput_changes_and_the_answer_shows_it_as_it_was(wire):
    name = provisioned(wire, 5, 6)
    answer = update(wire, name, ProvisionedThroughput=units(10, 6))
    assert answer["TableStatus"] == "UPDATING"
    assert answer["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    assert answer["ProvisionedThroughput"]["LastIncreaseDateTime"] > time.time() - 60
    table = describe(wire, name)
    assert table["TableStatus"] == "ACTIVE"
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 10
    assert table["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0
    assert table["WarmThroughput"]["ReadUnitsPerSecond"] == 10


def test_warm_throughput_never_drops(wire):
    name = provisioned(wire, 10, 10)
    update(wire, name, ProvisionedThroughput=units(2, 2))
    assert describe(wire, name)["WarmThroughput"]["ReadUnitsPerSecond"] == 10
    assert refused_update(wire, name, WarmThroughput={"WriteUnitsPerSecond": 9}) == validation(
        INVALID + "Requested WriteUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, "
        "decreasing WarmThroughput is not supported")
    answer = update(wire, name, WarmThroughput={"WriteUnitsPerSecond": 11})
    assert answer["TableStatus"] == "ACTIVE"
    assert answer["WarmThroughput"] == {"ReadUnitsPerSecond": 10, "WriteUnitsPerSecond": 10, "Status": "UPDATING"}
    assert describe(wire, name)["WarmThroughput"] == {
        "ReadUnitsPerSecond": 10, "WriteUnitsPerSecond": 11, "Status": "ACTIVE"}


@pytest.mark.parametrize("mode", [{}, {"BillingMode": "PROVISIONED"}])
def test_the_same_throughput_again_is_refused(wire, mode):
    assert refused_update(wire, provisioned(wire, 5, 6), ProvisionedThroughput=units(5, 6), **mode) == validation(
        "The provisioned throughput for the table will not change. The requested value equals the current value. Current "
        "ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. Current WriteCapacityUnits "
        "provisioned for the table: 6. Requested WriteCapacityUnits: 6. Refer to the Amazon DynamoDB Developer Guide for "
        "current limits and how to request higher limits.")


def test_throughput_may_be_lowered_four_times_a_day_and_then_once_an_hour(wire):
    name = provisioned(wire, 50, 50)
    for read in (40, 30, 20, 10):
        update(wire, name, ProvisionedThroughput=units(read, 50))
    assert describe(wire, name)["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 4
    kind, message = refused_update(wire, name, ProvisionedThroughput=units(9, 60))
    assert kind == "LimitExceededException"
    assert message.startswith(
        "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the first "
        "4 decreases, each subsequent decrease in the same UTC day can be performed at most once every 3600 seconds. "
        "Number of decreases today: 4. Last decrease at ")
    assert " Coordinated Universal Time. Next decrease can be made at " in message
    update(wire, name, ProvisionedThroughput=units(60, 60))


def test_throughput_of_an_on_demand_table_is_refused(wire):
    name = wire.table()
    text = INVALID + ("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                      "PAY_PER_REQUEST")
    assert refused_update(wire, name, ProvisionedThroughput=units(1, 1)) == validation(text)
    assert refused_update(
        wire, name, BillingMode="PAY_PER_REQUEST", ProvisionedThroughput=units(1, 1)) == validation(text)


def test_provisioned_mode_needs_throughput(wire):
    text = INVALID + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
    assert refused_update(wire, wire.table(), BillingMode="PROVISIONED") == validation(text)
    assert refused_update(wire, provisioned(wire), BillingMode="PROVISIONED") == validation(text)


def test_the_billing_mode_switches_both_ways(wire):
    name = provisioned(wire, 5, 5)
    assert "BillingModeSummary" not in describe(wire, name)
    answer = update(wire, name, BillingMode="PAY_PER_REQUEST")
    assert answer["TableStatus"] == "UPDATING"
    table = describe(wire, name)
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] > time.time() - 60
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    assert table["WarmThroughput"]["ReadUnitsPerSecond"] == 12000
    update(wire, name, OnDemandThroughput={"MaxReadRequestUnits": 7})
    update(wire, name, BillingMode="PROVISIONED", ProvisionedThroughput=units(3, 4))
    table = describe(wire, name)
    assert table["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert "LastUpdateToPayPerRequestDateTime" in table["BillingModeSummary"]
    assert table["ProvisionedThroughput"]["WriteCapacityUnits"] == 4
    assert table["WarmThroughput"]["ReadUnitsPerSecond"] == 12000
    assert "OnDemandThroughput" not in table


def test_on_demand_mode_again_is_accepted_and_changes_nothing(wire):
    name = wire.table()
    before = describe(wire, name)
    assert update(wire, name, BillingMode="PAY_PER_REQUEST")["TableStatus"] == "UPDATING"
    assert describe(wire, name) == before


def test_the_same_goes_for_a_table_made_on_demand(wire):
    name = wire.table()
    table = describe(wire, name)
    assert table["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] == table["CreationDateTime"]
    update(wire, name, BillingMode="PROVISIONED", ProvisionedThroughput=units(1, 1))
    summary = describe(wire, name)["BillingModeSummary"]
    assert summary == {
        "BillingMode": "PROVISIONED", "LastUpdateToPayPerRequestDateTime": table["CreationDateTime"]}


def test_on_demand_throughput_is_merged_and_minus_one_takes_it_away(wire):
    name = wire.table()
    assert update(wire, name, OnDemandThroughput={"MaxReadRequestUnits": 5})["TableStatus"] == "ACTIVE"
    update(wire, name, OnDemandThroughput={"MaxWriteRequestUnits": 6})
    assert describe(wire, name)["OnDemandThroughput"] == {"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": 6}
    update(wire, name, OnDemandThroughput={"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1})
    assert "OnDemandThroughput" not in describe(wire, name)
    assert refused_update(wire, name, OnDemandThroughput={"MaxReadRequestUnits": 0}) == validation(
        INVALID + "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range")
    assert refused_update(wire, provisioned(wire), OnDemandThroughput={"MaxWriteRequestUnits": 0}) == validation(
        INVALID + "MaxWriteRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is "
        "PROVISIONED")


def test_the_table_class_changes_and_says_when(wire):
    name = wire.table()
    assert "TableClassSummary" not in describe(wire, name)
    assert update(wire, name, TableClass="STANDARD_INFREQUENT_ACCESS")["TableStatus"] == "UPDATING"
    summary = describe(wire, name)["TableClassSummary"]
    assert summary["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert summary["LastUpdateDateTime"] > time.time() - 60


def test_encryption_changes_and_what_does_not_change_is_refused(wire):
    name = wire.table()
    assert refused_update(wire, name, SSESpecification={"Enabled": False}) == validation(
        INVALID + "Table is already encrypted by default")
    answer = update(wire, name, SSESpecification={"Enabled": True})
    assert (answer["TableStatus"], answer["SSEDescription"]["Status"]) == ("ACTIVE", "UPDATING")
    assert describe(wire, name)["SSEDescription"]["Status"] == "ENABLED"
    assert refused_update(wire, name, SSESpecification={"Enabled": True}) == validation(
        INVALID + "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to "
        "change Master Key")
    update(wire, name, SSESpecification={"Enabled": False})
    assert "SSEDescription" not in describe(wire, name)


def test_a_stream_that_is_not_there_cannot_be_disabled(wire):
    name = wire.table()
    assert refused_update(wire, name, StreamSpecification={"StreamEnabled": False}) == validation(
        f"Table has no stream to disable: TableName: {name}")


def test_units_out_of_bounds_are_refused_before_the_table_is_looked_for(wire):
    assert refused_update(wire, "no-such-table", ProvisionedThroughput=units(1000000000001, 1)) == validation(
        "Given value 1000000000001 for ReadCapacityUnits is out of bounds")
    assert refused_update(wire, "no-such-table", ProvisionedThroughput={"ReadCapacityUnits": 0}) == validation(
        "2 validation errors detected: Value null at 'provisionedThroughput.writeCapacityUnits' failed to satisfy "
        "constraint: Member must not be null; Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy "
        "constraint: Member must have value greater than or equal to 1")


# Deletion

def test_a_protected_table_is_not_deleted(wire):
    name = wire.table(DeletionProtectionEnabled=True)
    assert describe(wire, name)["DeletionProtectionEnabled"] is True
    assert wire.refused("DeleteTable", {"TableName": name}) == validation(
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
    answer = update(wire, name, DeletionProtectionEnabled=False)
    assert (answer["TableStatus"], answer["DeletionProtectionEnabled"]) == ("ACTIVE", False)
    wire.ok("DeleteTable", {"TableName": name})


# States that take their time

@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    nestbox = Nestbox(
        tmp_path_factory.mktemp("slow"), ["--only", "aws", "--data", "memory", "--table-delay", "400ms"]).start()
    yield Wire(nestbox.aws_url)
    assert nestbox.stop() == 0, nestbox.output


def settle(slow, name):
    for _ in range(100):
        answer = slow.send("DescribeTable", {"TableName": name})
        if answer.status == 400 or answer.body["Table"]["TableStatus"] == "ACTIVE":
            return
        time.sleep(0.02)
    raise AssertionError("the table does not settle")


def test_a_table_that_is_being_made_has_no_items_yet_and_cannot_be_changed(slow):
    name = slow.table(name="being-made")
    assert describe(slow, name)["TableStatus"] == "CREATING"
    assert name in slow.ok("ListTables", {})["TableNames"]
    missing = ("ResourceNotFoundException", "Requested resource not found")
    assert slow.refused("GetItem", {"TableName": name, "Key": {"p": {"S": "a"}}}) == missing
    assert slow.refused("PutItem", {"TableName": name, "Item": {"p": {"S": "a"}}}) == missing
    assert slow.refused("Scan", {"TableName": name}) == missing
    creating = in_use(f"Attempt to change a resource which is still in use: Table is being created: {name}")
    assert slow.refused("UpdateTable", {"TableName": name, "DeletionProtectionEnabled": True}) == creating
    assert slow.refused("DeleteTable", {"TableName": name}) == creating
    assert slow.refused("CreateTable", {
        "TableName": name, "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}]}) == creating
    settle(slow, name)
    slow.ok("PutItem", {"TableName": name, "Item": {"p": {"S": "a"}}})


def test_a_table_that_is_being_changed_serves_items_and_refuses_another_change(slow):
    name = slow.table(name="being-changed", BillingMode="PROVISIONED", ProvisionedThroughput=units(1, 1))
    settle(slow, name)
    update(slow, name, ProvisionedThroughput=units(2, 2))
    table = describe(slow, name)
    assert (table["TableStatus"], table["ProvisionedThroughput"]["ReadCapacityUnits"]) == ("UPDATING", 1)
    slow.ok("PutItem", {"TableName": name, "Item": {"p": {"S": "a"}}})
    prefix = "Attempt to change a resource which is still in use: "
    assert slow.refused("UpdateTable", {"TableName": name, "ProvisionedThroughput": units(3, 3)}) == in_use(
        prefix + f"Table IOPS are currently being updated. Table: {name}")
    assert slow.refused("DeleteTable", {"TableName": name}) == in_use(
        prefix + f"Table: {name} is in the process of being updated.")
    settle(slow, name)
    assert describe(slow, name)["ProvisionedThroughput"]["ReadCapacityUnits"] == 2
    update(slow, name, TableClass="STANDARD_INFREQUENT_ACCESS")
    assert slow.refused("UpdateTable", {"TableName": name, "TableClass": "STANDARD"}) == in_use(
        prefix + f"Can't update table class when a table class update is in progress. Table: {name} "
        "TableClassUpdateInProgress: STANDARD_INFREQUENT_ACCESS")


def test_a_table_that_is_being_deleted_is_seen_but_has_no_items(slow):
    name = slow.table(name="being-deleted")
    settle(slow, name)
    slow.ok("PutItem", {"TableName": name, "Item": {"p": {"S": "a"}}})
    assert slow.ok("DeleteTable", {"TableName": name})["TableDescription"]["TableStatus"] == "DELETING"
    assert describe(slow, name)["TableStatus"] == "DELETING"
    assert slow.refused("GetItem", {"TableName": name, "Key": {"p": {"S": "a"}}}) == (
        "ResourceNotFoundException", "Requested resource not found")
    deleting = in_use(f"Attempt to change a resource which is still in use: Table is being deleted: {name}")
    assert slow.refused("DeleteTable", {"TableName": name}) == deleting
    assert slow.refused("UpdateTable", {"TableName": name, "DeletionProtectionEnabled": True}) == deleting
    settle(slow, name)
    assert slow.refused("DescribeTable", {"TableName": name}) == (
        "ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
    slow.table(name=name)
    settle(slow, name)
    assert slow.ok("Scan", {"TableName": name})["Count"] == 0


def test_an_index_is_allocated_before_it_is_built_and_shown_until_it_is_gone(slow):
    name = slow.table(name="index-states")
    settle(slow, name)
    created = update(slow, name, AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}],
                     GlobalSecondaryIndexUpdates=[{"Create": {
                         "IndexName": "byG", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                         "Projection": {"ProjectionType": "ALL"}}}])
    assert created["TableStatus"] == "UPDATING"
    table = describe(slow, name)
    index = table["GlobalSecondaryIndexes"][0]
    assert (table["TableStatus"], index["IndexStatus"], index["Backfilling"]) == ("UPDATING", "CREATING", False)
    prefix = "Attempt to change a resource which is still in use: "
    delete = {"TableName": name, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "byG"}}]}
    assert slow.refused("UpdateTable", delete) == in_use(
        prefix + "Index creation is in resource allocation phase. Retry deletion during backfilling phase or when the "
        f"index is active. Table: {name} Index: byG")
    assert slow.refused("DeleteTable", {"TableName": name}) == in_use(
        prefix + "Cannot delete table while indexes are being created, updated, or deleted.")
    assert slow.refused("Scan", {"TableName": name, "IndexName": "byG"}) == validation(
        "Cannot read from backfilling global secondary index: byG")
    for _ in range(1000):
        index = describe(slow, name)["GlobalSecondaryIndexes"][0]
        if index["IndexStatus"] == "ACTIVE":
            break
        time.sleep(0.02)
    slow.ok("Scan", {"TableName": name, "IndexName": "byG"})
    slow.ok("UpdateTable", delete)
    table = describe(slow, name)
    assert (table["TableStatus"], table["GlobalSecondaryIndexes"][0]["IndexStatus"]) == ("UPDATING", "DELETING")
    assert slow.refused("Scan", {"TableName": name, "IndexName": "byG"}) == validation(
        "The table does not have the specified index: byG")
    assert slow.refused("UpdateTable", delete) == in_use(prefix + f"Index is being deleted.  Table: {name} Index: byG")
    assert slow.refused("UpdateTable", {
        "TableName": name, "BillingMode": "PROVISIONED", "ProvisionedThroughput": units(1, 1),
        "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "byG", "ProvisionedThroughput": units(1, 1)}}],
    }) == in_use(prefix + f"Index is being deleted.  Table: {name} Index: byG")
    settle(slow, name)
    assert "GlobalSecondaryIndexes" not in describe(slow, name)
