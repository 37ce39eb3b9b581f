"""Places, sizes, currencies, countries, HS and weeks as the corridor meets them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.errors import ReferenceMissing, UsageError
from corridor_etl.reference import calendar, country, currency, hs, place, size_type


@pytest.mark.parametrize(
    ("text", "node"),
    [("CNNGB", "NGB"), ("CNNBG", "NGB"), (" 伊宁站 ", "YIN"), ("Алматы-1", "ALA"), ("алтынколь", "ALT"), ("KZHOR", "ALT"),
     ("Khorgos", "HRS"), ("USTPA", None), ("", None), (None, None)],
)  # fmt: skip
def test_places_are_known_by_code_and_by_name_in_four_languages(text: str | None, node: str | None) -> None:
    assert place.node_of(text) == node


@pytest.mark.parametrize(
    ("code", "zone"),
    [("CNYIN", ("Asia/Shanghai", "node")), ("KZALA", ("Asia/Almaty", "node")),
     ("CRMOB", ("America/Costa_Rica", "country")), ("AUMEL", (None, "unknown")), (None, (None, "unknown"))],
)  # fmt: skip
def test_the_zone_of_a_place_says_how_it_is_known(code: str | None, zone: tuple[str | None, str]) -> None:
    assert place.zone_of(code) == zone


def test_kazakhstan_moved_to_utc_plus_five_on_1_march_2024() -> None:
    almaty = ZoneInfo("Asia/Almaty")
    assert datetime(2024, 2, 29, 12, tzinfo=almaty).utcoffset() == timedelta(hours=6)
    assert datetime(2024, 3, 1, 12, tzinfo=almaty).utcoffset() == timedelta(hours=5)


@pytest.mark.parametrize(
    ("text", "code", "teu"),
    [("40HQ", "45G1", "2"), ("45G1", "45G1", "2"), ("22G1", "22G1", "1"), ("L5G1", "L5G1", "2.25"), ("4EG1", "4EG1", "2"),
     ("22GP", "22GP", "1"), ("20GP", "22G1", "1"), ("40GP", "42G1", "2"), ("45HW", "LEG1", "2.25"), ("45RF", "L5R1", "2.25"),
     ("0000", None, None), ("", None, None), (None, None, None), ("XX", "XX", None)],
)  # fmt: skip
def test_an_unknown_size_is_unknown_and_never_zero(
    text: str | None, code: str | None, teu: str | None
) -> None:
    assert size_type.canonical(text) == code
    assert size_type.teu(code) == (Decimal(teu) if teu else None)


@pytest.mark.parametrize(("code", "is_known"), [
    ("22GP", True), ("45RT", True), ("L5GP", True), ("22XX", False), ("99GP", False), ("GP", False),
])  # fmt: skip
def test_a_size_with_a_type_group_is_a_code(code: str, is_known: bool) -> None:
    assert (code in size_type.known_codes()) == is_known


def test_the_press_value_in_dollars_is_not_38_million() -> None:
    assert currency.converted(Decimal("280000000"), "CNY", "USD", date(2025, 6, 18)) == Decimal("38946226.39")


def test_a_missing_day_takes_the_last_rate_before_it() -> None:
    assert currency.per_usd("CNY", date(2024, 1, 19)) == currency.per_usd("CNY", date(2024, 1, 17))


def test_a_rate_that_is_too_old_is_not_used() -> None:
    with pytest.raises(ReferenceMissing, match="no rate of KZT on 2030-01-01"):
        currency.per_usd("KZT", date(2030, 1, 1))


def test_names_of_the_yuan_are_one_currency() -> None:
    assert [currency.canonical(c) for c in ("RMB", "cnh", "CNY", " ")] == ["CNY", "CNY", "CNY", None]


def test_countries_are_known_by_alpha3_and_by_name() -> None:
    assert [country.alpha2(c) for c in ("CHN", "KZ", "日本", "Казахстан", "QQ", "")] == [
        "CN",
        "KZ",
        "JP",
        "KZ",
        "QQ",
        None,
    ]


def test_hs_2022_has_the_codes_of_its_edition() -> None:
    assert {"854142", "854143", "852411"} <= hs.subheadings()
    assert "854140" not in hs.subheadings()


@pytest.mark.parametrize(
    ("day", "week"),
    [(date(2024, 12, 30), "2025-W01"), (date(2025, 12, 29), "2026-W01"), (date(2026, 12, 31), "2026-W53"),
     (date(2027, 1, 3), "2026-W53"), (date(2025, 2, 28), "2025-W09")],
)  # fmt: skip
def test_iso_weeks_at_the_turn_of_the_year(day: date, week: str) -> None:
    assert calendar.week_of(day) == week


def test_a_53rd_week_is_compared_with_the_week_364_days_before() -> None:
    assert calendar.same_week_last_year("2026-W53") == "2026-W01"
    assert calendar.same_week_last_year("2026-W10") == "2025-W10"


@pytest.mark.parametrize("text", ["2025-W54", "2025-W00", "2025W10", "W10", "2025-W53", ""])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not an ISO week"):
        calendar.monday(text)


def test_a_backwards_range_is_refused() -> None:
    with pytest.raises(UsageError, match="runs backwards"):
        calendar.parse_range("2025-W10:2025-W09")


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(-60, 60))
def test_shifting_weeks_keeps_the_weekday(day: date, weeks: int) -> None:
    assert calendar.shifted(calendar.week_of(day), weeks) == calendar.week_of(day + timedelta(weeks=weeks))


def test_the_time_zone_database_is_not_older_than_the_change() -> None:
    fold = datetime(2024, 2, 29, 23, 30, tzinfo=ZoneInfo("Asia/Almaty"))
    assert fold.astimezone(UTC) != fold.replace(fold=1).astimezone(UTC)


def test_years_have_52_or_53_weeks() -> None:
    assert [calendar.weeks_in_year(y) for y in (2020, 2024, 2025, 2026, 2027)] == [53, 52, 52, 53, 52]


def test_years_are_compared_week_by_week_and_a_week_53_without_partner_not_at_all() -> None:
    pairs = calendar.pairs_of_years("2026-W53")
    assert len(pairs) == 52
    assert (pairs[0], pairs[-1]) == (("2026-W01", "2025-W01"), ("2026-W52", "2025-W52"))
    assert calendar.weeks_so_far("2026-W02") == ["2026-W01", "2026-W02"]
    assert calendar.pairs_of_years("2027-W02") == [("2027-W01", "2026-W01"), ("2027-W02", "2026-W02")]
