"""The pages around issues: an index for each audience and year, a page for each week, a feed. No script, no network.

Each is made in every language; an issue that is not made in it is linked in another one. The same issues give the same
bytes. Which issues there are is found by ``site_issues``; writing files belongs to ``jobs.site``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from corridor_etl.reports.definitions import definitions
from corridor_etl.reports.editions import edition, edition_names
from corridor_etl.reports.language import LANGUAGES, N_, NAMES, speaking, spoken, tr
from corridor_etl.reports.site_issues import PAGE, Issue
from corridor_etl.reports.site_looks import in_language, page
from corridor_etl.settings import Corridor

EDITIONS = ("weekly", "throughput", "trade", "brief")
"""The order in which editions are listed; others follow."""
FEED = "feed.xml"
FEED_ENTRIES = 50
FILES = (
    ("figures.xlsx", N_("Workbook")),
    ("figures.csv", N_("CSV")),
    ("issue.json", N_("JSON")),
    ("issue.txt", N_("Plain text")),
)
AUDIENCE_WORDS = {
    "internal": (N_("Internal"), N_("For the operator's own use")),
    "partner": (N_("Partner"), N_("For partners of the corridor")),
    "public": (N_("Public"), N_("For everybody")),
}
"""Audience -> what its part of the site is called, and who may read it."""


@dataclass(frozen=True)
class Door:
    """A part of the site that has pages of its own: name, path below the site, and what is there.

    Name and words are messages; ``is_english`` where the pages there are in English only.
    """

    name: str
    path: str
    words: str
    is_english: bool = False


def pages(issues: Sequence[Issue], corridor: Corridor, doors: Sequence[Door] = ()) -> dict[str, bytes]:
    """Path below the site -> bytes of every page about issues, in all languages.

    English, which is read first, comes last, and pages come after those of their language they link to.
    ``ReportCheckFailed`` where a word is not translated.
    """
    found: dict[str, bytes] = {}
    by_audience = {
        audience: list(mine) for audience, mine in groupby(issues, key=lambda issue: issue.audience)
    }
    for language in reversed(LANGUAGES):
        with speaking(language):
            for audience, mine in by_audience.items():
                found.update(_of_audience(audience, mine, corridor))
            found.update(
                [_made("top.html", PAGE, {"corridor": corridor, "doors": _doors(by_audience, doors)})]
            )
    return found


def _doors(audiences: Iterable[str], doors: Iterable[Door]) -> list[Door]:
    return [
        *(Door(AUDIENCE_WORDS[a][0], f"{a}/{PAGE}", AUDIENCE_WORDS[a][1]) for a in sorted(audiences)),
        *doors,
    ]


def _of_audience(audience: str, issues: Sequence[Issue], corridor: Corridor) -> Iterator[tuple[str, bytes]]:
    figures = {"figures": list(definitions())}
    yield _made("dictionary.html", dictionary_page(audience), _values(corridor, audience, **figures))
    yield from _weeks(issues, corridor)
    yield from _years(audience, issues, corridor)
    yield _feed(audience, issues, corridor)
    yield _index(audience, issues, corridor)


def _made(template: str, here: str, values: Mapping[str, object]) -> tuple[str, bytes]:
    return in_language(here, spoken()), page(template, here, values, LANGUAGES)


def address(corridor: Corridor, path: str) -> str:
    """The public address of a path below the site."""
    return f"https://{corridor.contact.rsplit('@', 1)[-1]}/{path.removesuffix(PAGE)}"


def week_page(issue: Issue) -> str:
    """The permanent address of a week of an edition: whatever is revised, it leads to the newest revision."""
    return f"{issue.audience}/{issue.key}/{PAGE}"


def dictionary_page(audience: str) -> str:
    """Where the definitions of all figures are."""
    return f"{audience}/dictionary/{PAGE}"


def title(name: str) -> str:
    """What an edition is called in the language spoken; its name where there is no such edition any more."""
    return tr(edition(name).title) if name in edition_names() else name


def _year(issue: Issue) -> str:
    return issue.week[:4]


def _values(corridor: Corridor, audience: str, **more: object) -> dict[str, object]:
    return {
        "corridor": corridor,
        "audience": audience,
        "words": tr(AUDIENCE_WORDS[audience][1]),
        "names": NAMES,
        "files": [(name, tr(label)) for name, label in FILES],
        "title": title,
        "week_page": week_page,
        "dictionary_page": dictionary_page(audience),
        **more,
    }


def _weeks(issues: Sequence[Issue], corridor: Corridor) -> Iterator[tuple[str, bytes]]:
    for _, mine in groupby(issues, key=lambda issue: issue.edition):
        newest_first = list(mine)
        for at, issue in enumerate(newest_first):
            later = newest_first[at - 1] if at else None
            earlier = newest_first[at + 1] if at + 1 < len(newest_first) else None
            around = {"issue": issue, "earlier": earlier, "later": later}
            yield _made("week.html", week_page(issue), _values(corridor, issue.audience, **around))


def _years(audience: str, issues: Iterable[Issue], corridor: Corridor) -> Iterator[tuple[str, bytes]]:
    by_year = _by_year(issues)
    for year, mine in by_year.items():
        here = f"{audience}/{year}/{PAGE}"
        values = _values(corridor, audience, year=year, years=list(by_year), editions=_by_edition(mine))
        yield _made("year.html", here, values)


def _index(audience: str, issues: Sequence[Issue], corridor: Corridor) -> tuple[str, bytes]:
    by_year = _by_year(issues)
    newest = [mine[0] for mine in _by_edition(issues).values()]
    year = next(iter(by_year))
    values = _values(
        corridor,
        audience,
        newest=newest,
        year=year,
        years=list(by_year),
        editions=_by_edition(by_year[year]),
    )
    return _made("index.html", f"{audience}/{PAGE}", values)


def _by_year(issues: Iterable[Issue]) -> Mapping[str, list[Issue]]:
    newest_first = sorted(issues, key=_year, reverse=True)
    return {year: list(mine) for year, mine in groupby(newest_first, key=_year)}


def _by_edition(issues: Iterable[Issue]) -> Mapping[str, list[Issue]]:
    order = {edition: at for at, edition in enumerate(EDITIONS)}
    ordered = sorted(issues, key=lambda i: (order.get(i.edition, len(order)), i.edition))
    return {edition: list(mine) for edition, mine in groupby(ordered, key=lambda i: i.edition)}


def _feed(audience: str, issues: Sequence[Issue], corridor: Corridor) -> tuple[str, bytes]:
    language = spoken()
    newest = sorted(issues, key=lambda i: (i.latest.published_at_utc, i.key), reverse=True)[:FEED_ENTRIES]
    entries = [
        {
            "issue": issue,
            "id": address(corridor, in_language(week_page(issue), language)),
            "title": _entry_title(issue),
            "told_in": issue.told_in(language),
            "link": address(corridor, f"{issue.latest.folder_in(language)}/{PAGE}"),
            "updated": _instant(issue.latest.published_at_utc),
            "published": _instant(issue.revisions[-1].published_at_utc),
        }
        for issue in newest
    ]
    more = {
        "entries": entries,
        "updated": entries[0]["updated"],
        "feed_title": tr("%(corridor)s: reports", corridor=corridor.name_in(language)),
        "home": address(corridor, in_language(f"{audience}/{PAGE}", language)),
        "self": address(corridor, in_language(f"{audience}/{FEED}", language)),
    }
    return _made("feed.xml", f"{audience}/{FEED}", _values(corridor, audience, **more))


def _entry_title(issue: Issue) -> str:
    told = {"title": title(issue.edition), "week": issue.week}
    if issue.latest.number:
        return tr("%(title)s %(week)s, revision %(number)s", **told, number=issue.latest.number)
    return tr("%(title)s %(week)s", **told)


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
