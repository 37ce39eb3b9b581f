"""From a context to the files of an issue: page, mail, plain text and pictures.

Templates are sandboxed, escape everything they print and stop at an unknown name. The same context gives the same
bytes. Putting a message together belongs to ``delivery.message``; writing files to ``issue``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import css_inline
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from corridor_etl.reports import attention, charts, formats, palette, plain_text
from corridor_etl.reports.charts import Picture
from corridor_etl.reports.content import WeeklyContext
from corridor_etl.reports.language import NAMES, speaking, teach, tr
from corridor_etl.reports.workbook import workbook
from corridor_etl.settings import checkout

_STYLE = re.compile(r"<style>.*?</style>", re.S)
_CLASS = re.compile(r"\.([a-z][a-z-]*)")
_TAG = re.compile(r'<[a-z][a-z0-9]*(?: [a-z:-]+(?:="[^"]*")?)+>')
_CLASSES = re.compile(r' class="([^"]*)"')
VALIDATION_PATH = "../../../../../validation/index.html"
"""From the folder of an issue, five levels below the site, to the site's validation pages."""


@dataclass(frozen=True)
class Rendered:
    """The looks of one issue.

    ``images``: Content-ID -> PNG of the mail; ``charts``: pictures by chart; ``workbook``: .xlsx.
    """

    page_html: str
    mail_html: str
    text: str
    charts: tuple[Picture, ...]
    images: Mapping[str, bytes]
    workbook: bytes


def render(context: WeeklyContext) -> Rendered:
    """Fills the three templates with the blocks of the context's edition, in its language."""
    with speaking(context.language):
        return _rendered(context)


def _rendered(context: WeeklyContext) -> Rendered:
    pictures = charts.draw(context.charts)
    cids = {name: content_id(context, name) for p in pictures for name in (p.id, f"{p.id}-dark")}
    values = _values(context)
    page = _html().get_template("_shared/page.html")
    mail = _html().get_template("_shared/mail.html")
    text = _text().get_template("_shared/text.txt")
    svg = {p.id: Markup(p.svg) for p in pictures}
    return Rendered(
        page_html=page.render(values, svg=svg, style=_page_style()),
        mail_html=_inlined(mail.render(values, cid=cids, light=palette.LIGHT, dark=palette.DARK)),
        text=text.render(values),
        charts=pictures,
        images={
            cids[name]: data
            for p in pictures
            for name, data in ((p.id, p.light_png), (f"{p.id}-dark", p.dark_png))
        },
        workbook=workbook(context),
    )  # fmt: skip


def domain(context: WeeklyContext) -> str:
    """The domain of the corridor's contact, which its addresses and Content-IDs use."""
    return context.contact.rsplit("@", 1)[-1]


def languages_beside(context: WeeklyContext) -> list[tuple[str, str, str]]:
    """The same issue in the other languages it is made in: code, what the language calls itself, address."""
    above = archive_url(context).removesuffix(f"{context.language}/")
    return [(code, NAMES[code], f"{above}{code}/") for code in context.languages if code != context.language]


def archive_url(context: WeeklyContext) -> str:
    """Where the page of this revision stays: its folder of the site."""
    return f"https://{domain(context)}/{context.address}/"


def validation_url(context: WeeklyContext) -> str:
    """Where the rules and their last results stay; one address for all issues."""
    return f"https://{domain(context)}/validation/"


def content_id(context: WeeklyContext, name: str) -> str:
    """``throughput.2025-w24.r0.en@corridor.example``."""
    return f"{name}.{context.week.lower()}.r{context.revision}.{context.language}@{domain(context)}"


def _values(context: WeeklyContext) -> dict[str, object]:
    return {
        "issue": context,
        "published": formats.long_date(context.published_at.date()),
        "next_issue": formats.long_date(context.next_issue_on),
        "archive_url": archive_url(context),
        "languages": languages_beside(context),
        "validation_url": validation_url(context),
        "validation_path": VALIDATION_PATH,
        "nothing": tr(attention.NONE),
    }


def _environment(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(checkout() / "templates"),
        autoescape=autoescape,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    teach(environment)
    return environment


@cache
def _html() -> ImmutableSandboxedEnvironment:
    return _environment(autoescape=True)


@cache
def _text() -> ImmutableSandboxedEnvironment:
    # Plain text has no markup to escape into; what senders wrote was made inert in the context.
    environment = _environment(autoescape=False)
    environment.filters.update(plain_text.FILTERS)
    return environment


@cache
def _page_style() -> Markup:
    css = (checkout() / "templates" / "_shared" / "page.css").read_text(encoding="utf-8")
    css = css.replace("LIGHT", palette.variables(palette.LIGHT)).replace(
        "DARK", palette.variables(palette.DARK)
    )
    return Markup(css)


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(
        keep_at_rules=True, minify_css=True, keep_style_tags=False, load_remote_stylesheets=False
    )


def _inlined(html: str) -> str:
    """Styles as attributes; of the classes, those that the rules for widths and darkness name stay."""
    inlined = str(_inliner().inline(html))
    ruled = set(_CLASS.findall("".join(_STYLE.findall(inlined))))

    def with_ruled(tag: re.Match[str]) -> str:
        return _CLASSES.sub(
            lambda names: (
                f' class="{" ".join(kept)}"' if (kept := [n for n in names[1].split() if n in ruled]) else ""
            ),
            tag[0],
        )

    return _TAG.sub(with_ruled, inlined)
