"""From which figure on the data quality of a source, or of the corridor, is green, amber or red."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from corridor_etl.settings._section import Percent, Section


def _falling(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] < limits[1]:
        raise ValueError(
            "two limits, the least that is green and the least that is amber, which is not above it"
        )
    return limits


def _rising(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] > limits[1]:
        raise ValueError(
            "two limits, the most that is green and the most that is amber, which is not below it"
        )
    return limits


Amount = Annotated[float, Field(ge=0)]
AtLeast = Annotated[tuple[Percent, Percent], AfterValidator(_falling)]
AtMost = Annotated[tuple[Amount, Amount], AfterValidator(_rising)]


class Quality(Section):
    """The limits of green and of amber for each figure; what keeps neither is red."""

    completeness_pct: AtLeast = (99.5, 97)
    validity_pct: AtLeast = (98, 90)
    uniqueness_pct: AtLeast = (95, 80)
    on_time_pct: AtLeast = (95, 75)
    corrected_per_1000: AtMost = (1, 20)
    open_age_most_days: AtMost = (7, 28)
    consistency_due_pct: AtLeast = (90, 75)
    coverage_due_pct: AtLeast = (95, 80)
