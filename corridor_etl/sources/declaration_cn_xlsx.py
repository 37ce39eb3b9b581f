"""China customs declarations as the single window exports them to a workbook, with the headers of the CSV form.

The declaration's own values stand on every row, once for its items (merged or blank below), or above the table.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from corridor_etl.settings import Sender
from corridor_etl.sources import _spreadsheet
from corridor_etl.sources._child import guarded
from corridor_etl.sources._declaration_cn import layout
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._sheet_claims import SheetClaim
from corridor_etl.sources._source import RawFile, Source
from corridor_etl.sources._table import Table

_ITEM = ("item_no", "hs_code", "total_price", "currency")
_HEADER = ("declaration_no", "ie_flag", "declared_on", "released_on", "container_nos")
_REPEATED = (
    "declaration_no", "ie_flag", "office_code", "border_office_code", "declared_on", "released_on",
    "supervision_mode", "transport_mode", "transaction_mode", "train_no", "bl_no", "trader_uscc", "declarant_uscc",
    "trade_country", "gross_kg", "net_kg", "packages", "container_nos", "status", "version",
)  # fmt: skip
_SPELLINGS = {
    "申报地海关代码": "office_code", "进出口岸": "border_office_code", "进/出口标志": "ie_flag", "商品编码": "hs_code",
    "成交币制": "currency", "成交总价": "total_price", "成交单价": "unit_price", "集装箱号码": "container_nos",
    "集装箱": "container_nos", "箱号": "container_nos", "件数(件)": "packages", "毛重(千克)": "gross_kg",
    "净重(千克)": "net_kg", "毛重（千克）": "gross_kg", "净重（千克）": "net_kg",
}  # fmt: skip


@cache
def _layout() -> Layout:
    known = layout("declaration_cn_xlsx")
    return replace(known, spellings={**known.spellings, **_SPELLINGS}, mandatory=_ITEM)


# What has leading zeros, or more digits than a spreadsheet keeps, must be text: 0110, 007, 310420250000000011.
_IDENTIFIERS = frozenset((
    "declaration_no", "hs_code", "office_code", "border_office_code", "supervision_mode", "unit_code",
    "first_unit_code", "container_nos", "trader_uscc", "declarant_uscc",
))  # fmt: skip

TABLE = Table(
    layout=_layout,
    keys=("hs_code", "declaration_no"),
    identifiers=_IDENTIFIERS,
    above=_REPEATED,
    above_mandatory=_HEADER,
    fill_down=tuple((name, 0) for name in _REPEATED if name not in ("gross_kg", "net_kg", "packages")),
    group="declaration_no",
    quantities=frozenset(("quantity", "unit_price", "total_price", "first_quantity")),
)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    return _spreadsheet.read(TABLE, data)


SOURCE = Source(
    name="declaration_cn_xlsx",
    record_kind="declaration_item",
    meaning="China customs declarations as a workbook, one row per item, Chinese headers",
    claims=SheetClaim(TABLE),
    read=guarded(_read),
    needs_whole_file=True,
)
