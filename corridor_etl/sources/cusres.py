"""EDIFACT CUSRES: what customs answers to a declaration or cargo report: accepted, released, refused and why.

One answer is one row; one that assesses duties is a row for each of them (TAX).
"""

from __future__ import annotations

from corridor_etl.sources._message_cells import Values, looked_up
from corridor_etl.sources._message_layout import Layout, Row
from corridor_etl.sources._message_reader import source
from corridor_etl.sources._message_terms import moment
from corridor_etl.sources._message_tree import MESSAGE, Level, Node, Trigger

TAX, REST = "tax", "rest"
_LEVELS = (
    Level(TAX, 1, (Trigger("TAX"),)),
    Level(
        REST,
        1,
        tuple(Trigger(tag) for tag in ("RFF", "DOC", "ERP", "PAC", "NAD", "CNT", "UNS", "AUT", "CST")),
    ),
)

CELLS = {
    "tax_type_code": ("tax TAX 2", "tax TAX 2:3"),
    "tax_base_amount": ("tax MOA+56|125 1:1 number", "tax TAX 4 number"),
    "tax_rate_pct": ("tax TAX 5:3 number",),
    "tax_amount": ("tax MOA+161|55|124|150|176 1:1 number", "tax MOA 1:1 number"),
    "currency": ("tax MOA 1:2",),
}
# What stands anywhere in the message is about the whole answer.
_ANSWER = {
    "customs_no": ("message RFF+ABT|AAE|MRN 1:1",),
    "manifest_no": ("message RFF+AFB|AFM|API 1:1",),
    "reasons": ("message FTX 4 texts",),
    "error_codes": ("message ERC 1 each",),
    "indicator_codes": ("message GIS 1 each", "message GEI 2 each"),
    "item_nos": ("message ERP 1:1 each",),
    "container_nos": ("message EQD+CN 2 each", "message RFF+AAQ 1:1 each"),
    "currency": ("message CUX 1:1",),
}  # fmt: skip

STATUS_NAMES = {
    "961": "general response", "962": "document response", "963": "error response", "964": "package response",
    "965": "tax calculation or confirmation", "932": "delivery note", "99": "cargo release notification",
    "132": "customs clearance notice", "917": "receipt",
}  # fmt: skip
_TIMES = ("58", "148", "154", "9", "137", "138", "202")
"""DTM 2005 that date an answer: clearance and acceptance before processing and the document itself."""


def _derived(row: Row) -> Values:
    document = row.document
    whole = Node(MESSAGE, 0, None, document.message.body)
    answer = looked_up(whole, _ANSWER)
    customs_no, manifest_no = answer.pop("customs_no"), answer.pop("manifest_no")
    is_report = not customs_no and manifest_no is not None
    status = document.bgm(1) or document.bgm(1, 3) or document.bgm(2)
    return {
        **answer,
        **_when(row),
        "currency": row.values["currency"] or answer["currency"],
        "document_type": "cargo report" if is_report else "declaration",
        "document_no": customs_no or document.bgm(2) or manifest_no,
        "status_code": status,
        "status_name": document.bgm(1, 3) or STATUS_NAMES.get(status),
        "event_key": _event_key(row),
        "classifier": "ACT",
    }


def _event_key(row: Row) -> str:
    """Message references start again in each interchange, so its reference goes before them."""
    document = row.document
    interchange = document.interchange.value(5) if document.interchange else ""
    parts = (interchange, document.message.reference, str(row.number) if row.node.level == TAX else "")
    return "/".join(part for part in parts if part)


def _when(row: Row) -> Values:
    dated = {s.value(1): s for s in row.document.message.body if s.tag == "DTM" and s.value(1, 1)}
    segment = next((dated[q] for q in _TIMES if q in dated), None)
    value, layout = (
        moment(segment.value(1, 1), segment.value(1, 2)) if segment else moment(row.document.stated, "")
    )
    return {"event_at": value or None, "event_at_format": layout or None}


LAYOUTS = (Layout("CUSRES", "document_event", _LEVELS, TAX, CELLS, or_else=MESSAGE, derive=_derived),)
SOURCE = source("cusres", LAYOUTS, "EDIFACT customs responses: acceptance, release, rejection, duties")
