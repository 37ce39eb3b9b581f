"""A delivery beside its baseline, in numbers: rows, empty cells, medians and codes. Whether they are well is for rules.

Where fewer than four deliveries can be compared, the baseline is null and the rules do not judge.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import median, pstdev
from typing import Any

import polars as pl

from corridor_etl.quality.baselines import (
    FEWEST,
    Comparables,
    Line,
    comparables,
    median_of,
    medians,
    unit_of,
)
from corridor_etl.quality.profile import Profile

SIZE_SCHEMA: dict[str, pl.DataType] = {
    "delivery_id": pl.String(),
    "record_kind": pl.String(),
    "rows": pl.Int64(),
    "comparable": pl.Int64(),
    "baseline_rows": pl.Float64(),
}
FILLING_SCHEMA: dict[str, pl.DataType] = {
    "delivery_id": pl.String(),
    "record_kind": pl.String(),
    "column_name": pl.String(),
    "null_pct": pl.Float64(),
    "baseline_null_pct": pl.Float64(),
    "null_spread_pct": pl.Float64(),
    "median": pl.Float64(),
    "median_unit": pl.String(),
    "baseline_median": pl.Float64(),
    "median_spread": pl.Float64(),
    "codes": pl.String(),
    "new_codes": pl.String(),
}
_SHOWN_CODES = 20


def lines_of(kinds: pl.DataFrame, columns: pl.DataFrame, ref: str) -> list[Line]:
    """Profiles as lines; ``ref`` names the column that tells deliveries apart."""
    cells: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for row in columns.iter_rows(named=True):
        cells.setdefault((str(row[ref]), row["record_kind"]), {})[row["column_name"]] = row
    return [
        Line(
            ref=str(row[ref]),
            owner=row["sender_id"] or row["source_id"] or "",
            format=row["format"] or "",
            record_kind=row["record_kind"],
            rows=row["rows"],
            first_on=row["first_on"],
            middle_on=row["middle_on"],
            last_on=row["last_on"],
            columns=cells.get((str(row[ref]), row["record_kind"]), {}),
        )
        for row in kinds.iter_rows(named=True)
    ]


def compared(own: Profile, earlier: tuple[pl.DataFrame, pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sizes (:data:`SIZE_SCHEMA`) and columns (:data:`FILLING_SCHEMA`) of a batch beside their baselines.

    ``own.kinds`` also has sender_id, source_id and format; ``earlier`` is what the warehouse gives.
    """
    pairs = list(comparables(lines_of(*own, "delivery_id"), lines_of(earlier[0], earlier[1], "delivery_no")))
    sizes = [_size(line, found) for line, found in pairs]
    columns = [_filling(line, found, name) for line, found in pairs for name in line.columns]
    return (
        pl.DataFrame(sizes, schema=SIZE_SCHEMA).sort("delivery_id", "record_kind"),
        pl.DataFrame(columns, schema=FILLING_SCHEMA).sort("delivery_id", "record_kind", maintain_order=True),
    )


def _size(line: Line, found: Comparables) -> dict[str, Any]:
    rows = [other.rows for other in found.alike]
    return {
        "delivery_id": line.ref,
        "record_kind": line.record_kind,
        "rows": line.rows,
        "comparable": len(rows),
        "baseline_rows": float(median(rows)) if len(rows) >= FEWEST else None,
    }


def _filling(line: Line, found: Comparables, column: str) -> dict[str, Any]:
    return {
        "delivery_id": line.ref,
        "record_kind": line.record_kind,
        "column_name": column,
        **_nulls(line, found.alike, column),
        **_median(line, found.recent, column),
        **_codes(line, found.known, column),
    }


def _nulls(line: Line, alike: Sequence[Line], column: str) -> dict[str, Any]:
    share = _null_pct(line, column)
    others = [o for o in alike if o.rows and column in o.columns]
    if len(others) < FEWEST or share is None:
        return {"null_pct": share, "baseline_null_pct": None, "null_spread_pct": None}
    nulls, rows = sum(o.columns[column]["nulls"] for o in others), sum(o.rows for o in others)
    # the rule of succession: where none has been seen, the next cell may still be empty
    chance = (nulls + 1) / (rows + 2)
    by_chance = 100 * math.sqrt(chance * (1 - chance) / line.rows)
    return {
        "null_pct": share,
        "baseline_null_pct": round(100 * nulls / rows, 4),
        "null_spread_pct": max(by_chance, pstdev([_null_pct(o, column) or 0.0 for o in others])),
    }


def _null_pct(line: Line, column: str) -> float | None:
    return round(100 * line.columns[column]["nulls"] / line.rows, 4) if line.rows else None


def _median(line: Line, recent: Sequence[Line], column: str) -> dict[str, Any]:
    """``median_spread`` is the median distance of the earlier medians from theirs, as a natural logarithm."""
    own, unit = median_of(line, column), unit_of(line, column)
    others = medians(recent, column, unit) if own is not None else []
    if own is None or len(others) < FEWEST:
        return {"median": own, "median_unit": unit, "baseline_median": None, "median_spread": None}
    usual = median(others)
    spread = median(abs(math.log(other / usual)) for other in others)
    return {"median": own, "median_unit": unit, "baseline_median": usual, "median_spread": spread}


def _codes(line: Line, known: Sequence[Line], column: str) -> dict[str, Any]:
    own = _listed(line, column)
    others = [c for o in known if (c := _listed(o, column)) is not None] if own is not None else []
    if own is None or len(others) < FEWEST:
        return {"codes": None if own is None else " ".join(own), "new_codes": None}
    new = [_printable(c) for c in sorted(set(own).difference(*others))]
    more = [f"and {len(new) - _SHOWN_CODES} more"] if len(new) > _SHOWN_CODES else []
    return {"codes": " ".join(own), "new_codes": ", ".join([*new[:_SHOWN_CODES], *more])}


def _printable(code: str) -> str:
    """A code as a ledger can hold it: what drives a terminal or turns the text is escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in code)


def _listed(line: Line, column: str) -> list[str] | None:
    cells = line.columns.get(column)
    text = cells.get("codes_json") if cells is not None else None
    return None if text is None else _codes_in(text)


@lru_cache(maxsize=4096)
def _codes_in(text: str) -> list[str]:
    return list(json.loads(text))
