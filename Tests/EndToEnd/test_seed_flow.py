"""The event-flow section of the seed's README, command by command, with the programs that it names."""

import json
import re
import subprocess
import time

import pytest

from nestbox_process import http, wait_until

PRODUCT = '{"product_id": "PROD001", "name": "MacBook Pro 14inch M3", "price": 2690000, "stock": 10}'


def order_body(user, quantity, key):
    return json.dumps({
        "user_id": user,
        "items": [{"product_id": 1, "product_name": "MacBook Pro 14inch M3", "quantity": quantity, "price": 2690000}],
        "idempotency_key": key,
    })


def curl(*arguments):
    return subprocess.run(["curl", "-sS", "--max-time", "10", *arguments], check=True, capture_output=True, text=True).stdout


def post(url, body):
    return json.loads(curl("-X", "POST", url, "-H", "Content-Type: application/json", "-d", body))


def kcat(stack, topic, *more):
    """Everything on a topic, one JSON envelope a line, as kcat prints it."""
    run = subprocess.run(
        ["kcat", "-b", stack.kafka, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J", *more],
        check=True, capture_output=True, text=True, timeout=30)
    return [json.loads(line) for line in run.stdout.splitlines()]


def aws(stack, *arguments):
    run = subprocess.run(
        ["aws", *arguments, "--region", "ap-northeast-2", "--output", "json"],
        env=stack.client_environment(), capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def stock(stack):
    return json.loads(curl(f"{stack.product_url}/api/v1/products/PROD001"))["stock"]


def order_status(stack, order_id):
    return json.loads(curl(f"{stack.order_url}/api/v1/orders/{order_id}"))["status"]


def test_an_order_moves_stock_from_10_to_8_within_2_seconds_and_is_confirmed(stack):
    created = json.loads(curl("-X", "POST", f"{stack.product_url}/api/v1/products",
                              "-H", "Content-Type: application/json", "-d", PRODUCT))
    assert created == {"product_id": "PROD001", "name": "MacBook Pro 14inch M3", "stock": 10, "price": 2690000}
    assert stock(stack) == 10

    began = time.monotonic()
    order = post(f"{stack.order_url}/api/v1/orders", order_body("user123", 2, "kafka-test-001"))
    assert order["status"] == "PENDING" and order["message"] == "Order created successfully"
    wait_until(lambda: stock(stack) == 8, 2.0, "stock of 8")
    assert time.monotonic() - began < 2.0
    wait_until(lambda: order_status(stack, order["order_id"]) == "CONFIRMED", 5.0, "a CONFIRMED order")

    (event,) = kcat(stack, "order-events")
    assert event["key"] == f"ORDER#{order['order_id']}"
    headers = dict(zip(event["headers"][::2], event["headers"][1::2]))
    assert headers == {"event_type": "order_created", "service": "order-service", "version": "v1"}
    value = json.loads(event["payload"])
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", value["event_id"])
    assert value["order_id"] == order["order_id"]
    assert value["user_id"] == "user123" and value["total_amount"] == 5380000 and value["status"] == "PENDING"
    assert [(item["product_id"], item["quantity"]) for item in value["items"]] == [(1, 2)]
    assert kcat(stack, "order-compensation") == []

    item = aws(stack, "dynamodb", "get-item", "--table-name", "products-table",
               "--key", '{"PK": {"S": "PRODUCT#PROD001"}, "SK": {"S": "METADATA"}}')["Item"]
    assert item["stock"] == {"N": "8"}
    orders = aws(stack, "dynamodb", "scan", "--table-name", "orders", "--max-items", "5")["Items"]
    assert {"S": f"ORDER#{order['order_id']}"} in [found["PK"] for found in orders]
    assert aws(stack, "dynamodb", "scan", "--table-name", "products-table", "--max-items", "5")["Items"]
    assert aws(stack, "dynamodb", "list-tables")["TableNames"] == ["orders", "products-table"]
    table = aws(stack, "dynamodb", "describe-table", "--table-name", "orders")["Table"]
    assert table["TableStatus"] == "ACTIVE"
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["GSI1"]


def test_an_order_beyond_the_stock_yields_one_compensation_and_is_cancelled(stack):
    post(f"{stack.product_url}/api/v1/products", PRODUCT)
    order = post(f"{stack.order_url}/api/v1/orders", order_body("user456", 20, "insufficient-stock-test"))
    wait_until(lambda: order_status(stack, order["order_id"]) == "CANCELLED", 5.0, "a CANCELLED order")
    (event,) = kcat(stack, "order-compensation")
    assert event["key"] == f"ORDER#{order['order_id']}"
    value = json.loads(event["payload"])
    assert value["reason"] == "stock_insufficient" and value["order_id"] == order["order_id"]
    assert stock(stack) == 10
    assert kcat(stack, "order-confirmation") == []


def test_the_same_idempotency_key_is_one_order(stack):
    post(f"{stack.product_url}/api/v1/products", PRODUCT)
    first = post(f"{stack.order_url}/api/v1/orders", order_body("user123", 2, "again"))
    second = post(f"{stack.order_url}/api/v1/orders", order_body("user123", 2, "again"))
    assert second == first
    status, text = http("POST", f"{stack.order_url}/api/v1/orders", order_body("user123", 3, "again"))
    assert (status, json.loads(text)) == (409, {"error": "Idempotency key reused with a different request"})
    wait_until(lambda: stock(stack) == 8, 3.0, "stock of 8")
    assert len(kcat(stack, "order-events")) == 1


def test_a_stop_and_a_start_keep_tables_records_offsets_and_state(stack):
    post(f"{stack.product_url}/api/v1/products", PRODUCT)
    order = post(f"{stack.order_url}/api/v1/orders", order_body("user123", 2, "before"))
    wait_until(lambda: order_status(stack, order["order_id"]) == "CONFIRMED", 5.0, "a CONFIRMED order")
    events = kcat(stack, "order-events")
    assert stack.stop() == 0, stack.output

    stack.start()
    assert stock(stack) == 8
    assert order_status(stack, order["order_id"]) == "CONFIRMED"
    assert kcat(stack, "order-events") == events
    status, text = http("POST", f"{stack.product_url}/api/v1/products", PRODUCT)
    assert (status, json.loads(text)) == (409, {"error": "Product already exists"})
    again = post(f"{stack.order_url}/api/v1/orders", order_body("user123", 3, "after"))
    wait_until(lambda: order_status(stack, again["order_id"]) == "CONFIRMED", 10.0, "the second order CONFIRMED")
    assert stock(stack) == 5


@pytest.mark.parametrize("service", ["order", "product"])
def test_health_answers_healthy(stack, service):
    url = stack.order_url if service == "order" else stack.product_url
    status, text = http("GET", f"{url}/api/v1/health")
    assert status == 200 and json.loads(text)["status"] == "healthy", text
