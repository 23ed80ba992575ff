"""The rules of names and ARNs, of listing tables, and of the operations that describe the account and the endpoint."""

import pytest

from aws_wire import AUTHORIZATION, validation

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/"
ONE = "1 validation error detected: "
FORMAT = (
    ONE + "Valid ARN format is 'arn:<awsPartition>:<vendor>:<region>:<subscriber>:resourceType/resourceName', where "
    "Resource name must have length less than or equal to 255, Resource name must have length greater than or equal "
    "to 3, Resource name must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")


@pytest.fixture(scope="module")
def table(wire):
    name = wire.table("p:S")
    wire.ok("PutItem", {"TableName": name, "Item": {"p": {"S": "a"}, "v": {"N": "1"}}})
    return name


REQUESTS = {
    "DescribeTable": {},
    "GetItem": {"Key": {"p": {"S": "a"}}},
    "PutItem": {"Item": {"p": {"S": "b"}}},
    "UpdateItem": {"Key": {"p": {"S": "c"}}},
    "DeleteItem": {"Key": {"p": {"S": "c"}}},
    "Scan": {},
    "Query": {"KeyConditionExpression": "p = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}},
    "DescribeContinuousBackups": {},
}


@pytest.mark.parametrize("operation", REQUESTS)
def test_a_tables_arn_may_stand_for_its_name(wire, table, operation):
    by_name = wire.ok(operation, {"TableName": table, **REQUESTS[operation]})
    by_arn = wire.ok(operation, {"TableName": ARN + table, **REQUESTS[operation]})
    assert by_arn.get("Item") == by_name.get("Item")
    if operation == "DescribeTable":
        assert by_arn["Table"]["TableName"] == table
        assert by_arn["Table"]["TableArn"] == ARN + table


def test_arns_stand_for_names_in_batches_and_transactions(wire, table):
    arn = ARN + table
    put = {"PutRequest": {"Item": {"p": {"S": "batch"}}}}
    answer = wire.ok("BatchWriteItem", {"RequestItems": {arn: [put]}, "ReturnConsumedCapacity": "TOTAL"})
    assert answer["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 1.0}]
    get = {"Keys": [{"p": {"S": "batch"}}]}
    answer = wire.ok("BatchGetItem", {"RequestItems": {arn: get}})
    assert answer["Responses"] == {arn: [{"p": {"S": "batch"}}]}, "the answer names the table as the request did"
    wire.ok("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": arn, "Item": {"p": {"S": "b"}}}}]})
    answer = wire.ok("TransactGetItems", {"TransactItems": [{"Get": {"TableName": arn, "Key": {"p": {"S": "b"}}}}]})
    assert answer["Responses"] == [{"Item": {"p": {"S": "b"}}}]
    elsewhere = arn.replace("us-east-1", "eu-west-1")
    message = validation(ONE + f"Invalid AWS region in '{elsewhere}'")
    assert wire.refused("BatchGetItem", {"RequestItems": {elsewhere: get}}) == message
    assert wire.refused("TransactGetItems", {"TransactItems": [
        {"Get": {"TableName": elsewhere, "Key": {"p": {"S": "b"}}}}]}) == message


def test_a_table_is_made_by_its_name_alone(wire):
    assert wire.refused("CreateTable", {
        "TableName": ARN + "abc", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}]}) == validation(
        ONE + f"Value '{ARN}abc' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression "
        "pattern: [a-zA-Z0-9_.-]+")


@pytest.mark.parametrize("operation", REQUESTS)
def test_an_arn_of_another_region_is_refused(wire, table, operation):
    arn = "arn:aws:dynamodb:eu-west-1:000000000000:table/" + table
    assert wire.refused(operation, {"TableName": arn, **REQUESTS[operation]}) == validation(
        ONE + f"Invalid AWS region in '{arn}'")


@pytest.mark.parametrize("operation", REQUESTS)
def test_an_arn_of_another_account_is_denied(wire, table, operation):
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/" + table
    assert wire.refused(operation, {"TableName": arn, **REQUESTS[operation]}) == (
        "AccessDeniedException", "Access is denied")


@pytest.mark.parametrize("arn", [
    "arn:", "arn:aws:dynamodb", "arn:aws:dynamodb:us-east-1:000000000000:", ARN, ARN + "ab", ARN + "a" * 256,
    ARN + "a!c", ARN + "abc/index/def", ARN + "abc/stream/2026-01-01T00:00:00.000", "arn:aws:s3:::bucket"])
def test_what_is_no_tables_arn_is_refused(wire, arn):
    assert wire.refused("DescribeTable", {"TableName": arn}) == validation(FORMAT)
    assert wire.refused("Scan", {"TableName": arn}) == validation(FORMAT)


def test_an_arn_of_another_kind_of_resource_is_refused(wire):
    arn = "arn:aws:dynamodb:us-east-1:000000000000:global-table/abc"
    assert wire.refused("DescribeTable", {"TableName": arn}) == validation(ONE + f"Invalid resource type in '{arn}'")


def test_an_arn_of_another_partition_is_refused(wire):
    arn = "arn:aws-cn:dynamodb:us-east-1:000000000000:table/abc"
    assert wire.refused("DescribeTable", {"TableName": arn}) == validation(ONE + f"Invalid AWS partition in '{arn}'")


def test_an_arn_of_a_table_that_is_not_there(wire):
    assert wire.refused("DescribeTable", {"TableName": ARN + "nowhere"}) == (
        "ResourceNotFoundException", "Requested resource not found: Table: nowhere not found")
    assert wire.refused("Scan", {"TableName": ARN + "nowhere"}) == (
        "ResourceNotFoundException", "Requested resource not found")


def test_an_arn_is_as_long_as_1024(wire):
    arn = ARN + "a" * (1025 - len(ARN))
    assert wire.refused("Scan", {"TableName": arn}) == validation(
        ONE + f"Value '{arn}' at 'tableName' failed to satisfy constraint: Member must have length less than or equal "
        "to 1024")


@pytest.mark.parametrize("operation", ["DescribeTable", "DeleteTable", "DescribeContinuousBackups"])
def test_operations_on_tables_want_names_of_three_characters(wire, operation):
    length = "failed to satisfy constraint: Member must have length greater than or equal to 3"
    pattern = "failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    assert wire.refused(operation, {"TableName": "ab"}) == validation(ONE + f"Value 'ab' at 'tableName' {length}")
    assert wire.refused(operation, {"TableName": ""}) == validation(
        f"2 validation errors detected: Value '' at 'tableName' {length}; Value '' at 'tableName' {pattern}")
    assert wire.refused(operation, {"TableName": "a" * 256}) == validation(
        ONE + f"Value '{'a' * 256}' at 'tableName' failed to satisfy constraint: Member must have length less than or "
        "equal to 255")


def test_operations_on_items_take_short_names(wire):
    missing = ("ResourceNotFoundException", "Requested resource not found")
    assert wire.refused("Scan", {"TableName": "ab"}) == missing
    assert wire.refused("GetItem", {"TableName": "a", "Key": {"p": {"S": "a"}}}) == missing


# ListTables


def test_tables_are_listed_by_name_a_page_at_a_time(wire):
    names = sorted(wire.table("p:S", name=f"zz.list.{letter}-Table_9") for letter in "BaC")
    assert names == ["zz.list.B-Table_9", "zz.list.C-Table_9", "zz.list.a-Table_9"]
    page = wire.ok("ListTables", {"ExclusiveStartTableName": "zz.list.A", "Limit": 2})
    assert page == {"TableNames": names[:2], "LastEvaluatedTableName": names[1]}
    page = wire.ok("ListTables", {"ExclusiveStartTableName": names[1], "Limit": 100})
    assert page["TableNames"][0] == names[2]
    assert "LastEvaluatedTableName" not in page
    rest = page["TableNames"]
    assert wire.ok("ListTables", {"ExclusiveStartTableName": names[1], "Limit": len(rest)}) == {"TableNames": rest}


@pytest.mark.parametrize("limit, rule", [
    (0, "greater than or equal to 1"), (-1, "greater than or equal to 1"), (101, "less than or equal to 100")])
def test_a_page_of_tables_has_1_to_100(wire, limit, rule):
    assert wire.refused("ListTables", {"Limit": limit}) == validation(
        ONE + f"Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value {rule}")


def test_the_start_of_a_page_of_tables_is_a_name(wire):
    at = "at 'exclusiveStartTableName' failed to satisfy constraint: Member must"
    pattern = "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    assert wire.refused("ListTables", {"ExclusiveStartTableName": "a;", "Limit": 500}) == validation(
        f"3 validation errors detected: Value 'a;' {at} {pattern}; Value 'a;' {at} have length greater than or equal "
        "to 3; Value '500' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100")
    assert wire.refused("ListTables", {"ExclusiveStartTableName": "a" * 256}) == validation(
        ONE + f"Value '{'a' * 256}' {at} have length less than or equal to 255")


def test_null_is_as_if_a_parameter_was_not_there(wire):
    assert "TableNames" in wire.ok("ListTables", {"ExclusiveStartTableName": None, "Limit": None})


# The account and the endpoint


def test_limits_are_those_of_a_new_account(wire):
    assert wire.ok("DescribeLimits", {}) == {
        "AccountMaxReadCapacityUnits": 80000, "AccountMaxWriteCapacityUnits": 80000,
        "TableMaxReadCapacityUnits": 40000, "TableMaxWriteCapacityUnits": 40000}


def test_the_endpoint_is_where_the_request_came_to(wire):
    answer = wire.send("DescribeEndpoints", {}, headers={"Host": "tables.example:8123"})
    assert answer.body == {"Endpoints": [{"Address": "tables.example:8123", "CachePeriodInMinutes": 1440}]}


def test_no_table_is_backed_up(wire, table):
    assert wire.ok("DescribeContinuousBackups", {"TableName": table}) == {"ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "DISABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"}}}


def test_a_missing_table_has_another_exception_with_backups(wire):
    assert wire.refused("DescribeContinuousBackups", {"TableName": "nowhere"}) == (
        "TableNotFoundException", "Table not found: nowhere")


def test_the_arn_carries_the_region_that_the_request_is_signed_for(wire, table):
    headers = {"Authorization": AUTHORIZATION.replace("us-east-1", "eu-west-1")}
    described = wire.send("DescribeTable", {"TableName": table}, headers=headers).body["Table"]
    assert described["TableArn"] == f"arn:aws:dynamodb:eu-west-1:000000000000:table/{table}"
    assert wire.send("DescribeTable", {"TableName": described["TableArn"]}, headers=headers).status == 200
