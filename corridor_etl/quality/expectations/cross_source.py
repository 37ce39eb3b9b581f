"""Expectations about what two documents say of one thing."""

from __future__ import annotations

from corridor_etl.quality.checks import cross_source
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(cross_source.is_declared)
class ExpectLadenDeclared(RowExpectation):
    """Laden boxes have a released declaration near their train."""

    map_metric = "cross.laden_declared"
    sentence = (
        "A laden container must have a released declaration within {days} days of its train, or transit."
    )
    days: int


@judged_by(cross_source.came_within)
class ExpectToFollowWithin(RowExpectation):
    """What one document announces appears in another in time."""

    map_metric = "cross.follows_within"
    sentence = "{first} should be known and at most {days} days (and {further_days} of feeder)."
    days: int
    further_days: int


@judged_by(cross_source.left_port_before)
class ExpectPortExitBefore(RowExpectation):
    """Boxes of a train leave the port before it departs."""

    map_metric = "cross.port_exit_before"
    sentence = "{first}: a container should leave the port by gate or rail before its train departs."


@judged_by(cross_source.weights_agree)
class ExpectWeightsToAgree(RowExpectation):
    """Two documents state about the same weight."""

    map_metric = "cross.weights_agree"
    sentence = "{columns} must differ by at most {share} of the second or {tolerance_kg} kg."
    share: float
    tolerance_kg: float
    judged_up_to_share: float | None = None


@judged_by(cross_source.are_equal)
class ExpectTheSame(RowExpectation):
    """Two documents say the same."""

    map_metric = "cross.same"
    sentence = "{columns} must be the same."


@judged_by(cross_source.goods_agree)
class ExpectGoodsToAgree(RowExpectation):
    """The list names no goods that are not declared."""

    map_metric = "cross.goods_agree"
    sentence = "{columns}: every chapter of the first should be among those of the second."


@judged_by(cross_source.ratio_is_within)
class ExpectValueRatio(RowExpectation):
    """Values of both sides of the border fit each other."""

    map_metric = "cross.value_ratio"
    sentence = "{columns}: the second should be {lowest} to {highest} times the first."
    lowest: float
    highest: float


@judged_by(cross_source.origin_is_explained)
class ExpectOriginExplained(RowExpectation):
    """Foreign goods are exported with evidence of how they came."""

    map_metric = "cross.origin_explained"
    sentence = (
        "Exported goods of foreign origin should be of a bonded mode ({bonded_modes}), in transit, or imported"
        " at most {days} days before."
    )
    bonded_modes: list[str]
    days: int


@judged_by(cross_source.train_is_whole)
class ExpectTrainWhole(RowExpectation):
    """What reaches the border leaves it on the other side."""

    map_metric = "cross.train_whole"
    sentence = "Every container of a train must leave the border within {days} days, and none beside them."
    days: int


@judged_by(cross_source.is_not_overbooked)
class ExpectNotOverbooked(RowExpectation):
    """Trains have room for what is booked on them."""

    map_metric = "cross.not_overbooked"
    sentence = "{columns}: at most {over_pct} % of a train's slots should be booked."
    over_pct: float


@judged_by(cross_source.none_is_missed)
class ExpectNoneMissed(RowExpectation):
    """What was announced came."""

    map_metric = "cross.none_missed"
    sentence = "{first} should be 0 once loading lists reach more than {days} days beyond the train."
    days: int
