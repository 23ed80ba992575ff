"""The crash checker itself: each kind of loss must be seen, or the crash test could not fail."""

from crash_journal import Register, check_index, check_items, check_offsets, check_records


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
