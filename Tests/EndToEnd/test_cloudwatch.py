"""CloudWatch's metrics of DynamoDB: the README's command, boto3 in three protocols, sums against what the requests said, restarts."""

import datetime
import json
import shutil
import sqlite3
import subprocess
import uuid

import boto3
import botocore.config
import botocore.exceptions
import botocore.model
import pytest

from nestbox_process import wait_until

REGION = "ap-northeast-2"


def client(nestbox, service, key="local", secret="local"):
    return boto3.client(
        service, endpoint_url=nestbox.aws_url, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret,
        config=botocore.config.Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=20))


@pytest.fixture(params=["json", "smithy-rpc-v2-cbor", "query"])
def cloudwatch(request, emulators, monkeypatch):
    """A client that speaks one of the protocols, as clients of different ages do."""
    with monkeypatch.context() as patch:
        patch.setattr(botocore.model, "PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", (request.param,))
        made = client(emulators, "cloudwatch")
    assert made.meta.service_model.resolved_protocol == request.param
    return made


def span():
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"StartTime": now - datetime.timedelta(hours=1), "EndTime": now + datetime.timedelta(hours=1)}


def total(cloudwatch, metric, statistic="Sum", **dimensions):
    """The statistic's values over the last hour and the next, one of a period; their sum."""
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/DynamoDB", MetricName=metric, Period=7200, Statistics=[statistic], **span(),
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()])["Datapoints"]
    return sum(point[statistic] for point in points)


def make_table(dynamodb):
    name = "t-" + uuid.uuid4().hex[:12]
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in "pg"],
        GlobalSecondaryIndexes=[{
            "IndexName": "byG", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"}}])
    return name


class Work:
    """Requests of every kind on a table, and what their answers say that they consumed."""

    def __init__(self, dynamodb, table):
        self.table = table
        self.read = self.written = self.index_read = self.index_written = 0.0
        for size in (10, 5000, 20000):
            item = {"p": {"S": str(size)}, "g": {"S": "g"}, "v": {"S": "x" * size}}
            self.add(dynamodb.put_item(TableName=table, Item=item, ReturnConsumedCapacity="INDEXES"), False)
            self.add(dynamodb.get_item(TableName=table, Key={"p": item["p"]}, ReturnConsumedCapacity="INDEXES"), True)
        self.add(dynamodb.scan(TableName=table, ReturnConsumedCapacity="INDEXES", ConsistentRead=True), True)
        self.add(dynamodb.query(
            TableName=table, IndexName="byG", KeyConditionExpression="g = :g", ReturnConsumedCapacity="INDEXES",
            ExpressionAttributeValues={":g": {"S": "g"}}), True)
        self.add(dynamodb.update_item(
            TableName=table, Key={"p": {"S": "10"}}, UpdateExpression="SET v = :v", ReturnConsumedCapacity="INDEXES",
            ExpressionAttributeValues={":v": {"S": "new"}}), False)
        self.add(dynamodb.batch_write_item(
            RequestItems={table: [{"DeleteRequest": {"Key": {"p": {"S": "20000"}}}}]}, ReturnConsumedCapacity="INDEXES"), False)
        self.add(dynamodb.transact_write_items(
            TransactItems=[{"Delete": {"TableName": table, "Key": {"p": {"S": "10"}}}}], ReturnConsumedCapacity="INDEXES"), False)

    def add(self, answer, is_read):
        consumed = answer["ConsumedCapacity"]
        for capacity in consumed if isinstance(consumed, list) else [consumed]:
            table = capacity.get("Table", {}).get("CapacityUnits", 0)
            index = capacity.get("GlobalSecondaryIndexes", {}).get("byG", {}).get("CapacityUnits", 0)
            if is_read:
                self.read, self.index_read = self.read + table, self.index_read + index
            else:
                self.written, self.index_written = self.written + table, self.index_written + index

    def check(self, cloudwatch):
        assert self.read > 0 and self.written > 0 and self.index_read > 0 and self.index_written > 0
        index = {"TableName": self.table, "GlobalSecondaryIndexName": "byG"}
        assert total(cloudwatch, "ConsumedReadCapacityUnits", TableName=self.table) == self.read
        assert total(cloudwatch, "ConsumedWriteCapacityUnits", TableName=self.table) == self.written
        assert total(cloudwatch, "ConsumedReadCapacityUnits", **index) == self.index_read
        assert total(cloudwatch, "ConsumedWriteCapacityUnits", **index) == self.index_written


def test_the_sums_are_what_the_requests_consumed(dynamodb, cloudwatch):
    work = Work(dynamodb, make_table(dynamodb))
    work.check(cloudwatch)
    table = work.table
    assert total(cloudwatch, "SuccessfulRequestLatency", "SampleCount", TableName=table, Operation="PutItem") == 3
    average = total(cloudwatch, "SuccessfulRequestLatency", "Average", TableName=table, Operation="PutItem")
    assert 0 < average < 1000
    assert total(cloudwatch, "ReturnedItemCount", TableName=table, Operation="Scan") == 3
    assert total(cloudwatch, "ThrottledRequests", TableName=table, Operation="Scan") == 0
    errors = total(cloudwatch, "UserErrors")
    with pytest.raises(botocore.exceptions.ClientError):
        dynamodb.put_item(TableName=table, Item={"p": {"S": "new"}}, ConditionExpression="attribute_exists(p)")
    assert total(cloudwatch, "ConditionalCheckFailedRequests", TableName=table) == 1
    with pytest.raises(botocore.exceptions.ClientError):
        dynamodb.get_item(TableName="none-such", Key={"p": {"S": "a"}})
    assert total(cloudwatch, "UserErrors") == errors + 1


def test_get_metric_data_and_list_metrics(dynamodb, cloudwatch):
    table = make_table(dynamodb)
    for number in range(3):
        dynamodb.put_item(TableName=table, Item={"p": {"S": str(number)}})
    metric = {"Namespace": "AWS/DynamoDB", "MetricName": "ConsumedWriteCapacityUnits",
              "Dimensions": [{"Name": "TableName", "Value": table}]}
    queries = [{"Id": stat.lower(), "MetricStat": {"Metric": metric, "Period": 7200, "Stat": stat}}
               for stat in ("Sum", "SampleCount", "Maximum")]
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, ScanBy="TimestampAscending", PaginationConfig={"PageSize": 1}, **span())
    results = pages.build_full_result()["MetricDataResults"]
    values = {result["Id"]: sum(result["Values"]) for result in results}
    assert values == {"sum": 3, "samplecount": 3, "maximum": 1}
    assert {result["Label"] for result in results} == {
        "ConsumedWriteCapacityUnits " + stat for stat in ("Sum", "SampleCount", "Maximum")}
    assert all(isinstance(result["Timestamps"][0], datetime.datetime) for result in results)
    listed = cloudwatch.get_paginator("list_metrics").paginate(
        Namespace="AWS/DynamoDB", Dimensions=[{"Name": "TableName", "Value": table}]).build_full_result()["Metrics"]
    assert metric in listed
    assert {m["MetricName"] for m in listed} == {"ConsumedWriteCapacityUnits", "SuccessfulRequestLatency"}


def test_errors_have_the_same_codes_in_every_protocol(cloudwatch):
    def code(call, **parameters):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            call(**parameters)
        return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]

    metric = {"Namespace": "AWS/DynamoDB", "MetricName": "UserErrors"}
    assert code(cloudwatch.get_metric_statistics, **metric, **span(), Period=61, Statistics=["Sum"]) == (
        "InvalidParameterValue", "The parameter Period must be a multiple of 60.")
    assert code(cloudwatch.get_metric_statistics, **metric, **span(), Period=60) == (
        "InvalidParameterCombination", "Must specify either Statistics or ExtendedStatistics")
    assert code(cloudwatch.get_metric_data, MetricDataQueries=[{"Id": "e", "Expression": "1"}], **span()) == (
        "ValidationError", "Error in expression 'e': metric math is not supported.\n")
    assert code(cloudwatch.get_metric_data, MetricDataQueries=[], NextToken="x", **span())[0] == "InvalidNextToken"


def test_the_readme_s_command(emulators):
    # As the README types it, and once more for the hour in which the tables were made.
    command = ["aws", "cloudwatch", "get-metric-statistics", "--namespace", "AWS/DynamoDB", "--metric-name",
               "ConsumedReadCapacityUnits", "--dimensions", "Name=TableName,Value=orders", "--start-time",
               "2025-08-12T00:00:00Z", "--end-time", "2025-08-12T23:59:59Z", "--period", "3600", "--statistics", "Sum"]
    ran = subprocess.run(command, env=emulators.client_environment(), capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"Label": "ConsumedReadCapacityUnits", "Datapoints": []}


def test_a_clean_stop_keeps_every_sample_and_a_kill_those_that_were_stored(tmp_path, start):
    nestbox = start("--only", "aws")
    dynamodb = client(nestbox, "dynamodb")
    work = Work(dynamodb, make_table(dynamodb))
    work.check(client(nestbox, "cloudwatch"))
    assert nestbox.stop() == 0, nestbox.output
    nestbox = start("--only", "aws")
    work.check(client(nestbox, "cloudwatch"))
    client(nestbox, "dynamodb").scan(TableName=work.table)
    wait_until(lambda: stored(tmp_path, "Scan", work.table) == 2, 20, "the samples are stored by themselves")
    nestbox.kill()
    nestbox = start("--only", "aws")
    count = total(client(nestbox, "cloudwatch"), "SuccessfulRequestLatency", "SampleCount",
                  TableName=work.table, Operation="Scan")
    assert count == 2
    assert nestbox.stop() == 0, nestbox.output


def stored(directory, operation, table):
    """How many requests of an operation the files say; from a copy, as the program has the database for itself."""
    [database] = [path for path in directory.rglob("tables.sqlite") if path.parent.name != "copy"]
    copy = directory / "copy"
    copy.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(str(database) + suffix, copy / ("tables.sqlite" + suffix))
    connection = sqlite3.connect(copy / "tables.sqlite")
    [(count,)] = connection.execute(
        "SELECT sum(samples) FROM samples JOIN metrics ON id = metric WHERE name = 'SuccessfulRequestLatency' "
        "AND operation = ? AND table_name = ?", (operation, table))
    connection.close()
    shutil.rmtree(copy)
    return count


def test_databases_of_their_own_have_metrics_of_their_own(start):
    nestbox = start("--only", "aws", "--data", "memory", "--isolation", "credentials")
    mine = client(nestbox, "dynamodb", "mine")
    table = make_table(mine)
    mine.put_item(TableName=table, Item={"p": {"S": "a"}})
    assert total(client(nestbox, "cloudwatch", "mine"), "ConsumedWriteCapacityUnits", TableName=table) == 1
    assert total(client(nestbox, "cloudwatch", "other"), "ConsumedWriteCapacityUnits", TableName=table) == 0
    assert client(nestbox, "cloudwatch", "other").list_metrics()["Metrics"] == []
    assert nestbox.stop() == 0, nestbox.output
