"""Faults inside one row: what the cell says instead, and the rule that must hold the row back.

Faults of whole files are in ``fault_files``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from corridor_etl.reference.container_number import remainder
from corridor_etl.simulator.fault_places import Injected, Places
from corridor_etl.simulator.records import DeclaredItem, Event, ListedBox
from corridor_etl.simulator.write_csv import SURPLUS, kilograms, plain
from corridor_etl.simulator.write_manifest import FORMULA, NUMBER

# 940540 was a subheading until HS 2017; since 2022 it is split into 940541, 940542 and 940549.
WITHDRAWN_HS = "9405409000"


@dataclass(frozen=True)
class RowFault:
    """A fault of one row: ``cells`` says by column what stands there instead; none leaves the row as it is."""

    name: str
    layout: str
    rule_id: str
    note: str
    cells: Callable[[Any], Mapping[str, str]]
    suits: Callable[[Any], bool] = lambda _: True
    outcome: str = "quarantined"


def wrong_check_digit(number: str) -> str:
    """A container number whose last digit is one too high."""
    return f"{number[:-1]}{(int(number[-1]) + 1) % 10}"


def contradicting_flag(number: str) -> str:
    """A declaration number whose ninth digit says import for export and the other way round."""
    return f"{number[:8]}{1 - int(number[8])}{number[9:]}"


def _tonnes(grams: int | None) -> str:
    return plain((Decimal(grams or 0) / 1_000_000).quantize(Decimal("0.001")))


def _is_laden(box: ListedBox) -> bool:
    return box.full_empty == "F"


def _has_remainder_ten(box: ListedBox) -> bool:
    return remainder(box.container_no[:10]) == 10


def _is_declared_once(box: ListedBox) -> bool:
    return len(box.declaration_nos) == 1


def _moves_on_rail(event: Event) -> bool:
    return event.code in ("ARRI", "DEPA")


ROW_FAULTS = (
    RowFault("manifest_check_digit", "manifest_xlsx", "ID-002", "last digit of the container number is wrong",
             lambda b: {"Container No": wrong_check_digit(b.container_no)}, _is_laden),
    RowFault("codeco_check_digit", "codeco", "ID-002", "last digit of the container number is wrong",
             lambda e: {"container_no": wrong_check_digit(e.container_no)}),
    RowFault("weight_in_tonnes", "manifest_csv", "WT-008", "weights in tonnes in columns of kilograms",
             lambda b: {"Gross Weight": _tonnes(b.gross_g), "Net Weight": _tonnes(b.net_g)}, _is_laden),
    RowFault("gross_below_net", "manifest_xlsx", "WT-001", "gross weight is half a tonne below net",
             lambda b: {"Gross Weight": kilograms(b.net_g - 500_000)}, _is_laden),
    RowFault("laden_without_seal", "manifest_csv", "SE-001", "laden box without a seal",
             lambda b: {"Seal No": ""}, _is_laden),
    RowFault("formula_in_identifier", "manifest_xlsx", "FORMULA_CELL", "container number is a formula",
             lambda b: {"Container No": f'{FORMULA}CONCATENATE("{b.container_no[:4]}","{b.container_no[4:]}")'}),
    RowFault("identifier_as_number", "manifest_xlsx", "NUMERIC_IDENTIFIER", "declaration number is a number cell",
             lambda b: {"Declaration No": f"{NUMBER}{b.declaration_nos[0]}"}, _is_declared_once),
    RowFault("hs_code_withdrawn", "declaration_cn_csv", "CD-003", "commodity code of an older edition",
             lambda i: {"商品编号": WITHDRAWN_HS}),
    RowFault("declaration_flag", "declaration_cn_csv", "ID-021", "ninth digit contradicts the import/export flag",
             lambda i: {"海关编号": contradicting_flag(i.declaration_no)}),
    RowFault("price_times_quantity", "declaration_cn_csv", "VA-001", "unit price is twice what total and quantity say",
             lambda i: {"单价": plain(i.unit_price * 2)}),
    RowFault("unknown_currency", "declaration_cn_csv", "CD-002", "currency that does not exist",
             lambda i: {"币制": "XXQ"}),
    RowFault("default_date", "declaration_cn_csv", "DT-006", "declared on the default date of a system",
             lambda i: {"申报日期": "1900-01-01"}),
    RowFault("future_event", "terminal_csv", "DT-001", "an actual event in the year 2099",
             lambda e: {"event_time": f"{e.at_local:%d.%m}.2099 {e.at_local:%H:%M}"}, _moves_on_rail),
    RowFault("unknown_place", "terminal_csv", "ID-031", "place code that UN/LOCODE does not have",
             lambda e: {"locode": "CNQQQ", "terminal": "Unlisted siding"}, lambda e: e.code == "RAIL_LOAD"),
    RowFault("surplus_field", "terminal_csv", "FIELD_COUNT", "one field more than the header",
             lambda e: {SURPLUS: "12"}, _moves_on_rail),
    RowFault("remainder_ten", "manifest_csv", "ID-003", "legal number with remainder 10, printed as 0",
             lambda b: {}, _has_remainder_ten, "info"),
)  # fmt: skip


def break_row(fault: RowFault, places: Places) -> Iterator[Injected]:
    """Breaks one row if a fitting one is left."""

    def suits(record: object) -> bool:
        is_open = isinstance(record, DeclaredItem) and not places.is_lone(record)
        return not is_open and fault.suits(record)

    found = places.row(fault.layout, suits)
    if found is None:
        return
    document, row = found
    row.cells = dict(fault.cells(row.record))
    if fault.outcome == "quarantined":
        row.fate = "quarantined"
    if "newline" in document.marks:
        document.marks["newline"] = "\n"
    yield Injected(fault.name, document, row, fault.outcome, fault.rule_id, fault.note)
