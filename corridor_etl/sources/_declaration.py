"""Declarations to raw rows of ``declaration_item``: one row per item, the header's values on each, totals compared.

A format gives tables of paths and what it takes to complete them. What the values mean is for ``staging``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from corridor_etl.sources._declaration_totals import compared
from corridor_etl.sources._xml_rows import Layout, Sheet

COLUMNS = (
    "regime", "declaration_no", "item_no", "ie_flag", "document_kind", "correction_kind",
    "replaces_declaration_no", "office_code", "border_office_code", "destination_office_code", "declared_on",
    "released_on", "supervision_mode", "procedure_code", "previous_procedure_code", "transport_mode",
    "transaction_mode", "incoterm", "train_no", "bl_no", "trader_uscc", "declarant_uscc", "consignor_bin_iin",
    "consignee_bin_iin", "declarant_bin_iin", "trade_country", "dispatch_country", "origin_country",
    "destination_country", "hs_code", "goods_name", "quantity", "unit_code", "first_quantity", "first_unit_code",
    "second_quantity", "second_unit_code", "unit_price", "total_price", "currency", "customs_value_local",
    "local_currency", "stat_value_usd", "item_gross_kg", "item_net_kg", "item_packages", "gross_kg", "net_kg",
    "packages", "invoice_total", "invoice_currency", "freight_amount", "freight_currency", "freight_mark",
    "insurance_amount", "insurance_currency", "insurance_mark", "other_amount", "other_currency", "other_mark",
    "container_nos", "status", "version", "action",
)  # fmt: skip
"""Every raw column of a declaration, called as in the model."""

NUMBERS = frozenset((
    "item_no", "quantity", "first_quantity", "second_quantity", "unit_price", "total_price", "customs_value_local",
    "stat_value_usd", "item_gross_kg", "item_net_kg", "item_packages", "gross_kg", "net_kg", "packages",
    "invoice_total", "freight_amount", "insurance_amount", "other_amount", "items_stated", "customs_value_total",
))  # fmt: skip


def layout(
    name: str,
    *,
    documents: frozenset[str],
    records: frozenset[str],
    head: Mapping[str, str],
    item: Mapping[str, str],
    complete: Callable[[Sheet], None],
    around: Mapping[str, str] | None = None,
) -> Layout:
    """A layout whose rows are :data:`COLUMNS`; ``complete`` fills what follows from several values."""
    return Layout(
        name,
        COLUMNS,
        documents,
        records,
        head,
        item,
        lambda sheet: finish(sheet, complete),
        around or {},
        NUMBERS,
    )


def finish(sheet: Sheet, complete: Callable[[Sheet], None]) -> None:
    """Completes a declaration, compares its totals, and gives each row what only the header says."""
    complete(sheet)
    sheet.findings += compared(sheet.head, sheet.rows, sheet.node.line_no)
    sheet.rows = [{name: row.get(name) or sheet.head.get(name) for name in COLUMNS} for row in sheet.rows]
