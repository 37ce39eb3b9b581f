"""Sentences follow the figures: verbs by range, bases named, lengths kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_situations import WEEK, figure, figures, situations

from corridor_etl.reports import counts, formats, points, statements, wording
from corridor_etl.reports.figures import Change, Figure


def test_headline_says_level_signal_and_missed_target() -> None:
    given_figures = figures(
        teu=figure("throughput.teu", "84", range_class="high"),
        border=figure("transit.border_hours", "20.4", range_class="above"),
        door=figure("transit.door_to_door_days", "7.56"),
    )
    assert wording.headline(given_figures, WEEK, 7) == (
        "84 TEU moved, high but within the normal range; border crossing slowed to 20.4 hours and "
        "the 7-day target was missed"
    )
    quick = figures(door=figure("transit.door_to_door_days", "6.99"))
    assert wording.headline(quick, WEEK, 7) == (
        "84 TEU moved, in line with recent weeks; door-to-door time met its 7-day target"
    )


def test_a_week_without_departure_says_so() -> None:
    empty = figures(teu=figure("throughput.teu", None))
    assert wording.headline(empty, "2025-W07", 7) == (
        "No departure is recorded for week 7 of 2025; door-to-door time met its 7-day target"
    )
    silent = empty | {d.address: figure(d.address, None, range_class="none") for d in empty.values()}
    assert wording.headline(silent, "2025-W07", 7) == "No departure is recorded for week 7 of 2025"
    assert wording.subject(empty, "2025-W07") == (
        "2025-W07 corridor weekly: no departure recorded, CNY 40.7 m p"
    )
    assert "not available" in points.throughput_point(empty, WEEK)


def test_subject_names_week_level_change_value_and_border() -> None:
    made = figures(
        teu=figure("throughput.teu", "84", week="69"),
        border=figure("transit.border_hours", "20", range_class="above"),
    )
    assert wording.subject(made, WEEK) == "2025-W46 corridor weekly: 84 TEU (+22%), CNY 40.7 m p, border slow"


def test_a_correction_is_called_one() -> None:
    assert wording.subject(figures(), WEEK, revision=1).startswith("Corrected: 2025-W46")


def test_points_name_the_base_of_every_comparison() -> None:
    made = figures(teu=figure("throughput.teu", "84", week="69", year="52"))
    assert points.throughput_point(made, WEEK) == (
        "84 TEU moved in 44 containers on 3 trains, 22% more than the week before and 62% more than the same week "
        "of 2024; this is inside the range of normal weeks (41–88)."
    )


def test_a_small_base_gives_a_difference_and_not_a_percentage() -> None:
    assert figure("throughput.teu", "9", week="4").on_week.text == "+5"
    assert figure("throughput.teu", "9", week="5").on_week.text == "+80%"


@pytest.mark.parametrize(
    ("address", "now", "before", "text"),
    [
        ("throughput.loaded_eastbound_pct", "82", "99.6", "−17.6 pp"),
        ("transit.door_to_door_days", "7.56", "7.20", "+0.36 d"),
        ("transit.border_hours", "20.4", "20.42", "0.0 h"),
        ("throughput.teu", "84", "84", "0%"),
    ],
)
def test_shares_change_in_points_and_durations_in_their_unit(
    address: str, now: str, before: str, text: str
) -> None:
    assert figure(address, now, week=before).on_week.text == text


def test_no_change_is_as_much_and_unknown_is_silent() -> None:
    assert (
        points.against_week_before(figure("throughput.teu", "84", week="84"), Change(Decimal(0), "0%"))
        == "about as much as the week before"
    )
    assert points.against_week_before(figure("throughput.teu", "84"), Change()) == ""


def test_a_difference_in_money_reads_like_money() -> None:
    made = figures(value=figure("trade.value_cny", "21100000", week="3400000", maturity="p"))
    assert "CNY 17.7 million more than the week before" in points.trade_point(made, WEEK, {})


@pytest.mark.parametrize(
    ("westbound", "eastbound", "said"),
    [
        ("6.93", "7.15", "7.02 days (westbound 6.93, eastbound 7.15) against a target of 7"),
        (None, "7.02", "7.02 days, all eastbound, against a target of 7"),
        ("7.02", None, "7.02 days, all westbound, against a target of 7"),
    ],
)
def test_the_mean_of_two_directions_says_which(
    westbound: str | None, eastbound: str | None, said: str
) -> None:
    made = figures(
        door=figure("transit.door_to_door_days", "7.02"),
        west=figure("transit.door_to_door_days_westbound", westbound),
        east=figure("transit.door_to_door_days_eastbound", eastbound),
    )
    assert said in points.transit_point(made, 7)


def test_a_border_is_told_of_in_a_week_without_deliveries() -> None:
    made = figures(door=figure("transit.door_to_door_days", None, range_class="none"))
    assert points.transit_point(made, 7) == (
        "No container with complete gate records was delivered in this week; "
        "border crossing averaged 15.0 hours (normal 41–88)."
    )


def test_a_cut_name_ends_in_a_word_that_can_end_it() -> None:
    assert wording.shortened("Vegetables and certain roots and tubers", 35) == "Vegetables and certain roots…"


@pytest.mark.parametrize(("days", "missed"), [("7.004", False), ("7.00", False), ("7.01", True)])
def test_the_target_is_judged_by_the_number_readers_see(days: str, missed: bool) -> None:
    assert wording.misses_target(figure("transit.door_to_door_days", days), 7) is missed


@given(situations(), st.sampled_from([5, 7, 12.5]))
def test_no_sentence_contradicts_its_figures(made: dict[str, Figure], target: float) -> None:
    teu, border, door = (
        made[a] for a in ("throughput.teu", "transit.border_hours", "transit.door_to_door_days")
    )
    text = wording.headline(made, WEEK, target)
    assert len(text) <= wording.HEADLINE_LIMIT
    assert len(wording.subject(made, WEEK)) <= wording.SUBJECT_LIMIT
    assert (("above its" in text), ("below its" in text)) == (
        teu.value is not None and teu.range_class == "above",
        teu.value is not None and teu.range_class == "below",
    )
    assert "slowed" not in text or border.range_class == "above"
    assert "sped up" not in text or border.range_class == "below"
    if "missed" in text:
        assert door.value is not None
        assert Decimal(door.text.replace(",", "")) > Decimal(str(target))
    if "met" in text:
        assert door.value is not None
        assert Decimal(door.text.replace(",", "")) <= Decimal(str(target))


@given(situations())
def test_points_say_more_only_for_more(made: dict[str, Figure]) -> None:
    for point, name in (
        (points.throughput_point(made, WEEK), "throughput.teu"),
        (points.trade_point(made, WEEK, {}), "trade.value_cny"),
    ):
        difference = made[name].on_week.value
        if "more than the week before" in point:
            assert difference is not None
            assert difference > 0
        if "less than the week before" in point:
            assert difference is not None
            assert difference < 0


def test_the_balance_says_what_became_of_every_row() -> None:
    said = statements.balance(
        files_read=158,
        files_rejected=5,
        rows_read=13287,
        rows_loaded=13264,
        rows_quarantined=16,
        rows_duplicate=7,
    )
    assert said == (
        "All deliveries: 13,287 rows read in 158 files = 13,264 loaded + 16 held back + 7 duplicate; "
        "5 files rejected as a whole."
    )


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(25, 34, "25 of 34 containers"), (1, 6, "1 of 6 containers"), (0, 1, "0 of 1 container")],
)
def test_a_part_has_its_noun(part: int, whole: int, said: str) -> None:
    assert counts.part_of(part, whole, "container") == said


@pytest.mark.parametrize(("declared", "is_partial"), [("89.94", True), ("89.96", False), ("90", False)])
def test_the_banner_follows_the_number_readers_see(declared: str, is_partial: bool) -> None:
    made = {"match.declared_pct": figure("match.declared_pct", declared)}
    assert bool(statements.undeclared(made, 90)) is is_partial


def test_a_train_out_of_the_window_is_never_shown_inside_it() -> None:
    assert formats.lateness(7200) == "2 h"
    assert formats.lateness(-7201) == "2 h 01 min"
