"""Progress to the yearly targets: ISO years, weeks since the start, what is still required."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from corridor_etl.errors import UsageError
from corridor_etl.kpis.target_progress import target_progress
from corridor_etl.settings import Settings

TONNE = 1_000_000
TARGET_S = 7 * 86400


def marts(
    cargo: list[tuple[str, str, str, int]] = [],  # noqa: B006
    trade: list[tuple[str, str, int]] = [],  # noqa: B006
    transit: list[tuple[str, str, str, int]] = [],  # noqa: B006
) -> dict[str, pl.DataFrame]:
    text: Any = pl.String
    return {
        "mart_throughput_week": pl.DataFrame(
            cargo,
            schema={"iso_week": text, "service_id": text, "direction": text, "cargo_gross_g": pl.Int64},
            orient="row",
        ),
        "mart_trade_week": pl.DataFrame(
            trade, schema={"iso_week": text, "service_id": text, "value_cny_fen": pl.Int64}, orient="row"
        ),
        "mart_transit_week": pl.DataFrame(
            [(w, "YIN-ALA", d, m, s) for w, d, m, s in transit],
            schema={
                "iso_week": text,
                "service_id": text,
                "direction": text,
                "measure": text,
                "mean_s": pl.Int64,
            },
            orient="row",
        ),
    }


def test_a_service_in_its_first_year(settings: Settings) -> None:
    tables = marts(
        cargo=[
            ("2025-W09", "YIN-ALA", "W", 300 * TONNE),
            ("2025-W10", "YIN-ALA", "E", 100 * TONNE),
            ("2025-W12", "YIN-ALA", "W", 200 * TONNE),
            ("2025-W13", "YIN-ALA", "W", 999 * TONNE),
            ("2025-W10", "YIU-EU", "W", 999 * TONNE),
        ],
        trade=[
            ("2025-W09", "YIN-ALA", 2_000_000_000),
            ("2025-W12", "YIN-ALA", 500_000_000),
            ("2025-W12", "UNKNOWN", 1),
        ],
        transit=[
            ("2025-W09", "W", "door_to_door", TARGET_S),
            ("2025-W10", "W", "door_to_door", TARGET_S + 1),
            ("2025-W10", "W", "border", 1),
            ("2025-W11", "E", "door_to_door", 1),
        ],
    )
    found = target_progress(tables, "YIN-ALA", "2025-W12", settings)
    assert (found.weeks_done, found.weeks_in_year, found.weeks_running) == (12, 52, 4)
    assert found.year_elapsed_pct == Decimal("23.08")
    assert (found.cargo_g_ytd, found.cargo_target_pct) == (600 * TONNE, Decimal("2.22"))
    assert found.cargo_g_projected == 7800 * TONNE
    assert found.cargo_g_per_week_required == 660 * TONNE
    assert (found.trade_cny_fen_ytd, found.trade_target_pct) == (2_500_000_000, Decimal("2.5"))
    assert (found.weeks_timed, found.weeks_within_target) == (2, 1)


def test_the_next_year_starts_again_at_its_first_week(settings: Settings) -> None:
    tables = marts(
        cargo=[("2025-W52", "YIN-ALA", "W", 999 * TONNE), ("2026-W02", "YIN-ALA", "W", 106 * TONNE)]
    )
    found = target_progress(tables, "YIN-ALA", "2026-W02", settings)
    assert (found.weeks_done, found.weeks_in_year, found.weeks_running) == (2, 53, 2)
    assert found.cargo_g_ytd == 106 * TONNE
    assert found.cargo_g_projected == 2809 * TONNE


def test_at_the_end_of_the_year_no_weekly_rate_helps_any_more(settings: Settings) -> None:
    found = target_progress(
        marts(cargo=[("2026-W53", "YIN-ALA", "W", TONNE)]), "YIN-ALA", "2026-W53", settings
    )
    assert found.year_elapsed_pct == 100
    assert found.cargo_g_per_week_required is None


def test_a_target_that_is_passed_requires_nothing(settings: Settings) -> None:
    found = target_progress(
        marts(cargo=[("2025-W09", "YIN-ALA", "W", 30_000 * TONNE)]), "YIN-ALA", "2025-W09", settings
    )
    assert found.cargo_g_per_week_required == 0
    assert found.cargo_target_pct == Decimal("111.11")


def test_before_the_first_week_there_is_nothing_to_project(settings: Settings) -> None:
    found = target_progress(
        marts(cargo=[("2025-W09", "YIN-ALA", "W", TONNE)]), "YIN-ALA", "2025-W08", settings
    )
    assert (found.weeks_running, found.cargo_g_ytd, found.cargo_g_projected) == (0, 0, None)


def test_a_label_that_is_no_week_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError, match="2025-W53"):
        target_progress(marts(), "YIN-ALA", "2025-W53", settings)
