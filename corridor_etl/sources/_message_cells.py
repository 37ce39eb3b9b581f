"""Where in a message a column stands, written as a short path, and how its text is taken from the segment.

``slot MEA+WT|AAE+G|- 3 mass`` is: in the group ``slot``, the first MEA whose first element is WT or AAE and whose
second is G or empty, read by the form ``mass``. ``slot LOC+9 2`` is element 2; ``slot RFF+BM 1:1`` its component 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from corridor_etl.sources._edifact import Segment
from corridor_etl.sources._mass import kilograms
from corridor_etl.sources._message_terms import day
from corridor_etl.sources._message_tree import Node

Values = dict[str, str | None]
Paths = Mapping[str, tuple[str, ...]]

_PATH = re.compile(
    r"(?P<level>\w+) (?P<tag>[A-Z]{3})(?:\+(?P<first>[^+ ]+))?(?:\+(?P<second>[^+ ]+))?"
    r" (?P<element>[0-9]+)(?::(?P<component>[0-9]+))?(?: (?P<form>\w+))?"
)
_NONE = "-"
_PLAIN = r"[+-]?[0-9]{1,9}(?:\.[0-9]{1,9})?"
_LENGTHS = {"MTR": 100, "MMT": 0.1, "INH": 2.54}
_VOLUMES = {"LTR": 0.001, "DMQ": 0.001, "FTQ": 0.028316846592}


class Path(NamedTuple):
    """One place a column may stand in; ``first`` and ``second`` are the values elements 1 and 2 may have."""

    level: str
    tag: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    element: int
    component: int
    form: str


@lru_cache(maxsize=2048)
def parsed(path: str) -> Path:
    """A path as written in a table; ``ValueError`` where it is not one."""
    found = _PATH.fullmatch(path)
    if found is None or (found["form"] or "plain") not in _FORMS:
        raise ValueError(f"{path!r} is no path such as 'slot LOC+9 2'")
    return Path(
        found["level"], found["tag"], _alternatives(found["first"]), _alternatives(found["second"]),
        int(found["element"]), int(found["component"] or 0), found["form"] or "plain",
    )  # fmt: skip


def _alternatives(text: str | None) -> tuple[str, ...]:
    return tuple("" if part == _NONE else part for part in text.split("|")) if text else ()


@lru_cache(maxsize=1024)
def _places(paths: tuple[str, ...]) -> tuple[Path, ...]:
    return tuple(parsed(path) for path in paths)


def _fits(segment: Segment, path: Path) -> bool:
    if path.first and segment.value(1) not in path.first:
        return False
    return not path.second or segment.value(2) in path.second


def look_up(node: Node, paths: tuple[str, ...]) -> str | None:
    """What the first of ``paths`` that says something says, seen from a group; None where none does."""
    for path in _places(paths):
        group = node.above(path.level)
        segments = group.by_tag.get(path.tag) if group else None
        if not segments:
            continue
        form = _FORMS[path.form]
        said = [text for s in segments if _fits(s, path) and (text := form(s, path))]
        if said:
            return _JOINED[path.form].join(dict.fromkeys(said)) if path.form in _JOINED else said[0]
    return None


def looked_up(node: Node, cells: Paths) -> Values:
    """Every column of a table, seen from a group."""
    return {column: look_up(node, paths) for column, paths in cells.items()}


def point(number: str) -> str:
    """A number with a decimal point; senders write commas too."""
    return number.replace(",", ".")


def _plain(segment: Segment, path: Path) -> str:
    return segment.value(path.element, path.component)


def _text(segment: Segment, path: Path) -> str:
    parts = segment.elements[path.element] if path.element < len(segment.elements) else []
    return " ".join(p.strip() for p in parts if p.strip())


def _mass(segment: Segment, path: Path) -> str:
    return kilograms(segment.value(path.element, 1), segment.value(path.element)) or ""


def _volume(segment: Segment, path: Path) -> str:
    value, unit = point(segment.value(path.element, 1)), segment.value(path.element)
    if unit in ("", "MTQ") or not value:
        return value
    if unit not in _VOLUMES or re.fullmatch(_PLAIN, value) is None:
        return f"{value} {unit}"
    return f"{float(value) * _VOLUMES[unit]:.3f}"


def _length(segment: Segment, path: Path) -> str:
    """A measure of DIM in centimetres: its unit is component 0, the measure the component of the path."""
    value, unit = point(segment.value(path.element, path.component)), segment.value(path.element)
    if unit in ("", "CMT") or not value:
        return value
    if unit not in _LENGTHS or re.fullmatch(_PLAIN, value) is None:
        return f"{value} {unit}"
    return f"{float(value) * _LENGTHS[unit]:.3f}"


def _temperature(segment: Segment, path: Path) -> str:
    value, unit = point(segment.value(path.element)), segment.value(path.element, 1)
    if unit == "FAH" and re.fullmatch(_PLAIN, value):
        return f"{(float(value) - 32) / 1.8:.2f}"
    return value if unit in ("", "CEL", "FAH") else f"{value} {unit}"


def _day(segment: Segment, path: Path) -> str:
    return day(segment.value(1, 1), segment.value(1, 2)) if segment.value(1, 1) else ""


def _imo(segment: Segment, path: Path) -> str:
    found = re.fullmatch("(?:IMO ?)?([0-9]{7})", segment.value(path.element, path.component))
    return found[1] if found else ""


def _number(segment: Segment, path: Path) -> str:
    return point(segment.value(path.element, path.component))


_FORMS: dict[str, Callable[[Segment, Path], str]] = {
    "plain": _plain, "each": _plain, "text": _text, "texts": _text, "mass": _mass, "volume": _volume, "length": _length,
    "temperature": _temperature, "day": _day, "imo": _imo, "number": _number,
}  # fmt: skip
_JOINED = {"each": " ", "texts": "; "}
"""Forms that take every segment a path means, and what stands between them."""
