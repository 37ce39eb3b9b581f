"""The list of open reconciliation items that a partner gets: what does not fit, and what each document says of it.

A partner is asked about outcomes its own documents can settle, and sees of the others only the attribute that differs.
No cell becomes a formula; which items are in the list is decided by whoever calls.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from corridor_etl.errors import UsageError
from corridor_etl.facts.reconciliation import BY_NAME
from corridor_etl.settings import Settings
from corridor_etl.spreadsheet_text import inert

_SIDE_COLUMNS = {"manifest": "list", "declaration": "declaration", "port": "port"}
_KIND_OF_SIDE = {"manifest": "manifest_container", "declaration": "declaration_item", "port": "port_event"}
_PREFIXES = ("manifest", "declared", "port", "export", "import", "chosen")
# attribute -> unit of the list and how many decimals its whole number has
_UNITS = {"gross_g": ("kg", 3), "value_cent": ("USD", 2), "packages": ("packages", 0)}
_FIXED = (
    "week",
    "train",
    "containers",
    "declarations",
    "what is wrong",
    "in words",
    "open since",
    "days open",
)
COLUMNS = (
    *_FIXED, "your file", "your line", "unit", "loading list", "declaration", "port or rail", "export value",
    "import value", "believed",
)  # fmt: skip


def asked_about(rows: Sequence[Mapping[str, Any]], partner: str, settings: Settings) -> list[dict[str, Any]]:
    """One line per item and outcome that ``partner`` (a sender) can settle; ``UsageError`` for an unknown sender.

    Where the document that could settle it is missing, every sender of a family that owes such documents is asked.
    """
    known = [sender.id for sender in settings.senders]
    if partner not in known:
        raise UsageError(f"there is no sender '{partner}'", expected=f"one of {', '.join(known)}")
    return [
        {**row, "asked": name, "side": side}
        for row in rows
        if row["state"] == "open"
        for name in row["outcomes"].split()
        for side in _sides(row, name, partner, settings)[:1]
    ]


def _sides(row: Mapping[str, Any], outcome: str, partner: str, settings: Settings) -> list[str]:
    """The sides of an outcome that are the partner's, by the file it sent or, without one, by what it owes."""
    found = []
    for side in BY_NAME[outcome].sides:
        sender = row[f"{_SIDE_COLUMNS[side]}_sender_id"]
        if sender == partner or (sender is None and partner in _owing(side, settings)):
            found.append(side)
    return found


def _owing(side: str, settings: Settings) -> list[str]:
    families = [s.id for s in settings.sources if s.is_expected and s.record_kind == _KIND_OF_SIDE[side]]
    return [sender.id for sender in settings.senders if sender.source in families]


def as_csv(lines: Sequence[Mapping[str, Any]]) -> bytes:
    """The lines of :func:`asked_about` as one table, UTF-8 with byte order mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow([inert(text) for text in _cells(line)])
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def _cells(line: Mapping[str, Any]) -> Iterator[str]:
    outcome = BY_NAME[line["asked"]]
    side = _SIDE_COLUMNS[line["side"]]
    for name in ("iso_week", "train_no", "container_nos", "declaration_nos"):
        yield str(line[name] or "")
    is_leading = line["outcome"] == outcome.name
    yield from (outcome.name, outcome.meaning)
    yield from (str(line[name] or "") if is_leading else "" for name in ("opened_on", "age_days"))
    yield line[f"{side}_file_name"] or ""
    yield str(line["list_line_no"] or "") if side == "list" else ""
    unit, _ = _UNITS.get(outcome.attribute or "", ("", 0))
    yield unit
    yield from said(line, outcome.name).values()


def said(row: Mapping[str, Any], outcome: str) -> dict[str, str]:
    """What each side says of the attribute an outcome is about, in kg or USD; empty where it says nothing."""
    attribute = BY_NAME[outcome].attribute if outcome in BY_NAME else None
    _, digits = _UNITS.get(attribute or "", ("", 0))
    return {prefix: _text(row.get(f"{prefix}_{attribute}"), digits) for prefix in _PREFIXES}


def _text(value: Any, digits: int) -> str:
    if value is None or not digits:
        return "" if value is None else str(value)
    return f"{Decimal(value).scaleb(-digits):f}"
