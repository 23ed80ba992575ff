"""kill -9 of the services in the middle of orders: nothing that was answered is lost, nothing is done twice."""

import collections
import json
import os
import pathlib
import random
import signal
import threading
import time

import pytest

from conftest import dynamodb_client
from nestbox_process import http, wait_until
from test_seed_flow import kcat

STOCK = {"PROD001": 400, "PROD002": 150}


def service_processes(nestbox, name):
    """The running processes of one of the stack's services."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (path / "comm").read_text().strip() == name[:15] and os.getsid(int(path.name)) == nestbox.process.pid:
                found.append(int(path.name))
        except OSError:
            continue
    return found


def items_of(dynamodb, table):
    items = []
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        items += page["Items"]
    return items


class Customers(threading.Thread):
    """Sends orders, each again and again with its own key until it is answered; keeps what was answered."""

    def __init__(self, stack, user, seed, stopping):
        super().__init__(daemon=True)
        self.stack, self.user, self.stopping = stack, user, stopping
        self.random = random.Random(seed)
        self.answered = {}

    def run(self):
        number = 0
        while not self.stopping.is_set():
            number += 1
            key = f"{self.user}-{number}"
            quantities = {1: self.random.randint(1, 3)}
            if self.random.random() < 0.4:
                quantities[2] = self.random.randint(1, 2)
            body = json.dumps({
                "user_id": self.user, "idempotency_key": key,
                "items": [{"product_id": p, "product_name": "p", "quantity": q, "price": 1.5} for p, q in quantities.items()],
            })
            answers = set()
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                try:
                    status, text = http("POST", f"{self.stack.order_url}/api/v1/orders", body)
                except OSError:
                    time.sleep(0.05)
                    continue
                if status == 201:
                    answers.add(json.loads(text)["order_id"])
                    # Now and then the client has not seen the answer and asks again.
                    if self.random.random() > 0.2:
                        break
                else:
                    assert status == 500, (status, text)
                    time.sleep(0.05)
            assert len(answers) == 1, f"{key} was answered with {answers}"
            self.answered[answers.pop()] = quantities


@pytest.mark.parametrize("seed", [int(seed) for seed in os.environ.get("CRASH_SEEDS", "1").split(",")])
def test_killed_services_lose_no_order_and_deduct_none_twice(stack, seed):
    for product, count in STOCK.items():
        status, _ = http("POST", f"{stack.product_url}/api/v1/products",
                         json.dumps({"product_id": product, "name": "p", "price": 1.5, "stock": count}))
        assert status == 201
    stopping = threading.Event()
    customers = [Customers(stack, f"user{index}", seed * 100 + index, stopping) for index in range(4)]
    for customer in customers:
        customer.start()
    moments = random.Random(seed)
    for _ in range(10):
        time.sleep(moments.uniform(0.2, 1.2))
        name = moments.choice(["order-service", "product-service"])
        for process in service_processes(stack, name):
            os.kill(process, signal.SIGKILL)
    stopping.set()
    for customer in customers:
        customer.join(90)
        assert not customer.is_alive()
    answered = {}
    for customer in customers:
        answered.update(customer.answered)
    assert len(answered) > 20

    dynamodb = dynamodb_client(stack)

    def unsettled():
        orders = {item["PK"]["S"]: item for item in items_of(dynamodb, "orders")}
        pending = [key for key, item in orders.items() if key.startswith("ORDER#") and item["Status"]["S"] == "PENDING"]
        waiting = [key for key in orders if key.startswith("OUTBOX#")]
        waiting += [item["PK"]["S"] for item in items_of(dynamodb, "products-table") if item["PK"]["S"].startswith("OUTBOX#")]
        return pending + waiting

    wait_until(lambda: not unsettled(), 60.0, "every order settled and every outbox empty")

    orders = {int(item["OrderID"]["N"]): item for item in items_of(dynamodb, "orders") if item["PK"]["S"].startswith("ORDER#")}
    assert set(answered) == set(orders), "orders that were answered, and orders that are there"

    left = dict(STOCK)
    for order_id, quantities in answered.items():
        if orders[order_id]["Status"]["S"] == "CONFIRMED":
            for product, quantity in quantities.items():
                left[f"PROD{product:03d}"] -= quantity
    products = items_of(dynamodb, "products-table")
    stock = {item["product_id"]["S"]: int(item["stock"]["N"]) for item in products if item["PK"]["S"].startswith("PRODUCT#")}
    assert stock == left, "stock as the confirmed orders left it"
    assert all(count >= 0 for count in stock.values())

    events = collections.defaultdict(set)
    for event in kcat(stack, "order-events"):
        events[json.loads(event["payload"])["order_id"]].add(json.loads(event["payload"])["event_id"])
    assert set(events) == set(orders), "every order was published"
    assert all(len(ids) == 1 for ids in events.values()), "however often, with one event id"
    outcomes = collections.defaultdict(set)
    for topic in ("order-confirmation", "order-compensation"):
        for event in kcat(stack, topic):
            value = json.loads(event["payload"])
            outcomes[value["order_id"]].add((topic, value["event_id"]))
    assert set(outcomes) == set(orders)
    assert all(len(ids) == 1 for ids in outcomes.values()), "one outcome for each order"
    for order_id, ids in outcomes.items():
        topic = next(iter(ids))[0]
        expected = "CONFIRMED" if topic == "order-confirmation" else "CANCELLED"
        assert orders[order_id]["Status"]["S"] == expected
