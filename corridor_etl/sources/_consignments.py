"""Goods lines (GID) of transport instructions, consolidations and cargo reports; a consignment without one is one line.

The control totals of a message and of each consignment are compared with its lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from corridor_etl.reference import container_number
from corridor_etl.sources._mass import kilograms
from corridor_etl.sources._message_cells import Values, look_up, looked_up
from corridor_etl.sources._message_envelope import Document
from corridor_etl.sources._message_layout import Layout, Row, compared, repeated
from corridor_etl.sources._message_terms import day
from corridor_etl.sources._message_tree import MESSAGE, Level, Node, Trigger
from corridor_etl.sources._message_vessel import vessel
from corridor_etl.sources._source import Finding

ITEM, CONSIGNMENT, BOX = "item", "consignment", "equipment"
_ITEM_NO = re.compile("0{0,9}[1-9][0-9]{0,8}")
_GROSS, _NET = "G|AAB|AAE|AAD|AAG|WT|X7E|-", "N|AAA|AAC|AAL|AAF"
_WEIGHT = "WT|AAE|AAI|AAX|AAY"
_BILLS = "RFF+BM|MB|BH|AWB|MWB|HWB|AAM|AAS|WY"


def _on(level: str) -> dict[str, tuple[str, ...]]:
    """Where the goods of a group stand."""
    return {
        "gross_kg": (f"{level} MEA+{_WEIGHT}+{_GROSS} 3 mass",),
        "net_kg": (f"{level} MEA+{_WEIGHT}+{_NET} 3 mass",),
        "volume_m3": (f"{level} MEA+VOL 3 volume", f"{level} MEA+AAE|AAX|AAI+AAW|ABJ|AAX 3 volume"),
        "goods_description": (f"{level} FTX+AAA 4 texts", f"{level} FTX+AAI 4 texts", f"{level} GDS 1"),
        "un_nos": (f"{level} DGS 3 each",),
    }


def _around(*cells: str) -> tuple[str, ...]:
    """The same place in the item, its consignment and the message, in that order."""
    return tuple(f"{level} {cell}" for level in (ITEM, CONSIGNMENT, MESSAGE) for cell in cells)


_CARRIED = {
    "origin_code": _around("LOC+9 2", "LOC+5 2", "LOC+88 2"),
    "destination_code": _around("LOC+11 2", "LOC+8 2", "LOC+7 2", "LOC+20 2"),
    "booking_no": _around("RFF+BN 1:1"),
    "declaration_nos": _around("RFF+ABT|AAE|MRN|ED 1:1 each"),
    "consignor_name": _around("NAD+CZ 4 text", "NAD+CZ 3 text", "NAD+CZ 2"),
    "consignee_name": _around("NAD+CN 4 text", "NAD+CN 3 text", "NAD+CN 2"),
}
CELLS = _on(ITEM) | _CARRIED | {
    "packages": ("item GID 2 number",),
    "package_type": ("item GID 2:1", "item GID 2:4"),
    "container_nos": ("item SGP 1 each",),
}  # fmt: skip
_WITHOUT_ITEMS = {
    level: _on(level) | {"packages": (f"{level} CNT+11 1:1 number",)} for level in (CONSIGNMENT, MESSAGE)
}
_HEADED = (
    Level(CONSIGNMENT, 1, (Trigger("CNI"),)),
    Level(ITEM, 2, (Trigger("GID"),)),
    Level(BOX, 2, (Trigger("EQD"),)),
)
_SINGLE = (Level(ITEM, 1, (Trigger("GID"),)), Level(BOX, 1, (Trigger("EQD"),)))


def layout(message: str, *, is_single: bool) -> Layout:
    """The layout of a message about one consignment (``is_single``) or about many, each headed by CNI."""
    levels, holder = (_SINGLE, MESSAGE) if is_single else (_HEADED, CONSIGNMENT)
    return Layout(
        message, "consignment", levels, ITEM, CELLS, or_else=holder, derive=_derived, check=_checked
    )


def _derived(row: Row) -> Values:
    node, document = row.node, row.document
    values = row.values | (looked_up(node, _WITHOUT_ITEMS[node.level]) if node.level != ITEM else {})
    carried = dict(vessel(node, level=CONSIGNMENT))
    return {
        **values,
        **{name: carried[name] or value for name, value in vessel(node).items() if name != "vessel_imo"},
        "document_type": document.message.kind,
        "manifest_no": document.subject,
        "consignment_no": _consignment_no(row),
        "document_on": day(document.stated, "203") or None,
        "gross_kg": values["gross_kg"] or (_stated_mass(node) if node.level != ITEM else None),
        "hs_code": _hs_code(node),
    }


def _consignment_no(row: Row) -> str:
    paths = ("consignment CNI 2", f"item {_BILLS} 1:1", f"consignment {_BILLS} 1:1", "consignment RFF 1:1",
             f"message {_BILLS} 1:1")  # fmt: skip
    group = row.node.above(CONSIGNMENT)
    return look_up(row.node, paths) or (group.head.value(1) if group else "") or row.document.reference


def _holder(node: Node) -> Node:
    return node.above(CONSIGNMENT) or node.above(MESSAGE) or node


def _placed(tree: Node, rows: Sequence[Row]) -> None:
    """Gives rows their containers and seals: those an item is placed in, else all of a consignment without placing."""
    seals = {
        _number(n): [s.value(1) for s in n.segments if s.tag == "SEL" and s.value(1)] for n in _boxes(tree)
    }
    holders = {id(holder): holder for holder in (_holder(r.node) for r in rows)}
    carried = {key: " ".join(_carried(holder)) for key, holder in holders.items()}
    for row in rows:
        boxes = row.values["container_nos"] or carried[id(_holder(row.node))]
        held = [seal for box in boxes.split() for seal in seals.get(container_number.normalised(box), ())]
        row.values |= {"container_nos": boxes or None, "seal_nos": " ".join(dict.fromkeys(held)) or None}


def _boxes(tree: Node) -> Iterable[Node]:
    return (n for n in tree.walk() if n.level == BOX and n.head.value(1) == "CN" and n.head.value(2))


def _number(box: Node) -> str:
    return container_number.normalised(box.head.value(2))


def _carried(holder: Node) -> list[str]:
    if any(s.tag == "SGP" for n in holder.children for s in n.segments):
        return []
    return (
        [n.head.value(2) for n in _boxes(holder)]
        if holder.level == CONSIGNMENT or not _is_headed(holder)
        else []
    )


def _is_headed(tree: Node) -> bool:
    return any(n.level == CONSIGNMENT for n in tree.children)


def _hs_code(node: Node) -> str | None:
    """The commodity code of an item: PIA with code type HS, CST, or the tariff number among its references."""
    for segment in node.segments:
        places = range(2, len(segment.elements)) if segment.tag in ("PIA", "CST") else ()
        for at in places:
            if segment.tag == "CST" or segment.value(at, 1) in ("HS", "CG"):
                digits = segment.value(at).replace(".", "")
                if digits.isascii() and digits.isdecimal() and len(digits) >= 4:
                    return digits
    return look_up(node, (f"{node.level} RFF+ABD|HS 1:1",))


def _stated_mass(node: Node) -> str | None:
    cnt = next((s for s in node.segments if s.tag == "CNT" and s.value(1) == "7"), None)
    return kilograms(cnt.value(1, 1), cnt.value(1, 2) or "KGM") if cnt else None


def _checked(document: Document, tree: Node, rows: Sequence[Row]) -> Iterable[Finding]:
    groups = _by_holder(rows)
    _number_items(groups)
    _placed(tree, rows)
    consignments = sum(n.level == CONSIGNMENT for n in tree.walk())
    for node in tree.walk():
        for cnt in (s for s in node.segments if s.tag == "CNT"):
            mine = groups.get(id(node), []) if node.level == CONSIGNMENT else rows
            yield from _compared(
                document, cnt.value(1), (cnt.value(1, 1), cnt.value(1, 2)), mine, consignments
            )
    keys = repeated(f"{r.values['consignment_no']} item {r.values['item_no']}" for r in rows)
    if keys:
        first, reference = next(iter(keys)), document.message.reference
        text = f"{len(keys)} goods lines of message {reference} are listed more than once: {first}"
        yield Finding(
            "REPEATED_CONSIGNMENT",
            "warning",
            text,
            document.message.header.line_no,
            str(max(keys.values())),
            "1",
        )


def _compared(
    document: Document, qualifier: str, stated: tuple[str, str], rows: Sequence[Row], consignments: int
) -> Iterable[Finding]:
    packages, gross = _sum(rows, "packages"), _sum(rows, "gross_kg")
    if qualifier == "10" and consignments:
        yield from compared(document, "CNT+10 (consignments)", stated[0], str(consignments))
    if qualifier == "11" and packages is not None:
        yield from compared(document, "CNT+11 (packages)", stated[0], str(packages))
    if qualifier == "7" and gross is not None:
        yield from compared(
            document, "CNT+7 (gross kg)", kilograms(stated[0], stated[1] or "KGM") or "", str(gross)
        )


def _sum(rows: Sequence[Row], column: str) -> Decimal | None:
    """The sum of a column; None where a row does not say, because then there is nothing to compare."""
    try:
        return sum((Decimal(r.values[column] or "unknown") for r in rows), Decimal(0))
    except ArithmeticError:
        return None


def _by_holder(rows: Sequence[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(id(_holder(row.node)), []).append(row)
    return groups


def _number_items(groups: dict[int, list[Row]]) -> None:
    """Items are called by the number the sender gives, or by their position where that does not tell them apart."""
    for group in groups.values():
        stated = [r.node.head.value(1) if r.node.level == ITEM else "1" for r in group]
        is_good = len(set(stated)) == len(stated) and all(_ITEM_NO.fullmatch(n) for n in stated)
        for position, row in enumerate(group, start=1):
            row.values["item_no"] = str(int(stated[position - 1])) if is_good else str(position)
