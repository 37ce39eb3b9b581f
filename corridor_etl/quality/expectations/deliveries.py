"""Expectations about deliveries as wholes, their columns, and the weeks of a source."""

from __future__ import annotations

from corridor_etl.quality.checks import deliveries
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(deliveries.is_not_refused)
class ExpectFileNotRefused(RowExpectation):
    """A file is not refused for reasons that break a rule."""

    map_metric = "delivery.not_refused"
    sentence = "No file should be refused for a reason that stands for {rule}."
    rule: str


@judged_by(deliveries.reader_says_nothing)
class ExpectReaderSilent(RowExpectation):
    """The reader of a file found nothing against a rule."""

    map_metric = "delivery.reader_silent"
    sentence = "The reader of a file should find nothing against {rule}."
    rule: str
    needs_messages: bool


@judged_by(deliveries.is_new)
class ExpectNewBytes(RowExpectation):
    """The same bytes are not sent twice."""

    map_metric = "delivery.new_bytes"
    sentence = "The bytes of a file should not have been delivered before."


@judged_by(deliveries.counts_agree)
class ExpectCountsAgree(RowExpectation):
    """The count over the bytes is what was read."""

    map_metric = "delivery.counts_agree"
    sentence = "The rows found must be as many as the count over the bytes says."


@judged_by(deliveries.is_told_once)
class ExpectMessagesOnce(RowExpectation):
    """An original message is sent in one delivery only."""

    map_metric = "delivery.messages_once"
    sentence = "No original message of another delivery within {within_days} days should come again."
    within_days: int


@judged_by(deliveries.has_originals)
class ExpectOriginalsKnown(RowExpectation):
    """A correction comes after what it corrects."""

    map_metric = "delivery.originals_known"
    sentence = "Every correcting message should name a document that came before."


@judged_by(deliveries.nothing_is_missing)
class ExpectNothingMissing(RowExpectation):
    """Interchanges are numbered without gaps."""

    map_metric = "delivery.nothing_missing"
    sentence = (
        "No number should be missing before an interchange; a gap of over {most_missing} is a new count."
    )
    most_missing: int


@judged_by(deliveries.is_of_usual_size)
class ExpectUsualSize(RowExpectation):
    """A delivery has about as many rows as those before."""

    map_metric = "delivery.usual_size"
    sentence = "The rows should be {lowest} to {highest} times the median of the last comparable deliveries."
    lowest: float
    highest: float


@judged_by(deliveries.is_filled_as_usual)
class ExpectUsualFilling(RowExpectation):
    """A column is as well filled as before."""

    map_metric = "delivery.usual_filling"
    sentence = (
        "The share of empty cells should not exceed the usual one by {points} points, or by {deviations} times its"
        " spread if that is more."
    )
    points: float
    deviations: float


@judged_by(deliveries.has_known_codes)
class ExpectKnownCodes(RowExpectation):
    """A column has codes that were seen before."""

    map_metric = "delivery.known_codes"
    sentence = "The codes of a column should all have been seen before."


@judged_by(deliveries.is_in_the_usual_unit)
class ExpectUsualUnit(RowExpectation):
    """Weights and values are in the unit they were in before."""

    map_metric = "delivery.usual_unit"
    sentence = (
        "The median of a column must not be {factor} times the usual one or more, nor as small a part of it, unless"
        " it moves so far within {deviations} deviations."
    )
    factor: float
    deviations: float


@judged_by(deliveries.median_is_usual)
class ExpectUsualMedian(RowExpectation):
    """Weights and values are about as large as before."""

    map_metric = "delivery.usual_median"
    sentence = (
        "The median of a column should be within a factor of {factor} of the usual one, or within {deviations}"
        " deviations if that is wider; from {unit_factor} on it is another unit."
    )
    factor: float
    deviations: float
    unit_factor: float


@judged_by(deliveries.is_on_time)
class ExpectOnTime(RowExpectation):
    """What a source owes for a week comes in time."""

    map_metric = "delivery.on_time"
    sentence = "All files expected of a source for a week should have come when they are due, grace included."
