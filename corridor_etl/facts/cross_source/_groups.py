"""Many declarations in one box, many boxes on one declaration: the groups in which their sums can be compared."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Left side of each pair -> the name of its group, which is the smallest left side in it.

    Two left sides are in one group when a chain of pairs leads from one to the other. Left and right sides are
    different sets of names.
    """
    parents: dict[str, str] = {}
    owners: dict[str, str] = {}
    for left, right in pairs:
        root = _root(parents, left)
        other = _root(parents, owners.setdefault(right, left))
        if root != other:
            parents[max(root, other)] = min(root, other)
    return {left: _root(parents, left) for left in parents}


def _root(parents: dict[str, str], name: str) -> str:
    parents.setdefault(name, name)
    while parents[name] != name:
        parents[name] = parents[parents[name]]
        name = parents[name]
    return name


def with_group(rows: pl.DataFrame, left: str, right: str) -> pl.DataFrame:
    """``rows`` with ``group``: the group of the row's pair of ``left`` and ``right``, which must be filled."""
    groups = grouped(rows.select(left, right).iter_rows())
    names = pl.DataFrame(
        {left: list(groups), "group": list(groups.values())}, schema={left: pl.String(), "group": pl.String()}
    )
    return rows.join(names, on=left, how="left", maintain_order="left")


def total(column: str) -> pl.Expr:
    """The sum of a group, null as soon as one part is unknown."""
    return pl.when(pl.col(column).is_not_null().all()).then(pl.col(column).sum()).alias(column)
