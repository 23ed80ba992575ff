"""A Dockerfile as values. Pure: text in, stages out. It understands the instructions that docker/Dockerfile uses, and refuses others."""

import dataclasses
import json
import shlex


@dataclasses.dataclass
class Stage:
    """One FROM and what follows it."""

    name: str
    base: str
    steps: list[tuple[str, str]]  # those that change files, in their order: RUN, COPY, WORKDIR, each with what follows it; USER, too
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    user: str = "root"
    directory: str = "/"
    ports: list[int] = dataclasses.field(default_factory=list)
    stop_signal: str = "SIGTERM"
    health: list[str] | None = None
    entrypoint: list[str] = dataclasses.field(default_factory=list)
    command: list[str] = dataclasses.field(default_factory=list)


def instructions(text: str) -> list[tuple[str, str]]:
    """Each instruction with what follows it, continued rows joined. Comments are none, also between continued rows."""
    found, gathered = [], ""
    for row in text.split("\n"):
        if row.lstrip().startswith("#") or (not gathered and not row.strip()):
            continue
        if row.endswith("\\"):
            gathered += row[:-1]
            continue
        word, _, rest = (gathered + row).strip().partition(" ")
        found.append((word.upper(), rest.strip()))
        gathered = ""
    return found


def stages(text: str) -> dict[str, Stage]:
    """The stages by name, each with what it takes over from the stage that it begins with."""
    found: dict[str, Stage] = {}
    stage = None
    for word, rest in instructions(text):
        if word == "FROM":
            base, _, name = rest.replace(" as ", " AS ").partition(" AS ")
            stage = _begun(name.strip() or str(len(found)), base.strip(), found)
            found[stage.name] = stage
        elif stage is None:
            raise ValueError(f"{word} stands before FROM")
        else:
            _apply(stage, word, rest)
    return found


def _begun(name, base, found):
    above = found.get(base)
    if above is None:
        return Stage(name, base, [])
    return dataclasses.replace(above, name=name, base=above.base, steps=list(above.steps), environment=dict(above.environment),
                               ports=list(above.ports))


def _apply(stage, word, rest):
    if word in ("RUN", "COPY"):
        stage.steps.append((word, rest))
    elif word == "WORKDIR":
        stage.directory = rest
        stage.steps.append((word, rest))
    elif word == "USER":
        stage.user = rest
        stage.steps.append((word, rest))
    elif word == "ENV":
        stage.environment.update(pair.split("=", 1) for pair in shlex.split(rest))
    elif word == "EXPOSE":
        stage.ports += [int(port) for port in rest.split()]
    elif word == "STOPSIGNAL":
        stage.stop_signal = rest
    elif word == "HEALTHCHECK":
        options, _, command = rest.partition("CMD ")
        stage.health = _words(command)
    elif word == "ENTRYPOINT":
        stage.entrypoint, stage.command = _words(rest), []
    elif word == "CMD":
        stage.command = _words(rest)
    else:
        raise ValueError(f"{word} is not understood")


def _words(text: str) -> list[str]:
    """A command in its JSON form, or in that of a shell."""
    return json.loads(text) if text.startswith("[") else ["/bin/sh", "-c", text]
