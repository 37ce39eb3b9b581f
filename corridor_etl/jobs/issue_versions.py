"""One issue as it is read: a version for each audience and language, their messages, and what is wrong with them.

When an issue is made and what becomes of it belongs to ``weekly``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

import polars as pl

from corridor_etl.delivery import outbox
from corridor_etl.delivery.message import build_message
from corridor_etl.jobs.issue_data import has_data, report_data
from corridor_etl.jobs.known_facts import known_facts
from corridor_etl.jobs.past_issues import correction_of, past_of
from corridor_etl.marts.public import public_week
from corridor_etl.reports.checks import check
from corridor_etl.reports.context import WeeklyContext, weekly_context
from corridor_etl.reports.editions import INTERNAL, Edition
from corridor_etl.reports.issue import content_sha256, contents, issue_folder
from corridor_etl.reports.render import Rendered, render
from corridor_etl.reports.report_data import ReportData
from corridor_etl.settings import Recipient, Settings
from corridor_etl.warehouse import OutboxRow, VersionRow, Warehouse

_NOBODY = Recipient(name="Nobody", address="nobody@corridor.example", language="en", editions=())


@dataclass(frozen=True)
class Anyway:
    """Who publishes an issue in spite of changes that stop it, and why."""

    by: str
    why: str


@dataclass(frozen=True)
class Plan:
    """Which issue is to be made, and of what: ``corrects`` is the snapshot of the revision before it, ``anyway`` who
    lets it out."""

    kind: Edition
    week: str
    issue_no: int
    revision: int
    snapshot: int
    due: datetime
    corrects: int | None = None
    anyway: Anyway | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What its contexts depend on; a revision is made for the moment at which it is begun."""
        due = None if self.revision else self.due
        return self.kind.id, self.week, self.issue_no, self.revision, self.snapshot, due, self.corrects


@dataclass(frozen=True)
class Version:
    """An issue as one audience reads it in one language."""

    context: WeeklyContext
    rendered: Rendered

    @cached_property
    def files(self) -> dict[str, bytes]:
        """File name -> bytes."""
        return contents(self.context, self.rendered)

    def row(self) -> VersionRow:
        """What the ledger keeps of it."""
        context = self.context
        return VersionRow(
            audience=context.audience,
            language=context.language,
            content_sha256=content_sha256(self.files),
            package_version=context.package_version,
            template_version=context.template_version,
            folder=issue_folder(context),
        )


def contexts(plan: Plan, warehouse: Warehouse, settings: Settings) -> list[WeeklyContext]:
    """The contexts of an issue by audience and language, all of its snapshot; none where the week has no data."""
    then = warehouse.at(plan.snapshot)
    data = report_data(then, settings)
    if not has_data(plan.week, data):
        return []
    data = _with_past(data, plan, warehouse, then, settings)
    if set(plan.kind.audiences) - {INTERNAL}:
        data = replace(data, disclosed=_disclosed(plan, then, settings))
    return [
        weekly_context(
            plan.week,
            data,
            settings,
            issue_no=plan.issue_no,
            revision=plan.revision,
            published_at=plan.due,
            snapshot=plan.snapshot,
            edition_id=plan.kind.id,
            audience=audience,
            language=language,
        )
        for audience in plan.kind.audiences
        for language in plan.kind.made_in(settings.reports.languages)
    ]


def _with_past(
    data: ReportData, plan: Plan, warehouse: Warehouse, then: Warehouse, settings: Settings
) -> ReportData:
    past = past_of(warehouse, then, plan.kind, plan.week, plan.issue_no, settings.live_service.id)
    if plan.corrects is None:
        return replace(data, past=past)
    correction = correction_of(then, plan.kind, plan.week, plan.revision, plan.corrects)
    return replace(data, past=past, correction=correction)


def _disclosed(plan: Plan, then: Warehouse, settings: Settings) -> pl.DataFrame:
    current, facts = known_facts(then, settings)
    return public_week(current, facts, plan.week, settings.live_service.id, settings.confidentiality)


def rendered(made: Sequence[WeeklyContext]) -> list[Version]:
    """The looks of each context."""
    return [Version(context, render(context)) for context in made]


@dataclass(frozen=True)
class Letter:
    """A version as a message to one recipient."""

    version: Version
    recipient: Recipient
    message: bytes


def letters(versions: Sequence[Version], settings: Settings) -> list[Letter]:
    """A message to each recipient of the edition, of the version for its audience in its language.

    Who asks for a language that the edition is not made in gets its first one.
    """
    return [
        Letter(v, r, build_message(v.rendered, v.context, r, settings))
        for r in settings.recipients
        for v in _read_by(r, versions)
    ]


def _read_by(recipient: Recipient, versions: Sequence[Version]) -> Sequence[Version]:
    """The one version a recipient gets, or none."""
    mine = [
        v
        for v in versions
        if v.context.edition in recipient.editions and v.context.audience == recipient.audience
    ]
    return ([v for v in mine if v.context.language == recipient.language] or mine)[:1]


def problems(versions: Sequence[Version], sent: Sequence[Letter], settings: Settings) -> list[str]:
    """What the checks say of every version and message; a version nobody gets by mail is checked as if one did."""
    found = [(letter.version, letter.message) for letter in sent]
    read = {id(letter.version) for letter in sent}
    found += [
        (v, build_message(v.rendered, v.context, _NOBODY, settings)) for v in versions if id(v) not in read
    ]
    return sorted({p for v, message in found for p in check(v.rendered, v.context, message)})


def queued(sent: Sequence[Letter], home: Path) -> tuple[list[OutboxRow], list[Path]]:
    """The messages as files and as rows of the outbox."""
    rows, paths = [], []
    for letter in sent:
        mine = outbox.put([(letter.recipient, letter.message)], letter.version.context, home)
        rows += mine[0]
        paths += mine[1]
    return rows, paths
