"""The shell blocks of a README, and the lines that its reader types. Pure: text in, values out."""

import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Line:
    """One command as it stands, with the lines that belong to it (continued, or inside quotes)."""

    number: int  # of its first line in the README, from 1
    text: str


@dataclasses.dataclass(frozen=True)
class Block:
    """One shell block: what is typed into one terminal, or the content of a file."""

    chapter: str  # the heading of level 2 above it
    heading: str  # the nearest heading above it
    file: str | None  # the file that it shows, such as order-service/.env
    lines: list[Line]
    text: str


def blocks(readme: str) -> list[Block]:
    """The blocks marked `bash`, in their order."""
    found, chapter, heading, label = [], "", "", ""
    rows = readme.split("\n")
    number = 0
    while number < len(rows):
        row = rows[number]
        if row.startswith("#"):
            heading = row.lstrip("#").strip()
            chapter = heading if row.startswith("## ") else chapter
            label = ""
        elif row.startswith("```"):
            end = next(n for n in range(number + 1, len(rows)) if rows[n].startswith("```"))
            if row == "```bash":
                body = rows[number + 1:end]
                found.append(Block(chapter, heading, _file(label, body), lines(body, number + 2), "\n".join(body) + "\n"))
            number, label = end, ""
        elif row.strip():
            label = row
        number += 1
    return found


def _file(label: str, body: list[str]) -> str | None:
    """A block shows a file when the words above it, or its first comment, are the file's name."""
    if match := re.fullmatch(r"\*\*(\S*\.env\S*):\*\*", label):
        return match[1]
    if match := re.fullmatch(r"# (\.env\S*)\s*", body[0]):
        return match[1]
    return None


def lines(body: list[str], first: int) -> list[Line]:
    """The commands of a block whose first row has the number `first`. Comments and empty rows are none."""
    found, gathered, start, quote = [], [], first, ""
    for number, row in enumerate(body, first):
        if not gathered:
            if not row.strip() or row.lstrip().startswith("#"):
                continue
            start = number
        gathered.append(row)
        quote, is_continued = _open_end(row, quote)
        if not quote and not is_continued:
            found.append(Line(start, "\n".join(gathered)))
            gathered = []
    if gathered:
        raise ValueError(f"the command in row {start} has no end")
    return found


def _open_end(row: str, quote: str) -> tuple[str, bool]:
    """The quote that is open after a row, and whether the row is continued by a backslash."""
    position = 0
    while position < len(row):
        character = row[position]
        if quote:
            if character == "\\" and quote == '"':
                position += 1
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character == "#" and (position == 0 or row[position - 1].isspace()):
            return quote, False
        elif character == "\\":
            if position == len(row) - 1:
                return quote, True
            position += 1
        position += 1
    return quote, False
