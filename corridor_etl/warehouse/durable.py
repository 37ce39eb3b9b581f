"""Files that survive a crash: written aside, forced to disk, then renamed into place.

A disk that is full or broken is ``DiskFailed``, and nothing is left under the name that was meant.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from corridor_etl.warehouse import disk

_STEP = 1 << 22


@disk.explained()
def sync(path: Path) -> None:
    """Forces a file, or the names in a folder, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@disk.explained()
def make_folder(path: Path) -> Path:
    """Creates a folder and its parents, durably; an existing one is left alone."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        sync(path.parent)
    return path


@disk.explained()
def write(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Writes ``path`` so that readers see the whole file or none; an existing file is replaced."""
    with _aside(path, mode) as file:
        file.write(content)


@disk.explained()
def copy(source: Path, path: Path, *, mode: int = 0o644) -> str:
    """Copies a file like :func:`write`, in steps, and returns the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as original, _aside(path, mode) as file:
        while piece := original.read(_STEP):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


@contextmanager
def _aside(path: Path, mode: int) -> Iterator[BinaryIO]:
    """A file beside ``path`` that takes its place, on disk, when the block ends well."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        with aside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(mode)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
