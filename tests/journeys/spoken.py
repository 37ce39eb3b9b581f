"""In how many languages the issues of a journey are made: ``make test`` has two, ``make long`` all."""

from __future__ import annotations

from typing import Any

import pytest

from corridor_etl.reports.language import LANGUAGES


def two_or_all(other: str) -> dict[str, Any]:
    """What makes a fixture of this: its parameter are the languages, English and ``other`` or every one."""
    every = pytest.param(tuple(LANGUAGES), marks=pytest.mark.long)
    return {"params": [("en", other), every], "ids": ["two", "all"]}
