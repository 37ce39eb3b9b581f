"""Weights of MEA segments to kilograms as text. Whether a weight is plausible is not judged here."""

from __future__ import annotations

import re
from decimal import Decimal

_KG = {"KGM": Decimal(1), "TNE": Decimal(1000), "LBR": Decimal("0.45359237")}
_GRAM = Decimal("0.001")
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
