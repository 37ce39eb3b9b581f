"""What a totals row is, and how it compares with the rows above it (rule ST-008)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from corridor_etl.sources._headers import folded
from corridor_etl.sources._source import Finding

MIN_CELLS = 5
"""A row without container number but with this many cells is a damaged record, not a note."""

_WORDS = ("合计", "总计", "总数", "total", "итого", "всего")
_SUMMED = ("packages", "cargo_gross_kg", "cargo_net_kg")


def is_total(first_cell: str) -> bool:
    """Whether a row that begins with this text is a totals row."""
    return folded(first_cell).startswith(_WORDS)


def compared(
    total: Mapping[str, str | None], rows: Sequence[Mapping[str, str | None]], line_no: int
) -> list[Finding]:
    """A finding for each stated total that is not the sum (or for containers the count) of the rows."""
    sums = {name: sum((_number(r.get(name)) or Decimal(0) for r in rows), Decimal(0)) for name in _SUMMED}
    sums["container_no"] = Decimal(len(rows))
    stated = {name: _number(total.get(name)) for name in sums}
    return [
        Finding(
            "ST-008",
            "warning",
            f"the totals row says {said} for {name}, the rows have {sums[name]}",
            line_no,
            str(said),
            str(sums[name]),
        )
        for name, said in stated.items()
        if said is not None and said != sums[name]
    ]


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
