"""Checks of dangerous goods on loading lists: UN numbers, IMO classes, and uranium, which always is of class 7."""

from __future__ import annotations

import polars as pl

RADIOACTIVE = "7"
_CLASS = "^[1-9](?:[.][1-6][A-S]?)?$"
"""A class with its division and, for explosives, the compatibility group: 3, 4.1, 1.4S."""


def is_declared_fully(un_nos: pl.Expr, classes: pl.Expr) -> pl.Expr:
    """Dangerous goods have UN numbers of four digits and a class; goods without either are not judged."""
    numbers_fit = _each(un_nos, "^[0-9]{4}$")
    return pl.when(un_nos.is_not_null() | classes.is_not_null()).then(numbers_fit & _each(classes, _CLASS))


def uranium_is_radioactive(
    hs_code: pl.Expr, full_empty: pl.Expr, classes: pl.Expr, *, headings: list[str]
) -> pl.Expr:
    """A laden box of uranium names class 7."""
    is_uranium = hs_code.str.slice(0, 4).is_in(headings)
    has_class = classes.str.split(" ").list.eval(pl.element().str.slice(0, 1) == RADIOACTIVE).list.any()
    is_laden = (full_empty == "F").fill_null(True)
    return pl.when(is_uranium & is_laden).then(has_class.fill_null(False))


def _each(listed: pl.Expr, shape: str) -> pl.Expr:
    return listed.str.split(" ").list.eval(pl.element().str.contains(shape)).list.all().fill_null(False)
