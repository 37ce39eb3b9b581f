"""EDIFACT IFTSTA: the status of containers on their way, each as the event its STS code names.

A status either stands before the container it is about (directories up to about D.10) or within the container's own
group; which one is seen from what a message has first. Codes are in ``_status_codes``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from corridor_etl.settings import Sender
from corridor_etl.settings._sections import Dialect
from corridor_etl.sources import _edifact, _status_codes
from corridor_etl.sources._edifact import Segment, count_equipment, decoded, segments
from corridor_etl.sources._equipment_messages import correction
from corridor_etl.sources._equipment_rows import COLUMNS
from corridor_etl.sources._event_codes import TEST_FUNCTION
from corridor_etl.sources._interchange import Envelope, Message
from corridor_etl.sources._mass import kilograms
from corridor_etl.sources._references import references
from corridor_etl.sources._source import CONTROL, Finding, RawFile, RowFault, Source, raw_frame

Values = dict[str, str | None]
_RAIL = "2"
_MASSES = {"G": "gross_gross_kg", "AET": "gross_gross_kg", "VGM": "vgm_kg", "T": "tare_kg"}


@dataclass
class _Box:
    """One container of a message: its EQD, what says what happened to it, and all its segments as received."""

    head: Segment
    status: list[Segment]
    own: list[Segment]
    shared: list[Segment] = field(default_factory=list)

    @property
    def text(self) -> str:
        parts = {id(s): s for s in (*self.status, *self.own)}
        return "".join(s.text for s in sorted(parts.values(), key=lambda s: s.number))

    def first(
        self, tag: str, qualifier: str | None = None, place: tuple[int, int] = (1, 0)
    ) -> Segment | None:
        """The nearest segment of a tag that is filled in at ``place``: in the status, the container, the header."""
        for group in (self.status, self.own, self.shared):
            for segment in group:
                if segment.tag == tag and qualifier in (None, segment.value(1)) and segment.value(*place):
                    return segment
        return None


def _boxes(message: Message) -> Iterator[_Box]:
    tags = [s.tag for s in message.body]
    is_before = "STS" in tags and ("EQD" not in tags or tags.index("STS") < tags.index("EQD"))
    shared: list[Segment] = []
    status: list[Segment] = []
    current: list[Segment] = shared
    box: _Box | None = None
    for segment in message.body:
        if segment.tag == "EQD":
            if box is not None:
                yield box
            box = None
            current = [segment]
            if segment.value(1) == "CN":
                box = _Box(segment, status if is_before else current, current, list(shared))
            continue
        if segment.tag == "CNI" or (is_before and segment.tag == "STS"):
            if box is not None:
                yield box
            box = None
            current = status = [] if segment.tag == "CNI" else [segment]
            if segment.tag == "STS":
                continue
        if segment.tag != "CNT":
            current.append(segment)
    if box is not None:
        yield box


def _values(box: _Box, event: str, frame: Values, dialect: Dialect) -> Values:
    carriage = box.first("TDT", place=(3, 0)) or box.first("TDT", place=(8, 0)) or box.first("TDT")
    place = next(
        (
            p
            for q in dialect.place_qualifiers or _status_codes.places(event)
            if (p := box.first("LOC", q, (2, 0)))
        ),
        None,
    )
    place = place or box.first("LOC", place=(2, 0))
    time, classifier = next(
        ((t, c) for q, c in _times(dialect) if (t := _dated(box, q)) is not None), (None, "ACT")
    )
    return {
        **frame,
        **_masses(box),
        "event_code": event,
        "classifier": classifier,
        "container_no": box.head.value(2),
        "size_type": box.head.value(3),
        "trade_status": box.head.value(5),
        "full_empty": box.head.value(6),
        "facility_code": place.value(2) if place else None,
        "terminal_code": place.value(3) if place else None,
        **_carriage(carriage),
        "seal_nos": " ".join(s.value(1) for s in box.own if s.tag == "SEL" and s.value(1)) or None,
        "booking_no": _reference(box, "BN"),
        "bl_no": _reference(box, "BM"),
        "event_time": time.value(1, 1) if time else None,
        "event_time_format": time.value(1, 2) if time else None,
    }


def _times(dialect: Dialect) -> tuple[tuple[str, str], ...]:
    """DTM 2005 that may date a status and whether it has happened by then; a sender's own have, unless listed."""
    listed = dict(_status_codes.TIMES)
    own = tuple((q, listed.get(q, "ACT")) for q in dialect.time_qualifiers)
    return own or _status_codes.TIMES


def _carriage(carriage: Segment | None) -> Values:
    """Mode, and the vessel with its voyage or the train."""
    if carriage is None:
        return {}
    name, trip = carriage.value(8, 3) or carriage.value(8), carriage.value(2)
    if carriage.value(3) == _RAIL:
        name, trip = name or trip, ""
    return {"transport_mode": carriage.value(3), "conveyance_name": name, "voyage_no": trip}


def _dated(box: _Box, qualifier: str) -> Segment | None:
    groups = [box.status] if box.status is box.own else [box.status, box.own]
    return next(
        (s for g in groups for s in g if s.tag == "DTM" and s.value(1) == qualifier and s.value(1, 1)), None
    )


def _reference(box: _Box, qualifier: str) -> str | None:
    found = box.first("RFF", qualifier, (1, 1))
    return found.value(1, 1) if found else None


def _masses(box: _Box) -> Values:
    found: Values = {}
    for mea in (s for s in box.own if s.tag == "MEA" and s.value(1) in ("AAE", "WT")):
        name = _MASSES.get(mea.value(2))
        if name is not None and found.get(name) is None:
            found[name] = kilograms(mea.value(3, 1), mea.value(3))
    return found


class _Reader:
    def __init__(self, data: bytes, sender: Sender | None) -> None:
        self._dialect = sender.dialect if sender else Dialect()
        self._envelope = Envelope().take(segments(decoded(data)))
        self._counted = count_equipment(data)
        self._rows: list[tuple[Segment, Values, str]] = []
        self._bad: list[tuple[Segment, str, str, str, str, str]] = []

    def read(self) -> RawFile:
        for message in self._envelope.messages:
            self._read_message(message)
        for stray in (s for s in self._envelope.strays if s.tag == "EQD" and s.value(1) == "CN"):
            text = stray.text
            self._bad.append((stray, "ST-001", "", text[:80], "a container group inside a message", text))
        heads = [row[0] for row in self._rows] + [bad[0] for bad in self._bad]
        is_by_line = len({h.line_no for h in heads}) == len(heads) and any(h.line_no > 1 for h in heads)
        lines = {id(h): h.line_no if is_by_line else h.number for h in heads}
        rows = [(lines[id(h)], *(v.get(c) or None for c in COLUMNS), text) for h, v, text in self._rows]
        findings = list(self._envelope.findings)
        if not heads:
            findings.append(Finding("NO_ROWS", "warning", "the file has no containers"))
        return RawFile(
            frame=raw_frame(COLUMNS, rows),
            rows_counted=self._counted,
            findings=tuple(findings),
            faults=tuple(RowFault(lines[id(b[0])], *b[1:5]) for b in self._bad),
            dialect=next((f"{m.kind} {m.directory}" for m in self._envelope.messages), "EDIFACT"),
            raw_lines={lines[id(b[0])]: b[5] for b in self._bad},
            references=references(m.numbers for m in self._envelope.messages),
        )

    def _read_message(self, message: Message) -> None:
        bgm = next((s for s in message.body if s.tag == "BGM"), None)
        function = bgm.value(3) if bgm else ""
        issued = next((s.value(1, 1) for s in message.body if s.tag == "DTM" and s.value(1) == "137"), "")
        version, action = correction(function, issued)
        frame: Values = {
            "message_ref": message.reference,
            "function_code": function,
            "dialect": f"{message.kind} {message.directory}",
            "version": version,
            "action": action,
        }
        for box in _boxes(message):
            self._read_box(message, box, frame, function)

    def _read_box(self, message: Message, box: _Box, frame: Values, function: str) -> None:
        status = next((s for s in box.status if s.tag == "STS"), None)
        code = status.value(2) if status else ""
        carriage = box.first("TDT", place=(3, 0))
        event = _status_codes.event(code, carriage.value(3) if carriage else "")
        seen = CONTROL.search(box.text.replace("\r", ""))
        for is_bad, fault in (
            (message.kind != "IFTSTA", ("UNKNOWN_MESSAGE", "", message.kind, "IFTSTA")),
            (
                function == TEST_FUNCTION,
                ("TEST_MESSAGE", "function_code", function, "a message that is not a test"),
            ),
            (event is None, ("CD-013", "event_code", code, "an STS status that is an event of a container")),
            (seen is not None, ("CONTROL_CHAR", "", repr(seen and seen[0]), "no control characters")),
        ):
            if is_bad:
                self._bad.append((box.head, *fault, box.text))
                return
        self._rows.append((box.head, _values(box, str(event), frame, self._dialect), box.text))


def _claims(head: bytes, _file_name: str) -> bool:
    return _edifact.message_type(head) == "IFTSTA"


def _read(data: bytes, sender: Sender | None) -> RawFile:
    return _Reader(data, sender).read()


SOURCE = Source(
    name="iftsta",
    record_kind="port_event",
    meaning="EDIFACT status reports: what happened to containers on their way",
    claims=_claims,
    read=_read,
)
