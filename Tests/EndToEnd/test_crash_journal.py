"""The crash checker itself: each kind of loss must be seen, or the crash test could not fail."""

import pytest

from crash_journal import Register, check_index, check_items, check_offsets, check_reads, check_records
from crash_orders import check_orders


def register(acknowledged, *in_doubt):
    made = Register()
    made.acknowledge(acknowledged)
    for value in in_doubt:
        made.attempt(value)
    return made


def test_an_acknowledged_item_must_be_there():
    assert check_items({"a": register(1)}, {"a": 1}) == []
    assert check_items({"a": register(1)}, {}) != []
    assert check_items({"a": register(2)}, {"a": 1}) != []


def test_an_unanswered_write_may_have_happened_or_not():
    assert check_items({"a": register(1, 2)}, {"a": 1}) == []
    assert check_items({"a": register(1, 2)}, {"a": 2}) == []
    assert check_items({"a": register(1, 2)}, {"a": 3}) != []


def test_an_item_that_nobody_wrote_is_seen():
    assert check_items({}, {"a": 1}) != []


def test_an_index_must_be_exactly_its_table():
    index_of = lambda item: item
    assert check_index({"a": 1, "b": None}, index_of, {"a": 1}) == []
    assert check_index({"a": 1}, index_of, {}) != []
    assert check_index({"a": 1}, index_of, {"a": 2}) != []
    assert check_index({"a": None}, index_of, {"a": 1}) != []


def test_an_acknowledged_record_must_stand_at_its_offset_once():
    assert check_records({(0, 0): "x"}, {"x"}, {(0, 0): "x"}) == []
    assert check_records({(0, 0): "x"}, {"x"}, {}) != []
    assert check_records({(0, 0): "x"}, {"x", "y"}, {(0, 0): "y", (0, 1): "x"}) != []
    assert check_records({}, {"x"}, {(0, 0): "x", (0, 1): "x"}) != []
    assert check_records({}, {"x"}, {(0, 0): "y"}) != []
    assert check_records({}, {"x", "y"}, {(0, 0): "x", (0, 2): "y"}) != []


def test_a_committed_offset_must_not_go_back():
    assert check_offsets({0: register(5)}, {0: 5}) == []
    assert check_offsets({0: register(5, 7)}, {0: 7}) == []
    assert check_offsets({0: register(5)}, {0: 4}) != []
    assert check_offsets({0: register(5)}, {}) != []


def test_a_read_must_be_of_the_record_that_is_there_and_none_is_committed_unread():
    assert check_reads({(0, 0): "x"}, {(0, 0): "x", (0, 1): "y"}, {0: 1}) == []
    assert check_reads({(0, 0): "x"}, {(0, 0): "y"}, {0: 1}) != []
    assert check_reads({(0, 0): "x"}, {(0, 0): "x", (0, 1): "y"}, {0: 2}) != []


def orders(**change):
    """Two orders, one confirmed and one cancelled, as they have to be; with a change."""
    good = {
        "answered": {1: {1: 3}, 2: {1: 9}}, "stock": {"PROD001": 10}, "statuses": {1: "CONFIRMED", 2: "CANCELLED"},
        "left": {"PROD001": 7}, "events": {1: {"a"}, 2: {"b"}}, "confirmations": {1: {"c"}}, "compensations": {2: {"d"}}}
    return check_orders(**good | change)


def test_orders_as_they_have_to_be_raise_no_complaint():
    assert orders() == []


@pytest.mark.parametrize("change", [
    {"answered": {1: {1: 3}, 2: {1: 9}, 3: {1: 1}}}, {"answered": {1: {1: 3}}}, {"left": {"PROD001": 10}},
    {"left": {"PROD001": 4}}, {"left": {"PROD001": -2}}, {"statuses": {1: "PENDING", 2: "CANCELLED"}},
    {"statuses": {1: "CANCELLED", 2: "CANCELLED"}}, {"events": {1: {"a"}}}, {"events": {1: {"a", "x"}, 2: {"b"}}},
    {"confirmations": {}}, {"confirmations": {1: {"c"}, 2: {"e"}}}, {"compensations": {2: {"d", "x"}}},
    {"events": {1: {"a"}, 2: {"b"}, 3: {"x"}}},
], ids=[
    "a lost order", "an order of nobody", "a lost deduction", "a deduction twice", "more than there was", "an open end", "the wrong end",
    "a lost event", "two events", "no confirmation", "a confirmation of a cancelled order", "two compensations", "an event of no order"])
def test_each_way_an_order_can_go_wrong_is_seen(change):
    assert orders(**change) != []
