"""Reads the CSV files of ``data/``, once, all columns as text because codes start with zeros."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

DATA = Path(__file__).parent / "data"


@cache
def table(name: str) -> pl.DataFrame:
    """The reference table ``data/<name>.csv``; empty cells are null."""
    return pl.read_csv(DATA / f"{name}.csv", infer_schema=False)


def mapping(name: str, key: str, value: str) -> dict[str, str]:
    """Two columns of a reference table as a dictionary, first row wins, rows without a value left out."""
    pairs = table(name).select(key, value).drop_nulls().iter_rows()
    found: dict[str, str] = {}
    for k, v in pairs:
        found.setdefault(k, v)
    return found
