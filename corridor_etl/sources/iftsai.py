"""EDIFACT IFTSAI: sailing schedules, one row per call (LOC) of a vessel.

A schedule is what its sender expects at the time it says so: the later one supersedes, whatever its message function.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from corridor_etl.sources._edifact import Segment
from corridor_etl.sources._message_cells import Values
from corridor_etl.sources._message_envelope import Document
from corridor_etl.sources._message_layout import Layout, Row
from corridor_etl.sources._message_reader import source
from corridor_etl.sources._message_terms import minutes, moment
from corridor_etl.sources._message_tree import Level, Node, Trigger
from corridor_etl.sources._message_vessel import vessel
from corridor_etl.sources._source import Finding

CALL, TRANSPORT = "call", "transport"
_CALLS = ("5", "7", "8", "9", "10", "11", "12", "13", "60", "61", "69", "77", "78", "87", "88", "92", "94", "125",
          "129", "130", "152", "153", "160", "165")  # fmt: skip
"""LOC 3227 of places a vessel calls at. 94 is the previous and 152 the next port in schedules of ports."""

_LEVELS = (Level(TRANSPORT, 1, (Trigger("TDT"),)), Level(CALL, 2, (Trigger("LOC", _CALLS),)))

# DTM 2005 -> column; 136 is an actual departure only from D.00A on, before that it does not say which.
_TIMES = {
    "232": "planned_arrival_at", "189": "planned_departure_at",
    "132": "estimated_arrival_at", "133": "estimated_departure_at",
    "178": "arrived_at", "186": "departed_at", "151": "berthed_at",
}  # fmt: skip
_DEPARTED = "136"

CELLS = {
    "facility_code": ("call LOC 2",),
    "terminal_code": ("call LOC 3", "call LOC 3:3"),
    "service_code": ("transport RFF+SER|SRV 1:1", "transport TDT 5:3"),
}


def _derived(row: Row) -> Values:
    document = row.document
    carried = vessel(row.node, stages=(), level=TRANSPORT)
    values: Values = {name: carried[name] for name in ("conveyance_name", "vessel_imo", "voyage_no")}
    for segment in (s for s in row.node.segments if s.tag == "DTM" and s.value(1, 1)):
        column = _column(document, segment)
        if column and not values.get(column):
            values[column], values[f"{column}_format"] = moment(segment.value(1, 1), segment.value(1, 2))
    version = "1" if not document.stated else str(minutes(document.stated))
    return {**values, "version": version, "call_status": _status(row.node)}


def _column(document: Document, segment: Segment) -> str | None:
    if segment.value(1) == _DEPARTED:
        is_old = re.fullmatch("(?:D[.]9|S[.]|[0-9]).*", document.message.directory)
        return "planned_departure_at" if is_old else "departed_at"
    return _TIMES.get(segment.value(1))


def _status(call: Node) -> str | None:
    return next((s.value(2) for s in call.segments if s.tag == "STS" and s.value(2)), None)


def _checked(_document: Document, _tree: Node, rows: Sequence[Row]) -> Iterable[Finding]:
    visits: Counter[str] = Counter()
    for row in rows:
        place = f"{_conveyance(row)}/{row.values['voyage_no'] or ''}/{row.values['facility_code'] or ''}"
        visits[place] += 1
        row.values["call_key"] = f"{place}/{visits[place]}" if row.values["facility_code"] else None
    voyages: dict[int, list[Row]] = {}
    for row in rows:
        voyages.setdefault(id(row.node.parent), []).append(row)
    for calls in voyages.values():
        for position, row in enumerate(_in_order(calls), start=1):
            row.values["sequence_no"] = str(position)
    return ()


def _conveyance(row: Row) -> str:
    group = row.node.above(TRANSPORT)
    sign = (group.head.value(8) or group.head.value(7)) if group else ""
    return row.values["vessel_imo"] or sign or row.values["conveyance_name"] or ""


def _in_order(calls: Sequence[Row]) -> Sequence[Row]:
    """Calls by their first time, where each has one; else as the message lists them."""
    times = [next((t for c in _ORDERED_BY if (t := row.values.get(c))), None) for row in calls]
    if any(t is None for t in times):
        return calls
    return [
        row
        for _, _, row in sorted((str(t), n, row) for n, (t, row) in enumerate(zip(times, calls, strict=True)))
    ]


_ORDERED_BY = ("arrived_at", "estimated_arrival_at", "planned_arrival_at", "departed_at", "estimated_departure_at",
               "planned_departure_at")  # fmt: skip
LAYOUTS = (Layout("IFTSAI", "port_call", _LEVELS, CALL, CELLS, derive=_derived, check=_checked),)
SOURCE = source("iftsai", LAYOUTS, "EDIFACT sailing schedules: the calls of a voyage, expected and actual")
