"""What a row of a mart is made of: each fact it counts, with the figures of that fact alone.

The KPIs themselves are asked, once, about facts that each have a service of their own; so what is said to be counted is
what was counted. Which lines of which files a fact comes from belongs to ``jobs.explain``.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.marts.weekly import mart_rows
from corridor_etl.settings import Settings

FACT_OF = {
    "mart_throughput_week": "trips",
    "mart_departure_week": "departures",
    "mart_trade_week": "trade_lines",
    "mart_transit_week": "trips",
    "mart_match_week": "trips",
}
"""The fact that a mart of the issue's figures counts. Only what adds up over facts can be taken apart."""
_NUMBER = "fact_no"


def contributions(mart: str, facts: Facts, settings: Settings, *, service_id: str, week: str) -> pl.DataFrame:
    """One row per fact and row of the mart it is counted in: the mart's columns, then the fact's other columns.

    Only what counts for ``service_id`` in ``week``; a fact may count several times, as a trip in each of its legs.
    Sorted as the fact is.
    """
    name = FACT_OF[mart]
    mine: pl.DataFrame = getattr(facts, name).filter(service_id=service_id).with_row_index(_NUMBER)
    alone = mine.with_columns(service_id=pl.col(_NUMBER).cast(pl.String)).drop(_NUMBER)
    found = mart_rows(mart, replace(facts, **{name: alone}), settings).filter(iso_week=week)
    numbered = found.with_columns(pl.col("service_id").cast(pl.UInt32, strict=False).alias(_NUMBER))
    known = set(found.columns)
    rest = mine.select(_NUMBER, *(c for c in mine.columns if c not in known and c != _NUMBER))
    joined = numbered.filter(pl.col(_NUMBER).is_not_null()).join(rest, on=_NUMBER, how="inner")
    return joined.with_columns(service_id=pl.lit(service_id)).sort(_NUMBER, *_text(found)).drop(_NUMBER)


def _text(frame: pl.DataFrame) -> list[str]:
    return [name for name, dtype in frame.schema.items() if dtype == pl.String()]
