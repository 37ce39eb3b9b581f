"""Which issues the site shows: what the ledger calls published, found as frozen files below ``site``.

Frozen files are read and never changed. An issue lies at ``site/<audience>/<edition>/<week>/r<revision>/<language>/``;
one of the time before audiences and languages lies at ``site/<edition>/<week>/r<revision>/`` and is internal. What the
pages about them look like belongs to ``site``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from corridor_etl.reference.calendar import monday
from corridor_etl.reports import formats
from corridor_etl.reports.language import NAMES

AUDIENCES = ("internal", "partner", "public")
LANGUAGES = NAMES
SHOWN_STATES = ("published", "partial")
PAGE = "index.html"
_HEADLINE_CHARS = 200


@dataclass(frozen=True)
class Revision:
    """One frozen revision; ``folders``: language -> its folder below ``site``, the preferred language first."""

    number: int
    state: str
    published_at_utc: datetime
    folders: Mapping[str, str]

    @property
    def folder(self) -> str:
        """The folder of the preferred language."""
        return next(iter(self.folders.values()))

    def folder_in(self, language: str) -> str:
        """The folder of a language, or of the preferred one where it was not made in that."""
        return self.folders.get(language, self.folder)


@dataclass(frozen=True)
class Issue:
    """One week of an edition as one audience sees it; ``revisions`` from the newest to the first.

    ``headlines``: language -> what the newest revision leads with, the preferred language first.
    """

    audience: str
    edition: str
    week: str
    issue_no: int
    headlines: Mapping[str, str]
    published_on: date
    revisions: tuple[Revision, ...]

    @property
    def latest(self) -> Revision:
        """The revision that counts."""
        return self.revisions[0]

    @property
    def key(self) -> str:
        """``weekly/2025-W24``."""
        return f"{self.edition}/{self.week}"

    @property
    def monday(self) -> date:
        """The day the week begins with."""
        return monday(self.week)

    @property
    def number(self) -> int:
        """The number of the week in its year."""
        return int(self.week[-2:])

    def told_in(self, language: str) -> str:
        """The language its headline is told in to readers of ``language``."""
        return language if language in self.headlines else next(iter(self.headlines))


def frozen_issues(site: Path, ledger: Iterable[Mapping[str, Any]]) -> list[Issue]:
    """The issues of all audiences, the newest week first; ``ledger`` has a row per edition, week and revision.

    A row needs edition, week, revision, language, issue_no, state, published_at_utc and folder. What the ledger does
    not know, or holds back, is not shown, whatever lies on the disk.
    """
    found: dict[tuple[str, str, str], list[tuple[Mapping[str, Any], Revision]]] = {}
    for row in ledger:
        if row["state"] in SHOWN_STATES:
            for audience, revision in _revisions(site, row):
                found.setdefault((audience, row["edition"], row["week"]), []).append((row, revision))
    issues = [_issue(site, key, revisions) for key, revisions in found.items()]
    return sorted(issues, key=lambda i: (i.audience, i.edition, i.week), reverse=True)


def _revisions(site: Path, row: Mapping[str, Any]) -> Iterator[tuple[str, Revision]]:
    below = f"{row['edition']}/{row['week']}/r{row['revision']}"
    for audience in AUDIENCES:
        folders = _by_language(site, f"{audience}/{below}")
        if audience == AUDIENCES[0] and not folders and (site / below / PAGE).is_file():
            folders = {row["language"]: below}
        if folders:
            yield audience, Revision(row["revision"], row["state"], row["published_at_utc"], folders)


def _by_language(site: Path, folder: str) -> dict[str, str]:
    return {code: f"{folder}/{code}" for code in LANGUAGES if (site / folder / code / PAGE).is_file()}


def _issue(
    site: Path, key: tuple[str, str, str], revisions: Iterable[tuple[Mapping[str, Any], Revision]]
) -> Issue:
    newest_first = sorted(revisions, key=lambda pair: pair[1].number, reverse=True)
    row, latest = newest_first[0]
    # Not the ledger's copy: what another audience may read is in its own files only.
    said = {
        code: json.loads((site / folder / "issue.json").read_text(encoding="utf-8"))
        for code, folder in latest.folders.items()
    }
    published_at = next(iter(said.values()))["published_at"]
    return Issue(
        *key,
        issue_no=row["issue_no"],
        headlines={code: formats.clean(issue["headline"], _HEADLINE_CHARS) for code, issue in said.items()},
        published_on=datetime.fromisoformat(published_at).date(),
        revisions=tuple(revision for _, revision in newest_first),
    )
