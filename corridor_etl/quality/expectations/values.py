"""Expectations about prices, currencies and value per kilogram."""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor_etl.quality.checks import values
from corridor_etl.quality.expectations._row import RowExpectation, judged_by
from corridor_etl.quality.history import RANGE_COLUMNS


@judged_by(values.price_multiplies)
class ExpectPriceMultiplies(RowExpectation):
    """Unit price times quantity is the total."""

    map_metric = "value.price_multiplies"
    sentence = "{first} times {second} must be {third}, within {share} or {minor_unit} of the currency."
    share: float
    minor_unit: float


@judged_by(values.is_worth_something)
class ExpectPositiveValue(RowExpectation):
    """Declared totals are above zero, and no slip of digits."""

    map_metric = "value.positive"
    sentence = (
        "{first} must be above zero and at most {most}; zero is allowed in supervision modes {free_modes}."
    )
    free_modes: list[str]
    most: int


@judged_by(values.has_rate)
class ExpectRateExists(RowExpectation):
    """The rates that convert a value exist for its date."""

    map_metric = "value.rate_exists"
    sentence = "A market rate of {first} and of {bases} must exist on the date or up to {max_age_days} days before it."
    bases: list[str]
    max_age_days: int | dict[str, Any]


@judged_by(values.value_per_kg_is_plausible)
class ExpectPlausibleValuePerKg(RowExpectation):
    """A kilogram is worth neither next to nothing nor a fortune."""

    map_metric = "value.per_kg_plausible"
    sentence = "The value of one kilogram should lie between {lowest_usd} and {highest_usd} US dollars."
    lowest_usd: float
    highest_usd: float
    max_age_days: int | dict[str, Any]


@judged_by(values.value_per_kg_is_usual)
class ExpectUsualValuePerKg(RowExpectation):
    """A kilogram is worth what goods of its heading usually are."""

    map_metric = "value.per_kg_usual"
    sentence = (
        "The value of one kilogram should lie in the usual range of its subheading, heading or chapter."
    )
    max_age_days: int | dict[str, Any]

    @classmethod
    def observed(cls, columns: list[str]) -> pl.Expr:
        """The cells and the range they were compared with."""
        lowest, highest = (pl.col(c).round(2).cast(pl.String) for c in RANGE_COLUMNS)
        usual = pl.concat_str(pl.lit("; usual "), lowest, pl.lit(" to "), highest, pl.lit(" USD/kg"))
        return pl.concat_str(super().observed(columns), usual)
