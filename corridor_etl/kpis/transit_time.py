"""Transit time: door to door, and the five legs it consists of. The border on its own is ``border_time``."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.milestones import MILESTONES
from corridor_etl.kpis._durations import COLUMNS, DIMENSIONS, duration_rows, with_goods
from corridor_etl.kpis._kpi import Kpi
from corridor_etl.settings import Settings

_LEGS = (
    ("leg_origin", "gate_in_at_utc", "departed_at_utc"),
    ("leg_to_border", "departed_at_utc", "border_arrived_at_utc"),
    ("leg_border", "border_arrived_at_utc", "border_departed_at_utc"),
    ("leg_from_border", "border_departed_at_utc", "arrived_at_utc"),
    ("leg_delivery", "arrived_at_utc", "delivered_at_utc"),
)


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_transit_week for door_to_door and, over trips with all six milestones, each leg."""
    trips = with_goods(facts.trips)
    complete = trips.drop_nulls([m.name for m in MILESTONES])
    whole = duration_rows(
        trips,
        settings,
        measure="door_to_door",
        start="gate_in_at_utc",
        end="delivered_at_utc",
        week_date="delivered_on_local",
        target_days=settings.targets.door_to_door_days,
    )
    legs = [
        duration_rows(
            complete, settings, measure=measure, start=start, end=end, week_date="delivered_on_local"
        )
        for measure, start, end in _LEGS
    ]
    return pl.concat([whole, *legs])


KPI = Kpi(
    name="transit_time",
    title="Transit time, door to door and by leg",
    formula=(
        "door_to_door = delivered - gate-in. Legs: gate-in, departed, border arrived, border departed, arrived, "
        "delivered, each to the next. Median and P90 by linear interpolation"
    ),
    unit="s; trips",
    basis="Actual events of laden containers (or not known to be empty); instants in UTC.",
    is_additive=False,
    week_date="Delivery at the far door, on that place's calendar",
    caveat=(
        "Only finished trips: in the last weeks long trips are still missing. Legs are over trips with all six "
        "milestones, door_to_door over trips with both ends. A negative duration is left out; it is a finding."
    ),
    small_number_rule="No P90 below thresholds.percentile_min_trips trips.",
    mart="mart_transit_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
)
