"""The totals a declaration states beside the items it has (rules ST-008, ST-009 and VA-002).

A difference costs no row: which of the two is wrong cannot be known from the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from corridor_etl.sources._source import Finding
from corridor_etl.sources._xml_paths import decimal

Cells = Mapping[str, str | None]


class Total(NamedTuple):
    """A stated total and the column it is the sum of; up to ``share`` of it a difference is only noted.

    Counts are not rounded, and an item without packages of its own is packed with another.
    """

    stated: str
    summed: str
    rule_id: str
    share: Decimal = Decimal(0)
    is_count: bool = False


TOTALS = (
    Total("packages", "item_packages", "ST-008", is_count=True),
    Total("gross_kg", "item_gross_kg", "ST-008"),
    Total("net_kg", "item_net_kg", "ST-008"),
    Total("invoice_total", "total_price", "VA-002", Decimal("0.005")),
    Total("customs_value_total", "customs_value_local", "VA-002", Decimal("0.005")),
)


def compared(head: Cells, rows: Sequence[Cells], line_no: int) -> list[Finding]:
    """A finding for each stated total (and the stated number of items) that the items do not add up to."""
    found = [_of_count(head, rows, line_no), *(_of(total, head, rows, line_no) for total in TOTALS)]
    return [finding for finding in found if finding is not None]


def _of_count(head: Cells, rows: Sequence[Cells], line_no: int) -> Finding | None:
    stated = decimal(head.get("items_stated"))
    if stated is None or stated == len(rows):
        return None
    text = f"the declaration states {stated:f} items and has {len(rows)}"
    return Finding("ST-009", "warning", text, line_no, str(len(rows)), f"{stated:f}")


def _of(total: Total, head: Cells, rows: Sequence[Cells], line_no: int) -> Finding | None:
    stated, cells = decimal(head.get(total.stated)), [decimal(r.get(total.summed)) for r in rows]
    present = [c for c in cells if c is not None]
    if stated is None or not present or (len(present) < len(cells) and not total.is_count):
        return None
    actual = sum(present, Decimal(0))
    gap = actual - stated
    if not gap:
        return None
    is_rounding = not total.is_count and abs(gap) <= _unit([stated, *present]) * len(present) / 2
    is_small = is_rounding or abs(gap) <= total.share * abs(stated)
    what = "a rounding difference" if is_rounding else "a difference"
    text = f"{total.stated} is {stated:f}, the items have {actual:f} together: {what} of {abs(gap):f}"
    return Finding(
        total.rule_id, "info" if is_small else "warning", text, line_no, f"{actual:f}", f"{stated:f}"
    )


def _unit(numbers: Sequence[Decimal]) -> Decimal:
    """The last decimal place that any of the numbers uses."""
    exponents = [int(n.normalize().as_tuple().exponent) for n in numbers if n]
    return Decimal(1).scaleb(min([0, *exponents]))
