"""What stands on board when a vessel leaves: one row per container and departure, from stowage plans.

A plan is no move: a box stays on board over several departures. Slots to be filled (instructions) and slots that name
no container are not on board.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.records import records
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.facts.whole_numbers import scaled

_DEPARTURE = ("conveyance_name", "voyage_no", "departure_port_code")
_UNKNOWN = "?"


def on_board(positions: pl.DataFrame | None) -> pl.DataFrame:
    """Columns conveyance_name, voyage_no, facility (port the plan is made for), container_no, plan_week, load_port,
    discharge_port, full_empty, teu_x100, gross_gross_g (verified, else as stated; null unknown), sorted. Of a box that
    a plan has twice the last line counts."""
    rows = records("stowage_position", positions).filter(
        pl.col("plan_type") == "OCCUPIED", pl.col("container_no").is_not_null()
    )
    ordered = rows.sort(*_DEPARTURE, "container_no", "planned_on_local", "line_no", "slot_code")
    return ordered.unique([*_DEPARTURE, "container_no"], keep="last", maintain_order=True).select(
        "conveyance_name",
        "voyage_no",
        pl.col("departure_port_code").alias("facility"),
        "container_no",
        pl.col("planned_on_local").dt.strftime(ISO_WEEK).alias("plan_week"),
        pl.col("load_port_code").fill_null(_UNKNOWN).alias("load_port"),
        pl.col("discharge_port_code").fill_null(_UNKNOWN).alias("discharge_port"),
        "full_empty",
        scaled("teu", 2).alias("teu_x100"),
        pl.coalesce(scaled("vgm_kg", 3), scaled("gross_gross_kg", 3)).alias("gross_gross_g"),
    )
