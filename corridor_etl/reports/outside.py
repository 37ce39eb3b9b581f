"""What leaves the house: data and figures of an issue for partners and the public, without what tells of single firms.

The context of such an issue is built from what is left here, so that nothing withheld can reach a sentence, a chart, a
total or a file. Which cells are withheld is decided by ``marts.disclosure``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from decimal import Decimal

import polars as pl

from corridor_etl.marts.disclosure import TOTAL
from corridor_etl.reports import flows_table, goods, units
from corridor_etl.reports.content import Cell, Table, columns, row
from corridor_etl.reports.figures import Figure
from corridor_etl.reports.language import N_, tr
from corridor_etl.reports.measures import THROUGHPUT, TRADE
from corridor_etl.reports.report_data import Past, ReportData

WITHHELD = "c"
MOST_ROWS = 60
NOTE = N_("c: withheld, because few firms are behind the number or it would follow from others.")
_UNITS = {"trade_value": ("CNY", 100), "cargo_weight": ("t", 1_000_000)}
"""Table of disclosure -> unit as shown, and how many of what is stored make one of it."""
_AMOUNTS = ("cargo_gross_g", "cargo_net_g")


def for_others(data: ReportData) -> ReportData:
    """The data without values of goods, weights of cargo, open cases and names of files."""
    cargo = data.marts[THROUGHPUT]
    marts = {
        **data.marts,
        TRADE: data.marts[TRADE].clear(),
        THROUGHPUT: cargo.with_columns(pl.lit(0, dtype=cargo.schema[name]).alias(name) for name in _AMOUNTS),
    }
    correction = data.correction
    if correction is not None:
        nameless = correction.changes.with_columns(file_name=pl.lit(None, dtype=pl.String))
        correction = dataclasses.replace(correction, changes=nameless)
    return dataclasses.replace(
        data,
        marts=marts,
        quarantine_open=0,
        corrections=None,
        discrepancies=None,
        past=Past(),
        correction=correction,
    )


def with_withheld(numbers: Mapping[str, Figure], prefixes: tuple[str, ...]) -> dict[str, Figure]:
    """The figures, those whose address begins with one of ``prefixes`` without value, range and changes."""
    return {a: _withheld(f) if a.startswith(prefixes) else f for a, f in numbers.items()}


def _withheld(figure: Figure) -> Figure:
    return Figure(figure.address, figure.name, None, figure.unit, WITHHELD, figure.shown_unit, WITHHELD)


def disclosed_table(disclosed: pl.DataFrame | None) -> Table | None:
    """Trade value and cargo weight by flow and HS chapter as others may see them; None where there is nothing.

    ``disclosed`` as :func:`.marts.public.public_week` gives it.
    """
    if disclosed is None or disclosed.is_empty():
        return None
    cells = {(t, f, h): _shown(t, n) for t, f, h, n in
             disclosed.select("table", "flow", "hs_chapter", "amount").iter_rows()}  # fmt: skip
    keys = sorted({(f, h) for _, f, h in cells}, key=lambda k: (k[0] == TOTAL, k[0], k[1] == TOTAL, k[1]))
    shown = next(some for some in _choices(keys) if len(some) <= MOST_ROWS)
    rows = tuple(
        row(_flow(flow), _goods(chapter), *(cells.get((t, flow, chapter), "0") for t in _UNITS))
        for flow, chapter in shown
    )
    heads = columns(
        tr("Flow"),
        tr("Goods (HS chapter)"),
        flows_table.money_head("CNY"),
        tr("Gross\u00a0t"),
        words=2,
        steps={2: units.scale("CNY").step},
    )
    return Table("disclosed", 0, tr("Trade by flow and goods"), heads, rows, tr(NOTE))


def _choices(keys: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """All cells, without those of a flow and a chapter, flows only, nothing: a busy week must not make a mail too long.

    What is shown never follows from the amounts, or it would tell of them.
    """
    yield keys
    yield [key for key in keys if TOTAL in key]
    yield [key for key in keys if key[1] == TOTAL]
    yield []


def _shown(table: str, amount: int | None) -> str | Cell:
    unit, per = _UNITS[table]
    return Cell(WITHHELD) if amount is None else units.scale(unit).number(Decimal(amount) / per)


def _flow(flow: str) -> str:
    return tr("All flows") if flow == TOTAL else flows_table.flow_name(flow)


def _goods(chapter: str) -> str:
    return tr("All goods") if chapter == TOTAL else goods.goods_name(chapter)
