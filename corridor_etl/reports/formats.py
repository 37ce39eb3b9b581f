"""Numbers, changes, ranges and dates as readers see them. Which number is shown belongs to ``figures``.

Minus is U+2212, ranges have an en dash, what is not available is ":", zero is zero.
"""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

NOT_AVAILABLE = ":"
MINUS = "−"
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec".split()
_FULL_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half-even; never a negative zero."""
    result = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    return abs(result) if result == 0 else result


def number(value: Decimal | int | None, decimals: int = 0) -> str:
    """``2,935``, ``40.7``, ``−3``; ":" for None."""
    if value is None:
        return NOT_AVAILABLE
    return f"{rounded(Decimal(value), decimals):,}".replace("-", MINUS)


def signed(value: Decimal | int | None, decimals: int = 0) -> str:
    """A change: ``+5.0``, ``−0.8``, ``0.0``; ":" for None."""
    if value is None:
        return NOT_AVAILABLE
    text = number(value, decimals)
    return f"+{text}" if rounded(Decimal(value), decimals) > 0 else text


def span(low: Decimal, high: Decimal, decimals: int) -> str:
    """A range, rounded like the value: ``41–88``."""
    return f"{number(low, decimals)}–{number(high, decimals)}"


def share(part: Decimal | int, whole: Decimal | int, decimals: int = 1) -> str:
    """``86.8%``; ":" of nothing."""
    return f"{number(100 * Decimal(part) / Decimal(whole), decimals)}%" if whole else NOT_AVAILABLE


def day(when: date) -> str:
    """``Tue 10 Nov``."""
    return f"{_DAYS[when.weekday()]} {when.day} {_MONTHS[when.month - 1]}"


def long_date(when: date) -> str:
    """``17 November 2026``."""
    return f"{when.day} {_FULL_MONTHS[when.month - 1]} {when.year}"


def days_of_week(monday: date) -> str:
    """``9–15 Nov 2026``, or both months and years where they differ."""
    sunday = monday + timedelta(days=6)
    last = f"{sunday.day} {_MONTHS[sunday.month - 1]} {sunday.year}"
    if monday.year != sunday.year:
        return f"{monday.day} {_MONTHS[monday.month - 1]} {monday.year} – {last}"
    if monday.month != sunday.month:
        return f"{monday.day} {_MONTHS[monday.month - 1]} – {last}"
    return f"{monday.day}–{last}"


def month(when: date) -> str:
    """``Nov``."""
    return _MONTHS[when.month - 1]


def lateness(seconds: int) -> str:
    """A delay without its sign: ``45 min``, ``4 h 10 min``, ``1 d 2 h``; a begun minute counts as one."""
    minutes = -(-abs(seconds) // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {rest:02d} min" if rest else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def counted(count: int | Decimal, noun: str, plural: str = "") -> str:
    """``1 container``, ``44 containers``."""
    return f"{number(count)} {noun if count == 1 else plural or noun + 's'}"


def part_of(part: int | Decimal, whole: int | Decimal, noun: str) -> str:
    """``25 of 34 containers``, ``0 of 1 container``."""
    return f"{number(part)} of {counted(whole, noun)}"


def verb(part: int | Decimal, whole: int | Decimal, one: str, many: str) -> str:
    """The verb after ``part_of``: 1 of 6 is, 5 of 6 are, 0 of 1 is."""
    return one if 1 in (part, whole) else many


def clean(text: str | None, limit: int = 40) -> str:
    """Text of a sender, made inert: no control, format (direction) or line characters, at most ``limit`` long."""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text or "")
    kept = " ".join(kept.split())
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"
