"""Expectations about rows that repeat, number or share something within one batch."""

from __future__ import annotations

from corridor_etl.quality.checks import repeats
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(repeats.is_first_of_key)
class ExpectFirstOfKey(RowExpectation):
    """A key and version occurs once in a batch."""

    map_metric = "repeat.first_of_key"
    sentence = "No two rows of a batch should have the same {columns}."


@judged_by(repeats.is_no_near_repeat)
class ExpectNoNearRepeat(RowExpectation):
    """The same event is not reported twice within minutes."""

    map_metric = "repeat.near"
    sentence = "The same container, event and place should not recur within {within_minutes} minutes."
    within_minutes: int


@judged_by(repeats.are_numbered_from_one)
class ExpectNumberedFromOne(RowExpectation):
    """Items are numbered from one without a gap."""

    map_metric = "repeat.numbered_from_one"
    sentence = "{first} should run from 1 without a gap within one declaration."


@judged_by(repeats.seals_are_used_once)
class ExpectSealsUsedOnce(RowExpectation):
    """Seals are on one container only."""

    map_metric = "repeat.seals_once"
    sentence = "Each seal in {first} should be on one container of a list only."
