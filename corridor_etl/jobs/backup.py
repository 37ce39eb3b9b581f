"""``corridor backup``: the database at one moment, and every file that this state refers to.

The database comes first, the files after it: files are only added and an unreferenced one stays for a day, so whatever
the copied state names is still there. A file that an earlier backup of the folder holds is not copied again. Iceberg's
own metadata stays behind, because it names the place it was made at; the restore makes it anew from the data files.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, text

from corridor_etl.clock import ticking_utc
from corridor_etl.errors import TerminalError
from corridor_etl.model import KINDS
from corridor_etl.settings import config_path
from corridor_etl.warehouse import Warehouse, durable
from corridor_etl.warehouse.database_copy import FILES, copied
from corridor_etl.warehouse.lake import digest_in
from corridor_etl.warehouse.migrations import VERSION_TABLE
from corridor_etl.warehouse.publish import last_snapshot
from corridor_etl.warehouse.schema import DELIVERY, ISSUE, ISSUE_VERSION, OUTBOX
from corridor_etl.warehouse.stores import Store

STATES, POOL, MANIFEST = "states", "files", "manifest.json"
FORMAT = 1
_FIX = "Restore it from an earlier one; 'corridor db check' lists all that are damaged. This backup is not finished."


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds; ``copied_bytes`` came new into its folder."""

    folder: str
    made_at_utc: str
    snapshot: int
    database: str
    files: int
    copied_files: int
    copied_bytes: int


class Pool:
    """The files of a backup folder, each once, whatever the number of states that refer to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.copied_files = self.copied_bytes = self.files = 0

    def take(self, store: Store, name: str, place: str, sha256: str) -> None:
        """A file of a store whose hash begins with ``sha256``; ``TerminalError`` where it is missing or damaged."""
        if not self._has(target := self.folder / place / name):
            aside = durable.make_folder(target.parent) / f".{target.name}.tmp"
            store.fetch(name, aside)
            self._settle(aside, target, sha256, f"{store.address}/{name}")

    def take_file(self, path: Path) -> str:
        """A file of the home, called by the SHA-256 of its bytes, which is given back."""
        sha256 = durable.sha256_of(path)
        if not self._has(target := self.folder / "home" / sha256):
            aside = durable.make_folder(target.parent) / f".{target.name}.tmp"
            shutil.copyfile(path, aside)
            self._settle(aside, target, sha256, str(path))
        return sha256

    def _has(self, target: Path) -> bool:
        self.files += 1
        return target.is_file()

    def _settle(self, aside: Path, target: Path, sha256: str, name: str) -> None:
        found = durable.sha256_of(aside)
        if not found.startswith(sha256):
            aside.unlink()
            raise TerminalError(f"{name} hashes to {found}", expected=f"the SHA-256 {sha256}", fix=_FIX)
        durable.sync(aside)
        aside.replace(target)
        durable.sync(target.parent)
        self.copied_files += 1
        self.copied_bytes += target.stat().st_size


def backup(warehouse: Warehouse, out: Path) -> BackedUp:
    """Adds the state of now to the backup folder ``out``; it counts once its manifest is written.

    Others may go on working meanwhile. ``TerminalError`` for a file that is missing or damaged.
    """
    made_at = ticking_utc()
    state = durable.make_folder(out.resolve() / STATES / f"{made_at:%Y%m%dT%H%M%S.%fZ}")
    pool = Pool(out.resolve() / POOL)
    with copied(warehouse.engine, state) as connection:
        manifest = _manifest(connection, warehouse)
        _take_stored(pool, warehouse, manifest)
        manifest["home"] = {
            name: pool.take_file(warehouse.home / name) for name in _home_files(connection, warehouse)
        }
    database = FILES[warehouse.engine.dialect.name]
    told = BackedUp(
        str(state), made_at.isoformat(), manifest["snapshot"], manifest["database"], pool.files, pool.copied_files,
        pool.copied_bytes,
    )  # fmt: skip
    durable.write(state / "corridor.toml", config_path().read_bytes())
    whole = {**manifest, "database_sha256": durable.sha256_of(state / database), "told": asdict(told)}
    durable.write(state / MANIFEST, json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True).encode())
    return told


def _manifest(connection: Connection, warehouse: Warehouse) -> dict[str, Any]:
    archive = connection.scalars(select(DELIVERY.c.sha256).distinct().order_by(DELIVERY.c.sha256))
    return {
        "format": FORMAT,
        "database": warehouse.engine.dialect.name,
        "schema_revision": connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")),
        "snapshot": last_snapshot(connection),
        "archive": list(archive),
        "lake": {kind: [f.name for f in warehouse.lake.files(connection, kind)] for kind in sorted(KINDS)},
    }


def _take_stored(pool: Pool, warehouse: Warehouse, manifest: Mapping[str, Any]) -> None:
    for sha256 in manifest["archive"]:
        pool.take(warehouse.archive.store, sha256, "archive", sha256)
    for name in (name for names in manifest["lake"].values() for name in names):
        pool.take(warehouse.lake.store, name, "lake", digest_in(name))


def _home_files(connection: Connection, warehouse: Warehouse) -> Iterator[str]:
    """Names below the home of the files of every issue, and of every mail."""
    folders: set[str] = set()
    for table in (ISSUE, ISSUE_VERSION):
        folders.update(connection.scalars(select(table.c.folder)))
    found = {path for folder in folders for path in (warehouse.home / folder).rglob("*") if path.is_file()}
    found.update(warehouse.home / name for name in connection.scalars(select(OUTBOX.c.eml_path)))
    yield from _named(found, warehouse.home)


def _named(paths: Iterable[Path], home: Path) -> Iterator[str]:
    for path in sorted(paths):
        if path.is_file():  # a mail that was sent may have been tidied away
            yield path.relative_to(home).as_posix()
