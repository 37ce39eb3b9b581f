"""Port messages as EDIFACT D.95B interchanges: CODECO (gates) and COARRI (vessels), with right counts.

``marks`` of the document choose line breaks, UNA, the code of the place, and for faults a wrong count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from corridor_etl.simulator.records import Document, Event, Row
from corridor_etl.simulator.write_csv import kilograms

BOXES_PER_MESSAGE = 25
BGM = {"GTIN": "34", "GTOT": "36", "DISC": "44", "LOAD": "46"}
STATUS = {"GTIN": "2", "GTOT": "3", "DISC": "3", "LOAD": "2"}
MODE = {"GTIN": "3", "GTOT": "3"}
FULL = {"F": "5", "E": "4"}
NEAR_AND_FAR = {"DISC": ("11", "9"), "LOAD": ("9", "11")}  # LOC qualifiers of this port and the other one
TERMINAL = "NBCT:TER:ZZZ"
_RELEASED = str.maketrans({c: f"?{c}" for c in "?+:'"})

Segment = tuple[str, Row | None]


def released(text: str) -> str:
    """Free text with a release character before each service character."""
    return text.translate(_RELEASED)


def written(document: Document) -> bytes:
    """The interchange of a document; sets the line of each row to the line or segment of its EQD."""
    newline = document.marks.get("newline", "")
    out = ["UNA:+.? '" + newline] if document.marks.get("una") else []
    first_line = 1 + (len(out) if newline else 0)
    for number, (text, row) in enumerate(_interchange(document), first_line):
        out.append(f"{text}'{newline}")
        if row is not None:
            row.line_no = number
    return "".join(out).encode("ascii")


def _interchange(document: Document) -> Iterator[Segment]:
    reference = document.marks.get(
        "reference", document.path.rsplit("/")[-1][:-4].replace("-", "").replace("_", "")
    )[-14:]
    sent = max(_event(r).at_utc for r in document.rows) + timedelta(hours=2)
    yield f"UNB+UNOC:3+NBPORT+CORRIDOR+{sent:%y%m%d:%H%M}+{reference}", None
    messages = list(_messages(document.rows))
    for number, rows in enumerate(messages, 1):
        body = list(_message(document, rows, f"{reference[-8:]}{number:04d}", is_first=number == 1))
        yield from body
        count = int(document.marks.get("unt", 0)) + len(body) + 1 if number == 1 else len(body) + 1
        yield f"UNT+{count}+{reference[-8:]}{number:04d}", None
    yield f"UNZ+{len(messages)}+{reference}", None


def _event(row: Row) -> Event:
    assert isinstance(row.record, Event)
    return row.record


def _messages(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows of one kind of move (and one vessel call) in messages of a bounded size."""
    for _, group in groupby(rows, key=lambda r: (_event(r).code, _event(r).vessel)):
        chosen = list(group)
        for start in range(0, len(chosen), BOXES_PER_MESSAGE):
            yield chosen[start : start + BOXES_PER_MESSAGE]


def _message(document: Document, rows: Sequence[Row], reference: str, is_first: bool) -> Iterator[Segment]:
    first = _event(rows[0])
    kind = "COARRI" if first.code in NEAR_AND_FAR else "CODECO"
    place = document.marks.get("place", "CNNBG")
    yield f"UNH+{reference}+{kind}:D:95B:UN:SMDG{'20' if kind == 'COARRI' else '16'}", None
    yield f"BGM+{BGM[first.code]}+{reference}+9", None
    yield from ((text, None) for text in _header(first, place))
    for row in rows:
        group = list(_coarri(row, place) if kind == "COARRI" else _codeco(row, place))
        yield group[0], row
        yield from ((text, None) for text in group[1:])
    count = len(rows) + (int(document.marks.get("cnt", 0)) if is_first else 0)
    yield f"CNT+16:{count}", None


def _header(event: Event, place: str) -> Iterator[str]:
    if event.code in NEAR_AND_FAR:
        imo, name, voyage = event.vessel
        yield f"TDT+20+{voyage}+1++SMPL:172:20+++{imo}:146::{released(name)}"
        yield f"LOC+{NEAR_AND_FAR[event.code][0]}+{place}:139:6+{TERMINAL}"
    yield "NAD+CF+SMPL:160:20"


def _equipment(row: Row) -> str:
    event = _event(row)
    number = row.cells.get("container_no", event.container_no)
    return f"EQD+CN+{number}+{event.size_type}:102:5++{STATUS[event.code]}+{FULL[event.full_empty]}"


def _codeco(row: Row, place: str) -> Iterator[str]:
    event = _event(row)
    yield _equipment(row)
    if event.booking_no:
        yield f"RFF+BN:{event.booking_no}"
    yield f"DTM+7:{event.at_local:%Y%m%d%H%M}:203"
    yield f"LOC+165+{place}:139:6+{TERMINAL}"
    if event.gross_gross_g:
        yield f"MEA+AAE+VGM+KGM:{kilograms(event.gross_gross_g)}"
    if event.seal_no:
        yield f"SEL+{event.seal_no}+SH"
    if event.remarks:
        yield f"FTX+AAI+++{released(event.remarks)}"
    yield f"TDT+1++{MODE[event.code]}"


def _coarri(row: Row, place: str) -> Iterator[str]:
    event = _event(row)
    near, far = NEAR_AND_FAR[event.code]
    yield _equipment(row)
    yield f"DTM+203:{event.at_local:%Y%m%d%H%M}:203"
    yield f"LOC+{far}+{event.far_port}:139:6"
    yield f"LOC+{near}+{place}:139:6+{TERMINAL}"
    yield f"MEA+WT+G+KGM:{kilograms(event.gross_gross_g)}"
    if event.seal_no:
        yield f"SEL+{event.seal_no}+CA"
