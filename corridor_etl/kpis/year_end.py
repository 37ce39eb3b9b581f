"""Where the year ends at the present pace: three ways to carry the cargo weight on, a band, and the pace required."""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt

import polars as pl

from corridor_etl.kpis._exact import rounded_quotient
from corridor_etl.kpis._example import Example, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.reference.calendar import pairs_of_years, weeks_between, weeks_in_year, weeks_so_far
from corridor_etl.settings import Settings

COLUMNS = (
    "weeks_running", "weeks_left", "cargo_g_ytd", "linear_g", "linear_low_g", "linear_high_g", "last_8_weeks_g",
    "same_season_g", "required_g_per_week",
)  # fmt: skip
RECENT_WEEKS = 8
Weekly = Mapping[str, int]


def derive(marts: Mapping[str, pl.DataFrame], settings: Settings) -> pl.DataFrame:
    """One row per service and week in which it moved something, as things stood at the end of that week."""
    sums = marts["mart_throughput_week"].group_by("service_id", "iso_week").agg(pl.col("cargo_gross_g").sum())
    target_g = round(settings.targets.cargo_t_per_year) * 1_000_000
    rows = []
    for (service_id,), mine in sums.partition_by("service_id", as_dict=True).items():
        weekly: Weekly = dict(mine.select("iso_week", "cargo_gross_g").sort("iso_week").iter_rows())
        rows += [(week, service_id, *_figures(weekly, week, target_g)) for week in weekly]
    schema = {"iso_week": pl.String(), "service_id": pl.String(), **dict.fromkeys(COLUMNS, pl.Int64())}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _figures(weekly: Weekly, week: str, target_g: int) -> tuple[int | None, ...]:
    """A week without trains since the service's first one counts as zero: it is part of the pace."""
    first = max(min(weekly), weeks_so_far(week)[0])
    series = [weekly.get(w, 0) for w in weeks_between(first, week)]
    running, so_far = len(series), sum(series)
    left = weeks_in_year(int(week[:4])) - int(week[-2:])
    linear = so_far + rounded_quotient(so_far * left, running)
    band = isqrt(left * (running * sum(x * x for x in series) - so_far**2)) // running
    recent = series[-RECENT_WEEKS:]
    required = rounded_quotient(max(target_g - so_far, 0), left) if left else None
    return (
        running, left, so_far, linear, linear - band, linear + band,
        so_far + rounded_quotient(sum(recent) * left, len(recent)), _same_season(weekly, week, so_far), required,
    )  # fmt: skip


def _same_season(weekly: Weekly, week: str, so_far: int) -> int | None:
    """The year grows as the year before grew from the same week on; None without a whole year before."""
    year = int(week[:4]) - 1
    if min(weekly) > f"{year}-W01":
        return None
    whole = sum(g for w, g in weekly.items() if w.startswith(f"{year}-"))
    then = sum(weekly.get(before, 0) for _, before in pairs_of_years(week))
    return rounded_quotient(so_far * whole, then) if then else None


KPI = Kpi(
    name="year_end",
    title=Translated(
        en="Projection to the end of the year",
        zh="年末预测",
        ru="Прогноз на конец года",
        kk="Жыл соңына болжам",
    ),
    formula=(
        "linear = so far + weeks left x mean week since the service's first one; band: +- standard deviation of "
        "its weeks x "
        "square root of weeks left. last_8_weeks: the same with the mean of the last 8. same_season: so far x "
        "the year "
        "before / the same weeks of the year before. Required: (targets.cargo_t_per_year - so far) / weeks left"
    ),
    unit="weeks; g",
    basis="Weekly cargo gross weight of one service, both directions; weeks without a train count as zero.",
    is_additive=False,
    week_date="End of the week; weeks are those of departure",
    zone="That of the figures it adds up",
    caveat=Translated(
        en=(
            "The band is one standard deviation and takes the weeks as independent; about one year in three "
            "ends outside. "
            "Same season needs a whole year before."
        ),
        zh="区间为一个标准差，且假设各周相互独立；约三分之一的年份会落在区间之外。同季预测需要完整的上一年数据。",
        ru=(
            "Полоса — одно стандартное отклонение при независимых неделях; примерно один год из трёх кончается "
            "вне её. Для "
            "сезонного прогноза нужен полный прошлый год."
        ),
        kk=(
            "Жолақ — апталар тәуелсіз деп алынған бір стандартты ауытқу; шамамен үш жылдың бірі одан тыс аяқталады. "
            "Маусымдық болжамға толық өткен жыл керек."
        ),
    ),
    small_number_rule="Given with the number of weeks it rests on; of one week the band is empty of meaning and zero.",
    mart="mart_throughput_week",
    dimensions=("iso_week", "service_id"),
    columns=COLUMNS,
    derive=derive,
    helpers=(_figures, _same_season),
    example=Example(
        given={
            "mart_throughput_week": rows_of(
                {"iso_week": "2025-W01", "cargo_gross_g": 60_000},
                {"iso_week": "2025-W01", "cargo_gross_g": 40_000},
                {"iso_week": "2025-W50", "cargo_gross_g": 300_000},
                {"iso_week": "2026-W01", "cargo_gross_g": 200_000},
            )
        },
        figures=(
            ("2025-W01", "YIN-ALA", 1, 51, 100_000, *[5_200_000] * 4, None, 529_409_804),
            (
                "2025-W50", "YIN-ALA", 50, 2, 400_000, 416_000, 353_775, 478_225, 475_000, None, 13_499_800_000,
            ),
            ("2026-W01", "YIN-ALA", 1, 52, 200_000, *[10_600_000] * 4, 800_000, 519_226_923),
        ),
    ),
)  # fmt: skip
