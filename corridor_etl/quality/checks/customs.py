"""Checks of codes of customs lists: China's, the Eurasian union's, and those all administrations share."""

from __future__ import annotations

import polars as pl

from corridor_etl.quality.checks.codes import every
from corridor_etl.reference._tables import table

CHINA, UNION = "CN", "EAEU"
_UNIT_SHAPE = "^[0-9]{3}$"


def in_customs_list(regime: pl.Expr, *columns: pl.Expr, customs_list: str) -> pl.Expr:
    """Every cell of a Chinese declaration that is filled is a code of one of China's customs lists."""
    codes = table("cn_customs_codes").filter(list=customs_list)["code"].to_list()
    return pl.when(regime == CHINA).then(every(columns, codes))


def in_union_list(regime: pl.Expr, *columns: pl.Expr, union_list: str) -> pl.Expr:
    """Every cell of a Eurasian declaration that is filled is a code of one of the union's lists."""
    codes = table("eaeu_codes").filter(list=union_list)["code"].to_list()
    return pl.when(regime == UNION).then(every(columns, codes))


def are_union_unit_codes(regime: pl.Expr, *units: pl.Expr) -> pl.Expr:
    """Every unit of a Eurasian declaration that is filled has three digits."""
    is_any_filled = pl.any_horizontal(u.is_not_null() for u in units)
    shapes = (u.str.contains(_UNIT_SHAPE).fill_null(True) for u in units)
    return pl.when((regime == UNION) & is_any_filled).then(pl.all_horizontal(shapes))


def are_known_union_units(regime: pl.Expr, *units: pl.Expr) -> pl.Expr:
    """Every three-digit unit of a Eurasian declaration is in the list; other shapes are another rule's matter."""
    three_digits = [pl.when(u.str.contains(_UNIT_SHAPE)).then(u) for u in units]
    codes = table("eaeu_codes").filter(list="unit")["code"].to_list()
    return pl.when(regime == UNION).then(every(tuple(three_digits), codes))


def is_delivery_term(term: pl.Expr, *, terms: list[str]) -> pl.Expr:
    """A delivery term is one of Incoterms, of any edition that contracts still name."""
    return term.is_in(terms)


def is_current_term(term: pl.Expr, *, older_terms: list[str]) -> pl.Expr:
    """A delivery term is not one that later editions dropped."""
    return ~term.is_in(older_terms)


def is_corridor_mode(
    mode: pl.Expr, train_no: pl.Expr, container_nos: pl.Expr, declared_regime: pl.Expr,
    *, regime: str, rail_modes: list[str], port_modes: list[str],
) -> pl.Expr:  # fmt: skip
    """With a train the mode is rail; with containers and no train it is rail or the leg from or to a port."""
    with_train = pl.when(train_no.is_not_null()).then(mode.is_in(rail_modes))
    judged = with_train.otherwise(
        pl.when(container_nos.is_not_null()).then(mode.is_in([*rail_modes, *port_modes]))
    )
    return pl.when(declared_regime == regime).then(judged)
