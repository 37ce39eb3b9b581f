"""How a quantity is written with its unit: ``84 TEU``, ``CNY 40.7 million``, in Chinese ``4,070万元``.

Chinese counts money in 万 (ten thousand) and, from 1亿 on, in 亿 (a hundred million), rounded to the same amount as in
the other languages, so that one figure is in or out of its range in all of them. Which unit a figure has belongs to
``measures``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from corridor_etl.reports import formats
from corridor_etl.reports.language import N_, NP_, spoken, tr, tr_in


@dataclass(frozen=True)
class Scale:
    """What an amount is divided by and rounded to, what the unit is called, and the amount with its unit.

    ``label``, ``short`` and ``long`` are messages, but finished texts where ``is_said`` is false.
    """

    per: Decimal
    decimals: int
    label: str
    short: str
    long: str
    is_said: bool = True

    def number(self, amount: Decimal | int | None) -> str:
        """The amount in this unit, without it."""
        return formats.number(None if amount is None else Decimal(amount) / self.per, self.decimals)

    def signed(self, amount: Decimal) -> str:
        """A change in this unit, with its sign."""
        return formats.signed(amount / self.per, self.decimals)

    @property
    def name(self) -> str:
        """The unit as a head or after a number in large letters."""
        return tr_in("unit", self.label) if self.is_said else self.label

    def with_unit(self, number: str, *, is_long: bool = False) -> str:
        """A written number with the unit, short or as in a sentence."""
        pattern = self.long if is_long else self.short
        return tr(pattern, number=number) if self.is_said else pattern % {"number": number}

    @property
    def step(self) -> Decimal:
        """What numbers are rounded to."""
        return Decimal(1).scaleb(-self.decimals)


_SCALES = {
    "TEU": Scale(Decimal(1), 0, NP_("unit", "TEU"), N_("%(number)s TEU"), N_("%(number)s TEU")),
    "t": Scale(Decimal(1), 0, NP_("unit", "t"), N_("%(number)s t"), N_("%(number)s tonnes")),
    "h": Scale(Decimal(1), 1, NP_("unit", "h"), N_("%(number)s h"), N_("%(number)s hours")),
    "days": Scale(Decimal(1), 2, NP_("unit", "days"), N_("%(number)s d"), N_("%(number)s days")),
    "%": Scale(Decimal(1), 0, NP_("unit", "%%"), N_("%(number)s%%"), N_("%(number)s%%")),
    "pp": Scale(Decimal(1), 1, NP_("unit", "pp"), N_("%(number)s pp"), N_("%(number)s percentage points")),
    "containers": Scale(Decimal(1), 0, NP_("unit", "containers"), N_("%(number)s"), N_("%(number)s")),
    "trains": Scale(Decimal(1), 0, NP_("unit", "trains"), N_("%(number)s"), N_("%(number)s")),
    "items": Scale(Decimal(1), 0, NP_("unit", "items"), N_("%(number)s"), N_("%(number)s")),
}
_MILLION = {
    "CNY": Scale(
        Decimal(10**6), 1, NP_("unit", "CNY m"), N_("CNY %(number)s m"), N_("CNY %(number)s million")
    ),
    "USD": Scale(
        Decimal(10**6), 2, NP_("unit", "USD m"), N_("USD %(number)s m"), N_("USD %(number)s million")
    ),
}
_ZH_NAMES = {"CNY": "元", "USD": "美元"}
_WAN, _YI = Decimal(10**4), Decimal(10**8)


def scale(unit: str, amount: Decimal | None = None, decimals: int | None = None) -> Scale:
    """How an amount of ``unit`` is written; of money the amount may decide. ``decimals`` instead of the usual ones."""
    if unit in _MILLION:
        return _money(unit, amount)
    found = _SCALES[unit]
    return found if decimals is None else Scale(found.per, decimals, found.label, found.short, found.long)


def exact(unit: str) -> str:
    """The unit of an exact value as a reader calls it; of money the code of the currency."""
    return tr_in("unit", _SCALES[unit].label) if unit in _SCALES else unit


def _money(currency: str, amount: Decimal | None) -> Scale:
    usual = _MILLION[currency]
    if spoken() != "zh":
        return usual
    size = abs(amount or Decimal(0))
    per, word = (_YI, "亿") if size >= _YI else (_WAN, "万")
    decimals = usual.decimals - (Decimal(10**6) / per).adjusted()
    label = f"{word}{_ZH_NAMES[currency]}"
    return Scale(per, decimals, label, f"%(number)s{label}", f"%(number)s{label}", is_said=False)


def target_amount(unit: str, amount: Decimal) -> str:
    """A round amount of the settings: ``27,000 t``, ``CNY 1,000 m``; in Chinese ``2.7万吨``, ``10亿元``."""
    if spoken() != "zh" or amount < _WAN:
        size = scale(unit, amount)
        return size.with_unit(formats.plain(float(amount / size.per)))
    per, word = (_YI, "亿") if amount >= _YI else (_WAN, "万")
    name = _ZH_NAMES.get(unit) or scale(unit).name
    return f"{formats.plain(float(amount / per))}{word}{name}"
