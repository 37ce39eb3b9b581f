"""Whether an issue may go out: whole, marked as partial, or not yet. What counts how is said by ``report.toml``.

It judges the time the data is about, never the time it came. Whether an issue is fit to look at belongs to ``checks``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from corridor_etl.reports import formats, statements
from corridor_etl.reports.counts import counted
from corridor_etl.reports.figures import Figure
from corridor_etl.reports.language import spoken, tr, tr_n
from corridor_etl.reports.report_data import ReportData
from corridor_etl.settings import Settings, SourceFamily

Outcome = Literal["publish", "partial", "held"]
_PUBLISH: Outcome = "publish"
_PARTIAL: Outcome = "partial"
_HELD: Outcome = "held"


class Gate(BaseModel):
    """The section ``[gate]`` of an edition.

    ``needed``: sources of which ``nothing_received`` applies where no file came, ``incomplete`` where fewer came than
    expected. ``undeclared``: fewer loaded containers are declared than ``match_rate_min_pct``. ``held_back``: more rows
    of the week than ``held_back_max_pct`` wait in quarantine, where critical rules put them. ``contradictions``: more
    critical ones between documents than ``contradictions_max_pct`` of the containers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    needed: tuple[str, ...] = ()
    nothing_received: Outcome = _HELD
    incomplete: Outcome = _PUBLISH
    undeclared: Outcome = _PARTIAL
    held_back: Outcome = _PARTIAL
    held_back_max_pct: float = Field(default=20, ge=0, le=100)
    contradictions: Outcome = _PARTIAL
    contradictions_max_pct: float = Field(default=50, ge=0)


@dataclass(frozen=True)
class Verdict:
    """``held`` are the reasons not to publish, ``partial`` those to mark the issue; sentences."""

    held: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The worst of what was found."""
        return _HELD if self.held else _PARTIAL if self.partial else _PUBLISH

    @property
    def notice(self) -> str:
        """The banner of a partial issue, else nothing."""
        return tr("Partial issue: %(reasons)s", reasons=" ".join(self.partial)) if self.partial else ""


def judge(
    week: str, data: ReportData, numbers: Mapping[str, Figure], gate: Gate, settings: Settings
) -> Verdict:
    """What stands between the issue of a week and its readers. ``numbers``: address -> figure of the week."""
    found = [
        *_sources(week, data.coverage, gate, settings),
        *_undeclared(numbers, gate, settings),
        *_held_back(week, data.coverage, gate),
        *_contradictions(week, data.discrepancies, numbers, gate),
    ]
    return Verdict(
        held=tuple(reason for outcome, reason in found if outcome == _HELD),
        partial=tuple(reason for outcome, reason in found if outcome == _PARTIAL),
    )


def _sources(
    week: str, coverage: pl.DataFrame, gate: Gate, settings: Settings
) -> Iterator[tuple[Outcome, str]]:
    sums = coverage.filter(iso_week=week).group_by("source_id").agg(pl.col("files").sum())
    files = dict(sums.iter_rows())
    for source in (s for s in settings.sources if s.id in gate.needed):
        received, expected = files.get(source.id, 0), source.files_per_week or 1
        if not received:
            told = tr("%(source)s: nothing of this week was received.", source=source.name_in(spoken()))
            yield gate.nothing_received, told
        elif received < expected:
            yield gate.incomplete, _incomplete(source, received, expected)


def _incomplete(source: SourceFamily, received: int, expected: int) -> str:
    return tr_n(
        "%(source)s: %(received)s of %(count)s expected file received.",
        "%(source)s: %(received)s of %(count)s expected files received.",
        expected,
        source=source.name_in(spoken()),
        received=formats.number(received),
    )


def _undeclared(
    numbers: Mapping[str, Figure], gate: Gate, settings: Settings
) -> Iterator[tuple[Outcome, str]]:
    found = statements.undeclared(numbers, settings.thresholds.match_rate_min_pct)
    if found:
        yield gate.undeclared, found


def _held_back(week: str, coverage: pl.DataFrame, gate: Gate) -> Iterator[tuple[Outcome, str]]:
    mine = coverage.filter(iso_week=week)
    held, loaded = (int(mine[name].sum()) for name in ("rows_quarantined", "rows_loaded"))
    if held * 100 > Decimal(str(gate.held_back_max_pct)) * (held + loaded):
        yield (
            gate.held_back,
            tr(
                "%(share)s of the rows of this week are held back, at most %(most)s are allowed.",
                share=formats.share(held, held + loaded),
                most=formats.per_cent(formats.plain(gate.held_back_max_pct)),
            ),
        )


def _contradictions(
    week: str, discrepancies: pl.DataFrame | None, numbers: Mapping[str, Figure], gate: Gate
) -> Iterator[tuple[Outcome, str]]:
    boxes = numbers["throughput.boxes"].value
    if discrepancies is None or not boxes:
        return
    count = discrepancies.filter(iso_week=week, severity="critical").height
    if count * 100 > Decimal(str(gate.contradictions_max_pct)) * boxes:
        yield (
            gate.contradictions,
            tr_n(
                "Documents differ: %(count)s contradiction on %(boxes)s of this week.",
                "Documents differ: %(count)s contradictions on %(boxes)s of this week.",
                count,
                boxes=counted(boxes, "container"),
            ),
        )
