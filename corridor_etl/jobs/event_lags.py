"""How long after the event its first report was received, from the rows in the lake."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from corridor_etl.kpis import _exact
from corridor_etl.model import KINDS, RecordKind
from corridor_etl.warehouse import Warehouse

EVENT_AT = {
    "booking": "booked_at_utc",
    "document_event": "event_at_utc",
    "manifest_container": "planned_departure_at_utc",
    "port_event": "event_at_utc",
    "rail_position": "operation_at_utc",
    "transport_event": "event_at_utc",
}
"""Record kind -> the instant its rows are about. Without one it is the end (UTC) of the day they belong to."""


def event_lags(warehouse: Warehouse, deliveries: pl.DataFrame, weeks: Collection[str]) -> pl.DataFrame:
    """source_id, rows_timed, lag_median_s, lag_p90_s of ``deliveries``: delivery_id, source_id, received_at_utc.

    ``weeks`` are the weeks their rows belong to. Only rows that report something for the first time and as done: no
    corrections, cancellations, plans or estimates. Seconds, exact, below 0 for what is reported ahead.
    """
    lags = [_lags(warehouse.scan(kind.name, weeks=weeks), kind, deliveries) for kind in KINDS.values()]
    ordered = pl.concat(lags).sort("lag_s")
    return ordered.group_by("source_id").agg(
        pl.len().cast(pl.Int64).alias("rows_timed"),
        _exact.quantile_of(pl.col("lag_s"), 50).alias("lag_median_s"),
        _exact.quantile_of(pl.col("lag_s"), 90).alias("lag_p90_s"),
    )


def _lags(rows: pl.LazyFrame, kind: RecordKind, deliveries: pl.DataFrame) -> pl.DataFrame:
    is_first = pl.col("action") == "insert" if "action" in kind.schema else pl.lit(True)
    is_done = pl.col("classifier").fill_null("ACT") == "ACT" if "classifier" in kind.schema else pl.lit(True)
    lag = pl.col("received_at_utc") - _event_at(kind)
    mine = rows.filter(is_first, is_done).join(deliveries.lazy(), on="delivery_id")
    return mine.select("source_id", lag.dt.total_seconds().alias("lag_s")).drop_nulls("lag_s").collect()


def _event_at(kind: RecordKind) -> pl.Expr:
    day = pl.coalesce(kind.week_of) + pl.duration(days=1)
    ended = day.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return pl.coalesce(EVENT_AT[kind.name], ended) if kind.name in EVENT_AT else ended
