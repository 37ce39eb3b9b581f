"""Trade of one service and week by flow, in yuan and dollars: exports, re-exports of foreign goods, imports."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from corridor_etl.reports import formats, units
from corridor_etl.reports.content import Cell, Table, columns, row
from corridor_etl.reports.language import N_, tr, tr_n
from corridor_etl.reports.tables import direction_word

NAMES = {
    "EXPORT_DOMESTIC": N_("Exports of Chinese goods"),
    "RE_EXPORT": N_("Re-exports of foreign goods"),
    "IMPORT": N_("Imports"),
    "RE_IMPORT": N_("Re-imports of Chinese goods"),
}
NOTES = {
    "market_daily": N_(
        "Values as declared, at the market rate of the release date; each currency is summed by itself."
    ),
    "customs_cn": N_(
        "Values as declared, at the customs rate of the month of declaration; each currency is summed by itself."
    ),
    "nbk_dt_date": N_(
        "Values as declared, at the national bank's rate of the declaration date; each currency is summed by itself."
    ),
}
"""Policy of ``corridor.fx_policy`` -> which rate it takes, in words."""


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
        _line(flow_name(flow), direction_word(direction), amounts, total)
        for flow, direction, *amounts in now.iter_rows()
    ]
    if lines:
        sums = [int(now[name].sum()) for name in ("value_cny_fen", "value_usd_cent", "net_g")]
        lines.append(_line(tr("Total"), "", sums, total))
    heads = columns(
        tr("Flow"),
        tr("Direction"),
        money_head("CNY"),
        money_head("USD"),
        tr("Net\u00a0t"),
        tr("Share"),
        words=2,
        minor=(4,),
        steps={n: units.scale(c).step for n, c in ((2, "CNY"), (3, "USD"))},
    )
    left_out = int(mine["items_without_rate"].sum())
    note = _note(policy, left_out) if lines else tr("No released declaration in this week.")
    return Table("flows", 0, tr("Trade by flow"), heads, tuple(lines), note, has_total=bool(lines))


_SHORT = 5  # characters; a long name on one line would make the column wider than its numbers


def flow_name(flow: str) -> str:
    """The name of a flow of ``container_trip.flow``; one without a name as it is stored, made inert."""
    return tr(NAMES[flow]) if flow in NAMES else formats.clean(flow)


def money_head(currency: str) -> str:
    """The unit of a column of money, on one line where it is short."""
    name = units.scale(currency).name
    return name if len(name) > _SHORT else name.replace(" ", "\u00a0")


def _note(policy: str, left_out: int) -> str:
    without_rate = tr_n(
        "Without a rate, and in no sum: %(count)s item.", "Without a rate, and in no sum: %(count)s items.", left_out
    )  # fmt: skip
    return f"{tr(NOTES[policy])} {without_rate}" if left_out else tr(NOTES[policy])


def _line(name: str, direction: str, amounts: Sequence[int], total: Decimal) -> tuple[Cell, ...]:
    fen, cent, net_g = amounts
    return row(
        name,
        direction,
        units.scale("CNY").number(Decimal(fen) / 100),
        units.scale("USD").number(Decimal(cent) / 100),
        formats.number(Decimal(net_g) / 10**6),
        formats.share(Decimal(fen), total),
    )
