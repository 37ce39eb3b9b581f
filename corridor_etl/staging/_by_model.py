"""Rows to a record by its model alone: each column is cast by its name and type.

Raw columns are called like the canonical ones; an instant ``X_at_utc`` is written as ``X_at`` (with ``X_at_format``
where EDIFACT gives one), a date ``X_on_local`` as ``X_on``. What a kind needs beyond that stands in its own file.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from corridor_etl.model import Column, RecordKind, kind
from corridor_etl.reference import country, currency, place, size_type
from corridor_etl.sources import Finding, RawFile
from corridor_etl.staging import _casts
from corridor_etl.staging._instants import instants
from corridor_etl.staging._staging import Desk, Staged, StagingContext, mapped

TEXT = pl.String()

_FULL_EMPTY = {
    "4": "E", "5": "F", "7": "F", "8": "F", "E": "E", "F": "F", "EMPTY": "E", "FULL": "F", "LADEN": "F",
    "TRUE": "E", "FALSE": "F",
}  # fmt: skip
_FLAGS = {
    "1": True,
    "TRUE": True,
    "Y": True,
    "YES": True,
    "0": False,
    "FALSE": False,
    "N": False,
    "NO": False,
}
_MODES = {
    "1": "sea", "2": "rail", "3": "road", "4": "air", "8": "inland water", "VESSEL": "sea", "RAIL": "rail",
    "TRUCK": "road", "BARGE": "inland water", "AIR": "air", "ROAD": "road", "SEA": "sea",
}  # fmt: skip
_TRADE_STATUS = {"1": "continental", "2": "export", "3": "import", "6": "transhipment"}

_TEXT_CASTS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "container_no": _casts.container,
    "container_nos": lambda c: mapped(c, _casts.containers, TEXT),
    "size_type": lambda c: mapped(c, size_type.canonical, TEXT),
    "full_empty": lambda c: mapped(_casts.code(c), _FULL_EMPTY.get, TEXT),
    "trade_status": lambda c: mapped(c, lambda s: _TRADE_STATUS.get(s, s), TEXT),
    "transport_mode": lambda c: mapped(c.str.to_uppercase(), _MODES.get, TEXT),
    "hs_code": _casts.code,
    "currency": lambda c: mapped(c, currency.canonical, TEXT),
    "base_currency": lambda c: mapped(c, currency.canonical, TEXT),
    "origin_country": lambda c: mapped(c, country.alpha2, TEXT),
    "destination_country": lambda c: mapped(c, country.alpha2, TEXT),
    "trade_country": lambda c: mapped(c, country.alpha2, TEXT),
}
_LISTS = ("seal_nos", "declaration_nos", "un_nos", "imo_classes", "item_nos", "error_codes")
_DERIVED = ("teu", "facility_node", "timezone", "timezone_source")
_PLACES = ("facility_code", "operation_station_code", "origin_code", "departure_port_code")
"""Which place a kind's times are local to: the first of these columns that it has."""


def stage(kind_name: str, raw: RawFile, context: StagingContext) -> Staged:
    """The rows of ``raw.frame`` as records of a kind."""
    return fill(Desk(raw, context), kind_name).staged(kind_name)


def fill(desk: Desk, kind_name: str) -> Desk:
    """Puts every column of a kind on the desk that is not there yet."""
    record = kind(kind_name)
    for column in record.columns:
        if column.name not in desk.typed and not column.name.endswith(("_at_utc", "_at_local", "_on_local")):
            _put(desk, column)
    _put_derived(desk, record)
    _put_times(desk, record)
    return desk


def _put(desk: Desk, column: Column) -> None:
    name = column.name
    if name in _DERIVED:
        return
    if name == "version":
        desk.put_cast(name, name, _casts.version, _casts.NUMBER_RULE, _casts.VERSION_EXPECTED)
        desk.put(name, desk.typed[name].set(desk.cell(name).is_null(), 1))
    elif name == "action":
        desk.put(name, desk.cell(name).fill_null("insert"))
    elif column.dtype == TEXT:
        _put_text(desk, name)
    elif column.dtype == pl.Int64():
        desk.put_cast(name, name, lambda c: _casts.count(c, desk.raw.decimal_mark), _casts.NUMBER_RULE,
                      "a whole number")  # fmt: skip
    elif column.dtype == pl.Boolean():
        desk.put(name, mapped(_casts.code(desk.cell(name)), _FLAGS.get, pl.Boolean()))
    elif isinstance(column.dtype, pl.Decimal):
        _put_number(desk, name, column.dtype)


def _put_text(desk: Desk, name: str) -> None:
    cells = desk.cell(name)
    cast = _TEXT_CASTS.get(name)
    if cast is not None:
        desk.put(name, cast(cells))
    elif name in _LISTS:
        desk.put(name, mapped(cells, _casts.identifiers, TEXT))
    else:
        desk.put(name, cells)
    if name == "full_empty":
        desk.note_unknown(name, name)


def _put_number(desk: Desk, name: str, dtype: pl.Decimal) -> None:
    desk.put_cast(name, name, lambda c: _casts.number(c, dtype, desk.raw.decimal_mark),
                  _casts.NUMBER_RULE, _casts.NUMBER_EXPECTED)  # fmt: skip


def _put_derived(desk: Desk, record: RecordKind) -> None:
    if "teu" in record.schema:
        desk.put("teu", mapped(desk.typed["size_type"], size_type.teu, record.schema["teu"]))
    if "facility_node" in record.schema:
        desk.put("facility_node", mapped(_places(desk, record), place.node_of, TEXT))


def _places(desk: Desk, record: RecordKind) -> pl.Series:
    name = next((p for p in _PLACES if p in record.schema), None)
    return desk.typed[name] if name else pl.Series([None] * len(desk.lines), dtype=TEXT)


def _put_times(desk: Desk, record: RecordKind) -> None:
    names = [n.removesuffix("_utc") for n in record.schema if n.endswith("_at_utc")]
    for name in (n for n in names if f"{n}_utc" not in desk.typed):
        read = instants(desk, name, f"{name}_utc", _places(desk, record))
        desk.put(f"{name}_utc", read.utc)
        if f"{name}_local" in record.schema:
            desk.put(f"{name}_local", read.local)
        day = f"{name.removesuffix('_at')}_on_local"
        if day in record.schema:
            desk.put(day, read.local.dt.date())
        _keep_zone(desk, record, read.zone, read.source)
    for name in (n for n in record.schema if n.endswith("_on_local")):
        _put_day(desk, record, name)


def _keep_zone(desk: Desk, record: RecordKind, zone: pl.Series, source: pl.Series) -> None:
    """The zone of the first time that is known."""
    for name, values in (("timezone", zone), ("timezone_source", source)):
        if name in record.schema:
            known = desk.typed.get(name)
            desk.put(name, values if known is None else pl.select(pl.coalesce(known, values)).to_series())


def _put_day(desk: Desk, record: RecordKind, name: str) -> None:
    """A date as written beside the time; a record that must have one and says none has the day of receipt."""
    raw_name = name.removesuffix("_local")
    cells = desk.cell(raw_name)
    days = _casts.day(cells, is_day_first=desk.raw.is_day_first)
    desk.fault(cells.is_not_null() & days.is_null(), _casts.DATE_RULE, name, cells, _casts.DATE_EXPECTED)
    if name in desk.typed:
        days = desk.typed[name].zip_with(desk.typed[name].is_not_null(), days)
    is_undated = days.is_null() & cells.is_null()
    if name in record.week_of and name == record.week_of[-1] and is_undated.any() and raw_name not in _MUST:
        days = days.set(is_undated, desk.context.now_utc.date())
        text = f"{is_undated.sum()} rows have no date: the day of receipt stands for it"
        desk.findings.append(Finding("UNDATED", "info", text, None, "", f"a date as {name}"))
    desk.put(name, days)


_MUST = frozenset(("event_on", "operation_on", "period_on", "rate_on", "call_on"))
"""Dates that are the record itself: without them there is no record, so nothing may stand for them."""
