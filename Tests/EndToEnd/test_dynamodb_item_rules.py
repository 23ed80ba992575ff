"""The rules of single items, each by AWS's exact answer at the wire."""

import pytest

from aws_wire import validation


@pytest.fixture(scope="module")
def table(wire):
    return wire.table("p:S")


def test_an_unknown_operation_is_refused_without_a_message(wire):
    assert wire.refused("NoSuchOperation", {}) == ("UnknownOperationException", None)


def test_a_key_of_the_wrong_type_is_refused(wire, table):
    assert wire.refused("GetItem", {"TableName": table, "Key": {"p": {"N": "1"}}}) == validation(
        "The provided key element does not match the schema")
