"""Declared share: how many laden containers have a customs declaration that names them."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.untraded import UNDECLARED
from corridor_etl.kpis._example import Example, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id")


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_match_week: laden trips, and those whose flow is known from a declaration."""
    return (
        facts.trips.filter(pl.col("full_empty") == "F")
        .with_columns(pl.col("departure_week").alias("iso_week"))
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("laden_boxes"),
            (pl.col("flow") != UNDECLARED).sum().cast(pl.Int64).alias("declared_boxes"),
        )
    )


KPI = Kpi(
    name="declared_share",
    title=Translated(
        en="Laden containers with a declaration",
        zh="有报关单的重箱",
        ru="Гружёные контейнеры с декларацией",
        kk="Декларациясы бар жүк тиелген контейнерлер",
    ),
    formula="declared_boxes / laden_boxes",
    unit="containers",
    basis="Loading lists against the container numbers of declarations of the same direction within 30 days.",
    is_additive=True,
    week_date="Departure of the container from the origin, on the origin's calendar; planned date if no event",
    zone="Origin of the train",
    caveat=Translated(
        en="Rises while declarations still arrive. Containers not known to be laden are left out.",
        zh="报关单陆续到达期间该比例会上升；未确知为重箱的集装箱不计入。",
        ru=(
            "Растёт, пока поступают декларации. Контейнеры, о загрузке которых нет сведений, не учитываются."
        ),
        kk="Декларациялар түсіп жатқанда өседі. Жүк тиелгені белгісіз контейнерлер есепке алынбайды.",
    ),
    small_number_rule="Below thresholds.match_rate_min_pct the issue calls its trade figures partial.",
    mart="mart_match_week",
    dimensions=DIMENSIONS,
    columns=("laden_boxes", "declared_boxes"),
    compute=compute,
    example=Example(
        given={
            "trips": rows_of(
                {"full_empty": "F", "flow": "EXPORT_DOMESTIC"},
                {"full_empty": "F", "flow": "RE_EXPORT"},
                {"full_empty": "F", "flow": "UNDECLARED"},
                {"full_empty": "E", "flow": "EMPTY"},
                {"full_empty": None, "flow": "EXPORT_DOMESTIC"},
                departure_week="2025-W23",
            )
        },
        figures=(("2025-W23", "YIN-ALA", 3, 2),),
    ),
)
