"""What a US dollar costs after the last day of the built-in market rates: an invented walk that goes on from there.

Before that day nothing is sent, because the built-in rates are real ones. How amounts are converted by them belongs to
``truth_rates`` on this side and to ``facts.rates`` on the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from corridor_etl.reference.currency import market_rates, per_usd
from corridor_etl.simulator.dice import dice
from corridor_etl.simulator.records import DailyRate

CURRENCIES = ("CNY", "EUR", "KZT")
_STEP_PCT = 0.3
_FRIDAY = 5


def daily_rates(seed: int, before: date) -> Iterator[DailyRate]:
    """One rate of each currency for each working day after the built-in ones and before a day."""
    for currency in CURRENCIES:
        day = _last_built_in(currency)
        rate = start = per_usd(currency, day)
        while (day := day + timedelta(days=1)) < before:
            if day.isoweekday() <= _FRIDAY:
                rate = _next(seed, currency, day, rate, start)
                yield DailyRate(day, currency, rate)


def _next(seed: int, currency: str, day: date, rate: Decimal, start: Decimal) -> Decimal:
    """A step of at most 0.3 % and a twentieth of the way home, so that a year does not lead far away."""
    step = dice(seed, "rate", currency, day).uniform(-_STEP_PCT, _STEP_PCT)
    moved = rate * (1 + Decimal(f"{step:.4f}") / 100) + (start - rate) / 20
    return moved.quantize(Decimal("0.0001"))


def _last_built_in(currency: str) -> date:
    last = market_rates().filter(pl.col("currency") == currency)["rate_on"].max()
    assert isinstance(last, date), currency
    return last
