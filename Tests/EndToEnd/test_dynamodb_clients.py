"""DynamoDB by boto3 and aws-cli, as an application and a person use it."""

import json
import os
import subprocess
import uuid
from decimal import Decimal

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

ORDERS = dict(
    AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK", "GSI1PK", "GSI1SK")],
    KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
    GlobalSecondaryIndexes=[{
        "IndexName": "GSI1",
        "KeySchema": [{"AttributeName": "GSI1PK", "KeyType": "HASH"}, {"AttributeName": "GSI1SK", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "ALL"}}],
    BillingMode="PAY_PER_REQUEST")


@pytest.fixture
def table(dynamodb):
    name = f"orders-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(TableName=name, **ORDERS)
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 5})
    yield name
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 5})


@pytest.fixture
def resource(emulators, table):
    return boto3.resource(
        "dynamodb", endpoint_url=emulators.aws_url, region_name="ap-northeast-2",
        aws_access_key_id="local", aws_secret_access_key="local").Table(table)


def test_an_item_comes_back_as_it_was_put(resource):
    item = {
        "PK": "a", "SK": "1", "n": Decimal("12345678901234567890123456789012345678"), "small": Decimal("1E-130"),
        "b": b"\x00\xff", "list": [1, "two", None, True, {"deep": [Decimal("1.5")]}],
        "ss": {"x", "y"}, "ns": {Decimal(1), Decimal("2.5")}, "bs": {b"1", b"2"}, "empty": "", "name": "주문 \U0001f6d2",
    }
    resource.put_item(Item=item)
    got = resource.get_item(Key={"PK": "a", "SK": "1"})["Item"]
    got["b"], got["bs"] = got["b"].value, {binary.value for binary in got["bs"]}
    assert got == item


def test_a_query_pages_in_order_of_the_sort_key_and_backwards(resource):
    for i in range(25):
        resource.put_item(Item={"PK": "p", "SK": f"{i:03}"})
    seen, start = [], {}
    while True:
        page = resource.query(KeyConditionExpression=Key("PK").eq("p") & Key("SK").gte("005"), Limit=7, **start)
        seen += [item["SK"] for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert seen == [f"{i:03}" for i in range(5, 25)]
    backwards = resource.query(KeyConditionExpression=Key("PK").eq("p"), ScanIndexForward=False, Limit=2)
    assert [item["SK"] for item in backwards["Items"]] == ["024", "023"]


def test_an_index_follows_its_table(resource):
    resource.put_item(Item={"PK": "o1", "SK": "M", "GSI1PK": "u", "GSI1SK": "1"})
    resource.put_item(Item={"PK": "o2", "SK": "M", "GSI1PK": "u", "GSI1SK": "2"})
    resource.put_item(Item={"PK": "o3", "SK": "M"})
    query = lambda: [i["PK"] for i in resource.query(
        IndexName="GSI1", KeyConditionExpression=Key("GSI1PK").eq("u"), ScanIndexForward=False)["Items"]]
    assert query() == ["o2", "o1"]
    resource.update_item(Key={"PK": "o1", "SK": "M"}, UpdateExpression="SET GSI1SK = :v", ExpressionAttributeValues={":v": "3"})
    assert query() == ["o1", "o2"]
    resource.delete_item(Key={"PK": "o2", "SK": "M"})
    assert query() == ["o1"]
    resource.update_item(Key={"PK": "o1", "SK": "M"}, UpdateExpression="REMOVE GSI1PK")
    assert query() == []


def test_a_conditional_update_counts_down_and_then_refuses(resource):
    resource.put_item(Item={"PK": "p", "SK": "M", "stock": 3})
    deduct = dict(
        Key={"PK": "p", "SK": "M"}, UpdateExpression="SET stock = stock - :q",
        ConditionExpression=Attr("stock").gte(2), ExpressionAttributeValues={":q": 2}, ReturnValues="ALL_NEW")
    assert resource.update_item(**deduct)["Attributes"]["stock"] == 1
    with pytest.raises(ClientError) as refused:
        resource.update_item(**deduct)
    assert refused.value.response["Error"] == {
        "Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_transaction_is_all_or_nothing_and_says_why(dynamodb, table):
    key = lambda pk: {"PK": {"S": pk}, "SK": {"S": "M"}}
    dynamodb.put_item(TableName=table, Item=key("exists"))
    writes = [
        {"Put": {"TableName": table, "Item": key("new")}},
        {"Put": {"TableName": table, "Item": key("exists"), "ConditionExpression": "attribute_not_exists(PK)"}}]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as cancelled:
        dynamodb.transact_write_items(TransactItems=writes)
    assert [r["Code"] for r in cancelled.value.response["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    assert "Item" not in dynamodb.get_item(TableName=table, Key=key("new"))
    dynamodb.transact_write_items(TransactItems=writes[:1], ClientRequestToken="token-1")
    dynamodb.transact_write_items(TransactItems=writes[:1], ClientRequestToken="token-1")
    with pytest.raises(dynamodb.exceptions.IdempotentParameterMismatchException):
        dynamodb.transact_write_items(
            TransactItems=[{"Put": {"TableName": table, "Item": key("other")}}], ClientRequestToken="token-1")


def test_a_scan_filters_and_projects(resource):
    for i in range(20):
        resource.put_item(Item={"PK": f"k{i}", "SK": "M", "n": i, "m": {"x": i, "y": 1}})
    page = resource.scan(FilterExpression=Attr("n").between(5, 7), ProjectionExpression="m.x")
    assert sorted(item["m"]["x"] for item in page["Items"]) == [5, 6, 7]
    assert page["ScannedCount"] == 20 and page["Count"] == 3


def test_an_unknown_table_is_resource_not_found(dynamodb):
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException) as missing:
        dynamodb.get_item(TableName="nowhere", Key={"PK": {"S": "a"}})
    assert missing.value.response["Error"]["Message"] == "Requested resource not found"


def test_the_seeds_create_table_commands_work_as_written(emulators):
    """With other names, because the stack has made the seed's own."""
    environment = {**os.environ, **emulators.client_environment()}

    def aws(*arguments):
        run = subprocess.run(["aws", "dynamodb", *arguments, "--region", "ap-northeast-2"],
                             env=environment, capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout) if run.stdout.strip() else None

    created = aws(
        "create-table", "--table-name", "orders-cli",
        "--attribute-definitions", "AttributeName=PK,AttributeType=S", "AttributeName=SK,AttributeType=S",
        "AttributeName=GSI1PK,AttributeType=S", "AttributeName=GSI1SK,AttributeType=S",
        "--key-schema", "AttributeName=PK,KeyType=HASH", "AttributeName=SK,KeyType=RANGE",
        "--global-secondary-indexes",
        "IndexName=GSI1,KeySchema=[{AttributeName=GSI1PK,KeyType=HASH},{AttributeName=GSI1SK,KeyType=RANGE}],"
        "Projection={ProjectionType=ALL}",
        "--billing-mode", "PAY_PER_REQUEST")["TableDescription"]
    assert created["TableName"] == "orders-cli"
    aws("wait", "table-exists", "--table-name", "orders-cli")
    assert "orders-cli" in aws("list-tables")["TableNames"]
    assert aws("scan", "--table-name", "orders-cli", "--max-items", "5")["Items"] == []
    assert aws("delete-table", "--table-name", "orders-cli")["TableDescription"]["TableName"] == "orders-cli"
