"""``corridor restore``: a home and its database from a backup, at the same place or at another.

Every file is checked against its hash on its way. The tables of the lake are made anew from the data files, so that a
home may move, also between a folder and a bucket; rows, snapshots and every as-of stay what they were. Mails that were
waiting become unknown, because they may have been sent after the backup.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from corridor_etl.clock import ticking_utc
from corridor_etl.errors import TerminalError, UsageError
from corridor_etl.jobs.backup import FORMAT, MANIFEST, POOL, STATES
from corridor_etl.jobs.health import problems
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse, durable, outbox, setup
from corridor_etl.warehouse.database_copy import FILES, load, require_empty
from corridor_etl.warehouse.engine import database_url, open_engine
from corridor_etl.warehouse.lake import digest_in
from corridor_etl.warehouse.publish import transaction
from corridor_etl.warehouse.schema import LAKE_NAMESPACE, LAKE_TABLE, STAMP
from corridor_etl.warehouse.stores import Store

_ASIDE = ".warehouse.restoring"


@dataclass(frozen=True)
class Restored:
    """What came back, and how many mails are unknown now that were waiting then."""

    home: str
    state: str
    snapshot: int
    deliveries: int
    issues: int
    files: int
    unknown_mails: int


def states(folder: Path) -> list[str]:
    """Names of the finished states of a backup folder, the oldest first."""
    return sorted(path.parent.name for path in (folder / STATES).glob(f"*/{MANIFEST}"))


def restore(
    folder: Path, home: Path, settings: Settings, *, state: str | None = None, nothing_sent: bool = False
) -> Restored:
    """Puts a state of a backup folder, the newest unless named, into ``home`` and the database of the environment.

    ``UsageError`` where there is no such state, a warehouse is there already, or the database is of the other kind;
    ``TerminalError`` for a damaged backup, or where ``db check`` finds anything afterwards. ``nothing_sent`` leaves
    waiting mails as they are: for a home that moves.
    """
    name = _chosen(folder, state)
    manifest = json.loads((folder / STATES / name / MANIFEST).read_text(encoding="utf-8"))
    home = setup.checked_home(home)
    target = open_engine(database_url(home))
    _require_fitting(manifest, target)
    require_empty(target)
    files = _put_files(folder / POOL, manifest, home)
    unknown = _put_database(folder / STATES / name, manifest, home, settings, nothing_sent)
    with Warehouse(home, target) as warehouse:
        if found := problems(warehouse):
            raise TerminalError(f"{len(found)} problems in the restored warehouse, first: {found[0]}",
                                fix="Restore an earlier state into another folder.")  # fmt: skip
        deliveries, issues = warehouse.deliveries().height, warehouse.listed_issues().height
    return Restored(str(home), name, manifest["snapshot"], deliveries, issues, files, unknown)


def _chosen(folder: Path, state: str | None) -> str:
    known = states(folder)
    if not known or (state is not None and state not in known):
        raise UsageError(
            f"there is no {'finished backup' if state is None else f'state {state}'} in {folder}",
            expected=", ".join(known) or "a folder that 'corridor backup' has written",
            fix="Name the folder that was given to 'corridor backup', and one of its states.",
        )
    return state or known[-1]


def _require_fitting(manifest: dict[str, Any], engine: Engine) -> None:
    if manifest["format"] != FORMAT:
        raise UsageError(f"the backup is of format {manifest['format']}", expected=str(FORMAT),
                         fix="Restore it with the version that made it.")  # fmt: skip
    if manifest["database"] != engine.dialect.name:
        raise UsageError(
            f"the backup is of {manifest['database']}",
            expected=f"{engine.dialect.name}, which CORRIDOR_DATABASE_URL names",
            fix="Name an empty database of the kind that was backed up.",
        )


def _put_files(pool: Path, manifest: dict[str, Any], home: Path) -> int:
    warehouse = Warehouse(home, open_engine(database_url(home)))
    for sha256 in manifest["archive"]:
        _put(warehouse.archive.store, sha256, pool / "archive" / sha256, sha256)
        if (local := warehouse.archive.store.local(sha256)) is not None:
            local.chmod(0o444)
    data = [name for names in manifest["lake"].values() for name in names]
    for name in data:
        _put(warehouse.lake.store, name, pool / "lake" / name, digest_in(name))
    for name, sha256 in manifest["home"].items():
        durable.make_folder((home / name).parent)
        _checked(durable.copy(pool / "home" / sha256, home / name), sha256, name)
    return len(manifest["archive"]) + len(data) + len(manifest["home"])


def _put(store: Store, name: str, kept: Path, sha256: str) -> None:
    aside = durable.make_folder(store.spool) / f"restore.{os.getpid()}"
    shutil.copyfile(kept, aside)
    _checked(durable.sha256_of(aside), sha256, name)
    durable.sync(aside)
    store.put_file(name, aside)


def _checked(found: str, sha256: str, name: str) -> None:
    if not found.startswith(sha256):
        raise TerminalError(
            f"the backup of {name} hashes to {found}",
            expected=f"the SHA-256 {sha256}",
            fix="The medium is damaged: restore from another copy of the backup.",
        )


def _put_database(
    state: Path, manifest: dict[str, Any], home: Path, settings: Settings, nothing_sent: bool
) -> int:
    """Loads the database and binds it to the files; an SQLite file gets its name when all is done."""
    copy, is_file = state / FILES[manifest["database"]], manifest["database"] == "sqlite"
    _checked(durable.sha256_of(copy), manifest["database_sha256"], copy.name)
    engine = open_engine(f"sqlite:///{home / _ASIDE}" if is_file else database_url(home))
    load(copy, engine)
    warehouse = Warehouse(home, engine)
    with transaction(engine) as connection:
        for table in (
            LAKE_TABLE,
            LAKE_NAMESPACE,
            STAMP,
        ):  # so that the next step makes the lake's tables anew
            connection.execute(table.delete())
    setup.prepare(engine, warehouse.lake, settings)
    with transaction(engine) as connection:
        warehouse.lake.adopt(connection, manifest["lake"], manifest["snapshot"])
        unknown = [] if nothing_sent else outbox.doubt(connection, at_utc=ticking_utc())
    engine.dispose()
    if is_file:
        (home / _ASIDE).replace(home / FILES["sqlite"])
        durable.sync(home)
    return len(unknown)
