"""Transit time: door to door, and the five legs it consists of. The border on its own is ``border_time``."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.milestones import MILESTONES
from corridor_etl.kpis._durations import COLUMNS, DIMENSIONS, Stretch, duration_rows, timed, with_goods
from corridor_etl.kpis._example import Example, at, on, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

_WEEK = "delivered_on_local"
_LEGS = (
    Stretch("leg_origin", "gate_in_at_utc", "departed_at_utc", _WEEK),
    Stretch("leg_to_border", "departed_at_utc", "border_arrived_at_utc", _WEEK),
    Stretch("leg_border", "border_arrived_at_utc", "border_departed_at_utc", _WEEK),
    Stretch("leg_from_border", "border_departed_at_utc", "arrived_at_utc", _WEEK),
    Stretch("leg_delivery", "arrived_at_utc", "delivered_at_utc", _WEEK),
)


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_transit_week for door_to_door and, over trips with all six milestones, each leg."""
    trips = with_goods(facts.trips)
    complete = trips.drop_nulls([m.name for m in MILESTONES])
    days = settings.targets.door_to_door_days
    whole = Stretch("door_to_door", "gate_in_at_utc", "delivered_at_utc", _WEEK, days)
    return duration_rows(pl.concat([timed(trips, [whole]), timed(complete, _LEGS)]), settings)


KPI = Kpi(
    name="transit_time",
    title=Translated(
        en="Transit time, door to door and by leg",
        zh="门到门及分段运输时间",
        ru="Время в пути: от двери до двери и по участкам",
        kk="Жолдағы уақыт: есіктен есікке және учаскелер бойынша",
    ),
    formula=(
        "door_to_door = delivered - gate-in. Legs: gate-in, departed, border arrived, border departed, arrived, "
        "delivered, each to the next. Median and P90 by linear interpolation. Saving = 1 - median / "
        "targets.baseline_days"
    ),
    unit="s; trips; ppm",
    basis="Actual events of laden containers (or not known to be empty); instants in UTC.",
    is_additive=False,
    week_date="Delivery at the far door, on that place's calendar",
    zone="Far door",
    caveat=Translated(
        en=(
            "Only finished trips: in the last weeks long trips are still missing. Legs are over trips "
            "with all six milestones, door_to_door over trips with both ends. A negative duration is "
            "left out; it is a finding."
        ),
        zh=(
            "仅统计已完成的运次：最近几周缺少耗时较长的运次。分段时间取六个节点齐全的运次，"
            "door_to_door 取首尾节点齐全的运次；负时长不计入，另作为问题提示。"
        ),
        ru=(
            "Только завершённые рейсы: за последние недели долгих рейсов ещё нет. Участки — по рейсам со "
            "всеми шестью событиями, door_to_door — по рейсам с обоими концами. Отрицательная "
            "длительность не учитывается и отмечается как замечание."
        ),
        kk=(
            "Тек аяқталған рейстер: соңғы апталарда ұзақ рейстер әлі жоқ. Учаскелер алты оқиғасы толық "
            "рейстер бойынша, door_to_door екі шеті де бар рейстер бойынша. Теріс ұзақтық есепке "
            "алынбайды, ескерту ретінде көрсетіледі."
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
                {
                    "gate_in_at_utc": at("01 00:00"),
                    "departed_at_utc": at("03 00:00"),
                    "border_arrived_at_utc": at("03 04:00"),
                    "border_departed_at_utc": at("03 20:00"),
                    "arrived_at_utc": at("04 06:00"),
                    "delivered_at_utc": at("08 00:00"),
                },
                {
                    "gate_in_at_utc": at("01 00:00"),
                    "departed_at_utc": at("02 00:00"),
                    "delivered_at_utc": at("08 01:00"),
                },
                {"gate_in_at_utc": at("01 00:00"), "delivered_at_utc": at("08 12:00"), "full_empty": "E"},
                full_empty="F",
                delivered_on_local=on(8),
            )
        },
        figures=(
            (
                "2025-W23",
                "YIN-ALA",
                "W",
                "door_to_door",
                2,
                1_213_200,
                606_600,
                606_600,
                None,
                604_800,
                608_400,
                1,
                414_931,
            ),
            ("2025-W23", "YIN-ALA", "W", "leg_border", 1, *[57_600] * 3, None, *[57_600] * 2, None, None),
            ("2025-W23", "YIN-ALA", "W", "leg_delivery", 1, *[324_000] * 3, None, *[324_000] * 2, None, None),
            (
                "2025-W23",
                "YIN-ALA",
                "W",
                "leg_from_border",
                1,
                *[36_000] * 3,
                None,
                *[36_000] * 2,
                None,
                None,
            ),
            ("2025-W23", "YIN-ALA", "W", "leg_origin", 1, *[172_800] * 3, None, *[172_800] * 2, None, None),
            ("2025-W23", "YIN-ALA", "W", "leg_to_border", 1, *[14_400] * 3, None, *[14_400] * 2, None, None),
        ),
    ),
)
