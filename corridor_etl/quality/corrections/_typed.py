"""A correction with its columns and values held against the model: names that exist, values that fit, keys left alone.

Which keys a correction has belongs to ``_model``; corrections held against each other belong to ``files``.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from corridor_etl.errors import SettingsError
from corridor_etl.model import KINDS, RecordKind
from corridor_etl.quality.corrections._conditions import Condition, Wanted
from corridor_etl.quality.corrections._model import Written
from corridor_etl.quality.corrections._values import cell, factor
from corridor_etl.settings import Settings

_ORDERED = (pl.Decimal, pl.Int64, pl.Date, pl.Datetime)
_NUMBERS = (pl.Decimal, pl.Int64)
_LINE = pl.Int64()


@dataclass(frozen=True)
class Correction:
    """One correction, ready to be applied. ``place`` is its file and position, which give the order of all.

    ``values``: column -> new value, None to empty it; ``factors``: column -> factor.
    """

    written: Written
    place: tuple[str, int]
    match: Condition
    expect: Condition
    values: Mapping[str, Any] = field(default_factory=dict)
    factors: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The name it goes by everywhere."""
        return self.written.id

    @property
    def kind(self) -> RecordKind:
        """The kind of the records it is about."""
        return KINDS[self.written.kind]

    @property
    def changed(self) -> tuple[str, ...]:
        """The columns it changes."""
        return (*self.values, *self.factors)

    def is_about(self, sender_id: str | None, name: str) -> bool:
        """Whether it is about deliveries of this sender and file name."""
        senders, patterns = self.written.match.sender, self.written.match.files
        named = not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)
        return named and (not senders or sender_id in senders)

    def is_expired(self, at_utc: datetime, zone: ZoneInfo) -> bool:
        """Whether its last day, on the calendar of ``zone``, is over at an instant."""
        return at_utc.astimezone(zone).date() > self.written.expires_on

    def state(self, at_utc: datetime, zone: ZoneInfo) -> str:
        """proposed, active, expired or retired."""
        is_over = self.written.status == "active" and self.is_expired(at_utc, zone)
        return "expired" if is_over else self.written.status


class Refused(Exception):
    """A key of a correction with what was found, what was expected and how to mend it."""

    def __init__(self, fact: str, expected: str = "", fix: str = "Correct the value.") -> None:
        super().__init__(fact)
        self.fact, self.expected, self.fix = fact, expected, fix

    def explained(self, place: str) -> SettingsError:
        """The mistake as an error that names file and correction."""
        return SettingsError(f"{place}: {self.fact}", expected=self.expected, fix=self.fix)


def unknown(what: str, name: str, known: Iterable[str]) -> Refused:
    """A name that does not exist, with the nearest one that does."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    fix = f"Did you mean '{near[0]}'?" if near else "Correct the name."
    return Refused(f"{what} '{name}' does not exist", "" if near else f"one of {', '.join(known)}", fix)


def typed(written: Written, place: tuple[str, int], settings: Settings) -> Correction:
    """The correction with typed conditions and changes; ``Refused`` for the first thing that cannot be."""
    if written.kind not in KINDS:
        raise unknown("the record kind", written.kind, KINDS)
    senders = [s.id for s in settings.senders]
    for sender in written.match.sender:
        if sender not in senders:
            raise unknown("match.sender", sender, senders)
    kind = KINDS[written.kind]
    match, expect = written.match, written.expect
    lines = () if match.lines is None else (_wanted("match.lines", "line_no", match.lines, _LINE),)
    columns = _all_wanted("match.columns", match.columns, kind)
    correction = Correction(
        written=written,
        place=place,
        match=Condition((*lines, *columns), _columns("match.missing", match.missing, kind)),
        expect=Condition(
            _all_wanted("expect.columns", expect.columns, kind),
            _columns("expect.missing", expect.missing, kind),
        ),
        values=_new_values(written, kind),
        factors=_factors(written, kind),
    )
    _refuse_keys(correction)
    return correction


def _columns(key: str, names: tuple[str, ...], kind: RecordKind) -> tuple[str, ...]:
    for name in names:
        if name not in kind.schema:
            raise unknown(f"{key}: the column", name, kind.schema)
    return names


def _all_wanted(key: str, columns: Mapping[str, Any], kind: RecordKind) -> tuple[Wanted, ...]:
    _columns(key, tuple(columns), kind)
    return tuple(_wanted(f"{key}.{c}", c, value, kind.schema[c]) for c, value in columns.items())


def _wanted(key: str, column: str, value: Any, dtype: pl.DataType) -> Wanted:
    """A value, a list of values, or a table of ``from`` and ``to``."""
    if isinstance(value, Mapping):
        return _between(key, column, value, dtype)
    values = value if isinstance(value, list) else [value]
    if not values:
        raise Refused(f"{key} is an empty list", "at least one value")
    return Wanted(column, dtype, tuple(_fitting(key, v, lambda v: cell(v, dtype)) for v in values))


def _between(key: str, column: str, ends: Mapping[str, Any], dtype: pl.DataType) -> Wanted:
    if foreign := [name for name in ends if name not in ("from", "to")]:
        raise unknown(f"{key}: the key", foreign[0], ("from", "to"))
    if not isinstance(dtype, _ORDERED):
        raise Refused(f"{key} is a range", "a value or a list, because the column has no order")
    low, high = (
        _fitting(f"{key}.{end}", ends[end], lambda v: cell(v, dtype)) if end in ends else None
        for end in ("from", "to")
    )
    if low is None and high is None:
        raise Refused(f"{key} is an empty range", "from, to, or both")
    if low is not None and high is not None and low > high:
        raise Refused(f"{key} runs from {low} to {high}", "an end that is not before the start")
    return Wanted(column, dtype, (), low, high)


def _fitting(key: str, value: Any, read: Callable[[Any], Any]) -> Any:
    try:
        return read(value)
    except ValueError as error:
        text = str(value) if len(str(value)) <= 60 else f"{str(value)[:60]}…"
        raise Refused(f"{key} is {text!r}", str(error)) from error


def _new_values(written: Written, kind: RecordKind) -> dict[str, Any]:
    _columns("values", tuple(written.values), kind)
    required = {c.name for c in kind.columns if c.is_required}
    for name in _columns("clear", written.clear, kind):
        if name in required:
            raise Refused(
                f"clear names {name}", "a column that a row may lack", "Write a value, or drop the row."
            )
        if name in written.values:
            raise Refused(f"{name} is both in values and in clear", "one of them", "Take one away.")
    given = {
        c: _fitting(f"values.{c}", value, lambda v, d=kind.schema[c]: cell(v, d))  # type: ignore[misc]
        for c, value in written.values.items()
    }
    return {**given, **dict.fromkeys(written.clear)}


def _factors(written: Written, kind: RecordKind) -> dict[str, Decimal]:
    for name in _columns("factors", tuple(written.factors), kind):
        if not isinstance(kind.schema[name], _NUMBERS):
            raise Refused(
                f"factors names {name}, which is no number", "a column of numbers", 'Use action = "override".'
            )
    return {c: _fitting(f"factors.{c}", value, factor) for c, value in written.factors.items()}


def _refuse_keys(correction: Correction) -> None:
    """What identifies, versions or groups records is changed only by somebody who says so."""
    kind = correction.kind
    guarded = {*kind.key, kind.version, "action", kind.document}
    touched = [c for c in correction.changed if c in guarded]
    if touched and not correction.written.changes_key:
        raise Refused(
            f"it changes {touched[0]}, by which {kind.name} rows are identified",
            "changes_key = true beside it",
            "Add that if the record is meant to become another one, else change another column.",
        )
