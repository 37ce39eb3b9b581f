"""Border time: from arrival at the first border station to departure from the second."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.kpis._durations import COLUMNS, DIMENSIONS, Stretch, duration_rows, timed, with_goods
from corridor_etl.kpis._example import Example, at, on, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

_BORDER = Stretch("border", "border_arrived_at_utc", "border_departed_at_utc", "border_departed_on_local")


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_transit_week for the measure ``border``."""
    return duration_rows(timed(with_goods(facts.trips), [_BORDER]), settings)


KPI = Kpi(
    name="border_time",
    title=Translated(
        en="Border time",
        zh="口岸通过时间",
        ru="Время прохождения границы",
        kk="Шекарадан өту уақыты",
    ),
    formula="border = departure from the far border station - arrival at the near one; median and P90 interpolated",
    unit="s; trips",
    basis="Actual events of laden containers (or not known to be empty); waiting, gauge change and clearance together.",
    is_additive=False,
    week_date="Departure from the far border station, on that place's calendar",
    zone="Far border station",
    caveat=Translated(
        en=(
            "Unlike leg_border it counts every trip with both border events, delivered or not, in the "
            "week it crossed."
        ),
        zh="与 leg_border 不同，本指标统计所有具备两个口岸事件的运次，无论是否已交付，并计入通过口岸的当周。",
        ru=(
            "В отличие от leg_border учитываются все рейсы с обоими событиями на границе, доставленные и "
            "нет, в неделю пересечения."
        ),
        kk=(
            "leg_border көрсеткішінен айырмашылығы: шекарадағы екі оқиғасы да бар барлық рейс, "
            "жеткізілсе де, жеткізілмесе де, өткен аптасында есептеледі."
        ),
    ),
    small_number_rule="No P90 below thresholds.percentile_min_trips trips.",
    mart="mart_transit_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
    helpers=(timed, duration_rows),
    example=Example(
        given={
            "trips": rows_of(
                *(
                    {"border_departed_at_utc": at(left), "full_empty": load}
                    for left, load in (
                        ("05 10:00", "F"),
                        ("05 12:00", "F"),
                        ("05 14:00", None),
                        ("05 16:00", "F"),
                        ("06 00:00", "F"),
                        ("08 00:00", "E"),
                        ("04 00:00", "F"),
                    )
                ),
                border_arrived_at_utc=at("05 00:00"),
                border_departed_on_local=on(5),
            )
        },
        figures=(
            (
                "2025-W23",
                "YIN-ALA",
                "W",
                "border",
                5,
                273_600,
                54_720,
                50_400,
                74_880,
                36_000,
                86_400,
                None,
                None,
            ),
        ),
    ),
)
