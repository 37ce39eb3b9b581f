"""Makes a published issue again from its snapshot and says whether it is the same, file by file. Nothing is written
unless a folder is given, and nothing is ever sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corridor_etl import settings as configuration
from corridor_etl.errors import UsageError
from corridor_etl.jobs.issue_checks import unsound
from corridor_etl.jobs.issue_versions import Plan, Version, contexts, letters, problems, rendered
from corridor_etl.reports.editions import edition
from corridor_etl.settings import Settings, load_settings
from corridor_etl.warehouse import Warehouse


@dataclass(frozen=True)
class Rebuilt:
    """An issue made again; ``differing`` are the files that are not those that were published."""

    week: str
    edition: str
    revision: int
    files: int
    differing: tuple[str, ...]
    failed: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether every file has the bytes that were published."""
        return not self.differing

    def line(self) -> str:
        """The summary."""
        told = (
            "the same bytes"
            if self.is_same
            else f"different from what was published: {', '.join(self.differing)}"
        )
        return f"{self.edition} {self.week} r{self.revision}: {self.files} files, {told}"


def rebuild(
    week: str, *, edition_id: str, revision: int, with_checks: bool = False, out: Path | None = None
) -> Rebuilt:
    """Makes an issue again from the snapshot it names; ``UsageError`` where it is not published."""
    settings = load_settings()
    with Warehouse.open() as warehouse:
        plan = _plan_of(week, edition_id, revision, warehouse)
        versions = rendered(contexts(plan, warehouse, settings))
        failed = _failed(versions, plan, warehouse, settings) if with_checks else []
    files = {f"{v.row().folder}/{name}": data for v in versions for name, data in v.files.items()}
    if out is not None:
        _write(files, out)
    return Rebuilt(week, edition_id, revision, len(files), _differing(files, versions), tuple(failed))


def _failed(versions: list[Version], plan: Plan, warehouse: Warehouse, settings: Settings) -> list[str]:
    found = unsound(versions[0].context, warehouse, warehouse.at(plan.snapshot), settings)
    return problems(versions, letters(versions, settings), settings) + found


def _plan_of(week: str, edition_id: str, revision: int, warehouse: Warehouse) -> Plan:
    issues = warehouse.issues().filter(edition=edition_id, week=week)
    mine, before = issues.filter(revision=revision), issues.filter(revision=revision - 1)
    if mine.is_empty():
        raise UsageError(
            f"{edition_id} {week} r{revision} is not published", fix="corridor report list shows what is."
        )
    row = mine.row(0, named=True)
    corrects = int(before["snapshot"][0]) if revision else None
    return Plan(
        edition(edition_id),
        week,
        row["issue_no"],
        revision,
        row["snapshot"],
        row["scheduled_at_utc"],
        corrects,
    )


def _differing(files: dict[str, bytes], versions: list[Version]) -> tuple[str, ...]:
    home = configuration.home()
    kept = {
        str(path.relative_to(home)): path.read_bytes()
        for v in versions
        for path in (home / v.row().folder).glob("*")
    }
    return tuple(sorted(name for name in files.keys() | kept.keys() if files.get(name) != kept.get(name)))


def _write(files: dict[str, bytes], out: Path) -> None:
    for name, data in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
