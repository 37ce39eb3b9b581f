"""CAREC TFI1: hours at the border, each side from entry to exit, and both sides together."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.kpis._durations import CHAIN_COLUMNS, DIMENSIONS, Stretch, chain_rows, timed, with_goods
from corridor_etl.kpis._example import Example, at, on, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

LONG_DAYS = 3
_LEFT = "border_departed_on_local"
_STRETCHES = (
    Stretch("tfi1_near_side", "border_arrived_at_utc", "border_in_departed_at_utc", _LEFT),
    Stretch("tfi1_crossing", "border_in_departed_at_utc", "border_out_arrived_at_utc", _LEFT),
    Stretch("tfi1_far_side", "border_out_arrived_at_utc", "border_departed_at_utc", _LEFT),
    Stretch("tfi1_both_sides", "border_arrived_at_utc", "border_departed_at_utc", _LEFT, LONG_DAYS),
    Stretch("border_wait_for_lift", "border_arrived_at_utc", "transshipped_at_utc", _LEFT),
    Stretch("border_after_lift", "transshipped_at_utc", "border_departed_at_utc", _LEFT),
)


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_chain_week for the two sides, the way between them, their sum, and before and after the lift.

    Of boxes that left the border: the week is that of their departure.
    """
    return chain_rows(timed(with_goods(facts.trips).drop_nulls(_LEFT), _STRETCHES), settings)


KPI = Kpi(
    name="border_sides",
    title=Translated(
        en="Time at each side of the border (CAREC TFI1)",
        zh="口岸两侧停留时间（CAREC TFI1）",
        ru="Время на каждой стороне границы (ЦАРЭС, TFI1)",
        kk="Шекараның әр жағындағы уақыт (ОАӨЫ, TFI1)",
    ),
    formula=(
        "tfi1_near_side = departed - arrived at the near station; tfi1_far_side the same at the far one; "
        "tfi1_both_sides "
        "= departed far - arrived near, with the way between; border_wait_for_lift and border_after_lift part "
        "the same "
        "time at the lift between gauges. Over 72 hours: trips - within_limit. CV = standard deviation / mean"
    ),
    unit="s; trips; ppm",
    basis="Actual events of laden containers; waiting, loading, change of gauge and clearance together.",
    is_additive=False,
    week_date="Departure from the far border station, on that place's calendar",
    zone="Far border station",
    caveat=Translated(
        en=(
            "Where a station reports no departure from the near or no arrival at the far side, only the sum is "
            "known. "
            "CAREC samples shipments; these are all boxes seen."
        ),
        zh="若近侧无离站或远侧无到站报告，则仅有合计时间。CAREC 为抽样统计，此处为所有可见集装箱。",
        ru=(
            "Если станции не сообщают об отправлении с ближней или прибытии на дальнюю сторону, известна только "
            "сумма. "
            "ЦАРЭС обследует выборку отправок; здесь — все замеченные контейнеры."
        ),
        kk=(
            "Станция жақын жақтан жөнелуді немесе алыс жаққа келуді хабарламаса, тек қосындысы белгілі. ОАӨЫ "
            "іріктеме "
            "жүктерді зерттейді; мұнда көрінген барлық контейнерлер."
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
                    "border_in_departed_at_utc": at("02 10:00"), "border_out_arrived_at_utc": at("02 11:00"),
                    "transshipped_at_utc": at("02 18:00"), "border_departed_at_utc": at("03 00:00"),
                },
                {"border_departed_at_utc": at("05 00:00")},
                {"border_departed_at_utc": at("05 00:01")},
                {"border_departed_at_utc": at("04 00:00"), "full_empty": "E"},
                full_empty="F",
                border_arrived_at_utc=at("02 00:00"),
                border_departed_on_local=on(5),
            )
        },
        figures=(
            ("2025-W23", "YIN-ALA", "W", "tfi1_near_side", 1, *[36_000] * 3, None, *[36_000] * 2, None, None),
            ("2025-W23", "YIN-ALA", "W", "tfi1_crossing", 1, *[3_600] * 3, None, *[3_600] * 2, None, None),
            ("2025-W23", "YIN-ALA", "W", "tfi1_far_side", 1, *[46_800] * 3, None, *[46_800] * 2, None, None),
            (
                "2025-W23", "YIN-ALA", "W", "tfi1_both_sides", 3, 604_860, 201_620, 259_200, None, 86_400, 259_260,
                404_091, 2,
            ),
            ("2025-W23", "YIN-ALA", "W", "border_wait_for_lift", 1, *[64_800] * 3, None, *[64_800] * 2, None, None),
            ("2025-W23", "YIN-ALA", "W", "border_after_lift", 1, *[21_600] * 3, None, *[21_600] * 2, None, None),
        ),
    ),
)  # fmt: skip
