"""Many small files of a week into few large ones. Rows, lineage and what was known when stay as they are.

Files are merged beside the live ones and take their place in one transaction, if those are live still; a batch
committed meanwhile keeps its own files. The number of the last batch does not change, because no row does. What was
replaced is left to the sweep.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Engine

from corridor_etl.errors import BalanceBroken
from corridor_etl.model import RecordKind
from corridor_etl.warehouse import parts
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.lake import Lake, LiveFile
from corridor_etl.warehouse.publish import transaction

TARGET_BYTES = 256 << 20
"""How large a merged file is meant to become; files of at least half of it are left alone."""
MIN_FILES = 4
"""Fewer neighbours are not worth being written again."""


@dataclass(frozen=True)
class Merge:
    """Files of one week and the one that took their place; ``merged`` is empty while it is only planned."""

    record_kind: str
    iso_week: str
    files: tuple[LiveFile, ...]
    merged: str = ""

    @property
    def rows(self) -> int:
        """Rows in the files."""
        return sum(file.rows for file in self.files)


def planned(record_kind: RecordKind, files: Sequence[LiveFile], min_files: int = MIN_FILES) -> list[Merge]:
    """What is worth merging: runs of at least ``min_files`` small files of a week, neighbours by their snapshots."""
    ordered = sorted(files, key=lambda f: (f.iso_week, f.first_snapshot or 0, f.name))
    return [
        Merge(record_kind.name, week, tuple(run))
        for week, some in groupby(ordered, key=lambda f: f.iso_week)
        for run in _runs(some)
        if len(run) >= max(min_files, 2)
    ]


def _runs(files: Iterator[LiveFile]) -> Iterator[list[LiveFile]]:
    run: list[LiveFile] = []
    for file in files:
        is_large = file.size_bytes >= TARGET_BYTES // 2
        if is_large or sum(f.size_bytes for f in run) + file.size_bytes > TARGET_BYTES:
            yield run
            run = []
        if not is_large:
            run.append(file)
    yield run


def compact(
    engine: Engine,
    lake: Lake,
    record_kind: RecordKind,
    *,
    week: str | None = None,
    min_files: int = MIN_FILES,
) -> list[Merge]:
    """Merges the small files of a record kind, of all weeks or one, and returns what was merged.

    Where somebody else has replaced a file meanwhile, its merge is dropped: there is nothing left to do.
    """
    with reading(engine) as connection:
        files = lake.files(connection, record_kind.name, None if week is None else {week})
    plans = planned(record_kind, files, min_files)
    if not plans:
        return []
    made = [_merged(lake, record_kind, plan) for plan in plans]
    with transaction(engine) as connection:
        live = {file.name for file in lake.files(connection, record_kind.name)}
        standing = [merge for merge in made if live.issuperset(file.name for file in merge.files)]
        if standing:
            removed = [file.name for merge in standing for file in merge.files]
            lake.replace(connection, record_kind.name, removed, [merge.merged for merge in standing])
    return standing


def _merged(lake: Lake, record_kind: RecordKind, plan: Merge) -> Merge:
    with parts.folder_in(lake.store.spool) as folder:
        part = parts.merged(lake.scan(plan.files, record_kind), record_kind, folder / "merged.parquet")
        if part.rows != plan.rows:
            raise BalanceBroken(
                f"{len(plan.files)} files of {record_kind.name} in {plan.iso_week} became {part.rows} rows",
                expected=f"the {plan.rows} rows the files are said to hold",
                fix="Nothing was replaced. Look with: corridor db check",
            )
        last = max(file.last_snapshot or 0 for file in plan.files)
        return Merge(plan.record_kind, plan.iso_week, plan.files, lake.take(part, last))
