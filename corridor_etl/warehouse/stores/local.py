"""A local folder as a store: written aside, forced to disk, renamed into place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import durable
from corridor_etl.warehouse.stores.interface import Entry


class LocalStore:
    """The files below one folder. ``spool`` has to be on the same file system."""

    def __init__(self, folder: Path, spool: Path) -> None:
        self.folder = folder
        self.spool = spool
        # Not Path.as_uri(): Iceberg addresses are not percent-encoded.
        self.address = f"file://{folder}"
        self.iceberg: dict[str, str] = {}
        self.polars: dict[str, Any] | None = None

    def put(self, name: str, content: bytes, *, is_read_only: bool = False) -> None:
        """Writes a file as :func:`.durable.write` does."""
        path = self._path(name)
        durable.make_folder(path.parent)
        durable.write(path, content, mode=0o444 if is_read_only else 0o644)

    def put_file(self, name: str, local: Path) -> None:
        """Renames a finished file of the spool into its place."""
        path = self._path(name)
        durable.make_folder(path.parent)
        local.replace(path)
        durable.sync(path.parent)

    def read(self, name: str) -> bytes:
        """The content; ``UsageError`` where there is no such file."""
        return self._there(name).read_bytes()

    def sha256(self, name: str) -> str:
        """The SHA-256 of the content."""
        return durable.sha256_of(self._there(name))

    def fetch(self, name: str, local: Path) -> None:
        """Copies the file."""
        shutil.copyfile(self._there(name), local)

    def entry(self, name: str) -> Entry | None:
        """What a listing shows of one file, None where there is none."""
        path = self._path(name)
        return _entry(name, path.stat()) if path.is_file() else None

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        return self._path(name).is_file()

    def listed(self, prefix: str = "") -> Iterator[Entry]:
        """Every file below a folder, also one that a crash has left aside."""
        for folder, _, names in os.walk(self._path(prefix)):
            for path in (Path(folder, name) for name in names):
                try:
                    found = path.stat()
                except FileNotFoundError:
                    continue  # another process has removed or renamed it since
                yield _entry(path.relative_to(self.folder).as_posix(), found)

    def remove(self, name: str) -> None:
        """Removes a file; one that is gone already is no error."""
        path = self._path(name)
        if path.is_file():
            path.unlink(missing_ok=True)
            durable.sync(path.parent)

    def local(self, name: str) -> Path:
        """The path of a file."""
        return self._path(name)

    def explained(self) -> AbstractContextManager[None]:
        """Nothing to explain: a local disk's own errors say what is wrong."""
        return nullcontext()

    def _path(self, name: str) -> Path:
        return self.folder / name

    def _there(self, name: str) -> Path:
        path = self._path(name)
        if not path.is_file():
            raise UsageError(f"there is no file {name} in {self.folder}", fix="Restore it from a backup.")
        return path


def _entry(name: str, found: os.stat_result) -> Entry:
    return Entry(name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))
