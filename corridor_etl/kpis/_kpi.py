"""What a KPI is: words for readers and documents, the rows it puts into a weekly mart, and an example of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.kpis._example import Example
from corridor_etl.settings import Settings

Compute = Callable[[Facts, Settings], pl.DataFrame]
Derive = Callable[[Mapping[str, pl.DataFrame], Settings], pl.DataFrame]
LANGUAGES = ("en", "zh", "ru", "kk")


@dataclass(frozen=True)
class Translated:
    """One text in the languages of the reports."""

    en: str
    zh: str
    ru: str
    kk: str

    def __str__(self) -> str:
        return self.en

    def into(self, language: str) -> str:
        """The text in one of :data:`LANGUAGES`."""
        return str(getattr(self, language))


@dataclass(frozen=True)
class Kpi:
    """One KPI: ``mart`` names the weekly table that holds it, ``compute`` makes its rows there from the facts.

    ``dimensions`` (text, first ``iso_week``) identify a row, ``columns`` (whole numbers) hold its figures. A KPI with
    ``derive`` instead makes its rows from tables others fill (``mart`` names the first of them). ``unavailable`` is
    the reason why one can not be made at all: it has no rows, and is never a zero. Several KPIs may share a mart.
    ``unsummed`` are columns of an additive one whose sum over groups says nothing. ``helpers`` are
    functions that belong to the formula as it is printed.
    """

    name: str
    title: Translated
    formula: str
    unit: str
    basis: str
    is_additive: bool
    week_date: str
    zone: str
    caveat: Translated
    small_number_rule: str
    mart: str
    dimensions: tuple[str, ...]
    columns: tuple[str, ...]
    compute: Compute | None = None
    derive: Derive | None = None
    example: Example | None = None
    unavailable: str = ""
    helpers: tuple[Callable[..., object], ...] = ()
    unsummed: tuple[str, ...] = ()

    @property
    def summed(self) -> tuple[str, ...]:
        """The columns that add up over groups of a week."""
        return tuple(c for c in self.columns if c not in self.unsummed) if self.is_additive else ()

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """Columns of the rows ``compute`` makes, with their types, in order."""
        text = {name: pl.String() for name in self.dimensions}
        return {**text, **{name: pl.Int64() for name in self.columns}}

    def rows(self, frame: pl.DataFrame) -> pl.DataFrame:
        """``frame``, as ``compute`` or ``derive`` made it, in the types and order of :attr:`schema`, sorted."""
        typed = frame.select(pl.col(name).cast(dtype) for name, dtype in self.schema.items())
        return typed.sort(self.dimensions)
