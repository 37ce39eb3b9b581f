"""Many declarations in one box, many boxes on one declaration: the groups in which their sums can be compared."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.numbered import beside


def with_group(rows: pl.DataFrame, left: str, right: str) -> pl.DataFrame:
    """``rows`` with ``group``: the group of the row's pair of ``left`` and ``right``, which must be filled.

    Two left sides are in one group when a chain of pairs leads from one to the other; the smallest one names it.
    ``group_no`` is its number: groups are in the same order by number as by name.
    """
    pairs = rows.select(
        pl.col(name).rank("dense").cast(pl.UInt32).alias(side)
        for name, side in ((left, "left"), (right, "right"))
    )
    is_alone = pairs.select(pl.col("left").is_unique() & pl.col("right").is_unique()).to_series()
    found = _settled(pairs.filter(~is_alone).unique())
    own = beside(pairs.select("left"), found, "left").select(group_no=pl.coalesce("label", "left"))
    names = pl.DataFrame({"group_no": pairs["left"], "group": rows[left]}).unique("group_no")
    return rows.hstack(beside(own, names, "group_no"))


def _settled(pairs: pl.DataFrame) -> pl.DataFrame:
    """left and ``label``, the smallest left side it is connected with.

    Each round takes the smallest label across the pairs and then that label's own, so that chains halve: a few rounds
    do, however many pairs there are.
    """
    labels = pairs.select("left", label="left").unique()
    while True:
        near = pairs.join(labels, on="left").group_by("right").agg(pl.col("label").min())
        new = pairs.join(near, on="right").group_by("left").agg(pl.col("label").min())
        own = new.select(label="left", jumped="label")
        new = new.join(own, on="label").select("left", label=pl.min_horizontal("label", "jumped"))
        if new.sort("left").equals(labels.sort("left")):
            return new
        labels = new


def total(column: str) -> pl.Expr:
    """The sum of a group, null as soon as one part is unknown."""
    return pl.when(pl.col(column).null_count() == 0).then(pl.col(column).sum()).alias(column)
