"""Currencies and the daily market rates, and the one conversion rule.

A rate is looked up for a date, or the last one published at most ``max_age_days`` before. All rates are quoted
per US dollar by one publisher; a cross rate goes through the dollar. Amounts are rounded half to even at the
minor unit, per amount, so that sums do not depend on order.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

import polars as pl

from corridor_etl.errors import ReferenceMissing
from corridor_etl.reference._tables import table

CENT = Decimal("0.01")
ALIASES = {"RMB": "CNY", "CNH": "CNY"}
"""What the trade writes -> the code it means."""


def canonical(code: str | None) -> str | None:
    """The ISO 4217 code of a currency as written (RMB and CNH mean CNY), or None if blank."""
    text = (code or "").strip().upper()
    return ALIASES.get(text, text) or None


@cache
def known_codes() -> frozenset[str]:
    """ISO 4217 codes in use."""
    active = table("iso4217").filter(pl.col("is_active") == "true")
    return frozenset(active["currency_code"].drop_nulls())


@cache
def withdrawn_from() -> dict[str, date]:
    """Codes no longer in use -> the first day after the month in which they went."""
    rows = table("iso4217").filter(~pl.col("currency_code").is_in(sorted(known_codes())))
    months = rows.filter(pl.col("withdrawal_date").str.contains("^[0-9]{4}-[0-9]{2}$")).select(
        "currency_code", pl.col("withdrawal_date").str.to_date("%Y-%m").dt.offset_by("1mo")
    )
    return dict(months.sort("withdrawal_date").drop_nulls().iter_rows())


@cache
def _per_usd(code: str) -> tuple[list[date], list[Decimal]]:
    quotes = (
        table("fx_daily")
        .filter(base="USD", quote=code, rate_type="market_mid")
        .select(pl.col("rate_date").str.to_date(), "rate")
        .sort("rate_date")
    )
    return quotes["rate_date"].to_list(), [Decimal(r) for r in quotes["rate"]]


def per_usd(code: str, on: date, max_age_days: int = 7) -> Decimal:
    """Units of ``code`` for one US dollar on a date; ``ReferenceMissing`` if none is recent enough."""
    if code == "USD":
        return Decimal(1)
    days, rates = _per_usd(code)
    i = bisect_right(days, on) - 1
    if i < 0 or (on - days[i]).days > max_age_days:
        raise ReferenceMissing(
            f"no rate of {code} on {on} or {max_age_days} days before",
            expected="a row in fx_daily",
            fix="Deliver the missing rates.",
            currency=code,
        )
    return rates[i]


def converted(amount: Decimal, source: str, target: str, on: date, max_age_days: int = 7) -> Decimal:
    """``amount`` of ``source`` in ``target`` at the rate of ``on``, rounded half to even to 0.01."""
    if source == target:
        return amount.quantize(CENT, ROUND_HALF_EVEN)
    crossed = amount * per_usd(target, on, max_age_days) / per_usd(source, on, max_age_days)
    return crossed.quantize(CENT, ROUND_HALF_EVEN)


@cache
def market_rates() -> pl.DataFrame:
    """The table conversions look up: ``currency``, ``rate_on`` and units of it ``per_usd``, one row per day."""
    quotes = table("fx_daily").filter(base="USD", rate_type="market_mid")
    return quotes.select(
        pl.col("quote").alias("currency"),
        pl.col("rate_date").str.to_date().alias("rate_on"),
        pl.col("rate").cast(pl.Decimal(18, 8)).alias("per_usd"),
    ).unique(["currency", "rate_on"], keep="last", maintain_order=True)
