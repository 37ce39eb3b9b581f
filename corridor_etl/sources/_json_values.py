"""JSON values decoded with nothing lost: numbers as text, and a note of everything that is wrong with them.

Where in a document the records stand is the business of ``_json``.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from corridor_etl.errors import FileRejected
from corridor_etl.sources._source import CONTROL

MAX_DIGITS = 300
"""A longer number, or one of more than this many powers of ten, is no quantity of anything."""

Flaw = tuple[str, str, str]
"""Rule, observed, expected."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class Number(str):
    """A JSON number as written; a quoted one is plain ``str``."""

    __slots__ = ()


class Head(dict[str, Any]):
    """An object around records: its other members, and what is wrong with them."""

    def __init__(self) -> None:
        super().__init__()
        self.flaws: list[Flaw] = []


class Decoder:
    """The standard decoder with nothing lost: numbers as text, and a note of every key that comes twice."""

    def __init__(self) -> None:
        self.flaws: list[Flaw] = []
        self._json = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=self._number, parse_float=self._number,
            parse_constant=self._constant, strict=False,
        )  # fmt: skip

    def value(self, text: str, start: int) -> tuple[Any, int]:
        """The value that begins at ``start`` and where it ends; its flaws are added to ``flaws``."""
        value, end = self._json.raw_decode(text, start)
        return value, end

    def taken(self) -> tuple[Flaw, ...]:
        """The flaws since the last call."""
        flaws, self.flaws = tuple(dict.fromkeys(self.flaws)), []
        return flaws

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                self.flaws.append(repeated(key))
            found[key] = value
            self._judge(key)
            if isinstance(value, str):
                self._judge(value)
        return found

    def _judge(self, text: str) -> None:
        bad = CONTROL.search(text.replace("\r\n", "\n")) or _SURROGATE.search(text)
        if bad is not None:
            self.flaws.append(("CONTROL_CHAR", ascii(bad[0]), "no control characters"))

    def _number(self, text: str) -> Number:
        if len(text) > MAX_DIGITS or ("e" in text.lower() and abs(Decimal(text).adjusted()) > MAX_DIGITS):
            self.flaws.append(("ST-010", text[:80], f"a number of at most {MAX_DIGITS} digits"))
        return Number(text)

    def _constant(self, text: str) -> Number:
        self.flaws.append(("ST-010", text, "a number; JSON has no NaN and no Infinity"))
        return Number(text)


def repeated(key: str) -> Flaw:
    """What is wrong with an object that has a key twice."""
    return "DUPLICATE_KEY", key[:80], "each key once in an object"


def malformed(text: str, what: str, at_: int) -> FileRejected:
    """The refusal of a document that is no JSON at a position: TRUNCATED where the text ends there."""
    line, column = text.count("\n", 0, at_) + 1, at_ - text.rfind("\n", 0, at_)
    # A string that is never closed is reported where it begins; nothing but its rest follows.
    is_cut = not text[at_:].strip() or (what.startswith("Unterminated string"))
    return FileRejected(
        "TRUNCATED" if is_cut else "MALFORMED",
        f"line {line}, column {column}: {what}",
        expected="one whole JSON document",
        fix="Ask the sender for the whole file." if is_cut else "Ask the sender to write the file again.",
        line_no=line,
    )
