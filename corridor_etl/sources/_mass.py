"""Weights and temperatures with a unit to kilograms and degrees Celsius as text. Plausibility is not judged here."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import polars as pl

from corridor_etl.sources._edifact_tokens import Codes, packed

_KG = {"KGM": Decimal(1), "TNE": Decimal(1000), "LBR": Decimal("0.45359237")}
_GRAM = Decimal("0.001")
_CENT = Decimal("0.01")
# Decimal also reads exponents, underscores and the digits of other scripts, none of which is a weight here.
_PLAIN = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,9})?")


def kilograms(value: str, unit: str) -> str | None:
    """A weight in kg, at most three decimals; None where there is none.

    What cannot be converted comes back as written, so that casting it names the cell.
    """
    if not value:
        return None
    number = value.replace(",", ".")
    if unit == "KGM":
        return number
    if unit not in _KG:
        return f"{value} {unit or 'without unit'}"
    if _PLAIN.fullmatch(number) is None:
        return f"{value} {unit}"
    return f"{(Decimal(number) * _KG[unit]).quantize(_GRAM).normalize():f}"


def celsius(value: str, unit: str) -> str | None:
    """A temperature in degrees Celsius, at most two decimals; what cannot be converted comes back as written."""
    if not value:
        return None
    number = value.replace(",", ".")
    if unit in ("CEL", ""):
        return number
    if unit != "FAH" or _PLAIN.fullmatch(number) is None:
        return f"{value} {unit}"
    return f"{((Decimal(number) - 32) * 5 / 9).quantize(_CENT).normalize():f}"


def converted(values: pl.Series, units: pl.Series, unit_codes: Codes, usual: str) -> pl.Series:
    """A column of weights or temperatures; only cells whose unit is not the ``usual`` one are looked at singly."""
    if values.null_count() == len(values):
        return values
    function = celsius if usual == "CEL" else kilograms
    plain = values.str.replace(",", ".", literal=True)
    odd = np.flatnonzero((unit_codes != np.uint64(packed(usual))) & values.is_not_null().to_numpy())
    if not len(odd):
        return plain
    pairs = zip(values.gather(odd).to_list(), units.gather(odd).fill_null("").to_list(), strict=True)
    return plain.scatter(odd, pl.Series([function(v, u) for v, u in pairs], dtype=pl.String))
