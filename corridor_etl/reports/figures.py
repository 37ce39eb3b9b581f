"""Figures: the numbers of an issue, each with a stable address, its changes and its normal range.

A figure is what sentences, tiles and tables take their numbers from; nothing else is shown to readers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from corridor_etl.reference.calendar import same_week_last_year, shifted
from corridor_etl.reports import formats, units
from corridor_etl.reports.language import tr
from corridor_etl.reports.measures import Measure
from corridor_etl.reports.range import NormalRange, RangeClass, classify, normal_range
from corridor_etl.reports.series import Series
from corridor_etl.settings import Thresholds


@dataclass(frozen=True)
class Change:
    """A difference to another week: exact, and as shown (``+22%``, ``+0.36 d``, ``−17.6 pp``, ``+2``)."""

    value: Decimal | None = None
    text: str = formats.NOT_AVAILABLE

    @property
    def arrow(self) -> str:
        """▲, ▼ or nothing."""
        return {"+": "▲", formats.MINUS: "▼"}.get(self.text[0], "")


@dataclass(frozen=True)
class Figure:
    """One number of an issue. ``value`` is exact in ``unit``; ``text`` is as shown, in ``shown_unit``.

    ``address``, ``value``, ``unit``, ``maturity`` and ``range_class`` are the same in every language.
    """

    address: str
    name: str
    value: Decimal | None
    unit: str
    text: str
    shown_unit: str
    maturity: str
    on_week: Change = Change()
    on_year: Change = Change()
    range_low: Decimal | None = None
    range_high: Decimal | None = None
    range_mean: Decimal | None = None
    range_weeks: int = 0
    range_text: str = formats.NOT_AVAILABLE
    range_class: RangeClass = "none"

    @property
    def is_outside(self) -> bool:
        """Whether the value lies outside its normal range."""
        return self.range_class in ("below", "above")

    @property
    def scale(self) -> units.Scale:
        """How its amounts are written."""
        return units.scale(self.unit, self.value)

    def with_unit(self, *, is_long: bool = False) -> str:
        """The number with its unit: ``84 TEU``, ``CNY 40.7 m``."""
        return self.scale.with_unit(self.text, is_long=is_long)


def scale_of(measure: Measure, value: Decimal | None) -> units.Scale:
    """How a value of a measure, and what stands beside it, is written."""
    return units.scale(measure.unit, value, None if measure.unit == "CNY" else measure.decimals)


def shown(measure: Measure, value: Decimal | None, beside: Decimal | None = None) -> str:
    """A value of a measure as readers see it, without its unit, which is that of the value ``beside`` it."""
    return scale_of(measure, value if beside is None else beside).number(value)


def change(measure: Measure, now: Decimal | None, before: Decimal | None, percent_min_base: int) -> Change:
    """Per cent for levels (a difference below ``percent_min_base``), points for shares, the unit for durations.

    The base is judged in the unit of the measure that readers see in English, in every language.
    """
    if now is None or before is None:
        return Change()
    difference = now - before
    if measure.kind == "share":
        return Change(difference, tr("%(number)s pp", number=formats.signed(difference, 1)))
    if measure.kind == "duration":
        scale = scale_of(measure, now)
        return Change(difference, scale.with_unit(scale.signed(difference)))
    if before / measure.shown_per < percent_min_base:
        return Change(difference, scale_of(measure, now).signed(difference))
    return Change(difference, formats.per_cent(formats.signed(100 * difference / before)))


def range_before(series: Series, week: str, thresholds: Thresholds) -> NormalRange | None:
    """The normal range of the ``range_weeks`` weeks before a week."""
    weeks = [shifted(week, -n) for n in range(thresholds.range_weeks, 0, -1)]
    ceiling = Decimal(100) if series.measure.kind == "share" else None
    return normal_range(series.values(weeks), min_weeks=thresholds.range_min_weeks, ceiling=ceiling)


def figure(series: Series, week: str, thresholds: Thresholds, *, is_final: bool = True) -> Figure:
    """The figure of a week; ``is_final`` false marks measures that may still change as provisional."""
    measure, value = series.measure, series.value(week)
    normal = range_before(series, week, thresholds)
    base = thresholds.percent_min_base
    judged = None if value is None else _as_shown(measure, value)
    return Figure(
        address=measure.address,
        name=measure.said_name,
        value=value,
        unit=measure.unit,
        text=shown(measure, value),
        shown_unit=scale_of(measure, value).name,
        maturity="p" if measure.provisional and not is_final else "f",
        on_week=change(measure, value, series.value(shifted(week, -1)), base),
        on_year=change(measure, value, series.value(same_week_last_year(week)), base),
        range_low=normal.low if normal else None,
        range_high=normal.high if normal else None,
        range_mean=normal.mean if normal else None,
        range_weeks=normal.weeks if normal else 0,
        range_text=_range_text(scale_of(measure, value), normal),
        range_class=classify(judged, _range_as_shown(measure, normal)),
    )


def _as_shown(measure: Measure, value: Decimal) -> Decimal:
    return formats.rounded(value / measure.shown_per, measure.decimals)


def _range_as_shown(measure: Measure, normal: NormalRange | None) -> NormalRange | None:
    # The class follows the rounded numbers, so that 88 is never called above 41-88.
    if normal is None:
        return None
    low, high, mean = (_as_shown(measure, v) for v in (normal.low, normal.high, normal.mean))
    return NormalRange(low, high, mean, normal.weeks)


def _range_text(scale: units.Scale, normal: NormalRange | None) -> str:
    if normal is None:
        return formats.NOT_AVAILABLE
    return formats.span(normal.low / scale.per, normal.high / scale.per, scale.decimals)


def figures(
    series: Mapping[str, Series], week: str, thresholds: Thresholds, *, is_final: bool
) -> dict[str, Figure]:
    """Address -> figure of a week, for every series."""
    return {address: figure(s, week, thresholds, is_final=is_final) for address, s in series.items()}
