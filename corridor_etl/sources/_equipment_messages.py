"""One line for each message of a piece: what it is, what its document code means, and what becomes of its records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

import numpy as np
import polars as pl

from corridor_etl.sources import _equipment_fields as layout
from corridor_etl.sources._edifact_text import column
from corridor_etl.sources._edifact_tokens import Indices
from corridor_etl.sources._event_codes import CLASSIFIERS, FUNCTIONS, INSERT, MESSAGES, TEST_FUNCTION, Codes
from corridor_etl.sources._layout import Groups
from corridor_etl.sources._references import REFERENCE_SCHEMA

_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - only the order of corrections matters
_CLOCKS = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M", 10: "%y%m%d%H%M", 8: "%Y%m%d", 6: "%y%m%d"}
_DOCUMENT = ("sender", "kind", "document_no", "previous_no")
_NUMBERED = (
    "sender",
    "recipient",
    "interchange",
    "reference",
    "kind",
    "document_no",
    "previous_no",
    "function_code",
)
_CODE = ("kind", "directory", "association", "document_code")

Refusal = tuple[str, str, str, str]
"""Why no container of a message can become an event: rule, column, observed, expected."""


class MessageTable:
    """The messages of one piece; every column is text, "" where the message says nothing."""

    def __init__(self, groups: Groups, codes: Codes) -> None:
        self._codes = codes
        self._refused = groups.found.refused
        made = {}
        for wanted in layout.MESSAGE:
            for name, cells in groups.fields(wanted).items():
                made[name] = column(groups.tokens, cells.segments, cells.spans).fill_null("")
        date, time, sender, recipient, interchange = groups.found.sent
        frame = pl.DataFrame(made).with_columns(
            directory=pl.concat_str("version", pl.lit("."), "release"),
            sent=date.fill_null("") + time.fill_null(""),
            sender=sender.fill_null(""),
            recipient=recipient,
            interchange=interchange,
        )
        self.frame = frame.with_columns(
            self._mapped(frame, _CODE, codes.event, "event"),
            self._mapped(frame, ("kind",), lambda kind: CLASSIFIERS.get(kind, "ACT"), "classifier"),
            self._mapped(frame, ("function_code",), lambda f: FUNCTIONS.get(f, INSERT), "action"),
            self._mapped(frame, ("function_code", "issued", "sent"), _version, "row_version"),
            self._mapped(frame, _DOCUMENT, _document_key, "document_key"),
            dialect=pl.concat_str("kind", pl.lit(" "), "directory"),
        )
        self.unproved = self._doubtful()

    def _doubtful(self) -> list[int]:
        """Messages whose document code has a meaning in other directories only, which they are now taken to have."""
        without = self.frame["event"].is_null().arg_true().to_list()
        pairs = self.frame.select("kind", "document_code")
        meant = {i: self._codes.event_elsewhere(*pairs.row(i)) for i in without}
        guesses = {i: event for i, event in meant.items() if event is not None}
        if guesses:
            events = self.frame["event"].scatter(
                list(guesses), pl.Series(list(guesses.values()), dtype=pl.String)
            )
            self.frame = self.frame.with_columns(events.alias("event"))
        return list(guesses)

    @staticmethod
    def _mapped(
        frame: pl.DataFrame, keys: tuple[str, ...], function: Callable[..., str | None], name: str
    ) -> pl.Series:
        """``function`` of each distinct combination of ``keys``, once."""
        known: dict[tuple[str, ...], str | None] = {}
        made = []
        for row in zip(*(frame[key].to_list() for key in keys), strict=True):
            if row not in known:
                known[row] = function(*row)
            made.append(known[row])
        return pl.Series(name, made, dtype=pl.String)

    def references(self, *, is_continued: bool) -> pl.DataFrame:
        """How the messages are numbered; the first was told of before where it is the rest of one."""
        own = dict(zip(REFERENCE_SCHEMA, _NUMBERED, strict=True))
        frame = self.frame[1:] if is_continued else self.frame
        return frame.select(pl.when(pl.col(c) != "").then(pl.col(c)).alias(name) for name, c in own.items())

    def column(self, name: str) -> pl.Series:
        """One value for each message, null where it says nothing."""
        values = self.frame[name]
        return values.set(values == "", None)

    def event_index(self) -> tuple[list[str], Indices]:
        """The events there are, and which one each message reports; behind the last stands a message of no event."""
        return _index(self.frame["event"])

    @cached_property
    def kind_index(self) -> tuple[list[str], Indices]:
        """The message types there are, and the one of each message."""
        return _index(self.frame["kind"])

    def refusals(self) -> dict[int, Refusal]:
        """Messages of which no container can become an event, each with the reason."""
        unknown = ~self.frame["kind"].is_in(MESSAGES)
        test = self.frame["function_code"] == TEST_FUNCTION
        reason = ("TEST_MESSAGE", "function_code", TEST_FUNCTION, "a message that is not a test")
        found: dict[int, Refusal] = dict.fromkeys(test.arg_true().to_list(), reason)
        for i in unknown.arg_true().to_list():
            found[i] = ("UNKNOWN_MESSAGE", "", self.frame["kind"][i], " or ".join(MESSAGES))
        return found | {i: ("NOT_CLOSED", "", *reason) for i, reason in self._refused.items()}

    def without_meaning(self, i: int) -> Refusal:
        """The refusal of a container of a message whose document code says nothing here."""
        message = self.frame.row(i, named=True)
        expected = f"a BGM 1001 with a meaning in {message['kind']} {message['directory']}"
        return "CD-013", "event_code", message["document_code"], expected


def _index(values: pl.Series) -> tuple[list[str], Indices]:
    texts = values.to_list()
    names = [name for name in dict.fromkeys(texts) if name is not None]
    places = {name: i for i, name in enumerate(names)}
    return names, np.array([places.get(text, len(names)) for text in texts], dtype=np.int64)


def _document_key(sender: str, kind: str, number: str, previous: str) -> str:
    """What tells the document from all others: a correction by reference (RFF+ACW) is the document it names."""
    subject = previous or number
    return f"{sender}/{kind}/{subject}" if subject else ""


def _version(function: str, issued: str, sent: str) -> str:
    """1 for an original; a correction has the minute it was issued, counted from 2000, so that the last one wins."""
    if FUNCTIONS.get(function, INSERT) == INSERT:
        return "1"
    minutes = next((m for m in (_minutes(issued), _minutes(sent)) if m is not None), 0)
    return str(max(2, minutes))


def correction(function: str, issued: str, sent: str = "") -> tuple[str, str]:
    """Version and action of a record in a message of that function, issued at a DTM+137 or sent at a UNB time."""
    return _version(function, issued, sent), FUNCTIONS.get(function, INSERT)


def _minutes(text: str) -> int | None:
    digits = text[:14] if text[:14].isdigit() else text[:12] if text[:12].isdigit() else text[:8]
    layout_of_clock = _CLOCKS.get(len(digits)) if digits.isascii() and digits.isdigit() else None
    try:
        moment = datetime.strptime(digits, layout_of_clock) if layout_of_clock else None  # noqa: DTZ007
    except ValueError:
        return None
    return int((moment - _EPOCH).total_seconds() // 60) if moment else None
