"""Amounts of many currencies in one, row by row, by the conversion rule of ``reference.currency``.

Rounding happens once per amount, so a sum is the same in every order.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.reference.currency import converted

MONEY = pl.Decimal(18, 2)


def in_currency(frame: pl.DataFrame, target: str, *, on: str, max_age_days: int) -> pl.Series:
    """``total_price`` of each row in ``target`` at the rate of the date column ``on``; no price is worth 0.

    Needs ``total_price``, ``currency`` and ``on``. Decimal with two places. ``ReferenceMissing`` where there is
    no rate on that date or the ``max_age_days`` before.
    """
    rows = frame.select("total_price", "currency", on).iter_rows()
    values = [
        None if amount is None else converted(amount, code, target, day, max_age_days)
        for amount, code, day in rows
    ]
    return pl.Series(f"value_{target.lower()}", values, dtype=MONEY).fill_null(0)
