"""The rows of each dimension, from ``reference``, ``corridor.toml`` and the tables' own descriptions.

Bringing them into the database belongs to ``dimensions``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from corridor_etl.reference import calendar, place
from corridor_etl.reference._tables import table as reference
from corridor_etl.reference.holidays import days_between, holidays_of_weeks
from corridor_etl.settings import Settings
from corridor_etl.warehouse.schema import METADATA
from corridor_etl.warehouse.views import VIEWS

FIRST_WEEK, LAST_WEEK = "2020-W01", "2030-W52"
# The World Customs Organization revises the nomenclature every five years or so.
HS_IN_FORCE = {"HS2022": (date(2022, 1, 1), None)}


def _nodes(_settings: Settings) -> pl.DataFrame:
    named = pl.DataFrame(list(place.nodes().values()), infer_schema_length=None)
    return named.rename({"lat": "latitude_deg", "lon": "longitude_deg"}).with_columns(
        pl.col("gauge_mm").cast(pl.Int64), pl.col("latitude_deg", "longitude_deg").cast(pl.Float64)
    )


def _size_types(_settings: Settings) -> pl.DataFrame:
    teu = [int(Decimal(t) * 100) if t else None for t in reference("iso6346_size_type")["teu"]]
    named = reference("iso6346_size_type").rename({"type_desc": "type_name"})
    return named.with_columns(pl.Series("teu_x100", teu, dtype=pl.Int64)).unique(
        "size_type", maintain_order=True
    )


def _hs(_settings: Settings) -> pl.DataFrame:
    dated = [(edition, *days) for edition, days in HS_IN_FORCE.items()]
    schema = {"edition": pl.String, "valid_from_on": pl.Date, "valid_to_on": pl.Date}
    return (
        reference("hs2022")
        .with_columns(pl.col("level").cast(pl.Int64))
        .unique("hs_code", maintain_order=True)
        .join(pl.DataFrame(dated, schema=schema, orient="row"), on="edition", maintain_order="left")
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


def _legs(settings: Settings) -> pl.DataFrame:
    """Legs of the reference table, and those that only corridor.toml names, with its plausible times."""
    schema = {
        "from_node": pl.String,
        "to_node": pl.String,
        "least_hours": pl.Float64,
        "most_hours": pl.Float64,
    }
    timed = pl.DataFrame([leg.model_dump() for leg in settings.legs], schema=schema)
    known = reference("corridor_legs").rename({"confidence": "distance_basis"})
    joined = known.join(
        timed, on=["from_node", "to_node"], how="full", coalesce=True, maintain_order="left_right"
    )
    return joined.with_columns(
        pl.concat_str("from_node", "to_node", separator="-").alias("leg_id"),
        pl.col("gauge_mm", "distance_km").cast(pl.Int64),
    )  # fmt: skip


def _senders(settings: Settings) -> pl.DataFrame:
    families = {family.id: family for family in settings.sources}
    rows = [
        {
            "sender_id": sender.id,
            "sender_name": sender.name,
            "source_id": sender.source,
            "source_name": families[sender.source].name,
            "record_kind": families[sender.source].record_kind,
            "files_per_week": families[sender.source].files_per_week,
            "is_expected": families[sender.source].is_expected,
            "timezone": sender.timezone,
        }
        for sender in settings.senders
    ]
    return pl.DataFrame(rows, schema_overrides={"files_per_week": pl.Int64, "timezone": pl.String})


def _weeks(_settings: Settings) -> pl.DataFrame:
    mondays = [(label, calendar.monday(label)) for label in calendar.weeks_between(FIRST_WEEK, LAST_WEEK)]
    rows = [_week(label, monday) for label, monday in mondays]
    return pl.DataFrame(rows, schema_overrides={"holidays": pl.String}, infer_schema_length=None)


def _week(label: str, monday: date) -> dict[str, object]:
    year, _, number = label.partition("-W")
    days = {"monday_on": monday, "sunday_on": monday + timedelta(days=6)}
    named = {"iso_week": label, "iso_year": int(year), "week_no": int(number)}
    return {**named, **days, "holidays": holidays_of_weeks().get(label)}


def _dates(settings: Settings) -> pl.DataFrame:
    first, last = calendar.monday(FIRST_WEEK), calendar.monday(LAST_WEEK) + timedelta(days=6)
    day = pl.col("date_on")
    named = (
        pl.concat_str("country_code", "holiday_name", separator=" ").sort_by("country_code").str.join("; ")
    )
    resting = _holidays(settings).group_by("date_on").agg(named.alias("holidays"))
    return (
        pl.select(pl.date_range(first, last).alias("date_on"))
        .with_columns(
            day.dt.strftime("%G-W%V").alias("iso_week"),
            day.dt.iso_year().alias("iso_year"),
            day.dt.week().alias("week_no"),
            day.dt.year().alias("calendar_year"),
            day.dt.quarter().alias("quarter_no"),
            day.dt.month().alias("month_no"),
            day.dt.strftime("%B").alias("month_name"),
            day.dt.weekday().alias("weekday_no"),
            day.dt.strftime("%A").alias("weekday_name"),
        )
        .join(resting, on="date_on", how="left", maintain_order="left")
    )


def _holidays(_settings: Settings) -> pl.DataFrame:
    rows = [
        (day, row["country"], row["name"], row["basis"])
        for row in reference("holidays").iter_rows(named=True)
        for day in days_between(date.fromisoformat(row["first_on"]), date.fromisoformat(row["last_on"]))
    ]
    return pl.DataFrame(rows, schema=["date_on", "country_code", "holiday_name", "basis"], orient="row")


def dictionary(_settings: Settings | None = None) -> pl.DataFrame:
    """table_name, column_name, unit, meaning of every table and view and of all their columns."""
    rows = []
    for table in sorted(METADATA.tables.values(), key=lambda t: t.name):
        rows.append((table.name, "", "", table.comment or ""))
        for column in table.columns:
            meaning = column.info.get("meaning", column.comment or "")
            rows.append((table.name, column.name, column.info.get("unit", ""), meaning))
    for view in VIEWS.values():
        rows.append((view.name, "", "", view.comment))
        rows += [(view.name, name, said.unit, said.meaning) for name, said in view.columns.items()]
    return pl.DataFrame(rows, schema=["table_name", "column_name", "unit", "meaning"], orient="row")


MAKERS: dict[str, Callable[[Settings], pl.DataFrame]] = {
    "dim_node": _nodes,
    "dim_size_type": _size_types,
    "dim_hs": _hs,
    "dim_country": _countries,
    "dim_service": _services,
    "dim_leg": _legs,
    "dim_sender": _senders,
    "dim_iso_week": _weeks,
    "dim_date": _dates,
    "dim_holiday": _holidays,
    "dim_column": dictionary,
}
