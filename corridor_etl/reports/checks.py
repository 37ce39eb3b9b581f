"""Whether an issue is fit to be sent: each check looks at what readers get and names what is wrong.

The job refuses to publish on any problem. Validation of the data belongs to ``quality``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from corridor_etl.reports import consistency, formats, palette, png, wording
from corridor_etl.reports.checked_issue import Issue
from corridor_etl.reports.content import WeeklyContext
from corridor_etl.reports.figures import Figure
from corridor_etl.reports.language import speaking
from corridor_etl.reports.message_checks import lines_sendable, message_built, workbook_agrees
from corridor_etl.reports.render import Rendered, domain
from corridor_etl.reports.signs import sign

LEFTOVERS = re.compile(r"\b(?:NaN|nan|None|inf|Infinity|undefined)\b|\{\{|\{%|%\(")


def check(rendered: Rendered, context: WeeklyContext, message: bytes) -> list[str]:
    """Every problem of an issue and its message, in the order of the checks; empty where it is fit."""
    issue = Issue(rendered, context, message)
    with speaking(context.language):
        return [problem for rule in CHECKS for problem in rule(issue)]


def numbers_known(issue: Issue) -> Iterator[str]:
    """Each number in a sentence, tile or alternative text is one of a figure, a table or the masthead."""
    known = _known_numbers(issue.context)
    for where, text in _words(issue.context):
        for found in formats.numbers_in(text):
            if found not in known:
                yield f"{where} says {found}, which no figure or table holds"


def _words(context: WeeklyContext) -> Iterator[tuple[str, str]]:
    yield from (("the headline", context.headline), ("the subject", context.subject))
    yield from (("a main point", point) for point in context.points)
    yield from ((f"the tile {t.name}", f"{t.value} {' '.join(t.lines)} {t.verdict}") for t in context.tiles)
    yield from ((f"the alternative text of {c.id}", c.alt) for c in context.charts)
    yield from ((f"the title of {c.id}", c.title) for c in context.charts)


def _known_numbers(context: WeeklyContext) -> set[str]:
    texts = [
        context.week,
        f"{int(context.week[:4]) - 1} {int(context.week[-2:])}",
        context.year_gone,
        *context.notes,
    ]
    for f in context.figures:
        texts += [f.text, f.range_text, f.on_week.text, f.on_year.text]
    for table in (*context.tables.values(), *context.background.values()):
        texts += [cell.text for row in table.rows for cell in row]
    texts += [f"{t.name} {t.state}" for t in context.targets]
    for chart in context.charts:
        texts += [str(v) for v in _plain_values(chart.data)]
    found = {n for text in texts for n in formats.numbers_in(text)}
    return found | {n.lstrip("0") for n in found if n.isdigit()}


def _plain_values(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for value in data.values():
            yield from _plain_values(value)
    elif isinstance(data, (list, tuple)):
        for value in data:
            yield from _plain_values(value)
    elif isinstance(data, str) and re.fullmatch(r"-?\d+\.\d+", data):
        yield from (formats.number(abs(Decimal(data)), decimals) for decimals in (0, 1))


def nothing_left_over(issue: Issue) -> Iterator[str]:
    """No value that is none, and no template syntax, reaches a reader."""
    parts = {"page": issue.rendered.page_html, "mail": issue.rendered.mail_html, "text": issue.rendered.text}
    for name, text in parts.items():
        visible = re.sub(r"<style.*?</style>|<[^>]+>", " ", text, flags=re.S)
        for found in LEFTOVERS.findall(visible):
            yield f"the {name} contains '{found}'"


def verbs_agree(issue: Issue) -> Iterator[str]:
    """A word for outside the range is used only for a figure that is outside, on that side."""
    leads_with_trade = issue.edition.headline == "trade"
    if not leads_with_trade:
        border = issue.context.figure("transit.border_hours")
        yield from _verbs(issue.context.headline, border, {"above": sign("slowed"), "below": sign("sped up")})
    lead = issue.context.figure("trade.value_cny" if leads_with_trade else "throughput.teu")
    level = re.split("[;；]", issue.context.headline)[0]
    yield from _verbs(level, lead, {"above": sign("above"), "below": sign("below")})


def _verbs(text: str, figure: Figure, verbs: dict[str, str]) -> Iterator[str]:
    for side, verb in verbs.items():
        if (verb in text) != (figure.range_class == side):
            yield f"the headline and {figure.address} disagree: '{verb}' for a figure that is {figure.range_class}"


def parts_agree(issue: Issue) -> Iterator[str]:
    """Totals, directions, counts and words of the context agree with each other."""
    yield from consistency.problems(issue.context)


def lengths(issue: Issue) -> Iterator[str]:
    """Headline, subject and alternative texts are as short as their place."""
    c = issue.context
    limits = [("headline", c.headline, wording.HEADLINE_LIMIT), ("subject", c.subject, wording.SUBJECT_LIMIT)]
    limits += [(f"alternative text of {chart.id}", chart.alt, wording.ALT_LIMIT) for chart in c.charts]
    for name, text, most in limits:
        if not 0 < len(text) <= most:
            yield f"the {name} has {len(text)} characters, 1 to {most} are allowed"


def sizes(issue: Issue) -> Iterator[str]:
    """Mail, pictures and message are small enough not to be cut or refused."""
    found = [("mail", len(issue.rendered.mail_html.encode()), issue.edition.mail_max_bytes)]
    found += [
        (f"picture {c}", len(d), issue.edition.picture_max_bytes) for c, d in issue.rendered.images.items()
    ]
    found.append(("message", len(issue.message), issue.edition.message_max_bytes))
    for name, size, most in found:
        if size > most:
            yield f"the {name} has {size} bytes, at most {most} are allowed"


def mail_is_closed(issue: Issue) -> Iterator[str]:
    """The mail loads nothing from outside and runs nothing; the page runs nothing."""
    for tag, attributes in issue.mail:
        if tag in ("script", "svg", "link", "iframe", "form", "object", "embed", "base"):
            yield f"the mail has a <{tag}>"
        if tag == "img" and not attributes.get("src", "").startswith("cid:"):
            yield f"the mail has a picture from '{attributes.get('src', '')[:40]}'"
    if re.search(r"url\(|@import|data:", issue.rendered.mail_html):
        yield "the mail's style loads something"
    for tag, attributes in issue.page:
        if tag in ("script", "iframe", "object", "embed", "base", "link") or any(
            a.startswith("on") for a in attributes
        ):
            yield f"the page has an active <{tag}>"


def pictures_match(issue: Issue) -> Iterator[str]:
    """Each Content-ID is attached and used once; each picture decodes and has the mail's width."""
    used = [a["src"].removeprefix("cid:") for tag, a in issue.mail if tag == "img" and "src" in a]
    attached = [str(p["Content-ID"]).strip("<>") for p in issue.parsed.walk() if p["Content-ID"]]
    if sorted(used) != sorted(attached) or len(set(used)) != len(used):
        yield f"pictures used {sorted(used)} are not those attached {sorted(attached)}"
    for cid, data in issue.rendered.images.items():
        if png.size(data)[0] != 1104:
            yield f"the picture {cid} is {png.size(data)[0]} pixels wide, not 1104"


def pictures_described(issue: Issue) -> Iterator[str]:
    """Each picture has a description and a width."""
    for tag, attributes in issue.mail:
        if tag == "img" and not (attributes.get("alt") and attributes.get("width")):
            yield f"the picture {attributes.get('src')} lacks alt or width"
    for tag, attributes in issue.page:
        if tag == "svg" and not attributes.get("aria-label"):
            yield "a chart of the page has no description"


def tables_labelled(issue: Issue) -> Iterator[str]:
    """Each head cell has a scope and each data table a caption, in page and mail."""
    for name, tags in (("mail", issue.mail), ("page", issue.page)):
        without = sum(tag == "th" and "scope" not in a for tag, a in tags)
        if without:
            yield f"{without} head cells of the {name} have no scope"
        data = sum(tag == "table" and a.get("role") != "presentation" for tag, a in tags)
        captions = sum(tag == "caption" for tag, _ in tags)
        if data != captions:
            yield f"the {name} has {data} data tables and {captions} captions"


def languages(issue: Issue) -> Iterator[str]:
    """Page and mail say their language."""
    for name, tags in (("mail", issue.mail), ("page", issue.page)):
        root = next((a for tag, a in tags if tag == "html"), {})
        if root.get("lang") != issue.context.language:
            yield f"the {name} has lang '{root.get('lang', '')}', expected '{issue.context.language}'"


def links_known(issue: Issue) -> Iterator[str]:
    """Links of the mail are https to the corridor's own domain, or mail to its contact."""
    host = domain(issue.context)
    for tag, attributes in issue.mail:
        if tag != "a":
            continue
        link = urlsplit(attributes.get("href", ""))
        mine = (link.scheme == "https" and link.hostname == host) or (
            link.scheme == "mailto" and link.path == issue.context.contact
        )
        if not mine:
            yield f"the mail links to {attributes.get('href', '')[:60]}"


def colours_readable(_issue: Issue) -> Iterator[str]:
    """Text has contrast on its ground and the two series are told apart, in light and dark."""
    for scheme, tokens in (("light", palette.LIGHT), ("dark", palette.DARK)):
        yield from (f"{scheme}: {problem}" for problem in palette.unreadable(tokens))


CHECKS: tuple[Callable[[Issue], Iterable[str]], ...] = (
    numbers_known,
    nothing_left_over,
    verbs_agree,
    parts_agree,
    lengths,
    sizes,
    mail_is_closed,
    pictures_match,
    pictures_described,
    tables_labelled,
    languages,
    links_known,
    colours_readable,
    message_built,
    lines_sendable,
    workbook_agrees,
)
