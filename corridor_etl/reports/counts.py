"""Counted things: ``44 containers``, ``25 of 34 trains``, in the plural form of the language spoken.

Every noun that follows a number stands here, so that the checks know all its forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from corridor_etl.reports.language import NN_, decimal_text, group_mark, plural_form, spoken, tr_n

NOUNS = {
    "container": NN_("%(count)s container", "%(count)s containers"),
    "train": NN_("%(count)s train", "%(count)s trains"),
    "file": NN_("%(count)s file", "%(count)s files"),
    "row": NN_("%(count)s row", "%(count)s rows"),
    "chapter": NN_("%(count)s chapter", "%(count)s chapters"),
    "week": NN_("%(count)s week", "%(count)s weeks"),
    "figure": NN_("%(count)s figure", "%(count)s figures"),
    "issue": NN_("%(count)s issue", "%(count)s issues"),
}
PARTS = {
    "container": NN_("%(part)s of %(count)s container", "%(part)s of %(count)s containers"),
    "loaded container": NN_(
        "%(part)s of %(count)s loaded container", "%(part)s of %(count)s loaded containers"
    ),
    "file": NN_("%(part)s of %(count)s expected file", "%(part)s of %(count)s expected files"),
}
_COUNTS = range(1, 25)  # among them are numbers of every plural form of every language


def counted(count: int | Decimal, noun: str) -> str:
    """``1 container``, ``44 containers``; ``noun`` is one of :data:`NOUNS`."""
    return tr_n(*NOUNS[noun], count)


def part_of(part: int | Decimal, whole: int | Decimal, noun: str) -> str:
    """``25 of 34 containers``, ``0 of 1 container``; ``noun`` is one of :data:`PARTS`."""
    return tr_n(*PARTS[noun], whole, part=decimal_text(Decimal(part), 0))


def misfits(text: str) -> Iterator[str]:
    """Each number in ``text`` whose noun is in the form of another number: ``1 trains``."""
    rest = text
    for one, many in PARTS.values():
        for form, found in _found(one, many, rest):
            if form != _form(one, many, found["count"]):
                yield found[0]
            rest = rest.replace(found[0], " ")
    for one, many in NOUNS.values():
        yield from (m[0] for form, m in _found(one, many, rest) if form != _form(one, many, m["count"]))


def _found(one: str, many: str, text: str) -> Iterator[tuple[str, re.Match[str]]]:
    for form, pattern in _patterns(one, many, spoken()):
        yield from ((form, found) for found in pattern.finditer(text))


@cache
def _patterns(one: str, many: str, _language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each form of a noun in the language spoken, which is part of the key, and what finds it."""
    forms = dict.fromkeys(plural_form(one, many, n) for n in _COUNTS)
    return tuple((form, _pattern(form)) for form in forms)


def _form(one: str, many: str, count: str) -> str:
    return plural_form(one, many, int(re.sub(r"\D", "", count)))


def _pattern(form: str) -> re.Pattern[str]:
    """A form with any whole number at its places, not within a longer number or word."""
    whole = rf"(?<![\d.,])\d{{1,3}}(?:{re.escape(group_mark())}?\d{{3}})*"
    parts = re.split(r"%\((\w+)\)s", form)
    made = [f"(?P<{p}>{whole})" if n % 2 else re.escape(p) for n, p in enumerate(parts)]
    return re.compile("".join(made) + r"(?!\w)")
