"""Port stays: how long boxes stand at a place, and what happens to them there."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.kpis._durations import spread, squares, with_cv
from corridor_etl.kpis._example import Example, at
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "facility", "stay")
COLUMNS = (
    "stays", "sum_s", "mean_s", "median_s", "p90_s", "min_s", "max_s", "cv_ppm", "over_free_time", "by_rail",
    "inspected", "vgm_known",
)  # fmt: skip
_DAY_S = 86400


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_port_stay_week, of stays by the week in which they ended."""
    seconds = (pl.col("out_at_utc") - pl.col("in_at_utc")).dt.total_seconds()
    stays = facts.port_visits.with_columns(pl.col("out_week").alias("iso_week"), seconds.alias("stay_s"))
    free_s = int(settings.thresholds.port_free_days * _DAY_S)
    known = pl.col("is_vgm_known")
    groups = (
        stays.sort("stay_s")
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("stays"),
            **spread("stay_s", settings),
            squares=squares("stay_s"),
            over_free_time=_count(pl.col("stay_s") > free_s),
            by_rail=_count(pl.col("is_by_rail")),
            inspected=_count(pl.col("is_inspected")),
            vgm_known=pl.when(known.count() > 0).then(_count(known)),
        )
    )
    return with_cv(groups, "stays")


def _count(is_one: pl.Expr) -> pl.Expr:
    return is_one.sum().cast(pl.Int64)


KPI = Kpi(
    name="port_stays",
    title=Translated(
        en="Port dwell and handling",
        zh="港口停留时间与作业",
        ru="Стоянка в порту и обработка",
        kk="Порттағы тұру уақыты және өңдеу",
    ),
    formula=(
        "Stay = move out - move in. import: DISC to gate-out or rail; export: gate-in or rail to LOAD; "
        "transhipment: DISC "
        "to LOAD; inland: all else. Shares over stays: over_free_time (thresholds.port_free_days), inspected, "
        "by_rail (rail "
        "modal share, of import and export), vgm_known (VGM before loading, of export). CV = standard deviation "
        "/ mean"
    ),
    unit="s; stays; ppm",
    basis="Actual events of ports and terminals; a move in followed at the same place by a move out of the same box.",
    is_additive=False,
    week_date="Date of the move out at the terminal",
    zone="Terminal",
    caveat=Translated(
        en=(
            "Only stays seen whole: boxes still standing are missing, and a box whose move in or out nobody "
            "reported. Holds "
            "that stop no clock are not seen."
        ),
        zh="仅统计进出均可见的停留：仍在港的以及缺少进或出报告的集装箱不计；不影响时间的扣留不可见。",
        ru=(
            "Только стоянки, видимые целиком: нет контейнеров, которые ещё стоят, и тех, о чьём ввозе или вывозе не "
            "сообщили. Задержания, не останавливающие время, не видны."
        ),
        kk=(
            "Тек толық көрінген тұрулар: әлі тұрған контейнерлер және кіруі не шығуы хабарланбаған контейнерлер жоқ. "
            "Уақытты тоқтатпайтын ұстаулар көрінбейді."
        ),
    ),
    small_number_rule="No P90 below thresholds.percentile_min_trips stays; no CV of one.",
    mart="mart_port_stay_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
    helpers=(spread,),
    example=Example(
        given={
            "port_visits": tuple(
                {
                    "facility": "NGB", "stay": "export", "out_week": "2025-W23", "in_at_utc": at("01 00:00"),
                    "out_at_utc": at(out), "is_by_rail": rail, "is_inspected": seen, "is_vgm_known": vgm,
                }
                for out, rail, seen, vgm in (
                    ("02 00:00", True, False, True), ("03 00:00", True, True, True), ("04 00:00", True, True, False),
                    ("08 00:00", False, False, True), ("08 00:01", False, False, True),
                )
            )
        },
        figures=(
            (
                "2025-W23", "NGB", "export", 5, 1_728_060, 345_612, 259_200, 604_836, 86_400, 604_860, 632_474,
                1, 3, 2, 4,
            ),
        ),
    ),
)  # fmt: skip
