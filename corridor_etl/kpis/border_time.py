"""Border time: from arrival at the first border station to departure from the second."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.kpis._durations import COLUMNS, DIMENSIONS, duration_rows, with_goods
from corridor_etl.kpis._kpi import Kpi
from corridor_etl.settings import Settings


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_transit_week for the measure ``border``."""
    return duration_rows(
        with_goods(facts.trips),
        settings,
        measure="border",
        start="border_arrived_at_utc",
        end="border_departed_at_utc",
        week_date="border_departed_on_local",
    )


KPI = Kpi(
    name="border_time",
    title="Border time",
    formula="border = departure from the far border station - arrival at the near one; median and P90 interpolated",
    unit="s; trips",
    basis="Actual events of laden containers (or not known to be empty); waiting, gauge change and clearance together.",
    is_additive=False,
    week_date="Departure from the far border station, on that place's calendar",
    caveat="Unlike leg_border it counts every trip with both border events, delivered or not, in the week it crossed.",
    small_number_rule="No P90 below thresholds.percentile_min_trips trips.",
    mart="mart_transit_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
)
