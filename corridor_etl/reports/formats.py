"""Numbers, changes, ranges and dates as readers see them. Which number is shown belongs to ``figures``.

Minus is U+2212, ranges have an en dash, what is not available is ":", zero is zero. Groups, decimal mark, dates and the
words of units are those of the language spoken.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from babel.dates import format_date, format_interval, format_skeleton

from corridor_etl.reports.language import (
    NP_,
    decimal_mark,
    decimal_text,
    group_mark,
    locale,
    spoken,
    tr,
    tr_in,
)

NOT_AVAILABLE = ":"
MINUS = "−"
_MONTHS = (
    NP_("month", "Jan"), NP_("month", "Feb"), NP_("month", "Mar"), NP_("month", "Apr"), NP_("month", "May"),
    NP_("month", "Jun"), NP_("month", "Jul"), NP_("month", "Aug"), NP_("month", "Sept"), NP_("month", "Oct"),
    NP_("month", "Nov"), NP_("month", "Dec"),
)  # fmt: skip
_THIN_BLANKS = str.maketrans({"\u2009": " ", "\u202f": "\u00a0"})  # many fonts lack them


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half-even; never a negative zero. ``decimals`` -1 rounds to tens."""
    result = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    return abs(result) if result == 0 else result


def number(value: Decimal | int | None, decimals: int = 0) -> str:
    """``2,935``, ``40.7``, ``−3``; ":" for None."""
    if value is None:
        return NOT_AVAILABLE
    return decimal_text(rounded(Decimal(value), decimals), decimals).replace("-", MINUS)


def parsed(text: str) -> Decimal | None:
    """The number a text is, with as many decimals, sign and per cent sign allowed; None for anything else."""
    group, mark = re.escape(group_mark()), re.escape(decimal_mark())
    found = re.fullmatch(rf"([+{MINUS}]?)(\d[\d{group}]*)(?:{mark}(\d+))?\s?%?", text)
    if not found:
        return None
    sign, whole, part = found.groups()
    return Decimal(
        f"{'-' if sign == MINUS else ''}{whole.replace(group_mark(), '')}{f'.{part}' if part else ''}"
    )


def numbers_in(text: str) -> list[str]:
    """The numbers of a text as they are written, without signs."""
    group, mark = re.escape(group_mark()), re.escape(decimal_mark())
    return re.findall(rf"\d+(?:{group}\d{{3}})*(?:{mark}\d+)?", text)


def signed(value: Decimal | int | None, decimals: int = 0) -> str:
    """A change: ``+5.0``, ``−0.8``, ``0.0``; ":" for None."""
    if value is None:
        return NOT_AVAILABLE
    text = number(value, decimals)
    return f"+{text}" if rounded(Decimal(value), decimals) > 0 else text


def span(low: Decimal, high: Decimal, decimals: int) -> str:
    """A range, rounded like the value: ``41–88``."""
    return f"{number(low, decimals)}–{number(high, decimals)}"


def per_cent(text: str) -> str:
    """A number with its per cent sign: ``86.8%``, in Russian after a no-break space."""
    sign = str(locale().percent_formats[None].pattern).partition("0")[2]
    return f"{text}{sign}"


def share(part: Decimal | int, whole: Decimal | int, decimals: int = 1) -> str:
    """``86.8%``; ":" of nothing."""
    return per_cent(number(100 * Decimal(part) / Decimal(whole), decimals)) if whole else NOT_AVAILABLE


def plain(value: float) -> str:
    """A setting as a reader writes it: 7 and not 7.0."""
    exact = Decimal(str(value)).normalize()
    return number(exact, max(-int(exact.as_tuple().exponent), 0))


def day(when: date) -> str:
    """``Tue 10 Nov``."""
    return _dated(format_skeleton("MMMEd", when, locale=locale()))


def long_date(when: date) -> str:
    """``17 November 2026``."""
    return _dated(format_date(when, "long", locale=locale()))


def days_of_week(monday: date) -> str:
    """``9–15 Nov 2026``, or both months and years where they differ."""
    return _dated(format_interval(monday, monday + timedelta(days=6), "yMMMd", locale=locale()))


def _dated(text: str) -> str:
    return text.translate(_THIN_BLANKS)


def month(when: date) -> str:
    """``Nov``."""
    return tr_in("month", _MONTHS[when.month - 1])


def lateness(seconds: int) -> str:
    """A delay without its sign: ``45 min``, ``4 h 10 min``, ``1 d 2 h``; a begun minute counts as one."""
    minutes = -(-abs(seconds) // 60)
    if minutes < 60:
        return tr("%(minutes)s min", minutes=minutes)
    hours, rest = divmod(minutes, 60)
    if hours < 24 and rest:
        return tr("%(hours)s h %(minutes)s min", hours=hours, minutes=f"{rest:02d}")
    if hours < 24:
        return tr("%(hours)s h", hours=hours)
    days, hours = divmod(hours, 24)
    if hours:
        return tr("%(days)s d %(hours)s h", days=number(days), hours=hours)
    return tr("%(days)s d", days=number(days))


def closed(sentence: str) -> str:
    """A clause as a sentence: with its full stop, and in Chinese its wide one."""
    return sentence + ("。" if spoken() == "zh" else ".")


def clean(text: str | None, limit: int = 40) -> str:
    """Text of a sender, made inert: no control, format (direction) or line characters, at most ``limit`` long."""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text or "")
    kept = " ".join(kept.split())
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"
