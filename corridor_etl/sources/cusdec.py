"""EDIFACT CUSDEC: customs declarations, one row per item (CST), the header's values repeated.

Item groups follow UNS+D or carry an item number; a declaration without items is one row, which staging holds back.
Raw columns are those of ``declaration_item``; which customs a declaration is under is told by its codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from corridor_etl.reference import country, edifact_agency
from corridor_etl.sources._message_cells import Values, look_up
from corridor_etl.sources._message_envelope import Document
from corridor_etl.sources._message_layout import Layout, Row, compared, total
from corridor_etl.sources._message_reader import source
from corridor_etl.sources._message_terms import day
from corridor_etl.sources._message_tree import MESSAGE, Level, Node, Trigger
from corridor_etl.sources._message_vessel import vessel
from corridor_etl.sources._source import Finding

ITEM, SUMMARY = "item", "summary"
_LEVELS = (
    Level(SUMMARY, 1, (Trigger("UNS", ("S",)),)),
    Level(ITEM, 1, (Trigger("CST", is_numbered=True), Trigger("CST", after=("UNS", "D")))),
)
_WEIGHT = "WT|AAE|AAX|AAI|AAF"
_BILLS = "RFF+BM|MB|AAS|MWB|HWB|BH|AWB|AAM"

CELLS = {
    "office_code": ("message LOC+22 2", "message LOC+114 2", "message LOC+118 2", "message LOC+96 2",
                    "message LOC+41 2"),
    "border_office_code": ("message LOC+17|42|41|50 2",),
    "declared_on": ("message DTM+148 1:1 day", "message DTM+154 1:1 day"),
    "released_on": ("message DTM+58 1:1 day",),
    "bl_no": (f"message {_BILLS} 1:1", f"item {_BILLS} 1:1"),
    "origin_country": ("item LOC+27 2", "message LOC+27 2"),
    "destination_country": ("item LOC+36|28 2", "message LOC+36|28 2"),
    "goods_name": ("item FTX+AAA 4 texts",),
    "first_quantity": ("item MEA+AAR 3:1 number", f"item MEA+{_WEIGHT}+AAA|AAC|AAL|AAF|N|ABS 3:1 number"),
    "first_unit_code": ("item MEA+AAR 3", f"item MEA+{_WEIGHT}+AAA|AAC|AAL|AAF|N|ABS 3"),
    "gross_kg": (f"message MEA+{_WEIGHT}+AAD|G|AAB|AAE|WT|- 3 mass",),
    "net_kg": (f"message MEA+{_WEIGHT}+AAC|AAL|N|AAA 3 mass",),
    "packages": ("message PAC 1 number",),
    "item_gross_kg": (f"item MEA+{_WEIGHT}+AAB|AAE|AAG|G|AAD 3 mass",),
    "item_net_kg": (f"item MEA+{_WEIGHT}+AAA|AAC|AAL|AAF|N|ABS 3 mass",),
    "item_packages": ("item PAC 1 number",),
    "dispatch_country": ("message LOC+35 2",),
    "incoterm": ("item TOD 3", "message TOD 3"),
    "invoice_total": ("message MOA+39|77|128 1:1 number",),
    "invoice_currency": ("message MOA+39|77|128 1:2", "message CUX 1:1"),
}  # fmt: skip

_AMOUNTS = ("38", "66", "14", "203", "40", "43", "123")
"""MOA 5025 of an item, as it is priced first and as customs values it last."""

# BGM 1001 -> export, import or transit.
_DIRECTIONS = {
    "929": "I", "930": "I", "931": "I", "935": "I", "496": "I", "497": "I", "498": "I",
    "830": "E", "423": "E", "424": "E", "495": "E",
    "950": "T", "578": "T", "579": "T", "581": "T", "583": "T", "587": "T", "821": "T", "822": "T",
}  # fmt: skip
_WORDS = re.compile("(IM|EX|IMP|EXP|IMPORT|EXPORT)(?:[^A-Z].*)?|(?:IM|EX)[A-Z]")
_CURRENCIES = ("message MOA+39|77|128 1:2", "message CUX 1:1")
_SIDES = {"I": ("36|28", "11"), "E": ("35", "9")}


def _derived(row: Row) -> Values:
    document, node = row.document, row.node
    direction = _direction(document, node)
    carried = vessel(node)
    is_rail = carried["transport_mode"] == "2"
    return {
        **_money(node),
        "regime": _regime(document, node, direction),
        "declaration_no": document.bgm(2) or look_up(node, ("message RFF+ABT|AAE|MRN 1:1",)),
        "item_no": _item_no(row),
        "ie_flag": direction,
        "declared_on": row.values["declared_on"] or day(document.stated, "203") or None,
        "hs_code": _hs_code(node),
        "transport_mode": carried["transport_mode"],
        "train_no": carried["conveyance_name"] if is_rail else None,
        "trade_country": look_up(
            node, (f"message LOC+{'36' if direction == 'E' else '35'} 2", "message LOC+40 2")
        ),
        "container_nos": look_up(
            node, ("item EQD+CN 2 each", "item RFF+AAQ 1:1 each", "message EQD+CN 2 each")
        ),
        "status": "CANCELLED" if document.action == "cancel" else None,
    }


def _item_no(row: Row) -> str | None:
    if row.node.level == MESSAGE:
        return None
    number = row.node.head.value(1)
    return str(int(number)) if re.fullmatch("0{0,9}[1-9][0-9]{0,8}", number) else str(row.number)


def _direction(document: Document, node: Node) -> str | None:
    root = node.above(MESSAGE)
    statuses = [s.value(at) for s in (root.segments if root else ()) if s.tag == "CST" for at in (2, 3, 4)]
    for word in (document.bgm(1, 3), *statuses):
        if _WORDS.fullmatch(word.upper()):
            return word[0].upper()
    return _DIRECTIONS.get(document.bgm(1))


def _hs_code(node: Node) -> str | None:
    """The longest run of digits among the codes of CST: procedures and preferences are shorter than tariff numbers."""
    if node.level == MESSAGE:
        return None
    codes = (
        re.match("[0-9]*", node.head.value(at).replace(".", "")) for at in range(2, len(node.head.elements))
    )
    longest = max((c[0] for c in codes if c), key=len, default="")
    return longest if len(longest) >= 6 else look_up(node, ("item RFF+ABD 1:1", "item PIA 2"))


def _money(node: Node) -> Values:
    for qualifier in _AMOUNTS if node.level == ITEM else ():
        amount = look_up(node, (f"item MOA+{qualifier} 1:1 number",))
        if amount:
            own = look_up(node, (f"item MOA+{qualifier} 1:2",))
            return {"total_price": amount, "currency": own or look_up(node, _CURRENCIES)}
    return {"total_price": None, "currency": look_up(node, _CURRENCIES)}


def _regime(document: Document, node: Node, direction: str | None) -> str | None:
    """The country whose customs it is: by the agency of the codes, the office's name, or the side that declares."""
    root = node.above(MESSAGE)
    segments = [s for s in (root.segments if root else ()) if s.tag in ("CST", "LOC", "GIS", "NAD", "BGM")]
    agencies = (s.value(at, 2) for s in segments for at in range(1, len(s.elements)))
    found = next((c for a in agencies if (c := edifact_agency.country_of(a))), None)
    offices = [
        s.value(2)[:2]
        for s in segments
        if s.tag == "LOC" and s.value(1) in ("22", "114", "118", "41", "42", "17")
    ]
    countries, ports = _SIDES.get(direction or "", ("", ""))
    sides = (
        [look_up(node, (f"message LOC+{countries} 2",)), look_up(node, (f"message LOC+{ports} 2",))]
        if ports
        else []
    )
    named = [code for code in (*offices, *((s or "")[:2] for s in sides)) if code in country.known_codes()]
    return found or next(iter(named), None)


def _checked(document: Document, tree: Node, rows: Sequence[Row]) -> Iterable[Finding]:
    stated = total(tree, "11")
    for row in rows:
        row.values["packages"] = row.values["packages"] or stated or None
    items = [row for row in rows if row.node.level == ITEM]
    yield from compared(document, "CNT+5 (items)", total(tree, "5"), str(len(items)))
    packages = [look_up(row.node, ("item PAC 1",)) or "" for row in items]
    if packages and all(re.fullmatch("[0-9]{1,9}", p) for p in packages):
        yield from compared(document, "CNT+11 (packages)", stated, str(sum(map(int, packages))))


LAYOUTS = (
    Layout("CUSDEC", "declaration_item", _LEVELS, ITEM, CELLS, or_else=MESSAGE, derive=_derived, check=_checked),
)  # fmt: skip
SOURCE = source("cusdec", LAYOUTS, "EDIFACT customs declarations, one row per item")
