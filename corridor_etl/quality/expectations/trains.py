"""Expectations about whole trains."""

from __future__ import annotations

from typing import Any

from corridor_etl.quality.checks import trains
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(trains.train_is_within)
class ExpectTrainWithin(RowExpectation):
    """The boxes of one train are not heavier than a train may be."""

    map_metric = "train.gross_within"
    sentence = "Cargo and tare of all boxes of one train together should be at most {limit_t} t."
    limit_t: float | dict[str, Any]


@judged_by(trains.train_is_short_enough)
class ExpectTrainShortEnough(RowExpectation):
    """One train has no more wagons than a train may have."""

    map_metric = "train.wagons_within"
    sentence = "One train should have at most {most_wagons} wagons."
    most_wagons: int | dict[str, Any]
