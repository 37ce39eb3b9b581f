"""What a reader finds in a home folder: the whole visible state in hashes, and whatever in it is half done.

It opens the warehouse as any command does. What the state should be is decided by ``trials``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Integer, case, func, select

from corridor_etl import settings as configuration
from corridor_etl.jobs import health
from corridor_etl.reports.issue import content_sha256
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.schema import BATCH, ISSUE, LAKE_TABLE, LEASE, METADATA, OUTBOX

NO_STATE = {LEASE.name, LAKE_TABLE.name}
"""Tables that may differ between two ways to the same state: who held a lease, and names drawn at random."""
_OF_THE_RUN = {
    (ISSUE.name, "published_at_utc"), (OUTBOX.name, "queued_at_utc"), (BATCH.name, "lease_token"),
    (LEASE.name, "holder"),
}  # fmt: skip
"""When an issue was published, which is later where a run had to wait for the lease of one that was killed, how
often that lease had been taken, and by which process."""
_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\.[0-9a-f]{8}\.tmp$")
_DRAWN = re.compile(r"\.\d+\.([0-9a-f]{8}\.tmp|new|old)$|^parts-\d+-\w+$")
_NAME_IN_LAKE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATABASE = ("warehouse.db", "warehouse.db-wal")


def look() -> dict[str, Any]:
    """``state`` (database and records), ``files`` (pages and mails, path -> hash), ``wrong`` (sentences), ``raw``.

    ``raw`` is one hash over every row of the database, without what two runs that died at one place differ in: the
    number of the process that holds a lease, and the names of Iceberg's files.
    """
    home = configuration.home()
    with Warehouse.open() as warehouse:
        wrong = health.problems(warehouse)
        with reading(warehouse.engine) as connection:
            tables = {name: _rows(connection, name) for name in sorted(METADATA.tables)}
            wrong += _broken_promises(connection, home)
        kinds = sorted({k for k in warehouse.deliveries()["record_kind"] if k})
        records = {f"records of {kind}": _hash(warehouse.rows(kind).rows()) for kind in kinds}
    state = {name: digest for name, digest in tables.items() if name not in NO_STATE} | records
    wrong += [
        f"{p.name} in the archive has other bytes" for p in _files(home / "archive") if _sha256(p) != p.name
    ]
    files = {str(p.relative_to(home)): _sha256(p) for f in ("outbox", "site") for p in _files(home / f)}
    return {"state": state, "files": files, "wrong": wrong, "raw": _hash(sorted(tables.items()))}


def _rows(connection: Connection, name: str) -> str:
    table = METADATA.tables[name]
    columns = [_in_order(column) for column in table.columns if (name, column.name) not in _OF_THE_RUN]
    rows = [repr(tuple(row)) for row in connection.execute(select(*columns))]
    if name == LAKE_TABLE.name:
        rows = [_NAME_IN_LAKE.sub("*", row) for row in rows]
    return f"{len(rows)} rows {_hash(sorted(rows))}"


def _in_order(column: Column[Any]) -> ColumnElement[Any]:
    """Numbers that a database gives, as their place among all: a sequence of PostgreSQL goes on after a rollback."""
    source = column
    while source.foreign_keys:
        source = next(iter(source.foreign_keys)).column
    own = source.table.primary_key.columns
    if (
        len(own) != 1
        or source not in set(own)
        or not isinstance(source.type, Integer)
        or source.table is BATCH
    ):
        return column
    other = source.table.alias()
    place = select(func.count()).where(other.c[source.name] <= column).scalar_subquery()
    return case((column.is_(None), None), else_=place).label(column.name)


def _broken_promises(connection: Connection, home: Path) -> Iterator[str]:
    """What the ledger says was published or queued, and is not there as it was."""
    for row in connection.execute(select(ISSUE.c.folder, ISSUE.c.content_sha256)):
        folder = home / row.folder
        content = {p.name: p.read_bytes() for p in _files(folder)}
        if not content or content_sha256(content) != row.content_sha256:
            yield f"the issue in {row.folder} is not the one that was published"
    for row in connection.execute(select(OUTBOX.c.eml_path, OUTBOX.c.content_sha256)):
        path = home / row.eml_path
        if not path.is_file() or _sha256(path) != row.content_sha256:
            yield f"the mail {row.eml_path} is not the one that was queued"


def _files(folder: Path) -> list[Path]:
    """Files that are on show: what begins with a dot is still being written."""
    below = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return [p for p in below if not any(part.startswith(".") for part in p.relative_to(folder).parts)]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _hash(rows: Any) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def names(home: Path) -> set[str]:
    """Every path below a home folder."""
    return {str(path.relative_to(home)) for path in home.rglob("*")}


def digest(home: Path, were_there: set[str] | None = None) -> str:
    """One hash over every file, folder and mode below a home folder.

    Left out are the index that SQLite keeps in shared memory, which whoever opens the database first makes anew, and
    what is drawn at random in the names of files being written. Given the names that were there before, files with a
    name drawn at random since are left out too, because no later run can come to the same name, and so is the database,
    which has been read by then and is compared by its rows.
    """
    whole = hashlib.sha256()
    for path in sorted(home.rglob("*")):
        inside = path.relative_to(home)
        if path.name.endswith("-shm"):
            continue
        if were_there is not None and (
            str(inside) in _DATABASE or (_RANDOM.search(path.name) and str(inside) not in were_there)
        ):
            continue
        name = "/".join(_DRAWN.sub(".drawn", part) for part in inside.parts)
        content = _sha256(path) if path.is_file() else ""
        whole.update(f"{name}\0{path.stat().st_mode}\0{content}\n".encode())
    return whole.hexdigest()
