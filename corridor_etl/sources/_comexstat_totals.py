"""What each table of a Comex Stat summary sums to, against the total the same file publishes for the period."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import polars as pl

from corridor_etl.sources._source import Finding
from corridor_etl.sources._statistics import ALL, TOTAL

_FIGURE = r"^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"


def compared(raw: pl.DataFrame) -> list[Finding]:
    """A finding for each table of parts that does not sum to the published total of its flow and period.

    ``raw`` has the texts ``table``, ``flow``, ``period``, ``partner_code``, ``commodity_code`` and ``value_usd``.
    A table of countries or products may hold the largest ones only: then it is said how much it leaves out.
    """
    totals: dict[tuple[str, str], Decimal] = {}
    sums: dict[tuple[str, str, str], list[Decimal]] = {}
    readable = raw.filter(pl.col("value_usd").str.contains(_FIGURE) & pl.col("period").is_not_null())
    names = ("table", "flow", "period", "partner_code", "commodity_code", "value_usd")
    for table, flow, period, partner, commodity, value in readable.select(names).iter_rows():
        if partner == ALL and commodity == TOTAL:
            totals[flow, period] = Decimal(value)
        else:
            sums.setdefault((table, flow, period), []).append(Decimal(value))
    return list(_differences(totals, sums))


def _differences(
    totals: dict[tuple[str, str], Decimal], sums: dict[tuple[str, str, str], list[Decimal]]
) -> Iterable[Finding]:
    for (table, flow, period), values in sums.items():
        stated, held = totals.get((flow, period)), sum(values)
        if stated is None or stated == held:
            continue
        text = (
            f"{table}, {flow} {period}: {len(values)} rows sum to {held:,.0f} of the published {stated:,.0f} USD, "
            "so the table is not all of it"
        )
        yield Finding("PARTIAL_TABLE", "warning", text, None, f"{held:f}", f"{stated:f}")
