"""Slots of stowage plans (LOC+147) in BAPLIE and MOVINS, whether the equipment stands behind its slot or before it.

A slot is a row, also one that names no container; a position is never an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corridor_etl.reference import container_number
from corridor_etl.sources._edifact import Segment
from corridor_etl.sources._message_cells import Values
from corridor_etl.sources._message_envelope import Document
from corridor_etl.sources._message_layout import Layout, Row, compared, total
from corridor_etl.sources._message_terms import day
from corridor_etl.sources._message_tree import MESSAGE, Level, Node, Trigger
from corridor_etl.sources._message_vessel import vessel
from corridor_etl.sources._source import Finding

SLOT, HANDLING = "slot", "handling"
UNKNOWN = "unknown"
NO_HANDLING = "NONE"
_PLAN_TYPES = {"BAPLIE": "OCCUPIED", "MOVINS": "INSTRUCTED"}
_DUMMY_REFERENCE = "1"
"""RFF+BM:1 only fills the place of a reference that the message must have."""

CELLS = {
    "departure_port_code": ("message LOC+5 2",),
    "next_port_code": ("message LOC+61 2",),
    "slot_code": ("slot LOC+147 2",),
    "handling_code": ("handling HAN 1",),
    "container_no": ("slot EQD+CN 2",),
    "size_type": ("slot EQD+CN 3", "slot EQD+CN 3:3"),
    "full_empty": ("slot EQD+CN 6",),
    "gross_gross_kg": ("slot MEA+WT|AAE|AAI|AAX+G|AET|AAE|AAB|AAD|WT|- 3 mass",),
    "vgm_kg": ("slot MEA+VGM 3 mass", "slot MEA+WT|AAE|AAI|AAX+VGM 3 mass"),
    # 6 and 12 are what the first stowage plans used, before 9 and 11 did.
    "load_port_code": ("slot LOC+9 2", "slot LOC+6 2"),
    "discharge_port_code": ("slot LOC+11 2", "slot LOC+12 2"),
    "delivery_place_code": ("slot LOC+83 2", "slot LOC+7 2"),
    "imo_classes": ("slot DGS 2 each",),
    "un_nos": ("slot DGS 3 each",),
    "temperature_c": ("slot TMP+2 2 temperature",),
    "carrier_code": ("slot NAD+CA|CF 2",),
    "bl_no": ("slot RFF+BM 1:1",),
}


def layout(message: str) -> Layout:
    """The layout of BAPLIE or MOVINS."""
    levels = (Level(SLOT, 2, (Trigger("LOC", ("147",)),)),)
    return Layout(
        message, "stowage_position", levels, SLOT, CELLS, derive=_derived, check=_checked, grow=_grown
    )


def _is_slot(segment: Segment) -> bool:
    return segment.tag == "LOC" and segment.value(1) == "147"


def _grown(document: Document) -> Node:
    root = Node(MESSAGE, 0, None, [document.message.header])
    is_equipment_first = _is_equipment_first(document.message.body)
    parent, current = root, root
    waiting: list[Segment] | None = None
    for segment in document.message.body:
        if segment.tag == "HAN" and document.message.kind == "MOVINS":
            parent = current = Node(HANDLING, 1, root, [segment])
            root.children.append(current)
        elif is_equipment_first and segment.tag == "EQD":
            parent.segments += waiting or []
            waiting = [segment]
        elif _is_slot(segment):
            current = Node(SLOT, 2, parent, [*(waiting or []), segment], anchor=segment)
            parent.children.append(current)
            waiting = None
        else:
            (current.segments if waiting is None else waiting).append(segment)
    parent.segments += waiting or []
    return root


def _is_equipment_first(body: Sequence[Segment]) -> bool:
    first = next((s for s in body if s.tag == "EQD" or _is_slot(s)), None)
    return first is not None and first.tag == "EQD"


def _derived(row: Row) -> Values:
    values, document = row.values, row.document
    carried = dict(vessel(row.node))
    return {
        **carried,
        "plan_type": _PLAN_TYPES[document.message.kind],
        "plan_no": document.reference,
        "planned_on": day(document.stated, "203") or None,
        "voyage_no": carried["voyage_no"] or UNKNOWN,
        "departure_port_code": values["departure_port_code"] or UNKNOWN,
        "handling_code": values["handling_code"] or NO_HANDLING,
        "bl_no": None if values["bl_no"] == _DUMMY_REFERENCE else values["bl_no"],
    }


def _checked(document: Document, tree: Node, rows: Sequence[Row]) -> Iterable[Finding]:
    where = document.message.header.line_no
    yield from _set_aside_repeated(document, rows)
    if total(tree, "16"):
        boxes = sum(bool(row.values["container_no"] or row.values["size_type"]) for row in rows)
        yield from compared(document, "CNT+16 (containers)", total(tree, "16"), str(boxes))
    lost = [s for n in tree.walk() if n.level != SLOT for s in n.segments if s.tag == "EQD"]
    if lost:
        seen = lost[0].text.strip()[:40]
        text = f"{len(lost)} containers of message {document.message.reference} have no slot: {seen}"
        yield Finding("NO_SLOT", "warning", text, lost[0].line_no, "", "LOC+147 with each EQD")
    shared = [r for r in rows if sum(s.tag == "EQD" for s in r.node.segments) > 1]
    if shared:
        text = f"{len(shared)} slots hold more than one piece of equipment; the first stands for the slot"
        yield Finding("MORE_IN_SLOT", "warning", text, where, shared[0].values["slot_code"] or "", "one EQD")


def _set_aside_repeated(document: Document, rows: Sequence[Row]) -> Iterable[Finding]:
    """A box is in one place only: of several slots that name it the last one counts."""
    last: dict[tuple[str, str | None], Row] = {}
    names = [
        (container_number.normalised(r.values["container_no"] or ""), r.values["handling_code"]) for r in rows
    ]
    for name, row in zip(names, rows, strict=True):
        last[name] = row
    for name, row in zip(names, rows, strict=True):
        if name[0] and last[name] is not row and row.fault is None:
            slot, counts = row.values["slot_code"], last[name].values["slot_code"]
            row.fault = (
                "REPEATED_CONTAINER",
                "container_no",
                f"{name[0]} in {slot}",
                f"one slot; {counts}, the last, counts",
            )
            where = f"slots {slot} and {counts} of message {document.message.reference}"
            text = f"{name[0]} stands in {where}; the last counts"
            yield Finding(
                "REPEATED_CONTAINER", "warning", text, row.node.head.line_no, slot or "", counts or ""
            )
