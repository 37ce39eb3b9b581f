"""Values of an element by tables of paths, so that the layout of a format is data.

A path is steps of element names without prefix (case of no account), ``|`` between alternatives of which the first
that says anything counts. ``//name`` is a descendant, ``name[other=word]`` one that has a child with that text,
``name[1]`` the first, ``@name`` an attribute; a last step may also be written as an attribute of its parent.
A mark before the path says what several values mean: ``*`` a list, ``~`` one text, ``+`` a sum. Without a mark the
value must be there once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from corridor_etl.sources._source import CONTROL
from corridor_etl.sources._xml import MAX_VALUE_CHARS, Flaw, Node

_MARKS = "*~+"
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,300}(?:\.[0-9]{0,300})?|\.[0-9]{1,300})(?:[eE][+-]?[0-9]{1,3})?")
_STEP = re.compile(r"([^\[\]]+)(?:\[([^\[\]=]+)(?:=([^\[\]]*))?\])?")
_MOST_POWERS = 40


class Step(NamedTuple):
    """One step: a name, a child and its word that must stand in the element, or a position."""

    name: str
    child: str = ""
    word: str = ""
    position: int = 0
    is_deep: bool = False


@cache
def _compiled(path: str) -> tuple[str, tuple[tuple[Step, ...], ...]]:
    mark = path[0] if path[0] in _MARKS else ""
    return mark, tuple(_steps(one) for one in path.removeprefix(mark).split("|"))


def _steps(path: str) -> tuple[Step, ...]:
    is_deep = path.startswith("//")
    steps: list[Step] = []
    for part in path.removeprefix("//").split("/"):
        found = _STEP.fullmatch(part)
        if found is None:
            raise ValueError(f"'{part}' is no step of a path")
        name, child, word = found[1].lower(), (found[2] or "").lower(), found[3] or ""
        position = int(child) if child.isdigit() else 0
        steps.append(Step(name, "" if position else child, word, position, is_deep and not steps))
    return tuple(steps)


def values(node: Node, path: str) -> list[str]:
    """Every value at a path that is not empty, in document order."""
    for steps in _compiled(path)[1]:
        if found := _at(node, steps):
            return found
    return []


def first(node: Node, path: str) -> str | None:
    """The first value at a path, or None."""
    found = values(node, path)
    return found[0] if found else None


def nodes(node: Node, path: str) -> list[Node]:
    """The elements at a path."""
    return [n for steps in _compiled(path)[1] for n in _walk([node], steps)]


def _at(node: Node, steps: tuple[Step, ...]) -> list[str]:
    *way, last = steps
    parents = _walk([node], tuple(way))
    if last.name.startswith("@"):
        found = [p.attributes.get(last.name[1:], "") for p in parents]
        return [v for v in (" ".join(f.split()) for f in found) if v]
    texts = [n.text for n in _walk(parents, (last,))]
    texts += [" ".join(p.attributes.get(last.name, "").split()) for p in parents]
    return [t for t in texts if t]


def _walk(start: list[Node], steps: tuple[Step, ...]) -> list[Node]:
    found = start
    for step in steps:
        found = [child for node in found for child in _chosen(node, step)]
    return found


def _chosen(node: Node, step: Step) -> list[Node]:
    named = node.below(step.name) if step.is_deep else [c for c in node.children if c.name == step.name]
    if step.position:
        return named[step.position - 1 : step.position]
    if step.child:
        named = [n for n in named if step.word in [c.text for c in n.children if c.name == step.child]]
    return named


def pick(
    node: Node, table: Mapping[str, str], numbers: Iterable[str] = ()
) -> tuple[dict[str, str | None], list[Flaw]]:
    """Column -> value by a table of column -> path; ``numbers`` are written without exponent. And what is wrong."""
    picked: dict[str, str | None] = {}
    flaws: list[Flaw] = []
    as_numbers = frozenset(numbers)
    for column, path in table.items():
        found = values(node, path)
        value = _joined(column, found, _compiled(path)[0], flaws)
        picked[column] = plain(value) if column in as_numbers and value else value
    return picked, flaws


def _joined(column: str, found: list[str], mark: str, flaws: list[Flaw]) -> str | None:
    if not found:
        return None
    flaws += [flaw for text in found for flaw in _judged(column, text)]
    if mark == "*":
        return ";".join(dict.fromkeys(found))
    if mark == "~":
        return " ".join(found)
    if mark == "+" and len(found) > 1:
        return _sum(found)
    if len(found) > 1:
        seen = ", ".join(found)[:80]
        flaws.append(("DUPLICATE_ELEMENT", column, seen, f"one element for {column}"))
    return found[0]


def _judged(column: str, text: str) -> list[Flaw]:
    flaws: list[Flaw] = []
    if len(text) > MAX_VALUE_CHARS:
        flaws.append(("ROW_TOO_LONG", column, f"{len(text)} characters", f"at most {MAX_VALUE_CHARS}"))
    if (control := CONTROL.search(text)) is not None:
        flaws.append(("CONTROL_CHAR", column, ascii(control[0]), "no control characters"))
    return flaws


def _sum(texts: list[str]) -> str:
    numbers = [decimal(text) for text in texts]
    if None in numbers:
        return "+".join(texts)  # casting it names the cell
    return f"{sum((n for n in numbers if n is not None), Decimal(0)):f}"


def decimal(text: str | None) -> Decimal | None:
    """A number as written, also with an exponent; None where it is none."""
    return Decimal(text) if text and _NUMBER.fullmatch(text) else None


def plain(text: str) -> str:
    """``1.0623724E7`` as ``10623724``; anything that is no number, or one of too many powers of ten, as it is."""
    number = decimal(text)
    if number is None or "e" not in text.lower() or abs(number.adjusted()) > _MOST_POWERS:
        return text
    return f"{number:f}"
