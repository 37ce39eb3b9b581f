"""How each figure of the dictionary is defined, in the language spoken: for the workbook and for the page of the site.

The dictionary itself belongs to ``kpis``, the translations of its words to ``catalogues``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from corridor_etl.kpis import Kpi, kpis
from corridor_etl.reports.catalogues import DEFINED_BY, DEFINITION
from corridor_etl.reports.language import NP_, spoken, tr_in

HEADS: Mapping[str, str] = {
    "unit": NP_("column", "unit"),
    "formula": NP_("column", "formula"),
    "basis": NP_("column", "basis"),
    "week_date": NP_("column", "week by"),
    "zone": NP_("column", "clock of"),
    "small_number_rule": NP_("column", "small numbers"),
    "caveat": NP_("column", "caveat"),
    "unavailable": NP_("column", "not available because"),
}
"""Field of a KPI -> what it is called."""


@dataclass(frozen=True)
class Definition:
    """One figure: its name, the same in every language, its title, and its other words by field, in reading order."""

    name: str
    title: str
    words: Mapping[str, str]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What each of its words is called, and the words; without those it has not."""
        return [(tr_in("column", HEADS[field]), text) for field, text in self.words.items() if text]


def definitions() -> Iterator[Definition]:
    """Every figure of the dictionary, in its order."""
    for kpi in kpis().values():
        yield Definition(kpi.name, kpi.title.into(spoken()), {field: _said(kpi, field) for field in HEADS})


def _said(kpi: Kpi, field: str) -> str:
    if field not in DEFINED_BY:
        return kpi.caveat.into(spoken())
    text = str(getattr(kpi, field))
    return tr_in(DEFINITION, text) if text else ""
