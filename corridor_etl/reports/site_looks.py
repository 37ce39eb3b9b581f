"""How pages of the site that are no issues are made: templates, style, links between pages.

Templates are sandboxed, escape everything and stop at an unknown name, as those of issues. What pages say belongs to
``site`` and ``status``.
"""

from __future__ import annotations

import posixpath
from functools import cache

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from corridor_etl.reports import formats, palette
from corridor_etl.settings import checkout


def page(template: str, here: str, values: dict[str, object]) -> bytes:
    """A page from ``templates/site``; ``here`` is its path below the site, from which its links are told."""

    def to(target: str) -> str:
        return relative(target, here)

    text = environment().get_template(template).render(values, to=to, style=style())
    return text.encode("utf-8")


def relative(target: str, here: str) -> str:
    """The link from page ``here`` to page ``target``, both paths below the site; it also works without a server."""
    return posixpath.relpath(target, posixpath.dirname(here) or ".")


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
    )
    made.filters.update(number=formats.number, clean=formats.clean)
    return made


@cache
def style() -> Markup:
    """The style sheet with the colours of issues, light and dark."""
    css = (checkout() / "templates" / "site" / "style.css").read_text(encoding="utf-8")
    light, dark = palette.variables(palette.LIGHT), palette.variables(palette.DARK)
    return Markup(css.replace("LIGHT", light).replace("DARK", dark))
