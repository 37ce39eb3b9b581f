"""The independent row count of EDIFACT messages: patterns over the bytes that share no code with the tokenizer.

Service string advice, release characters and line ends inside segments are honoured; what the rows of a message
are is declared by its format as a :class:`Counted`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from corridor_etl.sources._message_tree import Trigger

_ADVICE = re.compile(rb"UNA(.{6})\s*(?=UN[BGH])", re.DOTALL)
_STANDARD = b":+.? '"
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Counted:
    """What the rows of one message type are.

    ``rows`` are the segments that begin a row. Where ``openers`` are given, each segment that begins one of these
    groups is a row itself if no row stands in it; UNH stands for the message.
    """

    rows: tuple[Trigger, ...]
    openers: tuple[Trigger, ...] = ()


class _Head(NamedTuple):
    tag: str
    first: str
    second: str


class _Counter:
    """Counts the rows of one file; ``default`` is what segments outside a message are counted as."""

    def __init__(self, rules: Mapping[str, Counted], default: str) -> None:
        self._rules, self._default = rules, rules[default]
        self._rule: Counted | None = self._default
        self._passed: set[tuple[str, str]] = set()
        self._is_open = False
        self.rows = 0

    def take(self, head: _Head) -> None:
        """Counts one segment."""
        if head.tag == "UNH":
            self._close(self._rules.get(head.second))
        rule = self._rule
        if rule is not None:
            self._judge(rule, head)
        if head.tag == "UNT":
            self._close(self._default)

    def _judge(self, rule: Counted, head: _Head) -> None:
        if any(t.fits(head.tag, head.first, self._passed) for t in rule.rows):
            self.rows += 1
            self._is_open = False
        elif any(t.fits(head.tag, head.first, self._passed) for t in rule.openers):
            self.rows += self._is_open
            self._is_open = True
        self._passed.add((head.tag, head.first))

    def _close(self, rule: Counted | None) -> None:
        self.rows += self._is_open
        self._rule, self._is_open = rule, False
        self._passed.clear()


def count_rows(data: bytes, rules: Mapping[str, Counted], default: str) -> int:
    """The rows of all messages in ``rules``; other messages have none."""
    counter = _Counter(rules, default)
    data = data.removeprefix(_MARK)
    advices = list(_ADVICE.finditer(data))
    bounds = [0, *(a.end() for a in advices), len(data)]
    services = [_STANDARD, *(a[1] for a in advices)]
    for at, service in enumerate(services):
        for head in _heads(data[bounds[at] : bounds[at + 1]], service):
            counter.take(head)
    return counter.rows


def _heads(region: bytes, service: bytes) -> Iterator[_Head]:
    bare = b"".join(region.splitlines()) if not {10, 13} & set(service) else region
    component, element, release, terminator = (re.escape(service[i : i + 1]) for i in (0, 1, 3, 5))
    has_release = service[3:4] != b" "
    # A run is looked at from its first character only, else a long one takes quadratic time.
    run = rb"(?<!" + release + rb")(" + release + rb"*)" if has_release else rb"()"
    plain = rb"[^" + component + element + terminator + (release if has_release else b"") + rb"]"
    inside = rb"((?:" + plain + (rb"|" + release + rb"." if has_release else b"") + rb")*)"
    rest = rb"(?:" + component + inside + rb")*"
    after = rb"(?=[ \t\x1a]*([A-Z]{3})(?:" + component + rb"[^" + element + terminator + rb"]*)?"
    values = rb"(?:" + element + inside + rest + rb"(?:" + element + inside + rb")?)?)"
    pattern = re.compile(rb"(?:\A|" + run + terminator + rb")" + after + values, re.DOTALL)
    for match in pattern.finditer(bare):
        # An even run of release characters releases itself and leaves the terminator a terminator.
        if len(match[1] or b"") % 2 == 0:
            yield _Head(*(_text(match[i]) for i in (2, 3, 5)))


def _text(value: bytes | None) -> str:
    return (value or b"").decode("latin-1").strip()
