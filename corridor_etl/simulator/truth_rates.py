"""Conversion for the truth: amounts one by one, at the rate of a day or of the nearest day before that has one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from corridor_etl.errors import ReferenceMissing
from corridor_etl.reference.currency import CENT, per_usd
from corridor_etl.settings import Settings
from corridor_etl.simulator.records import DailyRate


@dataclass(frozen=True)
class DollarRates:
    """Units of a currency for one US dollar: ``delivered`` by currency and day, before the built-in ones."""

    delivered: Mapping[tuple[str, date], Decimal]
    max_age_days: int

    def converted(self, amount: Decimal, source: str, target: str, on: date) -> Decimal:
        """The amount in another currency, rounded half to even to 0.01; ``ReferenceMissing`` without a rate."""
        if source == target:
            return amount.quantize(CENT, ROUND_HALF_EVEN)
        crossed = amount * self._per_usd(target, on) / self._per_usd(source, on)
        return crossed.quantize(CENT, ROUND_HALF_EVEN)

    def _per_usd(self, code: str, on: date) -> Decimal:
        for age in range(self.max_age_days):
            day = on - timedelta(days=age)
            if (code, day) in self.delivered:
                return self.delivered[code, day]
            try:
                return per_usd(code, day, 0)
            except ReferenceMissing:
                continue
        return per_usd(code, on - timedelta(days=self.max_age_days), 0)


def dollar_rates(rates: Iterable[DailyRate], settings: Settings) -> DollarRates:
    """The rates that were delivered, for the truth of one story."""
    known = {(r.currency, r.rate_on): r.per_usd for r in rates}
    return DollarRates(known, settings.corridor.fx_max_age_days)
