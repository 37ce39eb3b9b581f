"""Totals of bilateral trade: one level, one way of counting modes, and every disagreement said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.facts.bilateral_trade import bilateral_totals, corridor_share
from corridor_etl.model import kind
from corridor_etl.reference.currency import per_usd

BASE: dict[str, Any] = {
    "source_id": "comtrade", "reporter_code": "398", "partner_code": "156", "second_partner_code": "all",
    "flow": "export", "period": "2025", "period_on_local": date(2025, 1, 1), "classification": "H6",
    "commodity_code": "TOTAL", "commodity_level": "TOTAL", "transport_mode_code": "all", "procedure_code": "all",
    "customs_office_code": "all", "region_code": "all", "unit_code": "none", "value_usd": Decimal(100),
    "net_kg": None, "version": 1, "action": "insert",
}  # fmt: skip


def cells(*changes: dict[str, Any]) -> pl.DataFrame:
    rows = [{**BASE, **change} for change in changes]
    schema = kind("trade_statistic").schema
    return pl.DataFrame([{n: r.get(n) for n in schema} for r in rows], schema=schema)


def of_level(level: str, value: int | str, code: str = "x", **more: Any) -> dict[str, Any]:
    return {"commodity_level": level, "commodity_code": code, "value_usd": Decimal(value), **more}


def only(frame: pl.DataFrame) -> dict[str, Any]:
    assert frame.height == 1
    return frame.row(0, named=True)


def test_the_stated_total_is_taken_and_levels_are_never_added() -> None:
    row = only(bilateral_totals(cells(
        of_level("TOTAL", 100), of_level("HS2", 60, "07"), of_level("HS2", 40, "08"), of_level("HS6", 100, "070200"),
    )))  # fmt: skip
    assert (row["value_usd"], row["commodity_level"], row["rows"], row["flags"]) == (
        Decimal(100),
        "TOTAL",
        1,
        "",
    )


def test_levels_that_disagree_are_all_shown() -> None:
    row = only(
        bilateral_totals(
            cells(of_level("TOTAL", 100), of_level("HS2", 101, "07"), of_level("HS4", 90, "0702"))
        )
    )
    assert row["value_usd"] == Decimal(100)
    assert row["flags"] == "LEVELS_DIFFER: TOTAL 100, HS2 101, HS4 90"


def test_without_a_stated_total_the_fullest_level_counts() -> None:
    row = only(
        bilateral_totals(
            cells(of_level("HS2", 95, "07"), of_level("HS6", 70, "070200"), of_level("HS6", 20, "080100"))
        )
    )
    assert (row["value_usd"], row["commodity_level"]) == (Decimal(95), "HS2")
    assert row["flags"] == "NO_STATED_TOTAL; LEVELS_DIFFER: HS2 95, HS6 90"


def test_the_coarser_of_two_equal_levels_counts() -> None:
    row = only(bilateral_totals(cells(of_level("HS6", 95, "070200"), of_level("HS2", 95, "07"))))
    assert (row["commodity_level"], row["flags"]) == ("HS2", "NO_STATED_TOTAL")


@pytest.mark.parametrize(
    "name", ["transport_mode_code", "procedure_code", "second_partner_code", "customs_office_code"]
)
def test_a_published_total_of_a_breakdown_is_not_added_to_its_parts(name: str) -> None:
    parts = (of_level("TOTAL", 70, **{name: "A"}), of_level("TOTAL", 30, **{name: "B"}))
    assert only(bilateral_totals(cells(of_level("TOTAL", 100), *parts)))["value_usd"] == Decimal(100)
    row = only(bilateral_totals(cells(*parts)))
    assert row["value_usd"] == Decimal(100)
    assert row["mode_basis"] == ("sum" if name == "transport_mode_code" else "all")


def test_partners_that_are_only_the_largest_are_said() -> None:
    found = bilateral_totals(cells(
        of_level("TOTAL", 100, partner_code="all"), of_level("TOTAL", 60), of_level("TOTAL", 20, partner_code="643"),
        of_level("OTHER", 60, classification="chain"), of_level("OTHER", 40, classification="chain", partner_code="643"),
    ))  # fmt: skip
    row = found.filter(partner_code="all").row(0, named=True)
    assert row["flags"] == "PARTNERS_INCOMPLETE: 2 partners by TOTAL sum to 80"


def test_flows_periods_and_regions_stay_apart() -> None:
    found = bilateral_totals(cells(
        of_level("TOTAL", 1), of_level("TOTAL", 2, flow="import"), of_level("TOTAL", 3, period="2025-01"),
        of_level("TOTAL", 4, region_code="MG"),
    ))  # fmt: skip
    assert sorted(found["value_usd"].to_list()) == [Decimal(n) for n in (1, 2, 3, 4)]


def test_no_statistics_give_no_totals() -> None:
    assert bilateral_totals(None).is_empty()


@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(["07", "08", "94"])), min_size=1, max_size=12),
       st.randoms())  # fmt: skip
def test_the_total_is_independent_of_the_order_of_rows(parts: list[tuple[int, str]], shuffler: Any) -> None:
    rows = [of_level("HS2", v, f"{c}{i}") for i, (v, c) in enumerate(parts)]
    mixed = list(rows)
    shuffler.shuffle(mixed)
    first, second = (bilateral_totals(cells(*r)) for r in (rows, mixed))
    assert first.equals(second)
    assert only(first)["value_usd"] == sum(v for v, _ in parts)


def test_the_corridor_s_share_of_a_month_and_a_year() -> None:
    day = date(2025, 6, 11)
    lines = pl.DataFrame({
        "flow": ["EXPORT_DOMESTIC", "RE_EXPORT", "IMPORT", "EXPORT_DOMESTIC"],
        "released_on_local": [day, day, day, date(2024, 12, 31)],
        "rate_date": [day, day, day, date(2024, 12, 31)],
        "value_cny": [Decimal(1000), Decimal(500), Decimal(9), Decimal(7)],
    }, schema_overrides={"value_cny": pl.Decimal(18, 2)})  # fmt: skip
    totals = bilateral_totals(cells(
        of_level("TOTAL", 1000), of_level("TOTAL", 400, period="2025-06"), of_level("TOTAL", 0, period="2025-05"),
        of_level("TOTAL", 50, partner_code="643"),
    ))  # fmt: skip
    found = {r["period"]: r for r in corridor_share(lines, totals, partner="156").iter_rows(named=True)}
    rate = per_usd("CNY", day)
    wanted = sum(((Decimal(v) / rate).quantize(Decimal("0.01")) for v in (1000, 500)), Decimal(0))
    assert (found["2025"]["corridor_usd"], found["2025"]["corridor_lines"]) == (wanted, 2)
    assert found["2025-06"]["corridor_share"] == (wanted / 400).quantize(Decimal("1e-12"))
    assert (found["2025-05"]["corridor_usd"], found["2025-05"]["corridor_share"]) == (Decimal(0), None)
    assert set(found) == {"2025", "2025-06", "2025-05"}
