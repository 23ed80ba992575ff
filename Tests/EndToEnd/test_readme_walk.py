"""The walk along the seed's README: how its lines are found, and that each has an answer. The walk itself is `make readme-walk`."""

import os
import pathlib
import signal
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ci"))

from readme_walk import table  # noqa: E402
from readme_walk.answers import Run, group, offsets  # noqa: E402
from readme_walk.readme import blocks, lines  # noqa: E402
from readme_walk.shell import Endless, typed  # noqa: E402

README = (ROOT / "Tests" / "EndToEnd" / "seed" / "README.ko.md").read_text()


def commands(text):
    return [(line.number, line.text) for line in lines(text.split("\n"), 1)]


def test_a_command_goes_on_after_a_backslash_and_inside_quotes():
    assert commands("a \\\n  --b 'c\n# d' \\\n  e\nf") == [(1, "a \\\n  --b 'c\n# d' \\\n  e"), (5, "f")]


def test_comments_and_empty_rows_are_no_commands():
    assert commands("# one\n\na  # it's two\n  # three\nb") == [(3, "a  # it's two"), (5, "b")]


def test_a_command_without_an_end_is_refused():
    with pytest.raises(ValueError, match="row 1 has no end"):
        commands("a 'b")


def test_only_shell_blocks_count_and_some_are_files():
    found = blocks("## A\n```json\n{}\n```\n**x/.env:**\n```bash\nP=1\n```\n### B\n```bash\n# .env.dev\nQ=2\n```\ntext\n```bash\nc\n```\n")
    assert [(b.chapter, b.heading, b.file, [line.text for line in b.lines]) for b in found] == [
        ("A", "A", "x/.env", ["P=1"]), ("A", "B", ".env.dev", ["Q=2"]), ("A", "B", None, ["c"])]


def test_every_line_of_the_readme_has_an_answer_or_a_reason_not_to_run():
    steps = table.matched(blocks(README))
    assert len(steps) == len(table.TABLE) == 75
    not_run = {" ".join(line.text.split()[:3]) for _, line, row in steps if isinstance(row, table.NotRun)}
    assert not_run == {
        "go version #", "docker --version #", "aws --version #", "git clone https://github.com/cloud-wave-best-zizon/order-service.git",
        "git clone https://github.com/cloud-wave-best-zizon/product-service.git", "aws configure", "docker compose up", "sleep 90",
        "go mod download", "make run", "docker compose ps", "docker compose restart", "docker compose down"}
    assert all(row.check or row.endless for row in table.TABLE if isinstance(row, table.Row))


@pytest.mark.parametrize("change", [
    lambda text: text.replace("sleep 90", "sleep 90\nkafka-topics --describe"),
    lambda text: text.replace("docker compose ps", ""),
    lambda text: text.replace("lsof -i :8080", "lsof -i :8082"),
    lambda text: text + "\n```bash\necho more\n```\n",
])
def test_a_readme_that_differs_from_the_table_is_refused(change):
    with pytest.raises(ValueError, match="neither an answer|stands for no line"):
        table.matched(blocks(change(README)))


def test_a_command_inside_the_broker_s_container_is_typed_beside_the_broker():
    assert typed("docker compose exec kafka kafka-topics --list") == "kafka-topics --list"
    assert typed("docker compose ps") == "docker compose ps"


def test_offsets_are_right_when_each_partition_answers_and_the_sum_is():
    check = offsets("t", 2, 3)
    assert check(Run("t:0:1\nt:1:2\n", "", 0)) is None
    for wrong in ("t:0:3\n", "t:0:1\nt:1:1\n", ""):
        assert check(Run(wrong, "", 0))
    assert check(Run("t:0:1\nt:1:2\n", "", 1))


def test_a_group_is_right_when_a_member_has_read_each_partition_to_its_end():
    table_text = ("\nGROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST CLIENT-ID\n"
                  "g t 0 2 2 0 m /127.0.0.1 c\ng t 1 - 0 - m /127.0.0.1 c\n")
    check = group("g", "t", 2, 2)
    assert check(Run(table_text, "", 0)) is None
    for old, new in (("2 2 0", "1 2 1"), ("g t 1", "g t 2"), ("0 m /127", "0 - -"), ("2 2 0", "3 3 0"), ("LAG", "LUG")):
        assert check(Run(table_text.replace(old, new, 1), "", 0)), (old, new)


def test_ctrl_c_ends_a_line_that_never_ends_also_when_the_walk_itself_ignores_it(tmp_path):
    (tmp_path / "log").write_text("one\nkafka\n")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        endless = Endless("tail -f log | grep kafka", str(tmp_path), dict(os.environ))
        assert endless.has_printed("^kafka", 20) and "one" not in endless.output
        assert endless.interrupt(20)
    finally:
        signal.signal(signal.SIGINT, before)
