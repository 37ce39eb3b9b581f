"""ISO 6346 size and type codes: aliases, length in TEU, tare band.

An unknown code has an unknown TEU (null), never 0. 45G1 is a 40 foot high cube, not a 45 foot box.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from corridor_etl.reference._tables import mapping, table

_LENGTH_TEU = {"1": "0.5", "2": "1", "3": "1.5", "4": "2", "L": "2.25", "M": "2.4", "N": "2.45", "P": "2.65"}
# ISO 6346 table E: groups of types, written in place of the type where only the group is known.
_GROUPS = (
    "GP",
    "VH",
    "BU",
    "SN",
    "RE",
    "RT",
    "RS",
    "HR",
    "HI",
    "UT",
    "PL",
    "PF",
    "PC",
    "PS",
    "TN",
    "TD",
    "TG",
    "AS",
)


@cache
def aliases() -> dict[str, str]:
    """Spelling of a size and type -> ISO 6346 code (``40HQ`` -> ``45G1``)."""
    return {
        a.upper().replace(" ", ""): code
        for a, code in mapping("container_size_alias", "alias", "size_type").items()
    }


@cache
def _registered() -> frozenset[str]:
    return frozenset(table("iso6346_size_type")["size_type"])


@cache
def known_codes() -> frozenset[str]:
    """Every code of the register, and every size of it with a type group where the type is not known (``22GP``)."""
    codes = _registered()
    return codes | {f"{code[:2]}{group}" for code in codes for group in _GROUPS}


def canonical(text: str | None) -> str | None:
    """The ISO 6346 code of a size and type as written, the text itself if unknown, None if blank or 0000."""
    code = (text or "").upper().replace(" ", "").replace("'", "")
    if not code or set(code) == {"0"}:
        return None
    # 20GP is a trade name before it is the group GP of the size 20.
    return code if code in _registered() else aliases().get(code, code)


def teu(code: str | None) -> Decimal | None:
    """Length in TEU by the first character of a canonical code; None where it does not say."""
    length = _LENGTH_TEU.get(code[0]) if code and len(code) == 4 else None
    return Decimal(length) if length else None
