"""Container groups (EQD) of COPRAR and COPARN: who is told to load, discharge, release or take in which containers.

What a document code means depends on message and directory; a code without an entry here needs the sender's
``document_codes`` in corridor.toml.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from corridor_etl.reference import container_number
from corridor_etl.sources._message_cells import Values, look_up
from corridor_etl.sources._message_envelope import Document
from corridor_etl.sources._message_layout import Fault, Layout, Row, compared, repeated, total
from corridor_etl.sources._message_terms import day
from corridor_etl.sources._message_tree import Level, Node, Trigger
from corridor_etl.sources._message_vessel import vessel
from corridor_etl.sources._source import Finding

BOX, GOODS, OTHER = "equipment", "goods", "other_equipment"
_LEVELS = (
    Level(GOODS, 1, (Trigger("GID"),)),
    Level(BOX, 1, (Trigger("EQD", ("CN",)),)),
    Level(OTHER, 1, (Trigger("EQD"),)),
)

# (message, BGM 1001) -> order. Numbers below 100 and from 689 are guides of user groups for D.95B, others D.00B on.
ORDERS = {
    ("COPRAR", "43"): "DISC", ("COPRAR", "118"): "DISC", ("COPRAR", "145"): "DISC", ("COPRAR", "25"): "DISC",
    ("COPRAR", "45"): "LOAD", ("COPRAR", "121"): "LOAD", ("COPRAR", "146"): "LOAD",
    ("COPARN", "11"): "ACCEPT", ("COPARN", "126"): "ACCEPT", ("COPARN", "170"): "ACCEPT", ("COPARN", "136"): "ACCEPT",
    ("COPARN", "12"): "RELEASE", ("COPARN", "108"): "RELEASE", ("COPARN", "129"): "RELEASE",
    ("COPARN", "134"): "RELEASE", ("COPARN", "135"): "RELEASE", ("COPARN", "144"): "RELEASE",
    ("COPARN", "690"): "RELEASE", ("COPARN", "695"): "RELEASE",
    ("COPARN", "27"): "ANNOUNCE", ("COPARN", "104"): "ANNOUNCE", ("COPARN", "125"): "ANNOUNCE",
    ("COPARN", "689"): "ANNOUNCE",
}  # fmt: skip
# Words of BGM 1000, where the code says nothing.
_WORDS = (("DISCHARG", "DISC"), ("LOAD", "LOAD"), ("RELEASE", "RELEASE"), ("GATE OUT", "RELEASE"),
          ("ACCEPTANCE", "ACCEPT"), ("GATE IN", "ACCEPT"), ("ANNOUNCE", "ANNOUNCE"),
          ("ARRIVAL", "ANNOUNCE"))  # fmt: skip
_BY_TRADE_STATUS = {("COPRAR", "2"): "LOAD", ("COPRAR", "3"): "DISC"}

_PLACES = {
    "LOAD": ("equipment LOC+165 2", "message LOC+165 2", "message LOC+9 2", "equipment LOC+9 2"),
    "DISC": ("equipment LOC+165 2", "message LOC+165 2", "message LOC+11 2", "equipment LOC+11 2"),
    "RELEASE": ("equipment LOC+165|175|98|154 2", "message LOC+165|175|98|154 2", "message NAD+TR 2"),
    "ACCEPT": (
        "equipment LOC+165|175|99|155 2",
        "message LOC+165|175|99|155 2",
        "message LOC+9 2",
        "message NAD+TR 2",
    ),
    "ANNOUNCE": (
        "equipment LOC+165|175|99|98 2",
        "message LOC+165|175|99|98 2",
        "message LOC+9 2",
        "message NAD+TR 2",
    ),
}

CELLS = {
    "container_no": ("equipment EQD 2",),
    "size_type": ("equipment EQD 3", "equipment EQD 3:3"),
    "trade_status": ("equipment EQD 5",),
    "full_empty": ("equipment EQD 6",),
    "containers": ("equipment EQN 1 number",),
    "load_port_code": ("equipment LOC+9 2", "message LOC+9 2"),
    "discharge_port_code": ("equipment LOC+11 2", "message LOC+11 2"),
    "gross_gross_kg": ("equipment MEA+AAE|WT|AAI|AAX+G|AET|AAB|AAD|WT|- 3 mass",),
    "vgm_kg": ("equipment MEA+AAE|WT|AAI|AAX+VGM 3 mass", "equipment MEA+VGM 3 mass"),
    "tare_kg": ("equipment MEA+AAE|WT|AAI|AAX+T 3 mass",),
    "seal_nos": ("equipment SEL 1 each",),
    "booking_no": ("equipment RFF+BN 1:1", "message RFF+BN 1:1"),
    "bl_no": ("equipment RFF+BM 1:1", "message RFF+BM 1:1"),
    "goods_description": ("equipment FTX+AAA 4 texts",),
    "imo_classes": ("equipment DGS 2 each",),
    "un_nos": ("equipment DGS 3 each",),
    "temperature_c": ("equipment TMP+2 2 temperature",),
    "over_height_cm": ("equipment DIM+13|9 2:3 length",),
    "over_front_cm": ("equipment DIM+5 2:1 length",),
    "over_back_cm": ("equipment DIM+6 2:1 length",),
    "over_right_cm": ("equipment DIM+7 2:2 length",),
    "over_left_cm": ("equipment DIM+8 2:2 length",),
}


def layout(message: str) -> Layout:
    """The layout of COPRAR or COPARN."""
    return Layout(message, "container_order", _LEVELS, BOX, CELLS, derive=_derived, check=_checked)


def order_type(row: Row) -> str | None:
    """What is ordered: by the sender's own codes, the directory's, the words beside them, the containers' status."""
    document = row.document
    kind, code = document.message.kind, document.bgm(1)
    own = row.sender.dialect.document_codes.get(code) if row.sender else None
    words = document.bgm(1, 3).upper()
    by_words = next((order for word, order in _WORDS if word in words), None)
    by_status = _BY_TRADE_STATUS.get((kind, row.values["trade_status"] or ""))
    return own or ORDERS.get((kind, code)) or by_words or by_status


def _derived(row: Row) -> Values:
    order = order_type(row)
    if order is None:
        row.fault = row.fault or _unknown(row.document)
    carried = vessel(row.node)
    number = container_number.normalised(row.values["container_no"] or "")
    return {
        **{name: carried[name] for name in ("conveyance_name", "vessel_imo", "voyage_no")},
        "order_type": order,
        "order_no": row.document.subject,
        "equipment_key": number or f"#{row.number}",
        "ordered_on": day(row.document.stated, "203") or None,
        "containers": row.values["containers"] or (None if row.document.action == "patch" else "1"),
        "facility_code": look_up(row.node, _PLACES[order]) if order in _PLACES else None,
    }


def _unknown(document: Document) -> Fault:
    kind = document.message.kind
    return (
        "CD-013",
        "order_type",
        document.bgm(1),
        f"a BGM 1001 with a meaning in {kind} {document.message.directory}",
    )


def _placed_goods(tree: Node) -> dict[str, str]:
    """What goods items say is placed (SGP) in each container."""
    placed: dict[str, list[str]] = {}
    for item in (n for n in tree.children if n.level == GOODS):
        text = look_up(item, ("goods FTX+AAA 4 texts",))
        for number in (container_number.normalised(s.value(1)) for s in item.segments if s.tag == "SGP"):
            placed.setdefault(number, []).extend([text] if text else [])
    return {number: "; ".join(dict.fromkeys(texts)) for number, texts in placed.items()}


def _checked(document: Document, tree: Node, rows: Sequence[Row]) -> Iterable[Finding]:
    where = document.message.header.line_no
    goods = _placed_goods(tree)
    for row in rows:
        row.values["goods_description"] = row.values["goods_description"] or goods.get(
            row.values["equipment_key"] or ""
        )
    stated = total(tree, "16")
    ordered = sum(Decimal(n) for r in rows if (n := r.values["containers"] or "").isascii() and n.isdecimal())
    # Senders count lines or containers; both are in use.
    if stated != str(ordered):
        yield from compared(document, "CNT+16 (containers)", stated, str(len(rows)))
    for number, times in repeated(r.values["equipment_key"] for r in rows).items():
        text = f"{number} is listed {times} times in message {document.message.reference}; it is one record"
        yield Finding("REPEATED_CONTAINER", "warning", text, where, str(times), "1")
    others = Counter(n.head.value(1) for n in tree.walk() if n.level == OTHER)
    if others:
        text = f"message {document.message.reference} has equipment that is no container: {dict(others)}"
        yield Finding("OTHER_EQUIPMENT", "info", text, where)
