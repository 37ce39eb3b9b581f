"""The pages around issues: an index for each audience and year, a page for each week, a feed. No script, no network.

The same issues give the same bytes. Which issues there are is found by ``site_issues``; writing files belongs to
``jobs.site``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby

from corridor_etl.reports.site_issues import LANGUAGES, PAGE, Issue
from corridor_etl.reports.site_looks import page
from corridor_etl.settings import Corridor, checkout

EDITIONS = ("weekly", "throughput", "trade", "brief")
"""The order in which editions are listed; others follow."""
FEED = "feed.xml"
FEED_ENTRIES = 50
FILES = (
    ("figures.xlsx", "Workbook"),
    ("figures.csv", "CSV"),
    ("issue.json", "JSON"),
    ("issue.txt", "Plain text"),
)
AUDIENCE_WORDS = {
    "internal": "For the operator's own use",
    "partner": "For partners of the corridor",
    "public": "For everybody",
}


@dataclass(frozen=True)
class Door:
    """A part of the site that has pages of its own: name, path below the site, and what is there."""

    name: str
    path: str
    words: str


def pages(issues: Sequence[Issue], corridor: Corridor, doors: Sequence[Door] = ()) -> dict[str, bytes]:
    """Path below the site -> bytes of every page about issues; those that link to others come after them."""
    found: dict[str, bytes] = {}
    by_audience = {
        audience: list(mine) for audience, mine in groupby(issues, key=lambda issue: issue.audience)
    }
    for audience, mine in by_audience.items():
        found.update(_weeks(mine, corridor))
        found.update(_years(audience, mine, corridor))
        found[f"{audience}/{FEED}"] = _feed(audience, mine, corridor)
        found[f"{audience}/{PAGE}"] = _index(audience, mine, corridor)
    audiences = [Door(a.capitalize(), f"{a}/{PAGE}", AUDIENCE_WORDS[a]) for a in sorted(by_audience)]
    found[PAGE] = page("top.html", PAGE, {"corridor": corridor, "doors": [*audiences, *doors]})
    return found


def address(corridor: Corridor, path: str) -> str:
    """The public address of a path below the site."""
    return f"https://{corridor.contact.rsplit('@', 1)[-1]}/{path.removesuffix(PAGE)}"


def week_page(issue: Issue) -> str:
    """The permanent address of a week of an edition: whatever is revised, it leads to the newest revision."""
    return f"{issue.audience}/{issue.key}/{PAGE}"


@cache
def title(edition: str) -> str:
    """What an edition is called, by its ``report.toml``."""
    path = checkout() / "templates" / edition / "report.toml"
    words = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return str(words.get("title", f"Corridor {edition}"))


def _year(issue: Issue) -> str:
    return issue.week[:4]


def _values(corridor: Corridor, audience: str, **more: object) -> dict[str, object]:
    return {
        "corridor": corridor,
        "audience": audience,
        "words": AUDIENCE_WORDS[audience],
        "languages": LANGUAGES,
        "files": FILES,
        "title": title,
        "week_page": week_page,
        **more,
    }


def _weeks(issues: Sequence[Issue], corridor: Corridor) -> Iterator[tuple[str, bytes]]:
    for _, mine in groupby(issues, key=lambda issue: issue.edition):
        newest_first = list(mine)
        for at, issue in enumerate(newest_first):
            later = newest_first[at - 1] if at else None
            earlier = newest_first[at + 1] if at + 1 < len(newest_first) else None
            around = {"issue": issue, "earlier": earlier, "later": later}
            yield (
                week_page(issue),
                page("week.html", week_page(issue), _values(corridor, issue.audience, **around)),
            )


def _years(audience: str, issues: Iterable[Issue], corridor: Corridor) -> Iterator[tuple[str, bytes]]:
    by_year = _by_year(issues)
    for year, mine in by_year.items():
        here = f"{audience}/{year}/{PAGE}"
        values = _values(corridor, audience, year=year, years=list(by_year), editions=_by_edition(mine))
        yield here, page("year.html", here, values)


def _index(audience: str, issues: Sequence[Issue], corridor: Corridor) -> bytes:
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
    return page("index.html", f"{audience}/{PAGE}", values)


def _by_year(issues: Iterable[Issue]) -> Mapping[str, list[Issue]]:
    newest_first = sorted(issues, key=_year, reverse=True)
    return {year: list(mine) for year, mine in groupby(newest_first, key=_year)}


def _by_edition(issues: Iterable[Issue]) -> Mapping[str, list[Issue]]:
    order = {edition: at for at, edition in enumerate(EDITIONS)}
    ordered = sorted(issues, key=lambda i: (order.get(i.edition, len(order)), i.edition))
    return {edition: list(mine) for edition, mine in groupby(ordered, key=lambda i: i.edition)}


def _feed(audience: str, issues: Sequence[Issue], corridor: Corridor) -> bytes:
    newest = sorted(issues, key=lambda i: (i.latest.published_at_utc, i.key), reverse=True)[:FEED_ENTRIES]
    entries = [
        {
            "issue": issue,
            "id": address(corridor, week_page(issue)),
            "title": _entry_title(issue),
            "link": address(corridor, f"{issue.latest.folder}/{PAGE}"),
            "updated": _instant(issue.latest.published_at_utc),
            "published": _instant(issue.revisions[-1].published_at_utc),
        }
        for issue in newest
    ]
    more = {
        "entries": entries,
        "updated": entries[0]["updated"],
        "home": address(corridor, f"{audience}/{PAGE}"),
        "self": address(corridor, f"{audience}/{FEED}"),
    }
    return page("feed.xml", f"{audience}/{FEED}", _values(corridor, audience, **more))


def _entry_title(issue: Issue) -> str:
    again = f", revision {issue.latest.number}" if issue.latest.number else ""
    return f"{title(issue.edition)} {issue.week}{again}"


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
