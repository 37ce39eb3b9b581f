"""What is done with the values of several sources: differences, and the one that is believed."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.settings import Reconciliation

_SAID_BY = {
    "port": "port",
    "manifest": "manifest",
    "declaration": "declared",
    "export": "export",
    "import": "import",
}
# attribute of [reconciliation.precedence] -> what its columns end in
_ATTRIBUTES = {
    "gross_weight": "gross_g",
    "packages": "packages",
    "hs": "hs",
    "seals": "seals",
    "size_type": "size_type",
    "full_empty": "full_empty",
    "value": "value_cent",
}
_ONE_VALUE = ("size_type", "full_empty")


def grams(column: str) -> pl.Expr:
    """A weight in kilograms as whole grams."""
    return scaled(column, 3)


def cents(column: str) -> pl.Expr:
    """An amount as whole hundredths."""
    return scaled(column, 2)


def heads(column: str) -> pl.Expr:
    """The heading of a commodity code, 4 digits; null where the code is none."""
    return pl.when(pl.col(column) != "").then(pl.col(column).str.head(4))


def with_chosen(items: pl.DataFrame, settings: Reconciliation) -> pl.DataFrame:
    """``items`` with the value believed of each attribute and the differences between the sides."""
    orders = settings.precedence.model_dump()
    gaps = {
        "weight_gap_g": ("declared_gross_g", "manifest_gross_g"),
        "weighed_gap_g": ("port_gross_g", "manifest_gross_g"),
        "package_gap": ("declared_packages", "manifest_packages"),
        "value_gap_cent": ("import_value_cent", "export_value_cent"),
    }
    return items.with_columns(
        *(_chosen(attribute, orders[attribute]) for attribute in _ATTRIBUTES),
        *((pl.col(a) - pl.col(b)).alias(name) for name, (a, b) in gaps.items()),
    )


def _chosen(attribute: str, order: Sequence[str]) -> pl.Expr:
    ending = _ATTRIBUTES[attribute]
    said = [pl.col(f"{_SAID_BY[source]}_{ending}") for source in order]
    if attribute in _ONE_VALUE:  # events that contradict each other say nothing
        said = [pl.when(~value.str.contains(" ", literal=True)).then(value) for value in said]
    return pl.coalesce(said).alias(f"chosen_{ending}")


def goods_gap(digits: int) -> pl.Expr:
    """Whether a heading on the list is not declared, by its first ``digits``; null where one side says nothing."""
    listed, declared = (
        pl.col(name).str.split(" ").list.eval(pl.element().str.head(digits))
        for name in ("manifest_hs", "declared_hs")
    )
    return listed.list.set_difference(declared).list.len() > 0
