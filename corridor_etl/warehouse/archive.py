"""The archive: the bytes of every delivery as received, named by their SHA-256, written once.

It is the source of truth: everything else can be rebuilt from it and the ledger. Every read is verified.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from corridor_etl.errors import TerminalError, UsageError
from corridor_etl.warehouse import durable


class Archive:
    """A folder of write-once files called by the SHA-256 of their bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Stores the bytes and returns their SHA-256; bytes already there are not written again."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        if not (path.is_file() and _hash(path.read_bytes()) == sha256):
            durable.make_folder(self.folder)
            durable.write(path, content, mode=0o444)
        return sha256

    def put_file(self, source: Path, sha256: str) -> None:
        """Stores a file too large for memory; ``TerminalError`` if its bytes changed since they were hashed."""
        path = self.path(sha256)
        if path.is_file() and _hash_of(path) == sha256:
            return
        durable.make_folder(self.folder)
        if durable.copy(source, path, mode=0o444) != sha256:
            path.unlink()
            raise TerminalError(
                f"{source.name} changed while it was read", fix="Deliver it again once it is whole."
            )

    def read(self, sha256: str) -> bytes:
        """The bytes; ``UsageError`` if they were never stored, ``TerminalError`` if they changed since."""
        path = self.path(sha256)
        if not path.is_file():
            raise UsageError(
                f"the archive holds no file {sha256}", fix="Deliver the file again.", sha256=sha256
            )
        content = path.read_bytes()
        if (found := _hash(content)) != sha256:
            raise TerminalError(
                f"the archived file {sha256} has changed: its bytes now hash to {found}",
                expected="the bytes as received",
                fix="Check the disk and deliver the original file again; it replaces the damaged one.",
                sha256=sha256,
            )
        return content

    def path(self, sha256: str) -> Path:
        """Where the bytes of this hash are or would be."""
        return self.folder / sha256


def store(home: Path, content: bytes) -> str:
    """Archives the bytes in a home folder and returns their SHA-256."""
    return Archive(home / "archive").put(content)


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
