"""How the interchanges and messages of a batch are numbered beside those that came before: gaps, repeats, orphans.

Pure functions on the lines that readers hand over. Which of it is wrong is decided by rules ST-006, ST-007 and BA-005.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl

from corridor_etl.quality.baselines import FEWEST, LAST

NUMBERING_SCHEMA: dict[str, pl.DataType] = {
    "delivery_id": pl.String(),
    "messages": pl.Int64(),
    "missing": pl.Int64(),
    "missing_refs": pl.String(),
    "numbered": pl.Int64(),
    "repeat_days": pl.Int64(),
    "repeated": pl.String(),
    "corrections": pl.Int64(),
    "orphans": pl.Int64(),
    "orphan_nos": pl.String(),
}
"""``missing``: interchanges that should lie between, null where the sender is not known to count. ``repeat_days``: days
between the rows of this delivery and of another one with the same message; null if there is none. ``orphans``:
corrections of documents that never came, null where there are no corrections."""

_ORIGINAL = (None, "2", "9")
_CORRECTION = ("1", "3", "4", "5")
_LONGEST_COUNTER = 14  # as many characters as UNB 0020 has
_SHOWN = 10

Pair = tuple[str | None, str | None]
Message = Mapping[str, Any]


@dataclass
class Known:
    """What came before: interchange numbers per sender and recipient, messages by what they are called."""

    counters: dict[Pair, set[int]] = field(default_factory=dict)
    messages: dict[tuple[str | None, str | None, str], list[tuple[str, date | None]]] = field(
        default_factory=dict
    )
    documents: set[tuple[str | None, str]] = field(default_factory=set)
    senders: set[str | None] = field(default_factory=set)

    def add(self, message: Message, where: str, day: date | None) -> None:
        """One message of a delivery called ``where`` with rows of about ``day``."""
        sender, number = message["interchange_sender"], message["document_no"]
        if number is not None:
            self.messages.setdefault((sender, message["message_ref"], number), []).append((where, day))
            if message["function_code"] in _ORIGINAL:
                self.documents.add((sender, number))

    def count(self, interchange: Message) -> None:
        """One interchange."""
        self.senders.add(interchange["interchange_sender"])
        number = _counter(interchange["interchange_ref"])
        if number is not None:
            self.counters.setdefault(_pair(interchange), set()).add(number)


def known(interchanges: pl.DataFrame, messages: pl.DataFrame) -> Known:
    """What the warehouse holds, ready to be added to; the frames are what it gives."""
    found = Known()
    for row in interchanges.iter_rows(named=True):
        found.count(row)
    for row in messages.iter_rows(named=True):
        found.add(row, row["file_name"], row["middle_on"])
    return found


def numbered(deliveries: Sequence[tuple[str, str, date | None, pl.DataFrame]], before: Known) -> pl.DataFrame:
    """One line (:data:`NUMBERING_SCHEMA`) per delivery: id, name, day of its rows and its references, in order of
    arrival. ``before`` grows by them."""
    rows = {i: list(frame.iter_rows(named=True)) for i, _, _, frame in deliveries}
    missing = _missing({i: messages for i, messages in rows.items() if messages}, before)
    lines = []
    for i, name, day, _ in deliveries:
        messages = rows[i]
        has_history = any(m["interchange_sender"] in before.senders for m in messages)
        repeats = _repeats(messages, day, before)
        for message in messages:
            before.add(message, name, day)
        lines.append(
            {
                "delivery_id": i,
                "messages": len(messages),
                **missing.get(i, {}),
                **repeats,
                **(_orphans(messages, before) if has_history else {}),
            }
        )
        for message in messages:
            before.count(message)
    return pl.DataFrame(lines, schema=NUMBERING_SCHEMA)


def _pair(message: Message) -> Pair:
    return message["interchange_sender"], message["interchange_recipient"]


def _counter(text: str | None) -> int | None:
    """The reference as a number, where it is nothing but digits."""
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) <= _LONGEST_COUNTER
    return int(text) if text is not None and is_number else None


def _missing(rows: Mapping[str, Sequence[Message]], before: Known) -> dict[str, dict[str, Any]]:
    """Gaps before and within each delivery; the deliveries of a batch are taken in the order of their numbers."""
    own: dict[str, dict[Pair, set[int]]] = {}
    for i, messages in rows.items():
        for message in messages:
            number = _counter(message["interchange_ref"])
            if number is not None:
                own.setdefault(i, {}).setdefault(_pair(message), set()).add(number)
    seen = {pair: set(numbers) for pair, numbers in before.counters.items()}
    found = {}
    for i in sorted(own, key=lambda i: min(map(min, own[i].values()))):
        gaps = [_gap(numbers, seen.get(pair, set())) for pair, numbers in own[i].items()]
        for pair, numbers in own[i].items():
            seen.setdefault(pair, set()).update(numbers)
        judged = [gap for gap in gaps if gap is not None]
        if judged:
            found[i] = {
                "missing": sum(last - first + 1 for gap in judged for first, last in gap),
                "missing_refs": _ranges([r for gap in judged for r in gap]),
            }
    return found


def _gap(own: set[int], seen: set[int]) -> list[tuple[int, int]] | None:
    """Ranges of numbers that lie between those seen and the own ones; None where the sender is not known to count."""
    below = sorted(n for n in seen if n < min(own))[-LAST:]
    if len(below) < FEWEST:
        return None
    steps = [b - a for a, b in pairwise(below)]
    if 2 * steps.count(1) < len(steps):
        return None
    taken = sorted({below[-1], *own, *(n for n in seen if below[-1] < n < max(own))})
    return [(a + 1, b - 1) for a, b in pairwise(taken) if b - a > 1]


def _ranges(gaps: Iterable[tuple[int, int]]) -> str:
    return _listed([str(first) if first == last else f"{first} to {last}" for first, last in gaps])


def _repeats(messages: Sequence[Message], day: date | None, before: Known) -> dict[str, Any]:
    originals = [m for m in messages if m["document_no"] is not None and m["function_code"] in _ORIGINAL]
    nearest: int | None = None
    names = []
    for m in originals:
        for where, other in before.messages.get(
            (m["interchange_sender"], m["message_ref"], m["document_no"]), []
        ):
            days = abs((day - other).days) if day and other else 0
            nearest = days if nearest is None else min(nearest, days)
            names.append(f"{m['document_no']} in {where}")
    return {"numbered": len(originals), "repeat_days": nearest, "repeated": _listed(names)}


def _orphans(messages: Sequence[Message], before: Known) -> dict[str, Any]:
    corrections = [m for m in messages if m["function_code"] in _CORRECTION]
    if not corrections:
        return {}
    subjects = [(m["interchange_sender"], m["previous_no"] or m["document_no"] or "") for m in corrections]
    lost = [number for sender, number in subjects if (sender, number) not in before.documents]
    return {"corrections": len(corrections), "orphans": len(lost), "orphan_nos": _listed(lost)}


def _listed(names: Sequence[str]) -> str:
    more = [f"and {len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    return ", ".join([*names[:_SHOWN], *more])
