"""A compose file as values: what docker/docker-compose*.yml say, files on top of each other. Pure."""

import dataclasses
import re
from collections.abc import Mapping

import yaml


@dataclasses.dataclass
class Service:
    """One service of a compose file."""

    name: str
    target: str  # the stage of the Dockerfile
    environment: dict[str, str]
    published: list[tuple[int, int]]
    volumes: list[tuple[str, str]]
    command: list[str] | None
    needs: dict[str, str]  # what must be there before it, and how far: service_started or service_healthy


def services(texts: list[str], variables: Mapping[str, str]) -> list[Service]:
    """The services of files that lie on top of each other, each after those that it needs."""
    merged: dict[str, dict] = {}
    for text in texts:
        text = re.sub(r"\$\{(\w+)\}", lambda match: variables.get(match[1], ""), text)
        for name, given in yaml.safe_load(text)["services"].items():
            merged[name] = _merged(merged.get(name, {}), _plain(given))
    found, waiting = [], list(merged)
    while waiting:
        name = next(n for n in waiting if all(needed not in waiting for needed in merged[n]["depends_on"]))
        waiting.remove(name)
        found.append(_service(name, merged[name]))
    return found


def _plain(given):
    """The short forms as the long ones."""
    environment = given.get("environment", {})
    if isinstance(environment, list):
        environment = dict(pair.split("=", 1) for pair in environment)
    needs = given.get("depends_on", {})
    if isinstance(needs, list):
        needs = {name: {"condition": "service_started"} for name in needs}
    build = given.get("build", {})
    plain = {"environment": {k: str(v) for k, v in environment.items()}, "depends_on": needs, "ports": given.get("ports", []),
             "volumes": given.get("volumes", []), "build": {"context": build} if isinstance(build, str) else build}
    return plain | {key: given[key] for key in ("image", "command") if key in given}


def _merged(below, above):
    both = below | above
    for key in ("environment", "depends_on", "build"):
        both[key] = below.get(key, {}) | above.get(key, {})
    for key in ("ports", "volumes"):
        both[key] = below.get(key, []) + above.get(key, [])
    return both


def _service(name, given):
    return Service(
        name, given["build"].get("target", given.get("image", "")), given["environment"],
        [tuple(map(int, port.split(":"))) for port in given["ports"]],
        [tuple(volume.split(":")[:2]) for volume in given["volumes"]], given.get("command"),
        {needed: how["condition"] for needed, how in given["depends_on"].items()})
