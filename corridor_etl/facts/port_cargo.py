"""Cargo beside the calls it was moved at: lots are added per call first, so that a join repeats no call."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.records import records


def cargo_by_call(cargo: pl.DataFrame | None, calls: pl.DataFrame | None) -> pl.DataFrame:
    """One row per call that has cargo or is known: ``call_key``, its place and dates, ``lots`` and ``gross_kg``.

    ``is_call_known`` is false where cargo names a call nobody reported. Sorted by ``call_key``.
    """
    lots = (
        records("port_cargo", cargo)
        .group_by("call_key")
        .agg(pl.len().cast(pl.Int64).alias("lots"), pl.col("gross_kg").cast(pl.Decimal(38, 3)).sum())
    )
    known = records("port_call", calls).select(
        "call_key", "facility_code", "call_on_local", "arrived_at_utc", "departed_at_utc",
        is_call_known=pl.lit(True),
    )  # fmt: skip
    joined = known.join(lots, on="call_key", how="full", coalesce=True, validate="1:1")
    return joined.with_columns(
        pl.col("is_call_known").fill_null(False), pl.col("lots").fill_null(0)
    ).sort("call_key")  # fmt: skip
