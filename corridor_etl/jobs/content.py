"""The bytes of a delivery: in memory while they are few, read from the file in parts where they are many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corridor_etl.settings import Sender
from corridor_etl.sources import HEAD_BYTES, RawFile, Source
from corridor_etl.warehouse.archive import Archive

IN_MEMORY_BYTES = 64 * 1024 * 1024
"""A larger file is read in parts where its format can be, so that memory does not grow with it."""


@dataclass(frozen=True)
class Content:
    """``data`` is the whole, or None for a large file, of which ``head`` is the beginning."""

    sha256: str
    size_bytes: int
    head: bytes
    data: bytes | None
    path: Path | None = None

    @classmethod
    def of_bytes(cls, data: bytes) -> Content:
        """Bytes that are at hand."""
        return cls(hashlib.sha256(data).hexdigest(), len(data), data, data)

    @classmethod
    def of_file(cls, path: Path) -> Content:
        """A file, read now if it is small."""
        size = path.stat().st_size
        if size <= IN_MEMORY_BYTES:
            return cls.of_bytes(path.read_bytes())
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            file.seek(0)
            return cls(hashlib.file_digest(file, "sha256").hexdigest(), size, head, None, path)

    def store(self, archive: Archive) -> None:
        """Keeps the bytes in the archive."""
        if self.data is not None:
            archive.put(self.data)
        elif self.path is not None:
            archive.put_file(self.path, self.sha256)

    def parts(self, source: Source, sender: Sender | None) -> Iterator[RawFile]:
        """The raw rows, in parts where the file is large and its format can be read so."""
        if self.path is not None and source.stream is not None:
            with self.path.open("rb") as file:
                yield from source.stream(file, sender)
        else:
            yield source.read(self.data if self.data is not None else self._whole(), sender)

    def _whole(self) -> bytes:
        return self.path.read_bytes() if self.path is not None else b""
