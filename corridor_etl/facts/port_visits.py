"""Moves at ports and terminals, and the stays between them: in by gate, quay or rail, out by another move.

Moves are actual events, and the gate moves of listed stops nobody reported as events.

Only actual events count. A stay needs a move in and, next at the same place, a move out; what lies between two moves
in, or before a first move out, was not seen whole and is no stay.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.records import records
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.facts.whole_numbers import scaled

MOVES_IN = ("GTIN", "DISC", "RAIL_UNLD")
MOVES_OUT = ("GTOT", "LOAD", "RAIL_LOAD")
INSPECTIONS = ("INSP", "CUSI")
EVENT_COLUMNS = (
    "container_no", "event_code", "classifier", "facility_code", "facility_node", "event_at_utc", "event_on_local",
    "full_empty", "teu", "vgm_kg", "gross_gross_kg",
)  # fmt: skip
"""Of port events the columns that moves and stays are made from."""
_BOX = ("facility", "container_no")


def port_moves(events: pl.DataFrame | None, listed: pl.DataFrame) -> pl.DataFrame:
    """One row per move: facility (node of the corridor, else the code given), container_no, move, moved_at_utc,
    move_week (local), full_empty, teu_x100 and gross_gross_g (verified, else as stated; null unknown), has_vgm, sorted
    by facility, container and time, in before out. ``listed`` are the moves of stops (``terminal_stops.stop_moves``).
    """
    is_out = pl.col("move").is_in(MOVES_OUT)
    reported = (
        _actual(events, (*MOVES_IN, *MOVES_OUT))
        .select(
            *_BOX,
            pl.col("event_code").alias("move"),
            pl.col("event_at_utc").alias("moved_at_utc"),
            pl.col("event_on_local").alias("moved_on_local"),
            "full_empty",
            scaled("teu", 2).alias("teu_x100"),
            pl.coalesce(scaled("vgm_kg", 3), scaled("gross_gross_kg", 3)).alias("gross_gross_g"),
            pl.col("vgm_kg").is_not_null().alias("has_vgm"),
        )
        .collect()
    )
    unreported = listed.join(reported, on=[*_BOX, "move", "moved_on_local"], how="anti")
    moves = pl.concat([reported, unreported], how="diagonal").with_columns(pl.col("has_vgm").fill_null(False))
    week = pl.col("moved_on_local").dt.strftime(ISO_WEEK).alias("move_week")
    return (
        moves.with_columns(week)
        .drop("moved_on_local")
        .sort(*_BOX, "moved_at_utc", is_out, "move", "full_empty")
    )


def port_visits(moves: pl.DataFrame, events: pl.DataFrame | None) -> pl.DataFrame:
    """One row per stay, from moves in the order of :func:`port_moves`.

    facility, container_no, move_in, move_out, in_at_utc, out_at_utc, out_week, full_empty, stay (import, export,
    transhipment, inland), is_by_rail, is_inspected, is_vgm_known (before loading on a vessel; null for others).
    """
    following = pl.col(*_BOX, "move", "moved_at_utc", "move_week", "has_vgm").shift(-1)
    is_same_box = pl.all_horizontal(pl.col(name) == pl.col(f"next_{name}") for name in _BOX)
    stays = (
        moves.with_columns(following.name.prefix("next_"))
        .filter(is_same_box, pl.col("move").is_in(MOVES_IN), pl.col("next_move").is_in(MOVES_OUT))
        .select(
            *_BOX,
            pl.col("move").alias("move_in"),
            pl.col("next_move").alias("move_out"),
            pl.col("moved_at_utc").alias("in_at_utc"),
            pl.col("next_moved_at_utc").alias("out_at_utc"),
            pl.col("next_move_week").alias("out_week"),
            "full_empty",
            (pl.col("has_vgm") | pl.col("next_has_vgm")).alias("has_vgm"),
        )
        .with_row_index("stay_no")
    )
    inspected = _between(stays, _actual(events, INSPECTIONS))
    weighed = _between(stays, _actual(events, ("VGM",)))
    is_vgm_known = pl.col("has_vgm") | pl.col("stay_no").is_in(weighed.implode())
    return stays.with_columns(
        _stay().alias("stay"),
        (pl.col("move_in").eq("RAIL_UNLD") | pl.col("move_out").eq("RAIL_LOAD")).alias("is_by_rail"),
        pl.col("stay_no").is_in(inspected.implode()).alias("is_inspected"),
        pl.when(pl.col("move_out") == "LOAD", pl.col("move_in") != "DISC")
        .then(is_vgm_known)
        .alias("is_vgm_known"),
    ).drop("has_vgm", "stay_no")


def _actual(events: pl.DataFrame | None, codes: tuple[str, ...]) -> pl.LazyFrame:
    return (
        records("port_event", events)
        .lazy()
        .filter(pl.col("classifier") == "ACT", pl.col("event_code").is_in(codes))
        .with_columns(pl.coalesce("facility_node", "facility_code").alias("facility"))
    )


def _between(stays: pl.DataFrame, events: pl.LazyFrame) -> pl.Series:
    """Numbers of the stays during which one of the events happened to the box at the same place."""
    pairs = stays.lazy().join(events.select(*_BOX, "event_at_utc"), on=_BOX)
    during = pairs.filter(pl.col("event_at_utc").is_between("in_at_utc", "out_at_utc"))
    return during.select(pl.col("stay_no").unique().sort()).collect().to_series()


def _stay() -> pl.Expr:
    by_sea_in, by_sea_out = pl.col("move_in") == "DISC", pl.col("move_out") == "LOAD"
    return (
        pl.when(by_sea_in & by_sea_out)
        .then(pl.lit("transhipment"))
        .when(by_sea_in)
        .then(pl.lit("import"))
        .when(by_sea_out)
        .then(pl.lit("export"))
        .otherwise(pl.lit("inland"))
    )
