"""What archive and lake ask of a place for files. Names are relative, with ``/`` between folders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Entry:
    """One file of a store as a listing shows it."""

    name: str
    size_bytes: int
    modified_at_utc: datetime


class Store(Protocol):
    """Files that are whole or not there, and that survive a crash once a call has returned.

    Every method raises ``TransientError`` where the same call may succeed later, and ``TerminalError`` where the
    place is wrong or closed to us. A local disk's own errors (full, broken) pass through as they are.
    """

    address: str
    """Where the store is, without a slash at its end; an Iceberg location is address + "/" + name."""

    spool: Path
    """A local folder for files on their way here; for a local store on the same file system."""

    @property
    def iceberg(self) -> dict[str, str]:
        """Properties of pyiceberg's FileIO that reach the store. Not for messages: they hold secrets."""

    @property
    def polars(self) -> dict[str, Any] | None:
        """``storage_options`` of Polars, None for a local store. Not for messages: they hold secrets."""

    def put(self, name: str, content: bytes, *, is_read_only: bool = False) -> None:
        """Stores the content whole or not at all; what has the name already is replaced."""

    def put_file(self, name: str, local: Path) -> None:
        """Takes over a finished file on disk below ``spool``, which is gone from there afterwards."""

    def read(self, name: str) -> bytes:
        """The content; ``UsageError`` where there is no such file."""

    def sha256(self, name: str) -> str:
        """The SHA-256 of the content, read in pieces; ``UsageError`` where there is no such file."""

    def fetch(self, name: str, local: Path) -> None:
        """Copies a file to a local path, read in pieces; ``UsageError`` where there is no such file."""

    def entry(self, name: str) -> Entry | None:
        """What a listing shows of one file, None where there is none."""

    def has(self, name: str) -> bool:
        """Whether the file is there."""

    def listed(self, prefix: str = "") -> Iterator[Entry]:
        """Every file below a folder, or of the whole store, in no order."""

    def remove(self, name: str) -> None:
        """Removes a file; one that is gone already is no error."""

    def local(self, name: str) -> Path | None:
        """The path of a file where the store is a local folder, else None."""

    def explained(self) -> AbstractContextManager[None]:
        """Within it, what pyiceberg and Polars say about the store is raised as errors of the platform."""
