"""What others see of a week: all of it when many firms are behind it, nothing of a firm that is alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.facts.corridor import corridor_facts
from corridor_etl.marts.disclosure import TOTAL
from corridor_etl.marts.public import public_week
from corridor_etl.settings import Settings, load_settings
from tests.examples import few
from tests.facts.corridor_records import current, item, manifest

WEEK = "2025-W23"
FIRMS = ("Yangguang Lamps", "Haitian Toys", "Beifeng Panels", "Qinghe Umbrellas", "Donghu Radiators")


def boxes(firm: str, chapter: str, kg: int, n: int, consignee: str | None = None) -> dict[str, Any]:
    return manifest(
        container_no=f"QZAU{n:07}", consignor_name=firm, consignee_name=consignee or f"Buyer {firm}",
        hs_code=f"{chapter}0940", cargo_gross_kg=Decimal(kg), line_no=n,
    )  # fmt: skip


def seen(
    rows: list[dict[str, Any]], settings: Settings, table: str = "cargo_weight"
) -> dict[tuple[str, str], Any]:
    manifests = [row for row in rows if "train_no" in row and "departure_on_local" in row]
    items = [row for row in rows if "declaration_no" in row]
    records = current(manifests, items=items)
    found = public_week(records, corridor_facts(records, settings), WEEK, "YIN-ALA", settings.confidentiality)
    return {(f, h): (n, why) for f, h, n, why in found.filter(table=table)
            .select("flow", "hs_chapter", "amount", "withheld").iter_rows()}  # fmt: skip


def test_a_week_of_one_exporter_shows_nothing(settings: Settings) -> None:
    found = seen([boxes(FIRMS[0], "94", 20_000, n) for n in range(1, 9)], settings)
    assert found.keys() >= {("UNDECLARED", "94"), (TOTAL, TOTAL)}
    assert {amount for amount, _ in found.values()} == {None}
    assert found["UNDECLARED", "94"][1] == "too_few_firms"


def test_many_firms_of_like_size_are_shown_with_totals(settings: Settings) -> None:
    found = seen([boxes(firm, "94", 20_000, n) for n, firm in enumerate(FIRMS)], settings)
    assert found == dict.fromkeys(
        [("UNDECLARED", "94"), ("UNDECLARED", TOTAL), (TOTAL, "94"), (TOTAL, TOTAL)], (100000000, None)
    )


def test_one_buyer_of_many_sellers_is_protected_too(settings: Settings) -> None:
    rows = [boxes(firm, "94", 20_000, n, consignee="Dala Market") for n, firm in enumerate(FIRMS)]
    assert seen(rows, settings)["UNDECLARED", "94"] == (None, "too_few_firms")


def test_a_total_of_one_firm_is_withheld_like_a_cell(settings: Settings) -> None:
    """Its cells hide each other, and would leave their sum to be read."""
    many = [item(f"D{n}{c}", trader_uscc=f"91330200MA000000{n}", hs_code=f"{c}09409000")
            for n in range(5) for c in ("85", "94")]  # fmt: skip
    alone = [item(f"R{c}", trader_uscc="913302000000000000", origin_country="JP", hs_code=f"{c}09409000")
             for c in ("85", "94")]  # fmt: skip
    found = seen(many + alone, settings, "trade_value")
    assert {found["RE_EXPORT", column] for column in ("85", "94", TOTAL)} == {(None, "too_few_firms")}
    assert found[TOTAL, TOTAL][0] is None or found["EXPORT_DOMESTIC", TOTAL][0] is None


def test_a_firm_is_one_however_it_is_written_and_a_sum_hides_no_gap(settings: Settings) -> None:
    rows = [boxes(firm, "94", 20_000, n) for n, firm in enumerate(FIRMS)]
    few = [boxes(firm, "95", 20_000, n + 10) for n, firm in enumerate((*FIRMS[:3], FIRMS[0].upper() + " "))]
    found = seen(rows + few, settings)
    assert found["UNDECLARED", "95"] == (None, "too_few_firms")
    assert found["UNDECLARED", TOTAL][0] is None or found["UNDECLARED", "94"][0] is None


def test_trade_is_judged_by_the_trader_of_the_declaration(settings: Settings) -> None:
    items = [item(f"D{n}", trader_uscc=f"91330200MA0000000{n}", total_price=Decimal(1000)) for n in range(5)]
    shown = seen(items, settings, "trade_value")
    assert shown["EXPORT_DOMESTIC", "85"][0] > 0
    alone = [{**row, "trader_uscc": "913302000000000000"} for row in items]
    assert seen(alone, settings, "trade_value")["EXPORT_DOMESTIC", "85"] == (None, "too_few_firms")


@few(10)
@given(
    st.lists(
        st.tuples(st.sampled_from(FIRMS), st.sampled_from(["94", "95", "85"]), st.integers(1, 30)),
        max_size=12,
    )
)
def test_nothing_that_is_withheld_is_in_the_answer(loads: list[tuple[str, str, int]]) -> None:
    """Totals of rows with one gap would tell it: shown totals less shown cells never leave a single gap."""
    settings = load_settings()
    found = seen([boxes(f, c, kg * 1000, n) for n, (f, c, kg) in enumerate(loads)], settings)
    for flow in {flow for flow, _ in found}:
        gaps = [key for key, (amount, _) in found.items() if key[0] == flow and amount is None]
        assert len(gaps) != 1
    assert all((amount is None) == (why is not None) for amount, why in found.values())
    assert (
        pl.Series([amount for amount, _ in found.values() if amount is not None], dtype=pl.Int64).ge(0).all()
    )


@pytest.fixture
def settings() -> Settings:
    return load_settings()
