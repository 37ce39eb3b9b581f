"""What a KPI is: words for readers and documents, and the rows it puts into a weekly mart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.settings import Settings

Compute = Callable[[Facts, Settings], pl.DataFrame]


@dataclass(frozen=True)
class Kpi:
    """One KPI: ``mart`` names the weekly table that holds it, ``compute`` makes its rows there.

    ``dimensions`` (text, first ``iso_week``) identify a row, ``columns`` (whole numbers) hold its figures. A KPI
    without ``compute`` is derived from rows that others put into its mart. Several KPIs may share a mart.
    """

    name: str
    title: str
    formula: str
    unit: str
    basis: str
    is_additive: bool
    week_date: str
    caveat: str
    small_number_rule: str
    mart: str
    dimensions: tuple[str, ...]
    columns: tuple[str, ...]
    compute: Compute | None

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """Columns of the rows ``compute`` makes, with their types, in order."""
        text = {name: pl.String() for name in self.dimensions}
        return {**text, **{name: pl.Int64() for name in self.columns}}
