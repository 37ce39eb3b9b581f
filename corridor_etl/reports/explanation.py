"""A figure taken apart: what each fact adds to it, and whether the parts come to the figure again.

Which facts a mart counts belongs to ``marts.contributions``; the files they come from to ``jobs.explain``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from corridor_etl.kpis import Kpi
from corridor_etl.marts.weekly import members_by_mart
from corridor_etl.reports.measures import Measure
from corridor_etl.reports.series import Series, prepared


def parts(measure: Measure, contributions: pl.DataFrame) -> pl.DataFrame:
    """The ``contributions`` to its mart that a measure counts, with ``amount`` and ``over`` in the mart's unit."""
    rows = prepared(measure.mart, contributions)
    mine = rows.filter(pl.lit(True), *(pl.col(column) == wanted for column, wanted in measure.where.items()))
    over = pl.col(measure.over) if measure.over else pl.lit(None, dtype=pl.Int64)
    counted = mine.with_columns(amount=pl.col(measure.column).fill_null(0), over=over)
    return counted.filter((pl.col("amount") != 0) | (pl.col("over") != 0))


def value_of(measure: Measure, counted: pl.DataFrame, week: str) -> Decimal | None:
    """The value that the parts come to; None where a ratio has nothing to divide by."""
    bottom = int(counted["over"].sum()) if measure.over else 1
    return Series(measure, {week: (int(counted["amount"].sum()), bottom)}).value(week)


def definition(measure: Measure) -> Mapping[str, str]:
    """How the figure is made, in words: the measure's own quotient, then the KPIs that fill its mart."""
    told = {"figure": measure.formula}
    for kpi in members_by_mart()[measure.mart]:
        if _is_about(kpi, measure):
            told |= {
                f"{kpi.name}: {name}": getattr(kpi, name)
                for name in ("formula", "basis", "week_date", "caveat")
            }
    return told


def _is_about(kpi: Kpi, measure: Measure) -> bool:
    """Of the KPIs that share the mart of durations, the one of the border is about nothing else."""
    if kpi.mart != "mart_transit_week":
        return True
    return (kpi.name == "border_time") == (measure.where.get("measure") == "border")
