"""The visit as subject: one stay of a container at one terminal on its way in or out, with its three instants.

On the way out a box comes by the gate, is loaded and leaves; on the way in it arrives, is unloaded and leaves by the
gate. Events further apart than a visit lasts belong to different visits.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corridor_etl.facts.cross_source._sources import Sources, instant, key

VISIT_HOURS = 72


@dataclass(frozen=True)
class _Step:
    way: str
    event_code: str
    column: str


_STEPS = (
    _Step("out", "GTIN", "gate_in_at_utc"),
    _Step("out", "LOAD", "loaded_at_utc"),
    _Step("out", "RAIL_LOAD", "loaded_at_utc"),
    _Step("out", "DEPA", "left_at_utc"),
    _Step("in", "ARRI", "came_at_utc"),
    _Step("in", "DISC", "unloaded_at_utc"),
    _Step("in", "RAIL_UNLD", "unloaded_at_utc"),
    _Step("in", "GTOT", "gate_out_at_utc"),
)
INSTANTS = tuple(dict.fromkeys(step.column for step in _STEPS))
# A name among a few is compared as a number.
_STEP = {
    "way": pl.Enum(["in", "out"]), "event_code": pl.String(), "column": pl.Enum(INSTANTS),
}  # fmt: skip
_FIRSTS = ("delivery_id", "line_no", "event_code", "facility_code", "event_at_utc", "event_on_local")


def subjects(known: Sources) -> pl.DataFrame:
    """One row per visit in which more than one of the instants is known; the first of each counts."""
    return visits(known.events)


def visits(events: pl.DataFrame) -> pl.DataFrame:
    """The same of events as ``Sources`` has them. A visit follows from the events of its own box."""
    steps = _several(_numbered(_steps(events)))
    is_first = (pl.col("visit") != pl.col("visit").shift(1)).fill_null(True)
    instants = steps.group_by("visit", maintain_order=True).agg(
        *(pl.when(pl.col("column") == name).then("event_at_utc").min().alias(name) for name in INSTANTS),
        pl.col("conveyance_name").first(ignore_nulls=True).alias("train_no"),
    )
    found = (
        steps.filter(is_first)
        .select("container_no", "facility_node", "way", *_FIRSTS)
        .hstack(instants.drop("visit"))
        .filter(pl.sum_horizontal(pl.col(name).is_not_null() for name in INSTANTS) > 1)
    )
    at = found.select(instant("event_at_utc")).to_series()
    return found.with_columns(
        subject=pl.lit("visit"),
        subject_key=key("container_no", "facility_node", "way", pl.lit(at)),
        record_kind=pl.lit("port_event"),
        record_key=key("container_no", "event_code", pl.lit(at), "facility_code"),
        iso_week=pl.col("event_on_local").dt.strftime("%G-W%V"),
        container_nos=pl.col("container_no"),
        visit_on_local=pl.col("event_on_local"),
    )


def _steps(events: pl.DataFrame) -> pl.DataFrame:
    """Events that are a step of a visit, those of one place and way together in the order of time."""
    rows = [(s.way, s.event_code, s.column) for s in _STEPS]
    steps = pl.DataFrame(rows, schema=_STEP, orient="row")
    return (
        events.lazy()
        .filter(pl.col("facility_node").is_not_null())
        .select("box_no", "tie_no", "container_no", "facility_node", "conveyance_name", *_FIRSTS)
        .join(steps.lazy(), on="event_code")
        .with_columns(_place_no().alias("place_no"))
        # One event alone is no visit.
        .filter(pl.col("place_no").is_duplicated())
        .collect()
        .sort("place_no", "event_at_utc", "tie_no")
    )


def _place_no() -> pl.Expr:
    """One whole number for a container, a terminal and the way it goes there."""
    node = pl.col("facility_node").cast(pl.Categorical).to_physical().cast(pl.Int64)
    return pl.col("box_no").cast(pl.Int64) * 2**31 + node * 2 + (pl.col("way") == "in").cast(pl.Int64)


def _numbered(steps: pl.DataFrame) -> pl.DataFrame:
    """``visit`` counts the stays: a new one begins elsewhere or after :data:`VISIT_HOURS` without an event."""
    pause = pl.col("event_at_utc") - pl.col("event_at_utc").shift(1)
    is_same = (pl.col("place_no") == pl.col("place_no").shift(1)) & (pause <= pl.duration(hours=VISIT_HOURS))
    return steps.with_columns(
        is_same.fill_null(False).not_().cast(pl.Int64).cum_sum().set_sorted().alias("visit")
    )


def _several(numbered: pl.DataFrame) -> pl.DataFrame:
    """The events of visits that have more than one."""
    visit = pl.col("visit")
    is_several = (visit == visit.shift(1)).fill_null(False) | (visit == visit.shift(-1)).fill_null(False)
    return numbered.filter(is_several)
