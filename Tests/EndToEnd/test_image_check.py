"""How the image's files are read by `make image-check`: the Dockerfile's instructions, compose files on top of each other."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ci"))

from image_check import compose  # noqa: E402
from image_check.dockerfile import instructions, stages  # noqa: E402


def test_continued_rows_are_one_instruction_and_comments_none():
    assert instructions("# a\nFROM x AS y\n\nRUN a \\\n# b\n    && c\nUSER d\n") == [
        ("FROM", "x AS y"), ("RUN", "a     && c"), ("USER", "d")]


def test_a_stage_takes_over_what_the_stage_that_it_begins_with_has():
    found = stages("FROM d:1 AS below\nRUN one\nENV A=1 B='2 3'\nUSER u\nCMD [\"c\"]\n"
                   "FROM below AS above\nCOPY x y\nENV A=4\nEXPOSE 80 81\nHEALTHCHECK --interval=5s CMD [\"h\", \"i\"]\nWORKDIR /w\n"
                   "STOPSIGNAL SIGINT\nENTRYPOINT e f\n")
    above = found["above"]
    assert above.base == "d:1" and above.steps == [("RUN", "one"), ("USER", "u"), ("COPY", "x y"), ("WORKDIR", "/w")]
    assert above.environment == {"A": "4", "B": "2 3"} and found["below"].environment == {"A": "1", "B": "2 3"}
    assert (above.user, above.directory, above.ports, above.stop_signal) == ("u", "/w", [80, 81], "SIGINT")
    assert above.health == ["h", "i"] and above.entrypoint == ["/bin/sh", "-c", "e f"] and above.command == []
    assert found["below"].command == ["c"]


@pytest.mark.parametrize("text", ["RUN x", "FROM a\nVOLUME /x"])
def test_what_is_not_understood_is_refused(text):
    with pytest.raises(ValueError):
        stages(text)


def test_the_image_is_not_root_s_and_has_what_an_engine_asks_for():
    stage = stages((ROOT / "docker" / "Dockerfile").read_text())["nestbox"]
    assert (stage.user, stage.stop_signal, stage.ports) == ("nestbox", "SIGTERM", [4566, 8000, 9092])
    assert stage.health[:2] == ["nestbox", "status"] and stage.environment["NESTBOX_CONTAINER"] == "true"


def test_a_compose_file_on_top_changes_what_it_names_and_services_follow_those_that_they_need():
    below = """
services:
  b:
    build: ./b
    ports: ["1:2"]
    environment: [A=1, "K=${KEY}"]
    depends_on: [a]
  a: { image: nestbox, command: [x] }
"""
    above = """
services:
  b:
    build: { context: .., target: b }
    environment: { A: 2 }
    volumes: ["./f:/g:ro"]
    depends_on: { a: { condition: service_healthy } }
"""
    a, b = compose.services([below, above], {"KEY": "k"})
    assert (a.name, a.target, a.command, a.needs) == ("a", "nestbox", ["x"], {})
    assert (b.target, b.environment, b.published, b.volumes) == ("b", {"A": "2", "K": "k"}, [(1, 2)], [("./f", "/g")])
    assert b.needs == {"a": "service_healthy"} and compose.services([below], {})[1].needs == {"a": "service_started"}
