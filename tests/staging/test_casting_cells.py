"""Numbers, dates and clocks: exact, or a fault; never a guess and never a rounded value."""

# ruff: noqa: DTZ001 - a wall clock has no zone
from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.staging import _casts, _times

KG = pl.Decimal(18, 3)


@pytest.mark.parametrize(("text", "mark", "expected"), [
    ("24512.5", ".", "24512.5"), ("24512,500", ",", "24512.5"), ("0", ".", "0"), ("-5", ".", "-5"), ("+5", ".", "5"),
    ("24 512,5", ",", "24512.5"), ("24\u00a0512.5", ".", "24512.5"), ("1.23400", ".", "1.234"),
])  # fmt: skip
def test_numbers(text: str, mark: str, expected: str) -> None:
    assert _casts.number(pl.Series([text]), KG, mark).to_list() == [Decimal(expected)]


@pytest.mark.parametrize(("text", "mark"), [
    ("24,512", "."), ("24.512", ","), ("24.512,5", ","), ("1e3", "."), ("inf", "."), ("NaN", "."), ("1e999", "."),
    ("1.2345", "."), ("12 kg", "."), ("\u0661\u0662", "."), ("９", "."), ("1234567890123456789", "."), ("2 4512", "."),
    ("=1+1", "."), ("0x10", "."), ("1_000", "."), ("--1", "."), ("1\n2", "."),
])  # fmt: skip
def test_what_is_not_exactly_a_number_is_null(text: str, mark: str) -> None:
    assert _casts.number(pl.Series([text]), KG, mark).to_list() == [None]


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=3, allow_nan=False), st.sampled_from(".,"))
def test_a_written_number_is_the_number_read(value: Decimal, mark: str) -> None:
    assert _casts.number(pl.Series([f"{value:f}".replace(".", mark)]), KG, mark).to_list() == [value]


@pytest.mark.parametrize(("text", "expected"), [("20", 20), ("20.0", 20), ("-0", 0), ("20.5", None), ("2e1", None),
                                                ("9223372036854775808", None)])  # fmt: skip
def test_counts(text: str, expected: int | None) -> None:
    assert _casts.count(pl.Series([text])).to_list() == [expected]


@pytest.mark.parametrize(("text", "expected"), [
    ("2025-02-28", date(2025, 2, 28)), ("2025/2/8", date(2025, 2, 8)), ("28.02.2025", date(2025, 2, 28)),
    ("20250228", date(2025, 2, 28)), ("2025年2月28日", date(2025, 2, 28)), ("45716", date(2025, 2, 28)),
    ("2025-02-28 17:00", date(2025, 2, 28)),
    ("2025-02-30", None), ("02/03/2025", None), ("25-02-28", None), ("29.02.2025", None), ("soon", None), ("1", None),
])  # fmt: skip
def test_dates(text: str, expected: date | None) -> None:
    assert _casts.day(pl.Series([text])).to_list() == [expected]


def test_slashes_are_day_first_only_where_the_layout_says_so() -> None:
    assert _casts.day(pl.Series(["02/03/2025"]), is_day_first=True).to_list() == [date(2025, 3, 2)]


@pytest.mark.parametrize(("text", "code", "expected"), [
    ("202502281711", "203", datetime(2025, 2, 28, 17, 11)),
    ("20250228171130", "204", datetime(2025, 2, 28, 17, 11, 30)),
    ("20250228", "102", datetime(2025, 2, 28)),
    ("202502281711UTC", "303", datetime(2025, 2, 28, 17, 11)),
    ("202502281711+08", "303", datetime(2025, 2, 28, 17, 11)),
    ("202502301711", "203", None), ("20250228", "203", None), ("202502281711", "718", None), ("", "203", None),
])  # fmt: skip
def test_edifact_times(text: str, code: str, expected: datetime | None) -> None:
    assert _times.edifact(pl.Series([text]), pl.Series([code])).to_list() == [expected]


@pytest.mark.parametrize(("text", "zone"), [("202502281711UTC", "UTC"), ("202502281711+08", "Etc/GMT-8"),
                                            ("202502281711-0500", "Etc/GMT+5"), ("202502281711CST", None)])  # fmt: skip
def test_zones_written_in_the_value(text: str, zone: str | None) -> None:
    assert _times.zone_of_suffix(text) == zone


def test_the_zone_of_each_row_and_of_its_day_counts() -> None:
    clock = pl.Series([datetime(2024, 2, 28, 12), datetime(2024, 3, 2, 12), datetime(2025, 7, 1, 12)])
    zones = pl.Series(["Asia/Almaty", "Asia/Almaty", "Europe/Berlin"])
    assert [t.hour for t in _times.to_utc(clock, zones)] == [6, 7, 10]


@pytest.mark.parametrize(("clock", "zone"), [
    (datetime(2024, 2, 29, 23, 30), "Asia/Almaty"),
    (datetime(2025, 10, 26, 2, 30), "Europe/Berlin"),
    (datetime(2025, 3, 30, 2, 30), "Europe/Berlin"),
])  # fmt: skip
def test_an_hour_that_happens_twice_or_never_is_not_guessed(clock: datetime, zone: str) -> None:
    assert _times.to_utc(pl.Series([clock]), pl.Series([zone])).to_list() == [None]


@given(
    st.datetimes(datetime(2013, 1, 1), datetime(2035, 1, 1)),
    st.sampled_from(["Asia/Shanghai", "Asia/Almaty", "UTC"]),
)
def test_an_unambiguous_clock_comes_back_from_utc(clock: datetime, zone: str) -> None:
    (instant,) = _times.to_utc(pl.Series([clock]), pl.Series([zone]))
    if instant is not None:
        back = (
            pl.Series([instant.astimezone(UTC)], dtype=_times.UTC)
            .dt.convert_time_zone(zone)
            .dt.replace_time_zone(None)
        )
        assert back.to_list() == [clock]


@pytest.mark.parametrize(("text", "expected"), [
    ("QZAU7000011;QZAU7000027", "QZAU7000011 QZAU7000027"),
    ("QZAU 700001-1 / qzau7000027", "QZAU7000011 QZAU7000027"),
    ("QZAU7000011 QZAU7000027，QZAU7000011", "QZAU7000011 QZAU7000027"),
    (" ; ", None),
])  # fmt: skip
def test_container_lists(text: str, expected: str | None) -> None:
    assert _casts.containers(text) == expected


def test_declaration_numbers_keep_their_slashes() -> None:
    assert (
        _casts.identifiers("57000/010325/0000001；310420250000000011")
        == "57000/010325/0000001 310420250000000011"
    )


@pytest.mark.parametrize("text", ["0000-01-01", "0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"])
def test_other_centuries_are_no_dates_here(text: str) -> None:
    assert _casts.day(pl.Series([text])).to_list() == [None]
    assert _times.local(pl.Series([f"{text} 00:00"])).to_list() == [None]
    digits = text.replace("-", "")
    assert _times.edifact(pl.Series([digits]), pl.Series(["102"])).to_list() == [None]


@pytest.mark.parametrize(
    ("text", "expected"), [("1", 1), ("13380960", 13_380_960), ("0", None), ("-1", None), ("100000001", None)]
)
def test_versions(text: str, expected: int | None) -> None:
    assert _casts.version(pl.Series([text])).to_list() == [expected]


def test_a_count_is_never_negative() -> None:
    assert _casts.count(pl.Series(["-1", "999999999999999"])).to_list() == [None, None]
