"""How pages of the site that are no issues are made: templates, style, links between pages and languages.

A page is in English at its address and in each other language it is made in one folder below. Templates are sandboxed,
escape everything and stop at an unknown name, as those of issues. What pages say belongs to ``site`` and ``status``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from functools import cache

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from corridor_etl.reports import formats, palette
from corridor_etl.reports.language import NAMES, spoken, teach
from corridor_etl.settings import checkout

ENGLISH = "en"


def page(
    template: str, here: str, values: Mapping[str, object], languages: Sequence[str] = (ENGLISH,)
) -> bytes:
    """A page from ``templates/site`` in the language spoken.

    ``here`` is its path below the site in English, ``languages`` are those it is made in. In a template ``to`` links to
    a path as it is, ``near`` to a page in the same language.
    """
    language = spoken()
    address = in_language(here, language)
    looks = {
        "language": language,
        "beside": [(code, NAMES[code], relative(in_language(here, code), address)) for code in languages],
        "to": lambda target: relative(target, address),
        "near": lambda target: relative(in_language(target, language), address),
        "style": style(),
    }
    return environment().get_template(template).render({**values, **looks}).encode("utf-8")


def in_language(path: str, language: str) -> str:
    """Where a page is in a language: ``public/index.html`` in English, ``public/zh/index.html`` in Chinese."""
    folder, name = posixpath.split(path)
    return path if language == ENGLISH else posixpath.join(folder, language, name)


def relative(target: str, here: str) -> str:
    """The link from page ``here`` to page ``target``, both paths below the site; it also works without a server."""
    there, above = target.split("/"), here.split("/")[:-1]
    shared = 0
    while shared < min(len(there) - 1, len(above)) and there[shared] == above[shared]:
        shared += 1
    return "/".join([*[".."] * (len(above) - shared), *there[shared:]])


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The environment of these templates."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(checkout() / "templates" / "site"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    teach(made)
    made.filters.update(
        number=formats.number,
        clean=formats.clean,
        long_date=formats.long_date,
        days_of_week=formats.days_of_week,
    )
    return made


@cache
def style() -> Markup:
    """The style sheet with the colours of issues, light and dark."""
    css = (checkout() / "templates" / "site" / "style.css").read_text(encoding="utf-8")
    light, dark = palette.variables(palette.LIGHT), palette.variables(palette.DARK)
    return Markup(css.replace("LIGHT", light).replace("DARK", dark))
