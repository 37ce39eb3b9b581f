"""Every KPI is fully described, its columns are the mart's, and docs/kpis.md says what the code says."""

from __future__ import annotations

import pytest

from corridor_etl.kpis import Kpi, kpis
from corridor_etl.kpis._document import render_dictionary
from corridor_etl.settings import checkout
from corridor_etl.warehouse.schema import MARTS

ALL = kpis()
IN_WORDS = ("title", "formula", "unit", "basis", "week_date", "caveat", "small_number_rule")


def test_the_dictionary_is_current() -> None:
    page = (checkout() / "docs" / "kpis.md").read_text(encoding="utf-8")
    assert page == render_dictionary(), "write it anew: python -m corridor_etl.kpis._document > docs/kpis.md"


@pytest.mark.parametrize("name", ALL)
def test_a_kpi_says_everything_about_itself(name: str) -> None:
    kpi = ALL[name]
    assert all(getattr(kpi, field).strip() for field in IN_WORDS)
    assert f"## {name}\n" in render_dictionary()


@pytest.mark.parametrize("kpi", [k for k in ALL.values() if k.compute], ids=lambda k: k.name)
def test_the_columns_of_a_kpi_are_those_of_its_mart(kpi: Kpi) -> None:
    mart = MARTS[kpi.mart]
    assert list(kpi.dimensions) == [c.name for c in mart.primary_key.columns]
    assert [*kpi.dimensions, *kpi.columns] == [c.name for c in mart.columns if c.name != "snapshot"]


def test_every_mart_has_a_kpi_that_fills_it() -> None:
    assert {k.mart for k in ALL.values() if k.compute} == set(MARTS)
