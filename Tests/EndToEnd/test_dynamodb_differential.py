"""Random requests, the same to nestbox and to ministack: every difference between the answers is explained by a rule.

A failure prints the seed and the request; DIFFERENTIAL_SEED=SEED repeats it, DIFFERENTIAL_STEPS=N does more.
"""

import collections
import json
import os

import pytest

from aws_wire import Wire
from differential_peer import WRITES, Ours, Peer, align, outcome, tables_of
from differential_requests import Requests
from differential_rules import RULES, explain, spelled_numbers
from nestbox_process import Nestbox

SEED = int(os.environ.get("DIFFERENTIAL_SEED", 1))
STEPS = int(os.environ.get("DIFFERENTIAL_STEPS", 2500))


@pytest.fixture
def both(tmp_path):
    """A nestbox of its own, and the peer, both empty."""
    nestbox = Nestbox(tmp_path, ["--only", "aws", "--data", "memory"]).start()
    yield Ours(Wire(nestbox.aws_url)), Peer()
    assert nestbox.stop() == 0, nestbox.output


def peers_outcome(peer, operation, request):
    try:
        return outcome(peer, operation, request)
    except Exception as exception:  # The peer's own failure: it fails in this process.
        return "crash", repr(exception)


def test_answers_are_those_of_another_emulator_but_for_named_rules(both):
    ours, peer = both
    source = Requests(SEED)
    explained = collections.Counter()
    succeeded = 0
    for step in range(STEPS):
        operation, request = source.next()
        mine, theirs = outcome(ours, operation, request), peers_outcome(peer, operation, request)
        succeeded += mine[0] == "ok"
        if mine != theirs:
            rule = explain(operation, request, mine, theirs)
            assert rule, (
                f"DIFFERENTIAL_SEED={SEED}, step {step}: {operation} {json.dumps(request)}\n"
                f"nestbox: {mine}\nministack: {theirs}")
            explained[rule] += 1
        if operation in WRITES:
            touched = [table for table in source.tables if table.name in tables_of(request)]
            # An update may make an item on one side only without saying so, and a number be another key.
            if mine != theirs or operation in ("UpdateItem", "TransactWriteItems") or spelled_numbers(request):
                align(ours, peer, touched, afresh=spelled_numbers(request))
    for rule, count in explained.most_common():
        print(f"{count:6} {rule}")
    assert succeeded > STEPS / 3, "most of the requests should be good ones"
    assert sum(explained.values()) < STEPS / 3, "most of the answers should be alike"


def test_every_rule_has_a_name_of_its_own_and_a_source():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.source for rule in RULES)
