"""Weekly series of a service's measures, exact, from the marts.

A week without rows is absent: it is not zero. Ranges, changes and words belong elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl

from corridor_etl.reference.calendar import shifted
from corridor_etl.reports.measures import DEPARTURE, MEASURES, THROUGHPUT, TRADE, Measure

HISTORY_WEEKS = 53  # the first is the same week last year
_FINENESS = Decimal("0.0001")
_MARTS = {measure.mart for measure in MEASURES}


@dataclass(frozen=True)
class Series:
    """One measure: week -> (numerator, denominator) in the mart's integers."""

    measure: Measure
    parts: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def value(self, week: str) -> Decimal | None:
        """The week's value in the measure's unit, or None where there is nothing."""
        return self.over_weeks([week])

    def over_weeks(self, weeks: Iterable[str]) -> Decimal | None:
        """The value of several weeks together: a sum for levels, the ratio of sums for all else."""
        found = [self.parts[week] for week in weeks if week in self.parts]
        top, bottom = sum(n for n, _ in found), sum(d for _, d in found)
        if not found or not bottom:
            return None
        if self.measure.over is None:
            return Decimal(top) / self.measure.per
        return (Decimal(top) / Decimal(bottom) / self.measure.per).quantize(_FINENESS, ROUND_HALF_EVEN)

    def values(self, weeks: Iterable[str]) -> list[Decimal]:
        """The values of those weeks that have one, in order."""
        return [v for v in (self.value(week) for week in weeks) if v is not None]

    @property
    def weeks(self) -> list[str]:
        """The weeks that have a value, in order."""
        return sorted(week for week, (_, bottom) in self.parts.items() if bottom)


def service_series(marts: Mapping[str, pl.DataFrame], service_id: str) -> dict[str, Series]:
    """Address -> series of one service, both directions unless the measure says otherwise."""
    frames = {
        name: prepared(name, frame.filter(pl.col("service_id") == service_id))
        for name, frame in marts.items()
        if name in _MARTS
    }
    return {m.address: Series(m, _parts(m, frames.get(m.mart))) for m in MEASURES}


def history(
    series: Mapping[str, Series], week: str, shown: Mapping[str, Decimal | None]
) -> dict[str, dict[str, Decimal | None]]:
    """Address -> week -> value of the 53 weeks that end with ``week``; None where there is nothing.

    ``shown``: the week's values as the issue has them. A measure not among them, or withheld there, has no history.
    """
    weeks = [shifted(week, -n) for n in reversed(range(HISTORY_WEEKS))]
    told = (a for a, one in series.items() if a in shown and shown[a] == one.value(week))
    return {address: {w: series[address].value(w) for w in weeks} for address in told}


def prepared(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of a mart with the columns that measures need beside its own."""
    if name != THROUGHPUT:
        return frame
    return frame.with_columns(
        boxes_laden=pl.when(full_empty="F").then("boxes").otherwise(0),
        boxes_known=pl.when(pl.col("full_empty").is_in(["F", "E"])).then("boxes").otherwise(0),
    )


def _parts(measure: Measure, frame: pl.DataFrame | None) -> dict[str, tuple[int, int]]:
    if frame is None or frame.is_empty():
        return {}
    mine = pl.lit(True)
    for column, wanted in measure.where.items():
        mine = mine & (pl.col(column) == wanted)
    # A direction without rows in a week that has the other one did move nothing: that is a zero.
    kept = frame if set(measure.where) == {"direction"} else frame.filter(mine)
    over = pl.col(measure.over) if measure.over else pl.lit(1)
    sums = kept.group_by("iso_week").agg(
        top=pl.col(measure.column).fill_null(0).filter(mine).sum(),
        bottom=over.filter(mine).sum() if measure.over else pl.lit(1),
    )
    return {week: (int(top), int(bottom)) for week, top, bottom in sums.sort("iso_week").iter_rows()}


def weeks_with_data(marts: Mapping[str, pl.DataFrame], service_id: str) -> list[str]:
    """Weeks in which the service has a departure, a box or a released declaration, in order."""
    found: set[str] = set()
    for name in (THROUGHPUT, DEPARTURE, TRADE):
        if name in marts:
            found.update(marts[name].filter(pl.col("service_id") == service_id)["iso_week"].to_list())
    return sorted(found)
