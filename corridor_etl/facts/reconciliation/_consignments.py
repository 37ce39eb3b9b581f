"""The boxes that share declarations: which trips they are, and what both sides say of them together.

A consignment of one box is its trip's item, one of several boxes has an item of its own. Sums are there only where
nothing of the consignment is missing.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source import Sources, Subjects
from corridor_etl.facts.cross_source import links as linking
from corridor_etl.facts.cross_source._sources import listed_by
from corridor_etl.facts.numbered import beside
from corridor_etl.facts.reconciliation._sides import cents, grams, heads


def linked_declarations(known: Sources) -> pl.DataFrame:
    """The links of declarations and trips, with ``group``."""
    return linking.grouped(known)


def of_groups(linked: pl.DataFrame, subjects: Subjects, known: Sources) -> pl.DataFrame:
    """One row per group: ``trips``, declaration_nos, days, sums of both sides (g, packages, 0.01 USD) and headings."""
    ordered = linked.sort("group_no", "declaration_no", "container_no")
    groups = ordered.group_by("group_no", maintain_order=True).agg(
        pl.col("group").first(),
        pl.col("trip_no").n_unique().cast(pl.Int64).alias("trips"),
        pl.col("declared_on_local").max(),
        pl.col("released_on_local").is_not_null().any().alias("is_released"),
        pl.col("delivery_id").first().alias("declaration_delivery_id"),
    )
    numbers = listed_by(ordered, "group_no", {"declaration_no": "declaration_nos"})
    for part in (numbers, _values(linked, subjects), _declared_heads(linked, known)):
        groups = beside(groups, part, "group_no")
    groups = beside(groups, _sums(subjects), "group")
    return groups.with_columns(consignment_key=pl.concat_str(pl.lit("CN"), "group", separator="|"))


def _sums(subjects: Subjects) -> pl.DataFrame:
    sums = subjects.of("consignment").select(
        _group(),
        pl.lit(True).alias("is_complete"),
        grams("listed_gross_kg").alias("listed_gross_g"),
        grams("declared_gross_kg").alias("declared_gross_g"),
        "listed_packages",
        "declared_packages",
    )
    return sums.collect()


def _values(linked: pl.DataFrame, subjects: Subjects) -> pl.DataFrame:
    """Values of both sides of the border, of all exports of the group that an import mirrors."""
    mirrors = subjects.of("mirror").select(
        _group().alias("declaration_no"),
        cents("export_value_usd").alias("export_value_cent"),
        cents("import_value_usd").alias("import_value_cent"),
    )
    mine = linked.lazy().select("group_no", "declaration_no").unique()
    found = mine.join(mirrors, on="declaration_no")
    names = ("export_value_cent", "import_value_cent")
    is_known = pl.all_horizontal(pl.col(names).is_not_null())
    sums = found.group_by("group_no").agg(pl.when(is_known.all()).then(pl.col(n).sum()) for n in names)
    return sums.collect()


def _declared_heads(linked: pl.DataFrame, known: Sources) -> pl.DataFrame:
    items = known.declarations.select("regime", "declaration_no", heads("hs_code").alias("head"))
    mine = (
        linked.select("group_no", "regime", "declaration_no")
        .unique()
        .join(items, on=["regime", "declaration_no"])
    )
    return listed_by(mine, "group_no", {"head": "declared_hs"})


def _group() -> pl.Expr:
    return pl.col("subject_key").str.strip_prefix("CN|").alias("group")
