"""What a kilogram usually costs: learnt from accepted items, from the most specific code with enough of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from corridor_etl.model import KINDS
from corridor_etl.quality import history
from corridor_etl.quality.runner import validate
from corridor_etl.settings import Settings

WIDE = 1.4826 * 3.5


def items(*values: tuple[str, float], **cells: Any) -> pl.DataFrame:
    """Declaration items of one kilogram, in US dollars."""
    row = {
        "currency": "USD",
        "first_quantity": Decimal(1),
        "first_unit_code": "035",
        "released_on_local": date(2025, 6, 10),
    }
    schema = KINDS[history.KIND].schema
    rows = [{**row, "hs_code": code, "total_price": Decimal(str(usd)), **cells} for code, usd in values]
    return pl.DataFrame([{c: r.get(c) for c in schema} for r in rows], schema=schema)


def learnt(*values: tuple[str, float], **cells: Any) -> dict[str, tuple[int, float, float]]:
    found = history.value_history(items(*values, **cells), max_age_days=7)
    return {p: (n, round(m, 6), round(d, 6)) for p, n, m, d in found.iter_rows()}


def test_each_prefix_has_its_number_median_and_spread() -> None:
    found = learnt(("6911101900", 1), ("6911101900", 10), ("6911109900", 100), ("6912001000", 1000))
    assert found == {
        "69": (4, 1.5, 1.0), "6911": (3, 1.0, 1.0), "691110": (3, 1.0, 1.0), "6912": (1, 3.0, 0.0), "691200": (1, 3.0, 0.0),
    }  # fmt: skip


def test_an_item_that_cannot_be_valued_teaches_nothing() -> None:
    assert learnt(("6911101900", 0)) == {}
    assert learnt(("6911101900", 5), currency="XXQ") == {}
    assert learnt(("6911101900", 5), released_on_local=None) == {}
    assert learnt(("6911101900", 5), first_unit_code="007") == {}


def test_goods_counted_in_pieces_are_weighed_by_their_net_weight() -> None:
    assert learnt(("6911101900", 50), first_unit_code="007", item_net_kg=Decimal(5))["691110"] == (
        1,
        1.0,
        0.0,
    )
    assert learnt(("6911101900", 50), first_unit_code="166", first_quantity=Decimal(5))["691110"] == (
        1,
        1.0,
        0.0,
    )


def test_history_is_the_same_in_any_order() -> None:
    values = [
        ("6911101900", 1.5),
        ("6911101900", 2.25),
        ("9503006000", 7.5),
        ("9503006000", 17.25),
        ("950300", 9),
    ]
    forward, backward = (history.value_history(items(*v), max_age_days=7) for v in (values, values[::-1]))
    assert_frame_equal(forward, backward, check_exact=True)


def known(*rows: tuple[str, int, float, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=history.SCHEMA, orient="row")


def ranges(settings: Settings, code: str, past: pl.DataFrame | None) -> tuple[float | None, float | None]:
    found = history.with_usual_range(pl.DataFrame({"hs_code": [code]}), past, settings.thresholds)
    return tuple(None if v is None else round(v, 4) for v in found.select(history.RANGE_COLUMNS).row(0))  # type: ignore[return-value]


def around(median: float, mad: float) -> tuple[float, float]:
    return round(10 ** (median - WIDE * mad), 4), round(10 ** (median + WIDE * mad), 4)


def test_the_most_specific_code_with_thirty_records_counts(settings: Settings) -> None:
    past = known(("691110", 29, 0.0, 0.1), ("6911", 30, 1.0, 0.1), ("69", 900, 2.0, 0.1))
    assert ranges(settings, "6911101900", past) == around(1.0, 0.1)
    assert ranges(settings, "6911101900", past.with_columns(records=pl.lit(30))) == around(0.0, 0.1)
    assert ranges(settings, "6912001000", past) == around(2.0, 0.1)


def test_equal_prices_still_leave_a_range(settings: Settings) -> None:
    assert ranges(settings, "6911101900", known(("691110", 30, 1.0, 0.0))) == around(
        1.0, history.LEAST_MAD_LOG10
    )


@pytest.mark.parametrize(
    ("code", "band"),
    [("9405419000", (5, 40)), ("8541430000", (1, 8)), ("8541290000", (None, None)), ("1001990000", (0.1, 0.6)),
     ("6911101900", (None, None))],
)  # fmt: skip
def test_starting_bands_stand_in_until_thirty_are_known(
    settings: Settings, code: str, band: tuple[float | None, float | None]
) -> None:
    assert ranges(settings, code, known()) == band
    assert ranges(settings, code, None) == (None, None)


def test_records_come_before_bands(settings: Settings) -> None:
    assert ranges(settings, "9405419000", known(("94", 30, 3.0, 0.1))) == around(3.0, 0.1)


@pytest.mark.parametrize(
    ("price", "is_usual"),
    [("5000", True), ("4999.99", False), ("40000", True), ("40000.01", False), ("0", True)],
)
def test_the_limits_themselves_are_usual(
    price: str, is_usual: bool, frame_of: Any, settings: Settings, now_utc: Any
) -> None:
    lamp = {"hs_code": "9405419000", "goods_name": "lamps", "currency": "USD", "total_price": price, "unit_price": None,
            "supervision_mode": "3010"}  # fmt: skip
    frame = frame_of(history.KIND, lamp)
    judged = validate(history.KIND, frame, settings, now_utc=now_utc, history=known())
    assert judged.failures["rule_id"].to_list() == ([] if is_usual else ["VA-003"])
    if price == "40000.01":
        assert judged.failures["observed"].to_list()[0].endswith("usual 5.0 to 40.0 USD/kg")
        alone = validate(history.KIND, frame, settings, now_utc=now_utc)
        assert alone.failures.is_empty()
