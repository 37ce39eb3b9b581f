"""The archive: the bytes of every delivery as received, named by their SHA-256, written once.

It is the source of truth: everything else can be rebuilt from it and the ledger. Every read is verified.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from corridor_etl.clock import now_utc
from corridor_etl.errors import TerminalError, UsageError
from corridor_etl.warehouse import durable
from corridor_etl.warehouse.stores import Entry, Store, checked, opened

YOUNG = timedelta(hours=12)
"""An older file is written again when its bytes come again: its delivery may have never been recorded."""
_RESTORE = "Deliver the original file again; it replaces the damaged one. Then look after the disk."


class Archive:
    """Write-once files of a store, called by the SHA-256 of their bytes."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @classmethod
    def of(cls, home: Path) -> Archive:
        """The archive of a home folder, wherever the environment says it is."""
        return cls(opened(home, "archive"))

    def put(self, content: bytes) -> str:
        """Stores the bytes and returns their SHA-256; bytes that came lately are not written again."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self._is_sound(sha256):
            self.store.put(sha256, content, is_read_only=True)
        return sha256

    def put_file(self, source: Path, sha256: str) -> None:
        """Stores a file too large for memory; ``TerminalError`` if its bytes changed since they were hashed."""
        if self._is_sound(sha256):
            return
        with self._aside(sha256) as aside:
            if durable.copy(source, aside, mode=0o444) != sha256:
                raise TerminalError(
                    f"{source.name} changed while it was read", fix="Deliver it again once it is whole."
                )
            self.store.put_file(sha256, aside)

    def read(self, sha256: str) -> bytes:
        """The bytes; ``UsageError`` if they were never stored, ``TerminalError`` if they changed since."""
        self._ask(sha256)
        content = self.store.read(sha256)
        if (found := hashlib.sha256(content).hexdigest()) != sha256:
            raise checked.changed(self.store, sha256, sha256, found, fix=_RESTORE)
        return content

    def check(self, sha256: str) -> None:
        """Raises what :meth:`read` would, without holding the bytes in memory."""
        self._ask(sha256)
        checked.check(self.store, sha256, sha256, fix=_RESTORE, afresh=True)

    @contextmanager
    def file(self, sha256: str) -> Iterator[Path]:
        """A local file with the bytes for the time of the block; errors as in :meth:`read`."""
        self._ask(sha256)
        if (path := self.store.local(sha256)) is not None:
            checked.check(self.store, sha256, sha256, fix=_RESTORE)
            yield path
            return
        with self._aside(sha256) as aside:
            self.store.fetch(sha256, aside)
            found = durable.sha256_of(aside)
            if found != sha256:
                raise checked.changed(self.store, sha256, sha256, found, fix=_RESTORE)
            yield aside

    def entries(self) -> Iterator[Entry]:
        """All files of the archive, also what a crash has left aside."""
        return self.store.listed()

    def _ask(self, sha256: str) -> None:
        if not self.store.has(sha256):
            raise UsageError(
                f"the archive holds no file {sha256}", fix="Deliver the file again.", sha256=sha256
            )

    def _is_sound(self, sha256: str) -> bool:
        """Whether the file is there, unchanged, and so young that no sweep takes it before it is recorded."""
        entry = self.store.entry(sha256)
        is_young = entry is not None and entry.modified_at_utc > now_utc() - YOUNG
        return is_young and self.store.sha256(sha256) == sha256

    @contextmanager
    def _aside(self, sha256: str) -> Iterator[Path]:
        aside = durable.make_folder(self.store.spool) / f"{sha256}.{os.getpid()}.{os.urandom(4).hex()}"
        try:
            yield aside
        finally:
            aside.unlink(missing_ok=True)


def store(home: Path, content: bytes) -> str:
    """Archives the bytes in a home folder and returns their SHA-256."""
    return Archive.of(home).put(content)
