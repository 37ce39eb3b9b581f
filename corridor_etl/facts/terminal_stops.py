"""Gate moves out of the stops a terminal lists: a stop is one coming in and one going out, however often it is listed.

Lists of stops often name no container; the terminal's own number of the stop is what ties its two moves together. What
other sources tell of the same moves goes before a list.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.records import records
from corridor_etl.facts.whole_numbers import scaled

NO_FACILITY = "UNKNOWN"
_GATES = (("GTIN", "gated_in_at_utc"), ("GTOT", "gated_out_at_utc"))


def stop_moves(visits: pl.DataFrame | None) -> pl.DataFrame:
    """One row per gate move of a stop: facility, container_no (``stop`` and its number where the list has none),
    move, moved_at_utc, moved_on_local, full_empty, teu_x100; in no order."""
    listed = records("terminal_visit", visits).sort("visit_ref", "inbound_action", "outbound_action")
    stops = listed.unique("visit_ref", keep="first", maintain_order=True)
    return pl.concat(
        stops.drop_nulls(at).select(
            pl.col("facility_code").fill_null(NO_FACILITY).alias("facility"),
            pl.coalesce("container_no", pl.concat_str(pl.lit("stop "), "visit_ref")).alias("container_no"),
            pl.lit(move).alias("move"),
            pl.col(at).alias("moved_at_utc"),
            _on_local(stops, at).alias("moved_on_local"),
            "full_empty",
            scaled("teu", 2).alias("teu_x100"),
        )
        for move, at in _GATES
    )


def _on_local(stops: pl.DataFrame, at: str) -> pl.Expr:
    """The date at the terminal; a zone is the name of one, or the offset written with the time."""
    zones = stops["timezone"].drop_nulls().unique().sort()
    named = [
        pl.when(pl.col("timezone") == zone).then(pl.col(at).dt.convert_time_zone(zone).dt.date())
        for zone in zones
        if zone[:1] not in "+-"
    ]
    minutes = (pl.col("timezone").str.slice(1, 2).cast(pl.Int64, strict=False) * 60) + pl.col(
        "timezone"
    ).str.slice(4, 2).cast(pl.Int64, strict=False)
    sign = pl.when(pl.col("timezone").str.starts_with("-")).then(-1).otherwise(1)
    return pl.coalesce(
        *named, (pl.col(at) + pl.duration(minutes=sign * minutes)).dt.date(), pl.col(at).dt.date()
    )
