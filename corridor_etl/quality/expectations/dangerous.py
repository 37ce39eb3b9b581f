"""Expectations about dangerous goods."""

from __future__ import annotations

from corridor_etl.quality.checks import dangerous
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(dangerous.is_declared_fully)
class ExpectDangerousGoodsDeclared(RowExpectation):
    """Dangerous goods have UN numbers and classes."""

    map_metric = "dangerous.declared_fully"
    sentence = "{columns}: dangerous goods must have UN numbers of four digits and an IMO class."


@judged_by(dangerous.uranium_is_radioactive)
class ExpectUraniumRadioactive(RowExpectation):
    """Uranium is of class 7."""

    map_metric = "dangerous.uranium_class"
    sentence = "A laden box of {first} in {headings} must name class 7."
    headings: list[str]
