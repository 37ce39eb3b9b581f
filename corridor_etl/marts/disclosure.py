"""Statistical disclosure control: which cells of a table a partner or the public may not see.

A cell is sensitive when too few firms are behind it or one of them makes up most of it (primary). What is published
beside it may then still give it away, because rows and columns add up to totals; more cells are withheld until none of
them follows from the others (secondary). Zeros are published. Which tables an edition shows belongs to the reports.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from corridor_etl.settings import Confidentiality

TOTAL = "total"
Cell = tuple[str, str]
_Node = tuple[str, str]
_PER_CENT = 10_000
"""Shares are compared in whole numbers, to a hundredth of a per cent."""


REASONS = ("too_few_firms", "one_dominates", "two_dominate", "too_close_an_estimate")
"""Why a cell is sensitive, the first that applies."""
WITHHELD_WITH_OTHERS = "follows_from_others"


def sensitive(
    contributions: pl.DataFrame, cell: Sequence[str], amount: str, rules: Confidentiality
) -> pl.DataFrame:
    """The sensitive cells and why: the columns ``cell`` and ``reason``, sorted by cell.

    ``contributions`` has the columns ``cell``, ``side`` (as consignor, consignee), ``firm`` and whole numbers of at
    least 0 in ``amount``. A firm that is not known is null and counts as one. A cell of 0 is not sensitive.
    """
    firms = contributions.group_by(*cell, "side", "firm").agg(pl.col(amount).sum().cast(pl.Int128))
    sides = firms.group_by(*cell, "side").agg(
        firms=(pl.col(amount) > 0).sum(),
        whole=pl.col(amount).sum(),
        first=pl.col(amount).top_k(2).max(),
        two=pl.col(amount).top_k(2).sum(),
    )
    judged = sides.filter(pl.col("whole") > 0).with_columns(_reason(rules).alias("rank"))
    worst = judged.group_by(cell).agg(pl.col("rank").min()).filter(pl.col("rank") < len(REASONS))
    reason = pl.col("rank").replace_strict(dict(enumerate(REASONS)), return_dtype=pl.String).alias("reason")
    return worst.select(*cell, reason).sort(cell)


def with_margins(contributions: pl.DataFrame, cell: Sequence[str]) -> pl.DataFrame:
    """``contributions`` to the cells of a two-way table, and again to each total, which may be of few firms too."""
    row, column = cell
    total = pl.lit(TOTAL)
    margins = ({row: total}, {column: total}, {row: total, column: total})
    return pl.concat([contributions, *(contributions.with_columns(**margin) for margin in margins)])


def _reason(rules: Confidentiality) -> pl.Expr:
    """The place among :data:`REASONS` of the first that applies, else their number."""
    whole, first, two = pl.col("whole"), pl.col("first"), pl.col("two")
    tests = (
        pl.col("firms") < rules.fewest_firms,
        first * _PER_CENT > whole * _share(rules.largest_pct),
        two * _PER_CENT > whole * _share(rules.two_largest_pct),
        (whole - two) * _PER_CENT < first * _share(rules.protection_pct),
    )
    return pl.coalesce(pl.when(test).then(n) for n, test in enumerate(tests)).fill_null(len(tests))


def _share(pct: float) -> int:
    return round(pct * _PER_CENT / 100)


def withheld(amounts: Mapping[Cell, int], primary: Mapping[Cell, str]) -> dict[Cell, str]:
    """All cells of a two-way table that have to be withheld, with the reason; totals among them.

    ``amounts`` are the inner cells by (row, column), at least 0; totals are published under :data:`TOTAL`, and may be
    among the ``primary`` ones. Each cell
    is hidden in a ring of withheld cells, every row and column of which has two: no sum tells any of them. Of all
    rings the one with the least to withhold is taken. A sensitive cell that nothing can hide takes its totals along.
    """
    table = with_totals(amounts)
    hidden = {cell: reason for cell, reason in primary.items() if table.get(cell)}
    # Large cells first: what hides them often hides the small ones as well.
    for cell in sorted(hidden, key=lambda c: (-table[c], c)):
        for other in _ring(cell, table, hidden):
            hidden.setdefault(other, WITHHELD_WITH_OTHERS)
    return hidden


def with_totals(amounts: Mapping[Cell, int]) -> dict[Cell, int]:
    """The cells and the totals of their rows, of their columns, and of all."""
    table = dict(amounts)
    for (row, column), amount in amounts.items():
        for total in ((row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            table[total] = table.get(total, 0) + amount
    return table


def _ring(cell: Cell, table: Mapping[Cell, int], hidden: Mapping[Cell, str]) -> list[Cell]:
    """The cheapest way from the row of ``cell`` to its column over other cells; empty where there is none."""
    start, goal = ("row", cell[0]), ("column", cell[1])
    ways: list[tuple[int, int, _Node, list[Cell]]] = [(0, 0, start, [])]
    done: set[_Node] = set()
    while ways:
        cost, length, node, way = heapq.heappop(ways)
        if node == goal:
            return way
        if node in done:
            continue
        done.add(node)
        for following, over in _steps(node, table):
            if over != cell and following not in done:
                price = 0 if over in hidden else table[over]
                heapq.heappush(ways, (cost + price, length + 1, following, [*way, over]))
    return []


def _steps(node: _Node, table: Mapping[Cell, int]) -> Iterator[tuple[_Node, Cell]]:
    """From a row over its cells that are not 0 to their columns, and the other way round."""
    side, name = node
    for (row, column), amount in table.items():
        if amount and name == (row if side == "row" else column):
            yield ("column", column) if side == "row" else ("row", row), (row, column)
