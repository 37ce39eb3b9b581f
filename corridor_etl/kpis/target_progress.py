"""Progress to the yearly targets of a service, from the weekly rows of other KPIs.

Nothing is counted anew: the figures are sums over the ISO year of rows that the marts already hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl

from corridor_etl.kpis._exact import rounded_quotient
from corridor_etl.kpis._example import Example, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.reference.calendar import monday, weeks_in_year
from corridor_etl.settings import Settings

DAY_S = 86400
COLUMNS = (
    "weeks_running", "cargo_g_ytd", "cargo_target_pct_x100", "cargo_g_projected", "cargo_g_per_week_required",
    "trade_cny_fen_ytd", "trade_target_pct_x100", "weeks_timed", "weeks_within_target",
)  # fmt: skip

_PCT = ("cargo_target_pct", "trade_target_pct")


@dataclass(frozen=True)
class TargetProgress:
    """Where a service stands at the end of an ISO week, counted from week 1 of its ISO year.

    Weights are grams, money fen; ``*_pct`` are per cent with two decimals. ``weeks_running`` are the weeks of the
    year since the service's first week ever; a projection over none of them, or a rate over no weeks left, is None.
    """

    service_id: str
    week: str
    weeks_done: int
    weeks_in_year: int
    weeks_running: int
    year_elapsed_pct: Decimal
    cargo_g_ytd: int
    cargo_target_pct: Decimal
    cargo_g_projected: int | None
    cargo_g_per_week_required: int | None
    trade_cny_fen_ytd: int
    trade_target_pct: Decimal
    weeks_timed: int
    weeks_within_target: int


def target_progress(
    marts: Mapping[str, pl.DataFrame], service_id: str, week: str, settings: Settings
) -> TargetProgress:
    """Progress of ``service_id``, both directions, at the end of ISO week ``week``.

    The projection is the mean of ``weeks_running`` times the weeks of the year: the pace of a full year, also for
    a service that started within it. A week is within the target when its westbound mean door-to-door time is.
    ``UsageError`` for a label that is no week.
    """
    done, in_year = _weeks_done(week), _weeks_in_year(week)
    names = ("mart_throughput_week", "mart_trade_week", "mart_transit_week")
    throughput, trade, transit = (marts[name].filter(service_id=service_id) for name in names)
    running = _weeks_running(throughput, week)
    cargo_g = int(_so_far(throughput, week)["cargo_gross_g"].sum())
    trade_fen = int(_so_far(trade, week)["value_cny_fen"].sum())
    target_g = _whole(settings.targets.cargo_t_per_year, 1_000_000)
    target_fen = _whole(settings.targets.added_trade_cny_per_year, 100)
    timed = _westbound_door_to_door(transit, week)
    return TargetProgress(
        service_id=service_id,
        week=week,
        weeks_done=done,
        weeks_in_year=in_year,
        weeks_running=running,
        year_elapsed_pct=_pct(done, in_year),
        cargo_g_ytd=cargo_g,
        cargo_target_pct=_pct(cargo_g, target_g),
        cargo_g_projected=rounded_quotient(cargo_g * in_year, running) if running else None,
        cargo_g_per_week_required=_required(target_g - cargo_g, in_year - done),
        trade_cny_fen_ytd=trade_fen,
        trade_target_pct=_pct(trade_fen, target_fen),
        weeks_timed=timed.height,
        weeks_within_target=timed.filter(
            pl.col("mean_s") <= settings.targets.door_to_door_days * DAY_S
        ).height,
    )


def derive(marts: Mapping[str, pl.DataFrame], settings: Settings) -> pl.DataFrame:
    """The progress at the end of each week in which a service moved something."""
    pairs = (
        marts["mart_throughput_week"].select("iso_week", "service_id").unique().sort("iso_week", "service_id")
    )
    rows = [
        (week, service_id, *_figures(target_progress(marts, service_id, week, settings)))
        for week, service_id in pairs.iter_rows()
    ]
    schema = {"iso_week": pl.String(), "service_id": pl.String(), **dict.fromkeys(COLUMNS, pl.Int64())}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _figures(progress: TargetProgress) -> tuple[int | None, ...]:
    known = {**vars(progress), **{f"{n}_x100": int(100 * getattr(progress, n)) for n in _PCT}}
    return tuple(known[name] for name in COLUMNS)


def _weeks_done(week: str) -> int:
    return monday(week).isocalendar().week


def _weeks_in_year(week: str) -> int:
    return weeks_in_year(monday(week).isocalendar().year)


def _so_far(rows: pl.DataFrame, week: str) -> pl.DataFrame:
    return rows.filter(pl.col("iso_week").is_between(pl.lit(f"{week[:4]}-W01"), pl.lit(week)))


def _weeks_running(throughput: pl.DataFrame, week: str) -> int:
    first = throughput["iso_week"].min()
    if first is None or str(first) > week:
        return 0
    start = max(str(first), f"{week[:4]}-W01")
    return _weeks_done(week) - _weeks_done(start) + 1


def _westbound_door_to_door(transit: pl.DataFrame, week: str) -> pl.DataFrame:
    return _so_far(transit, week).filter(measure="door_to_door", direction="W")


def _required(missing_g: int, weeks_left: int) -> int | None:
    return rounded_quotient(max(missing_g, 0), weeks_left) if weeks_left else None


def _whole(amount: float, per: int) -> int:
    return int((Decimal(str(amount)) * per).to_integral_value(ROUND_HALF_EVEN))


def _pct(part: int, whole: int) -> Decimal:
    return Decimal(rounded_quotient(10_000 * part, whole)) / 100


KPI = Kpi(
    name="target_progress",
    title=Translated(
        en="Progress to the yearly targets",
        zh="年度目标进度",
        ru="Выполнение годовых целей",
        kk="Жылдық мақсаттардың орындалуы",
    ),
    formula=(
        "Cargo: sum of cargo_gross_g over weeks 1..w of the ISO year / targets.cargo_t_per_year. Projection: "
        "that sum "
        "/ weeks since the service's first week x weeks in the year. Required: what is missing / weeks left. Trade: "
        "sum of value_cny_fen / targets.added_trade_cny_per_year. Transit: weeks whose westbound mean door-to-door "
        "time is at most targets.door_to_door_days"
    ),
    unit="g; 0.01 CNY; weeks; per cent",
    basis="Weekly marts of one service, both directions; cargo gross weight (targets.weight_basis).",
    is_additive=False,
    week_date="The weeks of the figures it adds up",
    zone="That of the figures it adds up",
    caveat=Translated(
        en=(
            "ISO year, not calendar year. In a service's first year the projection is the pace of a full "
            "year."
        ),
        zh="按 ISO 年而非日历年计算；服务开行首年，预测值为整年速度的推算。",
        ru="Год ИСО, а не календарный. В первый год сервиса прогноз — это темп полного года.",
        kk=("Күнтізбелік емес, ISO жылы. Қызметтің алғашқы жылында болжам толық жылдың қарқынын білдіреді."),
    ),
    small_number_rule="The projection is given with the number of weeks it rests on.",
    mart="mart_throughput_week",
    dimensions=("iso_week", "service_id"),
    columns=COLUMNS,
    derive=derive,
    helpers=(target_progress,),
    example=Example(
        given={
            "mart_throughput_week": rows_of(
                {"iso_week": "2025-W10", "cargo_gross_g": 300_000_000},
                {"iso_week": "2025-W12", "cargo_gross_g": 100_000_000},
            ),
            "mart_trade_week": rows_of(
                {"iso_week": "2025-W10", "value_cny_fen": 1_500_000_000},
                {"iso_week": "2025-W10", "value_cny_fen": 500_000_000},
            ),
            "mart_transit_week": rows_of(
                {"iso_week": "2025-W11", "measure": "door_to_door", "mean_s": 604_800}
            ),
        },
        figures=(
            (
                "2025-W10",
                "YIN-ALA",
                1,
                300_000_000,
                111,
                15_600_000_000,
                635_714_286,
                2_000_000_000,
                200,
                0,
                0,
            ),
            (
                "2025-W12",
                "YIN-ALA",
                3,
                400_000_000,
                148,
                6_933_333_333,
                665_000_000,
                2_000_000_000,
                200,
                1,
                1,
            ),
        ),
    ),
)
