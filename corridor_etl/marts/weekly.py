"""Weekly marts from current records: facts once, then every KPI's rows in its table."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from corridor_etl.facts.corridor import Facts, corridor_facts
from corridor_etl.kpis import Kpi, kpis
from corridor_etl.settings import Settings
from corridor_etl.warehouse.schema.marts import MADE_FROM


def weekly_marts(
    current: Mapping[str, pl.DataFrame],
    settings: Settings,
    facts: Facts | None = None,
    *,
    among: Collection[str] | None = None,
) -> dict[str, pl.DataFrame]:
    """Table name -> its rows over all weeks, sorted by the dimensions; text and whole numbers only.

    ``current`` holds, per record kind, the rows in force (latest version, nothing cancelled); a missing kind has
    no rows. Every table is there, with its full schema, also when it is empty. ``SettingsError`` for a service
    that corridor.toml lacks, ``ReferenceMissing`` for a rate that is needed and not there. ``facts`` are those of the
    same records where they are at hand. Of ``among``, where given, only these tables are made.
    """
    facts = facts or corridor_facts(current, settings)
    return {
        mart: _table(members, facts, settings) if _has_records(mart, current) else _no_rows(members)
        for mart, members in members_by_mart().items()
        if among is None or mart in among
    }


def members_by_mart() -> dict[str, list[Kpi]]:
    """Table name -> the KPIs that put rows into it."""
    by_mart: dict[str, list[Kpi]] = {}
    for kpi in kpis().values():
        if kpi.compute is not None:
            by_mart.setdefault(kpi.mart, []).append(kpi)
    return by_mart


def mart_rows(mart: str, facts: Facts, settings: Settings) -> pl.DataFrame:
    """The rows of one table from the facts, as :func:`weekly_marts` makes them."""
    return _table(members_by_mart()[mart], facts, settings)


def _has_records(mart: str, current: Mapping[str, pl.DataFrame]) -> bool:
    return any(kind in current and current[kind].height > 0 for kind in MADE_FROM[mart])


def _no_rows(members: list[Kpi]) -> pl.DataFrame:
    """What the KPIs of a mart make of no records."""
    return pl.DataFrame(schema=members[0].schema)


def _table(members: list[Kpi], facts: Facts, settings: Settings) -> pl.DataFrame:
    rows = [kpi.rows(kpi.compute(facts, settings)) for kpi in members if kpi.compute is not None]
    return pl.concat(rows).sort(members[0].dimensions)
