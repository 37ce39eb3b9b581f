"""Every KPI is fully described, its columns are the mart's, and docs/kpis.md says what the code says."""

from __future__ import annotations

import re

import pytest

from corridor_etl.kpis import Kpi, kpis
from corridor_etl.kpis._document import render_dictionary
from corridor_etl.kpis._kpi import LANGUAGES
from corridor_etl.settings import checkout
from corridor_etl.warehouse.schema import MARTS

ALL = kpis()
IN_WORDS = ("formula", "unit", "basis", "week_date", "zone", "small_number_rule")
OF_LANGUAGE = {"zh": r"[\u4e00-\u9fff]", "ru": "[а-яё]", "kk": "[әғқңөұүһі]"}


def test_the_dictionary_is_current() -> None:
    page = (checkout() / "docs" / "kpis.md").read_text(encoding="utf-8")
    assert page == render_dictionary(), "write it anew: python -m corridor_etl.kpis._document > docs/kpis.md"


@pytest.mark.parametrize("name", ALL)
def test_a_kpi_says_everything_about_itself(name: str) -> None:
    kpi = ALL[name]
    assert all(getattr(kpi, field).strip() for field in IN_WORDS)
    assert kpi.unavailable or kpi.example, "a KPI shows an example, or says why it has no figures"
    assert bool(kpi.compute) + bool(kpi.derive) + bool(kpi.unavailable) == 1
    assert f"## {name}\n" in render_dictionary()


@pytest.mark.parametrize("name", ALL)
def test_the_title_and_the_caveat_are_there_in_every_language(name: str) -> None:
    for text in (ALL[name].title, ALL[name].caveat):
        assert len({text.into(language) for language in LANGUAGES}) == len(LANGUAGES)
        assert text.en.strip()
        assert text.en.isascii()
        for language, letters in OF_LANGUAGE.items():
            assert re.search(letters, text.into(language), re.IGNORECASE), (language, text)


def test_figures_of_an_example_are_as_many_as_the_columns() -> None:
    for kpi in ALL.values():
        for row in kpi.example.figures if kpi.example else ():
            assert len(row) == len(kpi.dimensions) + len(kpi.columns), kpi.name


@pytest.mark.parametrize("kpi", [k for k in ALL.values() if k.compute], ids=lambda k: k.name)
def test_the_columns_of_a_kpi_are_those_of_its_mart(kpi: Kpi) -> None:
    mart = MARTS[kpi.mart]
    assert list(kpi.dimensions) == [c.name for c in mart.primary_key.columns]
    assert [*kpi.dimensions, *kpi.columns] == [c.name for c in mart.columns if c.name != "snapshot"]


def test_every_mart_has_a_kpi_that_fills_it() -> None:
    assert {k.mart for k in ALL.values() if k.compute} == set(MARTS)
