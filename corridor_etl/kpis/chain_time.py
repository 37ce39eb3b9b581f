"""Legs and stops of the whole chain: the train's way, the domestic leg and the waiting at its ends.

The border's two sides are ``border_sides``, what a box does after delivery ``turn_time``.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.places import role_nodes, with_local_date
from corridor_etl.kpis._durations import CHAIN_COLUMNS, DIMENSIONS, Stretch, chain_rows, timed, with_goods
from corridor_etl.kpis._example import Example, at, on, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

_DEPARTED, _ARRIVED, _DELIVERED = "departed_on_local", "arrived_on_local", "delivered_on_local"
_TRAIN = (Stretch("train_to_train", "departed_at_utc", "arrived_at_utc", _ARRIVED),)
_BEFORE = (
    Stretch("stop_door_origin", "gate_in_at_utc", "domestic_departed_at_utc", _DEPARTED),
    Stretch("leg_domestic", "domestic_departed_at_utc", "origin_arrived_at_utc", _DEPARTED),
    Stretch("stop_origin", "origin_arrived_at_utc", "departed_at_utc", _DEPARTED),
)
_AFTER = (
    Stretch("stop_destination", "arrived_at_utc", "domestic_departed_at_utc", _ARRIVED),
    Stretch("leg_domestic", "domestic_departed_at_utc", "door_arrived_at_utc", _DELIVERED),
    Stretch("stop_door_destination", "door_arrived_at_utc", "delivered_at_utc", _DELIVERED),
)


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_chain_week, of laden trips that have both ends of a measure in the right order."""
    places = role_nodes(facts.trips, settings)
    trips = with_goods(
        with_local_date(facts.trips, places, "arrived_at_utc", "destination", "arrived_on_local")
    )
    is_before = (pl.col("domestic_departed_at_utc") <= pl.col("departed_at_utc")).fill_null(False)
    domestic = [timed(trips.filter(is_before), _BEFORE), timed(trips.filter(~is_before), _AFTER)]
    return chain_rows(pl.concat([timed(trips, _TRAIN), *domestic]).drop_nulls("monday"), settings)


KPI = Kpi(
    name="chain_time",
    title=Translated(
        en="Train, domestic leg and stops",
        zh="列车、境内段与停留时间",
        ru="Поезд, внутренний участок и стоянки",
        kk="Пойыз, ішкі учаске және тұрақтар",
    ),
    formula=(
        "train_to_train = arrived - departed. Westbound domestic leg: stop_door_origin = domestic departed - "
        "gate-in, "
        "leg_domestic = origin arrived - domestic departed, stop_origin = departed - origin arrived; eastbound "
        "the same "
        "after the train: stop_destination, leg_domestic, stop_door_destination. CV = standard deviation / mean"
    ),
    unit="s; trips; ppm",
    basis="Actual events of laden containers (or not known to be empty); instants in UTC.",
    is_additive=False,
    week_date="End of the measure, or the departure or delivery it leads to, on the calendar of that place",
    zone="Place of the date",
    caveat=Translated(
        en=(
            "Only finished stretches. Each measure is over the trips that have its own two ends, so that they "
            "do not add "
            "up to door to door."
        ),
        zh="仅统计已完成的区段；各项取自身两端节点齐全的运次，故相加不等于门到门时间。",
        ru=(
            "Только завершённые отрезки. Каждый показатель — по рейсам, у которых есть оба его конца, поэтому в "
            "сумме "
            "время от двери до двери не получается."
        ),
        kk=(
            "Тек аяқталған бөліктер. Әр көрсеткіш өзінің екі шеті бар рейстер бойынша, сондықтан қосындысы "
            "есіктен есікке "
            "дейінгі уақытқа тең емес."
        ),
    ),
    small_number_rule="No P90 below thresholds.percentile_min_trips trips; no CV of one.",
    mart="mart_chain_week",
    dimensions=DIMENSIONS,
    columns=CHAIN_COLUMNS,
    compute=compute,
    helpers=(timed, chain_rows),
    example=Example(
        given={
            "trips": rows_of(
                {
                    "gate_in_at_utc": at("02 00:00"), "domestic_departed_at_utc": at("02 10:00"),
                    "origin_arrived_at_utc": at("04 10:00"), "departed_at_utc": at("05 00:00"),
                    "arrived_at_utc": at("06 00:00"), "delivered_at_utc": at("06 12:00"),
                },
                {"departed_at_utc": at("05 00:00"), "arrived_at_utc": at("06 12:00")},
                {
                    "departed_at_utc": at("02 00:00"), "arrived_at_utc": at("03 00:00"), "direction": "E",
                    "domestic_departed_at_utc": at("03 06:00"), "door_arrived_at_utc": at("07 06:00"),
                    "delivered_at_utc": at("08 06:00"),
                },
                {"departed_at_utc": at("05 00:00"), "arrived_at_utc": at("05 01:00"), "full_empty": "E"},
                full_empty="F",
                departed_on_local=on(5),
                delivered_on_local=on(8),
            )
        },
        figures=(
            (
                "2025-W23", "YIN-ALA", "W", "train_to_train", 2, 216_000, 108_000, 108_000, None, 86_400, 129_600,
                200_000, None,
            ),
            ("2025-W23", "YIN-ALA", "W", "stop_door_origin", 1, *[36_000] * 3, None, *[36_000] * 2, None, None),
            ("2025-W23", "YIN-ALA", "W", "leg_domestic", 1, *[172_800] * 3, None, *[172_800] * 2, None, None),
            ("2025-W23", "YIN-ALA", "W", "stop_origin", 1, *[50_400] * 3, None, *[50_400] * 2, None, None),
            ("2025-W23", "YIN-ALA", "E", "train_to_train", 1, *[86_400] * 3, None, *[86_400] * 2, None, None),
            ("2025-W23", "YIN-ALA", "E", "stop_destination", 1, *[21_600] * 3, None, *[21_600] * 2, None, None),
            ("2025-W23", "YIN-ALA", "E", "leg_domestic", 1, *[345_600] * 3, None, *[345_600] * 2, None, None),
            ("2025-W23", "YIN-ALA", "E", "stop_door_destination", 1, *[86_400] * 3, None, *[86_400] * 2, None, None),
        ),
    ),
)  # fmt: skip
