"""Customers of the order service that go on whatever is killed, and a checker of what has become of their orders."""

import collections
import http.client
import json
import os
import pathlib
import random
import threading
import time

from nestbox_process import http as request
from test_seed_flow import kcat


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


class Customer(threading.Thread):
    """Sends orders, each again and again with its own key until it is answered; keeps what was answered."""

    def __init__(self, stack, user, seed, stopping, pause=0.0):
        super().__init__(daemon=True)
        self.pause = pause
        self.orders_url, self.user, self.stopping = f"{stack.order_url}/api/v1/orders", user, stopping
        self.random = random.Random(seed)
        self.answered = {}
        self.failure = None
        self.is_waiting = False

    def run(self):
        try:
            number = 0
            while not self.stopping.is_set():
                number += 1
                self.order(f"{self.user}-{number}")
                time.sleep(self.random.uniform(0, self.pause))
        except Exception as failure:  # noqa: BLE001 - told by whoever joins this thread
            self.failure = failure

    def order(self, key):
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
            self.is_waiting = True
            try:
                status, text = request("POST", self.orders_url, body)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            finally:
                self.is_waiting = False
            if status == 201:
                answers.add(json.loads(text)["order_id"])
                # Now and then the client has not seen the answer and asks again.
                if self.random.random() > 0.2:
                    break
            else:
                assert status in (500, 503), (status, text)
                time.sleep(0.05)
        assert len(answers) == 1, f"{key} was answered with {answers}"
        self.answered[answers.pop()] = quantities


def stock_up(stack, stock):
    for product, count in stock.items():
        status, text = request("POST", f"{stack.product_url}/api/v1/products",
                               json.dumps({"product_id": product, "name": "p", "price": 1.5, "stock": count}))
        assert status == 201, text


def start_customers(stack, count, seed, pause=0.0):
    """Customers at work, and how to end them: `finish()` gives what all of them were answered. `pause`: at most between two orders of one, in
    seconds."""
    stopping = threading.Event()
    customers = [Customer(stack, f"user{index}", seed * 100 + index, stopping, pause) for index in range(count)]
    for customer in customers:
        customer.start()

    def finish():
        stopping.set()
        answered = {}
        for customer in customers:
            customer.join(90)
            assert not customer.is_alive(), "a customer hangs"
            assert customer.failure is None, repr(customer.failure)
            answered.update(customer.answered)
        return answered

    return customers, finish


def unsettled(dynamodb):
    """Orders that wait for their outcome, and events that wait to be published."""
    orders = items_of(dynamodb, "orders")
    waiting = [item["PK"]["S"] for item in orders
               if item["PK"]["S"].startswith("ORDER#") and item["Status"]["S"] == "PENDING"]
    return waiting + [item["PK"]["S"] for item in orders + items_of(dynamodb, "products-table")
                      if item["PK"]["S"].startswith("OUTBOX#")]


def published(stack, topic):
    """The ids of the events of each order on a topic."""
    events = collections.defaultdict(set)
    for event in kcat(stack, topic):
        value = json.loads(event["payload"])
        events[value["order_id"]].add(value["event_id"])
    return dict(events)


def check_stack(stack, dynamodb, stock, answered):
    """Complaints about all that a settled stack has, against what its customers were told."""
    items = [item for item in items_of(dynamodb, "orders") if item["PK"]["S"].startswith("ORDER#")]
    index = {}
    for page in dynamodb.get_paginator("scan").paginate(TableName="orders", IndexName="GSI1"):
        index.update({item["PK"]["S"]: item for item in page["Items"]})
    left = {item["product_id"]["S"]: int(item["stock"]["N"])
            for item in items_of(dynamodb, "products-table") if item["PK"]["S"].startswith("PRODUCT#")}
    complaints = check_orders(
        answered, stock, {int(item["OrderID"]["N"]): item["Status"]["S"] for item in items}, left,
        *(published(stack, topic) for topic in ("order-events", "order-confirmation", "order-compensation")))
    for item in items:
        if "GSI1PK" in item and item != index.get(item["PK"]["S"]):
            complaints.append(f"order {item['PK']['S']} is not in GSI1 as it is in its table")
    return complaints


def check_orders(answered, stock, statuses, left, events, confirmations, compensations):
    """Complaints about orders. `answered`: quantities by product number, by order; `stock` and `left`: counts by product; `statuses` by
    order; `events`, `confirmations`, `compensations`: sets of event ids by order."""
    complaints = [f"order {order} was answered and is not there" for order in sorted(set(answered) - set(statuses))]
    complaints += [f"order {order} is there and nobody was told" for order in sorted(set(statuses) - set(answered))]
    expected = dict(stock)
    for order, status in sorted(statuses.items()):
        if status not in ("CONFIRMED", "CANCELLED"):
            complaints.append(f"order {order} ends as {status}")
        if status == "CONFIRMED":
            for product, quantity in answered.get(order, {}).items():
                expected[f"PROD{product:03d}"] -= quantity
        outcomes = {"CONFIRMED": confirmations, "CANCELLED": compensations}
        for kind, found in [("created", events), ("outcome", outcomes.get(status, {}))]:
            ids = found.get(order, set())
            if len(ids) != 1:
                complaints.append(f"order {order}, {status}, has {len(ids)} different events of kind {kind}")
        for other, found in outcomes.items():
            if other != status and order in found:
                complaints.append(f"order {order} is {status} and was told to be {other}")
    for found in (events, confirmations, compensations):
        complaints += [f"there is an event of order {order}, which is not there" for order in sorted(set(found) - set(statuses))]
    for product in sorted(set(expected) | set(left)):
        if left.get(product) != expected.get(product):
            complaints.append(f"{product}: {left.get(product)} are left, {expected.get(product)} with what was confirmed")
        elif left[product] < 0:
            complaints.append(f"{product}: {left[product]} are left")
    return complaints
