"""Housekeeping in steps: each does its part, says what it did in one line, and stops no other.

Every step may be run at any time and again. What a step does belongs to the modules it calls; when they run is declared
in ``prefect.yaml``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from corridor_etl.clock import now_utc
from corridor_etl.errors import CorridorError, TerminalError, TransientError, UsageError
from corridor_etl.jobs.health import archive_problems, ledger_problems
from corridor_etl.jobs.site import build_site
from corridor_etl.jobs.validation_docs import build_validation_docs
from corridor_etl.model import KINDS
from corridor_etl.settings import load_settings
from corridor_etl.warehouse import Warehouse

ARCHIVE_NIGHTS = 14
"""In so many nights every archived file is read once; a night without a run puts its part off by as many."""
SWEPT_AFTER = timedelta(hours=24)
_SHOWN = 5
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StepResult:
    """What became of one step; ``told`` is one line. ``is_transient``: running it again may help."""

    step: str
    is_done: bool
    told: str
    is_transient: bool = False


def _compacted() -> str:
    with Warehouse.open() as warehouse:
        merges = [merge for name in sorted(KINDS) for merge in warehouse.compact(name)]
    return f"{sum(len(m.files) for m in merges)} files of {len(merges)} weeks merged"


def _retained() -> str:
    lake_weeks = load_settings().retention.lake_weeks
    with Warehouse.open() as warehouse:
        weeks = warehouse.expiring(lake_weeks).height
        snapshot = warehouse.expire(lake_weeks) if weeks else None
    return f"{weeks} weeks left the lake in snapshot {snapshot}" if snapshot else "nothing is too old"


def _snapshots_forgotten() -> str:
    with Warehouse.open() as warehouse:
        return f"{sum(warehouse.expire_snapshots(name) for name in sorted(KINDS))} old snapshots forgotten"


def _swept() -> str:
    with Warehouse.open() as warehouse:
        if not warehouse.snapshot():
            return "nothing was ingested yet"
        found = warehouse.sweep(older_than=SWEPT_AFTER, is_dry_run=False, with_archive=False)
    removed = [orphan for orphan in found if orphan.is_removed]
    return f"{len(removed)} files of {sum(o.size_bytes for o in removed):,} bytes removed"


def _archive_checked() -> str:
    """Reads the part of the archive whose night it is: files are dealt to nights by their hash."""
    night = now_utc().toordinal() % ARCHIVE_NIGHTS
    with Warehouse.open() as warehouse:
        hashes = set(warehouse.deliveries()["sha256"])
        mine = {sha256 for sha256 in hashes if int(sha256[:8], 16) % ARCHIVE_NIGHTS == night}
        _refuse(archive_problems(warehouse, mine), "archived files", "Restore what is named from a copy.")
    return f"{len(mine)} of {len(hashes)} archived files are as received"


def _ledger_checked() -> str:
    with Warehouse.open() as warehouse:
        _refuse(ledger_problems(warehouse), "balances", "Look with: corridor db check")
        return f"every balance of {warehouse.deliveries().height} deliveries agrees"


def _validation_docs_built() -> str:
    return f"{build_validation_docs().pages} pages"


def _site_built() -> str:
    built = build_site()
    return f"{built.pages} pages, {built.written} of them new or changed"


def _refuse(problems: Iterable[str], what: str, fix: str) -> None:
    found = list(problems)
    if found:
        told = "; ".join(islice(found, _SHOWN)).rstrip(".")
        raise TerminalError(f"{len(found)} {what} are not sound: {told}", expected="none", fix=fix)


STEPS: dict[str, Callable[[], str]] = {
    "compaction": _compacted,
    "retention": _retained,
    "lake-snapshots": _snapshots_forgotten,
    "sweep": _swept,
    "archive": _archive_checked,
    "ledger": _ledger_checked,
    "validation-docs": _validation_docs_built,
    "site": _site_built,
}
"""Step -> what it does, in the order they run: what one leaves over is for the next to take."""


def run_step(name: str) -> str:
    """Does one step and says what it did; ``UsageError`` for one there is not, else the error of the step."""
    if name not in STEPS:
        raise UsageError(f"there is no step '{name}'", expected=f"one of {', '.join(STEPS)}")
    told = STEPS[name]()
    log.info("%s: %s", name, told)
    return told


def failed(name: str, error: BaseException) -> StepResult:
    """The result of a step that ended with an error."""
    told = error.message if isinstance(error, CorridorError) else f"{type(error).__name__}: {error}"
    return StepResult(name, False, told, isinstance(error, TransientError))


def maintain(names: Sequence[str] = ()) -> list[StepResult]:
    """Does some steps, or all of them, in their order; one that fails is reported and the next one goes on."""
    for name in set(names) - STEPS.keys():
        run_step(name)  # says which there are, before anything is done
    results = []
    for name in (step for step in STEPS if not names or step in names):
        try:
            results.append(StepResult(name, True, run_step(name)))
        except Exception as error:  # a defect in one step must not keep the archive from being checked
            log.exception("maintenance step %s failed", name)
            results.append(failed(name, error))
    return results


def require_done(results: Sequence[StepResult]) -> None:
    """Raises for steps that failed: ``TransientError`` where running again may help all of them."""
    bad = [result for result in results if not result.is_done]
    if bad:
        kind = TransientError if all(result.is_transient for result in bad) else TerminalError
        told = " ".join(f"{result.step}: {result.told}" for result in bad)
        raise kind(
            f"{len(bad)} of {len(results)} steps failed: {told}", fix="The others are done; run it again."
        )
