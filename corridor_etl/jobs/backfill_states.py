"""In which state past weeks are, and so which of them a backfill takes.

Told by the ledger alone, without computing a figure. What is done about it belongs to ``backfill``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor_etl import __version__
from corridor_etl.clock import now_utc
from corridor_etl.jobs.revising import changed_weeks
from corridor_etl.jobs.versions import build_of
from corridor_etl.jobs.weeks import scheduled_instant
from corridor_etl.reports.content import TEMPLATE_VERSION
from corridor_etl.reports.editions import WEEKLY
from corridor_etl.reports.measures import BOOKING, MEASURES
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Build, Warehouse
from corridor_etl.warehouse.backfills import WeekRequest

MISSING, FAILED, STALE, CORRECTED, OK, EMPTY = "missing", "failed", "stale", "corrected", "ok", "no data"
TAKEN: Mapping[str, tuple[str, ...]] = {
    "default": (MISSING, FAILED, STALE, CORRECTED),
    "all": (MISSING, FAILED, STALE, CORRECTED, OK),
    "only-failed": (FAILED,),
}
"""Mode -> states of the weeks it takes; a week of which nothing is known is in none."""
ISSUE_VERSION = f"{__version__}/{TEMPLATE_VERSION}"
_LOOKED_AT = ("swapped", "unchanged")


@dataclass(frozen=True)
class WeekState:
    """A week: ``why`` says what makes it so, ``is_old`` whether its figures are of other code or rules than now."""

    week: str
    state: str
    why: str
    rows: int
    is_old: bool

    def asked(self, mode: str) -> WeekRequest:
        """The week as a request of a backfill; of all weeks the figures are computed again in mode ``all`` only."""
        return WeekRequest(self.week, self.state, self.why, self.is_old or mode == "all", self.rows)


@dataclass(frozen=True)
class _Known:
    """What the ledger tells of all weeks."""

    rows: Mapping[str, int]
    with_marts: frozenset[str]
    builds: Mapping[str, Build]
    issues: Mapping[str, str]
    looked_at: frozenset[str]
    failed: Mapping[str, str]
    changed: frozenset[str]
    expired: str


def week_states(weeks: Sequence[str], warehouse: Warehouse, settings: Settings) -> list[WeekState]:
    """The state of each week, in their order."""
    known, build = _known(weeks, warehouse), build_of(settings)
    return [_state(week, known, build, settings) for week in weeks]


def taken(states: Iterable[WeekState], mode: str) -> list[WeekState]:
    """Those that a backfill of this mode takes, the newest first."""
    return sorted((s for s in states if s.state in TAKEN[mode]), key=lambda s: s.week, reverse=True)


def _state(week: str, known: _Known, build: Build, settings: Settings) -> WeekState:
    rows, has_marts = known.rows.get(week, 0), week in known.with_marts
    # Rows of expired weeks have left the lake: their figures can only stay as they are.
    is_old = known.builds.get(week) != build and week > known.expired
    is_due = scheduled_instant(week, settings) <= now_utc()
    told: tuple[tuple[object, str, str], ...] = (
        (not rows and not has_marts, EMPTY, "nothing of it was received"),
        (week in known.failed, FAILED, known.failed.get(week, "")),
        (has_marts and is_due and week not in known.issues, MISSING, "no issue"),
        (not has_marts and is_old, MISSING, "rows without figures"),
        (is_old, STALE, _age(known.builds.get(week), build)),
        (_is_written_otherwise(week, known), STALE, f"issue of version {known.issues.get(week)}"),
        (week in known.changed, CORRECTED, "figures changed since the issue"),
    )
    state, why = next(((state, why) for is_so, state, why in told if is_so), (OK, ""))
    return WeekState(week, state, why, rows, is_old and state != EMPTY)


def _is_written_otherwise(week: str, known: _Known) -> bool:
    """An issue never changes, so one of another version is looked at by one backfill of this version and no more."""
    return known.issues.get(week, ISSUE_VERSION) != ISSUE_VERSION and week not in known.looked_at


def _age(made_by: Build | None, build: Build) -> str:
    if made_by is None:
        return "made before versions were kept"
    others = {
        "code": made_by.code_version != build.code_version,
        "rules": made_by.rules_version != build.rules_version,
    }
    return " and ".join(name for name, is_other in others.items() if is_other) + " of another version"


def _known(weeks: Sequence[str], warehouse: Warehouse) -> _Known:
    rows = warehouse.coverage().group_by("iso_week").agg(pl.col("rows_loaded").sum())
    builds = warehouse.week_builds().select("iso_week", "code_version", "rules_version").iter_rows()
    spoken_of = sorted({measure.mart for measure in MEASURES} | {BOOKING})
    return _Known(
        rows=dict(rows.iter_rows()),
        with_marts=frozenset(w for name in spoken_of for w in warehouse.mart(name, weeks=weeks)["iso_week"]),
        builds={week: Build(code, rules) for week, code, rules in builds},
        issues=_issue_versions(warehouse),
        changed=frozenset(changed_weeks(weeks=weeks)),
        expired=warehouse.last_expired_week(),
        **_looked_at(warehouse),
    )


def _issue_versions(warehouse: Warehouse) -> dict[str, str]:
    """Week -> version of package and templates of its last weekly issue."""
    last = (
        warehouse.issue_versions().filter(edition=WEEKLY).sort("week", "revision").unique("week", keep="last")
    )
    return {r["week"]: f"{r['package_version']}/{r['template_version']}" for r in last.iter_rows(named=True)}


def _looked_at(warehouse: Warehouse) -> dict[str, Any]:
    """Weeks that a backfill of the version of now is done with, and those of which the last attempt failed."""
    versions = warehouse.backfills.all().select("backfill_id", "issue_version")
    tried = (
        warehouse.backfills.weeks()
        .join(versions, on="backfill_id")
        .filter(pl.col("finished_at_utc").is_not_null())
    )
    last = tried.sort("iso_week", "backfill_id").unique("iso_week", keep="last").filter(state="failed")
    done = tried.filter(pl.col("state").is_in(_LOOKED_AT), issue_version=ISSUE_VERSION)
    return {
        "looked_at": frozenset(done["iso_week"]),
        "failed": {week: error or "" for week, error in last.select("iso_week", "error").iter_rows()},
    }
