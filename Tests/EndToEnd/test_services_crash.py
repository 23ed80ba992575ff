"""kill -9 of the services in the middle of orders: nothing that was answered is lost, nothing is done twice."""

import os
import random
import signal
import time

import pytest

from conftest import dynamodb_client
from crash_orders import check_stack, service_processes, start_customers, stock_up, unsettled
from nestbox_process import wait_until

STOCK = {"PROD001": 400, "PROD002": 150}


@pytest.mark.parametrize("seed", [int(seed) for seed in os.environ.get("CRASH_SEEDS", "1").split(",")])
def test_killed_services_lose_no_order_and_deduct_none_twice(stack, seed):
    stock_up(stack, STOCK)
    _, finish = start_customers(stack, 4, seed)
    moments = random.Random(seed)
    for _ in range(10):
        time.sleep(moments.uniform(0.2, 1.2))
        name = moments.choice(["order-service", "product-service"])
        for process in service_processes(stack, name):
            os.kill(process, signal.SIGKILL)
    answered = finish()
    assert len(answered) > 20
    dynamodb = dynamodb_client(stack)
    wait_until(lambda: not unsettled(dynamodb), 60.0, "every order settled and every outbox empty")
    assert check_stack(stack, dynamodb, STOCK, answered) == []
