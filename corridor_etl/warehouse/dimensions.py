"""Fills the dimension tables from ``reference``, ``corridor.toml`` and the tables' own descriptions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
from sqlalchemy import Connection

from corridor_etl.reference import calendar, place
from corridor_etl.reference._tables import DATA
from corridor_etl.reference._tables import table as reference
from corridor_etl.settings import Settings
from corridor_etl.warehouse.frames import conformed, insert, schema_of
from corridor_etl.warehouse.revisions import VIEWS
from corridor_etl.warehouse.schema import DIMENSIONS, METADATA

FIRST_WEEK, LAST_WEEK = "2024-W01", "2030-W52"
_READ = ("corridor_nodes", "iso6346_size_type", "hs2022", "iso3166")


def content_sha256(settings: Settings) -> str:
    """A hash of everything the dimensions are made from."""
    digest = hashlib.sha256(settings.model_dump_json().encode())
    for name in _READ:
        digest.update((DATA / f"{name}.csv").read_bytes())
    digest.update(repr(_dictionary().rows()).encode())
    return digest.hexdigest()


def load(connection: Connection, settings: Settings) -> None:
    """Replaces the content of every dimension table."""
    for name, make in _MAKERS.items():
        table = DIMENSIONS[name]
        frame = conformed(make(settings), schema_of(table.columns), what=name)
        connection.execute(table.delete())
        insert(connection, table, frame)


def _nodes(_settings: Settings) -> pl.DataFrame:
    return pl.DataFrame(list(place.nodes().values()))


def _size_types(_settings: Settings) -> pl.DataFrame:
    teu = [int(Decimal(t) * 100) if t else None for t in reference("iso6346_size_type")["teu"]]
    named = reference("iso6346_size_type").rename({"type_desc": "type_name"})
    return named.with_columns(pl.Series("teu_x100", teu, dtype=pl.Int64)).unique(
        "size_type", maintain_order=True
    )


def _hs(_settings: Settings) -> pl.DataFrame:
    return (
        reference("hs2022")
        .with_columns(pl.col("level").cast(pl.Int64))
        .unique("hs_code", maintain_order=True)
    )


def _countries(_settings: Settings) -> pl.DataFrame:
    return reference("iso3166").rename({"alpha2": "country_code", "name": "name_en"})


def _services(settings: Settings) -> pl.DataFrame:
    renamed = {
        "id": "service_id",
        "name": "service_name",
        "valid_from": "valid_from_on",
        "valid_to": "valid_to_on",
    }
    rows = [{renamed.get(k, k): v for k, v in s.model_dump().items()} for s in settings.services]
    return pl.DataFrame(rows, schema_overrides={"valid_from_on": pl.Date, "valid_to_on": pl.Date})


def _weeks(_settings: Settings) -> pl.DataFrame:
    mondays = [(label, calendar.monday(label)) for label in calendar.weeks_between(FIRST_WEEK, LAST_WEEK)]
    return pl.DataFrame([_week(label, monday) for label, monday in mondays])


def _week(label: str, monday: date) -> dict[str, object]:
    year, _, number = label.partition("-W")
    days = {"monday_on": monday, "sunday_on": monday + timedelta(days=6)}
    return {"iso_week": label, "iso_year": int(year), "week_no": int(number), **days}


def _dictionary(_settings: Settings | None = None) -> pl.DataFrame:
    rows = []
    for table in sorted([*METADATA.tables.values(), *VIEWS.tables.values()], key=lambda t: t.name):
        rows.append((table.name, "", "", table.comment or ""))
        for column in table.columns:
            meaning = column.info.get("meaning", column.comment or "")
            rows.append((table.name, column.name, column.info.get("unit", ""), meaning))
    return pl.DataFrame(rows, schema=["table_name", "column_name", "unit", "meaning"], orient="row")


_MAKERS: dict[str, Callable[[Settings], pl.DataFrame]] = {
    "dim_node": _nodes,
    "dim_size_type": _size_types,
    "dim_hs": _hs,
    "dim_country": _countries,
    "dim_service": _services,
    "dim_iso_week": _weeks,
    "dim_column": _dictionary,
}
