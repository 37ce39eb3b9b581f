"""Asks ledger, lake and reconciled items for the data quality figures of a week of receipt, or of one delivery.

What is made of the counts belongs to ``quality.figures``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import polars as pl

from corridor_etl.errors import UsageError
from corridor_etl.jobs.delivery_counts import COUNTED, delivery_counts, due_weeks
from corridor_etl.jobs.event_lags import event_lags
from corridor_etl.jobs.grades import last_week
from corridor_etl.jobs.quarantine_stock import stock
from corridor_etl.quality.figures import SOURCE_COUNTS, corridor_figures, source_figures, top_rules
from corridor_etl.reference.calendar import monday
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

UNCLAIMED = "unclaimed"
"""Stands for the family of files that belong to none."""
_EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
_OWN_DELIVERY = ["source_id", "delivery_id"]


@dataclass(frozen=True)
class Figures:
    """``sources``: ``SOURCE_FIGURES``; ``rules``: the top rules of each; ``corridor``: one row of ``CORRIDOR_FIGURES``,
    none for a single delivery."""

    sources: pl.DataFrame
    rules: pl.DataFrame
    corridor: pl.DataFrame


def of_week(warehouse: Warehouse, settings: Settings, week: str | None = None) -> Figures:
    """Figures of what was received in ``week`` (UTC), else in that of the last receipt; ``UsageError`` for no week."""
    chosen = week or last_week(warehouse)
    began = datetime.combine(monday(chosen), time(), UTC)
    came = _claimed(delivery_counts(warehouse))
    held = _claimed(warehouse.quarantine().join(came.select("delivery_no", "source_id"), on="delivery_no"))
    owed = due_weeks(warehouse, settings).filter(iso_week=chosen).drop("iso_week")
    mine = came.filter(iso_week=chosen)
    parts = [owed, stock(held, began, began + timedelta(weeks=1))]
    sources, rules = _of(warehouse, settings, mine, held, parts)
    return Figures(sources, rules, corridor_figures(_items(warehouse, chosen), settings.quality))


def of_delivery(warehouse: Warehouse, settings: Settings, delivery_no: int) -> Figures:
    """Figures of one delivery, with all that was ever decided about its rows; ``UsageError`` for an unknown number."""
    mine = _claimed(delivery_counts(warehouse).filter(delivery_no=delivery_no))
    if mine.is_empty():
        raise UsageError(
            f"there is no delivery {delivery_no}", fix="corridor deliveries list shows the numbers."
        )
    held = warehouse.quarantine().join(mine.select("delivery_no", "source_id"), on="delivery_no")
    sources, rules = _of(warehouse, settings, mine, held, [stock(held, *_EVER)])
    return Figures(sources, rules, pl.DataFrame())


def _claimed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col("source_id").fill_null(UNCLAIMED))


def _of(
    warehouse: Warehouse,
    settings: Settings,
    mine: pl.DataFrame,
    held: pl.DataFrame,
    parts: list[pl.DataFrame],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The figures and the top rules of some deliveries, with counts by source that were made elsewhere."""
    loaded = mine.filter(pl.col("rows_judged") > 0).select("delivery_no", *_OWN_DELIVERY, "received_at_utc")
    lags = event_lags(warehouse, loaded.drop("delivery_no"), _weeks_of(warehouse, loaded))
    counts = mine.group_by("source_id").agg(pl.col(name).sum() for name in COUNTED)
    for part in (*parts, lags):
        counts = counts.join(part, on="source_id", how="full", coalesce=True)
    made = counts.select(_counted(counts, name, dtype) for name, dtype in SOURCE_COUNTS.items())
    hits = pl.concat([_held_back(held, mine), _remarks(warehouse, loaded)])
    return source_figures(made, settings.quality), top_rules(hits)


def _counted(counts: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Expr:
    """A count of the schema; 0 where nothing was counted, but null where nothing was measured."""
    value = pl.col(name) if name in counts.columns else pl.lit(None)
    is_measured = name.endswith("_s") or name == "source_id"
    return (value if is_measured else value.fill_null(0)).cast(dtype).alias(name)


def _weeks_of(warehouse: Warehouse, loaded: pl.DataFrame) -> list[str]:
    """The weeks of data these deliveries speak about, so that no other part of the lake is opened."""
    known = warehouse.arrivals().join(loaded, on=["source_id", "received_at_utc"], how="semi")
    return known["iso_week"].unique().sort().to_list()


def _held_back(held: pl.DataFrame, mine: pl.DataFrame) -> pl.DataFrame:
    """One line per row and rule that held it back."""
    rows = held.join(mine.select("delivery_no"), on="delivery_no", how="semi")
    each = rows.select("source_id", pl.col("rule_ids").str.split(",").alias("rule_id"), "severity")
    return each.explode("rule_id", empty_as_null=True).with_columns(rows=pl.lit(1, dtype=pl.Int64))


def _remarks(warehouse: Warehouse, loaded: pl.DataFrame) -> pl.DataFrame:
    """What was said of rows that loaded all the same; critical findings are those of the rows held back."""
    said = warehouse.findings().filter(pl.col("severity") != "critical")
    return said.join(loaded.select(_OWN_DELIVERY), on="delivery_id").select(
        "source_id", "rule_id", "severity", pl.col("rows").cast(pl.Int64)
    )


def _items(warehouse: Warehouse, week: str) -> pl.DataFrame:
    """Reconciled items of a week with the planned day of the train of those that have one."""
    trips = warehouse.trips(weeks=[week]).select("trip_id", "departure_on_local")
    return warehouse.reconciled_items(weeks=[week]).join(
        trips, left_on="subject_key", right_on="trip_id", how="left"
    )
