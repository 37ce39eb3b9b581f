"""Items of China customs declarations. The number survives a modification; a revocation is a tombstone."""

from __future__ import annotations

import re
from functools import partial

import polars as pl

from corridor_etl.reference import country, currency
from corridor_etl.sources import RawFile
from corridor_etl.staging import _casts
from corridor_etl.staging._staging import Desk, Staged, Staging, StagingContext, mapped

TEXT = pl.String()
_DECIMALS = {
    "quantity": pl.Decimal(18, 5), "first_quantity": pl.Decimal(18, 5), "unit_price": pl.Decimal(18, 5),
    "total_price": pl.Decimal(18, 2), "gross_kg": pl.Decimal(18, 3), "net_kg": pl.Decimal(18, 3),
}  # fmt: skip
_QUANTITIES = ("quantity", "first_quantity")
_MOST = 10**12  # of any unit; with it the sum of a week stays exact
_COUNTS = {"item_no": 1, "packages": 0}  # the least each may be
_DAYS = {"declared_on_local": "declared_on", "released_on_local": "released_on"}
_PASSED_ON = ("office_code", "border_office_code", "supervision_mode", "transport_mode", "transaction_mode",
              "train_no", "bl_no", "goods_name", "unit_code", "first_unit_code")  # fmt: skip
_COUNTRIES = ("trade_country", "origin_country", "destination_country")
_FLAGS = {"E": "E", "I": "I", "出口": "E", "进口": "I", "0": "E", "1": "I"}
_REVOKED = frozenset(("D", "删单", "撤销", "已撤销", "CANCELLED", "REVOKED"))


def stage(raw: RawFile, context: StagingContext) -> Staged:
    """Items with dates, amounts and codes typed; the service follows from the train number."""
    desk = Desk(raw, context)
    desk.put_constant("regime", "CN", TEXT)
    desk.put("declaration_no", _without_blanks(desk.cell("declaration_no")))
    desk.put("ie_flag", mapped(_casts.code(desk.cell("ie_flag")), lambda f: _FLAGS.get(f, f), TEXT))
    for name in _PASSED_ON:
        desk.put(name, desk.cell(name))
    for name in _COUNTRIES:
        desk.put(name, mapped(desk.cell(name), country.alpha2, TEXT))
    _put_numbers(desk)
    for name, source in _DAYS.items():
        desk.put_cast(name, source, _casts.day, _casts.DATE_RULE, _casts.DATE_EXPECTED)
    desk.put("hs_code", _casts.code(desk.cell("hs_code")))
    desk.put("currency", mapped(desk.cell("currency"), currency.canonical, TEXT))
    desk.put("service_id", mapped(desk.cell("train_no"), context.settings.service_of_train, TEXT))
    desk.put("container_nos", mapped(desk.cell("container_nos"), _casts.containers, TEXT))
    _put_version(desk)
    return desk.staged("declaration_item")


def _without_blanks(cells: pl.Series) -> pl.Series:
    return mapped(cells, lambda text: re.sub(r"\s", "", text), TEXT)


def _put_numbers(desk: Desk) -> None:
    for name, dtype in _DECIMALS.items():
        cast = partial(_casts.number, dtype=dtype, decimal_mark=desk.raw.decimal_mark)
        desk.put_cast(name, name, cast, _casts.NUMBER_RULE, _casts.NUMBER_EXPECTED)
    for name in _QUANTITIES:
        bad = ~desk.typed[name].is_between(0, _MOST)
        desk.fault(bad, _casts.NUMBER_RULE, name, desk.cell(name), f"a quantity from 0 to {_MOST}")
    for name, least in _COUNTS.items():
        cast = partial(_casts.count, least=least)
        desk.put_cast(name, name, cast, _casts.NUMBER_RULE, f"a whole number from {least}")


def _put_version(desk: Desk) -> None:
    cells = desk.cell("version").fill_null("1")
    versions = _casts.version(cells)
    desk.fault(versions.is_null(), _casts.NUMBER_RULE, "version", cells, _casts.VERSION_EXPECTED)
    is_revoked = desk.cell("status").str.to_uppercase().is_in(_REVOKED).fill_null(False)
    # A revocation without a version of its own still comes after the declaration it ends.
    versions = versions.set(is_revoked & (versions == 1).fill_null(False), 2)
    desk.put("version", versions)
    names = zip(is_revoked, versions, strict=True)
    actions = ["cancel" if revoked else "replace" if (v or 1) > 1 else "insert" for revoked, v in names]
    desk.put("action", pl.Series(actions, dtype=TEXT))


STAGING = Staging(name="declaration_item", stage=stage)
