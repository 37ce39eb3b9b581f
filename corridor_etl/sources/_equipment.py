"""Container groups (EQD) of CODECO and COARRI to raw rows of the port event layout.

The row's line is the physical line its EQD starts on; where lines do not tell rows apart (a file on one line)
it is the number of the segment, for the whole file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from corridor_etl.sources._edifact import Segment, count_equipment, decoded, segments
from corridor_etl.sources._event_codes import (
    FAR_END,
    FUNCTIONS,
    HEADER,
    PLACES,
    TEST_FUNCTION,
    TIME_QUALIFIERS,
    event_code,
)
from corridor_etl.sources._interchange import Envelope, Message, same_number
from corridor_etl.sources._mass import kilograms
from corridor_etl.sources._source import CONTROL, Finding, RawFile, RowFault, raw_frame

COLUMNS = (
    "event_code", "container_no", "size_type", "full_empty", "trade_status", "facility_code", "terminal_code",
    "transport_mode", "conveyance_name", "voyage_no", "gross_gross_kg", "vgm_kg", "seal_nos", "booking_no", "bl_no",
    "event_time", "event_time_format", "message_ref", "function_code", "dialect", "version", "action",
)  # fmt: skip
_MESSAGES = ("CODECO", "COARRI")
_GATES = ("GTIN", "GTOT")
_RAIL = "2"

Values = dict[str, str | None]
Group = list[Segment]


class Reader:
    """Turns one file's messages into rows, faults and findings; used once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._envelope = Envelope().take(segments(decoded(data)))
        self._findings = list(self._envelope.findings)
        self._rows: list[tuple[Segment, Values, str]] = []
        self._bad: list[tuple[Segment, str, str, str, str, str]] = []

    def read(self) -> RawFile:
        """The whole file as a :class:`RawFile`."""
        for message in self._envelope.messages:
            self._read_message(message)
        for stray in self._envelope.strays:
            if _is_container(stray):
                self._set_aside([stray], "ST-001", "", stray.text[:80], "a container group inside a message")
        return self._raw_file()

    def _read_message(self, message: Message) -> None:
        header, groups = _grouped(message)
        bgm = _first(header, "BGM")
        code, function = (bgm.value(1), bgm.value(3)) if bgm else ("", "")
        event = event_code(message.kind, message.directory, message.association, code)
        self._compare_counts(message, groups)
        refusal = _refusal(message, event, code, function)
        frame = _header_values(message, header, function)
        swapped = 0
        for group in groups:
            if refusal is not None:
                self._set_aside(group, *refusal)
            elif event is not None:
                swapped += self._read_group(event, header, frame, group)
        self._note_swap(message, event, swapped)

    def _read_group(self, event: str, header: Group, frame: Values, group: Group) -> bool:
        """Adds one container's row; tells whether its ports look swapped."""
        text = "".join(s.text for s in group)
        if (control := CONTROL.search(text.replace("\r", ""))) is not None:
            self._set_aside(group, "CONTROL_CHAR", "", repr(control[0]), "no control characters")
            return False
        values = _group_values(event, header, frame, group)
        self._rows.append((group[0], values, text))
        far = _located(group, FAR_END[event]) if event in FAR_END else None
        return far is not None and far.value(2) == values["facility_code"]

    def _set_aside(self, group: Group, rule_id: str, column: str, observed: str, expected: str) -> None:
        self._bad.append((group[0], rule_id, column, observed, expected, "".join(s.text for s in group)))

    def _compare_counts(self, message: Message, groups: Sequence[Group]) -> None:
        for cnt in (s for s in message.body if s.tag == "CNT" and s.value(1) == "16"):
            stated = cnt.value(1, 1)
            if not same_number(stated, str(len(groups))):
                text = f"CNT+16 of message {message.reference} says {stated} containers, it has {len(groups)}"
                self._findings.append(
                    Finding("ST-002", "warning", text, cnt.line_no, stated, str(len(groups)))
                )
        others = Counter(s.value(1) for s in message.body if s.tag == "EQD" and not _is_container(s))
        if others:
            text = f"message {message.reference} has equipment that is no container: {dict(others)}"
            self._findings.append(Finding("OTHER_EQUIPMENT", "info", text, message.header.line_no))

    def _note_swap(self, message: Message, event: str | None, swapped: int) -> None:
        if swapped:
            text = f"{swapped} containers of message {message.reference}: {event} at their own far port"
            expected = f"LOC+{FAR_END[str(event)]} to be another port"
            self._findings.append(Finding("PORT_SWAP", "warning", text, message.header.line_no, "", expected))

    def _raw_file(self) -> RawFile:
        if not self._rows and not self._bad:
            self._findings.append(Finding("NO_ROWS", "warning", "the file has no containers"))
        heads = [row[0] for row in self._rows] + [bad[0] for bad in self._bad]
        by_line = len({h.line_no for h in heads}) == len(heads) and any(h.line_no > 1 for h in heads)
        rows = [(_line(h, by_line), *(v[c] for c in COLUMNS), text) for h, v, text in self._rows]
        return RawFile(
            frame=raw_frame(COLUMNS, rows),
            rows_counted=count_equipment(self._data),
            findings=tuple(self._findings),
            faults=tuple(RowFault(_line(b[0], by_line), *b[1:5]) for b in self._bad),
            dialect=next((f"{m.kind} {m.directory}" for m in self._envelope.messages), "EDIFACT"),
            raw_lines={_line(b[0], by_line): b[5] for b in self._bad},
        )


def _line(head: Segment, by_line: bool) -> int:
    return head.line_no if by_line else head.number


def _is_container(segment: Segment) -> bool:
    return segment.tag == "EQD" and segment.value(1) == "CN"


def _grouped(message: Message) -> tuple[Group, list[Group]]:
    """The segments before the first EQD, and one group for each container."""
    header: Group = []
    groups: list[Group] = []
    current = header
    for segment in message.body:
        if segment.tag == "EQD":
            current = [segment]
            if _is_container(segment):
                groups.append(current)
        elif segment.tag != "CNT":
            current.append(segment)
    return header, groups


def _refusal(
    message: Message, event: str | None, code: str, function: str
) -> tuple[str, str, str, str] | None:
    """Why no container of a message can become an event: rule, column, observed, expected; or None."""
    if message.kind not in _MESSAGES:
        return "UNKNOWN_MESSAGE", "", message.kind, " or ".join(_MESSAGES)
    if function == TEST_FUNCTION:
        return "TEST_MESSAGE", "function_code", function, "a message that is not a test"
    if event is None:
        expected = f"a BGM 1001 with a meaning in {message.kind} {message.directory}"
        return "CD-013", "event_code", code, expected
    return None


def _first(group: Sequence[Segment], tag: str, qualifier: str | None = None) -> Segment | None:
    return next((s for s in group if s.tag == tag and qualifier in (None, s.value(1))), None)


def _reference(group: Sequence[Segment], qualifier: str) -> str | None:
    return next((s.value(1, 1) for s in group if s.tag == "RFF" and s.value(1) == qualifier), None)


def _located(group: Sequence[Segment], qualifier: str) -> Segment | None:
    return next((s for s in group if s.tag == "LOC" and s.value(1) == qualifier and s.value(2)), None)


def _header_values(message: Message, header: Group, function: str) -> Values:
    version, action = FUNCTIONS.get(function, ("1", "insert"))
    transport = _first(header, "TDT", "20")
    return {
        "conveyance_name": (transport and (transport.value(8, 3) or transport.value(8))) or None,
        "voyage_no": (transport and transport.value(2)) or None,
        "transport_mode": (transport and transport.value(3)) or None,
        "booking_no": _reference(header, "BN"),
        "bl_no": _reference(header, "BM"),
        "message_ref": message.reference,
        "function_code": function or None,
        "dialect": f"{message.kind} {message.directory}",
        "version": version,
        "action": action,
    }


def _group_values(event: str, header: Group, frame: Values, group: Group) -> Values:
    eqd = group[0]
    return {
        **frame,
        **_transport(event, frame, group),
        **_weights(group),
        **_place(event, header, group),
        **_time(event, group),
        "event_code": event,
        "container_no": eqd.value(2),
        "size_type": eqd.value(3),
        "trade_status": eqd.value(5),
        "full_empty": eqd.value(6),
        "seal_nos": " ".join(s.value(1) for s in group if s.tag == "SEL" and s.value(1)) or None,
        "booking_no": _reference(group, "BN") or frame["booking_no"],
        "bl_no": _reference(group, "BM") or frame["bl_no"],
    }


def _transport(event: str, frame: Values, group: Group) -> Values:
    """Gates: the mode of the vehicle at the gate, and its number if it is a train; else the vessel's."""
    vehicle = _first(group, "TDT") if event in _GATES else None
    if vehicle is None:
        return {}
    train = vehicle.value(8) if vehicle.value(3) == _RAIL else ""
    return {
        "transport_mode": vehicle.value(3) or None,
        "conveyance_name": train or frame["conveyance_name"],
        "voyage_no": None if train else frame["voyage_no"],
    }


def _weights(group: Group) -> Values:
    found: Values = {"gross_gross_kg": None, "vgm_kg": None}
    names = {"G": "gross_gross_kg", "AET": "gross_gross_kg", "VGM": "vgm_kg"}
    for mea in (s for s in group if s.tag == "MEA"):
        name = names.get(mea.value(2))
        if name is not None and mea.value(1) in ("AAE", "WT") and found[name] is None:
            found[name] = kilograms(mea.value(3, 1), mea.value(3))
    return found


def _place(event: str, header: Group, group: Group) -> Values:
    for level, qualifier in PLACES[event]:
        loc = _located(header if level == HEADER else group, qualifier)
        if loc is not None:
            return {"facility_code": loc.value(2), "terminal_code": loc.value(3) or None}
    sender = _first(header, "NAD", "MS")
    return {"facility_code": sender.value(2) if sender else None, "terminal_code": None}


def _time(event: str, group: Group) -> Values:
    for segment in _dated(event, group):
        return {"event_time": segment.value(1, 1), "event_time_format": segment.value(1, 2)}
    return {"event_time": None, "event_time_format": None}


def _dated(event: str, group: Group) -> Iterator[Segment]:
    for qualifier in TIME_QUALIFIERS[event]:
        yield from (s for s in group if s.tag == "DTM" and s.value(1) == qualifier and s.value(1, 1))


def read(data: bytes) -> RawFile:
    """The container events of one file of CODECO or COARRI interchanges."""
    return Reader(data).read()
