"""From which share on a sender earns which grade."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from corridor_etl.settings._section import Percent, PositiveCount, Section

LETTERS = ("A", "B", "C", "D", "E")


def _falling(limits: tuple[float, ...]) -> tuple[float, ...]:
    if any(a < b for a, b in pairwise(limits)):
        raise ValueError("four limits for A, B, C and D, none above the one before")
    return limits


def _rising(limits: tuple[float, ...]) -> tuple[float, ...]:
    if any(a > b for a, b in pairwise(limits)):
        raise ValueError("four limits for A, B, C and D, none below the one before")
    return limits


Rate = Annotated[float, Field(ge=0)]
AtLeast = Annotated[tuple[Percent, Percent, Percent, Percent], AfterValidator(_falling)]
AtMost = Annotated[tuple[Rate, Rate, Rate, Rate], AfterValidator(_rising)]


class Grades(Section):
    """The limits of A, B, C and D for each measure of a sender; what reaches none of them is E."""

    weeks: PositiveCount = 13
    on_time_pct: AtLeast = (100, 95, 90, 75)
    complete_pct: AtLeast = (99.9, 99.5, 99, 97)
    first_pass_pct: AtLeast = (99.5, 98, 95, 90)
    accepted_pct: AtLeast = (100, 98, 95, 90)
    corrected_per_1000: AtMost = (0, 1, 5, 20)
