"""Trade of one service and week by flow, in yuan and dollars: exports, re-exports of foreign goods, imports."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from corridor_etl.reports import formats
from corridor_etl.reports.content import Cell, Table, columns, row
from corridor_etl.reports.tables import direction_word

NAMES = {
    "EXPORT_DOMESTIC": "Exports of Chinese goods",
    "RE_EXPORT": "Re-exports of foreign goods",
    "IMPORT": "Imports",
    "RE_IMPORT": "Re-imports of Chinese goods",
}
_MILLION_MINOR = Decimal(100_000_000)
RATES = {
    "market_daily": "the market rate of the release date",
    "customs_cn": "the customs rate of the month of declaration",
    "nbk_dt_date": "the national bank's rate of the declaration date",
}
"""Policy of ``corridor.fx_policy`` -> which rate it takes."""


def flows(trade: pl.DataFrame, service_id: str, week: str, policy: str = "market_daily") -> Table:
    """One row per flow and direction, largest first, with a total; CNY and USD in millions, tonnes net.

    The note names the rate of ``policy`` and how many items had none.
    """
    mine = trade.filter(service_id=service_id, iso_week=week)
    now = (
        mine.group_by("flow", "direction")
        .agg(pl.col("value_cny_fen", "value_usd_cent", "net_g").sum())
        .sort("value_cny_fen", "flow", "direction", descending=[True, False, False])
    )
    total = Decimal(now["value_cny_fen"].sum())
    lines = [
        _line(NAMES.get(flow, flow), direction_word(direction), amounts, total)
        for flow, direction, *amounts in now.iter_rows()
    ]
    if lines:
        sums = [int(now[name].sum()) for name in ("value_cny_fen", "value_usd_cent", "net_g")]
        lines.append(_line("Total", "", sums, total))
    heads = columns("Flow", "Direction", "CNY\u00a0m", "USD\u00a0m", "Net\u00a0t", "Share", words=2)
    note = (
        _note(policy, int(mine["items_without_rate"].sum()))
        if lines
        else "No released declaration in this week."
    )
    return Table("flows", 0, "Trade by flow", heads, tuple(lines), note, has_total=bool(lines))


def _note(policy: str, without_rate: int) -> str:
    said = f"Values as declared, at {RATES[policy]}; each currency is summed by itself."
    return f"{said} Without a rate, and in no sum: {without_rate} items." if without_rate else said


def _line(name: str, direction: str, amounts: Sequence[int], total: Decimal) -> tuple[Cell, ...]:
    fen, cent, net_g = amounts
    return row(
        name,
        direction,
        formats.number(fen / _MILLION_MINOR, 1),
        formats.number(cent / _MILLION_MINOR, 2),
        formats.number(Decimal(net_g) / 10**6),
        formats.share(Decimal(fen), total),
    )
