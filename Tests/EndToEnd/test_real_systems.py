"""`--real`: the same service binaries on another DynamoDB (moto's) and another Kafka; and the guard that keeps the two worlds apart."""

import json
import os
import subprocess

import boto3
import pytest
from moto.server import ThreadedMotoServer

from nestbox_process import Nestbox, http, program, wait_until
from test_seed_flow import PRODUCT, kcat, order_body, order_status, post, stock

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "ap-northeast-2"}


@pytest.fixture
def moto():
    """A DynamoDB that is not ours, with the seed's two tables."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "dynamodb", endpoint_url=f"http://{host}:{port}", region_name=KEYS["AWS_REGION"],
        aws_access_key_id="testing", aws_secret_access_key="testing")
    keys = [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}]
    index = [{"AttributeName": "GSI1PK", "KeyType": "HASH"}, {"AttributeName": "GSI1SK", "KeyType": "RANGE"}]
    texts = [{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK", "GSI1PK", "GSI1SK")]
    client.create_table(
        TableName="orders", KeySchema=keys, AttributeDefinitions=texts, BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[{"IndexName": "GSI1", "KeySchema": index, "Projection": {"ProjectionType": "ALL"}}])
    client.create_table(
        TableName="products-table", KeySchema=keys, AttributeDefinitions=texts[:2], BillingMode="PAY_PER_REQUEST")
    client.url = f"http://{host}:{port}"
    yield client
    # Its tables belong to this process, not to the server.
    assert http("POST", client.url + "/moto-api/reset")[0] == 200
    server.stop()


@pytest.fixture
def broker(tmp_path):
    """A Kafka of its own with the seed's topics."""
    (tmp_path / "broker").mkdir()
    nestbox = Nestbox(tmp_path / "broker", ["--only", "kafka", "--data", "memory"]).start()
    yield nestbox
    assert nestbox.stop() == 0, nestbox.output


def items(client, table):
    return {item["PK"]["S"]: item for item in client.scan(TableName=table, ConsistentRead=True)["Items"]}


@pytest.mark.parametrize("real", ["aws", "aws,kafka"])
def test_the_whole_order_flow_on_another_dynamodb(tmp_path, moto, broker, real):
    environment = {**KEYS, "AWS_ENDPOINT_URL": moto.url}
    if "kafka" in real:
        environment["KAFKA_BROKERS"] = broker.kafka
    stack = Nestbox(tmp_path, ["--real", real, "--allow-loopback"], environment).start()
    try:
        assert "AWS_ENDPOINT_URL" not in stack.exports
        assert ("KAFKA_BROKERS" in stack.exports) == (real == "aws")
        kafka = stack if real == "aws" else broker
        post(f"{stack.product_url}/api/v1/products", PRODUCT)
        order = post(f"{stack.order_url}/api/v1/orders", order_body("user123", 2, "first"))
        wait_until(lambda: order_status(stack, order["order_id"]) == "CONFIRMED", 20, "a CONFIRMED order")
        assert stock(stack) == 8
        short = post(f"{stack.order_url}/api/v1/orders", order_body("user123", 20, "second"))
        wait_until(lambda: order_status(stack, short["order_id"]) == "CANCELLED", 20, "a CANCELLED order")
        assert stock(stack) == 8
        assert post(f"{stack.order_url}/api/v1/orders", order_body("user123", 2, "first")) == order
        (compensation,) = kcat(kafka, "order-compensation")
        assert json.loads(compensation["payload"])["reason"] == "stock_insufficient"

        orders = items(moto, "orders")
        assert orders[f"ORDER#{order['order_id']}"]["Status"] == {"S": "CONFIRMED"}
        assert orders[f"ORDER#{short['order_id']}"]["Status"] == {"S": "CANCELLED"}
        assert items(moto, "products-table")["PRODUCT#PROD001"]["stock"] == {"N": "8"}
        wait_until(
            lambda: not any(key.startswith("OUTBOX#") for table in ("orders", "products-table") for key in items(moto, table)),
            10, "outboxes that are empty")
        status, text = http("GET", f"{stack.order_url}/api/v1/orders?user_id=user123")
        assert status == 200 and len(json.loads(text)["orders"]) == 2
    finally:
        assert stack.stop() == 0, stack.output


def nestbox(directory, *arguments, environment=None, stack="region: eu-west-1\n"):
    """Runs nestbox with nothing of AWS and Kafka but what is given."""
    (directory / "nestbox.yaml").write_text(stack)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("NESTBOX_", "AWS_", "KAFKA_"))}
    clean["HOME"] = str(directory)
    return subprocess.run(
        [program(), *arguments], cwd=directory, env={**clean, **(environment or {})}, capture_output=True, text=True, timeout=60)


def test_a_command_with_real_systems_gets_the_shells_environment_for_them(tmp_path):
    shell = {"AWS_PROFILE": "work", "AWS_REGION": "eu-west-3", "KAFKA_BROKERS": "b-1.example.org:9092",
             "KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}
    run = nestbox(tmp_path, "exec", "--", "env", environment={**shell, "NESTBOX_REAL": "aws,kafka"})
    assert run.returncode == 0, run.stderr
    given = dict(line.split("=", 1) for line in run.stdout.splitlines() if "=" in line)
    assert {name: given[name] for name in shell} == shell
    assert not [name for name in given if "ENDPOINT" in name or "BOOTSTRAP" in name]


@pytest.mark.parametrize("arguments, environment, words", [
    (["--real", "aws"], {"AWS_ENDPOINT_URL": "http://localhost:8000"}, "allow a tunnel with --allow-loopback"),
    (["--real", "aws"], {"DYNAMODB_ENDPOINT": "http://127.0.0.1:8000"}, "DYNAMODB_ENDPOINT names 127.0.0.1"),
    (["--real", "kafka"], {"KAFKA_BROKERS": "broker:9092,[::1]:9092"}, "KAFKA_BROKERS names ::1, which is this machine"),
    (["--only", "kafka"], {"AWS_ENDPOINT_URL_DYNAMODB": "https://dynamodb.eu-west-1.amazonaws.com"}, "start with --real aws"),
    (["--real", "aws"], {"AWS_PROFILE": "tunnel"}, 'endpoint_url of the profile "tunnel" names localhost'),
])
def test_the_guard_refuses_a_command_before_it_starts(tmp_path, arguments, environment, words):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[profile tunnel]\nendpoint_url = https://localhost:8443\n")
    run = nestbox(tmp_path, "exec", *arguments, "--", "touch", "started", environment=environment)
    assert run.returncode == 125 and words in run.stderr, run.stderr
    assert not (tmp_path / "started").exists()
    allowed = nestbox(
        tmp_path, "exec", "--real", "aws,kafka", "--allow-loopback", "--", "touch", "started", environment=environment)
    assert allowed.returncode == 0 and (tmp_path / "started").exists(), allowed.stderr


@pytest.mark.parametrize("arguments, service, words", [
    ([], "environment: { AWS_ENDPOINT_URL: https://dynamodb.eu-west-1.amazonaws.com }", "which is AWS itself"),
    ([], "environment: { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: true }", "would call AWS itself"),
    (["--real", "aws"], "environment: { AWS_ENDPOINT_URL: http://localhost:8000 }", "--real names aws"),
    (["--real", "kafka"], "restart: no", "KAFKA_BROKERS does not say where it is"),
])
def test_the_guard_refuses_a_service_before_it_starts(tmp_path, arguments, service, words):
    stack = f"services:\n  web: {{ command: [touch, started], {service} }}\n"
    run = nestbox(tmp_path, "up", "--any-port", "--data", "memory", *arguments, stack=stack)
    assert run.returncode == 3 and words in run.stderr + run.stdout, run.stdout + run.stderr
    assert "service web cannot be started" in run.stderr
    assert not (tmp_path / "started").exists()
