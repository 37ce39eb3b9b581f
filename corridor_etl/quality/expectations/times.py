"""Expectations about dates, instants and zones."""

from __future__ import annotations

from typing import Any

from corridor_etl.quality.checks import times
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(times.are_not_before)
class ExpectDatesFrom(RowExpectation):
    """Dates are not before the corridor existed."""

    map_metric = "time.not_before"
    sentence = "{columns}, where filled, must not be before {earliest_on}."
    earliest_on: str


@judged_by(times.is_not_after)
class ExpectInstantUntil(RowExpectation):
    """Instants are not in the future."""

    map_metric = "time.not_after"
    sentence = "{first} must not be later than {latest_at_utc}."
    latest_at_utc: str | dict[str, Any]


@judged_by(times.actual_is_not_after)
class ExpectActualEventUntil(RowExpectation):
    """Actual events are not in the future."""

    map_metric = "time.actual_not_after"
    sentence = "{first} of an actual event must not be later than {latest_at_utc}."
    latest_at_utc: str | dict[str, Any]


@judged_by(times.day_is_not_after)
class ExpectDatesUntil(RowExpectation):
    """Dates are not in the future."""

    map_metric = "time.day_not_after"
    sentence = "{columns} must not be later than {latest_at_utc}."
    latest_at_utc: str | dict[str, Any]


@judged_by(times.are_in_order)
class ExpectDatesInOrder(RowExpectation):
    """One date is not after another."""

    map_metric = "time.in_order"
    sentence = "{columns} should come in this order."


@judged_by(times.instant_is_until_day)
class ExpectInstantUntilDay(RowExpectation):
    """Instants are not after the day they lead to."""

    map_metric = "time.instant_until_day"
    sentence = "{first} should not be later than the day in {second}."


@judged_by(times.clocks_agree)
class ExpectClocksAgree(RowExpectation):
    """The wall clock is what the zone shows at the instant."""

    map_metric = "time.clocks_agree"
    sentence = "The local time must be what clocks in the zone show at the instant ({columns})."
