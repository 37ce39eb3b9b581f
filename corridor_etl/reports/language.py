"""The language an issue is written in: words from the catalogues, plural forms, lists and numbers.

``with speaking("zh"):`` sets it for everything called inside, in this thread or task only; outside it is English, the
language of the sources. A word without a translation is an error. Which words there are belongs to the modules that
say them; the files of translations to ``catalogues``; dates, ranges and changes to ``formats``.

``python -m corridor_etl.reports.language --update`` brings the files of translations up to the sources.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_decimal
from jinja2 import Environment

from corridor_etl.errors import UsageError
from corridor_etl.reports import catalogues

LANGUAGES = ("en", *catalogues.TRANSLATED)
NAMES = {"en": "English", "zh": "中文", "ru": "Русский", "kk": "Қазақша"}
"""Code -> what a language calls itself; also the order in which they are offered."""
_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN", "ru": "ru_RU", "kk": "kk_KZ"}
_spoken: ContextVar[str] = ContextVar("language of an issue", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything said inside is said in ``language``; ``UsageError`` for one that is not spoken."""
    if language not in LANGUAGES:
        raise UsageError(f"no issue is written in '{language}'", expected=f"one of {', '.join(LANGUAGES)}")
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> str:
    """The language spoken now, one of :data:`LANGUAGES`."""
    return _spoken.get()


def locale() -> Locale:
    """Babel's locale of the language spoken now."""
    return _locale(spoken())


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES[language])


def N_(message: str) -> str:
    """Marks a message that :func:`tr` says later."""
    return message


def NP_(context: str, message: str) -> str:
    """Marks a message that :func:`tr_in` says later in the same ``context``."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:
    """Marks the forms of a message that :func:`tr_n` says later."""
    return one, many


def tr(message: str, /, **values: object) -> str:
    """``message`` in the language spoken, with ``values`` in its places ``%(name)s``; ``%%`` is a per cent sign."""
    return catalogues.translations(spoken()).gettext(message) % values


def tr_in(context: str, message: str, /, **values: object) -> str:
    """Like :func:`tr`, for a word that means different things: ``context`` says which."""
    return catalogues.translations(spoken()).pgettext(context, message) % values


def tr_n(one: str, many: str, count: int | Decimal, /, **values: object) -> str:
    """The form of a message that goes with a whole ``count``, which stands at ``%(count)s``."""
    return plural_form(one, many, int(count)) % {"count": decimal_text(Decimal(count), 0), **values}


def plural_form(one: str, many: str, count: int) -> str:
    """The form of a message that goes with a count, its places still empty."""
    return catalogues.translations(spoken()).ngettext(one, many, count)


def teach(environment: Environment) -> None:
    """Lets templates say ``_("...")`` in the language spoken; the environment has the extension ``jinja2.ext.i18n``."""
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: catalogues.translations(spoken()).gettext(message),
        lambda one, many, count: catalogues.translations(spoken()).ngettext(one, many, count),
        newstyle=True,
        pgettext=lambda context, message: catalogues.translations(spoken()).pgettext(context, message),
    )


def listed(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return str(format_list(list(parts), locale=locale()))


def decimal_text(value: Decimal, decimals: int) -> str:
    """A number with the groups and the decimal mark of the language; a negative one begins with a hyphen."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals > 0 else "")
    return str(format_decimal(value, format=pattern, locale=locale()))


def decimal_mark() -> str:
    """Point or comma."""
    return str(locale().number_symbols["latn"]["decimal"])


def group_mark() -> str:
    """What stands between groups of three digits: a comma or a no-break space."""
    return str(locale().number_symbols["latn"]["group"])


def main() -> None:
    """Reads the messages of the sources into the files of translations, and says what they lack."""
    parser = argparse.ArgumentParser(prog="python -m corridor_etl.reports.language", description=main.__doc__)
    parser.add_argument(
        "--update", action="store_true", help="write the files; without it they are only judged"
    )
    if parser.parse_args().update:
        catalogues.update()
    found = [
        f"{language}: {fault}" for language in catalogues.TRANSLATED for fault in catalogues.faults(language)
    ]
    print("\n".join(found) or "Every message of every language is translated.")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
