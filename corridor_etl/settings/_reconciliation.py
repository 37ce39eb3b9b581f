"""When documents of different sources count as agreeing, and which of them is believed where they do not.

The defaults are those of the cross-source rules, so that an outcome and the discrepancy of its rule open together.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from corridor_etl.settings._section import Percent, Positive, PositiveCount, Section

Days = Annotated[int, Field(ge=0)]


def _each_once(sources: tuple[Any, ...]) -> tuple[Any, ...]:
    if not sources or len(set(sources)) < len(sources):
        raise ValueError("a list that names at least one source and none twice")
    return sources


_EachOnce = AfterValidator(_each_once)
Documents = Annotated[tuple[Literal["manifest", "declaration"], ...], _EachOnce]
Moves = Annotated[tuple[Literal["manifest", "port"], ...], _EachOnce]
Weights = Annotated[tuple[Literal["manifest", "declaration", "port"], ...], _EachOnce]
Values = Annotated[tuple[Literal["export", "import"], ...], _EachOnce]


class Precedence(Section):
    """Which source is believed first, by attribute; a source that says nothing is passed over."""

    gross_weight: Weights = ("port", "declaration", "manifest")
    packages: Documents = ("declaration", "manifest")
    hs: Documents = ("declaration", "manifest")
    seals: Moves = ("port", "manifest")
    size_type: Moves = ("port", "manifest")
    full_empty: Moves = ("port", "manifest")
    value: Values = ("export", "import")


class Reconciliation(Section):
    """Tolerances and days of grace of the comparison of loading list, declaration and port record."""

    declared_within_days: Days = 7
    moved_within_days: Days = 10
    manifested_within_days: Days = 3
    manifests_late_days: Days = 5
    weight_pct: Percent = 3
    weight_kg: Annotated[float, Field(ge=0)] = 100
    weighed_pct: Percent = 5
    value_ratio_lowest: Positive = 0.95
    value_ratio_highest: Positive = 1.30
    hs_digits: Literal[2, 4] = 2
    duplicate_days: PositiveCount = 6
    precedence: Precedence = Precedence()
