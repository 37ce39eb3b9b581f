"""The files of translations ``templates/locale/<language>/LC_MESSAGES/corridor.po``: read, judged, brought up to date.

They are compiled in memory, so that what is read is what is used. A catalogue with a missing, fuzzy or misfitting
message is not used at all: an issue is never half translated. Saying something belongs to ``language``.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NoReturn

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from corridor_etl.errors import ReportCheckFailed
from corridor_etl.kpis import kpis
from corridor_etl.settings import checkout

TRANSLATED = ("zh", "ru", "kk")
DOMAIN = "corridor"
DEFINITION = "definition"
DEFINED_BY = ("unit", "formula", "basis", "week_date", "zone", "small_number_rule", "unavailable")
"""Context of the words of definitions, and the fields of a KPI they stand in; its title and caveat bring their own."""
KEYWORDS = {
    "tr": None, "N_": None, "tr_n": (1, 2), "NN_": (1, 2), "tr_in": ((1, "c"), 2), "NP_": ((1, "c"), 2),
    "_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
}  # fmt: skip
_SOURCES = ((Path("corridor_etl/reports"), [("**.py", "python")]), (Path("corridor_etl/jobs"), [("site.py", "python")]),
            (Path("templates"), [("**.html", "jinja2"), ("**.txt", "jinja2")]))  # fmt: skip
_OPTIONS = {"**.html": {"newstyle_gettext": "true"}, "**.txt": {"newstyle_gettext": "true"}}
_PLACE = re.compile(r"%\(\w+\)s")
_NO_DATE = datetime(2025, 1, 1, tzinfo=UTC)  # a date in the files would make each update a change


class _Untranslated(gettext.NullTranslations):
    """Where a message is looked for that the catalogue lacks."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def gettext(self, message: str) -> NoReturn:
        raise _not_fit(self._language, [f"'{message}' has no translation"], message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> NoReturn:
        self.gettext(msgid1)

    def pgettext(self, context: str, message: str) -> NoReturn:
        self.gettext(message)


def path(language: str) -> Path:
    """The file of translations of a language."""
    return checkout() / "templates" / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The words of a language; ``ReportCheckFailed`` where its file has a fault. English is the sources' own."""
    if language == "en":
        return gettext.NullTranslations()
    catalog = _read(language)
    if found := list(_faults(catalog)):
        raise _not_fit(language, found)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    words = gettext.GNUTranslations(compiled)
    words.add_fallback(_Untranslated(language))
    return words


def faults(language: str) -> list[str]:
    """What is wrong with a language's file: of each message, and messages of the sources that it lacks."""
    catalog = _read(language)
    lacking = [
        f"'{m.id}' is not in the file" for m in extracted() if m.id and not catalog.get(_key(m), m.context)
    ]
    return [*_faults(catalog), *lacking]


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (list, tuple)) else message.id


def _read(language: str) -> Catalog:
    with path(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def _faults(catalog: Catalog) -> Iterator[str]:
    for message in catalog:
        if message.id:
            yield from (f"'{_key(message)}' {fault}" for fault in message_faults(message))


def message_faults(message: Message) -> Iterator[str]:
    """What is wrong with one message: fuzzy, missing in a form, or with other places than the original."""
    if message.fuzzy:
        yield "is fuzzy"
    string = message.string
    forms = [form or "" for form in (string if isinstance(string, (list, tuple)) else [string])]
    if not all(forms):
        yield "has no translation"
        return
    original = message.id[-1] if isinstance(message.id, (list, tuple)) else message.id
    for form in forms:
        if set(_PLACE.findall(form)) != set(_PLACE.findall(original)):
            yield f"is translated with other places: '{form}'"
        if "%" in _PLACE.sub("", form).replace("%%", ""):
            yield f"has a per cent sign that is not doubled: '{form}'"


def _not_fit(language: str, found: list[str], message: str = "") -> ReportCheckFailed:
    return ReportCheckFailed(
        f"the words of language {language} are not fit to be used: {'; '.join(found[:5])}"
        + (f"; {len(found) - 5} more" if len(found) > 5 else ""),
        expected="a translation for every message, with the places of the original",
        fix=f"python -m corridor_etl.reports.language --update, then translate in {path(language).name} of {language}.",
        language=language,
        message=message,
    )


def extracted() -> Catalog:
    """Every message of the sources, templates and definitions, sorted, with the files it is in."""
    catalog = Catalog(domain=DOMAIN, project="corridor_etl", creation_date=_NO_DATE, charset="utf-8")
    for folder, methods in _SOURCES:
        found = extract_from_dir(
            checkout() / folder, methods, _OPTIONS, keywords=KEYWORDS, directory_filter=_is_source
        )
        for name, _, message, comments, context in found:
            catalog.add(
                message, locations=[((folder / name).as_posix(), 0)], auto_comments=comments, context=context
            )
    for kpi in kpis().values():
        for text in filter(None, (str(getattr(kpi, name)) for name in DEFINED_BY)):
            catalog.add(text, locations=[(f"corridor_etl/kpis/{kpi.name}.py", 0)], context=DEFINITION)
    return catalog


def _is_source(folder: str) -> bool:
    return not Path(folder).name.startswith((".", "__"))  # Babel's own rule leaves out _shared


def _headed(catalog: Catalog) -> None:
    catalog.fuzzy = False
    catalog.project, catalog.version = "corridor_etl", "reports"
    catalog.header_comment = f"# The words of the reports in language {catalog.locale_identifier}.\n#"
    catalog.creation_date = catalog.revision_date = _NO_DATE
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""


def update() -> None:
    """Writes each language's file anew: new messages without a translation, messages that are gone left out."""
    template = extracted()
    for language in TRANSLATED:
        catalog = _read(language) if path(language).exists() else Catalog(locale=language, charset="utf-8")
        catalog.update(template, no_fuzzy_matching=True)
        _headed(catalog)
        path(language).parent.mkdir(parents=True, exist_ok=True)
        with path(language).open("wb") as file:
            write_po(file, catalog, width=110, ignore_obsolete=True, include_lineno=False, sort_output=True)
