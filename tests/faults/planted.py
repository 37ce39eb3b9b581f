"""Bugs that a sweep must find, each a way the commit could have been written wrongly. Only children of a sweep have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from sqlalchemy import Engine

from corridor_etl.warehouse import Batch, durable, mart_tables, publish
from corridor_etl.warehouse.engine import writing
from corridor_etl.warehouse.lake import Lake
from corridor_etl.warehouse.lease import Lease


def _ledger_before_rows() -> None:
    publish.publish = _publish_ledger_first


def _publish_ledger_first(
    engine: Engine,
    lake: Lake,
    batch: Batch,
    marts: Mapping[str, pl.DataFrame],
    *,
    base: int,
    lease: Lease | None = None,
) -> int:
    """Says that the rows are there, then brings them: two commits where one is needed."""
    snapshot = base + 1
    staged = lake.stage(batch.added(), snapshot)
    with writing(engine) as connection:
        publish._record(connection, batch, lake, staged, snapshot, lease)
    with writing(engine) as connection:
        lake.register(connection, staged, snapshot)
        for name, frame in marts.items():
            mart_tables.replace(connection, name, mart_tables.checked(name, frame), snapshot)
    return snapshot


def _files_in_place() -> None:
    durable.write = _write_in_place


def _write_in_place(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Under its own name from the first byte on, and never forced to disk."""
    path.write_bytes(content)
    path.chmod(mode)


@dataclass(frozen=True)
class Bug:
    """What plants it, and where a kill shows it: the command and a pattern of call and path."""

    plant: Callable[[], None]
    command: int
    shows_at: str


BUGS = {
    "ledger-before-rows": Bug(_ledger_before_rows, 0, r"^write .*/lake/.*\.metadata\.json"),
    "files-in-place": Bug(_files_in_place, 1, r"^write .*/outbox/.*\.eml"),
}
