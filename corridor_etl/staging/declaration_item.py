"""Items of customs declarations of any administration. China's number survives a modification; a revocation is a
tombstone; a correction of the Eurasian union that says only what it changes is a patch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import polars as pl

from corridor_etl.reference import country, currency
from corridor_etl.reference._tables import table
from corridor_etl.sources import Finding, RawFile
from corridor_etl.staging import _by_model, _casts
from corridor_etl.staging._staging import Desk, Staged, Staging, StagingContext, mapped

TEXT = pl.String()
CHINA = "CN"
_QUANTITIES = ("quantity", "first_quantity", "second_quantity")
_MOST = 10**12  # of any unit; with it the sum of a week stays exact
_DAYS = {"declared_on_local": "declared_on", "released_on_local": "released_on"}
_COUNTRIES = ("trade_country", "dispatch_country", "origin_country", "destination_country")
_CURRENCIES = ("currency", "local_currency", "invoice_currency", "freight_currency", "insurance_currency",
               "other_currency")  # fmt: skip
_FLAGS = {
    "E": "E", "I": "I", "T": "T", "出口": "E", "进口": "I", "0": "E", "1": "I", "ЭК": "E", "ИМ": "I", "ТТ": "T",
    "EX": "E", "IM": "I", "TT": "T", "TR": "T",
}  # fmt: skip
_REVOKED = frozenset(("D", "删单", "撤销", "已撤销", "CANCELLED", "REVOKED"))
_MODIFIED = frozenset(("修改", "已修改", "改单", "MODIFIED"))
_CHINESE_LISTS = {
    "supervision_mode": "supervision_mode", "transport_mode": "transport_mode",
    "transaction_mode": "transaction_mode", "unit_code": "unit", "first_unit_code": "unit",
    "second_unit_code": "unit",
}  # fmt: skip
_PARTIES = ("trader_uscc", "declarant_uscc", "consignor_bin_iin", "consignee_bin_iin", "declarant_bin_iin")
_OLD_TERMS = {"C&F": "CFR", "CNF": "CFR", "C+F": "CFR", "CANDF": "CFR"}
_SHORT_NAMES = {
    "海运": "水路运输",
    "水运": "水路运输",
    "铁路": "铁路运输",
    "公路": "公路运输",
    "空运": "航空运输",
}


def stage(raw: RawFile, context: StagingContext) -> Staged:
    """Items with dates, amounts and codes typed; the service follows from the train number."""
    desk = Desk(raw, context)
    desk.put("regime", desk.cell("regime").fill_null(CHINA))
    desk.put("declaration_no", mapped(desk.cell("declaration_no"), _number, TEXT))
    desk.put("ie_flag", mapped(_casts.code(desk.cell("ie_flag")), lambda f: _FLAGS.get(f, f), TEXT))
    for name in _COUNTRIES:
        desk.put(name, mapped(_chinese(desk, name, "country"), country.alpha2, TEXT))
    for name in _CURRENCIES:
        desk.put(name, mapped(_chinese(desk, name, "currency"), currency.canonical, TEXT))
    _note_renamed(desk)
    desk.put("incoterm", mapped(_casts.code(desk.cell("incoterm")), _incoterm, TEXT))
    for name in _PARTIES:
        desk.put(name, _casts.code(desk.cell(name)))
    for name, customs_list in _CHINESE_LISTS.items():
        desk.put(name, mapped(desk.cell(name), partial(_code, _codes(customs_list)), TEXT))
    _put_numbers(desk)
    _put_days(desk)
    desk.put("service_id", mapped(desk.cell("train_no"), context.settings.service_of_train, TEXT))
    _put_version(desk)
    return _by_model.fill(desk, "declaration_item").staged("declaration_item")


def _note_renamed(desk: Desk) -> None:
    """A finding where a currency was written by a name of the trade: RMB and CNH are CNY."""
    cells = desk.cell("currency").str.to_uppercase()
    renamed = cells.filter(cells.is_in(list(currency.ALIASES))).unique().sort().to_list()
    if renamed:
        text = f"currency: {', '.join(renamed)} read as CNY"
        desk.findings.append(Finding("CD-002", "info", text, None, ", ".join(renamed), "CNY"))


def _incoterm(text: str) -> str:
    """The three letters of a delivery term, without the place that may follow them."""
    known = _OLD_TERMS.get(text)
    return known or (text[:3] if re.match("[A-Z]{3}", text) else text)


def _number(text: str) -> str:
    """A number without blanks inside, as forms print it; what has letters may have blanks of its own."""
    bare = re.sub(r"\s", "", text)
    return bare if re.fullmatch("[0-9/]+", bare) else text


def _chinese(desk: Desk, name: str, customs_list: str) -> pl.Series:
    """A column's cells; in Chinese declarations the numbers customs used before ISO codes, and names, as ISO codes."""
    cells = desk.cell(name)
    known = dict(table("cn_written_codes").filter(list=customs_list).select("written", "iso").iter_rows())
    return mapped(cells, partial(_code, known), TEXT).zip_with(desk.typed["regime"] == CHINA, cells)


def _codes(customs_list: str) -> dict[str, str]:
    """Chinese name -> code of one of China's lists, for senders that write names."""
    rows = table("cn_customs_codes").filter(pl.col("list") == customs_list).select("name_zh", "code")
    names: dict[str, str] = dict(rows.drop_nulls().iter_rows())
    return names | {short: names[name] for short, name in _SHORT_NAMES.items() if name in names}


def _code(codes: Mapping[str, str], text: str) -> str:
    return codes.get(text, text)


def _put_numbers(desk: Desk) -> None:
    for name in _QUANTITIES:
        cast = partial(_casts.number, dtype=pl.Decimal(18, 5), decimal_mark=desk.raw.decimal_mark)
        desk.put_cast(name, name, cast, _casts.NUMBER_RULE, _casts.NUMBER_EXPECTED)
        bad = ~desk.typed[name].is_between(0, _MOST)
        desk.fault(bad, _casts.NUMBER_RULE, name, desk.cell(name), f"a quantity from 0 to {_MOST}")
    cast = partial(_casts.count, least=1)
    desk.put_cast("item_no", "item_no", cast, _casts.NUMBER_RULE, "a whole number from 1")


def _put_days(desk: Desk) -> None:
    """Dates as written; an unregistered declaration elsewhere than in China may have none: the day of receipt."""
    for name, source in _DAYS.items():
        desk.put_cast(name, source, _casts.day, _casts.DATE_RULE, _casts.DATE_EXPECTED)
    is_undated = desk.cell("declared_on").is_null() & (desk.typed["regime"] != CHINA)
    if is_undated.any():
        today = desk.context.now_utc.date()
        desk.put("declared_on_local", desk.typed["declared_on_local"].set(is_undated, today))
        text = f"{is_undated.sum()} items have no date of acceptance: the day of receipt stands for it"
        desk.findings.append(Finding("UNDATED", "info", text, None, "", "a date of acceptance"))


def _put_version(desk: Desk) -> None:
    cells = desk.cell("version").fill_null("1")
    versions = _casts.version(cells)
    desk.fault(versions.is_null(), _casts.NUMBER_RULE, "version", cells, _casts.VERSION_EXPECTED)
    status = desk.cell("status").str.to_uppercase()
    stated = desk.cell("action")
    is_revoked = status.is_in(_REVOKED).fill_null(False) | (stated == "cancel").fill_null(False)
    is_changed = is_revoked | status.is_in(_MODIFIED).fill_null(False)
    # A correction without a version of its own still comes after the declaration it is about.
    versions = versions.set(is_changed & (versions == 1).fill_null(False), 2)
    desk.put("version", versions)
    rows = zip(is_revoked, versions, stated, strict=True)
    actions = [
        "cancel" if revoked else said or ("replace" if (v or 1) > 1 else "insert")
        for revoked, v, said in rows
    ]
    desk.put("action", pl.Series(actions, dtype=TEXT))
    kinds = [k or _KINDS[a] for k, a in zip(desk.cell("correction_kind"), actions, strict=True)]
    desk.put("correction_kind", pl.Series(kinds, dtype=TEXT))


_KINDS = {"insert": "original", "replace": "modify", "patch": "modify", "cancel": "revoke"}
STAGING = Staging(name="declaration_item", stage=stage)
